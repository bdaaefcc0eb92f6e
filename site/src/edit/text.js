// Words of a text. The browser counts UTF-16 units; entries count code points and name words.

/** @import { Mark, Piece, Place } from "./types.js" */

const PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/;
export const LETTER = /[\p{L}\p{N}\p{M}]/u;

/**
 * Turns places of a text from code points into UTF-16 units and back.
 * @param {string} text
 * @returns {{units: (at: number) => number, points: (at: number) => number}}
 */
export function places(text) {
  if (!PAIR.test(text)) return { units: (at) => at, points: (at) => at };
  /** @type {number[]} */
  const units = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) units.push(at);
  units.push(text.length);
  const points = new Map(units.map((at, number) => [at, number]));
  return { units: (at) => units[Math.min(at, units.length - 1)], points: (at) => points.get(at) ?? units.length };
}

/**
 * Which occurrence of some words, from 1, begins at a place; overlapping ones count, too.
 * @param {string} text
 * @param {string} words
 * @param {number} start
 */
export function occurrence(text, words, start) {
  let number = 0;
  for (let at = text.indexOf(words); at >= 0 && at <= start; at = text.indexOf(words, at + 1)) number++;
  return number;
}

/**
 * Where the given occurrence of some words stands; null where it stands nowhere.
 * @param {string} text
 * @param {string | undefined} words
 * @param {number} [number]
 * @returns {Place | null}
 */
export function found(text, words, number = 1) {
  if (!words) return null;
  let at = text.indexOf(words);
  for (let n = 1; at >= 0 && n < (number ?? 1); n++) at = text.indexOf(words, at + 1);
  return at < 0 ? null : { start: at, end: at + words.length };
}

/**
 * A selection without blanks at its ends, and with whole words; null where nothing is left.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Place | null}
 */
export function whole(text, start, end) {
  while (start < end && /\s/.test(text[start])) start++;
  while (end > start && /\s/.test(text[end - 1])) end--;
  if (start >= end) return null;
  /** @param {number} at */
  const before = (at) => String.fromCodePoint(...pointBefore(text, at));
  while (start > 0 && LETTER.test(pointAt(text, start)) && LETTER.test(before(start))) start -= before(start).length;
  while (end < text.length && LETTER.test(before(end)) && LETTER.test(pointAt(text, end)))
    end += pointAt(text, end).length;
  return { start, end };
}

/**
 * @param {string} text
 * @param {number} at
 */
const pointAt = (text, at) => (at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : "");

/**
 * @param {string} text
 * @param {number} at
 */
function pointBefore(text, at) {
  if (at <= 0) return [0x20];
  const low = text.charCodeAt(at - 1);
  const paired = low >= 0xdc00 && low <= 0xdfff && at > 1;
  return [text.codePointAt(paired ? at - 2 : at - 1) ?? 0];
}

/**
 * The words of a text with their places, for moving by keys.
 * @param {string} text
 * @returns {Place[]}
 */
export function words(text) {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+(?:['’.,-][\p{L}\p{N}]+)*/gu)].map((one) => ({
    start: one.index,
    end: one.index + one[0].length,
  }));
}

/**
 * A text cut where marks begin and end: pieces, each with the marks that it lies in.
 * @param {string} text
 * @param {Mark[]} marks
 * @returns {Piece[]}
 */
export function pieces(text, marks) {
  const cuts = new Set([0, text.length]);
  for (const { start, end } of marks) {
    cuts.add(start);
    cuts.add(end);
  }
  const ends = [...cuts].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  const order = [...marks].sort((a, b) => a.start - b.start);
  const found = [];
  for (let n = 0; n + 1 < ends.length; n++) {
    const [start, end] = [ends[n], ends[n + 1]];
    const inside = order.filter((mark) => mark.start <= start && end <= mark.end);
    found.push({ start, end, text: text.slice(start, end), marks: inside });
  }
  return found;
}
