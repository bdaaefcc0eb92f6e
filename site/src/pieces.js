// An article in pieces: cut wherever a passage begins or ends. Offsets count code points.

/** @import { Passage } from "./types.js" */

/** @typedef {Pick<Passage, "key" | "start" | "end" | "quote">} Cut */

/**
 * @param {Cut[]} passages each with `key`, `start`, `end` and `quote`, by their start
 * @param {string | null} text the article, or null: then only what is quoted is known
 * @param {number} length of the article, where its text is not at hand
 * @returns pieces with their `text`, null where it is not known, and the passages over them
 */
export function pieces(passages, text, length = 0) {
  const points = text === null ? null : Array.from(text);
  const size = points?.length ?? Math.max(length, ...passages.map(({ end }) => end), 0);
  const cuts = new Set([0, size]);
  for (const { start, end } of passages) cuts.add(start).add(end);
  const ends = [...cuts].filter((cut) => cut <= size).sort((a, b) => a - b);
  /** @type {Cut[]} */
  const open = [];
  let next = 0;
  return ends.slice(0, -1).map((start, place) => {
    while (next < passages.length && passages[next].start <= start) open.push(passages[next++]);
    const over = open.filter((passage) => passage.end > start);
    open.splice(0, open.length, ...over);
    const end = ends[place + 1];
    // The shortest passage is the one that is meant.
    const meant = [...over].sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    return {
      start,
      length: end - start,
      text: points ? points.slice(start, end).join("") : quoted(meant, start, end),
      passages: over.map(({ key }) => key),
      meant: meant?.key,
    };
  });
}

/**
 * Part of a passage's quote; null where there is none.
 * @param {Cut | undefined} passage
 * @param {number} start
 * @param {number} end
 */
function quoted(passage, start, end) {
  if (!passage) return null;
  return Array.from(passage.quote)
    .slice(start - passage.start, end - passage.start)
    .join("");
}
