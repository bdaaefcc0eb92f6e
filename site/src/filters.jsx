// Filters as chips: what is chosen stands in the address, and each chip takes itself away.

/** @import { Claims, Choice as Option, ClaimRole, Route } from "./types.js" */
/** @import { Package, Tree } from "./data.js" */
/** @import { ComponentChildren, TargetedEvent } from "preact" */
import { useEffect, useRef, useState } from "preact/hooks";
import { changed, format, replace } from "./route.js";
import { strings, word } from "./strings.js";

const TYPING = 200; // milliseconds without a key before a search is asked
const KEPT = new Set(["as-of", "cell", "embed", "sort", "passage"]); // parameters that filter nothing

/**
 * `choices`: options by the name of their parameter, each `{value, label, number, depth}`;
 * `titles` are the names of parameters that are none of the page's own.
 * @param {{route: Route, choices?: Record<string, Option[]>, titles?: Record<string, string>, children?: ComponentChildren}} given
 */
export function Filters({ route, choices, titles, children }) {
  const called = (/** @type {string} */ name) => titles?.[name] ?? word(strings.filter, name);
  const set = Object.entries(route.params).flatMap(([name, value]) =>
    value && !KEPT.has(name) ? [{ name, value }] : [],
  );
  const bare = format({
    ...route,
    params: Object.fromEntries(Object.entries(route.params).filter(([name]) => KEPT.has(name))),
  });
  const free = Object.entries(choices ?? {}).filter(([, options]) => options.length > 1);
  return (
    <form class="filters" aria-label={strings.filter.legend} onSubmit={(event) => event.preventDefault()}>
      {set.map(({ name, value }) => (
        <a key={name} class="chip" href={changed(route, { [name]: undefined })}>
          <span class="quiet">{called(name)}:</span> {labelOf(choices?.[name], name, value)}
          <span aria-hidden="true"> ✕</span>
          <span class="hidden"> {strings.filter.remove}</span>
        </a>
      ))}
      {free
        .filter(([name]) => !route.params[name])
        .map(([name, options]) => (
          <Choice key={name} route={route} name={name} title={called(name)} options={options} />
        ))}
      {children}
      {set.length > 1 && (
        <a class="plain" href={bare}>
          {strings.filter.clear}
        </a>
      )}
    </form>
  );
}

/**
 * The filters that are set, in words.
 * @param {Route} route
 * @param {Record<string, Option[]>} choices
 */
export function chosenInWords(route, choices) {
  return Object.entries(route.params)
    .flatMap(([name, value]) => (value && !KEPT.has(name) ? [{ name, value }] : []))
    .map(({ name, value }) => `${word(strings.filter, name)}: ${labelOf(choices[name], name, value)}`)
    .join("; ");
}

/**
 * @param {Option[] | undefined} options
 * @param {string} name
 * @param {string} value
 */
function labelOf(options, name, value) {
  const found = options?.find((option) => option.value === value);
  return found?.label ?? (name === "retracted" ? strings.filter.too : value);
}

/**
 * A chip that opens the values of one filter.
 * @param {{route: Route, name: string, title: string, options: Option[]}} given
 */
function Choice({ route, name, title, options }) {
  /** @param {TargetedEvent<HTMLSelectElement>} event */
  const choose = (event) => {
    location.hash = changed(route, { [name]: event.currentTarget.value });
  };
  return (
    <select class="chip" name={name} aria-label={title} value="" onChange={choose}>
      <option value="">{title}</option>
      {options.map(({ value, label, number, depth = 0 }) => (
        <option key={value} value={value}>
          {`${"\u2003".repeat(depth)}${label}${number ? ` (${number.toLocaleString("en")})` : ""}`}
        </option>
      ))}
    </select>
  );
}

/**
 * The filters of claims with a figure.
 * @param {Package} pkg
 * @param {Claims} claims
 * @returns {Record<string, Option[]>}
 */
export function claimFilters(pkg, { answer, name, trees }) {
  /**
   * @param {ClaimRole | "source"} role
   * @param {(value: string) => string} [called]
   */
  const flat = (role, called = (value) => name(/** @type {ClaimRole} */ (role), value)) =>
    options(answer.counts(role, pkg.last), called);
  /** @param {"population" | "place"} role */
  const tree = (role) => treeOptions(answer.counts(role, pkg.last), trees[role], (value) => name(role, value));
  const retracted = answer.values("status").includes("retracted");
  return {
    outcome: flat("outcome"),
    population: tree("population"),
    place: tree("place"),
    claimant: flat("claimant"),
    source: flat("source", (key) => pkg.article(key)?.name ?? key),
    // One value alone would not be offered.
    retracted: retracted
      ? [
          { value: "yes", label: strings.filter.too },
          { value: "", label: strings.filter.not },
        ]
      : [],
  };
}

/**
 * Typed words that change the address when no key is pressed for a moment.
 * @param {{asked: string, address: (typed: string) => string, label: string}} given
 */
export function Search({ asked, address, label }) {
  const [typed, setTyped] = useState(asked);
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => () => clearTimeout(timer.current), []);
  /** @param {TargetedEvent<HTMLInputElement>} event */
  const type = (event) => {
    const { value } = event.currentTarget;
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => replace(address(value)), TYPING);
  };
  return <input type="search" name="q" value={typed} onInput={type} aria-label={label} placeholder={label} />;
}

/**
 * Values with how often they occur, as options, by what they are called.
 * @param {Map<string, number>} counts
 * @param {(value: string) => string} called
 * @returns {Option[]}
 */
export const options = (counts, called) =>
  [...counts]
    .map(([value, number]) => ({ value, label: called(value), number }))
    .sort((a, b) => a.label.localeCompare(b.label, "en"));

/**
 * Values and all wholes that they are part of, wholes first, indented by their depth.
 * @param {Map<string, number>} counts
 * @param {Tree} tree
 * @param {(value: string) => string} called
 * @returns {Option[]}
 */
export function treeOptions(counts, tree, called) {
  /** @type {Map<string, number>} */
  const all = new Map();
  for (const [value, number] of counts) {
    const seen = new Set();
    for (let at = /** @type {string | undefined} */ (value); at && !seen.has(at); at = tree.parents.get(at)) {
      all.set(at, (all.get(at) ?? 0) + number);
      seen.add(at);
    }
  }
  /** @type {Map<string, string[]>} */
  const children = new Map();
  for (const key of all.keys()) {
    const parent = tree.parents.get(key) ?? "";
    const under = all.has(parent) ? parent : "";
    children.set(under, [...(children.get(under) ?? []), key]);
  }
  /** @type {Option[]} */
  const found = [];
  /**
   * @param {string} key
   * @param {number} depth
   */
  const visit = (key, depth) => {
    const below = (children.get(key) ?? []).map((value) => ({ value, label: called(value), number: all.get(value) }));
    for (const option of below.sort((a, b) => a.label.localeCompare(b.label, "en"))) {
      found.push({ ...option, depth });
      visit(option.value, depth + 1);
    }
  };
  visit("", 0);
  return found;
}
