import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces } from "../src/pieces.js";

/**
 * @param {string} key
 * @param {number} start
 * @param {string} quote
 */
const passage = (key, start, quote) => ({ key, start, end: start + Array.from(quote).length, quote });

test("an article is cut where passages begin or end", () => {
  const found = pieces([passage("a", 2, "cd efg"), passage("b", 5, "efg")], "a cd efg h".replace("a cd", "abcd"));
  assert.deepEqual(
    found.map(({ text, meant }) => [text, meant]),
    [
      ["ab", undefined],
      ["cd ", "a"],
      ["efg", "b"],
      [" h", undefined],
    ],
  );
});

test("without its text an article is what is quoted, and gaps as long as the rest", () => {
  const found = pieces([passage("a", 2, "ä\u{1f600}c")], null, 9);
  assert.deepEqual(
    found.map(({ text, length }) => [text, length]),
    [
      [null, 2],
      ["ä\u{1f600}c", 3],
      [null, 4],
    ],
  );
});

test("offsets count code points", () => {
  const [, middle] = pieces([passage("a", 1, "b")], "\u{1f600}bc");
  assert.equal(middle.text, "b");
});
