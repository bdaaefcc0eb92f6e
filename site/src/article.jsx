// Articles: what is quoted stands at its place, grey bars are the rest; the text itself where it is at hand.

/** @import { Article as About, Given, Passage as Quoted, Route } from "./types.js" */
/** @import { Package } from "./data.js" */
/** @import { TargetedKeyboardEvent } from "preact" */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { HeadingParts } from "./card.jsx";
import { whole } from "./days.js";
import { pieces } from "./pieces.js";
import { changed, format, replace, safeAddress } from "./route.js";
import { Source } from "./source.jsx";
import { strings } from "./strings.js";

/** @typedef {"killed" | "hurt" | "number" | "state" | "other"} Kind */
/** @typedef {Map<string, {records: {record: string, kind: Kind}[], kind: Kind}>} Resting what rests on passages, by their keys */

const words = strings.article;

/**
 * The articles, each with what a reader must know about it.
 * @param {Given} given
 */
export function Articles({ pkg, route, step }) {
  const articles = pkg.articles(step);
  return (
    <>
      <h2 class="headline">{strings.articles(articles.length)}</h2>
      <p class="stand">{words.intro}</p>
      <ul class="articles-list">
        {articles.map((article) => (
          <li key={article.key}>
            <p class="small">
              <Source pkg={pkg} route={route} source={article.key} short />
              {article.day && ` · ${whole(article.day)}`}
            </p>
            <h3>
              <a
                href={format({ view: "article", parts: [article.key], params: { "as-of": route.params["as-of"] } })}
                dir="auto"
              >
                {article.title}
              </a>
            </h3>
            {article.note && (
              <p class="note" dir="auto">
                {article.note}
              </p>
            )}
            <p class="small">{words.passages(passagesOf(pkg, article.key, step).length)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

/**
 * @param {Package} pkg
 * @param {string} source
 * @param {number} step
 */
function passagesOf(pkg, source, step) {
  const s = pkg.roles.spans;
  const table = s && pkg.tables.get(s.table);
  if (!s || !table) return [];
  const rows = table.index(s.source).get(source) ?? [];
  return rows
    .filter((row) => table.has(row, step))
    .map((row) => pkg.passage(table.cell(row, s.id)))
    .filter((passage) => passage !== null)
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

// What rests on a passage, what is told of first: the dead, the hurt, numbers, states, all else.
/** @type {Kind[]} */
const KINDS = ["killed", "hurt", "number", "state", "other"];

/**
 * What kind of claim a record is.
 * @param {Package} pkg
 * @param {string} record
 * @returns {Kind}
 */
function kindOf(pkg, record) {
  const found = pkg.record(record);
  if (!found) return "other";
  const { claims } = found.table;
  if (claims?.outcome) return pkg.tone(found.table.name, found.table.cell(found.row, claims.outcome));
  if (found.table.figure && !claims?.state) return "number";
  return claims?.state ? "state" : "other";
}

/**
 * The records that rest on each passage, and the kind of the first of them.
 * @param {Package} pkg
 * @param {Quoted[]} passages
 * @param {number} step
 * @returns {Resting}
 */
function restOf(pkg, passages, step) {
  /** @type {Resting} */
  const found = new Map();
  for (const { key } of passages) {
    const records = [...new Set(pkg.resting(key, step).map(({ record }) => record))].map((record) => ({
      record,
      kind: kindOf(pkg, record),
    }));
    records.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
    found.set(key, { records, kind: records[0]?.kind ?? "other" });
  }
  return found;
}

/** @param {Given & {source?: string, asked?: string}} given */
export function Article({ pkg, route, step, source = route.parts[0] ?? "", asked = route.params.passage }) {
  const article = pkg.article(source);
  const passages = useMemo(() => passagesOf(pkg, source, step), [pkg, source, step]);
  const resting = useMemo(() => restOf(pkg, passages, step), [pkg, passages, step]);
  if (!article) return <p>{words.unknown(source)}</p>;
  const texts = pkg.texts?.articles ?? {};
  const text = Object.hasOwn(texts, source) ? texts[source] : null;
  return (
    <div class="reading">
      <Head {...{ pkg, route, article, text, resting }} />
      <Text {...{ pkg, route, source, article, passages, text, resting, asked }} />
      <Margin {...{ pkg, route, step, resting }} passage={passages.find(({ key }) => key === asked)} />
    </div>
  );
}

/** @param {{article: About, text: string | null, resting: Resting}} given */
function Head({ article, text, resting }) {
  const address = article.url && safeAddress(article.url);
  const counts = KINDS.map((kind) => ({
    kind,
    number: [...resting.values()].filter((one) => one.kind === kind).length,
  }));
  return (
    <div class="about-article">
      <h2 dir="auto">{article.title}</h2>
      <p>
        <span dir="auto">{article.name}</span>
        {article.about && (
          <>
            {" "}
            <span class="about">{article.about}</span>
          </>
        )}
        {article.day && (
          <>
            <br />
            {whole(article.day)}
          </>
        )}
        {address && (
          <>
            <br />
            <a class="out" href={address} target="_blank" rel="noopener noreferrer">
              {words.published}
            </a>
          </>
        )}
      </p>
      {article.note && (
        <p class="small" dir="auto">
          {article.note}
        </p>
      )}
      <p class="small">{text === null ? words.withoutText : words.withText}</p>
      <ul class="kinds">
        {counts
          .filter(({ number }) => number > 0)
          .map(({ kind, number }) => (
            <li key={kind}>
              <span class={`kind ${kind}`}>
                {words.kinds[kind]} · {number.toLocaleString("en")}
              </span>
            </li>
          ))}
      </ul>
      <p class="small">{words.keys}</p>
      <details class="proof">
        <summary>{strings.proof.title}</summary>
        <p class="small">
          {article.length && words.length(article.length)} SHA-256 <code>{article.sha256}</code>
        </p>
      </details>
    </div>
  );
}

const BAR = 24; // characters of the longest piece of a grey bar, so that lines can break
/** @type {Record<string, number>} */
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** @param {{route: Route, source: string, article: About, passages: Quoted[], text: string | null, resting: Resting, asked?: string}} given */
function Text({ route, source, article, passages, text, resting, asked }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const parts = useMemo(() => pieces(passages, text, Number(article.length) || 0), [passages, text]);
  const first = parts.findIndex((part) => asked !== undefined && part.passages.includes(asked));
  const entry = first >= 0 ? first : parts.findIndex((part) => part.meant);
  /** @param {string} key */
  const address = (key) =>
    format({ view: "article", parts: [source], params: { ...route.params, cell: undefined, passage: key } });
  useEffect(() => {
    holder.current?.querySelector(".asked")?.scrollIntoView({ block: "center" });
  }, [source, asked !== undefined]);
  /** @param {TargetedKeyboardEvent<HTMLElement>} event */
  const travel = (event) => {
    /** @type {NodeListOf<HTMLElement>} */
    const found = event.currentTarget.querySelectorAll("a[data-passage]");
    const links = [...found];
    const at = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const by = MOVES[event.key];
    if (!by || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const own = links[at].dataset.passage;
    // A passage that others cut into is several links in a row.
    const other = (/** @type {HTMLElement} */ link) => link.dataset.passage !== own;
    const next = by > 0 ? links.slice(at).find(other) : links.slice(0, at).findLast(other);
    if (!next) return;
    replace(address(next.dataset.passage ?? ""));
    next.focus();
  };
  return (
    <section
      class={text === null ? "text bars-text" : "text"}
      dir="auto"
      ref={holder}
      onKeyDown={travel}
      aria-label={words.text}
    >
      {parts.map((part, place) => {
        if (part.text === null) return <Bar key={part.start} length={part.length} />;
        if (!part.meant) return part.text;
        const here = asked !== undefined && part.passages.includes(asked);
        const key = here ? asked : part.meant;
        const mark = (
          <mark
            key={part.start}
            class={`kind ${resting.get(key)?.kind ?? "other"}${here ? " asked" : ""}`}
            data-spans={part.passages.join(" ")}
          >
            {part.text}
          </mark>
        );
        if (!part.text.trim()) return mark;
        return (
          <a
            key={part.start}
            href={address(key)}
            data-passage={key}
            tabIndex={place === entry ? 0 : -1}
            aria-current={here || undefined}
          >
            {mark}
          </a>
        );
      })}
    </section>
  );
}

/** @param {{length: number}} given */
function Bar({ length }) {
  const many = Math.max(1, Math.ceil(length / BAR));
  return Array.from({ length: many }, (_, place) => (
    <span
      key={place}
      class="rest"
      aria-hidden={place > 0 || undefined}
      style={{ width: `${(Math.min(length / many, BAR) * 0.47).toFixed(2)}em` }}
    >
      {place === 0 && <span class="hidden">{words.rest}</span>}
    </span>
  ));
}

/**
 * What rests on the passage that is chosen, as cards in the margin.
 * @param {Given & {resting: Resting, passage?: Quoted}} given
 */
function Margin({ pkg, route, step, resting, passage }) {
  if (!passage)
    return (
      <div class="margin">
        <p class="quiet">{words.choose}</p>
      </div>
    );
  const { records } = resting.get(passage.key) ?? { records: [] };
  const edges = pkg.resting(passage.key, step);
  const address = passage.address && safeAddress(passage.address);
  return (
    <section class="margin" aria-label={words.margin}>
      {records.length === 0 && <p class="quiet">{words.nothing}</p>}
      <ul>
        {records
          .filter(({ record }) => pkg.card(record))
          .map(({ record }) => (
            <MarginCard key={record} {...{ pkg, route, record }} />
          ))}
      </ul>
      {address && (
        <p>
          <a class="out" href={address} target="_blank" rel="noopener noreferrer">
            {strings.card.there}
          </a>
        </p>
      )}
      <details class="proof">
        <summary>{words.resting(edges.length)}</summary>
        <p class="small">
          <code>{passage.key}</code>, {strings.proof.characters(passage.start, passage.end)}
        </p>
        <ul>
          {edges.map(({ record, field, role }) => (
            <li key={`${record} ${field} ${role}`}>
              <a href={format({ view: "cell", parts: [record, field], params: { "as-of": route.params["as-of"] } })}>
                {record} · {field}
              </a>{" "}
              <span class="quiet">{role}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

/** @param {{pkg: Package, route: Route, record: string}} given */
function MarginCard({ pkg, route, record }) {
  const card = pkg.card(record);
  if (!card) return null;
  const { heading, rows, outside } = card;
  const against = outside.filter(({ relation }) => relation === "contradicts");
  return (
    <li>
      <a href={changed(route, { cell: record })} data-open={record} dir="auto">
        <HeadingParts parts={heading} />
      </a>
      {rows[0] && (
        <span class="small" dir="auto">
          {rows[0].label}: {rows[0].value}
        </span>
      )}
      {against.length > 0 && (
        <span class="small against" dir="auto">
          {words.outside(against.map(({ name }) => name).join(", "), against[0].words)}
        </span>
      )}
    </li>
  );
}

/**
 * A passage: its article, with the passage chosen.
 * @param {Given} given
 */
export function Passage({ pkg, route, step }) {
  const [key = ""] = route.parts;
  const passage = pkg.passage(key);
  if (!passage) return <p>{words.noPassage(key)}</p>;
  return <Article {...{ pkg, route, step }} source={passage.source} asked={key} />;
}
