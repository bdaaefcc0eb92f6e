/** @import { Block, Check, DraftDesk, Form, Open, Side, State, Todo } from "./types.js" */
import { useEffect } from "preact/hooks";
import { faultsOf, wrongOf } from "./card.jsx";
import { formOf, formOfCard, titleOf } from "./names.js";
import { strings, word } from "./strings.js";

/**
 * All cards, and what is still to do; the keys go to the card `at`.
 * @param {{desk: DraftDesk, forms: Form[], at?: string, show: (one: Todo) => void, open: Open, turn: (side: Side) => void}} given
 */
export function List({ desk, forms, at, show, open, turn }) {
  const { draft, check, checking } = desk;
  const blocks = draft.state.blocks ?? [];
  const facts = blocks.filter((block) => formOf(forms, block.table)?.traced);
  const rest = blocks.filter((block) => !formOf(forms, block.table)?.traced);
  const todo = check.todo ?? [];
  useEffect(() => {
    if (at) document.getElementById(`entry-${at}`)?.focus();
  }, []);
  const none = (check.faults ?? []).filter((one) => !one.key);
  return (
    <section class="list">
      <div class="row">
        <h2 class="grow">{strings.list.title}</h2>
        {checking && <span class="quiet">{strings.list.checking}</span>}
      </div>
      <div class="row">
        <button type="button" onClick={() => turn({ kind: "source" })}>
          {strings.list.source}
        </button>
        <button type="button" onClick={() => turn({ kind: "proposals" })}>
          {strings.list.proposals}
        </button>
      </div>
      {none.map((one) => (
        <p class="fault" key={one.message} title={one.detail}>
          {one.message}
        </p>
      ))}
      {check.faults
        .filter((one) => one.key === "source")
        .map((one) => (
          <p class="fault" key={one.message} title={one.detail}>
            {one.message}
          </p>
        ))}
      {!blocks.length && <p class="quiet">{strings.list.empty}</p>}
      <Cards blocks={facts} forms={forms} check={check} open={open} />
      {rest.length > 0 && (
        <details open={rest.some((block) => block.grey?.length || wrongIn(check, block, forms))}>
          <summary>
            {strings.list.vocabulary} ({rest.length})
          </summary>
          <Cards blocks={rest} forms={forms} check={check} open={open} />
          {rest.some((block) => block.grey?.length) && (
            <button type="button" onClick={() => desk.change((state) => seen(state, rest))}>
              {strings.list.seen}
            </button>
          )}
        </details>
      )}
      <h2>{strings.list.todo}</h2>
      {todo.length === 0 ? (
        <p class="quiet">{checking ? strings.list.checking : strings.list.nothing}</p>
      ) : (
        <ul class="plain todo">
          {todo.map((one, number) => (
            <li key={number}>
              <span class="grow">
                <span class="quiet">{word(strings.todo, one.kind)}</span>
                <br />
                <span class="words">{one.of || one.around}</span> <span class="quiet">{saidOf(one)}</span>
              </span>
              {one.key ? (
                <button type="button" onClick={() => open(one.key)}>
                  {strings.start.open}
                </button>
              ) : (
                one.start !== null && (
                  <button type="button" onClick={() => show(one)}>
                    {strings.list.show}
                  </button>
                )
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/**
 * What is to be done; of a record also which of its cells, or words, are meant.
 * @param {Todo} one
 */
function saidOf({ of, around, why }) {
  // A name may be the begin of the words.
  const more = of && !around.startsWith(of.slice(1, -2)) && `${around.replaceAll("_", " ")}: `;
  return `${more || ""}${why}`;
}

/**
 * The state with some cards that were looked at.
 * @param {State} state
 * @param {Block[]} cards
 */
function seen(state, cards) {
  const keys = new Set(cards.map((block) => block.key));
  return { ...state, blocks: state.blocks?.map((one) => (keys.has(one.key) ? { ...one, grey: [] } : one)) };
}

/**
 * @param {Check} check
 * @param {Block} block
 * @param {Form[]} forms
 */
const wrongIn = (check, block, forms) => {
  const form = formOfCard(forms, block);
  return wrongOf(form, block, faultsOf(check, block, form));
};

/** @param {{blocks: Block[], forms: Form[], check: Check, open: Open}} given */
function Cards({ blocks, forms, check, open }) {
  return (
    <ul class="plain cards">
      {blocks.map((block) => {
        const wrong = wrongIn(check, block, forms);
        const grey = block.grey?.length ?? 0;
        return (
          <li key={block.key}>
            <button
              type="button"
              id={`entry-${block.key}`}
              class={wrong ? "entry wrong" : grey ? "entry grey" : "entry fine"}
              onClick={() => open(block.key)}
            >
              <span class="quiet">{formOf(forms, block.table)?.title}</span>
              <span class="title">{titleOf(forms, block)}</span>
              {wrong > 0 && <span class="fault">{strings.list.wrong(wrong)}</span>}
              {grey > 0 && <span class="quiet">{strings.list.grey(grey)}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
