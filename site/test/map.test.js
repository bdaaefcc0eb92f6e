import assert from "node:assert/strict";
import { test } from "node:test";
import { inRing, labelled, near, projection } from "../src/geometry.js";

/** @typedef {import("../src/types.js").Point} Point */

test("places far away do not make a map of the world", () => {
  /** @type {Point[]} */
  const points = [
    [70, 43],
    [71, 44],
    [72, 45],
    [-74, 40],
  ];
  assert.deepEqual(near(points), points.slice(0, 3));
});

test("north is up, east is right, and all is in the frame", () => {
  const project = projection(
    [
      [60, 40],
      [80, 50],
    ],
    400,
    300,
  );
  const [[west, south], [east, north]] = [project([60, 40]), project([80, 50])];
  assert.ok(west < east && north < south);
  assert.ok([west, east].every((x) => x > 0 && x < 400) && [north, south].every((y) => y > 0 && y < 300));
});

test("a point is in a ring or not", () => {
  /** @type {Point[]} */
  const ring = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
  ];
  assert.deepEqual(
    [2, 5, -1].map((x) => inRing([x, 2], ring)),
    [true, false, false],
  );
});

test("no label covers another", () => {
  const circles = [0, 1, 2, 3].map((key) => ({ key, x: 100, y: 100 + key, r: 4, text: "Almaty 41" }));
  const { circles: placed } = labelled(circles, [], 400, 300);
  const boxes = placed.flatMap(({ label }) => (label ? [label.box] : []));
  assert.ok(boxes.length >= 2);
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
  }
});
