// Who says otherwise: questions that claims, events or other publications answer differently.

/** @import { Given, Question as Asked, QuestionSide, Route } from "./types.js" */
/** @import { Package } from "./data.js" */
import { useMemo } from "preact/hooks";
import { dated, plain } from "./days.js";
import { List } from "./lists.jsx";
import { Missing } from "./missing.jsx";
import { changed, format, safeAddress } from "./route.js";
import { searched } from "./search.js";
import { Source } from "./source.jsx";
import { strings, word } from "./strings.js";
import { ClaimWords, QuoteWords } from "./words.jsx";

const words = strings.otherwise;
const HEAPS = Object.keys(words.heaps);
const FOLDED = "apparent"; // what only looks like a disagreement is not in the way

/**
 * The questions as of a step.
 * @param {Package} pkg
 * @param {number} step
 * @param {string} [q]
 */
function asked(pkg, step, q) {
  const { disagreements: answer } = pkg.answers;
  const found = searched(q);
  const all = answer.missing ? [] : answer.rows(step).map((row) => answer.row(row));
  return found
    ? all.filter(({ asks, sides, reasons }) => found([asks, ...sides.map(([says]) => says), ...reasons]))
    : all;
}

/** @param {Given} given */
export function Disagreements({ pkg, route, step }) {
  const { missing } = pkg.answers.disagreements;
  const all = useMemo(() => asked(pkg, step, route.params.q), [pkg, step, route]);
  if (missing) return <Missing what="disagreements" why={missing} />;
  const { heap } = route.params;
  const shown = all.filter(({ kind }) => (heap ? kind === heap : kind !== FOLDED));
  return (
    <>
      <h2 class="headline">{strings.view.otherwise}</h2>
      <p class="stand">{words.intro}</p>
      <p class="filters">
        {HEAPS.map((kind) => {
          const number = all.filter((one) => one.kind === kind).length;
          const on = kind === heap;
          return number > 0 || on ? (
            <a
              key={kind}
              class="chip"
              aria-current={on || undefined}
              href={changed(route, { heap: on ? undefined : kind, cell: undefined })}
            >
              {word(words.heaps, kind)} · {number.toLocaleString("en")}
            </a>
          ) : null;
        })}
      </p>
      <p role="status" class="hidden count">
        {shown.length ? words.count(shown.length) : words.none}
      </p>
      {shown.length === 0 && <p>{words.none}</p>}
      <List
        label={strings.view.otherwise}
        count={shown.length}
        estimate={320}
        render={(index) => <Question pkg={pkg} route={route} one={shown[index]} />}
      />
    </>
  );
}

/** @param {{pkg: Package, route: Route, one: Asked}} given */
function Question({ pkg, route, one }) {
  return (
    <article class={`question ${one.kind}`}>
      <h3 dir="auto">{dated(one.asks)}</h3>
      <p class="quiet">
        <span class="about">{word(words.kinds, one.kind)}</span> {!one.judged && words.unjudged}
      </p>
      <div class="sides">
        {one.sides.map((side, place) => (
          <Side key={place} pkg={pkg} route={route} side={side} />
        ))}
      </div>
      {one.reasons.map((reason) => (
        <p key={reason} class="reason" dir="auto">
          {reason}
        </p>
      ))}
    </article>
  );
}

/** @param {{pkg: Package, route: Route, side: QuestionSide}} given */
function Side({ pkg, route, side: [says, claims, events, spans, outside] }) {
  const sources = new Set(spans.map((span) => pkg.passage(span)?.source));
  return (
    <div class="side">
      <p class="says" dir="auto">
        {dated(says)}
        <span class="quiet">
          {" "}
          ·{" "}
          {outside.length
            ? words.publications(outside.length)
            : words.articles(sources.size, Math.max(spans.length, claims.length))}
        </span>
      </p>
      <ul>
        {claims.map((key) => (
          <li key={key}>
            <ClaimWords pkg={pkg} route={route} record={key} />
          </li>
        ))}
        {claims.length === 0 &&
          spans.map((span) => (
            <li key={span}>
              <EventWords pkg={pkg} route={route} span={span} event={events[0]} />
            </li>
          ))}
        {outside.map((report, place) => (
          <Report key={place} report={report} />
        ))}
      </ul>
    </div>
  );
}

/**
 * What another publication says.
 * @param {{report: QuestionSide[4][number]}} given
 */
function Report({ report: [publisher, told, day, url] }) {
  const address = safeAddress(url ?? "");
  return (
    <li>
      <span dir="auto">{told}</span>
      <span class="small">
        {address ? (
          <a class="out" href={address} target="_blank" rel="noopener noreferrer">
            {publisher}
          </a>
        ) : (
          publisher
        )}
        {day && ` · ${plain(day)}`}
      </span>
    </li>
  );
}

/** @param {{pkg: Package, route: Route, span: string, event: string}} given */
function EventWords({ pkg, route, span, event }) {
  const passage = pkg.passage(span);
  if (!passage) return null;
  return (
    <>
      <QuoteWords href={changed(route, { cell: event })} record={event} parts={[{ text: passage.quote, mark: true }]} />
      <span class="small">
        <Source pkg={pkg} route={route} source={passage.source} />
      </span>
    </>
  );
}

const FEW = 3;

/**
 * The first questions, to lead there.
 * @param {Given} given
 */
export function Otherwise({ pkg, route, step }) {
  const all = useMemo(() => asked(pkg, step).filter(({ kind }) => kind !== FOLDED), [pkg, step]);
  if (all.length === 0) return null;
  /** @param {string} [heap] */
  const address = (heap) => format({ view: "otherwise", params: { "as-of": route.params["as-of"], heap } });
  // One of each heap first: they are different things to know.
  const firsts = HEAPS.map((kind) => all.find((one) => one.kind === kind)).filter((one) => one !== undefined);
  const shown = [...new Set([...firsts, ...all])].slice(0, FEW);
  return (
    <section class="teasers" aria-labelledby="otherwise">
      <h3 id="otherwise" class="cap">
        {strings.view.otherwise}
      </h3>
      <ul>
        {shown.map((one) => (
          <li key={one.asks}>
            <a href={address(one.kind)} dir="auto">
              {dated(one.asks)}
            </a>
            <span class="small">{word(words.kinds, one.kind)}</span>
          </li>
        ))}
      </ul>
      <p>
        <a href={address()}>{words.all(all.length)}</a>
      </p>
    </section>
  );
}
