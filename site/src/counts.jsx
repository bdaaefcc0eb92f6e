// Counts: one line for each outcome, who and where, the claims on it as numbers on one scale.

/** @import { Claim, ClaimRole, Claims as Counted, Given, Route, Scope } from "./types.js" */
/** @import { Package } from "./data.js" */
import { useMemo } from "preact/hooks";
import { AsOf } from "./asof.jsx";
import { Chart } from "./chart.jsx";
import { chosen, claimsOf } from "./claims.js";
import { Figure, inFull, look, printed } from "./figure.jsx";
import { chosenInWords, claimFilters, Filters } from "./filters.jsx";
import { Grid, List } from "./lists.jsx";
import { Missing } from "./missing.jsx";
import { range } from "./range.js";
import { changed, format } from "./route.js";
import { Source } from "./source.jsx";
import { strings, word } from "./strings.js";

/** @typedef {{name: string, range: Scope | undefined, claims: Claim[]}} Scoped the claims of a scope */
/** @typedef {{pkg: Package, route: Route, claims: Counted, top: number}} Drawn what all marks are drawn with */

const words = strings.counts;
const MOST_LABELLED = 12; // marks of a line that have their number beside them

/** @param {Given} given */
export function Counts(given) {
  const { missing } = given.pkg.answers.claims;
  return missing ? <Missing what="claims" why={missing} /> : <Claims {...given} />;
}

/** @param {Given} given */
function Claims({ pkg, route, step }) {
  const claims = useMemo(() => claimsOf(pkg), [pkg]);
  const rows = useMemo(() => chosen(claims, route.params, step), [claims, route, step]);
  const choices = claimFilters(pkg, claims);
  return (
    <>
      <h2 class="headline">{words.title}</h2>
      <p class="stand">{words.intro}</p>
      <AsOf pkg={pkg} route={route} step={step} />
      <Filters route={route} choices={choices} />
      <p role="status" class="count">
        {rows.length ? words.count(rows.length) : words.none}
      </p>
      {rows.length > 0 && (
        <Chart pkg={pkg} route={route} title={words.title} chosen={chosenInWords(route, choices)}>
          <Scale pkg={pkg} route={route} step={step} claims={claims} rows={rows} />
        </Chart>
      )}
      {rows.length > 0 && <ClaimTable pkg={pkg} route={route} claims={claims} rows={rows} />}
    </>
  );
}

// ------------------------------------------------------------------------------------- the scale

const TICKS = [0, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/**
 * Where a number stands, as a share of the width: logarithmic, with a place for zero.
 * @param {number} number
 * @param {number} top
 */
export const scaled = (number, top) => Math.log1p(Math.max(0, number)) / Math.log1p(top);

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)}%`;

/**
 * The claims by scope, in the order of the outcomes, with the range of each scope.
 * @param {Package} pkg
 * @param {Counted} claims
 * @param {number[]} rows
 * @param {number} step
 * @returns {Scoped[]}
 */
function scopes(pkg, claims, rows, step) {
  const { answer, outcomes } = claims;
  const { scopes: ranges } = pkg.answers;
  /** @param {Pick<Scope, "outcome" | "population" | "place">} counted */
  const of = ({ outcome, population, place }) => [outcome, population, place].join("\0");
  const known = new Map(ranges.rows(step).map((row) => [of(ranges.row(row)), ranges.row(row)]));
  /** @type {Map<string, Scoped>} */
  const found = new Map();
  for (const row of rows) {
    const claim = answer.row(row);
    const name = of(claim);
    const scope = found.get(name) ?? { name, range: known.get(name), claims: [] };
    scope.claims.push(claim);
    found.set(name, scope);
  }
  /** @param {Scoped} scope */
  const place = ({ claims: [claim] }) => outcomes.indexOf(claim.outcome);
  /** @param {Scoped} scope */
  const most = ({ claims: held }) => Math.max(-1, ...held.slice(0, 500).map(({ low, high }) => high ?? low ?? -1));
  return [...found.values()].sort((a, b) => place(a) - place(b) || most(b) - most(a));
}

/** @param {Given & {claims: Counted, rows: number[]}} given */
function Scale({ pkg, route, step, claims, rows }) {
  const found = useMemo(() => scopes(pkg, claims, rows, step), [pkg, claims, rows, step]);
  // The scale is that of the whole package, so that days can be compared.
  const top = useMemo(() => {
    const { low, high } = claims.answer.columns;
    return 2 * Math.max(5, most(low), most(high));
  }, [claims]);
  const ticks = TICKS.filter((tick) => tick < top);
  return (
    <section aria-label={words.chart(found.length)}>
      <div class="scope-row head" aria-hidden="true">
        <span />
        <span class="scale">
          {ticks.map((tick) => (
            <span key={tick} class="tick" style={{ left: percent(scaled(tick, top)) }}>
              {tick.toLocaleString("en")}
            </span>
          ))}
        </span>
        <span class="small">{words.range}</span>
      </div>
      <List
        label={words.chart(found.length)}
        count={found.length}
        estimate={64}
        render={(index) => (
          <ScopeRow {...{ pkg, route, claims, top, ticks }} scope={found[index]} before={found[index - 1]} />
        )}
      />
      <p class="quiet">{words.ranges}</p>
    </section>
  );
}

/** @param {(number | null)[]} numbers */
const most = (numbers) => numbers.reduce((/** @type {number} */ top, number) => Math.max(top, number ?? 0), 0);

/** @param {Drawn & {ticks: number[], scope: Scoped, before?: Scoped}} given */
function ScopeRow({ pkg, route, claims, top, ticks, scope, before }) {
  const [claim] = scope.claims;
  const fresh = before?.claims[0].outcome !== claim.outcome;
  const numbered = scope.claims.filter((one) => one.numbered);
  const silent = scope.claims.filter((one) => !one.numbered);
  const { range: found } = scope;
  const told = found?.claims ? range({ ...found, numbered: found.range !== null }) : words.noRange;
  return (
    <>
      {fresh && <h3 class={`group ${claims.tone(claim.outcome)}`}>{claims.called(claim, "outcome")}</h3>}
      <div class="scope-row">
        <span>
          <span class="label">{claims.called(claim, "population") || strings.story.nobody}</span>
          <span class="small">{claims.called(claim, "place") || strings.story.nowhere}</span>
        </span>
        <span class="scale">
          {ticks.map((tick) => (
            <span key={tick} class="grid-line" style={{ left: percent(scaled(tick, top)) }} />
          ))}
          {numbered.length <= MOST_LABELLED ? (
            stacked(numbered, top).map((one) => <Mark key={one.claim.key} {...{ pkg, route, claims, top }} {...one} />)
          ) : (
            <Field {...{ claims, route, top }} scope={numbered} />
          )}
          {silent.slice(0, MOST_LABELLED).map((one) => (
            <span key={one.key} class="silent">
              <Figure pkg={pkg} route={route} claims={claims} claim={one} />
            </span>
          ))}
        </span>
        <span class="range-row">
          <strong>{told}</strong>
          {found && found.claims > 0 && <span class="small">{words.by(found.claims)}</span>}
          {found?.contested && <span class="small against">{found.contested}</span>}
        </span>
      </div>
    </>
  );
}

/**
 * Marks whose numbers would stand over each other go one below the other.
 * @template {Pick<Claim, "low" | "high" | "wording" | "qualifier" | "numbered">} C
 * @param {C[]} claims
 * @param {number} top
 */
export function stacked(claims, top) {
  /** @type {number[]} */
  const ends = [];
  return [...claims]
    .sort((a, b) => (a.low ?? a.high ?? 0) - (b.low ?? b.high ?? 0))
    .map((claim) => {
      const at = scaled(claim.low ?? claim.high ?? 0, top);
      let level = ends.findIndex((end) => end <= at);
      if (level < 0) level = ends.length;
      ends[level] = at + 0.06 + 0.018 * printed(claim).length;
      return { claim, at, level };
    });
}

const LEFT = 0.72; // share of the width from which on a number stands at the left of its mark

/** @param {Drawn & {claim: Claim, at: number, level: number}} given */
function Mark({ pkg, route, claims, top, claim, at, level }) {
  const { low, high } = claim;
  const to = high === null ? 1 : scaled(high, top);
  const from = low === null ? 0 : scaled(low, top);
  const open = [high === null && "open-up", low === null && "open-down"].filter(Boolean).join(" ");
  const hollow = (claim.above && low !== null) || (claim.below && high !== null && low === null);
  const row = `${level * 1.6}rem`;
  return (
    <>
      {(low !== high || low === null) && (
        <span
          class={`${look(claims, claim)} interval ${open} ${claim.qualifier === "vague" ? "vague" : ""}`}
          style={{ left: percent(from), width: percent(to - from), top: row }}
          aria-hidden="true"
        >
          <i class="line" />
          <i class="head" />
        </span>
      )}
      <a
        class={`${look(claims, claim)} point${hollow ? " hollow" : ""}${at > LEFT ? " left" : ""}`}
        style={{ left: percent(at), top: row }}
        href={changed(route, { cell: claim.key })}
        data-open={claim.key}
        aria-label={inFull(pkg, claims, claim)}
      >
        <i class="spot" />
        <span>{printed(claim)}</span>
      </a>
    </>
  );
}

const BINS = 40;

/**
 * Very many claims of one line: fields, the stronger the more claims; they open that line alone.
 * @param {Omit<Drawn, "pkg"> & {scope: Claim[]}} given
 */
function Field({ claims, route, top, scope }) {
  const bins = new Array(BINS).fill(0);
  for (const claim of scope)
    bins[Math.min(BINS - 1, Math.floor(BINS * scaled(claim.low ?? claim.high ?? 0, top)))] += 1;
  const peak = Math.max(...bins);
  const [{ outcome, population, place }] = scope;
  return (
    <a
      class={`field ${claims.tone(outcome)}`}
      href={changed(route, { outcome, population, place })}
      aria-label={words.field(scope.length)}
    >
      {bins.map(
        (number, bin) =>
          number > 0 && (
            <span
              key={bin}
              style={{
                left: percent(bin / BINS),
                width: percent(1 / BINS),
                opacity: 0.25 + 0.75 * Math.sqrt(number / peak),
              }}
            />
          ),
      )}
      <span class="small">{words.field(scope.length)}</span>
    </a>
  );
}

// --------------------------------------------------------------------------- behind the numbers

/** @param {{pkg: Package, route: Route, claims: Counted, rows: number[]}} given */
function ClaimTable({ pkg, route, claims, rows }) {
  const columns = Object.entries(words.columns).map(([name, title]) => ({ name, title }));
  /**
   * @param {number} index
   * @param {{name: string}} column
   */
  const cell = (index, { name }) => {
    const claim = claims.answer.row(rows[index]);
    if (name === "wording") return <Figure pkg={pkg} route={route} claims={claims} claim={claim} />;
    if (name === "range") return range(claim);
    if (name === "status") {
      return (
        <span title={claim.why}>{[word(words.status, claim.status), claim.contested].filter(Boolean).join("; ")}</span>
      );
    }
    if (name === "proof") {
      const found = pkg.record(claim.key);
      return found?.table.proof(found.row);
    }
    if (name === "source") return <Source pkg={pkg} route={route} source={claim.source} />;
    if (name === "day") return claim.day ?? words.undated;
    return claims.called(claim, /** @type {ClaimRole} */ (name));
  };
  const address = format({ view: "data", parts: [claims.table], params: { "as-of": route.params["as-of"] } });
  return (
    <details class="behind">
      <summary>{words.list}</summary>
      <Grid label={words.list} columns={columns} count={rows.length} cell={cell} />
      <p>
        <a href={address}>{words.data}</a>
      </p>
    </details>
  );
}
