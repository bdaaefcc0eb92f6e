/** @import { About, Block, Check, Draft, Make, Mark, Place, Side, Todo, View, Waiting } from "./types.js" */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask } from "./api.js";
import { Article } from "./article.jsx";
import { Card } from "./card.jsx";
import { useDraft, withBlock } from "./draft.js";
import { enterHeading, useKept } from "./focus.js";
import { List } from "./list.jsx";
import { Plan } from "./plan.jsx";
import { Proposals } from "./proposals.jsx";
import { Source } from "./source.jsx";
import { strings } from "./strings.js";
import { found, places } from "./text.js";

/**
 * An article at the left, the card that is being filled in at the right.
 * @param {{about: About, view: View, home: () => void, open: (view: View) => void}} given
 */
export function Desk({ about, view, home, open }) {
  const desk = useDraft(view);
  const { draft, check, act, change, error } = desk;
  const [side, setSide] = useState(/** @type {Side} */ ({ kind: "list" }));
  const [field, setField] = useState(/** @type {Waiting | null} */ (null));
  const [wanted, setWanted] = useState(/** @type {Place | null} */ (null)); // words of the work list that the text is to show
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const at = useMemo(() => places(view.text), [view.text]);
  const blocks = draft.state.blocks ?? [];
  const forms = view.forms;

  /** @param {Side} next */
  const turn = (next) => {
    setField(null);
    setSide(next);
    panel.current?.scrollTo?.(0, 0);
  };
  const opened = side.kind === "card" ? side : null;
  /**
   * `up` is what is shown again when the card is closed; without it the text gets the keys.
   * @param {string} key
   * @param {Side} [up]
   */
  const openCard = (key, up) => turn({ kind: "card", key, up });
  const toText = () => body.current?.focus({ preventScroll: true });
  const toPanel = () => {
    const control = field && document.getElementById(field.id);
    if (control) control.focus();
    else enterHeading(panel.current);
  };
  const closeCard = () => {
    turn(opened?.up ?? { kind: "list" });
    if (!opened?.up) toText();
  };
  /**
   * @param {Draft | null} made
   * @returns {Block | undefined}
   */
  const last = (made) => made?.state?.blocks?.at(-1);

  /**
   * A new card for a place of the text; `into` is the cell that is to name the new row.
   * @type {Make}
   */
  const make = async (table, place, into) => {
    const asked = { table, start: at.points(place.start), end: at.points(place.end) };
    const made = await act("select", into ? { ...asked, into } : asked);
    const block = last(made);
    if (!block) return;
    openCard(block.key, into && { ...side, at: into[1] });
  };
  /** @param {Todo} one */
  const show = ({ start, words }) =>
    start !== null && setWanted({ start: at.units(start), end: at.units(start + [...words].length) });
  /** @param {number} by */
  const step = (by) => act("step", { by });

  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const keys = (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      // In a list that is closed nothing is typed.
      const writable = "input:not([aria-expanded=false]), textarea, select";
      const typing = event.target instanceof Element && event.target.closest(writable);
      const key = event.key.toLowerCase();
      if (key === "s") turn({ kind: "plan" });
      else if (key === "z" && !typing) step(event.shiftKey ? 1 : -1);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);

  useKept(panel);

  const marks = useMemo(() => marksOf(view.text, at, check, blocks, opened?.key), [check, blocks, opened?.key]);
  const card = opened && blocks.find((block) => block.key === opened.key);
  const grey = blocks.reduce((sum, block) => sum + (block.grey?.length ?? 0), 0);
  const title = draft.state.source?.title?.value ?? draft.state.source?.[about.publisher ?? ""]?.value ?? draft.name;

  /**
   * The words of the field that waits for them.
   * @param {string} words
   * @param {number} number
   * @param {boolean} also
   * @param {boolean} touched
   */
  const give = (words, number, also, touched) => {
    if (!card || !field) return;
    change((state) => withBlock(state, card.key, (block) => field.give(block, { words, occurrence: number }, also)));
    // Where a screen is touched, a field with the focus would bring up the keys over half of it.
    if (!touched) toPanel();
  };
  const reload = async () => {
    const made = await act("reload");
    if (made) open(made);
  };

  return (
    <div class="desk" aria-busy={desk.keeping || desk.checking}>
      <a class="skip" href="#panel">
        {strings.skip}
      </a>
      <header class="bar">
        <button type="button" class="plain-button" onClick={home}>
          ← {strings.home}
        </button>
        <b class="package">{about.name}</b>
        <span class="chip">{desk.keeping ? strings.keeping : strings.kept(blocks.length)}</span>
        <span class="grow" />
        <span class="quiet here">● kzdata edit, {strings.here}</span>
        <button type="button" aria-keyshortcuts="Control+Z" disabled={!draft.undo} onClick={() => step(-1)}>
          {strings.undo}
        </button>
        <button type="button" aria-keyshortcuts="Control+Shift+Z" disabled={!draft.redo} onClick={() => step(1)}>
          {strings.redo}
        </button>
        <button type="button" class="main" aria-keyshortcuts="Control+S" onClick={() => turn({ kind: "plan" })}>
          {strings.review}
        </button>
      </header>
      {(error || check.changed) && (
        <div class="notice" role="alert">
          <p>{check.changed ? strings.plan.meanwhile : error?.message}</p>
          {check.changed && (
            <button type="button" onClick={reload}>
              {strings.plan.reload}
            </button>
          )}
          {error?.stale && (
            <button type="button" onClick={async () => open(await ask("view", { name: draft.name }))}>
              {strings.start.open}
            </button>
          )}
          {error && (
            <button type="button" class="plain-button" onClick={() => desk.setError(null)}>
              {strings.close}
            </button>
          )}
        </div>
      )}
      <div class="halves">
        <Article
          text={view.text}
          title={title}
          isNew={draft.new}
          counted={Boolean(check.numbers)}
          marks={marks}
          wanted={wanted}
          at={card && quoted(view.text, card)[0]}
          forms={forms}
          field={card && field ? { label: field.label, several: field.several(card) } : null}
          body={body}
          make={make}
          give={give}
          open={openCard}
          leave={toPanel}
        />
        <aside
          class="panel"
          id="panel"
          tabIndex={-1}
          ref={panel}
          onKeyDown={(event) => event.key === "Escape" && toText()}
        >
          {side.kind === "list" && (
            <List
              desk={desk}
              forms={forms}
              at={side.at}
              show={show}
              open={(key) => openCard(key, { kind: "list", at: key })}
              turn={turn}
            />
          )}
          {card && (
            <Card
              key={card.key}
              desk={desk}
              forms={forms}
              links={view.links}
              block={card}
              field={field}
              setField={setField}
              make={make}
              open={(key, name) => openCard(key, { ...side, at: name })}
              close={closeCard}
              back={opened?.up?.kind === "card"}
              at={side.at}
              text={view.text}
            />
          )}
          {opened && !card && <Gone close={closeCard} />}
          {side.kind === "source" && <Source desk={desk} about={about} close={() => turn({ kind: "list" })} />}
          {side.kind === "plan" && (
            <Plan
              desk={desk}
              forms={forms}
              grey={grey}
              open={(key) => openCard(key, { kind: "plan" })}
              close={() => turn({ kind: "list" })}
              home={home}
              again={async () => open(await ask("open", { source: draft.name }))}
            />
          )}
          {side.kind === "proposals" && (
            <Proposals
              desk={desk}
              forms={forms}
              open={(key) => openCard(key, { kind: "list", at: key })}
              close={() => turn({ kind: "list" })}
            />
          )}
        </aside>
      </div>
    </div>
  );
}

/** @param {{close: () => void}} given */
function Gone({ close }) {
  useEffect(close, []);
  return null;
}

/**
 * What is marked in the text: numbers that are left, words of cards, and of the card that is open.
 * @param {string} text
 * @param {ReturnType<typeof places>} at
 * @param {Check} check
 * @param {Block[]} blocks
 * @param {string | undefined} open
 */
function marksOf(text, at, check, blocks, open) {
  /** @type {Mark[]} */
  const marks = (check.numbers ?? []).map(([start, end]) => ({
    start: at.units(start),
    end: at.units(end),
    kind: "left",
  }));
  for (const block of blocks) {
    for (const place of quoted(text, block)) marks.push({ ...place, kind: "quoted", key: block.key });
  }
  for (const one of check.receipts) {
    if (one.key === open) marks.push({ start: at.units(one.start), end: at.units(one.end), kind: "carried" });
  }
  return marks;
}

/**
 * @param {string} text
 * @param {Block} block
 */
function quoted(text, block) {
  const cell = block.quote ?? block.cells?.words;
  const place = cell?.words ? found(text, cell.words, cell.occurrence) : null;
  return place ? [place] : [];
}
