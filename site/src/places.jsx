// Days and places: where and when, as exactly as the words say and no more.

/** @import { EventRow, Events as Known, Given, Lane, Route } from "./types.js" */
/** @import { Package } from "./data.js" */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AsOf } from "./asof.jsx";
import { Chart } from "./chart.jsx";
import { dated, ends, short } from "./days.js";
import { chosen, dayOf, eventsOf, lanes, precisionOf, stretch } from "./events.js";
import { chosenInWords, Filters, options, treeOptions } from "./filters.jsx";
import { List } from "./lists.jsx";
import { PlacesMap } from "./map.jsx";
import { Missing } from "./missing.jsx";
import { changed } from "./route.js";
import { Scroller } from "./scroller.jsx";
import { strings, word } from "./strings.js";

const words = strings.days;
const MOST_MARKS = 24; // marks of one day and kind; more are a number that opens
const MOST_LANES = 10; // kinds of events that are shown at once
const CAPTIONS = 10; // days of which each has a caption

/** @param {Given} given */
export function DaysAndPlaces(given) {
  const { missing } = given.pkg.answers.events;
  return missing ? <Missing what="events" why={missing} /> : <Events {...given} />;
}

/**
 * @param {Package} pkg
 * @param {Known} events
 */
function choicesOf(pkg, { answer, called, trees, actor }) {
  const actors = new Map();
  for (const row of answer.rows(pkg.last)) {
    for (const [key] of answer.at(row, "actors")) actors.set(key, (actors.get(key) ?? 0) + 1);
  }
  /** @param {keyof EventRow} name */
  const counts = (name) => answer.counts(name, pkg.last);
  return {
    place: treeOptions(counts("place"), trees.place, called.place),
    type: treeOptions(counts("type"), trees.type, called.type),
    actor: treeOptions(actors, trees.actor, actor),
    source: options(counts("sources"), (key) => pkg.article(key)?.name ?? key),
    at: options(counts("place"), (key) => words.exactly(called.place(key))),
    day: [],
  };
}

/** @param {Given} given */
function Events({ pkg, route, step }) {
  const events = useMemo(() => eventsOf(pkg), [pkg]);
  const all = useMemo(() => events.answer.rows(pkg.last), [events]);
  const rows = useMemo(() => chosen(events, route.params, step), [events, route, step]);
  const choices = useMemo(() => choicesOf(pkg, events), [events]);
  // The days are those of the whole package, so that steps can be compared.
  const days = useMemo(() => stretch(events, all), [events, all]);
  const placeless = rows.filter((row) => !events.answer.at(row, "place")).length;
  const inside = new Set(days);
  const within = rows.filter((row) => inside.has(dayOf(events, row) ?? ""));
  const others = rows.filter((row) => !inside.has(dayOf(events, row) ?? ""));
  const { at: _, place: __, ...rest } = choices;
  const { day: ___, ...shown } = route.params.place || route.params.at ? choices : { ...rest, place: choices.place };
  const drawn = { pkg, route, chosen: chosenInWords(route, choices) };
  return (
    <>
      <h2 class="headline">{words.title}</h2>
      <p class="stand count" role="status">
        {rows.length ? `${words.count(rows.length)}. ` : words.none}
        {rows.length > 0 && words.shares(within.length, days.length ? ends(days) : [], placeless)}
      </p>
      <AsOf pkg={pkg} route={route} step={step} />
      <Filters route={route} choices={{ ...shown, at: route.params.at ? choices.at : [] }} />
      <Chart {...drawn} title={words.map} of=".where">
        <PlacesMap pkg={pkg} route={route} events={events} rows={rows} all={all} />
      </Chart>
      {days.length > 0 && (
        <Chart {...drawn} title={words.days} of="section">
          <Lanes {...{ route, events, rows, days }} />
        </Chart>
      )}
      <EventList {...{ pkg, route, events }} label={words.list} rows={within} />
      {others.length > 0 && (
        <details class="behind" open={within.length === 0}>
          <summary>{words.others(others.length)}</summary>
          <EventList {...{ pkg, route, events }} label={words.others(others.length)} rows={others} />
        </details>
      )}
    </>
  );
}

// ------------------------------------------------------------------------------------- the days

/** @param {{route: Route, events: Known, rows: number[], days: string[]}} given */
function Lanes({ route, events, rows, days }) {
  const found = useMemo(() => lanes(events, rows), [events, rows]);
  const kinds = new Set(rows.map((row) => precisionOf(events, row)));
  const captions = days.length <= CAPTIONS;
  const [all, setAll] = useState(false);
  const shown = all ? found : found.slice(0, MOST_LANES);
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // Where not all days have room, those with most events are in sight.
    const counts = days.map((day) => found.reduce((sum, lane) => sum + (lane.days.get(day)?.length ?? 0), 0));
    const head = frame.current?.querySelectorAll("thead th")[counts.indexOf(Math.max(...counts))];
    const kind = frame.current?.querySelector("thead td");
    if (frame.current && head instanceof HTMLElement && kind instanceof HTMLElement)
      frame.current.scrollLeft = head.offsetLeft - kind.offsetWidth;
  }, [days]);
  return (
    <section aria-label={words.days}>
      <h3 class="cap">{words.range(...ends(days))}</h3>
      <ul class="legend">
        {Object.entries(words.precision)
          .filter(([kind]) => kinds.has(kind))
          .map(([kind, told]) => (
            <li key={kind}>
              <span class={`precision precision-${kind}`} aria-hidden="true" /> {told}
            </li>
          ))}
      </ul>
      <Scroller class="frame" ref={frame} label={words.days}>
        <table class="lanes" style={{ minWidth: `${14 + days.length * (captions ? 6.5 : 4)}rem` }}>
          <thead>
            <tr>
              <td />
              {days.map((day) => (
                <th key={day} scope="col">
                  {short(day)}
                </th>
              ))}
              <th scope="col" class="beside-days">
                {words.undated}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((lane) => (
              <tr key={lane.type}>
                <th scope="row">
                  <a href={changed(route, { type: lane.type })}>{events.called.type(lane.type) || words.untyped}</a>
                  <span class="small">{words.share(lane.number - lane.undated.length, lane.number)}</span>
                </th>
                {days.map((day) => (
                  <td key={day}>
                    <Marks
                      {...{ route, events, captions }}
                      rows={lane.days.get(day) ?? []}
                      address={changed(route, { type: lane.type, day })}
                    />
                  </td>
                ))}
                <td class="beside-days">
                  <Marks
                    {...{ route, events }}
                    rows={undated(lane, days)}
                    address={changed(route, { type: lane.type })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {shown.length < found.length && (
        <button type="button" class="plain" onClick={() => setAll(true)}>
          {words.more(found.length - shown.length)}
        </button>
      )}
    </section>
  );
}

/**
 * What stands beside the days: what has none, and what fell on a day far from them.
 * @param {Lane} lane
 * @param {string[]} days
 */
function undated(lane, days) {
  const inside = new Set(days);
  return [...lane.undated, ...[...lane.days].filter(([day]) => !inside.has(day)).flatMap(([, rows]) => rows)];
}

/** @param {{route: Route, events: Known, rows: number[], address: string, captions?: boolean}} given */
function Marks({ route, events, rows, address, captions }) {
  const { answer } = events;
  if (rows.length === 0) return null;
  if (rows.length > MOST_MARKS)
    return (
      <a class="many" href={address}>
        {words.count(rows.length)}
      </a>
    );
  return (
    <>
      {captions && (
        <span class="caption small" dir="auto">
          {answer.at(rows[0], "title")}
        </span>
      )}
      <span class="marks">
        {rows.map((row) => {
          const kind = precisionOf(events, row);
          const { key, title, when, contested } = answer.row(row);
          const told = [title, when, word(words.precision, kind), contested].filter(Boolean).join("; ");
          return (
            <a key={key} href={changed(route, { cell: key })} data-open={key} aria-label={told} title={told}>
              <span class={`precision precision-${kind}${contested ? " contested" : ""}`} />
            </a>
          );
        })}
      </span>
    </>
  );
}

// ------------------------------------------------------------------------------------- in words

/** @param {{pkg: Package, route: Route, events: Known, label: string, rows: number[]}} given */
function EventList({ pkg, route, events, label, rows }) {
  const { answer } = events;
  return (
    <List
      label={label}
      count={rows.length}
      estimate={96}
      render={(index) => (
        <Event {...{ pkg, route, events }} event={answer.row(rows[index])} kind={precisionOf(events, rows[index])} />
      )}
    />
  );
}

/** @param {{pkg: Package, route: Route, events: Known, event: EventRow, kind: string}} given */
function Event({ pkg, route, events, event, kind }) {
  const who = event.actors
    .map(([key, role]) => `${events.actor(key)}${role ? ` (${role.replaceAll("_", " ")})` : ""}`)
    .join(", ");
  const card = pkg.card(event.key);
  const claims = card?.claims?.length ?? 0;
  return (
    <article class="event">
      <p class="when">
        <span class={`precision precision-${kind}`} aria-hidden="true" />
        <span>
          {told(event)}
          <span class="small">{word(words.precision, kind)}</span>
        </span>
      </p>
      <div>
        <h3>
          <a href={changed(route, { cell: event.key })} data-open={event.key} dir="auto">
            {event.title}
          </a>
        </h3>
        <p class="small">
          {[
            events.called.type(event.type),
            events.called.place(event.place),
            event.certainty,
            event.sources.map((key) => pkg.article(key)?.name ?? key).join(", "),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {who && <p class="small">{who}</p>}
        {(card?.notes[0] ?? event.description) && <p dir="auto">{card?.notes[0] ?? event.description}</p>}
        {event.contested && <p class="against">{event.contested}</p>}
        {claims > 0 && <p class="small">{words.claims(claims)}</p>}
      </div>
    </article>
  );
}

/**
 * When, in words: days as people write them.
 * @param {EventRow} event
 */
function told({ start, end, when }) {
  return start || end ? dated(when) : when;
}
