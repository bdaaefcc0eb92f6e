import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, freeKey, receiptsOf, withBlock, without } from "../src/edit/draft.js";
import { optionsOf, titleOf } from "../src/edit/names.js";

/** @typedef {import("../src/edit/types.js").Block} Block */
/** @typedef {import("../src/edit/types.js").Form} Form */

/**
 * @param {string} key
 * @param {Partial<Block>} more
 * @returns {Block}
 */
const block = (key, more = {}) => ({ key, section: "row", table: "places", ...more });

/** @type {Form} */
const form = {
  ...{ table: "places", section: "row", title: "Places", about: "", claim: false, traced: false },
  ...{ label: "name", key: "id", event: null, says: null, menu: false, first: false, fields: [] },
};

test("a cell keeps one receipt beside its value, and several in a list", () => {
  const one = { words: "in Almaty", occurrence: 2 };
  const other = { words: "Almaty" };
  assert.deepEqual(cellOf("almaty", [one]), { value: "almaty", ...one });
  assert.deepEqual(cellOf("", [{ words: "Almaty", note: "" }]), other);
  for (const receipts of [[], [one], [one, other]])
    assert.deepEqual(
      receiptsOf(cellOf("almaty", receipts)).map(({ words }) => words),
      receipts.map(({ words }) => words),
    );
});

test("a card is changed or taken away by its key, and a new one has its own", () => {
  const state = { blocks: [block("k1"), block("k3")] };
  const changed = withBlock(state, "k3", (one) => ({ ...one, id: "x" }));
  assert.deepEqual(
    changed.blocks?.map(({ id }) => id),
    [undefined, "x"],
  );
  assert.deepEqual(without(state, "k1"), { blocks: [block("k3")] });
  assert.equal(freeKey(state), "k2");
  assert.equal(freeKey({}), "k1");
});

test("a card is called by its name, its words, or a value", () => {
  assert.equal(titleOf([form], block("a", { cells: { name: { value: "Almaty" } } })), "Almaty");
  assert.equal(titleOf([form], block("a", { quote: { words: "in Almaty" } })), "“in Almaty”");
  assert.equal(titleOf([form], block("a", { cells: { kind: { value: "city" } } })), "city");
  assert.equal(titleOf([form], block("a")), "without a title");
});

test("new rows of the desk can be chosen first, each once", () => {
  const field = { name: "place", label: "Place", way: "choice", of: "places", options: [{ value: "b", name: "B" }] };
  const blocks = [
    block("k1", { ref: "a", cells: { name: { value: "A" } } }),
    block("k2", { id: "b", cells: { name: { value: "New B" } } }),
    block("k3", { id: "c", withdraw: "gone" }),
    block("k4"),
  ];
  assert.deepEqual(
    optionsOf(field, blocks, [form]).map(({ value, name }) => [value, name]),
    [
      ["a", "A"],
      ["b", "New B"],
    ],
  );
});
