// The proof: from each cell of a record to the words it rests on, with offsets and hashes.

/** @import { Card, Edge, Given, Home } from "./types.js" */
/** @import { Package } from "./data.js" */
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { format, safeAddress } from "./route.js";
import { strings, word } from "./strings.js";

/** @typedef {{"as-of": string | undefined}} Day */

const words = strings.proof;

/**
 * The quote, and where it was said.
 * @param {{pkg: Package, edge: Edge, day: Day, record: Home}} given
 */
function Words({ pkg, edge, day, record }) {
  const passage = pkg.passage(edge.span);
  if (!passage) return null;
  const article = pkg.article(passage.source);
  const address = passage.address && safeAddress(passage.address);
  const told = speakers(pkg, record);
  const included = Object.hasOwn(pkg.texts?.articles ?? {}, passage.source);
  return (
    <li class="words" data-span={passage.key} data-field={edge.field}>
      <blockquote>
        <mark dir="auto">{passage.quote}</mark>
      </blockquote>
      <dl>
        <dt>{words.role}</dt>
        <dd>
          <strong>{edge.role}</strong>
          {Object.hasOwn(words.roles, edge.role) && ` (${word(words.roles, edge.role)})`}
        </dd>
        {edge.note && (
          <>
            <dt>{words.note}</dt>
            <dd>{edge.note}</dd>
          </>
        )}
        {told.map(({ role, name }) => (
          <Fragment key={role}>
            <dt>{role}</dt>
            <dd>{name}</dd>
          </Fragment>
        ))}
        <dt>{words.article}</dt>
        <dd>
          <a href={format({ view: "article", parts: [passage.source], params: { ...day, passage: passage.key } })}>
            {article?.name ?? passage.source}
          </a>
          {article?.about && ` (${article.about})`}
          {`, ${article?.day ? words.published(article.day) : words.unpublished}`}
        </dd>
        <dt>{words.offsets}</dt>
        <dd>
          {words.characters(passage.start, passage.end)}
          {passage.occurrence && `; ${words.occurrence(passage.occurrence)}`}
        </dd>
        <dt>{words.textHash}</dt>
        <dd>
          <code>{article?.sha256}</code>
        </dd>
        {passage.checksum && (
          <>
            <dt>{words.checksum}</dt>
            <dd>
              <code>{passage.checksum}</code>
            </dd>
          </>
        )}
      </dl>
      <p class="actions">
        {address ? (
          <a class="out" href={address} target="_blank" rel="noopener noreferrer">
            {words.open}
          </a>
        ) : (
          <span class="quiet">{words.noAddress}</span>
        )}
        {included && (
          <a href={format({ view: "article", parts: [passage.source], params: { ...day, passage: passage.key } })}>
            {words.read}
          </a>
        )}
        <a href={format({ view: "passage", parts: [passage.key], params: day })}>{words.resting}</a>
      </p>
    </li>
  );
}

/**
 * Who said it and who carried it, where the record's table declares that.
 * @param {Package} pkg
 * @param {Home} record
 */
function speakers(pkg, { table, row }) {
  const { claimant, via } = table.claims ?? {};
  const called = (/** @type {string | undefined} */ column) =>
    pkg.called(table.name, column, column ? table.cell(row, column) : "");
  const told = [
    { role: words.claimant, name: called(claimant) },
    { role: words.via, name: called(via) },
  ];
  return told.filter(({ name }) => name);
}

/**
 * One cell with its receipts.
 * @param {{pkg: Package, record: Home, field: string, step: number, day: Day}} given
 */
function Cell({ pkg, record, field, step, day }) {
  const { table, row, key } = record;
  const column = table.column(field);
  if (!column) return null;
  const value = table.cell(row, field, step);
  const edges = pkg.receipts(key, field, step);
  const label = column.of ? pkg.called(table.name, field, value) : word(column.labels, value);
  return (
    <section class="cell" id={`cell-${field}`} data-field={field}>
      <h3>
        {column.title} <code class="quiet">{field}</code>
      </h3>
      <p class="value">
        {value ? <span dir="auto">{value}</span> : <span class="quiet">{words.empty}</span>}
        {label && label !== value && <span class="quiet"> {label}</span>}
        {value && column.unit && <span class="quiet"> {column.unit}</span>}
      </p>
      {value !== "" && edges.length === 0 && (
        <p class="quiet">{column.evidence === "required" ? words.none : words.exempt}</p>
      )}
      {edges.length > 0 && (
        <ul class="receipts">
          {edges.map((edge) => (
            <Words key={`${edge.span} ${edge.role}`} pkg={pkg} edge={edge} day={day} record={record} />
          ))}
        </ul>
      )}
    </section>
  );
}

/**
 * How strong the proof of a claim is.
 * @param {{record: Home}} given
 */
function Strength({ record: { table, row } }) {
  const proof = table.proof(row);
  return proof && <p class="proof">{words.proof(proof)}</p>;
}

/**
 * What is wrong with an asked cell, or null.
 * @param {Home | null} record
 * @param {string} key
 * @param {string | undefined} field
 * @param {number} step
 */
export function fault(record, key, field, step) {
  if (!record) return words.unknown(key);
  if (field && !record.table.column(field)) return words.unknownField(field);
  if (!record.table.has(record.row, step)) return words.later;
  return null;
}

/**
 * All cells of a record, folded away; the cell that was asked for stands open at the top.
 * @param {Given & {field?: string, record: Home, card: Card | null}} given
 */
export function Proof({ pkg, route, step, field, record, card }) {
  const { table, row, key } = record;
  const day = { "as-of": route.params["as-of"] };
  const asked = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    if (field && route.view === "cell") asked.current?.scrollIntoView({ block: "nearest" });
  }, [field]);
  const filled = table.columns.filter(({ name }) => name !== table.record && table.cell(row, name, step));
  const passages = new Set(pkg.receipts(key, undefined, step).map(({ span }) => span));
  return (
    <details class="proof" open={Boolean(field) || !card}>
      <summary>{words.summary(passages.size)}</summary>
      <p class="small">
        <code>{key}</code> · {table.title}
      </p>
      <Strength record={record} />
      {field && (
        <div class="asked" ref={asked}>
          <Cell pkg={pkg} record={record} field={field} step={step} day={day} />
        </div>
      )}
      <h3>{words.cells}</h3>
      <dl class="record">
        {filled.map(({ name, title }) => (
          <Fragment key={name}>
            <dt>{title}</dt>
            <dd>
              <CellLink pkg={pkg} record={record} field={name} step={step} day={day} />
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

/**
 * A cell that leads to its receipts, where it has some.
 * @param {{pkg: Package, record: Home, field: string, step: number, day: Day}} given
 */
function CellLink({ pkg, record: { table, row, key }, field, step, day }) {
  const value = table.cell(row, field, step);
  const label = pkg.vocabulary(table.name, field) ? pkg.called(table.name, field, value) : "";
  const told = (
    <>
      <span dir="auto">{value}</span>
      {label && label !== value && <span class="quiet"> {label}</span>}
    </>
  );
  if (table.column(field)?.evidence !== "required") return told;
  return <a href={format({ view: "cell", parts: [key, field], params: day })}>{told}</a>;
}
