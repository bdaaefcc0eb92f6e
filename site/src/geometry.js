// The geometry of a map: where points fall, what lies in what, and where names have room.

/** @import { Point } from "./types.js" */

const MARGIN = 24; // pixels around what is shown

/**
 * @param {Point} place
 * @returns {Point}
 */
const mercator = ([longitude, latitude]) => [
  (longitude * Math.PI) / 180,
  -Math.log(Math.tan(Math.PI / 4 + (Math.max(-86, Math.min(86, latitude)) * Math.PI) / 360)),
];

/**
 * Most of some points: single ones far away do not make a map of the world.
 * @param {Point[]} points
 */
export function near(points) {
  /** @param {number[]} values */
  const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const centre = [0, 1].map((axis) => middle(points.map((point) => point[axis])));
  return points.filter((point) => Math.abs(point[0] - centre[0]) < 30 && Math.abs(point[1] - centre[1]) < 15);
}

/**
 * Puts points into a frame.
 * @param {Point[]} points
 * @param {number} width
 * @param {number} height
 * @returns {(point: Point) => Point}
 */
export function projection(points, width, height) {
  const flat = points.map(mercator);
  const [low, high] = [Math.min, Math.max].map((end) => [0, 1].map((axis) => end(...flat.map((point) => point[axis]))));
  const span = [0, 1].map((axis) => Math.max(high[axis] - low[axis], 0.05) * 1.04);
  const scale = Math.min((width - 2 * MARGIN) / span[0], (height - 2 * MARGIN) / span[1]);
  return (point) => {
    const at = mercator(point);
    const [x, y] = [0, 1].map((axis) => (at[axis] - (low[axis] + high[axis]) / 2) * scale);
    return [x + width / 2, y + height / 2];
  };
}

/**
 * Whether a point lies in a ring.
 * @param {Point} point
 * @param {Point[]} ring
 */
export function inRing([x, y], ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */
/** @typedef {{x: number, y: number, r: number, text: string}} Circle */
/** @typedef {{name: string, at: Point}} Name */
/** @typedef {{at: Point, anchor: "start" | "end" | "middle", box: Box}} Label */

const SIZE = 15; // of a label's letters, in pixels of the drawing

/**
 * Labels beside their circles, then the names of countries, where none covers another.
 * @template {Circle} C
 * @template {Name} N
 * @param {C[]} circles
 * @param {N[]} names
 * @param {number} width
 * @param {number} height
 * @returns {{circles: (C & {label: Label | null})[], names: N[]}}
 */
export function labelled(circles, names, width, height) {
  /** @type {Box[]} */
  const taken = circles.map(({ x, y, r }) => [x - r, y - r, x + r, y + r]);
  /** @param {Box} box */
  const free = ([left, top, right, bottom]) =>
    left > 0 &&
    right < width &&
    top > 0 &&
    bottom < height &&
    !taken.some(([l, t, r, b]) => left < r && right > l && top < b && bottom > t);
  const placed = circles.map((circle) => {
    const { x, y, r, text } = circle;
    const long = text.length * SIZE * 0.66; // bold letters of a wide face
    /** @type {Label[]} */
    const places = [
      {
        at: [x + r + 4, y + SIZE / 3],
        anchor: "start",
        box: [x + r + 2, y - SIZE / 2, x + r + 6 + long, y + SIZE / 2],
      },
      { at: [x - r - 4, y + SIZE / 3], anchor: "end", box: [x - r - 6 - long, y - SIZE / 2, x - r - 2, y + SIZE / 2] },
      { at: [x, y - r - 5], anchor: "middle", box: [x - long / 2, y - r - 5 - SIZE, x + long / 2, y - r - 1] },
      { at: [x, y + r + SIZE], anchor: "middle", box: [x - long / 2, y + r + 1, x + long / 2, y + r + 5 + SIZE] },
    ];
    const place = places.find(({ box }) => free(box));
    if (place) taken.push(place.box);
    return { ...circle, label: place ?? null };
  });
  /** @param {N} name */
  const room = ({ name, at: [x, y] }) => {
    const half = name.length * SIZE * 0.4;
    return free([x - half, y - SIZE, x + half, y + SIZE / 2]);
  };
  return { circles: placed, names: names.filter(room) };
}

const GRID = 24; // points in each direction that are tried for a country's name

/**
 * A point well inside what is seen of a country; null of one that is hardly seen.
 * @param {Point[][]} rings
 * @param {number} width
 * @param {number} height
 * @returns {Point | null}
 */
export function heart(rings, width, height) {
  /** @type {Point[]} */
  const within = [];
  for (let i = 1; i < GRID; i++) {
    for (let j = 1; j < GRID; j++) {
      /** @type {Point} */
      const point = [(i * width) / GRID, (j * height) / GRID];
      if (rings.some((ring) => inRing(point, ring))) within.push(point);
    }
  }
  if (within.length < 6) return null;
  const mean = [0, 1].map((axis) => within.reduce((sum, point) => sum + point[axis], 0) / within.length);
  /** @param {Point} point */
  const far = (point) => Math.hypot(point[0] - mean[0], point[1] - mean[1]);
  return within.sort((a, b) => far(a) - far(b))[0];
}
