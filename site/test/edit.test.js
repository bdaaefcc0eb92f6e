import assert from "node:assert/strict";
import test from "node:test";
import { beginning, ledTo, typing, wordsOf } from "../src/edit/keys.js";
import { found, occurrence, pieces, places, whole, words } from "../src/edit/text.js";

test("places are code points for the command and UTF-16 units for the browser", () => {
  const text = "🚒🚒 Two 🚓";
  const at = places(text);
  assert.equal(at.points(text.indexOf("Two")), 3);
  assert.equal(at.units(3), text.indexOf("Two"));
  assert.equal(at.units(8), text.length);
  assert.equal(at.points(text.length), 8);
  assert.equal(places("plain").points(3), 3);
});

test("an occurrence is counted as the command counts it: overlapping ones, too", () => {
  assert.equal(occurrence("ababab", "abab", 2), 2);
  assert.equal(occurrence("two, then two", "two", 10), 2);
  assert.deepEqual(found("two, then two", "two", 2), { start: 10, end: 13 });
  assert.equal(found("two", "two", 2), null);
  assert.equal(found("two", "", 1), null);
});

test("a selection has whole words and no blanks at its ends", () => {
  const text = "Over 60 people died, she said";
  assert.deepEqual(whole(text, 2, 6), { start: 0, end: 7 });
  assert.deepEqual(whole(text, 7, 15), { start: 8, end: 14 });
  assert.deepEqual(whole(text, 15, 20), { start: 15, end: 20 });
  assert.equal(whole(text, 4, 5), null);
  assert.deepEqual(whole("eine Übung", 7, 8), { start: 5, end: 10 });
});

test("words are told apart for the keys", () => {
  assert.deepEqual(
    words("“At least 1,000,” he’d said.").map(({ start, end }) => "“At least 1,000,” he’d said.".slice(start, end)),
    ["At", "least", "1,000", "he’d", "said"],
  );
});

test("a text is cut where marks begin and end, and loses nothing", () => {
  const text = "Seven people died";
  const cut = pieces(text, [
    { start: 0, end: 17, kind: "quoted" },
    { start: 0, end: 5, kind: "left" },
  ]);
  assert.equal(cut.map((piece) => piece.text).join(""), text);
  assert.deepEqual(
    cut.map((piece) => piece.marks.length),
    [2, 1],
  );
});

const TOLD = "Flood. Seven people died; two ran.";
const KNOWN = words(TOLD);
const LEFT = [
  { start: 7, end: 12 },
  { start: 26, end: 29 },
];

test("keys go from word to word, to the ends, and to the numbers that are left", () => {
  const led = (/** @type {string} */ key, /** @type {number | null} */ head) => ledTo(key, head, KNOWN, LEFT);
  assert.deepEqual([led("ArrowRight", null), led("ArrowLeft", 0), led("End", null), led("Home", 4)], [0, 0, 5, 0]);
  assert.deepEqual([led("ArrowDown", null), led("ArrowDown", 1), led("ArrowDown", 4)], [1, 4, null]);
  assert.deepEqual([led("ArrowUp", 4), led("ArrowUp", 1), led("a", 1)], [1, null, null]);
});

test("letters lead to the next word that begins with them, and after a pause to another one", () => {
  const typed = typing();
  /**
   * @param {string} letter
   * @param {number} now
   * @param {number | null} head
   */
  const to = (letter, now, head) => beginning(TOLD, KNOWN, typed(letter, now), head);
  assert.equal(to("t", 0, null), 4);
  assert.equal(to("w", 100, 4), 4);
  assert.equal(to("P", 5000, 4), 2);
  assert.equal(to("x", 9000, 2), null);
});

test("a place has a first and a last word", () => {
  assert.deepEqual(wordsOf(KNOWN, { start: 7, end: 20 }), [1, 2]);
  assert.equal(wordsOf(KNOWN, { start: 5, end: 7 }), null);
});
