// Going through a text by keys: from word to word, to what is left, to a word that begins so.

/** @import { Place } from "./types.js" */

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const PAUSE = 1000; // milliseconds after which a letter begins another word

/**
 * Whether a key goes word by word, so that Shift with it selects.
 * @param {string} key
 */
export const isStep = (key) => key in STEPS;

/**
 * The number of the word to which a key leads from another one; null where it leads nowhere.
 * @param {string} key
 * @param {number | null} head
 * @param {Place[]} known
 * @param {Place[]} left
 */
export function ledTo(key, head, known, left) {
  if (isStep(key)) return Math.min(known.length - 1, Math.max(0, (head ?? -1) + STEPS[key]));
  const here = head === null ? -1 : known[head].start;
  /** @type {Record<string, () => Place | undefined>} */
  const ways = {
    ArrowDown: () => left.find((mark) => mark.start > here),
    ArrowUp: () => left.findLast((mark) => mark.start < here),
  };
  const next = ways[key]?.();
  return next ? known.findIndex((word) => word.end > next.start) : null;
}

/**
 * Letters that follow soon on one another are the begin of one word.
 * @returns {(letter: string, now: number) => string}
 */
export function typing() {
  let [typed, last] = ["", -Infinity];
  return (letter, now) => {
    typed = now - last > PAUSE ? letter : typed + letter;
    last = now;
    return typed;
  };
}

/**
 * The number of the next word that begins with some letters, from the begin again behind the end; or null.
 * @param {string} text
 * @param {Place[]} known
 * @param {string} typed
 * @param {number | null} head
 */
export function beginning(text, known, typed, head) {
  const wanted = typed.toLowerCase();
  /** @param {Place} word */
  const fits = (word) => text.slice(word.start, word.end).toLowerCase().startsWith(wanted);
  // The word where we are may still be the one that is being typed.
  const from = (head ?? -1) + (typed.length === 1 ? 1 : 0);
  const behind = known.findIndex((word, number) => number >= from && fits(word));
  const found = behind < 0 ? known.findIndex(fits) : behind;
  return found < 0 ? null : found;
}

/**
 * The numbers of the first and the last word of a place; null where it has none.
 * @param {Place[]} known
 * @param {Place} place
 * @returns {[number, number] | null}
 */
export function wordsOf(known, { start, end }) {
  const first = known.findIndex((word) => word.end > start);
  const last = known.findLastIndex((word) => word.start < end);
  return first < 0 || last < first ? null : [first, last];
}
