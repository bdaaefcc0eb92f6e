// Events: which fit the filters, on which days they fall, and in which lane they stand.

import { after, between } from "./days.js";
import { searched } from "./search.js";

export const LONG = 14; // days without an event that end a stretch of days
const MOST_DAYS = 400; // days that are drawn; earlier ones stand beside them

/** The events of a package, with what their columns are called. */
export function eventsOf(pkg) {
  const answer = pkg.answers.events;
  const { table, place, type } = pkg.roles.events;
  const actors = pkg.vocabulary(pkg.roles.participants?.table, pkg.roles.participants?.actor);
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

/** The rows of events that fit the filters as of a step, in their order. */
export function chosen(events, params, step) {
  const { answer, trees, called, actor } = events;
  const found = searched(params.q);
  return answer.rows(step).filter((row) => {
    const at = (name) => answer.at(row, name);
    if (params.place && !trees.place.within(at("place"), params.place)) return false;
    if (params.at && at("place") !== params.at) return false;
    if (params.type && !trees.type.within(at("type"), params.type)) return false;
    if (params.source && !at("sources").includes(params.source)) return false;
    if (params.day && dayOf(events, row) !== params.day) return false;
    const actors = at("actors").map(([key]) => key);
    if (params.actor && !actors.some((key) => trees.actor.within(key, params.actor))) return false;
    const texts = [at("key"), at("title"), at("description"), at("when"), called.type(at("type"))];
    return !found || found([...texts, called.place(at("place")), ...actors.map(actor)]);
  });
}

const KNOWN = new Set(["day", "part_of_day", "night", "range"]);

/** The day on which an event stands; null where the words name none. */
export function dayOf({ answer }, row) {
  const [start, end, precision] = ["start", "end", "precision"].map((name) => answer.at(row, name));
  const known = start && KNOWN.has(precision ?? "day");
  return known && (precision !== "range" || between(start, end ?? start) <= LONG) ? start : null;
}

/** How a mark is drawn: as exactly as the words say when. */
export function precisionOf({ answer }, row) {
  const [start, end, precision] = ["start", "end", "precision"].map((name) => answer.at(row, name));
  if (!start && !end) return "none";
  if (precision === "part_of_day" || precision === "night") return precision;
  return end && end !== start ? "range" : (precision ?? "day");
}

/** All days from the first to the last of the stretch with most events; empty days are empty. */
export function stretch(events, rows) {
  const counts = new Map();
  for (const row of rows) {
    const day = dayOf(events, row);
    if (day) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const parts = [];
  for (const day of [...counts.keys()].sort()) {
    const part = parts.at(-1);
    if (part && between(part.last, day) <= LONG)
      Object.assign(part, { last: day, number: part.number + counts.get(day) });
    else parts.push({ first: day, last: day, number: counts.get(day) });
  }
  const best = parts.sort((a, b) => b.number - a.number)[0];
  if (!best) return [];
  const size = Math.min(MOST_DAYS, between(best.first, best.last) + 1);
  return Array.from({ length: size }, (_, number) => after(best.last, number - size + 1));
}

/** Events by what they are: the topmost kind of each, the kind with most events first. */
export function lanes(events, rows) {
  const { answer, trees } = events;
  const found = new Map();
  for (const row of rows) {
    const top = root(trees.type, answer.at(row, "type"));
    const lane = found.get(top) ?? { type: top, days: new Map(), undated: [], number: 0 };
    found.set(top, lane);
    lane.number += 1;
    const day = dayOf(events, row);
    if (day) lane.days.set(day, [...(lane.days.get(day) ?? []), row]);
    else lane.undated.push(row);
  }
  return [...found.values()].sort((a, b) => b.number - a.number);
}

function root(tree, key) {
  const seen = new Set();
  let at = key;
  while (tree.parents.get(at) && !seen.has(at)) {
    seen.add(at);
    at = tree.parents.get(at);
  }
  return at;
}
