// The card of a claim or an event: what it says, whose words it rests on, how it stands to others.

/** @import { Card as Told, CitationForm, Given, HeadingPart, Home, OutsideReport, Route, Said } from "./types.js" */
/** @import { Package } from "./data.js" */
/** @import { ComponentChildren, TargetedKeyboardEvent } from "preact" */
import { Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { picture } from "./picture.js";
import { fault, Proof } from "./proof.jsx";
import { changed, format, safeAddress } from "./route.js";
import { Scroller } from "./scroller.jsx";
import { strings } from "./strings.js";
import { Parts } from "./words.jsx";

const words = strings.card;

/**
 * The card of a record beside a view, or over the lower part of a phone.
 * @param {Given & {record: string, field?: string, close: string}} given
 */
export function CardBeside({ pkg, route, step, record, field, close }) {
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const opener = useRef(document.activeElement);
  const shown = useRef(record);
  shown.current = record;
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    panel.current?.scrollTo(0, 0);
  }, [record]);
  useEffect(() => () => back(opener.current, shown.current)?.focus({ preventScroll: true }), []);
  /** @param {TargetedKeyboardEvent<HTMLElement>} event */
  const keys = (event) => {
    if (event.key === "Escape") location.hash = close;
  };
  return (
    <aside class="beside" aria-label={words.title} tabIndex={-1} ref={panel} onKeyDown={keys}>
      <a class="close" href={close} aria-label={words.close}>
        ✕
      </a>
      <Card {...{ pkg, route, step, record, field }} />
    </aside>
  );
}

/**
 * What opened a card: where the view was drawn again meanwhile, what opens the same one.
 * @param {Element | null} opener
 * @param {string} record
 * @returns {HTMLElement | null}
 */
function back(opener, record) {
  const main = document.getElementById("main");
  if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) return opener;
  const same = main?.querySelector(`[data-open="${CSS.escape(record)}"]`);
  return same instanceof HTMLElement ? same : main;
}

/**
 * A page of its own.
 * @param {Given} given
 */
export function CardPage({ pkg, route, step }) {
  const [record = "", field] = route.parts;
  return (
    <div class="alone">
      <Card {...{ pkg, route, step, record, field }} />
    </div>
  );
}

/** @param {Given & {record: string, field?: string}} given */
function Card({ pkg, route, step, record, field }) {
  const home = pkg.record(record);
  const wrong = fault(home, record, field, step);
  if (!home || wrong) return <p>{wrong}</p>;
  const card = pkg.card(record);
  const proof = <Proof key={record} {...{ pkg, route, step, field, card }} record={home} />;
  if (!card) {
    return (
      <article class="card">
        <p class="small">{home.table.title}</p>
        <h2 dir="auto">{nameOf(home)}</h2>
        {proof}
      </article>
    );
  }
  const said = card.sentence.map(({ text }) => text ?? "").join("");
  return (
    <article class="card">
      <p class="small">{kindOf(pkg, card)}</p>
      <h2 dir="auto">
        <HeadingParts parts={card.heading} />
      </h2>
      <Words route={route} said={card} />
      {(card.others ?? [])
        .filter(({ source }) => out(pkg, source, step))
        .map((said, place) => (
          <Words key={place} route={route} said={said} />
        ))}
      <dl class="facts">
        {card.rows.map(({ label, value, quote }) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd dir="auto">
              {value}
              {quote && !said.includes(quote) && (
                <>
                  {" "}
                  <q class="theirs">{quote}</q>
                </>
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
      {card.notes.map((note) => (
        <p key={note} class="note" dir="auto">
          <b>{words.note}</b> {note}
        </p>
      ))}
      <Outside pkg={pkg} card={card} asOf={route.params["as-of"]} />
      <Claims {...{ pkg, route, step, card }} />
      <Relations {...{ pkg, route, step, card }} />
      <Actions pkg={pkg} card={card} />
      {proof}
    </article>
  );
}

/**
 * What a record without a card is called; an article or a passage by its words.
 * @param {Home} home
 */
function nameOf({ table, key }) {
  return table.called ? table.label(key) : table.title;
}

/**
 * @param {Package} pkg
 * @param {Told} card
 */
const kindOf = (pkg, { kind, table }) => {
  const { title = "", rows = 0 } = pkg.tables.get(table) ?? {};
  return kind === "event" ? words.event(rows) : words.claim(title, rows);
};

/** @param {{parts: HeadingPart[]}} given */
export function HeadingParts({ parts }) {
  return parts.map(({ text, tone }, place) =>
    tone ? (
      <span key={place} class={tone}>
        {text}
      </span>
    ) : (
      text
    ),
  );
}

/**
 * Whether an article is out as of a step.
 * @param {Package} pkg
 * @param {Said["source"]} source
 * @param {number} step
 */
function out(pkg, source, step) {
  const article = source.key && pkg.article(source.key);
  const table = pkg.tables.get(pkg.roles.sources?.table ?? "");
  return !article || !table || table.has(article.row, step);
}

/** @param {{route: Route, said: Said}} given */
function Words({ route, said: { sentence, source } }) {
  const address = safeAddress(source.link ?? source.url ?? "");
  return (
    <figure class="said">
      {sentence.length > 0 && (
        <blockquote class="theirs" dir="auto">
          <Parts parts={sentence} />
        </blockquote>
      )}
      <figcaption class="small">
        {source.key && (
          <a
            href={format({ view: "article", parts: [source.key], params: { "as-of": route.params["as-of"] } })}
            dir="auto"
          >
            {source.name}
          </a>
        )}
        {source.about && (
          <>
            {" "}
            <span class="about">{source.about}</span>
          </>
        )}
        {source.day && `, ${source.day}`}
        {address && (
          <>
            {" "}
            ·{" "}
            <a class="out" href={address} target="_blank" rel="noopener noreferrer">
              {words.there}
            </a>
          </>
        )}
      </figcaption>
    </figure>
  );
}

/**
 * What other publications say; of an event, also what they say of the claims about it.
 * @param {{pkg: Package, card: Told, asOf?: string}} given
 */
function Outside({ pkg, card, asOf }) {
  const all = [card, ...(card.claims ?? []).map((key) => pkg.card(key))].flatMap((one) => one?.outside ?? []);
  const there = all.filter(({ date }) => !asOf || !date || date <= asOf);
  if (there.length === 0) return null;
  return (
    <section class="outside">
      <h3 class="cap">{words.outside}</h3>
      <ul>
        {there.map(({ name, relation, means, words: said, day, url }, place) => {
          const address = safeAddress(url ?? "");
          return (
            <li key={place} class={relation === "contradicts" ? "against" : ""}>
              <span dir="auto">{said}</span>{" "}
              <span class="small">
                {means && `${means}: `}
                {address ? (
                  <a class="out" href={address} target="_blank" rel="noopener noreferrer">
                    {name}
                  </a>
                ) : (
                  name
                )}
                {day && `, ${day}`}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/**
 * Whether a record is there as of a step.
 * @param {Package} pkg
 * @param {string} key
 * @param {number} step
 */
const there = (pkg, key, step) => {
  const found = pkg.record(key);
  return found?.table.has(found.row, step);
};

/**
 * The claims about an event; of a claim, its event.
 * @param {Given & {card: Told}} given
 */
function Claims({ pkg, route, step, card }) {
  const cards = [...(card.claims ?? []), card.event, card.part_of]
    .filter((key) => key != null)
    .flatMap((key) => (there(pkg, key, step) && pkg.card(key)) || []);
  if (cards.length === 0) return null;
  return (
    <section>
      <h3 class="cap">{card.kind === "event" ? words.claims : words.about}</h3>
      <ul class="links">
        {cards.map(({ key, heading, source }) => (
          <li key={key}>
            <CardLink route={route} record={key}>
              <HeadingParts parts={heading} />
            </CardLink>
            {card.kind === "event" && source.name && <span class="small"> · {source.name}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * Leads to another card: in place of this one, beside the view or on its page.
 * @param {{route: Route, record: string, children: ComponentChildren}} given
 */
function CardLink({ route, record, children }) {
  const href =
    route.view === "cell"
      ? format({ view: "cell", parts: [record], params: route.params })
      : changed(route, { cell: record });
  return (
    <a href={href} data-open={record} dir="auto">
      {children}
    </a>
  );
}

const MOST = 6; // relations that are shown at once

/** @param {Given & {card: Told}} given */
function Relations({ pkg, route, step, card }) {
  const [all, setAll] = useState(false);
  const known = card.relations.filter(({ key }) => there(pkg, key, step));
  if (known.length === 0) return null;
  return (
    <section>
      <h3 class="cap">{words.relations}</h3>
      <ul class="links">
        {known.slice(0, all ? Infinity : MOST).map(({ key, heading, words: how, note, source, day }) => (
          <li key={key}>
            <CardLink route={route} record={key}>
              {heading}
            </CardLink>
            {source && <span class="small"> · {[source, day].filter(Boolean).join(", ")}</span>}
            <span class="small">
              {how}
              {note && `. ${note}`}
            </span>
          </li>
        ))}
      </ul>
      {!all && known.length > MOST && (
        <button type="button" class="plain" onClick={() => setAll(true)}>
          {words.more(known.length - MOST)}
        </button>
      )}
    </section>
  );
}

// ------------------------------------------------------------------------------- to take along

/** @type {CitationForm[]} */
const KINDS = ["text", "bibtex", "ris"];

/**
 * The address of a card on its own: its page without scripts, where there is one.
 * @param {Told} card
 */
const permalink = ({ key, page }) => new URL(page ?? format({ view: "cell", parts: [key] }), location.href).href;

/**
 * The address of a card in a frame.
 * @param {Told} card
 */
const framed = ({ key }) =>
  new URL(format({ view: "cell", parts: [key], params: { embed: "yes" } }), location.href).href;

/** @param {{pkg: Package, card: Told}} given */
function Actions({ pkg, card }) {
  const [told, setTold] = useState("");
  const [citing, setCiting] = useState(false);
  /** @param {string} text */
  const copy = async (text) => setTold((await copied(text)) ? words.copied : words.uncopied(text));
  const embed = () => copy(words.frame(framed(card), plainOf(card.heading)));
  return (
    <div class="actions">
      <button type="button" onClick={() => copy(permalink(card))}>
        {words.link}
      </button>
      <button type="button" aria-expanded={citing} onClick={() => setCiting(!citing)}>
        {words.cite}
      </button>
      <button type="button" onClick={() => picture(card, pkg.title ?? pkg.name, permalink(card))}>
        {words.image}
      </button>
      <button type="button" onClick={embed}>
        {words.embed}
      </button>
      <a class="permalink" href={card.page ?? format({ view: "cell", parts: [card.key] })}>
        {words.alone}
      </a>
      <span role="status" class="small">
        {told}
      </span>
      {citing && (
        <div class="citation">
          {KINDS.filter((kind) => card.cite[kind]).map((kind) => (
            <div key={kind}>
              <p class="small">
                {words.kinds[kind]}{" "}
                <button type="button" class="plain" onClick={() => copy(card.cite[kind])}>
                  {words.copy}
                </button>
              </p>
              <Scroller class="quoted" label={words.kinds[kind]}>
                <pre>{card.cite[kind]}</pre>
              </Scroller>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** @param {{text: string}[]} parts */
export const plainOf = (parts) => parts.map(({ text }) => text).join("");

/**
 * Puts a text on the clipboard, where the browser lets a page do so.
 * @param {string} text
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
