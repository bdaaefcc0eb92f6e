/** @import { Form, Item, Mark, Piece as Cut, Place as Words, Waiting } from "./types.js" */
/** @import { RefObject, TargetedKeyboardEvent, TargetedMouseEvent } from "preact" */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { strings } from "./strings.js";
import { occurrence, pieces, whole, words } from "./text.js";

/** @typedef {Words & {top: number, left: number}} Selected words that are selected, and where their menu stands */
/** @typedef {{anchor: number | null, head: number | null}} Keyed of a selection by keys, the numbers of its words */

/**
 * @typedef {object} Shown
 * @property {string} text
 * @property {string} title
 * @property {boolean} isNew
 * @property {boolean} counted whether the numbers of the text were looked at
 * @property {Mark[]} marks
 * @property {Words | null} wanted
 * @property {Form[]} forms
 * @property {Waiting | null} field
 * @property {(table: string, place: Words) => void} make
 * @property {(words: string, number: number, also: boolean) => void} give
 * @property {(key: string) => void} open
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
export function Article({ text, title, isNew, counted, marks, wanted, forms, field, make, give, open }) {
  const [selection, setSelection] = useState(/** @type {Selected | null | undefined} */ (null));
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const touched = useRef(false);
  // Of a selection by keys: where it began, and where it is, as numbers of words.
  const keyed = useMemo(() => /** @type {Keyed} */ ({ anchor: null, head: null }), [text]);
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
  const pressed = () => {
    held.current = cut;
    const ends = ["pointerup", "pointercancel"];
    const released = () => {
      for (const end of ends) document.removeEventListener(end, released);
      // The browser has the selection only after the event.
      setTimeout(() => {
        held.current = null;
        select(body.current && selected(body.current));
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
    select(wanted);
  }, [wanted]);
  // A click on the words of a card opens it; a selection that ends there does not.
  /** @param {TargetedMouseEvent<HTMLElement>} event */
  const click = (event) => {
    const piece = event.target instanceof Element ? event.target.closest("[data-at]") : null;
    const at = piece ? placeIn(piece) : -1;
    const key = cut.find(({ start }) => start === at)?.marks.find((mark) => mark.key)?.key;
    if (key && browsers().isCollapsed) open(key);
  };
  const done = () => {
    setSelection(null);
    browsers().removeAllRanges();
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
          onKeyDown={(event) => moved(event, keyed, text, left, select, done)}
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
              give(said, occurrence(text, said, selection.start), also);
              done();
            }}
            close={done}
          />
        )}
      </div>
      <p class="small">{strings.text.legend}</p>
      <p class="small">{strings.text.keys}</p>
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
 * Selecting by keys, word by word.
 * @param {TargetedKeyboardEvent<HTMLElement>} event
 * @param {Keyed} keyed
 * @param {string} text
 * @param {Mark[]} left
 * @param {(place: Words) => void} select
 * @param {() => void} done
 */
function moved(event, keyed, text, left, select, done) {
  const body = event.currentTarget;
  const known = words(text);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === "Escape") return done();
  if (event.ctrlKey || event.metaKey || event.altKey || !known.length) return undefined;
  if (step) {
    keyed.head = keyed.head === null ? 0 : Math.min(known.length - 1, Math.max(0, keyed.head + step));
    if (!event.shiftKey) keyed.anchor = keyed.head;
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const here = keyed.head === null ? -1 : known[keyed.head].start;
    const next =
      event.key === "ArrowDown" ? left.find((mark) => mark.start > here) : left.findLast((mark) => mark.start < here);
    if (!next) return undefined;
    keyed.head = known.findIndex((word) => word.end > next.start);
    keyed.anchor = keyed.head;
  } else {
    return undefined;
  }
  event.preventDefault();
  const [first, last] = [
    Math.min(keyed.anchor ?? keyed.head, keyed.head),
    Math.max(keyed.anchor ?? keyed.head, keyed.head),
  ];
  const place = { start: known[first].start, end: known[last].end };
  const chosen = browsers();
  chosen.removeAllRanges();
  chosen.addRange(rangeOf(body, place.start, place.end));
  shown(rangeOf(body, known[keyed.head].start, known[keyed.head].end), "nearest");
  return select(place);
}

/** @param {{selection: Selected, forms: Form[], field: Waiting | null, make: (table: string) => void, give: (also: boolean) => void, close: () => void}} given */
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
        <button type="button" key={item.name} class={number ? "" : "first"} onClick={item.act}>
          {item.name}
        </button>
      ))}
    </div>
  );
}

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
