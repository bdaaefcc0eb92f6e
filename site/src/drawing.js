// A chart as a file: what is drawn on the page, as SVG, under its title and over its source.
//
// It is read from the page itself, box by box and word by word, so that a picture shows what a
// reader sees: filters, day and theme. Text stays text; no style sheet is needed to show it.

import { wrapped } from "./picture.js";

/**
 * A box in a picture.
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */
/**
 * How far the page is moved, and where what is cut off below ends.
 * @typedef {{x: number, y: number, end: number}} At
 */
/** @typedef {Record<string, string | number | null | undefined>} Attributes */

const SIDES = ["top", "right", "bottom", "left"];
const DRAWN =
  "fill stroke stroke-width stroke-dasharray stroke-linejoin opacity paint-order font-family font-size font-style font-weight letter-spacing overflow".split(
    " ",
  );
/** @type {Record<string, string>} */
const DASHES = { dashed: "5 4", dotted: "1.5 3" };
const HATCH = 6; // pixels between two lines
const CONTROLS = "button, input, select, .hidden";
const [MARGIN, SIZE] = [32, 14];

const escaped = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
const round = (/** @type {number} */ number) => Math.round(number * 100) / 100;

/**
 * A tag with attributes; numbers are rounded, what is empty is left out.
 * @param {string} name
 * @param {Attributes} attributes
 */
function tag(name, attributes, inner = "") {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "" && value !== null)
    .map(([key, value]) => ` ${key}="${escaped(String(typeof value === "number" ? round(value) : value))}"`);
  return `<${name}${told.join("")}${inner ? `>${inner}</${name}>` : "/>"}`;
}

/**
 * A canvas of no use but to measure and to mix.
 * @returns {OffscreenCanvasRenderingContext2D}
 */
function pen() {
  const found = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!found) throw new Error("this browser draws nothing");
  return found;
}

/** @param {string} font */
function penOf(font) {
  return Object.assign(pen(), { font });
}

/**
 * A colour as programs that know no CSS read it, and how much it covers: 0 to 1.
 * @param {string} colour
 */
function paint(colour) {
  const known = painted.get(colour);
  if (known) return known;
  const brush = Object.assign(pen(), { fillStyle: colour });
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue, cover] = brush.getImageData(0, 0, 1, 1).data;
  const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
  const found = { hex: `#${hex}`, cover: cover / 255 };
  painted.set(colour, found);
  return found;
}
/** @type {Map<string, {hex: string, cover: number}>} */
const painted = new Map();

/** @param {string} colour */
function filled(colour) {
  const { hex, cover } = paint(colour);
  return { fill: hex, "fill-opacity": cover < 1 ? cover : "" };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {Attributes} look
 */
const text = (x, y, words, look) => tag("text", { x, y, ...look }, escaped(words));

/**
 * A chart as SVG.
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
  back();
  return tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    [
      tag("title", {}, escaped(title)),
      tag("rect", { width, height, ...filled(page.backgroundColor) }),
      text(MARGIN, MARGIN + 22, title, { ...look, "font-size": 24, "font-weight": 700 }),
      parts,
      ...broken.map((words, line) => text(MARGIN, head + box.height + 30 + 20 * line, words, look)),
    ].join("\n"),
  );
}

/**
 * Scrolls a chart to its beginning, where heads that stay in sight are in their place; a way back.
 * @param {Element} chart
 */
function unscrolled(chart) {
  const moved = [chart.closest(".frame"), ...chart.querySelectorAll(".frame")].flatMap((one) =>
    one?.scrollLeft ? [{ one, place: one.scrollLeft }] : [],
  );
  for (const { one } of moved) one.scrollLeft = 0;
  return () => {
    for (const { one, place } of moved) one.scrollLeft = place;
  };
}

/**
 * The room of a chart, with what of it is scrolled out of sight.
 * @param {Element} chart
 */
function extent(chart) {
  const boxes = [chart, ...chart.querySelectorAll("table")].map((one) => one.getBoundingClientRect());
  const [{ left, top, height }] = boxes;
  return { left, top, height, width: Math.max(...boxes.map((one) => one.right)) - left };
}

/**
 * Words in lines of some width.
 * @param {string} words
 * @param {number} width
 * @param {string} font
 */
function fitted(words, width, font) {
  const measured = penOf(font);
  const lines = wrapped([{ text: words }], width, (one) => measured.measureText(one).width);
  return lines.map((line) =>
    line
      .map((one) => one.text)
      .join("")
      .trimEnd(),
  );
}

/**
 * A node of the page and what it holds.
 * @param {Node} node
 * @param {At} at
 * @returns {Generator<string>}
 */
function* drawn(node, at) {
  if (node instanceof Text) yield* written(node, at);
  if (!(node instanceof Element)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden" || node.matches(CONTROLS)) return;
  const faint = Number(style.opacity) < 1;
  if (faint) yield `<g opacity="${style.opacity}">`;
  if (node instanceof SVGSVGElement) yield copied(node, at);
  else {
    yield* boxes(node, style, at);
    const cut = style.overflowY === "hidden" ? node.getBoundingClientRect().bottom : at.end;
    for (const child of node.childNodes) yield* drawn(child, { ...at, end: Math.min(at.end, cut) });
  }
  if (faint) yield "</g>";
}

/**
 * Words, line by line as they are broken.
 * @param {Text} node
 * @param {At} at
 */
function* written(node, at) {
  const parent = node.parentElement;
  const lines = parent ? linesOf(node) : [];
  if (!parent || !lines.length) return;
  const style = getComputedStyle(parent);
  const measured = penOf(style.font);
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = measured.measureText("x");
  const seen = lines.filter(({ box }) => box.bottom <= at.end + 2);
  const last = seen.at(-1);
  if (last && seen.length < lines.length) {
    const room = parent.getBoundingClientRect().right - last.box.left;
    last.words = cutShort(last.words, (words) => measured.measureText(words).width <= room);
  }
  for (const { words, box } of seen) {
    const base = box.top + (box.height - above - below) / 2 + above;
    const shown = style.textTransform === "uppercase" ? words.toUpperCase() : words;
    yield text(box.left + at.x, base + at.y, shown.trimEnd(), lookOf(style));
  }
}

/**
 * How words look, as attributes.
 * @param {CSSStyleDeclaration} style
 */
function lookOf(style) {
  const unless = (/** @type {string} */ value, /** @type {string} */ usual) => (value === usual ? "" : value);
  return {
    "font-family": style.fontFamily,
    "font-size": style.fontSize,
    "font-weight": unless(style.fontWeight, "400"),
    "font-style": unless(style.fontStyle, "normal"),
    "letter-spacing": unless(style.letterSpacing, "normal"),
    "text-decoration": unless(style.textDecorationLine, "none"),
    ...filled(style.color),
  };
}

/**
 * The words that have room before dots.
 * @param {string} words
 * @param {(words: string) => boolean} fits
 */
function cutShort(words, fits) {
  const kept = words.trimEnd().split(" ");
  while (kept.length > 1 && !fits(`${kept.join(" ")} …`)) kept.pop();
  return `${kept.join(" ")} …`;
}

/** @param {Text} node */
function linesOf(node) {
  const range = document.createRange();
  /** @type {{words: string, box: DOMRect}[]} */
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

/**
 * The ground and the edges of an element; of one that runs over lines, of each.
 * @param {Element} node
 * @param {CSSStyleDeclaration} style
 * @param {At} at
 */
function* boxes(node, style, at) {
  const corner = style.borderTopLeftRadius;
  for (const { left, top, width, height } of node.getClientRects()) {
    const place = { x: left + at.x, y: top + at.y, width, height };
    const rx = corner.endsWith("%") ? height / 2 : Math.min(Number.parseFloat(corner) || 0, height / 2);
    if (width && height && paint(style.backgroundColor).cover > 0)
      yield tag("rect", { ...place, rx, ...filled(style.backgroundColor) });
    if (width && height && style.backgroundImage !== "none") yield shaded(style.backgroundImage, place);
    if (style.boxShadow !== "none") yield ringed(style.boxShadow, place, rx);
    yield* edges(node, style, place, rx);
  }
}

const coloursIn = (/** @type {string} */ words) => (words.match(/(?:rgba?|color)\([^)]*\)/g) ?? []).map(paint);

/**
 * What a style sheet paints by a gradient: slanted lines, or what fades.
 * @param {string} image
 * @param {Box} place
 */
function shaded(image, place) {
  const colours = coloursIn(image);
  const { width, height } = place;
  if (image.startsWith("repeating")) {
    const step = width < 2 * height ? HATCH - 2 : HATCH;
    const starts = Array.from({ length: Math.ceil((width + height) / step) }, (_, n) => n * step - height);
    const d = starts.map((start) => `M${round(start)} ${round(height)}l${round(height)} -${round(height)}`).join("");
    const stroke = colours.find(({ cover }) => cover > 0)?.hex;
    // An SVG within an SVG cuts off what is beyond it.
    return tag("svg", place, tag("path", { d, stroke, "stroke-width": 1.5 }));
  }
  const id = `fade-${colours.map(({ hex, cover }) => hex.slice(1) + Math.round(9 * cover)).join("-")}`;
  const stops = colours.map(({ hex, cover }, n) =>
    tag("stop", { offset: n, "stop-color": hex, "stop-opacity": cover }),
  );
  return tag("linearGradient", { id }, stops.join("")) + tag("rect", { ...place, fill: `url(#${id})` });
}

/**
 * The ring around a mark.
 * @param {string} shadow
 * @param {Box} place
 * @param {number} rx
 */
function ringed(shadow, { x, y, width, height }, rx) {
  const box = { x: x - 2.75, y: y - 2.75, width: width + 5.5, height: height + 5.5, rx: rx + 2.75 };
  return tag("rect", { ...box, fill: "none", stroke: coloursIn(shadow).at(-1)?.hex, "stroke-width": 1.5 });
}

/**
 * @param {Element} node
 * @param {CSSStyleDeclaration} style
 * @param {Box} place
 * @param {number} rx
 */
function* edges(node, style, { x, y, width, height }, rx) {
  const told = (/** @type {string} */ side, /** @type {string} */ what) =>
    style.getPropertyValue(`border-${side}-${what}`);
  const sides = SIDES.map((side) => ({
    wide: told(side, "style") === "none" ? 0 : Number.parseFloat(told(side, "width")),
    colour: paint(told(side, "color")),
    dashes: DASHES[told(side, "style")],
  }));
  const seen = sides.filter(({ wide, colour }) => wide > 0 && colour.cover > 0);
  if (!seen.length) return;
  const [{ wide, colour, dashes }] = seen;
  const stroke = { fill: "none", stroke: colour.hex, "stroke-width": wide, "stroke-dasharray": dashes };
  const uneven = sides.some((one) => one.wide !== wide);
  // A box without room whose other edges are not seen is a triangle.
  if (node.clientWidth === 0 && node.clientHeight === 0 && seen.length === 1 && uneven)
    yield tag("polygon", { points: triangle(sides.indexOf(seen[0]), x, y, x + width, y + height), fill: colour.hex });
  else if (seen.length === 4 && rx) {
    const inner = { x: x + wide / 2, y: y + wide / 2, width: width - wide, height: height - wide };
    yield tag("rect", { ...inner, rx: Math.max(0, rx - wide / 2), ...stroke });
  } else
    for (const one of seen) {
      const line = edge(sides.indexOf(one), { x, y, width, height }, one.wide / 2);
      yield tag("line", { ...line, ...stroke, stroke: one.colour.hex, "stroke-width": one.wide });
    }
}

/**
 * The line of one side of a box, by the side's number.
 * @param {number} side
 * @param {Box} place
 * @param {number} half Half of its width.
 */
function edge(side, { x, y, width, height }, half) {
  const [right, bottom] = [x + width, y + height];
  const [x1, y1, x2, y2] = [
    [x, y + half, right, y + half],
    [right - half, y, right - half, bottom],
    [x, bottom - half, right, bottom - half],
    [x + half, y, x + half, bottom],
  ][side];
  return { x1, y1, x2, y2 };
}

/**
 * A triangle that is the edge of one side: it points to the other.
 * @param {number} side
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 */
function triangle(side, left, top, right, bottom) {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [
    [left, top, right, top, x, bottom],
    [right, top, right, bottom, left, y],
    [left, bottom, right, bottom, x, top],
    [left, top, left, bottom, right, y],
  ][side]
    .map(round)
    .join(" ");
}

/**
 * What is SVG already: the same, with what the style sheet says of it written out.
 * @param {SVGSVGElement} node
 * @param {At} at
 */
function copied(node, at) {
  const copy = /** @type {SVGSVGElement} */ (node.cloneNode(true));
  const originals = [node, ...node.querySelectorAll("*")];
  for (const [place, one] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(originals[place]);
    for (const name of DRAWN) dress(one, name, style);
    if (one instanceof SVGTextElement && style.textTransform === "uppercase")
      one.textContent = (one.textContent ?? "").toUpperCase();
    one.removeAttribute("class");
    one.removeAttribute("href"); // an address of the page leads nowhere from a file
    if (style.display === "none") one.setAttribute("display", "none");
  }
  const { left, top } = node.getBoundingClientRect();
  copy.setAttribute("x", String(round(left + at.x)));
  copy.setAttribute("y", String(round(top + at.y)));
  return new XMLSerializer().serializeToString(copy);
}

/**
 * Writes out what the style sheet says of one property.
 * @param {Element} one
 * @param {string} name
 * @param {CSSStyleDeclaration} style
 */
function dress(one, name, style) {
  const value = style.getPropertyValue(name);
  const colour = (name === "fill" || name === "stroke") && value !== "none";
  if (value) one.setAttribute(name, colour ? paint(value).hex : value);
  const cover = colour ? paint(value).cover * Number(style.getPropertyValue(`${name}-opacity`)) : 1;
  if (cover < 1) one.setAttribute(`${name}-opacity`, String(round(cover)));
}
