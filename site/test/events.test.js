import assert from "node:assert/strict";
import { test } from "node:test";
import { Answer } from "../src/data.js";
import { ends } from "../src/days.js";
import { precisionOf, stretch } from "../src/events.js";

/** @typedef {(string | null)[]} Times an event's `start`, `end` and `precision` */

/**
 * Events of some days.
 * @param {Times[]} days
 * @returns {any}
 */
function events(...days) {
  const column = (/** @type {number} */ place) => days.map((day) => day[place] ?? null);
  const raw = {
    from: days.map(() => 0),
    until: days.map(() => 1),
    start: column(0),
    end: column(1),
    precision: column(2),
  };
  return { answer: new Answer(raw) };
}

/** @param {Times[]} days */
const rows = (...days) =>
  stretch(
    events(...days),
    days.map((_, row) => row),
  );

/** @param {string} day */
const on = (day) => [day, day, "day"];

test("days are continuous, and one far away does not stretch them", () => {
  assert.deepEqual(rows(on("2021-11-05"), on("2022-01-01"), on("2022-01-04")), [
    "2022-01-01",
    "2022-01-02",
    "2022-01-03",
    "2022-01-04",
  ]);
});

test("a year or a month is no day", () => {
  assert.deepEqual(rows(["2022-01-01", "2022-12-31", "year"], [null, "2022-01-05", "before"]), []);
});

test("years of days are not all drawn", () => {
  const many = Array.from({ length: 200 }, (_, number) =>
    on(new Date(Date.UTC(2020, 0, 1 + 7 * number)).toISOString().slice(0, 10)),
  );
  const days = rows(...many);
  assert.equal(days.length, 400);
  assert.equal(days.at(-1), many.at(-1)?.[0]);
});

test("a mark is as exact as the words", () => {
  const given = events(
    on("2022-01-01"),
    ["2022-01-01", "2022-01-02", "night"],
    ["2022-01-01", "2022-01-03", "range"],
    [],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => precisionOf(given, row)),
    ["day", "night", "range", "none"],
  );
});

test("years are told where they differ", () => {
  assert.deepEqual(ends(["2022-01-01", "2022-01-07"]), ["1 Jan", "7 Jan"]);
  assert.deepEqual(ends(["2021-12-31", "2022-01-07"]), ["31 December 2021", "7 January 2022"]);
});
