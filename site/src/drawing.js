// A chart as a file: what is drawn on the page, as SVG, under its title and over its source.
//
// It is read from the page itself, box by box and word by word, so that a picture shows what a
// reader sees: filters, day and theme. Text stays text; no style sheet is needed to show it.

import { wrapped } from "./picture.js";

const SIDES = ["Top", "Right", "Bottom", "Left"];
const DRAWN =
  "fill stroke stroke-width stroke-dasharray stroke-linejoin opacity paint-order font-family font-size font-style font-weight overflow".split(
    " ",
  );
const DASHES = { dashed: "5 4", dotted: "1.5 3" };
const HATCH = 6; // pixels between two lines
const CONTROLS = "button, input, select, .hidden";
const [MARGIN, SIZE] = [32, 14];

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
const round = (number) => Math.round(number * 100) / 100;

/** A tag with attributes; numbers are rounded, what is empty is left out. */
function tag(name, attributes, inner = "") {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "" && value !== null)
    .map(([key, value]) => ` ${key}="${escaped(String(typeof value === "number" ? round(value) : value))}"`);
  return `<${name}${told.join("")}${inner ? `>${inner}</${name}>` : "/>"}`;
}

/** A colour as programs that know no CSS read it, and how much it covers: 0 to 1. */
function paint(colour) {
  if (!painted.has(colour)) {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, cover] = pen.getImageData(0, 0, 1, 1).data;
    const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
    painted.set(colour, { hex: `#${hex}`, cover: cover / 255 });
  }
  return painted.get(colour);
}
const painted = new Map();

const filled = (colour) => ({ fill: paint(colour).hex, "fill-opacity": part(paint(colour).cover) });
const part = (share) => (share < 1 ? share : "");
const text = (x, y, words, look) => tag("text", { x, y, ...look }, escaped(words));

/** A chart as SVG.
 *
 * @param {Element} chart What is drawn.
 * @param {{title: string, notes: string[]}} told Its title, and the lines under it.
 */
export function drawing(chart, { title, notes }) {
  const back = unscrolled(chart);
  const box = extent(chart);
  const page = getComputedStyle(document.documentElement);
  const room = Math.max(560, box.width);
  const broken = notes.flatMap((note) => fitted(note, room, `${SIZE}px ${page.fontFamily}`));
  const [head, foot] = [MARGIN + 44, broken.length * 20 + MARGIN];
  const [width, height] = [room + 2 * MARGIN, head + box.height + foot].map(Math.ceil);
  const look = { "font-family": page.fontFamily, "font-size": SIZE, ...filled(page.color) };
  const at = { x: MARGIN - box.left, y: head - box.top, end: Number.POSITIVE_INFINITY };
  const parts = [...drawn(chart, at)].join("");
  const lines = broken.map((words, line) => text(MARGIN, head + box.height + 30 + 20 * line, words, look));
  back();
  return tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${round(width)} ${round(height)}` },
    [
      tag("title", {}, escaped(title)),
      tag("rect", { width, height, ...filled(page.backgroundColor) }),
      text(MARGIN, MARGIN + 22, title, { ...look, "font-size": 24, "font-weight": 700 }),
      parts,
      ...lines,
    ].join("\n"),
  );
}

/** Scrolls a chart to its beginning, where heads that stay in sight are in their place; a way back. */
function unscrolled(chart) {
  const moved = [chart.closest(".frame"), ...chart.querySelectorAll(".frame")].filter((one) => one?.scrollLeft);
  const places = moved.map((one) => one.scrollLeft);
  for (const one of moved) one.scrollLeft = 0;
  return () => {
    for (const [number, one] of moved.entries()) one.scrollLeft = places[number];
  };
}

/** The room of a chart, with what of it is scrolled out of sight. */
function extent(chart) {
  const boxes = [chart, ...chart.querySelectorAll("table")].map((one) => one.getBoundingClientRect());
  const [{ left, top, height }] = boxes;
  return { left, top, height, width: Math.max(...boxes.map((one) => one.right)) - left };
}

/** Words in lines of some width. */
function fitted(words, width, font) {
  const pen = penOf(font);
  const lines = wrapped([{ text: words }], width, (one) => pen.measureText(one).width);
  return lines.map((line) =>
    line
      .map((one) => one.text)
      .join("")
      .trimEnd(),
  );
}

function penOf(font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen;
}

/** A node of the page and what it holds. */
function* drawn(node, at) {
  if (node.nodeType === Node.TEXT_NODE) yield* written(node, at);
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden" || node.matches(CONTROLS)) return;
  const faint = Number(style.opacity) < 1;
  if (faint) yield `<g opacity="${style.opacity}">`;
  if (node.localName === "svg") yield copied(node, at);
  else {
    yield* boxes(node, style, at);
    const cut = style.overflowY === "hidden" ? node.getBoundingClientRect().bottom : at.end;
    for (const child of node.childNodes) yield* drawn(child, { ...at, end: Math.min(at.end, cut) });
  }
  if (faint) yield "</g>";
}

/** Words, line by line as they are broken. */
function* written(node, at) {
  const style = getComputedStyle(node.parentElement);
  const pen = penOf(style.font);
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = pen.measureText("x");
  const shown = (words) => (style.textTransform === "uppercase" ? words.toUpperCase() : words);
  const lines = linesOf(node);
  const seen = lines.filter(({ box }) => box.bottom <= at.end + 2);
  if (seen.length && seen.length < lines.length) {
    const room = node.parentElement.getBoundingClientRect().right - seen.at(-1).box.left;
    seen.at(-1).words = cutShort(seen.at(-1).words, (words) => pen.measureText(words).width <= room);
  }
  for (const { words, box } of seen) {
    const base = box.top + (box.height - above - below) / 2 + above;
    yield text(box.left + at.x, base + at.y, shown(words.trimEnd()), {
      "font-family": style.fontFamily,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight === "400" ? "" : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? "" : style.fontStyle,
      "letter-spacing": style.letterSpacing === "normal" ? "" : style.letterSpacing,
      "text-decoration": style.textDecorationLine === "none" ? "" : style.textDecorationLine,
      ...filled(style.color),
    });
  }
}

/** The words that have room before dots. */
function cutShort(words, fits) {
  const kept = words.trimEnd().split(" ");
  while (kept.length > 1 && !fits(`${kept.join(" ")} …`)) kept.pop();
  return `${kept.join(" ")} …`;
}

function linesOf(node) {
  const range = document.createRange();
  const lines = [];
  for (const { 0: words, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + words.trimEnd().length);
    const box = range.getClientRects()[0];
    if (!box?.width) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.box.top - box.top) < 2) last.words += words.replace(/\s+/g, " ");
    else lines.push({ words: words.replace(/\s+/g, " "), box });
  }
  return lines;
}

/** The ground and the edges of an element; of one that runs over lines, of each. */
function* boxes(node, style, at) {
  const ground = paint(style.backgroundColor).cover > 0;
  for (const { left, top, width, height } of node.getClientRects()) {
    const place = { x: left + at.x, y: top + at.y, width, height };
    const rx = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, height / 2);
    const round_ = style.borderTopLeftRadius.endsWith("%") ? height / 2 : rx;
    if (width && height && ground) yield tag("rect", { ...place, rx: round_, ...filled(style.backgroundColor) });
    if (width && height && style.backgroundImage !== "none") yield shaded(style.backgroundImage, place);
    if (style.boxShadow !== "none") yield ringed(style.boxShadow, place, rx);
    yield* edges(node, style, place, round_);
  }
}

const coloursIn = (words) => words.match(/(?:rgba?|color)\([^)]*\)/g).map(paint);

/** What a style sheet paints by a gradient: slanted lines, or what fades. */
function shaded(image, place) {
  const colours = coloursIn(image);
  const { width, height } = place;
  if (image.startsWith("repeating")) {
    const step = width < 2 * height ? HATCH - 2 : HATCH;
    const starts = Array.from({ length: Math.ceil((width + height) / step) }, (_, n) => n * step - height);
    const d = starts.map((start) => `M${round(start)} ${round(height)}l${round(height)} -${round(height)}`).join("");
    const { hex } = colours.find(({ cover }) => cover > 0);
    return tag("svg", place, tag("path", { d, stroke: hex, "stroke-width": 1.5 }));
  }
  const id = `fade-${colours.map(({ hex, cover }) => hex.slice(1) + Math.round(9 * cover)).join("-")}`;
  const stops = colours.map(({ hex, cover }, n) =>
    tag("stop", { offset: n, "stop-color": hex, "stop-opacity": cover }),
  );
  return tag("linearGradient", { id }, stops.join("")) + tag("rect", { ...place, fill: `url(#${id})` });
}

/** The ring around a mark. */
function ringed(shadow, { x, y, width, height }, rx) {
  const box = { x: x - 2.75, y: y - 2.75, width: width + 5.5, height: height + 5.5, rx: rx + 2.75 };
  return tag("rect", { ...box, fill: "none", stroke: coloursIn(shadow).at(-1).hex, "stroke-width": 1.5 });
}

function* edges(node, style, { x, y, width, height }, rx) {
  const sides = SIDES.map((side) => ({
    wide: style[`border${side}Style`] === "none" ? 0 : Number.parseFloat(style[`border${side}Width`]),
    colour: paint(style[`border${side}Color`]),
    line: style[`border${side}Style`],
  }));
  const seen = sides.filter(({ wide, colour }) => wide > 0 && colour.cover > 0);
  if (!seen.length) return;
  const [{ wide, colour, line }] = seen;
  const half = wide / 2;
  // A box without room whose other edges are not seen is a triangle.
  if (node.clientWidth === 0 && node.clientHeight === 0 && seen.length === 1 && sides.some((one) => one.wide !== wide))
    yield tag("polygon", { points: triangle(sides.indexOf(seen[0]), x, y, x + width, y + height), fill: colour.hex });
  else if (seen.length === 4 && rx)
    yield tag("rect", {
      ...{ x: x + half, y: y + half, width: width - wide, height: height - wide, rx: Math.max(0, rx - half) },
      ...{ fill: "none", stroke: colour.hex, "stroke-width": wide, "stroke-dasharray": DASHES[line] },
    });
  else
    for (const [place, side] of sides.entries()) {
      if (!seen.includes(side)) continue;
      const [in_, right, bottom] = [side.wide / 2, x + width, y + height];
      const [x1, y1, x2, y2] = [
        [x, y + in_, right, y + in_],
        [right - in_, y, right - in_, bottom],
        [x, bottom - in_, right, bottom - in_],
        [x + in_, y, x + in_, bottom],
      ][place];
      const stroke = { stroke: side.colour.hex, "stroke-width": side.wide, "stroke-dasharray": DASHES[side.line] };
      yield tag("line", { x1, y1, x2, y2, ...stroke });
    }
}

/** A triangle that is the edge of one side: it points to the other. */
function triangle(side, left, top, right, bottom) {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [
    [left, top, right, top, x, bottom],
    [right, top, right, bottom, left, y],
    [left, bottom, right, bottom, x, top],
    [left, top, left, bottom, right, y],
  ][side].map(round);
}

/** What is SVG already: the same, with what the style sheet says of it written out. */
function copied(node, at) {
  const copy = node.cloneNode(true);
  const originals = [node, ...node.querySelectorAll("*")];
  for (const [place, one] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(originals[place]);
    for (const name of DRAWN) {
      const value = style.getPropertyValue(name);
      const colour = (name === "fill" || name === "stroke") && value !== "none";
      if (value) one.setAttribute(name, colour ? paint(value).hex : value);
      const cover = colour ? paint(value).cover * Number(style.getPropertyValue(`${name}-opacity`)) : 1;
      if (cover < 1) one.setAttribute(`${name}-opacity`, round(cover));
    }
    one.removeAttribute("class");
    one.removeAttribute("href"); // an address of the page leads nowhere from a file
    if (style.display === "none") one.setAttribute("display", "none");
  }
  const { left, top } = node.getBoundingClientRect();
  copy.setAttribute("x", round(left + at.x));
  copy.setAttribute("y", round(top + at.y));
  return new XMLSerializer().serializeToString(copy);
}
