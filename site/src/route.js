// The address: everything a view depends on stands in the hash, so that any view has a permalink.
//
//   #/counts?as-of=2022-01-06&place=almaty&cell=CR-0007

/** @import { Params, Route } from "./types.js" */

/** @param {string} text */
const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % that encodes nothing stands for itself
  }
};

// Views by the names that they had in version 0.1: permalinks hold for ever.
const FORMER = new Map([
  ["toll", "counts"],
  ["timeline", "days"],
  ["disagreements", "otherwise"],
  ["tables", "data"],
]);

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parse(hash) {
  const [path, query = ""] = split(hash.replace(/^#/, ""), "?");
  const [view = "", ...parts] = path.split("/").slice(1).map(decoded);
  const params = Object.create(null);
  for (const pair of query.split("&").filter(Boolean)) {
    const [name, value = ""] = split(pair, "=");
    params[decoded(name)] = decoded(value.replaceAll("+", " "));
  }
  return { view: FORMER.get(view) ?? view, parts, params };
}

/**
 * @param {string} text
 * @param {string} mark
 */
function split(text, mark) {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

/**
 * The hash of a route; empty parameters are left out, so that one view has one address.
 * @param {{view: string, parts?: string[], params?: Record<string, string | null | undefined>}} route
 */
export function format({ view, parts = [], params = {} }) {
  const path = [view, ...parts].map(encodeURIComponent).join("/");
  const query = Object.entries(params)
    .flatMap(([name, value]) => (value ? [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`] : []))
    .join("&");
  return `#/${path}${query ? `?${query}` : ""}`;
}

/**
 * The same view with some parameters changed.
 * @param {Route} route
 * @param {Record<string, string | null | undefined>} params
 */
export const changed = (route, params) => format({ ...route, params: { ...route.params, ...params } });

/**
 * Goes to an address in place of the one that is shown: a step of a slider is no page to go back to.
 * @param {string} hash
 */
export const replace = (hash) => location.replace(hash);

/**
 * A cell as one parameter, and back.
 * @param {string} record
 * @param {string} field
 */
export const cellOf = (record, field) => [record, field].filter(Boolean).map(encodeURIComponent).join("/");
/**
 * @param {string} cell
 * @returns {{record: string, field?: string}}
 */
export function cellParts(cell) {
  const [record, field] = cell.split("/").map(decoded);
  return { record, field };
}

/**
 * An address from the data, if a browser may open it; else null.
 * @param {string} address
 */
export function safeAddress(address) {
  try {
    const { protocol, href } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}
