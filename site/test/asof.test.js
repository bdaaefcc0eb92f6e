import assert from "node:assert/strict";
import { test } from "node:test";
import { snapped, stopsOf } from "../src/stops.js";

const days = ["2022-01-05", "2022-01-06", "2022-01-07"];

test("stops stand where their articles end", () => {
  const pkg = { days, last: 3, more: true };
  const stops = stopsOf(pkg, (step) => [1, 4, 5, 5][step]);
  assert.deepEqual(
    stops.map(({ end }) => end),
    [1, 4, 5, 5.5],
  );
  assert.equal(stops.at(-1)?.day, undefined);
});

test("the last day is the whole package, where that says no more", () => {
  const stops = stopsOf({ days, last: 3, more: false });
  assert.deepEqual(
    stops.map(({ step }) => step),
    [0, 1, 3],
  );
  assert.equal(stops.at(-1)?.until, "2022-01-07");
});

test("a package without days has one stop", () => {
  assert.equal(stopsOf({ days: [], last: 0, more: true }).length, 1);
});

test("a slider goes on in the direction in which it is moved", () => {
  const stops = [1, 4, 5].map((end) => ({ end }));
  assert.deepEqual(
    [2, 4, 5].map((value) => snapped(stops, 0, value)),
    [1, 1, 2],
  );
  assert.deepEqual(
    [3, 0].map((value) => snapped(stops, 1, value)),
    [0, 0],
  );
  assert.equal(snapped(stops, -1, 1), 0);
});
