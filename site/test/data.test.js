import assert from "node:assert/strict";
import { test } from "node:test";
import { Answer, Table, Tree } from "../src/data.js";

const table = (extra = {}) =>
  new Table({
    name: "places",
    title: "Places",
    description: "",
    record: null,
    principal: null,
    claims: null,
    figure: null,
    key: ["id"],
    parent: "of",
    called: "name",
    rows: 3,
    from: [0, 1, 2],
    filled: [[0, "name", 1]],
    columns: ["id", "of", "name"].map((name) => ({ name, title: name, type: "string" })),
    cells: [{ cells: ["a", "b", "c"] }, { words: ["", "a", "b"], rows: [0, 1, 2] }, { cells: ["A", "", "C"] }],
    ...extra,
  });

test("a cell is empty until it is known", () => {
  const places = table();
  assert.deepEqual(
    [0, 1].map((step) => places.cell(0, "name", step)),
    ["", "A"],
  );
  assert.deepEqual(
    [0, 1, 2].map((row) => places.has(row, 1)),
    [true, true, false],
  );
});

test("what has no name is called by its key", () => {
  assert.deepEqual(
    ["a", "b", "none"].map((key) => table().label(key)),
    ["A", "b", "none"],
  );
});

test("a tree takes in its parts, and a circle ends", () => {
  const tree = new Tree(table());
  assert.ok(tree.within("c", "a") && tree.within("a", "a") && !tree.within("a", "c"));
  const circle = new Tree(
    table({ cells: [{ cells: ["a", "b", "c"] }, { cells: ["c", "a", "b"] }, { cells: ["", "", ""] }] }),
  );
  assert.ok(circle.within("a", "b") && !circle.within("a", "none"));
});

test("rows of an answer hold for their steps", () => {
  const answer = new Answer({ from: [0, 1, 2], until: [1, 3, 3], key: ["x", "x", "y"] });
  assert.deepEqual(
    [-1, 0, 1, 2].map((step) => answer.rows(step)),
    [[], [0], [1], [1, 2]],
  );
});
