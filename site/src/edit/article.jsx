import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { beginning, isStep, ledTo, typing, wordsOf } from "./keys.js";
import { strings } from "./strings.js";
import { LETTER, occurrence, pieces, whole, words } from "./text.js";

/** The text: marks, selecting by mouse and keys, and the menu for what is selected. */
export function Article(props) {
  const { text, title, isNew, counted, marks, wanted, at, forms, field, body, make, give, open, leave } = props;
  const [selection, setSelection] = useState(null);
  const touched = useRef(false);
  // Of a selection by keys: where it began, and where it is, as numbers of words.
  const keyed = useMemo(() => ({ anchor: null, head: null, known: words(text), typed: typing() }), [text]);
  const held = useRef(null); // what is shown while a selection is being drawn: it must not move
  const fresh = useMemo(() => {
    const chosen = selection && !touched.current ? [{ ...selection, kind: "chosen" }] : [];
    return pieces(text, [...marks, ...chosen]);
  }, [text, marks, selection]);
  const cut = held.current ?? fresh;
  const left = marks.filter((mark) => mark.kind === "left");

  const select = (place) => {
    const clean = place && whole(text, place.start, place.end);
    // A new object each time, so that what was held back is shown.
    setSelection(clean ? { ...clean, ...spot(body.current, clean) } : (old) => (old === null ? undefined : null));
  };
  /** Go on by keys from a place that was come to otherwise. */
  const aim = (place) => {
    const found = place && wordsOf(keyed.known, place);
    if (found) [keyed.anchor, keyed.head] = found;
  };
  const enter = () => body.current.focus({ preventScroll: true });
  const pressed = () => {
    held.current = cut;
    const ends = ["pointerup", "pointercancel"];
    const released = () => {
      for (const end of ends) document.removeEventListener(end, released);
      // The browser has the selection only after the event.
      setTimeout(() => {
        held.current = null;
        aim(selected(body.current));
        select(selected(body.current));
      });
    };
    for (const end of ends) document.addEventListener(end, released);
  };
  useEffect(() => {
    // On a screen that is touched, handles move the selection and no pointer is let go.
    let timer = 0;
    const changed = () => {
      clearTimeout(timer);
      if (touched.current) timer = setTimeout(() => getSelection().isCollapsed || select(selected(body.current)), 400);
    };
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
    const gone = (event) => {
      if (!event.target.closest?.(".text, .menu")) setSelection(null);
    };
    document.addEventListener("pointerdown", gone);
    return () => document.removeEventListener("pointerdown", gone);
  }, []);
  useEffect(() => {
    if (!wanted) return;
    rangeOf(body.current, wanted.start, wanted.end).startContainer.parentElement.scrollIntoView({ block: "center" });
    aim(wanted);
    select(wanted);
    enter();
  }, [wanted]);
  useEffect(enter, []);
  useEffect(() => aim(at), [at?.start, at?.end]);
  const done = () => {
    setSelection(null);
    getSelection().removeAllRanges();
  };
  const keys = (event) => {
    if (event.key === "Escape") return selection ? done() : leave();
    const place = moved(event, keyed, text, left);
    if (!place) return undefined;
    event.preventDefault();
    shown(body.current, place, keyed.known[keyed.head]);
    return select(place);
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
          tabIndex={0}
          role="document"
          aria-label={strings.text.words}
          onPointerDown={pressed}
          onKeyDown={keys}
        >
          {cut.map((piece) => (
            <Piece key={piece.start} piece={piece} open={open} />
          ))}
        </div>
        {selection && (
          <Menu
            text={text}
            selection={selection}
            forms={forms}
            field={field}
            make={(table) => (make(table, selection), done())}
            give={(also) => {
              const said = text.slice(selection.start, selection.end);
              give(selection, said, occurrence(text, said, selection.start), also, touched.current);
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

function Piece({ piece, open }) {
  if (!piece.marks.length) return <span data-at={piece.start}>{piece.text}</span>;
  const kinds = [...new Set(piece.marks.map((mark) => mark.kind))].join(" ");
  const key = piece.marks.find((mark) => mark.key)?.key;
  // A click opens the card; a selection that ends here does not.
  const click = () => key && getSelection().isCollapsed && open(key);
  return (
    <span data-at={piece.start} class={kinds} onClick={click}>
      {piece.text}
    </span>
  );
}

/** The place of the browser's selection in the text; null where it is empty or elsewhere. */
function selected(body) {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  if (!body.contains(range.startContainer) || !body.contains(range.endContainer)) return null;
  return {
    start: placeOf(body, range.startContainer, range.startOffset),
    end: placeOf(body, range.endContainer, range.endOffset),
  };
}

function placeOf(body, node, offset) {
  if (node.nodeType === Node.TEXT_NODE) return Number(node.parentElement.dataset.at) + offset;
  // Between pieces: the place of the next one, or the end of the text.
  const element = node === body ? body.children[offset] : node;
  if (element?.dataset?.at)
    return Number(element.dataset.at) + (node === body || offset === 0 ? 0 : element.textContent.length);
  return body.textContent.length;
}

/** Where the menu stands: below the end of the selection, inside of the text. */
function spot(body, { start, end }) {
  const range = rangeOf(body, start, end);
  const boxes = range.getClientRects();
  const last = boxes[boxes.length - 1] ?? body.getBoundingClientRect();
  const around = body.getBoundingClientRect();
  return { top: last.bottom - around.top + 6, left: Math.max(0, boxes[0] ? boxes[0].left - around.left : 0) };
}

function rangeOf(body, start, end) {
  const range = document.createRange();
  const set = (at, name) => {
    let piece = body.firstElementChild;
    while (piece.nextElementSibling && Number(piece.nextElementSibling.dataset.at) <= at)
      piece = piece.nextElementSibling;
    range[name](piece.firstChild, Math.min(at - Number(piece.dataset.at), piece.textContent.length));
  };
  set(start, "setStart");
  set(end, "setEnd");
  return range;
}

/** The place that a key selects; null where it selects none. */
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
  const extended = event.shiftKey && isStep(event.key) && keyed.anchor !== null;
  keyed.anchor = extended ? keyed.anchor : head;
  keyed.head = head;
  const [first, last] = [Math.min(keyed.anchor, head), Math.max(keyed.anchor, head)];
  return { start: known[first].start, end: known[last].end };
}

/** Shows a place as selected, and its word where the keys are. */
function shown(body, place, word) {
  const chosen = getSelection();
  chosen.removeAllRanges();
  chosen.addRange(rangeOf(body, place.start, place.end));
  rangeOf(body, word.start, word.end).startContainer.parentElement.scrollIntoView({ block: "nearest" });
}

function Menu({ text, selection, forms, field, make, give, close }) {
  const [more, setMore] = useState(false);
  const menu = useRef();
  const kinds = forms.filter((form) => form.menu).map((form) => ({ ...form, name: kindName(form) }));
  const shown = more ? kinds : kinds.filter((form) => form.first);
  const items = [
    ...(field ? [{ name: strings.menu.receipt(field.label), act: () => give(false) }] : []),
    ...(field?.several ? [{ name: strings.menu.also, act: () => give(true) }] : []),
    ...shown.map((form) => ({ name: form.name, act: () => make(form.table) })),
    ...(shown.length < kinds.length ? [{ name: `${strings.menu.more} …`, act: () => setMore(true) }] : []),
  ];
  // Before the next key: who selects by keys presses Enter at once.
  useLayoutEffect(() => {
    const keys = (event) => {
      if (event.target.closest?.("input, textarea, select, .panel")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return; // Ctrl+2 is another tab
      const inside = menu.current.contains(document.activeElement);
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && !inside) {
        event.preventDefault();
        items[0].act();
      } else if (/^[1-9]$/.test(event.key) && items[event.key - 1]) items[event.key - 1].act();
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

/** The key that takes an item of the menu, as it is shown beside it. */
const keyOf = (number) => (number ? (number < 9 ? number + 1 : undefined) : "↵");

/** Moves the menu to its place; the policy allows no style in the page's text. */
function Place({ menu, selection }) {
  useEffect(() => {
    const { style, offsetWidth, parentElement } = menu.current;
    style.top = `${selection.top}px`;
    style.left = `${Math.max(0, Math.min(selection.left, parentElement.clientWidth - offsetWidth))}px`;
  });
  return null;
}

function kindName(form) {
  return strings.menu[form.section] ?? form.title;
}
