/** @import { Asked, Form, Item, Mark, Piece as Cut, Place as Words } from "./types.js" */
/** @import { RefObject, TargetedKeyboardEvent, TargetedMouseEvent } from "preact" */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { beginning, isStep, ledTo, typing, wordsOf } from "./keys.js";
import { strings } from "./strings.js";
import { LETTER, occurrence, pieces, whole, words } from "./text.js";

/** @typedef {Words & {top: number, left: number}} Selected words that are selected, and where their menu stands */

/**
 * Of a selection by keys.
 * @typedef {object} Keyed
 * @property {number | null} anchor the number of the word where it began
 * @property {number | null} head and of the one where it is
 * @property {Words[]} known the words of the text
 * @property {ReturnType<typeof typing>} typed the letters that were typed
 */

/**
 * @typedef {object} Shown
 * @property {string} text
 * @property {string} title
 * @property {boolean} isNew
 * @property {boolean} counted whether the numbers of the text were looked at
 * @property {Mark[]} marks
 * @property {Words | null} wanted
 * @property {Words | null | undefined} at the words of the card that is open
 * @property {Form[]} forms
 * @property {Asked | null} field
 * @property {RefObject<HTMLDivElement | null>} body
 * @property {(table: string, place: Words) => void} make
 * @property {(words: string, number: number, also: boolean, touched: boolean) => void} give
 * @property {(key: string) => void} open
 * @property {() => void} leave
 */

/** The browser's selection, which every page that is shown has. */
const browsers = () => /** @type {globalThis.Selection} */ (getSelection());

/**
 * Whether what an event is about lies in some part of the page.
 * @param {Event} event
 * @param {string} part
 */
const isIn = (event, part) => event.target instanceof Element && event.target.closest(part) !== null;

/**
 * The text: marks, selecting by mouse and keys, and the menu for what is selected.
 * @param {Shown} given
 */
export function Article(given) {
  const { text, title, isNew, counted, marks, wanted, at, forms, field, body, make, give, open, leave } = given;
  const [selection, setSelection] = useState(/** @type {Selected | null | undefined} */ (null));
  const touched = useRef(false);
  const keyed = useMemo(
    () => /** @type {Keyed} */ ({ anchor: null, head: null, known: words(text), typed: typing() }),
    [text],
  );
  const held = useRef(/** @type {Cut[] | null} */ (null)); // what is shown while a selection is being drawn: it must not move
  const fresh = useMemo(() => {
    const chosen = selection && !touched.current ? [{ ...selection, kind: "chosen" }] : [];
    return pieces(text, [...marks, ...chosen]);
  }, [text, marks, selection]);
  const cut = held.current ?? fresh;
  const left = marks.filter((mark) => mark.kind === "left");

  /** @param {Words | null} place */
  const select = (place) => {
    const clean = place && whole(text, place.start, place.end);
    // A new object each time, so that what was held back is shown.
    const around = body.current;
    setSelection(clean && around ? { ...clean, ...spot(around, clean) } : (old) => (old === null ? undefined : null));
  };
  /**
   * Go on by keys from a place that was come to otherwise.
   * @param {Words | null | undefined} place
   */
  const aim = (place) => {
    const found = place && wordsOf(keyed.known, place);
    if (found) [keyed.anchor, keyed.head] = found;
  };
  const enter = () => body.current?.focus({ preventScroll: true });
  const pressed = () => {
    held.current = cut;
    const ends = ["pointerup", "pointercancel"];
    const released = () => {
      for (const end of ends) document.removeEventListener(end, released);
      // The browser has the selection only after the event.
      setTimeout(() => {
        held.current = null;
        const place = body.current && selected(body.current);
        aim(place);
        select(place);
      });
    };
    for (const end of ends) document.addEventListener(end, released);
  };
  useEffect(() => {
    // On a screen that is touched, handles move the selection and no pointer is let go.
    let timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    const changed = () => {
      clearTimeout(timer);
      const chosen = () => {
        if (body.current && !browsers().isCollapsed) select(selected(body.current));
      };
      if (touched.current) timer = setTimeout(chosen, 400);
    };
    /** @param {PointerEvent} event */
    const kind = (event) => {
      touched.current = event.pointerType === "touch";
    };
    document.addEventListener("selectionchange", changed);
    document.addEventListener("pointerdown", kind, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("selectionchange", changed);
      document.removeEventListener("pointerdown", kind, true);
    };
  }, []);
  useEffect(() => {
    /** @param {PointerEvent} event */
    const gone = (event) => {
      if (!isIn(event, ".text, .menu")) setSelection(null);
    };
    document.addEventListener("pointerdown", gone);
    return () => document.removeEventListener("pointerdown", gone);
  }, []);
  useEffect(() => {
    if (!wanted || !body.current) return;
    shown(rangeOf(body.current, wanted.start, wanted.end), "center");
    aim(wanted);
    select(wanted);
    enter();
  }, [wanted]);
  useEffect(enter, []);
  useEffect(() => aim(at), [at?.start, at?.end]);
  // A click on the words of a card opens it; a selection that ends there does not.
  /** @param {TargetedMouseEvent<HTMLElement>} event */
  const click = (event) => {
    const piece = event.target instanceof Element ? event.target.closest("[data-at]") : null;
    const place = piece ? placeIn(piece) : -1;
    const key = cut.find(({ start }) => start === place)?.marks.find((mark) => mark.key)?.key;
    if (key && browsers().isCollapsed) open(key);
  };
  const done = () => {
    setSelection(null);
    browsers().removeAllRanges();
  };
  /** @param {TargetedKeyboardEvent<HTMLElement>} event */
  const keys = (event) => {
    if (event.key === "Escape") return selection ? done() : leave();
    const to = moved(event, keyed, text, left);
    if (!to) return undefined;
    event.preventDefault();
    drawn(event.currentTarget, to.place, to.word);
    return select(to.place);
  };
  return (
    <main class="article">
      <p class="cap">
        {isNew ? `${strings.text.new} · ` : ""}
        {counted && strings.text.left(left.length)}
      </p>
      <h1>{title}</h1>
      <div class="holder">
        <div
          class="text"
          ref={body}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: words are selected in it by keys, too
          tabIndex={0}
          role="document"
          aria-label={strings.text.words}
          onPointerDown={pressed}
          onClick={click}
          onKeyDown={keys}
        >
          {cut.map((piece) => (
            <Piece key={piece.start} piece={piece} />
          ))}
        </div>
        {selection && (
          <Menu
            selection={selection}
            forms={forms}
            field={field}
            make={(table) => {
              make(table, selection);
              done();
            }}
            give={(also) => {
              const said = text.slice(selection.start, selection.end);
              give(said, occurrence(text, said, selection.start), also, touched.current);
              done();
            }}
            close={() => {
              done();
              enter();
            }}
          />
        )}
      </div>
      <p class="small">{strings.text.legend}</p>
      {strings.text.keys.map((line) => (
        <p class="small" key={line}>
          {line}
        </p>
      ))}
    </main>
  );
}

/** @param {{piece: Cut}} given */
function Piece({ piece }) {
  if (!piece.marks.length) return <span data-at={piece.start}>{piece.text}</span>;
  const kinds = [...new Set(piece.marks.map((mark) => mark.kind))].join(" ");
  return (
    <span data-at={piece.start} class={kinds}>
      {piece.text}
    </span>
  );
}

/**
 * The place of the browser's selection in the text; null where it is empty or elsewhere.
 * @param {HTMLElement} body
 * @returns {Words | null}
 */
function selected(body) {
  const chosen = browsers();
  if (!chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  if (!body.contains(range.startContainer) || !body.contains(range.endContainer)) return null;
  return {
    start: placeOf(body, range.startContainer, range.startOffset),
    end: placeOf(body, range.endContainer, range.endOffset),
  };
}

/**
 * @param {HTMLElement} body
 * @param {Node} node
 * @param {number} offset
 */
function placeOf(body, node, offset) {
  if (node instanceof Text && node.parentElement) return placeIn(node.parentElement) + offset;
  // Between pieces: the place of the next one, or the end of the text.
  const element = node === body ? body.children[offset] : node;
  if (element instanceof HTMLElement && element.dataset.at)
    return placeIn(element) + (node === body || offset === 0 ? 0 : lengthOf(element));
  return lengthOf(body);
}

/**
 * The place in the text at which a piece begins.
 * @param {Element} piece
 */
const placeIn = (piece) => Number(piece.getAttribute("data-at"));

/** @param {Node} node */
const lengthOf = (node) => node.textContent?.length ?? 0;

/**
 * Brings the begin of some words into sight.
 * @param {Range} range
 * @param {ScrollLogicalPosition} block
 */
const shown = (range, block) => range.startContainer.parentElement?.scrollIntoView({ block });

/**
 * Where the menu stands: below the end of the selection, inside of the text.
 * @param {HTMLElement} body
 * @param {Words} place
 */
function spot(body, { start, end }) {
  const range = rangeOf(body, start, end);
  const boxes = range.getClientRects();
  const last = boxes[boxes.length - 1] ?? body.getBoundingClientRect();
  const around = body.getBoundingClientRect();
  return { top: last.bottom - around.top + 6, left: Math.max(0, boxes[0] ? boxes[0].left - around.left : 0) };
}

/**
 * @param {HTMLElement} body
 * @param {number} start
 * @param {number} end
 */
function rangeOf(body, start, end) {
  const range = document.createRange();
  /**
   * @param {number} at
   * @param {"setStart" | "setEnd"} name
   */
  const set = (at, name) => {
    const piece = [...body.children].findLast((one) => placeIn(one) <= at);
    if (piece?.firstChild) range[name](piece.firstChild, Math.min(at - placeIn(piece), lengthOf(piece)));
  };
  set(start, "setStart");
  set(end, "setEnd");
  return range;
}

/**
 * The place that a key selects, and its word where the keys are; null where it selects none.
 * @param {TargetedKeyboardEvent<HTMLElement>} event
 * @param {Keyed} keyed
 * @param {string} text
 * @param {Mark[]} left
 * @returns {{place: Words, word: Words} | null}
 */
function moved(event, keyed, text, left) {
  const { known } = keyed;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !known.length) return null;
  if (event.key === "Shift") return null;
  const isLetter = event.key.length === 1 && LETTER.test(event.key) && !/\d/.test(event.key);
  const head = isLetter
    ? beginning(text, known, keyed.typed(event.key, event.timeStamp), keyed.head)
    : ledTo(event.key, keyed.head, known, left);
  if (!isLetter) keyed.typed = typing(); // the next letter begins another word
  if (head === null) return null;
  const anchor = event.shiftKey && isStep(event.key) ? (keyed.anchor ?? head) : head;
  keyed.anchor = anchor;
  keyed.head = head;
  const [first, last] = [Math.min(anchor, head), Math.max(anchor, head)];
  return { place: { start: known[first].start, end: known[last].end }, word: known[head] };
}

/**
 * Shows a place as selected, and its word where the keys are.
 * @param {HTMLElement} body
 * @param {Words} place
 * @param {Words} word
 */
function drawn(body, place, word) {
  const chosen = browsers();
  chosen.removeAllRanges();
  chosen.addRange(rangeOf(body, place.start, place.end));
  shown(rangeOf(body, word.start, word.end), "nearest");
}

/** @param {{selection: Selected, forms: Form[], field: Asked | null, make: (table: string) => void, give: (also: boolean) => void, close: () => void}} given */
function Menu({ selection, forms, field, make, give, close }) {
  const [more, setMore] = useState(false);
  const menu = useRef(/** @type {HTMLDivElement | null} */ (null));
  const kinds = forms.filter((form) => form.menu).map((form) => ({ ...form, name: kindName(form) }));
  const shown = more ? kinds : kinds.filter((form) => form.first);
  /** @type {Item[]} */
  const items = [
    ...(field ? [{ name: strings.menu.receipt(field.label), act: () => give(false) }] : []),
    ...(field?.several ? [{ name: strings.menu.also, act: () => give(true) }] : []),
    ...shown.map((form) => ({ name: form.name, act: () => make(form.table) })),
    ...(shown.length < kinds.length ? [{ name: `${strings.menu.more} …`, act: () => setMore(true) }] : []),
  ];
  // Before the next key: who selects by keys presses Enter at once.
  useLayoutEffect(() => {
    /** @param {KeyboardEvent} event */
    const keys = (event) => {
      if (isIn(event, "input, textarea, select, .panel")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return; // Ctrl+2 is another tab
      const inside = menu.current?.contains(document.activeElement);
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && !inside) {
        event.preventDefault();
        items[0].act();
      } else if (/^[1-9]$/.test(event.key)) items[Number(event.key) - 1]?.act();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  });
  return (
    <div class="menu" role="toolbar" aria-label={strings.menu.name} ref={menu}>
      <Place menu={menu} selection={selection} />
      {items.map((item, number) => (
        <button type="button" key={item.name} class={number ? "" : "first"} data-key={keyOf(number)} onClick={item.act}>
          {item.name}
        </button>
      ))}
    </div>
  );
}

/**
 * The key that takes an item of the menu, as it is shown beside it.
 * @param {number} number
 */
const keyOf = (number) => (number ? (number < 9 ? number + 1 : undefined) : "↵");

/**
 * Moves the menu to its place; the policy allows no style in the page's text.
 * @param {{menu: RefObject<HTMLElement | null>, selection: Selected}} given
 */
function Place({ menu, selection }) {
  useEffect(() => {
    const { current } = menu;
    if (!current?.parentElement) return;
    const room = current.parentElement.clientWidth - current.offsetWidth;
    current.style.top = `${selection.top}px`;
    current.style.left = `${Math.max(0, Math.min(selection.left, room))}px`;
  });
  return null;
}

/** @param {Form} form */
function kindName(form) {
  /** @type {Record<string, string>} */
  const kinds = strings.menu.kinds;
  return kinds[form.section] ?? form.title;
}
