import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { strings as desk } from "../src/edit/strings.js";
import { strings as page } from "../src/strings.js";

/**
 * The paths of all strings: `strings.story.title`.
 * @param {object} group
 * @param {string} path
 * @returns {string[]}
 */
const leaves = (group, path = "strings") =>
  Object.entries(group).flatMap(([name, value]) =>
    typeof value === "object" && !Array.isArray(value) ? leaves(value, `${path}.${name}`) : [`${path}.${name}`],
  );

/**
 * What the sources of a folder say, with `words` as what it stands for.
 * @param {string} folder
 */
function sources(folder) {
  const home = new URL(`../src/${folder}`, import.meta.url);
  const files = readdirSync(home).filter((name) => /\.jsx?$/.test(name) && name !== "strings.js");
  return files.map((name) => spelled(readFileSync(new URL(name, home), "utf8"))).join("\n");
}

/** @param {string} text */
function spelled(text) {
  const alias = /const words = (strings[.\w]*);/.exec(text);
  return alias ? text.replace(alias[0], "").replace(/(?<![.\w])words(?=[.[])/g, alias[1]) : text;
}

/**
 * Whether a string is named, or is a word of a vocabulary that is used as a whole.
 * @param {string} text
 * @param {string} path
 */
function used(text, path) {
  const group = path.slice(0, path.lastIndexOf("."));
  const says = (/** @type {string} */ one, /** @type {string} */ then) =>
    new RegExp(`\\b${one.replaceAll(".", "\\.")}${then}`).test(text);
  return says(path, "\\b") || (group !== "strings" && says(group, "(?![.\\w])"));
}

for (const [name, strings, folder] of /** @type {const} */ ([
  ["page", page, "./"],
  ["desk", desk, "edit/"],
])) {
  test(`every string of the ${name} is shown somewhere`, () => {
    const text = sources(folder);
    assert.deepEqual(
      leaves(strings).filter((path) => !used(text, path)),
      [],
    );
  });
}
