// Timeline and map of events, as precise as the words and no more.

import { axisX, axisY, cell, dot, geo } from "@observablehq/plot";
import { geoCentroid, geoContains } from "d3-geo";
import world from "outlines";
import { useMemo } from "preact/hooks";
import { feature, mesh } from "topojson-client";
import { Chart } from "./chart.jsx";
import { Choice, Filters, Search, options, searched, treeOptions } from "./filters.jsx";
import { Grid, List } from "./lists.jsx";
import { cellOf, changed } from "./route.js";
import { strings, word } from "./strings.js";
import { Missing, mixed } from "./toll.jsx";

const words = strings.timeline;
const MOST_DAYS = 120; // columns of the chart of days

export function Timeline(given) {
  const { missing } = given.pkg.answers.events;
  return missing ? <Missing what="events" why={missing} /> : <Events {...given} />;
}

function useEvents(pkg) {
  return useMemo(() => {
    const answer = pkg.answers.events;
    const { table, place, type, certainty } = pkg.roles.events;
    const actors = pkg.vocabulary(pkg.roles.participants?.table, pkg.roles.participants?.actor);
    const called = (column) => (value) => pkg.called(table, column, value);
    return {
      answer,
      table,
      called: { place: called(place), type: called(type), certainty: called(certainty) },
      actor: (key) => (actors ? actors.label(key) : key),
      trees: {
        place: pkg.tree(pkg.vocabulary(table, place)),
        type: pkg.tree(pkg.vocabulary(table, type)),
        actor: pkg.tree(actors),
      },
    };
  }, [pkg]);
}

/** The events that fit the filters as of a step, in their order. */
export function chosen(events, params, step) {
  const { answer, trees, called, actor } = events;
  const found = searched(params.q);
  return answer.rows(step).filter((row) => {
    const at = (name) => answer.at(row, name);
    if (params.place && !trees.place.within(at("place"), params.place)) return false;
    if (params.type && !trees.type.within(at("type"), params.type)) return false;
    if (params.source && !at("sources").includes(params.source)) return false;
    const actors = at("actors").map(([key]) => key);
    if (params.actor && !actors.some((key) => trees.actor.within(key, params.actor))) return false;
    const texts = [at("key"), at("title"), at("description"), at("when"), at("type")];
    return !found || found([...texts, called.place(at("place")), ...actors.map(actor)]);
  });
}

function Events({ pkg, route, step }) {
  const events = useEvents(pkg);
  const { answer, called, trees, actor } = events;
  const rows = useMemo(() => chosen(events, route.params, step), [events, route, step]);
  const choices = useMemo(
    () => ({
      place: treeOptions(answer.values("place"), trees.place, called.place),
      type: treeOptions(answer.values("type"), trees.type, called.type),
      actor: treeOptions([...new Set((answer.raw.actors ?? []).flat().map(([key]) => key))], trees.actor, actor),
      source: options([...new Set((answer.raw.sources ?? []).flat())], (key) => pkg.article(key)?.title ?? key),
    }),
    [events],
  );
  return (
    <>
      <h2>{strings.view.timeline}</h2>
      <p class="lead">{words.intro}</p>
      <Filters route={route}>
        {Object.entries(choices).map(([name, values]) => (
          <Choice key={name} route={route} name={name} options={values} />
        ))}
        <Search route={route} />
      </Filters>
      <p role="status" class="count">
        {rows.length ? words.count(rows.length) : words.none}
      </p>
      <WorldMap pkg={pkg} events={events} rows={rows} route={route} />
      <Days events={events} rows={rows} route={route} />
      <List
        label={strings.view.timeline}
        count={rows.length}
        estimate={84}
        render={(index) => <Event pkg={pkg} events={events} route={route} event={answer.row(rows[index])} />}
      />
    </>
  );
}

function Event({ pkg, events, route, event }) {
  const field = pkg.roles.events.type ?? pkg.roles.events.title;
  const kind = event.start || event.end ? (event.precision ?? "day") : "none";
  const who = event.actors.map(([key, role]) => `${events.actor(key)}${role ? ` (${role})` : ""}`).join(", ");
  return (
    <article class="event">
      <p class="when">
        <span class={`precision precision-${kind}`} title={word(words.precision, kind)} aria-hidden="true" />
        {event.when}
      </p>
      <div>
        <h3>
          <a href={changed(route, { cell: cellOf(event.key, field) })} dir="auto">
            {event.title}
          </a>
        </h3>
        <p class="quiet">
          {[events.called.type(event.type), events.called.place(event.place), event.certainty, words.sources(event.sources.length)]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {who && <p class="quiet">{who}</p>}
        {event.description && <p dir="auto">{event.description}</p>}
        {event.contested && <p class="against">{event.contested}</p>}
      </div>
    </article>
  );
}

// ------------------------------------------------------------------------------------- the map

const WIDE = new Set(["country", "region"]);
const countries = feature(world, world.objects.countries);
const borders = mesh(world, world.objects.countries);

/** A place's own point, or null. */
function pointOf(table, p, key) {
  const row = table.index(p.id).get(key)?.[0] ?? -1;
  if (row < 0) return null;
  const [longitude, latitude] = [p.longitude, p.latitude].map((name) => table.cell(row, name));
  const point = [Number(longitude), Number(latitude)];
  const known = longitude !== "" && latitude !== "" && Math.abs(point[0]) <= 180 && Math.abs(point[1]) <= 90;
  return known ? point : null;
}

/** The outlines of countries: each that most points of the places within it lie in. */
function outlines(table, p, tree) {
  const votes = new Map();
  for (let row = 0; p.kind && row < table.rows; row++) {
    const key = table.cell(row, p.id);
    const point = pointOf(table, p, key);
    const shape = point && countries.features.find((one) => geoContains(one, point));
    const seen = new Set();
    for (let at = key; shape && at && !seen.has(at); at = tree.parents.get(at)) {
      const found = votes.get(at) ?? new Map();
      votes.set(at, found.set(shape, (found.get(shape) ?? 0) + 1));
      seen.add(at);
    }
  }
  const found = new Map();
  for (const [key, shapes] of votes) {
    const row = table.index(p.id).get(key)?.[0] ?? -1;
    if (row < 0 || table.cell(row, p.kind) !== "country") continue;
    found.set(key, [...shapes].sort((a, b) => b[1] - a[1])[0][0]);
  }
  return found;
}

/** The places of events as the map has them: by point, by outline, or by those of what is around. */
function usePlaces(pkg, events) {
  return useMemo(() => {
    const p = pkg.roles.places;
    const table = p && pkg.tables.get(p.table);
    if (!table) return null;
    const tree = events.trees.place;
    const shapes = outlines(table, p, tree);
    const known = new Map();
    const home = (key) => {
      const seen = new Set();
      for (let at = key; at && !seen.has(at); at = tree.parents.get(at)) {
        const shape = shapes.get(at);
        const point = pointOf(table, p, at) ?? (shape && geoCentroid(shape));
        if (point) {
          const row = table.index(p.id).get(at)[0];
          const kind = p.kind ? table.cell(row, p.kind) : "";
          return { key: at, name: table.label(at), kind, wide: WIDE.has(kind), shape, longitude: point[0], latitude: point[1] };
        }
        seen.add(at);
      }
      return null;
    };
    return (key) => {
      if (!known.has(key)) known.set(key, home(key));
      return known.get(key);
    };
  }, [pkg, events]);
}

/** How many events are at each place of the map, most first; and how many at none. */
function counted(events, home, rows) {
  const counts = new Map();
  let elsewhere = 0;
  for (const row of rows) {
    const found = home(events.answer.at(row, "place"));
    if (found) counts.set(found.key, { ...found, number: (counts.get(found.key)?.number ?? 0) + 1 });
    else elsewhere += 1;
  }
  return { found: [...counts.values()].sort((a, b) => b.number - a.number || (a.key < b.key ? -1 : 1)), elsewhere };
}

function WorldMap({ pkg, events, rows, route }) {
  const home = usePlaces(pkg, events);
  const all = useMemo(() => (home ? counted(events, home, events.answer.rows(pkg.last)).found : []), [events, home]);
  const { found, elsewhere } = useMemo(() => (home ? counted(events, home, rows) : { found: [] }), [events, home, rows]);
  const near = useMemo(() => extent(all), [all]);
  if (all.length === 0) return <p class="quiet">{strings.missing.map}</p>;
  const filled = found.filter((one) => one.shape).map((one) => one.shape);
  const draw = (width) => ({
    width,
    height: Math.min(420, Math.max(240, width * 0.5)),
    projection: { type: "mercator", domain: near, inset: 24, clip: "frame" },
    r: { type: "sqrt", domain: [0, Math.max(1, ...found.map((one) => one.number))], range: [0, Math.min(22, width / 26)] },
    marks: [
      geo(countries, { fill: "var(--land)" }),
      geo(filled, { fill: "var(--marked)" }),
      geo(borders, { stroke: "currentColor", strokeOpacity: 0.35, strokeWidth: 0.7 }),
      dot(found, {
        x: "longitude",
        y: "latitude",
        r: (one) => one.number,
        fill: (one) => (one.wide ? "none" : "var(--c1)"),
        fillOpacity: 0.55,
        stroke: (one) => (one.wide ? "var(--c2)" : "var(--c1)"),
        strokeWidth: 2,
        strokeDasharray: "none",
        pointerEvents: "all",
        href: (one) => changed(route, { place: one.key }),
        ariaLabel: (one) => words.place(one.name, one.number),
        title: (one) => words.place(one.name, one.number),
      }),
    ],
  });
  const columns = [
    { name: "name", title: words.placeName },
    { name: "kind", title: words.kind },
    { name: "number", title: words.number, numeric: true },
  ];
  const shown = (index, { name }) =>
    name === "name" ? <a href={changed(route, { place: found[index].key })}>{found[index].name}</a> : found[index][name];
  return (
    <section aria-label={words.map(found.length)}>
      <Chart label={words.map(found.length)} options={draw} deps={[found, near]} />
      <ul class="legend">
        <li>
          <span class="key key-exact" aria-hidden="true" />
          {words.kinds.exact}
        </li>
        <li>
          <span class="key key-wide" aria-hidden="true" />
          {words.kinds.wide}
        </li>
        {elsewhere > 0 && <li class="quiet">{words.elsewhere(elsewhere)}</li>}
      </ul>
      <details>
        <summary>{words.mapTable}</summary>
        <Grid label={words.mapTable} columns={columns} count={found.length} cell={shown} />
      </details>
    </section>
  );
}

/** What the map shows: most of the places; single ones far away do not make it a map of the world. */
function extent(all) {
  if (all.length === 0) return null;
  const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const exact = all.filter((one) => !one.wide);
  const points = exact.length ? exact : all;
  const centre = [middle(points.map((one) => one.longitude)), middle(points.map((one) => one.latitude))];
  const near = points.filter((one) => Math.abs(one.longitude - centre[0]) < 30 && Math.abs(one.latitude - centre[1]) < 15);
  const coordinates = near.map((one) => [one.longitude, one.latitude]);
  const [xs, ys] = [0, 1].map((place) => coordinates.map((one) => one[place]));
  const margin = Math.max(3, (Math.max(...xs) - Math.min(...xs)) / 8);
  return {
    type: "MultiPoint",
    coordinates: [
      [Math.min(...xs) - margin, Math.min(...ys) - margin / 2],
      [Math.max(...xs) + margin, Math.max(...ys) + margin / 2],
    ],
  };
}

// ------------------------------------------------------------------------------------- the days

const KNOWN = new Set(["day", "part_of_day", "night"]);

/** How many events of each type fall on each day that is known. */
function daily({ answer, called }, rows) {
  const counts = new Map();
  for (const row of rows) {
    const at = (name) => answer.at(row, name);
    const day = at("start") ?? at("end");
    if (!day || !KNOWN.has(at("precision") ?? "day") || (at("end") && at("end") !== at("start") && at("precision") !== "night")) continue;
    const name = `${day} ${at("type")}`;
    const one = counts.get(name) ?? { day, type: at("type"), name: called.type(at("type")) || strings.filter.any, number: 0 };
    one.number += 1;
    counts.set(name, one);
  }
  return [...counts.values()].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : b.number - a.number));
}

function Days({ events, rows, route }) {
  const found = useMemo(() => daily(events, rows), [events, rows]);
  const days = [...new Set(found.map((one) => one.day))];
  if (days.length === 0 || days.length > MOST_DAYS) return null;
  const total = found.reduce((sum, one) => sum + one.number, 0);
  const types = new Set(found.map((one) => one.name)).size;
  const label = words.days(total);
  const draw = (width) => ({
    width,
    height: 60 + 20 * types,
    marginLeft: Math.min(150, width / 3),
    marginTop: 30,
    marginBottom: 6,
    x: { type: "band", domain: days, label: null, padding: 0.1 },
    y: { type: "band", label: null, padding: 0.1 },
    color: { type: "sqrt", interpolate: mixed },
    marks: [
      axisX({ anchor: "top", tickSize: 0, tickRotate: days.length * 74 > width * 0.7 ? -60 : 0, tickFormat: (day) => (days.length * 74 > width * 0.7 ? day.slice(5) : day) }),
      axisY({ tickSize: 0, label: null }),
      cell(found, {
        x: "day",
        y: "name",
        fill: "number",
        sort: { y: "-fill", reduce: "sum" },
        href: (one) => changed(route, { type: one.type, q: one.day }),
        ariaLabel: (one) => `${one.day}, ${words.place(one.name, one.number)}`,
        title: (one) => `${one.day}, ${words.place(one.name, one.number)}`,
      }),
    ],
  });
  const columns = [
    { name: "day", title: strings.toll.columns.day },
    { name: "name", title: strings.filter.type },
    { name: "number", title: words.number, numeric: true },
  ];
  return (
    <section aria-label={label}>
      <Chart label={label} options={draw} deps={[found]} />
      <p class="quiet">{words.daysCounts}</p>
      <details>
        <summary>{words.daysTable}</summary>
        <Grid label={words.daysTable} columns={columns} count={found.length} cell={(index, { name }) => found[index][name]} />
      </details>
    </section>
  );
}
