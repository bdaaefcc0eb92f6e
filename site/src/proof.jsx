// The proof: from each cell of a record to the words it rests on, with offsets and hashes.

import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { format, safeAddress } from "./route.js";
import { strings, word } from "./strings.js";

const words = strings.proof;

/** The quote, and where it was said. */
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
          {Object.hasOwn(words.roles, edge.role) && ` (${words.roles[edge.role]})`}
        </dd>
        {edge.note && (
          <>
            <dt>{words.note}</dt>
            <dd>{edge.note}</dd>
          </>
        )}
        {told.map(([role, name]) => (
          <Fragment key={role}>
            <dt>{words[role]}</dt>
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

/** Who said it and who carried it, where the record's table declares that. */
function speakers(pkg, { table, row }) {
  const declared = table.claims ?? {};
  return ["claimant", "via"]
    .filter((role) => declared[role] && table.cell(row, declared[role]))
    .map((role) => [role, pkg.called(table.name, declared[role], table.cell(row, declared[role]))]);
}

/** One cell with its receipts. */
function Cell({ pkg, record, field, step, day, level: Heading = "h3" }) {
  const { table, row } = record;
  const column = table.column(field);
  const key = table.cell(row, table.record);
  const value = table.cell(row, field, step);
  const edges = pkg.receipts(key, field, step);
  const label = column.of ? pkg.called(table.name, field, value) : word(column.labels, value);
  return (
    <section class="cell" id={`cell-${field}`} data-field={field}>
      <Heading>
        {column.title} <code class="quiet">{field}</code>
      </Heading>
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

/** How strong the proof of a claim is. */
function Strength({ record: { table, row } }) {
  const proof = table.proof(row);
  return proof && <p class="proof">{words.proof(proof)}</p>;
}

/** What is wrong with an asked cell, or null. */
export function fault(record, key, field, step) {
  if (!record) return words.unknown(key);
  if (field && !record.table.column(field)) return words.unknownField(field);
  if (!record.table.has(record.row, step)) return words.later;
  return null;
}

/** All cells of a record, folded away; the cell that was asked for stands open at the top. */
export function Proof({ pkg, route, step, field, record, card }) {
  const { table, row } = record;
  const key = table.cell(row, table.record);
  const day = { "as-of": route.params["as-of"] };
  const asked = useRef(null);
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
              <CellLink pkg={pkg} table={table} row={row} field={name} step={step} day={day} />
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

/** A cell that leads to its receipts, where it has some. */
function CellLink({ pkg, table, row, field, step, day }) {
  const value = table.cell(row, field, step);
  const key = table.cell(row, table.record);
  const label = pkg.vocabulary(table.name, field) ? pkg.called(table.name, field, value) : "";
  const told = (
    <>
      <span dir="auto">{value}</span>
      {label && label !== value && <span class="quiet"> {label}</span>}
    </>
  );
  if (table.column(field).evidence !== "required") return told;
  return <a href={format({ view: "cell", parts: [key, field], params: day })}>{told}</a>;
}
