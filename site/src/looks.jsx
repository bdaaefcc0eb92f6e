// Colours and shapes, always with a word beside them: eight colours after Okabe and Ito.

import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3-shape";

const SHAPES = {
  circle: symbolCircle,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  star: symbolStar,
  wye: symbolWye,
  cross: symbolCross,
};
const NAMES = Object.keys(SHAPES);
const COLOURS = 7; // --c1 to --c7 in app.css; --c0 is for nobody, --c8 for all others

/** The colour of each value, the first ones their own, the rest one together. */
export function colours(values) {
  const place = new Map(values.map((value, index) => [value, Math.min(index + 1, COLOURS + 1)]));
  return (value) => place.get(value) ?? 0;
}
export const ink = (number) => `var(--c${number})`;
export const OTHERS = COLOURS + 1;

export function shapes(values) {
  const place = new Map(values.map((value, index) => [value, NAMES[index] ?? NAMES.at(-1)]));
  return (value) => place.get(value) ?? NAMES[0];
}

export function Shape({ shape, colour = 0 }) {
  return (
    <svg class="swatch" viewBox="-8 -8 16 16" aria-hidden="true">
      <path d={symbol(SHAPES[shape], 64)()} fill={ink(colour)} stroke="currentColor" />
    </svg>
  );
}
