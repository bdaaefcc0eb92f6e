import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, cellParts, changed, format, parse, safeAddress } from "../src/route.js";

const HAZARDS = ["CR-0019", "a/b", "50 %", "?&=#", "ä é\u0301", "\u202e", "__proto__", "+", "%2F", "</script>"];

test("a route comes back from its address", () => {
  for (const part of HAZARDS) {
    const route = { view: "cell", parts: [part, "x"], params: { q: part, [part]: "y" } };
    const back = parse(format(route));
    assert.deepEqual([back.view, back.parts], [route.view, route.parts]);
    assert.deepEqual(Object.entries(back.params), Object.entries({ q: part, [part]: "y" }));
  }
});

test("a cell comes back from a parameter", () => {
  for (const part of HAZARDS) {
    assert.deepEqual(cellParts(cellOf(part, "f/g")), { record: part, field: "f/g" });
  }
});

test("what encodes nothing stands for itself", () => {
  assert.deepEqual(parse("#/cell/%E0%A4%A").parts, ["%E0%A4%A"]);
  assert.equal(parse("").view, "");
});

test("empty parameters are not in the address", () => {
  const route = parse("#/counts?place=almaty&q=x");
  assert.equal(changed(route, { q: "" }), "#/counts?place=almaty");
});

test("views are found by the names that they once had", () => {
  const names = ["toll", "timeline", "disagreements", "tables", "constructor"].map((name) => parse(`#/${name}/x`).view);
  assert.deepEqual(names, ["counts", "days", "otherwise", "data", "constructor"]);
});

test("only addresses of the web are opened", () => {
  assert.equal(safeAddress("https://example.org/#:~:text=over%2060"), "https://example.org/#:~:text=over%2060");
  for (const bad of ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "file:///etc", "//x", ""]) {
    assert.equal(safeAddress(bad), null, bad);
  }
});
