// The receipt: from a cell to the words it rests on.

import { useEffect, useRef } from "preact/hooks";
import { cellOf, format, safeAddress } from "./route.js";
import { strings, word } from "./strings.js";

const words = strings.receipt;

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
          <>
            <dt>{words[role]}</dt>
            <dd>{name}</dd>
          </>
        ))}
        <dt>{words.article}</dt>
        <dd>
          <a href={format({ view: "article", parts: [passage.source], params: { ...day, passage: passage.key } })}>
            {article?.title ?? passage.source}
          </a>
          {article?.publisher && article.publisher !== article.title && `, ${article.publisher}`}
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
function fault(record, key, field, step) {
  if (!record) return words.unknown(key);
  if (field && !record.table.column(field)) return words.unknownField(field);
  if (!record.table.has(record.row, step)) return words.later;
  return null;
}

/** The receipt of one cell beside a view. */
export function Receipt({ pkg, route, step, record: key, field, close }) {
  const panel = useRef(null);
  const opener = useRef(document.activeElement);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    const back = opener.current;
    return () => (back?.isConnected ? back : document.getElementById("main"))?.focus({ preventScroll: true });
  }, []);
  const escape = (event) => {
    if (event.key === "Escape") location.hash = close;
  };
  const record = pkg.record(key);
  const day = { "as-of": route.params["as-of"] };
  const wrong = fault(record, key, field, step);
  return (
    <aside class="receipt" aria-label={words.title} tabIndex={-1} ref={panel} onKeyDown={escape}>
      <div class="bar">
        <h2>
          {words.title} {key}
        </h2>
        <a class="close" href={close} aria-label={words.close}>
          ✕
        </a>
      </div>
      {wrong ? (
        <p>{wrong}</p>
      ) : (
        <>
          <Strength record={record} />
          <Cell pkg={pkg} record={record} field={field ?? record.table.record} step={step} day={day} />
          <Outside pkg={pkg} record={key} step={step} />
          <p class="actions">
            <a href={format({ view: "cell", parts: [key, field].filter(Boolean), params: day })}>{words.permalink}</a>
            <a href={format({ view: "cell", parts: [key], params: day })}>{words.record(key)}</a>
          </p>
        </>
      )}
    </aside>
  );
}

/** A page of its own: one cell first, then all of its record. */
export function CellView({ pkg, route, step }) {
  const [key = "", field] = route.parts;
  const record = pkg.record(key);
  const day = { "as-of": route.params["as-of"] };
  const wrong = fault(record, key, field, step);
  if (wrong) return <p>{wrong}</p>;
  const { table, row } = record;
  const filled = table.columns.filter(({ name }) => name !== table.record && table.cell(row, name, step));
  return (
    <>
      <h2>
        {key} <span class="quiet">{table.title}</span>
      </h2>
      <Strength record={record} />
      {field && (
        <div class="asked">
          <Cell pkg={pkg} record={record} field={field} step={step} day={day} />
        </div>
      )}
      <Outside pkg={pkg} record={key} step={step} />
      <section>
        <h3>{words.cells}</h3>
        <dl class="record">
          {filled.map(({ name, title }) => (
            <>
              <dt>{title}</dt>
              <dd>
                <CellLink pkg={pkg} table={table} row={row} field={name} step={step} day={day} />
              </dd>
            </>
          ))}
        </dl>
      </section>
      <Links pkg={pkg} record={key} day={day} step={step} />
    </>
  );
}

/** A cell that leads to its receipts, where it has some. */
export function CellLink({ pkg, table, row, field, step, day }) {
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

/** What other publications say of a claim; of an event, also what they say of the claims about it. */
function Outside({ pkg, record, step }) {
  const o = pkg.roles.outside;
  const table = o && pkg.tables.get(o.table);
  const rows = table ? pkg.about(record).flatMap((key) => table.index(o.claim).get(key) ?? []) : [];
  const there = rows.filter((row) => table.has(row, step));
  if (there.length === 0) return null;
  const get = (row, name) => (name ? table.cell(row, name) : "");
  return (
    <section class="outside">
      <h3>{words.outside}</h3>
      <ul>
        {there.map((row) => {
          const relation = get(row, o.relation);
          const address = safeAddress(get(row, o.url));
          const who = get(row, o.publisher);
          return (
            <li key={row} class={relation === "contradicts" ? "against" : ""}>
              {word(words.relations, relation)}: <span dir="auto">{get(row, o.says)}</span> (
              {address ? (
                <a class="out" href={address} target="_blank" rel="noopener noreferrer">
                  {who}
                </a>
              ) : (
                who
              )}
              {get(row, o.published_on) && `, ${get(row, o.published_on).slice(0, LENGTHS[get(row, o.published_precision)])}`}
              {get(row, o.seen) && `, ${word(words.seen, get(row, o.seen))}`})
            </li>
          );
        })}
      </ul>
    </section>
  );
}

// A month has the date of its first day.
const LENGTHS = { month: 7, year: 4 };

function Links({ pkg, record, day, step }) {
  const l = pkg.roles.links;
  const table = l && pkg.tables.get(l.table);
  if (!table) return null;
  const rows = [...new Set([l.claim, l.other].flatMap((end) => table.index(end).get(record) ?? []))];
  const there = rows.filter((row) => table.has(row, step));
  if (there.length === 0) return null;
  const to = (key) => (key === record ? key : <a href={format({ view: "cell", parts: [key], params: day })}>{key}</a>);
  return (
    <section>
      <h3>{words.links}</h3>
      <ul>
        {there.map((row) => (
          <li key={row}>
            {to(table.cell(row, l.claim))} {table.cell(row, l.relation).replaceAll("_", " ")}{" "}
            {to(table.cell(row, l.other))}
            {l.note && <span class="quiet"> {table.cell(row, l.note)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A short quote that opens the receipt of a cell. */
export function Quote({ pkg, span, href, label }) {
  const passage = span && pkg.passage(span);
  if (!passage) return null;
  return (
    <a class="quote" href={href} aria-label={label && `${passage.quote}: ${label}`}>
      <q dir="auto">{passage.quote}</q>
    </a>
  );
}

export { cellOf };
