// The article's words: serif, what counts on yellow.

/** @import { Route, SentencePart } from "./types.js" */
/** @import { Package } from "./data.js" */
import { changed } from "./route.js";
import { Source } from "./source.jsx";

/**
 * Parts of a sentence as a card has them: marked words, words around them, gaps.
 * @param {{parts: SentencePart[]}} given
 */
export function Parts({ parts }) {
  return parts.map((part, place) => {
    if (part.gap)
      return (
        <span key={place} class="gap">
          {" "}
          …{" "}
        </span>
      );
    return part.mark ? <mark key={place}>{part.text}</mark> : part.text;
  });
}

/**
 * A quote that opens a card.
 * @param {{href: string, record: string, parts: SentencePart[]}} given
 */
export function QuoteWords({ href, record, parts }) {
  return (
    <a class="theirs" href={href} data-open={record} dir="auto">
      <Parts parts={parts} />
    </a>
  );
}

/**
 * The sentence that a record rests on.
 * @param {Package} pkg
 * @param {string} key
 * @returns {SentencePart[]}
 */
export function sentenceOf(pkg, key) {
  const card = pkg.card(key);
  if (card?.sentence?.length) return card.sentence;
  const found = pkg.record(key);
  const principal = found?.table.principal;
  const passage = principal && pkg.passage(found.table.cell(found.row, principal));
  return passage ? [{ text: passage.quote, mark: true }] : [];
}

/**
 * What a claim says in its article's words, who said it and where it stands.
 * @param {{pkg: Package, route: Route, record: string}} given
 */
export function ClaimWords({ pkg, route, record }) {
  const found = pkg.record(record);
  if (!found) return null;
  const { table, row } = found;
  const passage = table.principal && pkg.passage(table.cell(row, table.principal));
  const { claimant, via } = table.claims ?? {};
  const said = (/** @type {string | undefined} */ column) =>
    pkg.called(table.name, column, column ? table.cell(row, column) : "");
  const who = said(claimant) || said(via);
  return (
    <>
      <QuoteWords href={changed(route, { cell: record })} record={record} parts={sentenceOf(pkg, record)} />
      <span class="small">
        {who && `${who} · `}
        {passage && <Source pkg={pkg} route={route} source={passage.source} />}
      </span>
    </>
  );
}
