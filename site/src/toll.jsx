// The toll: claims by the day they speak of, each a mark with its interval.

import { arrow, axisY, bin, dot, link, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { Chart } from "./chart.jsx";
import { Choice, Filters, Search, Tick, options, searched, treeOptions } from "./filters.jsx";
import { Grid, List } from "./lists.jsx";
import { OTHERS, Shape, colours, ink, shapes } from "./looks.jsx";
import { range } from "./range.js";
import { cellOf, changed } from "./route.js";
import { strings, word } from "./strings.js";

const MOST_MARKS = 1500; // above, fields with counts are drawn
const LANE = -1.4; // where claims without a number stand, below zero

/** The columns that the claims' values come from, by table: what they are called. */
function names(pkg) {
  const declared = (table) => pkg.tables.get(table)?.claims ?? {};
  return (row, role) => pkg.called(row.table, declared(row.table)[role], row[role]);
}

function useToll(pkg) {
  return useMemo(() => {
    const answer = pkg.answers.claims;
    const table = answer.at(0, "table");
    const declared = pkg.tables.get(table)?.claims ?? {};
    const tree = (role) => pkg.tree(pkg.vocabulary(table, declared[role]));
    return {
      answer,
      table,
      called: names(pkg),
      name: (role, value) => pkg.called(table, declared[role], value),
      trees: { population: tree("population"), place: tree("place") },
      colour: colours(answer.values("claimant")),
      shape: shapes(answer.values("outcome")),
    };
  }, [pkg]);
}

/** The claims that fit the filters as of a step. */
export function chosen(toll, params, step) {
  const { answer, trees, called } = toll;
  const found = searched(params.q);
  const equal = ["outcome", "claimant", "source"].filter((name) => params[name]);
  const within = ["population", "place"].filter((name) => params[name]);
  return answer.rows(step).filter((row) => {
    const status = answer.at(row, "status");
    if (status === "retracted" && params.retracted !== "yes") return false;
    if (equal.some((name) => answer.at(row, name) !== params[name])) return false;
    if (within.some((name) => !trees[name].within(answer.at(row, name), params[name]))) return false;
    if (!found) return true;
    const claim = answer.row(row);
    const told = ["outcome", "population", "place", "claimant", "via"].map((role) => called(claim, role));
    return found([claim.key, claim.wording, claim.source, claim.place, ...told]);
  });
}

export function Toll({ pkg, route, step }) {
  const { missing } = pkg.answers.claims;
  if (missing) return <Missing what="claims" why={missing} />;
  return <Claims pkg={pkg} route={route} step={step} />;
}

export function Missing({ what, why }) {
  return (
    <section>
      <p>{strings.missing[what]}</p>
      {why && <p class="quiet">{strings.missing.why(why)}</p>}
    </section>
  );
}

function Claims({ pkg, route, step }) {
  const toll = useToll(pkg);
  const { answer, name, trees } = toll;
  const { params } = route;
  const rows = useMemo(() => chosen(toll, params, step), [toll, route, step]);
  const opt = (role) => options(answer.values(role), (value) => name(role, value));
  const tree = (role) => treeOptions(answer.values(role), trees[role], (value) => name(role, value));
  const choices = useMemo(
    () => ({
      outcome: opt("outcome"),
      population: tree("population"),
      place: tree("place"),
      claimant: opt("claimant"),
      source: options(answer.values("source"), (key) => pkg.article(key)?.title ?? key),
    }),
    [toll],
  );
  const retracted = useMemo(() => answer.values("status").includes("retracted"), [answer]);
  return (
    <>
      <h2>{strings.view.toll}</h2>
      <p class="lead">{strings.toll.intro}</p>
      <Filters route={route}>
        {Object.entries(choices).map(([role, values]) => (
          <Choice key={role} route={route} name={role} options={values} />
        ))}
        <Search route={route} />
        {retracted && <Tick route={route} name="retracted" />}
      </Filters>
      <p role="status" class="count">
        {rows.length ? strings.toll.count(rows.length) : strings.toll.none}
      </p>
      {rows.length > 0 && (
        <>
          {rows.length > MOST_MARKS ? (
            <Counts toll={toll} rows={rows} />
          ) : (
            <Marks pkg={pkg} toll={toll} rows={rows} route={route} />
          )}
          <ClaimTable toll={toll} pkg={pkg} rows={rows} route={route} />
        </>
      )}
      <Ranges pkg={pkg} toll={toll} route={route} step={step} />
    </>
  );
}

// ------------------------------------------------------------------------------------- the chart

/** Marks side by side within the day that they speak of; undated ones last. */
function placed(toll, rows) {
  const claims = rows.map((row) => toll.answer.row(row));
  const order = (claim) => [claim.day ?? "9999", claim.outcome, claim.population, claim.place, claim.key];
  claims.sort((a, b) => (order(a).join("\0") < order(b).join("\0") ? -1 : 1));
  const days = [];
  let x = 0;
  for (const claim of claims) {
    if (days.at(-1)?.day !== claim.day) {
      x += days.length ? 1 : 0;
      days.push({ day: claim.day, start: x, end: x });
    }
    claim.x = x + 0.5;
    x += 1;
    days.at(-1).end = x;
    shape(claim);
  }
  return { claims, days, width: x };
}

/** Where a claim's mark stands, and which ends of its interval are open. */
function shape(claim) {
  const { low, high, numbered } = claim;
  claim.y = low ?? high ?? LANE;
  claim.vague = claim.qualifier === "vague";
  claim.hollow = (claim.above && claim.y === low) || (claim.below && claim.y === high);
  claim.interval = numbered && (low !== high || low === null);
}

/** An outcome's mark for a reader that listens. */
function told(pkg, toll, claim) {
  const called = (role) => toll.called(claim, role);
  return strings.toll.mark({
    ...claim,
    outcome: called("outcome"),
    population: called("population"),
    place: called("place"),
    claimant: called("claimant"),
  });
}

const TICKS = [0, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 1e5, 1e6, 1e7];

function Marks({ pkg, toll, rows, route }) {
  const { claims, days, width } = useMemo(() => placed(toll, rows), [toll, rows]);
  const top = 2 * Math.max(5, ...claims.map((claim) => Math.max(claim.low ?? 0, claim.high ?? 0)));
  const links = useMemo(() => linked(pkg, claims), [claims]);
  const open = route.params.cell ?? "";
  const address = (claim) => changed(route, { cell: cellOf(claim.key, claim.field) });
  const draw = (room) => ({
    width: Math.max(room, Math.min(width * 11 + 60, 12000)),
    height: 420,
    marginLeft: 66,
    marginBottom: 44,
    marginTop: 26,
    x: { domain: [0, width], axis: null },
    y: { type: "symlog", domain: [LANE - 0.8, top], label: null },
    color: { type: "identity" },
    symbol: { type: "identity" },
    marks: [
      ruleY(TICKS.filter((tick) => tick < top), { stroke: "currentColor", strokeOpacity: 0.12 }),
      ruleY([LANE], { stroke: "currentColor", strokeOpacity: 0.12, strokeDasharray: "2 4" }),
      ruleX(days.slice(1).map((day) => day.start - 0.5), { stroke: "currentColor", strokeOpacity: 0.25 }),
      axisY([LANE, ...TICKS.filter((tick) => tick < top)], {
        tickFormat: (tick) => (tick === LANE ? strings.toll.words : tick.toLocaleString("en")),
        tickSize: 0,
        label: null,
      }),
      text([0], { text: [strings.toll.people], frameAnchor: "top-left", dy: -20, fontSize: 11 }),
      text(days, {
        x: (day) => (day.start + day.end) / 2,
        text: (day) => dayName(day, days),
        frameAnchor: "bottom",
        dy: 22,
        fontSize: 11,
      }),
      hatching,
      rect(claims.filter((claim) => claim.interval && claim.vague), {
        x1: (claim) => claim.x - 0.4,
        x2: (claim) => claim.x + 0.4,
        y1: (claim) => claim.low ?? 0,
        y2: (claim) => claim.high ?? top,
        fill: "url(#hatch)",
      }),
      // The interval; an end that is known has a cap, an open one an arrow.
      ...intervals(claims.filter((claim) => claim.interval), top, toll),
      ...relations(links),
      dot(claims.filter((claim) => open === cellOf(claim.key, claim.field)), {
        x: "x",
        y: "y",
        r: 12,
        stroke: "currentColor",
        strokeWidth: 2,
      }),
      dot(claims, {
        x: "x",
        y: "y",
        r: 6,
        symbol: (claim) => toll.shape(claim.outcome),
        fill: (claim) => (claim.hollow ? "var(--paper)" : ink(toll.colour(claim.claimant))),
        stroke: (claim) => ink(toll.colour(claim.claimant)),
        strokeWidth: 2,
        opacity: (claim) => (claim.status === "superseded" ? 0.45 : 1),
        href: address,
        ariaLabel: (claim) => told(pkg, toll, claim),
        title: (claim) => told(pkg, toll, claim),
      }),
    ],
  });
  return (
    <section aria-label={strings.toll.chart(claims.length)}>
      <Chart label={strings.toll.chart(claims.length)} options={draw} deps={[claims, open, links]} />
      <Legend toll={toll} claims={claims} pkg={pkg} />
    </section>
  );
}

/** Days of one month and year need not repeat them. */
function dayName({ day, end, start }, days) {
  if (!day) return strings.toll.undated;
  const short = days.length > 5 || end - start < 3;
  const month = short ? "short" : "long";
  return new Date(`${day}T00:00Z`).toLocaleDateString("en", {
    day: "numeric",
    month,
    year: short ? undefined : "numeric",
    timeZone: "UTC",
  });
}

function hatching(_index, _scales, _values, _dimensions, { document }) {
  const space = "http://www.w3.org/2000/svg";
  const make = (name, attributes, ...children) => {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const line = { x1: 0, y1: 0, x2: 0, y2: 6, stroke: "currentColor", "stroke-width": 2, "stroke-opacity": 0.5 };
  const size = { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return make("defs", {}, make("pattern", size, make("line", line)));
}

function intervals(claims, top, toll) {
  const stroke = (claim) => ink(toll.colour(claim.claimant));
  const opacity = (claim) => (claim.status === "superseded" ? 0.45 : 1);
  const line = { x: "x", stroke, strokeWidth: 2, opacity };
  const open = { x1: "x", x2: "x", stroke, strokeWidth: 2, strokeDasharray: "5 3", bend: 0, headLength: 7, opacity };
  const closed = claims.filter((claim) => claim.low !== null && claim.high !== null);
  const upward = claims.filter((claim) => claim.high === null && !claim.vague);
  const downward = claims.filter((claim) => claim.low === null && claim.high !== null);
  return [
    ruleX(closed, { ...line, y1: "low", y2: "high" }),
    arrow(upward, { ...open, y1: "low", y2: () => top }),
    arrow(downward, { ...open, y1: "high", y2: () => 0 }),
    link(closed, { ...caps("low"), stroke, strokeWidth: 2, opacity }),
    link(closed, { ...caps("high"), stroke, strokeWidth: 2, opacity }),
  ];
}

const caps = (end) => ({ x1: (claim) => claim.x - 0.35, x2: (claim) => claim.x + 0.35, y1: end, y2: end });

/** The links between claims that are both in the chart. */
function linked(pkg, claims) {
  const places = new Map(claims.map((claim) => [claim.key, claim]));
  const { contradicts = [], supersedes = [], retracts = [] } = pkg.roles.links ?? {};
  const kinds = new Map([
    ...contradicts.map((relation) => [relation, "contradicts"]),
    ...[...supersedes, ...retracts].map((relation) => [relation, "supersedes"]),
  ]);
  const seen = new Set();
  const found = [];
  for (const claim of claims) {
    for (const [one, relation, other] of claim.links) {
      const name = [one, relation, other].join("\0");
      if (seen.has(name) || !places.has(one) || !places.has(other)) continue;
      seen.add(name);
      found.push({ one: places.get(one), other: places.get(other), kind: kinds.get(relation) ?? "other", told: strings.disagreements.relation(one, relation, other) });
    }
  }
  return found;
}

const STROKES = {
  contradicts: { stroke: "var(--against)", strokeWidth: 2, strokeDasharray: "6 3", headLength: 0 },
  supersedes: { stroke: "currentColor", strokeWidth: 1.5, headLength: 6 },
  other: { stroke: "currentColor", strokeWidth: 1, strokeDasharray: "1 3", strokeOpacity: 0.6, headLength: 0 },
};

function relations(links) {
  return Object.entries(STROKES).map(([kind, look]) =>
    arrow(links.filter((one) => one.kind === kind), {
      x1: (one) => one.other.x,
      y1: (one) => one.other.y,
      x2: (one) => one.one.x,
      y2: (one) => one.one.y,
      bend: 25,
      inset: 8,
      title: "told",
      ...look,
    }),
  );
}

function Legend({ pkg, toll, claims }) {
  const words = strings.toll.legend;
  const outcomes = [...new Set(claims.map((claim) => claim.outcome))];
  const claimants = new Map(claims.map((claim) => [claim.claimant, claim]));
  const own = [...claimants].filter(([key]) => toll.colour(key) < OTHERS);
  return (
    <div class="legend">
      <dl>
        <dt>{words.outcome}</dt>
        {outcomes.map((outcome) => (
          <dd key={outcome}>
            <Shape shape={toll.shape(outcome)} />
            {toll.name("outcome", outcome)}
          </dd>
        ))}
      </dl>
      <dl>
        <dt>{words.claimant}</dt>
        {own.map(([key, claim]) => (
          <dd key={key}>
            <Shape shape="circle" colour={toll.colour(key)} />
            {key ? toll.called(claim, "claimant") : words.article}
          </dd>
        ))}
        {own.length < claimants.size && (
          <dd>
            <Shape shape="circle" colour={OTHERS} />
            {words.others}
          </dd>
        )}
      </dl>
      <dl>
        <dt>{words.marks}</dt>
        {["open", "hollow", "hatched", "supersedes", "contradicts", "other", "faded"].map((kind) => (
          <dd key={kind}>
            <span class={`key key-${kind}`} aria-hidden="true" />
            {words[kind]}
          </dd>
        ))}
      </dl>
    </div>
  );
}

/** Too many to draw one by one: how many claims are of a day and about a number. */
function Counts({ toll, rows }) {
  const points = useMemo(
    () =>
      rows
        .map((row) => ({
          day: toll.answer.at(row, "day"),
          number: toll.answer.at(row, "low") ?? toll.answer.at(row, "high"),
        }))
        .filter((point) => point.day && point.number !== null)
        .map(({ day, number }) => ({ day: new Date(`${day}T00:00Z`), number: Math.log10(1 + number) })),
    [toll, rows],
  );
  const most = points.reduce((top, point) => Math.max(top, point.number), 1);
  const draw = (width) => ({
    width,
    height: 420,
    marginLeft: 66,
    x: { label: strings.toll.day },
    y: {
      label: strings.toll.number,
      ticks: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((power) => power <= most),
      tickFormat: (power) => (10 ** power).toLocaleString("en"),
    },
    color: { type: "sqrt", interpolate: mixed },
    marks: [
      rect(points, bin({ fill: "count" }, { x: "day", y: "number", inset: 0.5 })),
      ruleY([0], { stroke: "currentColor" }),
    ],
  });
  return (
    <section aria-label={strings.toll.chart(rows.length)}>
      <p>{strings.toll.counts(rows.length)}</p>
      <Chart label={strings.toll.chart(rows.length)} options={draw} deps={[points]} />
    </section>
  );
}

/** Colours between two of the style sheet's. */
export const mixed = (share) =>
  `color-mix(in oklab, var(--accent) ${Math.round(20 + 80 * share)}%, var(--paper))`;

// -------------------------------------------------------------------------- behind the chart

const NUMERIC = new Set(["range"]);

function ClaimTable({ pkg, toll, rows, route }) {
  const columns = Object.entries(strings.toll.columns).map(([name, title]) => ({
    name,
    title,
    numeric: NUMERIC.has(name),
  }));
  const cell = (index, { name }) => {
    const claim = toll.answer.row(rows[index]);
    if (name === "claim") {
      return <a href={changed(route, { cell: cellOf(claim.key, claim.field) })}>{claim.key}</a>;
    }
    if (name === "range") return range(claim);
    if (name === "status") {
      return (
        <span title={claim.why}>
          {[word(strings.toll.status, claim.status), claim.contested].filter(Boolean).join("; ")}
        </span>
      );
    }
    if (name === "proof") {
      const found = pkg.record(claim.key);
      return found && found.table.proof(found.row);
    }
    if (["outcome", "population", "place", "claimant", "via"].includes(name)) {
      return toll.called(claim, name);
    }
    return claim[name];
  };
  return (
    <section>
      <h3>{strings.toll.list}</h3>
      <Grid label={strings.toll.list} columns={columns} count={rows.length} cell={cell} />
    </section>
  );
}

function Ranges({ toll, pkg, route, step }) {
  const answer = pkg.answers.scopes;
  const { params } = route;
  const rows = useMemo(() => {
    const within = ["population", "place"].filter((name) => params[name]);
    return answer.rows(step).filter(
      (row) =>
        (!params.outcome || answer.at(row, "outcome") === params.outcome) &&
        within.every((name) => toll.trees[name].within(answer.at(row, name), params[name])),
    );
  }, [answer, route, step]);
  const scope = (row) =>
    ["outcome", "population", "place"]
      .map((role) => toll.name(role, answer.at(row, role)))
      .filter(Boolean)
      .join(" · ");
  return (
    <section>
      <h3>{strings.toll.ranges}</h3>
      <p class="quiet">{strings.toll.rangesIntro}</p>
      <List
        label={strings.toll.ranges}
        count={rows.length}
        estimate={44}
        render={(index) => {
          const found = answer.row(rows[index]);
          const number = found.claims ? range({ ...found, numbered: found.range !== null }) : strings.toll.noRange;
          return (
            <div class="range-row">
              <span>{scope(rows[index])}</span>
              <strong>{number}</strong>
              {found.claims > 0 && <span class="quiet">{strings.toll.by(found.claims)}</span>}
              {found.contested && <span class="against">{found.contested}</span>}
            </div>
          );
        }}
      />
    </section>
  );
}
