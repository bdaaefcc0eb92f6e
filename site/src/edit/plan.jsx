/** @import { Block, DraftDesk, Fault, Form, Open, PlanKind, PlanRows, Written } from "./types.js" */
import { useEffect, useRef, useState } from "preact/hooks";
import { titleOf } from "./names.js";
import { strings } from "./strings.js";

const words = strings.plan;

/**
 * What would be written, and what stands against it.
 * @param {{desk: DraftDesk, forms: Form[], grey: number, open: Open, close: () => void, home: () => void, again: () => void}} given
 */
export function Plan({ desk, forms, grey, open, close, home, again }) {
  const { check, checking, draft } = desk;
  const [done, setDone] = useState(/** @type {Written | null} */ (null));
  const head = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => head.current?.focus(), [done]);
  const blocks = draft.state.blocks ?? [];
  const first = blocks.find((block) => block.grey?.length);
  const findings = [...(check.faults ?? []), ...(check.findings ?? [])];
  const errors = findings.filter((one) => one.severity !== "warning");
  const warnings = findings.filter((one) => one.severity === "warning");
  const waiting = check.waiting ?? 0;
  const ready = !checking && !grey && !errors.length && check.plan && !check.changed;
  /** @param {boolean} partial */
  const write = async (partial) => {
    const made = await desk.act("write", { partial });
    if (made?.done) setDone(made);
  };
  if (done) {
    return (
      <section class="plan">
        <h2 tabIndex={-1} ref={head}>
          {done.written ? (done.waiting ? words.partly : words.written) : words.same}
        </h2>
        <Rows plan={done.plan} />
        <div class="row">
          <button type="button" class="main" onClick={home}>
            {strings.home}
          </button>
          <button type="button" onClick={again}>
            {words.again}
          </button>
        </div>
      </section>
    );
  }
  return (
    <section class="plan">
      <h2 tabIndex={-1} ref={head}>
        {words.title}
      </h2>
      {checking && <p class="quiet">{strings.list.checking}</p>}
      {check.plan && <Rows plan={check.plan} />}
      {check.plan?.quoted.map((one) => (
        <p key={one.source}>{words.quoted(one.after, one.most)}</p>
      ))}
      {grey > 0 && (
        <p class="notice">
          {words.grey(grey)}{" "}
          <button type="button" onClick={() => first && open(first.key)}>
            {words.first}
          </button>
        </p>
      )}
      <Findings title={words.wrong} findings={errors} blocks={blocks} forms={forms} open={open} />
      <Findings title={words.warns} findings={warnings} blocks={blocks} forms={forms} open={open} />
      {waiting > 0 && <p class="notice">{words.waiting(waiting)}</p>}
      {ready && waiting === 0 && <p class="fine">{words.valid}</p>}
      <div class="row actions">
        {waiting > 0 ? (
          <button type="button" class="main" disabled={!ready} onClick={() => write(true)}>
            {words.partial}
          </button>
        ) : (
          <button type="button" class="main" disabled={!ready} onClick={() => write(false)}>
            {words.write}
          </button>
        )}
        <button type="button" onClick={close}>
          {strings.card.back}
        </button>
      </div>
    </section>
  );
}

/** @param {{plan: PlanRows}} given */
function Rows({ plan }) {
  /** @type {PlanKind[]} */
  const kinds = ["added", "changed", "withdrawn"];
  if (!plan.rows.length) return <p class="quiet">{words.nothing}</p>;
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{words.table}</th>
          {kinds.map((kind) => (
            <th key={kind} scope="col" class="number">
              {words.kinds[kind]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {plan.rows.map((row) => (
          <tr key={row.table}>
            <th scope="row">{row.table}</th>
            {kinds.map((kind) => (
              <td key={kind} class="number">
                {row[kind] ?? ""}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** @param {{title: string, findings: Fault[], blocks: Block[], forms: Form[], open: Open}} given */
function Findings({ title, findings, blocks, forms, open }) {
  if (!findings.length) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain">
        {findings.map((one, number) => {
          const block = blocks.find((other) => other.key === one.key);
          return (
            <li key={number}>
              <span class="grow">
                {block && <b>{titleOf(forms, block)}</b>}{" "}
                <span class="fault" title={one.detail}>
                  {one.message}
                </span>
              </span>
              {block && (
                <button type="button" onClick={() => open(block.key)}>
                  {strings.start.open}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
