// A card as a picture: heading, words, source and address, drawn by the page itself.

/** @import { Card } from "./types.js" */

/** @typedef {{text: string, mark?: unknown, tone?: string, quiet?: boolean}} Piece words and how they look */

const [WIDTH, MARGIN] = [1200, 72];
const SERIF = 'Charter, Georgia, "Noto Serif", serif';
const SANS = 'system-ui, "Segoe UI", Roboto, sans-serif';
/** @type {Record<string, string>} */
const COLOURS = {
  paper: "#fbfaf6",
  ink: "#1c1b19",
  quiet: "#6a655c",
  mark: "#ffe58a",
  killed: "#8c1c2b",
  hurt: "#9c5206",
};

/**
 * Text in lines that fit, word by word; each word keeps how it looks.
 * @param {Piece[]} pieces
 * @param {number} width
 * @param {(word: string) => number} measure
 */
export function wrapped(pieces, width, measure) {
  /** @type {(Piece & {long: number})[]} */
  let line = [];
  const lines = [line];
  let room = width;
  for (const piece of pieces) {
    for (const word of piece.text.split(/(?<=\s)/)) {
      const long = measure(word);
      if (long > room && line.length) {
        line = [];
        lines.push(line);
        room = width;
      }
      line.push({ ...piece, text: word, long });
      room -= long;
    }
  }
  return lines;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Piece[]} pieces
 * @param {number} y
 * @param {{font: string, height: number}} look
 */
function write(context, pieces, y, { font, height }) {
  context.font = font;
  const lines = wrapped(pieces, WIDTH - 2 * MARGIN, (word) => context.measureText(word).width);
  for (const line of lines) {
    let x = MARGIN;
    for (const { text, long, mark, tone, quiet } of line) {
      if (mark) {
        context.fillStyle = COLOURS.mark;
        context.fillRect(x, y - height * 0.78, long, height * 0.98);
      }
      context.fillStyle = COLOURS[tone ?? ""] ?? (quiet ? COLOURS.quiet : COLOURS.ink);
      context.fillText(text, x, y);
      x += long;
    }
    y += height;
  }
  return y;
}

/**
 * Draws a card, and tells how high it is.
 * @param {CanvasRenderingContext2D} context
 * @param {Card} card
 * @param {string} title
 * @param {string} address
 */
function draw(context, card, title, address) {
  let y = write(context, card.heading, MARGIN + 40, { font: `700 46px ${SANS}`, height: 58 }) + 16;
  const said = card.sentence.map(({ text = " … ", mark }) => ({ text, mark }));
  y = write(context, said, y, { font: `42px ${SERIF}`, height: 60 }) + 8;
  const { name, about, day } = card.source;
  const source = [[name, about && `(${about})`].filter(Boolean).join(" "), day].filter(Boolean).join(", ");
  y = write(context, [{ text: source, quiet: true }], y, { font: `26px ${SANS}`, height: 38 });
  for (const { name: publisher, words, relation } of card.outside) {
    if (relation === "contradicts")
      y = write(context, [{ text: `${publisher}: ${words}` }], y, { font: `26px ${SANS}`, height: 38 });
  }
  y = write(context, [{ text: title, quiet: true }], y + 20, { font: `22px ${SANS}`, height: 32 });
  return write(context, [{ text: address, quiet: true }], y, { font: `22px ${SANS}`, height: 32 }) + MARGIN - 30;
}

/**
 * Takes a card along as a PNG.
 * @param {Card} card
 * @param {string} title
 * @param {string} address
 */
export function picture(card, title, address) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: 10 });
  const context = canvas.getContext("2d");
  if (!context) return; // no more canvases can be had
  const height = Math.max(630, draw(context, card, title, address));
  canvas.height = height;
  context.fillStyle = COLOURS.paper;
  context.fillRect(0, 0, WIDTH, height);
  draw(context, card, title, address);
  canvas.toBlob((blob) => blob && save(blob, `${card.key}.png`));
}

/**
 * An SVG as a PNG of twice its size, for screens and slides; null where the browser cannot.
 * @param {string} svg
 * @returns {Promise<Blob | null>}
 */
export async function rasterised(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done));
}

/**
 * Saves a file of the page's own making.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
