// Small multiples: one panel for each outcome and people, days of publication across, numbers up.

/** @import { ArticleColumn, Claims, Group, Route } from "./types.js" */
import { useMemo } from "preact/hooks";
import { MOST_LINES } from "./claims.js";
import { brief } from "./days.js";
import { changed } from "./route.js";
import { strings } from "./strings.js";

/**
 * @typedef {object} Drawn
 * @property {string} name
 * @property {string} outcome
 * @property {string | null} population
 * @property {number} lines
 * @property {number} claims
 * @property {Map<string, number>} fields how many claims a column has of a size, by both
 */

const words = strings.story;
const MOST_PANELS = 48;
const [WIDTH, HEIGHT, BINS] = [240, 96, 12];

/**
 * Claims by outcome and population, in fields of a day and a size of number.
 * @param {Claims} claims
 * @param {Group[]} groups
 * @returns {Drawn[]}
 */
function panels(claims, groups) {
  /** @type {Map<string, Drawn>} */
  const found = new Map();
  for (const { outcome, lines } of groups) {
    for (const line of lines) {
      const name = `${outcome}\0${line.population}`;
      const panel = found.get(name) ?? {
        name,
        outcome,
        population: line.population,
        lines: 0,
        claims: 0,
        fields: new Map(),
      };
      found.set(name, panel);
      panel.lines += 1;
      for (const { row, column } of line.rows)
        count(panel, column, claims.answer.at(row, "low") ?? claims.answer.at(row, "high"));
    }
  }
  return [...found.values()].sort(
    (a, b) => claims.outcomes.indexOf(a.outcome) - claims.outcomes.indexOf(b.outcome) || b.claims - a.claims,
  );
}

/**
 * @param {Drawn} panel
 * @param {number} column
 * @param {number | null} number
 */
function count(panel, column, number) {
  panel.claims += 1;
  if (number === null) return;
  const bin = Math.min(BINS - 1, Math.floor(2 * Math.log10(1 + number)));
  const field = `${column} ${bin}`;
  panel.fields.set(field, (panel.fields.get(field) ?? 0) + 1);
}

/** @param {{route: Route, claims: Claims, groups: Group[], columns: ArticleColumn[]}} given */
export function Multiples({ route, claims, groups, columns }) {
  const all = useMemo(() => panels(claims, groups), [claims, groups]);
  const days = columns.map(({ day }) => day);
  return (
    <section aria-label={words.multiples}>
      <p class="quiet">{words.many(MOST_LINES)}</p>
      <ul class="multiples">
        {all.slice(0, MOST_PANELS).map((panel) => (
          <li key={panel.name}>
            <a href={changed(route, { outcome: panel.outcome, population: panel.population })}>
              <span class="label">{claims.name("population", panel.population) || words.nobody}</span>
              <span class={`small ${claims.tone(panel.outcome)}`}>
                {claims.name("outcome", panel.outcome)} · {strings.counts.count(panel.claims)}
              </span>
              <Panel panel={panel} claims={claims} columns={columns} />
            </a>
          </li>
        ))}
      </ul>
      {all.length > MOST_PANELS && <p class="quiet">{words.panels(all.length - MOST_PANELS)}</p>}
      <p class="small">
        {[...days.slice(0, 1), ...days.slice(-1)].filter(Boolean).map(brief).join(" – ")}; {words.up}
      </p>
    </section>
  );
}

/** @param {{panel: Drawn, claims: Claims, columns: ArticleColumn[]}} given */
function Panel({ panel, claims, columns }) {
  const peak = Math.max(1, ...panel.fields.values());
  const [wide, high] = [WIDTH / columns.length, HEIGHT / BINS];
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} class={`panel ${claims.tone(panel.outcome)}`} aria-hidden="true">
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} class="base" />
      {[...panel.fields].map(([field, number]) => {
        const [column, bin] = field.split(" ").map(Number);
        return (
          <rect
            key={field}
            x={column * wide}
            y={HEIGHT - (bin + 1) * high}
            width={Math.max(1, wide - 1)}
            height={high - 1}
            opacity={0.3 + 0.7 * Math.sqrt(number / peak)}
          />
        );
      })}
    </svg>
  );
}
