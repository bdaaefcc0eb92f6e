/** @import { Receipt, Waiting } from "./types.js" */
/** @import { Block, Cell, Check, DraftDesk, Fault, FieldForm, Form, Item, LinkForms, Made, Make, Open } from "./types.js" */
/** @import { TargetedEvent, TargetedKeyboardEvent } from "preact" */
import { useEffect, useRef, useState } from "preact/hooks";
import { Choice } from "./choice.jsx";
import { cellOf, receiptsOf, withBlock, without } from "./draft.js";
import { enterField, onward } from "./focus.js";
import { calledIn, formOf, formOfCard, optionsOf, titleOf } from "./names.js";
import { strings, word } from "./strings.js";
import { found } from "./text.js";

/** @typedef {Record<string, Fault[]>} Faults what is wrong, by field; with the card as a whole, under "" */
/** @typedef {(make: (block: Block) => Block) => void} Change */

/**
 * @typedef {object} Given
 * @property {DraftDesk} desk
 * @property {Form[]} forms
 * @property {Block} block
 * @property {Waiting | null} field the field that waits for words
 * @property {(field: Waiting | null) => void} setField
 * @property {Make} make
 * @property {Open} open
 * @property {string} text
 */

const words = strings.card;

/**
 * A card: the fields of one row, each with its words and what is wrong with it.
 * @param {Given & {links: LinkForms | null, close: () => void, back: boolean, at?: string}} props
 */
export function Card(props) {
  const { desk, forms, links, block, close, back, at } = props;
  const form = formOfCard(forms, block);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const head = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  /** @param {string} part */
  const enter = (part) => enterField(root.current?.querySelector(part));
  useEffect(() => {
    if (!at || !enter(`[data-field="${CSS.escape(at)}"]`)) head.current?.focus();
  }, []);
  const faults = faultsOf(desk.check, block, form);
  const fields = fieldsOf(form, block);
  const [needed, more] = [
    fields.filter((one) => shown(one, block, faults)),
    fields.filter((one) => !shown(one, block, faults)),
  ];
  const grey = block.grey ?? [];
  /** @param {(block: Block) => Block} make */
  const set = (make) => desk.change((state) => withBlock(state, block.key, make));
  const look = () => {
    set((one) => ({ ...one, grey: [] }));
    if (!wrongOf(form, block, faults)) close();
    else enter(".field.wrong");
  };
  const finish = () => (grey.length ? look() : close());
  /** @param {FieldForm} field */
  const fieldOf = (field) => (
    <Field key={field.name} {...props} form={form} spec={field} faults={faults[field.name] ?? []} set={set} />
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the fields in it
    <section class="card" data-card={block.key} ref={root} onKeyDown={(event) => keyed(event, finish)}>
      <p class="cap">{block.id ? words.known(form.title) : words.new(form.title)}</p>
      <h2 tabIndex={-1} ref={head}>
        {titleOf(forms, block)}
      </h2>
      {block.withdraw !== undefined ? (
        <label class="why">
          <span>{words.why}</span>
          <Text
            eager={!block.withdraw}
            value={block.withdraw}
            commit={(why) => set((one) => ({ ...one, withdraw: why }))}
          />
        </label>
      ) : (
        <>
          <div class="fields">{needed.map(fieldOf)}</div>
          {form.claim && links && <Links {...{ desk, forms, links, block, set }} />}
          {more.length > 0 && (
            <details>
              <summary>{words.more}</summary>
              <div class="fields">{more.map(fieldOf)}</div>
            </details>
          )}
        </>
      )}
      {(faults[""] ?? []).map((one) => (
        <p class="fault" key={one.message} title={one.detail}>
          {one.message}
        </p>
      ))}
      <Written desk={desk} block={block} form={form} />
      <div class="row actions">
        {grey.length > 0 && (
          <button type="button" class="main" aria-keyshortcuts="Control+Enter" onClick={look}>
            {words.all}
          </button>
        )}
        <button type="button" class={grey.length ? "" : "main"} onClick={close}>
          {back ? words.back : words.done}
        </button>
        <span class="grow" />
        {block.id ? (
          block.withdraw === undefined && (
            <button type="button" class="plain-button" onClick={() => set((one) => ({ ...one, withdraw: "" }))}>
              {words.withdraw}
            </button>
          )
        ) : (
          <button
            type="button"
            class="plain-button"
            onClick={() => {
              desk.change((state) => without(state, block.key));
              close();
            }}
          >
            {words.remove}
          </button>
        )}
      </div>
    </section>
  );
}

/**
 * What Enter does on a card.
 * @param {TargetedKeyboardEvent<HTMLElement>} event
 * @param {() => void} finish
 */
function keyed(event, finish) {
  const { target } = event;
  if (event.key !== "Enter" || event.defaultPrevented || !(target instanceof Element)) return;
  if (event.ctrlKey || event.metaKey) finish();
  else if (target.matches("h2, .words, .field input")) onward(event.currentTarget, target);
  else return;
  event.preventDefault();
}

/**
 * What is wrong with each field, the card as a whole under "".
 * @param {Check} check
 * @param {Block} block
 * @param {Form} form
 * @returns {Faults}
 */
export function faultsOf(check, block, form) {
  /** @type {Record<string, string>} */
  const home = {};
  for (const field of form.fields) for (const member of field.members ?? []) home[member] = field.name;
  /** @type {Faults} */
  const named = {};
  for (const one of [...check.faults, ...(check.findings ?? [])]) {
    if (one.key !== block.key) continue;
    const own = form.fields.some((field) => field.name === one.name) || one.name in (block.cells ?? {});
    const name = own ? one.name : (home[one.name] ?? "");
    named[name] ??= [];
    named[name].push(one);
  }
  return named;
}

/**
 * The fields of a card; a row that exists may have the parts of a figure or a date alone.
 * @param {Form} form
 * @param {Block} block
 * @returns {FieldForm[]}
 */
function fieldsOf(form, block) {
  const cells = block.cells ?? {};
  /** @param {FieldForm} field */
  const split = (field) => (field.members ?? []).some((name) => name in cells) && !(field.name in cells);
  const fields = form.fields.filter((field) => !split(field));
  const known = new Set(fields.map((field) => field.name));
  const rest = Object.keys(cells).filter((name) => !known.has(name));
  return [...fields, ...rest.map((name) => ({ name, label: name.replaceAll("_", " "), way: "text", traced: true }))];
}

/** @param {Cell | undefined} cell */
const filled = (cell) => Boolean(cell && (cell.value || receiptsOf(cell).length));

/**
 * How many fields are wrong, or needed and empty.
 * @param {Form} form
 * @param {Block} block
 * @param {Faults} faults
 */
export function wrongOf(form, block, faults) {
  const said = Object.values(faults)
    .flat()
    .filter((one) => one.severity !== "warning");
  const open =
    block.id || block.withdraw !== undefined
      ? []
      : form.fields.filter((one) => one.required && !one.key && !filled(block.cells?.[one.name]));
  return said.length + open.filter((one) => !(faults[one.name] ?? []).length).length;
}

/**
 * @param {FieldForm} field
 * @param {Block} block
 * @param {Faults} faults
 */
function shown(field, block, faults) {
  const cell = block.cells?.[field.name];
  return field.key
    ? faults[field.name]
    : field.required || field.traced || field.shown || filled(cell) || faults[field.name];
}

/** @param {Given & {form: Form, spec: FieldForm, faults: Fault[], set: Change}} given */
function Field({ desk, forms, form, block, spec, faults, set, field, setField, make, open, text }) {
  const cell = block.cells?.[spec.name] ?? {};
  const name = spec.name;
  const id = `f-${block.key}-${name}`;
  const [why, setWhy] = useState(false);
  const isGrey = (block.grey ?? []).includes(name);
  const missing = Boolean(spec.required) && !filled(cell);
  const wrong = missing || faults.some((one) => one.severity !== "warning");
  const said = receiptsOf(cell).filter((one) => one.words);
  const members = [name, ...(spec.members ?? [])];
  const carried = desk.check.receipts.filter((one) => one.key === block.key && members.includes(one.column));
  const options = optionsOf(spec, desk.draft.state.blocks ?? [], forms);
  const isWords = ["figure", "date", "words"].includes(spec.way);
  const wantsWords = isWords || spec.traced;

  /** @param {Cell} cell */
  const put = (cell) =>
    set((one) => {
      const cells = { ...one.cells, [name]: cell };
      if (!filled(cell) && !one.id) delete cells[name];
      return { ...one, cells, grey: (one.grey ?? []).filter((other) => other !== name) };
    });
  const look = () => {
    if (isGrey) set((one) => ({ ...one, grey: (one.grey ?? []).filter((other) => other !== name) }));
    if (!wantsWords) setField(null);
    else if (field?.name !== name || field?.card !== block.key) {
      setField({ id, name, card: block.key, label: spec.label, several, give });
    }
  };
  /** @param {Block} one */
  const several = (one) => !isWords && receiptsOf(one.cells?.[name]).some((receipt) => receipt.words);
  /**
   * @param {Block} one
   * @param {Receipt} receipt
   * @param {boolean} also
   */
  const give = (one, receipt, also) => {
    const before = one.cells?.[name] ?? {};
    const receipts = also ? [...receiptsOf(before), receipt] : [receipt];
    const cells = { ...one.cells, [name]: cellOf(isWords ? null : before.value, receipts) };
    return { ...one, cells, grey: (one.grey ?? []).filter((other) => other !== name) };
  };
  /** @param {string} value */
  const pick = (value) => {
    if (form.event === name && value) desk.act("join", { into: [block.key, name], event: value });
    // Words that said another value say nothing of this one.
    else put(cellOf(value, cell.value && cell.value !== value ? [] : receiptsOf(cell)));
  };
  /**
   * @param {string} typed
   * @returns {Item[]}
   */
  const created = (typed) => {
    const target = spec.of && formOf(forms, spec.of);
    if (!target) return [];
    const quote = block.quote?.words && found(text, block.quote.words, block.quote.occurrence);
    const own = said[0] && found(text, said[0].words, said[0].occurrence);
    const place = target.traced ? quote : (typed && found(text, typed)) || own;
    if (!place) return [];
    const label = target.traced ? words.createEvent : words.create(target.title, text.slice(place.start, place.end));
    return [{ name: label, act: () => make(target.table, place, [block.key, name]) }];
  };
  const there = (desk.draft.state.blocks ?? []).find(
    (other) =>
      spec.of &&
      other.table === spec.of &&
      cell.value &&
      [other.id, other.ref, other.cells?.[formOfCard(forms, other).key]?.value].includes(cell.value),
  );
  const active = field?.card === block.key && field?.name === name;
  const state = wrong ? "wrong" : isGrey ? "grey" : filled(cell) ? "fine" : "open";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only follows what is reached in it, by the mouse or by keys
    // biome-ignore lint/a11y/useKeyWithClickEvents: by keys the focus comes first
    <div class={`field ${state}${active ? " active" : ""}`} data-field={name} onFocusCapture={look} onClick={look}>
      <label for={id} title={spec.about}>
        {spec.label}
      </label>
      <div class="box">
        {isWords ? (
          <button
            type="button"
            class="words"
            id={id}
            aria-label={`${spec.label}: ${said.map((one) => one.words).join(", ") || words.words}`}
          >
            {said.length ? <Chips said={said} /> : <span class="hint">{words.words}</span>}
            {carried.length > 0 && <span class="quiet"> → {read(carried, name)}</span>}
          </button>
        ) : (
          <>
            {spec.way === "choice" ? (
              <Choice id={id} label={spec.label} options={options} value={cell.value} pick={pick} created={created} />
            ) : (
              <Text
                id={id}
                long={spec.way === "long"}
                value={cell.value ?? ""}
                commit={(value) => put(cellOf(value, receiptsOf(cell)))}
              />
            )}
            {there && (
              <button type="button" class="plain-button" onClick={() => open(there.key, name)}>
                {strings.start.open}
              </button>
            )}
            {spec.traced && (
              <Receipts
                said={said}
                carried={carried}
                active={active}
                asked={active || wrong}
                drop={(number) =>
                  put(
                    cellOf(
                      cell.value,
                      receiptsOf(cell).filter((_, n) => n !== number),
                    ),
                  )
                }
              />
            )}
          </>
        )}
        {(why || receiptsOf(cell).some((one) => one.note)) && (
          <label class="why">
            <span>{words.note}</span>
            <Text
              eager={why}
              value={receiptsOf(cell)[0]?.note ?? ""}
              commit={(note) =>
                put(cellOf(cell.value, [{ ...receiptsOf(cell)[0], note }, ...receiptsOf(cell).slice(1)]))
              }
            />
          </label>
        )}
        {missing && <p class="fault">{words.missing}</p>}
        {faults.map((one) => (
          <p class={one.severity === "warning" ? "fault warning" : "fault"} key={one.message} title={one.detail}>
            {one.message}
          </p>
        ))}
        {faults.length > 0 && cell.value && (
          <div class="row">
            {spec.naming && said.length > 0 && (
              <button type="button" onClick={() => desk.act("name", { into: [block.key, name] })}>
                {words.says(said[0].words ?? "", calledIn(options, cell.value))}
              </button>
            )}
            {spec.traced && !why && (
              <button type="button" class="plain-button" onClick={() => setWhy(true)}>
                {words.because}
              </button>
            )}
          </div>
        )}
      </div>
      <span class="state" role="img" aria-label={stateOf(state)} title={stateOf(state)} />
    </div>
  );
}

/** @param {string} state */
const stateOf = (state) => ({ wrong: words.wrong, grey: words.unseen, fine: words.fine })[state] ?? "";

/**
 * What a grammar made of the words: each part once.
 * @param {Made[]} carried
 * @param {string} name
 */
function read(carried, name) {
  const parts = carried.filter((one) => one.column !== name && one.called !== one.words).map((one) => one.called);
  return [...new Set(parts)].join(", ");
}

/** @param {{said: Receipt[]}} given */
const Chips = ({ said }) => said.map((one, number) => <mark key={number}>{one.words}</mark>);

/** @param {{said: Receipt[], carried: Made[], active: boolean, asked: boolean, drop: (number: number) => void}} given */
function Receipts({ said, carried, active, asked, drop }) {
  if (said.length) {
    return (
      <span class="receipts">
        {said.map((one, number) => (
          <span key={number} class="receipt">
            <mark>{one.words}</mark>
            <button type="button" class="drop" aria-label={`${words.drop}: ${one.words}`} onClick={() => drop(number)}>
              ×
            </button>
          </span>
        ))}
      </span>
    );
  }
  const seen = [...new Set(carried.map((one) => one.words))];
  if (seen.length)
    return (
      <span class="receipts">
        {seen.map((one) => (
          <mark key={one}>{one}</mark>
        ))}
      </span>
    );
  return asked ? <span class={active ? "hint asked" : "hint"}>{words.words}</span> : null;
}

/**
 * A text that is kept when it is left, and when nobody types for a while; an eager one is gone to at once.
 * @param {{id?: string, value: string, commit: (value: string) => void, long?: boolean, eager?: boolean}} given
 */
export function Text({ id, value, commit, long, eager }) {
  const input = useRef(/** @type {(HTMLInputElement & HTMLTextAreaElement) | null} */ (null));
  useEffect(() => {
    if (eager) input.current?.focus();
  }, []);
  const [typed, setTyped] = useState(value);
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const latest = useRef(value);
  useEffect(() => {
    setTyped(value);
    latest.current = value;
  }, [value]);
  /** @param {string} now */
  const keep = (now) => {
    clearTimeout(timer.current);
    if (now !== latest.current) {
      latest.current = now;
      commit(now);
    }
  };
  /** @param {TargetedEvent<HTMLInputElement | HTMLTextAreaElement>} event */
  const typing = (event) => {
    const now = event.currentTarget.value;
    setTyped(now);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => keep(now), 400);
  };
  // Not at once: what is kept may move the button that is being clicked.
  /** @param {TargetedEvent<HTMLInputElement | HTMLTextAreaElement>} event */
  const left = (event) => {
    const now = event.currentTarget.value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => keep(now), 150);
  };
  const Tag = long ? "textarea" : "input";
  return (
    <Tag id={id} ref={input} value={typed} autocomplete="off" placeholder={words.type} onInput={typing} onBlur={left} />
  );
}

/**
 * How a claim stands to others.
 * @param {{desk: DraftDesk, forms: Form[], links: LinkForms, block: Block, set: Change}} given
 */
function Links({ desk, forms, links, block, set }) {
  const [relation, setRelation] = useState("");
  const [other, setOther] = useState("");
  const [why, setWhy] = useState("");
  const blocks = desk.draft.state.blocks ?? [];
  const claims = [
    ...blocks
      .filter((one) => formOf(forms, one.table)?.claim && one.key !== block.key)
      .map((one) => ({ value: one.id ?? one.ref ?? "", name: titleOf(forms, one), about: strings.text.new })),
    ...links.claims,
  ].filter((one, number, all) => one.value && all.findIndex((same) => same.value === one.value) === number);
  const add = () => {
    const value = `${relation} ${other}`;
    set((one) => ({ ...one, links: [...(one.links ?? []), { value, note: why }] }));
    for (const clear of [setRelation, setOther, setWhy]) clear("");
    document.getElementById(`${block.key}-relation`)?.focus();
  };
  const ready = Boolean(relation && other && why.trim());
  const none = () => [];
  return (
    <details class="links" open={Boolean(block.links?.length)}>
      <summary>{words.links}</summary>
      <ul class="plain">
        {(block.links ?? []).map((one, number) => {
          const [kind, key] = (one.value ?? "").split(" ");
          return (
            <li key={number}>
              <span class="grow">
                {calledIn(links.relations, kind)} <i>{calledIn(claims, key)}</i>: {one.note}
              </span>
              <button
                type="button"
                class="plain-button"
                onClick={() => set((was) => ({ ...was, links: was.links?.filter((_, n) => n !== number) }))}
              >
                {words.remove}
              </button>
            </li>
          );
        })}
      </ul>
      <div class="row">
        <Choice
          id={`${block.key}-relation`}
          label={words.relation}
          options={links.relations}
          value={relation}
          pick={setRelation}
          created={none}
        />
        <Choice
          id={`${block.key}-other`}
          label={words.other}
          options={claims}
          value={other}
          pick={setOther}
          created={none}
        />
        <input
          aria-label={words.why}
          placeholder={words.why}
          value={why}
          onInput={(event) => setWhy(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && ready && add()}
        />
        <button type="button" disabled={!ready} onClick={add}>
          {words.addLink}
        </button>
      </div>
    </details>
  );
}

/**
 * The receipts that the card makes, as the command made them in its trial.
 * @param {{desk: DraftDesk, block: Block, form: Form}} given
 */
function Written({ desk, block, form }) {
  const rows = desk.check.receipts.filter((one) => one.key === block.key);
  if (!rows.length) return null;
  /** @param {string} column */
  const label = (column) => form.fields.find((field) => field.name === column)?.label ?? column.replaceAll("_", " ");
  return (
    <details class="written">
      <summary>
        {words.writes} ({rows.length})
      </summary>
      <table>
        <tbody>
          {rows.map((one, number) => (
            <tr key={number}>
              <td>{label(one.column)}</td>
              <td>{one.called}</td>
              <td>
                <mark>{one.words}</mark>
              </td>
              <td class="quiet">{word(words.roles, one.role)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
