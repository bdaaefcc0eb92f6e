// The numbers that a claim allows, in words.

import { strings } from "./strings.js";

export function range({ low, high, above, below, numbered }) {
  const words = strings.range;
  if (!numbered) return words.none;
  const told = (number) => number.toLocaleString("en");
  const least = low === null ? "" : above ? words.moreThan(told(low)) : words.atLeast(told(low));
  const most = high === null ? "" : below ? words.lessThan(told(high)) : words.atMost(told(high));
  if (least && most && !above && !below) {
    return low === high ? told(low) : words.to(told(low), told(high));
  }
  return [least, most].filter(Boolean).join(", ") || words.open;
}
