// Events: which fit the filters, on which days they fall, and in which lane they stand.

/** @import { Package, Tree } from "./data.js" */
/** @import { Events, Lane, Params } from "./types.js" */
import { after, between } from "./days.js";
import { searched } from "./search.js";

export const LONG = 14; // days without an event that end a stretch of days
const MOST_DAYS = 400; // days that are drawn; earlier ones stand beside them

/**
 * The events of a package, with what their columns are called.
 * @param {Package} pkg
 * @returns {Events}
 */
export function eventsOf(pkg) {
  const answer = pkg.answers.events;
  const { table = "", place, type } = pkg.roles.events ?? {};
  const actors = pkg.vocabulary(pkg.roles.participants?.table, pkg.roles.participants?.actor);
  /** @type {(column: string | undefined) => (value: string | null) => string} */
  const called = (column) => (value) => pkg.called(table, column, value);
  return {
    answer,
    table,
    called: { place: called(place), type: called(type) },
    actor: (key) => (actors ? actors.label(key) : key),
    trees: {
      place: pkg.tree(pkg.vocabulary(table, place)),
      type: pkg.tree(pkg.vocabulary(table, type)),
      actor: pkg.tree(actors),
    },
  };
}

/**
 * The rows of events that fit the filters as of a step, in their order.
 * @param {Events} events
 * @param {Params} params
 * @param {number} step
 */
export function chosen(events, params, step) {
  const { answer, trees, called, actor } = events;
  const found = searched(params.q);
  return answer.rows(step).filter((row) => {
    const event = answer.row(row);
    const { place, type, sources } = event;
    if (params.place && !trees.place.within(place, params.place)) return false;
    if (params.at && place !== params.at) return false;
    if (params.type && !trees.type.within(type, params.type)) return false;
    if (params.source && !sources.includes(params.source)) return false;
    if (params.day && dayOf(events, row) !== params.day) return false;
    const actors = event.actors.map(([key]) => key);
    const { actor: wanted } = params;
    if (wanted && !actors.some((key) => trees.actor.within(key, wanted))) return false;
    const texts = [event.key, event.title, event.description, event.when, called.type(type), called.place(place)];
    return !found || found([...texts, ...actors.map(actor)]);
  });
}

/**
 * @param {Events["answer"]} answer
 * @param {number} row
 */
const timesOf = (answer, row) =>
  /** @type {const} */ (["start", "end", "precision"]).map((name) => answer.at(row, name));

const KNOWN = new Set(["day", "part_of_day", "night", "range"]);

/**
 * The day on which an event stands; null where the words name none.
 * @param {Pick<Events, "answer">} events
 * @param {number} row
 * @returns {string | null}
 */
export function dayOf({ answer }, row) {
  const [start, end, precision] = timesOf(answer, row);
  const known = start && KNOWN.has(precision ?? "day");
  return known && (precision !== "range" || between(start, end ?? start) <= LONG) ? start : null;
}

/**
 * How a mark is drawn: as exactly as the words say when.
 * @param {Pick<Events, "answer">} events
 * @param {number} row
 * @returns {string}
 */
export function precisionOf({ answer }, row) {
  const [start, end, precision] = timesOf(answer, row);
  if (!start && !end) return "none";
  if (precision === "part_of_day" || precision === "night") return precision;
  return end && end !== start ? "range" : (precision ?? "day");
}

/**
 * All days from the first to the last of the stretch with most events; empty days are empty.
 * @param {Pick<Events, "answer">} events
 * @param {number[]} rows
 * @returns {string[]}
 */
export function stretch(events, rows) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const row of rows) {
    const day = dayOf(events, row);
    if (day) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  /** @type {{first: string, last: string, number: number}[]} */
  const parts = [];
  for (const [day, number] of [...counts].sort()) {
    const part = parts.at(-1);
    if (part && between(part.last, day) <= LONG) Object.assign(part, { last: day, number: part.number + number });
    else parts.push({ first: day, last: day, number });
  }
  const best = parts.sort((a, b) => b.number - a.number)[0];
  if (!best) return [];
  const size = Math.min(MOST_DAYS, between(best.first, best.last) + 1);
  return Array.from({ length: size }, (_, number) => after(best.last, number - size + 1));
}

/**
 * @param {string} type
 * @returns {Lane}
 */
const laneOf = (type) => ({ type, days: new Map(), undated: [], number: 0 });

/**
 * Events by what they are: the topmost kind of each, the kind with most events first.
 * @param {Pick<Events, "answer" | "trees">} events
 * @param {number[]} rows
 * @returns {Lane[]}
 */
export function lanes(events, rows) {
  const { answer, trees } = events;
  /** @type {Map<string, Lane>} */
  const found = new Map();
  for (const row of rows) {
    const top = root(trees.type, answer.at(row, "type"));
    const lane = found.get(top) ?? laneOf(top);
    found.set(top, lane);
    lane.number += 1;
    const day = dayOf(events, row);
    if (day) lane.days.set(day, [...(lane.days.get(day) ?? []), row]);
    else lane.undated.push(row);
  }
  return [...found.values()].sort((a, b) => b.number - a.number);
}

/**
 * @param {Tree} tree
 * @param {string | null} key
 */
function root(tree, key) {
  const seen = new Set();
  let at = key ?? "";
  for (let above = tree.parents.get(at); above && !seen.has(at); above = tree.parents.get(at)) {
    seen.add(at);
    at = above;
  }
  return at;
}
