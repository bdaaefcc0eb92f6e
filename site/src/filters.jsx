// Filters: their values stand in the address; they hold together.

import { useEffect, useRef, useState } from "preact/hooks";
import { changed, format } from "./route.js";
import { strings } from "./strings.js";

const TYPING = 200; // milliseconds without a key before a search is asked

export function Filters({ route, children }) {
  const { "as-of": day, cell } = route.params;
  const bare = format({ ...route, params: { "as-of": day, cell } });
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
      <a href={bare}>{strings.filter.clear}</a>
    </form>
  );
}

/** A choice among values: `{value, label, depth}`. */
export function Choice({ route, name, options }) {
  if (options.length === 0) return null;
  const value = route.params[name] ?? "";
  const known = value === "" || options.some((option) => option.value === value);
  const choose = (event) => {
    location.hash = changed(route, { [name]: event.currentTarget.value });
  };
  return (
    <label>
      <span>{strings.filter[name]}</span>
      <select name={name} value={value} onChange={choose}>
        <option value="">{strings.filter.any}</option>
        {!known && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {`${"\u2003".repeat(option.depth ?? 0)}${option.label}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Search({ route, name = "q" }) {
  const asked = route.params[name] ?? "";
  const [typed, setTyped] = useState(asked);
  const timer = useRef(0);
  useEffect(() => setTyped(asked), [asked]);
  const type = (event) => {
    const { value } = event.currentTarget;
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      location.hash = changed(route, { [name]: value });
    }, TYPING);
  };
  return (
    <label>
      <span>{strings.filter[name]}</span>
      <input type="search" name={name} value={typed} onInput={type} />
    </label>
  );
}

export function Tick({ route, name }) {
  const on = route.params[name] === "yes";
  const set = () => {
    location.hash = changed(route, { [name]: on ? undefined : "yes" });
  };
  return (
    <label class="tick">
      <input type="checkbox" name={name} checked={on} onChange={set} />
      <span>{strings.filter[name]}</span>
    </label>
  );
}

/** Values as options, by what they are called. */
export const options = (values, called) =>
  values
    .map((value) => ({ value, label: called(value) }))
    .sort((a, b) => a.label.localeCompare(b.label, "en"));

/** Values and all wholes that they are part of, wholes first, indented by their depth. */
export function treeOptions(values, tree, called) {
  const all = new Set();
  for (const value of values) {
    for (let at = value; at && !all.has(at); at = tree.parents.get(at)) all.add(at);
  }
  const children = new Map();
  for (const key of all) {
    const parent = tree.parents.get(key);
    const under = all.has(parent) ? parent : "";
    children.set(under, [...(children.get(under) ?? []), key]);
  }
  const found = [];
  const visit = (key, depth) => {
    const below = (children.get(key) ?? []).map((value) => ({ value, label: called(value) }));
    for (const option of below.sort((a, b) => a.label.localeCompare(b.label, "en"))) {
      found.push({ ...option, depth });
      visit(option.value, depth + 1);
    }
  };
  visit("", 0);
  return found;
}

/** Whether all words of a search stand in some texts. */
export function searched(q) {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return (texts) => {
    const text = texts.filter(Boolean).join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
