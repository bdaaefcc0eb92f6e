import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { strings } from "./strings.js";
import { occurrence, pieces, whole, words } from "./text.js";

/** The text: marks, selecting by mouse and keys, and the menu for what is selected. */
export function Article({ text, title, isNew, counted, marks, wanted, forms, field, make, give, open }) {
  const [selection, setSelection] = useState(null);
  const body = useRef();
  const touched = useRef(false);
  // Of a selection by keys: where it began, and where it is, as numbers of words.
  const keyed = useMemo(() => ({ anchor: null, head: null }), [text]);
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
  const pressed = () => {
    held.current = cut;
    const ends = ["pointerup", "pointercancel"];
    const released = () => {
      for (const end of ends) document.removeEventListener(end, released);
      // The browser has the selection only after the event.
      setTimeout(() => {
        held.current = null;
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
    select(wanted);
  }, [wanted]);
  // A click on the words of a card opens it; a selection that ends there does not.
  const click = (event) => {
    const at = Number(event.target.closest("[data-at]")?.dataset.at);
    const key = cut.find((piece) => piece.start === at)?.marks.find((mark) => mark.key)?.key;
    if (key && getSelection().isCollapsed) open(key);
  };
  const done = () => {
    setSelection(null);
    getSelection().removeAllRanges();
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
          onKeyDown={(event) => moved(event, keyed, text, left, body.current, select, done)}
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

function Piece({ piece }) {
  if (!piece.marks.length) return <span data-at={piece.start}>{piece.text}</span>;
  const kinds = [...new Set(piece.marks.map((mark) => mark.kind))].join(" ");
  return (
    <span data-at={piece.start} class={kinds}>
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

/** Selecting by keys, word by word. */
function moved(event, keyed, text, left, body, select, done) {
  const known = words(text);
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key === "Escape") return done();
  if (event.ctrlKey || event.metaKey || event.altKey || !known.length) return undefined;
  if (event.key in steps) {
    keyed.head = keyed.head === null ? 0 : Math.min(known.length - 1, Math.max(0, keyed.head + steps[event.key]));
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
  const chosen = getSelection();
  chosen.removeAllRanges();
  chosen.addRange(rangeOf(body, place.start, place.end));
  rangeOf(body, known[keyed.head].start, known[keyed.head].end).startContainer.parentElement.scrollIntoView({
    block: "nearest",
  });
  return select(place);
}

function Menu({ selection, forms, field, make, give, close }) {
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
        <button type="button" key={item.name} class={number ? "" : "first"} onClick={item.act}>
          {item.name}
        </button>
      ))}
    </div>
  );
}

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
