import assert from "node:assert/strict";
import { test } from "node:test";
import { after, between, brief, dated, ends, plain, short, whole } from "../src/days.js";
import { wrapped } from "../src/picture.js";
import { range } from "../src/range.js";
import { searched } from "../src/search.js";

/**
 * @param {number | null} low
 * @param {number | null} high
 */
const told = (low, high, above = false, below = false) => range({ low, high, above, below, numbered: true });

test("a range says what its words allow", () => {
  assert.equal(told(7, 7), "7");
  assert.equal(told(1000, 2000), "1,000 to 2,000");
  assert.equal(told(0, 0), "0");
  assert.equal(told(60, null), "60 or more");
  assert.equal(told(60, null, true), "more than 60");
  assert.equal(told(null, 60, false, true), "less than 60");
  assert.equal(told(10, 20, true), "more than 10, at most 20");
  assert.equal(told(null, null), "open");
  assert.equal(range({ low: 1, high: 2, above: false, below: false, numbered: false }), "none given");
});

test("days are written as people write them", () => {
  const day = "2022-01-07";
  assert.deepEqual(
    [whole, plain, short, brief].map((write) => write(day)),
    ["Friday 7 January 2022", "7 January 2022", "Fri 7 Jan", "7 Jan"],
  );
  assert.equal(plain("2022-13"), "2022-13");
  assert.equal(dated("from 2022-01-07 on"), "from 7 January 2022 on");
});

test("days are counted over the end of a month", () => {
  assert.equal(between("2022-02-27", "2022-03-01"), 2);
  assert.equal(after("2022-02-27", 2), "2022-03-01");
  assert.equal(after("2022-01-01", -1), "2021-12-31");
});

test("years are told where they differ", () => {
  assert.deepEqual(ends(["2022-01-02", "2022-01-09"]), ["2 Jan", "9 Jan"]);
  assert.deepEqual(ends(["2021-12-31", "2022-01-09"]), ["31 December 2021", "9 January 2022"]);
});

test("a search finds all its words, in any of the texts", () => {
  assert.equal(searched("  "), null);
  assert.equal(searched(undefined), null);
  const found = searched("Almaty KILLED");
  assert.ok(found?.(["killed there", null, "in almaty"]));
  assert.ok(!found?.(["killed there"]));
});

test("words go into lines that have room, and keep their look", () => {
  const lines = wrapped([{ text: "two words ", mark: true }, { text: "unbreakable" }], 10, (word) => word.length);
  assert.deepEqual(
    lines.map((line) => line.map(({ text, mark }) => [text, mark])),
    [
      [
        ["two ", true],
        ["words ", true],
      ],
      [["unbreakable", undefined]],
    ],
  );
});
