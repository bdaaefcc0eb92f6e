// The numbers that a claim allows, in words.

/** @import { Ends } from "./types.js" */
import { strings } from "./strings.js";

/** @param {Ends & {numbered: boolean}} claim */
export function range({ low, high, above, below, numbered }) {
  const words = strings.range;
  if (!numbered) return words.none;
  const [from, to] = [low, high].map((number) => number?.toLocaleString("en") ?? "");
  const least = from && (above ? words.moreThan(from) : words.atLeast(from));
  const most = to && (below ? words.lessThan(to) : words.atMost(to));
  if (least && most && !above && !below) return low === high ? from : words.to(from, to);
  return [least, most].filter(Boolean).join(", ") || words.open;
}
