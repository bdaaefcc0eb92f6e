// One search: over claims and events in words, the articles' quotes, and names.

/** @import { Card, Given, Passage, Route } from "./types.js" */
/** @import { Package } from "./data.js" */
import { useMemo } from "preact/hooks";
import { HeadingParts, plainOf } from "./card.jsx";
import { List } from "./lists.jsx";
import { changed, format } from "./route.js";
import { searched } from "./search.js";
import { Source } from "./source.jsx";
import { strings } from "./strings.js";
import { Parts } from "./words.jsx";

/** @typedef {NonNullable<ReturnType<typeof searched>>} Finds */

const words = strings.search;
const MOST = 200; // results of one kind that are listed

/**
 * What each card is found by: its heading, its words and who and where it names.
 * @param {Package} pkg
 */
function indexOf(pkg) {
  const cards = pkg.carded.map((key) => pkg.card(key)).filter((card) => card !== null);
  return cards.map((card) => {
    const said = card.sentence.map(({ text }) => text).join("");
    const rows = card.rows.map(({ value }) => value);
    return { card, texts: [plainOf(card.heading), said, ...rows, card.source.name, card.key] };
  });
}

/**
 * Passages by their quote.
 * @param {Package} pkg
 * @param {Finds} found
 * @param {number} step
 */
function passages(pkg, found, step) {
  const s = pkg.roles.spans;
  const table = s && pkg.tables.get(s.table);
  /** @type {Passage[]} */
  const hits = [];
  for (let row = 0; s && table && row < table.rows && hits.length < MOST; row++) {
    const hit = table.has(row, step) && found([table.cell(row, s.quote)]);
    const passage = hit && pkg.passage(table.cell(row, s.id));
    if (passage) hits.push(passage);
  }
  return hits;
}

/**
 * Things with a name that lead to a view: articles, places, people.
 * @param {Package} pkg
 * @param {Finds} found
 */
function names(pkg, found) {
  const hits = pkg
    .articles()
    .filter(({ title, name }) => found([title, name]))
    .map(({ key, name, title }) => ({
      label: title === name ? name : `${title}, ${name}`,
      href: format({ view: "article", parts: [key] }),
    }));
  const e = pkg.roles.events;
  const filters = {
    place: e && pkg.vocabulary(e.table, e.place),
    actor: pkg.roles.participants && pkg.vocabulary(pkg.roles.participants.table, pkg.roles.participants.actor),
  };
  for (const [param, table] of Object.entries(filters)) {
    if (table?.key.length !== 1) continue;
    for (const key of table.index(table.key[0]).keys()) {
      const label = table.label(key);
      if (found([label]) && hits.length < MOST)
        hits.push({ label, href: format({ view: "days", params: { [param]: key } }) });
    }
  }
  return hits;
}

/** @param {Given} given */
export function SearchView({ pkg, route, step }) {
  const { q = "" } = route.params;
  const index = useMemo(() => indexOf(pkg), [pkg]);
  const found = searched(q);
  const hits = useMemo(() => {
    if (!found) return { cards: [], names: [], passages: [] };
    /** @param {{card: Card}} one */
    const there = ({ card }) => {
      const home = pkg.record(card.key);
      return home?.table.has(home.row, step);
    };
    return {
      cards: index.filter((one) => found(one.texts) && there(one)).map(({ card }) => card),
      names: names(pkg, found),
      passages: passages(pkg, found, step),
    };
  }, [index, q, step]);
  const number = hits.cards.length + hits.names.length + hits.passages.length;
  return (
    <>
      <h2 class="headline">{words.title(q)}</h2>
      <p role="status" class="count">
        {found ? words.count(number) : words.ask}
      </p>
      {hits.names.length > 0 && (
        <section>
          <h3 class="cap">{words.names}</h3>
          <ul class="links">
            {hits.names.map(({ label, href }) => (
              <li key={href}>
                <a href={href} dir="auto">
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {hits.cards.length > 0 && (
        <section>
          <h3 class="cap">{words.cards(hits.cards.length)}</h3>
          <List
            label={words.cards(hits.cards.length)}
            count={hits.cards.length}
            estimate={70}
            render={(place) => <Hit route={route} card={hits.cards[place]} />}
          />
        </section>
      )}
      {hits.passages.length > 0 && (
        <section>
          <h3 class="cap">{words.passages(hits.passages.length)}</h3>
          <List
            label={words.passages(hits.passages.length)}
            count={hits.passages.length}
            estimate={60}
            render={(place) => {
              const { key, quote, source } = hits.passages[place];
              return (
                <>
                  <a
                    class="theirs"
                    href={format({ view: "article", parts: [source], params: { passage: key } })}
                    dir="auto"
                  >
                    <mark>{quote}</mark>
                  </a>{" "}
                  <span class="small">
                    <Source pkg={pkg} route={route} source={source} />
                  </span>
                </>
              );
            }}
          />
        </section>
      )}
    </>
  );
}

/** @param {{route: Route, card: Card}} given */
function Hit({ route, card }) {
  return (
    <>
      <a href={changed(route, { cell: card.key })} data-open={card.key} dir="auto">
        <HeadingParts parts={card.heading} />
      </a>
      {card.sentence.length > 0 && (
        <span class="theirs excerpt" dir="auto">
          <Parts parts={card.sentence} />
        </span>
      )}
      {card.source.name && (
        <span class="small">{[card.source.name, card.source.about, card.source.day].filter(Boolean).join(" · ")}</span>
      )}
    </>
  );
}
