// The tables: search, sort, take along; and the data dictionary.

/** @import { Choice, Given, Route } from "./types.js" */
/** @import { Column, Package, Table } from "./data.js" */
import { csvFormatRows } from "d3-dsv";
import { useMemo } from "preact/hooks";
import { Filters, options, Search } from "./filters.jsx";
import { Grid } from "./lists.jsx";
import { save } from "./picture.js";
import { cellOf, changed, format } from "./route.js";
import { Scroller } from "./scroller.jsx";
import { searched } from "./search.js";
import { strings, word } from "./strings.js";

/** @typedef {Pick<Column, "name" | "title" | "evidence"> & {numeric: boolean}} Shown a column of the rows */
/** @typedef {"csv" | "json"} Kind */

/** @type {Kind[]} */
const KINDS = ["csv", "json"];
const words = strings.tables;
const LONG = 160; // characters of a cell that a row shows

/** @param {Given} given */
export function Tables({ pkg, route, step }) {
  const [name, part] = route.parts;
  if (!name) return <AllTables pkg={pkg} route={route} step={step} />;
  const table = pkg.tables.get(name);
  const day = { "as-of": route.params["as-of"] };
  /**
   * @param {string} label
   * @param {string[]} parts
   * @param {boolean} current
   */
  const tab = (label, parts, current) => (
    <a class="chip" href={format({ view: "data", parts, params: day })} aria-current={current ? "page" : undefined}>
      {label}
    </a>
  );
  return (
    <>
      <p class="small">
        <a href={format({ view: "data", params: day })}>{strings.view.data}</a>
      </p>
      {!table && <p>{words.unknown(name)}</p>}
      {table && (
        <>
          <h2 class="headline" dir="auto">
            {table.title}
          </h2>
          {table.description && (
            <p class="stand" dir="auto">
              {table.description}
            </p>
          )}
          <nav class="filters" aria-label={table.title}>
            {tab(words.data, [name], part !== "dictionary")}
            {tab(words.dictionary, [name, "dictionary"], part === "dictionary")}
          </nav>
          {part === "dictionary" ? (
            <Dictionary table={table} />
          ) : (
            <Rows key={name} pkg={pkg} table={table} route={route} step={step} />
          )}
        </>
      )}
    </>
  );
}

/**
 * A card for each table, with what it holds.
 * @param {Given} given
 */
function AllTables({ pkg, route, step }) {
  return (
    <>
      <h2 class="headline">{strings.view.data}</h2>
      <p class="stand">{words.intro}</p>
      <ul class="tables-list">
        {[...pkg.tables.values()].map((table) => (
          <li key={table.name}>
            <h3>
              <a
                href={format({ view: "data", parts: [table.name], params: { "as-of": route.params["as-of"] } })}
                dir="auto"
              >
                {table.title}
              </a>
            </h3>
            <p class="small">{words.rows(matching(table, "", step).length, table.rows)}</p>
            {table.description && (
              <p class="small" dir="auto">
                {table.description}
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const NUMBERS = new Set(["integer", "number"]);

/**
 * Row numbers in the order that was asked for; empty cells last.
 * @param {Table} table
 * @param {number[]} rows
 * @param {string} sort
 * @param {number} step
 */
export function sorted(table, rows, sort, step) {
  if (!sort) return rows;
  const down = sort.startsWith("-");
  const column = table.column(down ? sort.slice(1) : sort);
  if (!column) return rows;
  const numeric = NUMBERS.has(column.type);
  /** @type {(a: string, b: string) => number} */
  const compare = numeric ? (a, b) => Number(a) - Number(b) : new Intl.Collator("en").compare;
  const sign = down ? -1 : 1;
  const cells = new Map(rows.map((row) => [row, table.cell(row, column.name, step)]));
  return [...rows].sort((one, other) => {
    const [a, b] = [cells.get(one) ?? "", cells.get(other) ?? ""];
    if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
    return sign * compare(a, b) || one - other;
  });
}

/**
 * Row numbers that hold all words of a search, as of a step.
 * @param {Table} table
 * @param {string | undefined} q
 * @param {number} step
 */
export function matching(table, q, step) {
  const found = searched(q);
  const rows = [];
  for (let row = 0; row < table.rows; row++) {
    if (!table.has(row, step)) continue;
    if (!found || found(table.columns.map(({ name }) => table.cell(row, name, step)))) rows.push(row);
  }
  return rows;
}

const FACET = "where."; // before the name of a column that filters, so that none is a name of ours
const MOST_FACETS = 8;
const MOST_VALUES = 40; // that a reader looks through

/**
 * Columns by whose few values rows are chosen: those of a vocabulary, of a list and of yes and no.
 * @param {Package} pkg
 * @param {Table} table
 */
const facets = (pkg, table) =>
  table.columns.filter((c) => pkg.vocabulary(table.name, c.name) || c.labels || c.type === "boolean");

/**
 * Row numbers whose cells have the values that were chosen.
 * @param {Table} table
 * @param {number[]} rows
 * @param {Route["params"]} params
 * @param {number} step
 */
export function faceted(table, rows, params, step) {
  const chosen = Object.entries(params).filter(([name, value]) => value && name.startsWith(FACET));
  return chosen.reduce((left, [name, value]) => {
    const column = table.column(name.slice(FACET.length));
    return column ? left.filter((row) => table.cell(row, column.name, step) === value) : left;
  }, rows);
}

/**
 * The values of each such column with the rows that have them, where a value has several rows.
 * @param {Package} pkg
 * @param {Table} table
 * @param {number[]} rows
 * @param {Route["params"]} params
 * @param {number} step
 */
export function facetChoices(pkg, table, rows, params, step) {
  /** @type {Record<string, Choice[]>} */
  const found = {};
  for (const { name } of facets(pkg, table)) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const row of rows) {
      const value = table.cell(row, name, step);
      if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const several = params[FACET + name] || [...counts.values()].some((number) => number > 1);
    if (several && counts.size <= MOST_VALUES && Object.keys(found).length < MOST_FACETS)
      found[FACET + name] = options(counts, (value) => pkg.called(table.name, name, value));
  }
  return found;
}

/**
 * The rows as CSV (RFC 4180), every cell as it stands in the package.
 * @param {Table} table
 * @param {number[]} rows
 * @param {number} step
 */
export function csv(table, rows, step) {
  const names = table.columns.map(({ name }) => name);
  const body = rows.map((row) => names.map((name) => table.cell(row, name, step)));
  return `${csvFormatRows([names, ...body])}\n`;
}

/**
 * The rows as JSON, each by the names of its columns.
 * @param {Table} table
 * @param {number[]} rows
 * @param {number} step
 */
export function json(table, rows, step) {
  const names = table.columns.map(({ name }) => name);
  return `${JSON.stringify(
    rows.map((row) => Object.fromEntries(names.map((name) => [name, table.cell(row, name, step)]))),
    null,
    1,
  )}\n`;
}

/** @param {Given & {table: Table}} given */
function Rows({ pkg, table, route, step }) {
  const { q, sort = "" } = route.params;
  const searched_ = useMemo(() => matching(table, q, step), [table, q, step]);
  const found = useMemo(() => faceted(table, searched_, route.params, step), [table, searched_, route, step]);
  const choices = useMemo(() => facetChoices(pkg, table, found, route.params, step), [pkg, table, found, step]);
  const titles = Object.fromEntries(table.columns.map(({ name, title }) => [`${FACET}${name}`, title]));
  const rows = useMemo(() => sorted(table, found, sort, step), [table, found, sort, step]);
  const kinds = { csv: "text/csv;charset=utf-8", json: "application/json" };
  /** @param {Kind} kind */
  const take = (kind) => {
    const text = { csv, json }[kind](table, rows, step);
    save(new Blob([text], { type: kinds[kind] }), `${table.name}.${kind}`);
  };
  /** @param {Shown} column */
  const head = ({ name, title }) => {
    const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : undefined;
    const next = order === "ascending" ? `-${name}` : order === "descending" ? "" : name;
    return (
      <th key={name} scope="col" aria-sort={order}>
        <a href={changed(route, { sort: next })} title={words.sort(title)}>
          {title}
          {order && <span aria-hidden="true">{order === "ascending" ? " ▲" : " ▼"}</span>}
        </a>
      </th>
    );
  };
  /**
   * @param {number} index
   * @param {Shown} column
   */
  const cell = (index, column) => {
    const row = rows[index];
    const value = table.cell(row, column.name, step);
    const shown = value.length > LONG ? `${value.slice(0, LONG)}…` : value;
    const record = table.record && value && column.evidence === "required" ? table.cell(row, table.record) : null;
    const name = pkg.vocabulary(table.name, column.name) ? pkg.called(table.name, column.name, value) : "";
    const told = (
      <span dir="auto" title={value.length > 40 ? value : undefined}>
        {name && name !== value ? (
          <>
            {name} <code class="quiet">{value}</code>
          </>
        ) : (
          shown
        )}
      </span>
    );
    return record !== null ? <a href={changed(route, { cell: cellOf(record, column.name) })}>{told}</a> : told;
  };
  const columns = table.columns.map(({ name, title, type, evidence }) => ({
    name,
    title,
    evidence,
    numeric: NUMBERS.has(type),
  }));
  return (
    <>
      <Filters route={route} choices={choices} titles={titles}>
        <Search asked={q ?? ""} address={(typed) => changed(route, { q: typed })} label={words.search} />
        {KINDS.map((kind) => (
          <button key={kind} type="button" onClick={() => take(kind)} disabled={rows.length === 0}>
            {words.download[kind]}
          </button>
        ))}
      </Filters>
      <p role="status" class="count">
        {words.rows(rows.length, table.rows)}
      </p>
      {rows.length > 0 && <Grid label={table.title} columns={columns} count={rows.length} cell={cell} head={head} />}
    </>
  );
}

/** @param {{table: Table}} given */
function Dictionary({ table }) {
  const columns = Object.entries(words.columns);
  return (
    <Scroller class="grid prose" label={words.dictionary}>
      <table>
        <thead>
          <tr>
            {columns.map(([name, title]) => (
              <th key={name} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.columns.map((column) => (
            <tr key={column.name}>
              <th scope="row">
                {column.title} <code>{column.name}</code>
              </th>
              <td>{column.description}</td>
              <td>{[column.type, column.unit].filter(Boolean).join(", ")}</td>
              <td>{column.example}</td>
              <td>{column.evidence && word(words.evidence, column.evidence)}</td>
              <td>
                {column.labels && (
                  <dl>
                    {Object.entries(column.labels).map(([value, label]) => (
                      <div key={value}>
                        <dt>{value}</dt>
                        <dd>{label}</dd>
                      </div>
                    ))}
                  </dl>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
