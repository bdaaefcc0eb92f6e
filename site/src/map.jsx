// The map: places by name with their events, as many as the words put there; and what no map can hold.

import { useMemo } from "preact/hooks";
import { heart, inRing, labelled, near, projection } from "./geometry.js";
import { changed } from "./route.js";
import { strings } from "./strings.js";
import { useWidth } from "./width.js";

const words = strings.map;
const COUNTRY = "country";
const WIDE = new Set([COUNTRY, "region"]);

/** A place's own point, or null. */
function pointOf(table, p, row) {
  const [longitude, latitude] = [p.longitude, p.latitude].map((name) => (name ? table.cell(row, name) : ""));
  const point = [Number(longitude), Number(latitude)];
  const known = longitude !== "" && latitude !== "" && Math.abs(point[0]) <= 180 && Math.abs(point[1]) < 86;
  return known ? point : null;
}

/** Where a place is on the map: itself, or the nearest place around it that has a point. */
function homes(table, p, tree) {
  const known = new Map();
  const find = (key) => {
    const seen = new Set();
    for (let at = key; at && !seen.has(at); at = tree.parents.get(at)) {
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
    if (!known.has(key)) known.set(key, find(key));
    return known.get(key);
  };
}

/** How many events are at each place of the map, most first. */
function counted({ answer }, home, rows) {
  const counts = new Map();
  for (const row of rows) {
    const found = home(answer.at(row, "place"));
    if (found) counts.set(found.key, { ...found, number: (counts.get(found.key)?.number ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.number - a.number || (a.key < b.key ? -1 : 1));
}

/** How exactly the words say where: events by the sort of place that they name. */
function exactness({ answer }, table, p, rows) {
  const counts = new Map();
  for (const row of rows) {
    const key = answer.at(row, "place");
    const at = key ? (table.index(p.id).get(key)?.[0] ?? -1) : -1;
    const kind = at >= 0 && p.kind ? table.cell(at, p.kind) : "";
    const country = kind === COUNTRY;
    const name = country ? `0${key}` : key ? `1${kind}` : "2";
    const label = country ? words.whole(table.label(key)) : key ? words.kind(kind) : words.nowhere;
    const bar = counts.get(name) ?? { name, label, number: 0, none: !key, at: country ? key : undefined };
    bar.number += 1;
    counts.set(name, bar);
  }
  const size = (one) => Number(one.name[0]);
  return [...counts.values()].sort((a, b) => size(a) - size(b) || b.number - a.number);
}

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

/** The outlines and circles of a map of some size. */
function place(pkg, every, found, width, height) {
  const points = near(every.map(({ point }) => point));
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
  const names = countries.map((one) => ({ ...one, at: heart(one.rings, width, height) })).filter(({ at }) => at);
  return { ...labelled(circles, names, width, height), countries };
}

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
