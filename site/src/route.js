// The address: everything a view depends on stands in the hash, so that any view has a permalink.
//
//   #/counts?as-of=2022-01-06&place=almaty&cell=CR-0007

/** @typedef {{view: string, parts: string[], params: Record<string, string>}} Route */

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

/** @returns {Route} */
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

function split(text, mark) {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

/** The hash of a route; empty parameters are left out, so that one view has one address. */
export function format({ view, parts = [], params = {} }) {
  const path = [view, ...parts].map(encodeURIComponent).join("/");
  const query = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  return `#/${path}${query ? `?${query}` : ""}`;
}

/** The same view with some parameters changed. */
export const changed = (route, params) => format({ ...route, params: { ...route.params, ...params } });

/** Goes to an address in place of the one that is shown: a step of a slider is no page to go back to. */
export const replace = (hash) => location.replace(hash);

/** A cell as one parameter, and back. */
export const cellOf = (record, field) => [record, field].filter(Boolean).map(encodeURIComponent).join("/");
export function cellParts(cell) {
  const [record, field] = cell.split("/").map(decoded);
  return { record, field };
}

/** An address from the data, if a browser may open it; else null. */
export function safeAddress(address) {
  try {
    const { protocol, href } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}
