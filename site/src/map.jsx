// The map: places by name with their events, as many as the words put there; and what no map can hold.

/** @import { Events, PlaceColumns, Point, Route } from "./types.js" */
/** @import { Package, Table, Tree } from "./data.js" */
import { useMemo } from "preact/hooks";
import { heart, inRing, labelled, near, projection } from "./geometry.js";
import { changed } from "./route.js";
import { strings } from "./strings.js";
import { useWidth } from "./width.js";

/** @typedef {{key: string, name: string, kind: string, wide: boolean, point: Point}} Home where a place is on the map */
/** @typedef {Home & {number: number}} Spot a place with its events */
/** @typedef {(key: string | null) => Home | null} Finder */

const words = strings.map;
const COUNTRY = "country";
const WIDE = new Set([COUNTRY, "region"]);

/**
 * A place's own point, or null.
 * @param {Table} table
 * @param {PlaceColumns} p
 * @param {number} row
 * @returns {Point | null}
 */
function pointOf(table, p, row) {
  const [longitude, latitude] = [p.longitude, p.latitude].map((name) => (name ? table.cell(row, name) : ""));
  /** @type {Point} */
  const point = [Number(longitude), Number(latitude)];
  const known = longitude !== "" && latitude !== "" && Math.abs(point[0]) <= 180 && Math.abs(point[1]) < 86;
  return known ? point : null;
}

/**
 * Where a place is on the map: itself, or the nearest place around it that has a point.
 * @param {Table} table
 * @param {PlaceColumns} p
 * @param {Tree} tree
 * @returns {Finder}
 */
function homes(table, p, tree) {
  /** @type {Map<string | null, Home | null>} */
  const known = new Map();
  /** @param {string | null} key */
  const find = (key) => {
    const seen = new Set();
    for (let at = key ?? undefined; at && !seen.has(at); at = tree.parents.get(at)) {
      seen.add(at);
      const row = table.index(p.id).get(at)?.[0] ?? -1;
      const kind = row >= 0 && p.kind ? table.cell(row, p.kind) : "";
      if (kind === COUNTRY) return null; // what is known to the country only is a bar, not a dot
      const point = row >= 0 ? pointOf(table, p, row) : null;
      if (point) return { key: at, name: table.label(at), kind, wide: WIDE.has(kind), point };
    }
    return null;
  };
  return (key) => {
    const found = known.has(key) ? (known.get(key) ?? null) : find(key);
    known.set(key, found);
    return found;
  };
}

/**
 * How many events are at each place of the map, most first.
 * @param {Events} events
 * @param {Finder} home
 * @param {number[]} rows
 * @returns {Spot[]}
 */
function counted({ answer }, home, rows) {
  const counts = new Map();
  for (const row of rows) {
    const found = home(answer.at(row, "place"));
    if (found) counts.set(found.key, { ...found, number: (counts.get(found.key)?.number ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.number - a.number || (a.key < b.key ? -1 : 1));
}

/**
 * How exactly the words say where: events by the sort of place that they name.
 * @param {Events} events
 * @param {Table} table
 * @param {PlaceColumns} p
 * @param {number[]} rows
 */
function exactness({ answer }, table, p, rows) {
  const counts = new Map();
  for (const row of rows) {
    const key = answer.at(row, "place");
    const place = key ? (table.index(p.id).get(key)?.[0] ?? -1) : -1;
    const kind = place >= 0 && p.kind ? table.cell(place, p.kind) : "";
    const country = kind === COUNTRY && key ? key : undefined;
    const name = country ? `0${country}` : key ? `1${kind}` : "2";
    const label = country ? words.whole(table.label(country)) : key ? words.kind(kind) : words.nowhere;
    const bar = counts.get(name) ?? { name, label, number: 0, none: !key, at: country };
    bar.number += 1;
    counts.set(name, bar);
  }
  /** @param {{name: string}} one */
  const size = (one) => Number(one.name[0]);
  return [...counts.values()].sort((a, b) => size(a) - size(b) || b.number - a.number);
}

/** @param {{pkg: Package, route: Route, events: Events, rows: number[], all: number[]}} given */
export function PlacesMap({ pkg, route, events, rows, all }) {
  const p = pkg.roles.places;
  const table = p && pkg.tables.get(p.table);
  const home = useMemo(() => table && homes(table, p, events.trees.place), [table, events]);
  const every = useMemo(() => (home ? counted(events, home, all) : []), [home, events, all]);
  const found = useMemo(() => (home ? counted(events, home, rows) : []), [home, events, rows]);
  if (!table) return <p class="quiet">{strings.missing.map}</p>;
  return (
    <div class="where">
      {every.length > 0 ? <Drawing {...{ pkg, route, every, found }} /> : <p class="quiet">{strings.missing.map}</p>}
      <Bars {...{ route, events, table, p, rows }} />
    </div>
  );
}

/** @param {{pkg: Package, route: Route, every: Spot[], found: Spot[]}} given */
function Drawing({ pkg, route, every, found }) {
  const [frame, width] = useWidth();
  const height = Math.round(Math.min(460, Math.max(260, width * 0.56)));
  const drawn = useMemo(
    () => (width ? place(pkg, every, found, width, height) : null),
    [pkg, every, found, width, height],
  );
  return (
    <div class="map" ref={frame}>
      {drawn && (
        // biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label={words.title(found.length)}
        >
          <rect width={width} height={height} class="sea" />
          {drawn.countries.map(({ name, path, own }, index) => (
            <path key={index} d={path} class={own ? "own" : "land"}>
              <title>{name}</title>
            </path>
          ))}
          {drawn.names.map(({ name, own, at: [x, y] }) => (
            <text key={name} x={x} y={y} class={own ? "country own-name" : "country"} text-anchor="middle">
              {name}
            </text>
          ))}
          {drawn.circles.map(({ key, name, number, wide, x, y, r, label, text }) => (
            <a
              key={key}
              href={changed(route, { place: key })}
              aria-label={words.place(name, number)}
              class={wide ? "wide" : ""}
            >
              <circle cx={x} cy={y} r={Math.max(12, r)} class="reach" />
              {!wide && <circle cx={x} cy={y} r={r} class="number" />}
              {!wide && <circle cx={x} cy={y} r="2" class="spot" />}
              {label && (
                <text x={label.at[0]} y={label.at[1]} text-anchor={label.anchor}>
                  {text}
                </text>
              )}
            </a>
          ))}
        </svg>
      )}
      <p class="small">{words.legend}</p>
    </div>
  );
}

/**
 * The outlines and circles of a map of some size.
 * @param {Package} pkg
 * @param {Spot[]} every
 * @param {Spot[]} found
 * @param {number} width
 * @param {number} height
 */
function place(pkg, every, found, width, height) {
  const points = near(every.map(({ point }) => point));
  /** @param {{rings: Point[][]}} shape */
  const inside = ({ rings }) => points.filter((point) => rings.some((ring) => inRing(point, ring))).length;
  const own = pkg.outlines.find((shape) => inside(shape) > points.length / 2);
  const project = projection([...points, ...(own?.rings.flat() ?? [])], width, height);
  const most = Math.max(1, ...every.map(({ number }) => number));
  const circles = found
    .map((one) => {
      const [x, y] = project(one.point);
      const r = one.wide ? 3 : Math.max(4, Math.sqrt(one.number / most) * Math.min(26, width / 24));
      return { ...one, x, y, r, text: `${one.name} ${one.number.toLocaleString("en")}` };
    })
    .filter(({ x, y }) => x > 0 && y > 0 && x < width && y < height);
  const countries = pkg.outlines.map((shape) => {
    const rings = shape.rings.map((ring) => ring.map(project));
    const path = rings
      .map((ring) => `M${ring.map((point) => point.map((n) => n.toFixed(1)).join(" ")).join("L")}Z`)
      .join("");
    return { name: shape.name, own: shape === own, path, rings };
  });
  const names = countries.flatMap(({ name, own, rings }) => {
    const at = heart(rings, width, height);
    return at ? [{ name, own, at }] : [];
  });
  return { ...labelled(circles, names, width, height), countries };
}

/** @param {{route: Route, events: Events, table: Table, p: PlaceColumns, rows: number[]}} given */
function Bars({ route, events, table, p, rows }) {
  const bars = useMemo(() => exactness(events, table, p, rows), [events, rows]);
  const most = Math.max(1, ...bars.map(({ number }) => number));
  return (
    <section class="bars">
      <h3 class="cap">{words.exactness}</h3>
      <ul>
        {bars.map(({ name, label, number, none, at }) => (
          <li key={name}>
            {at ? <a href={changed(route, { at })}>{label}</a> : <span>{label}</span>}
            <span class={none ? "length none" : "length"}>
              <span style={{ width: `${(100 * number) / most}%` }} />
            </span>
            <span class="number">{number.toLocaleString("en")}</span>
          </li>
        ))}
      </ul>
      <p class="small">{words.explained}</p>
    </section>
  );
}
