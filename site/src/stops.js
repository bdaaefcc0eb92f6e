// Where a slider over days stops.

/** @import { Stop } from "./types.js" */
/** @import { Package } from "./data.js" */

/**
 * The days that the slider stops at. `ends(step)` is where a step stands on the axis: on the matrix
 * as many columns as are out by then.
 * @param {Pick<Package, "days" | "last" | "more">} pkg
 * @param {(step: number) => number} [ends]
 * @returns {Stop[]}
 */
export function stopsOf(pkg, ends = (step) => step + 1) {
  /** @type {Stop[]} */
  const stops = pkg.days.map((day, step) => ({ day, step, end: ends(step) }));
  if (stops.length && !pkg.more) stops.pop(); // the last day shows what the whole package does
  stops.push({ step: pkg.last, end: ends(pkg.last), until: pkg.more ? undefined : pkg.days.at(-1) });
  // Days without an article of their own stand between two.
  for (let i = 1; i < stops.length; i++) stops[i].end = Math.max(stops[i].end, stops[i - 1].end + 0.5);
  return stops;
}

/**
 * The next stop in the direction in which a slider was moved: some values lie between two.
 * @param {Pick<Stop, "end">[]} stops
 * @param {number} at
 * @param {number} value
 */
export function snapped(stops, at, value) {
  const now = stops[at]?.end ?? 0;
  if (value === now) return at;
  if (value > now) return stops.findIndex(({ end }) => end >= value);
  return Math.max(
    0,
    stops.findLastIndex(({ end }) => end <= value),
  );
}
