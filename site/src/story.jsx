// What was known when: who was counted, in which article, in the order of publication.

/** @import { ArticleColumn, Claim, Claims, FilledLine, Given, Group, Line, Placed, Route, StoryPiece, Update } from "./types.js" */
/** @import { Package } from "./data.js" */
/** @import { TargetedKeyboardEvent } from "preact" */
import { useMemo } from "preact/hooks";
import { AsOf } from "./asof.jsx";
import { Chart } from "./chart.jsx";
import { chosen, claimsOf, columnsOf, filled, lines, MOST_LINES, told } from "./claims.js";
import { between, brief, short } from "./days.js";
import { Figure, inFull, look } from "./figure.jsx";
import { chosenInWords, claimFilters, Filters } from "./filters.jsx";
import { useMedia } from "./media.js";
import { Missing } from "./missing.jsx";
import { Multiples } from "./multiples.jsx";
import { Otherwise } from "./otherwise.jsx";
import { changed, format } from "./route.js";
import { Scroller } from "./scroller.jsx";
import { Source } from "./source.jsx";
import { stopsOf } from "./stops.js";
import { strings } from "./strings.js";

/** @typedef {Given & {claims: Claims, columns: ArticleColumn[], groups: Group<FilledLine>[]}} Shown what is shown of claims */

const words = strings.story;
const SLIM = "(max-width: 44rem)"; // no room for the matrix

/** @param {Given} given */
export function Story(given) {
  const { missing } = given.pkg.answers.claims;
  return missing ? <Missing what="claims" why={missing} /> : <Known {...given} />;
}

/** @param {Given} given */
function Known({ pkg, route, step }) {
  const claims = useMemo(() => claimsOf(pkg), [pkg]);
  const columns = useMemo(() => columnsOf(pkg), [pkg]);
  const { params } = route;
  // Lines stay where they are from day to day, so that days can be compared.
  const { all, groups, number, many } = useMemo(() => {
    const rows = new Set([...chosen(claims, params, pkg.last), ...chosen(claims, params, step)]);
    const all = lines(
      claims,
      [...rows].sort((a, b) => a - b),
      step,
      columns,
    );
    const number = all.reduce((sum, group) => sum + group.lines.length, 0);
    const many = number > MOST_LINES;
    return { all, groups: many ? [] : filled(pkg, claims, all), number, many };
  }, [claims, columns, route, step]);
  const stops = useMemo(
    () => stopsOf(pkg, (at) => columns.filter((column) => column.step <= at).length),
    [pkg, columns],
  );
  const narrow = useMedia(SLIM);
  const shown = { pkg, route, step, claims, columns, groups };
  const choices = claimFilters(pkg, claims);
  const title = pkg.story
    ? pkg.story.title.map(({ text }) => text).join("")
    : words.title(claims.name("outcome", claims.outcomes[0] ?? ""), pkg.articles().length);
  return (
    <>
      <h2 class="headline" dir="auto">
        {title}
      </h2>
      <Told {...shown} size={many ? words.size(rowsIn(all), number) : null} />
      <p class="quiet">{words.legend}</p>
      <Filters route={route} choices={choices} />
      {number === 0 && <p role="status">{strings.counts.none}</p>}
      {number > 0 && (
        <Chart pkg={pkg} route={route} title={title} chosen={chosenInWords(route, choices)} of=".matrix, .lines, ul">
          {many ? (
            <Multiples {...{ route, claims, columns }} groups={all} />
          ) : narrow ? (
            <Lines {...shown} />
          ) : (
            <Matrix {...shown} />
          )}
        </Chart>
      )}
      <div class={narrow || many || !number ? "axis" : "axis under"}>
        <AsOf pkg={pkg} route={route} step={step} stops={stops} />
      </div>
      <Otherwise pkg={pkg} route={route} step={step} />
    </>
  );
}

/** @param {Group[]} groups */
const rowsIn = (groups) =>
  groups.reduce((sum, { lines: held }) => sum + held.reduce((all, { rows }) => all + rows.length, 0), 0);

// ------------------------------------------------------------------------------------ in words

/**
 * The package's own story of all that is known; of a day before, and without one, a sentence made of the claims.
 * `size`: how many claims there are, where they are too many to be told.
 * @param {Shown & {size: string | null}} given
 */
function Told({ size, ...shown }) {
  const { pkg, step } = shown;
  if (pkg.story && step === pkg.last) return <Prose {...shown} />;
  return size ? <p class="stand">{size}</p> : <Sentence {...shown} />;
}

/** @param {Shown} given */
function Prose({ pkg, route, step, claims }) {
  const { answer } = claims;
  /** @type {Map<string, number>} */
  const known = new Map(answer.rows(step).map((row) => [answer.at(row, "key"), row]));
  /**
   * @param {StoryPiece} piece
   * @param {number} place
   */
  const piece = ({ text, key }, place) => {
    if (!key) return text;
    const row = known.get(key);
    const claim = row === undefined ? null : answer.row(row);
    const told = claim
      ? { class: `${look(claims, claim)} inline`, "aria-label": inFull(pkg, claims, claim) }
      : { class: "figure inline" };
    return (
      <a key={place} href={changed(route, { cell: key })} data-open={key} {...told}>
        {text}
      </a>
    );
  };
  return pkg.story?.paragraphs.map((pieces, place) => (
    <p key={place} class="stand" dir="auto">
      {pieces.map(piece)}
    </p>
  ));
}

/**
 * One sentence with its numbers, as of the step.
 * @param {Shown} given
 */
function Sentence({ pkg, route, claims, groups }) {
  const known = told(claims, groups);
  if (!known) return null;
  /** @param {Claim} claim */
  const figure = (claim) => <Figure key={claim.key} pkg={pkg} route={route} claims={claims} claim={claim} inline />;
  /** @param {Claim} claim */
  const scope = (claim) => scopeOf(pkg, claims, claim);
  const outcome = claims.name("outcome", known.outcome);
  const { total, grown, others, silent } = known;
  const few = others.slice(0, MOST_TOLD);
  return (
    <p class="stand">
      {total ? (
        <>
          {words.total(outcome, scope(total))} {figure(total)}.{" "}
        </>
      ) : (
        `${words.noTotal(outcome)} `
      )}
      {grown.map(({ earlier, later }) => (
        <span key={later.key}>
          {words.grew(scope(later))} {figure(earlier)} {words.to} {figure(later)}.{" "}
        </span>
      ))}
      {few.length > 0 && `${words.others} `}
      {few.map((claim, place) => (
        <span key={claim.key}>
          {place > 0 && (place === few.length - 1 && few.length === others.length ? words.and : ", ")}
          {figure(claim)} {words.counted(scope(claim), claim.claimant === null && claim.via === null)}
        </span>
      ))}
      {few.length > 0 && (others.length > few.length ? `${words.more(others.length - few.length)} ` : ". ")}
      {silent.length > 0 && (
        <>
          {words.silent(scope(silent[0]))} {figure(silent[0])}.
        </>
      )}
    </p>
  );
}

const MOST_TOLD = 4; // further claims that the sentence names

/**
 * Whom and where a claim counts: its card's heading without the number and without what happened.
 * @param {Package} pkg
 * @param {Claims} claims
 * @param {Claim} claim
 */
function scopeOf(pkg, claims, claim) {
  const parts = pkg.card(claim.key)?.heading.filter(({ mark, text }) => !mark && text !== ": ") ?? [];
  return (
    parts.map(({ text }) => text.trim()).join(" ") ||
    words.scope(claims.called(claim, "population"), claims.called(claim, "place"))
  );
}

// ------------------------------------------------------------------------------------ the matrix

/** @type {Record<string, "left" | "right" | "up" | "down" | "before" | "after">} */
const MOVES = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "before",
  PageDown: "after",
};

/**
 * All figures in some parts of the page.
 * @param {Element[]} parts
 */
const figuresIn = (...parts) =>
  parts.flatMap((part) => [.../** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll("[data-open]"))]);

/**
 * Moves from figure to figure: within a line, from line to line, from outcome to outcome.
 * @param {TargetedKeyboardEvent<HTMLElement>} event
 */
function travel(event) {
  const move = MOVES[event.key];
  const figure = event.target instanceof Element ? event.target.closest("[data-open]") : null;
  const [line, group] = [figure?.closest("[data-line]"), figure?.closest("[data-group]")];
  if (!move || !figure || !line || !group || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const own = figuresIn(line);
  const firsts = (/** @type {string} */ parts) =>
    [...event.currentTarget.querySelectorAll(parts)].flatMap((part) => figuresIn(part).slice(0, 1));
  const [lines, groups] = [firsts("[data-line]"), firsts("[data-group]")];
  /** @type {(list: Element[], from: Element, by: number) => Element} */
  const next = (list, from, by) => list[(list.indexOf(from) + by + list.length) % list.length];
  const to = {
    left: () => next(own, figure, -1),
    right: () => next(own, figure, 1),
    up: () => next(lines, own[0], -1),
    down: () => next(lines, own[0], 1),
    before: () => next(groups, figuresIn(group)[0], -1),
    after: () => next(groups, figuresIn(group)[0], 1),
  }[move]();
  if (to instanceof HTMLElement) to.focus();
  to.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {Shown} given */
function Matrix({ pkg, route, step, claims, columns, groups }) {
  /** @type {{day: string, span: number}[]} */
  const days = [];
  for (const { day } of columns) {
    const last = days.at(-1);
    if (last?.day === day) last.span += 1;
    else days.push({ day, span: 1 });
  }
  const starts = new Set(columns.filter(({ day }, i) => day !== columns[i - 1]?.day).map(({ key }) => key));
  const single = columns.every(({ articles }) => articles.length === 1);
  return (
    <Scroller class="frame" label={words.matrix} still={columns.length <= 8}>
      <table class="matrix" onKeyDown={travel} style={{ minWidth: `${14 + columns.length * 6}rem` }}>
        <caption class="hidden">{words.caption}</caption>
        <colgroup>
          <col class="who" />
          {columns.map(({ key }) => (
            <col key={key} />
          ))}
        </colgroup>
        <thead>
          <tr class="days">
            <td />
            {days.map(({ day, span }) => (
              <th key={day} scope="colgroup" colSpan={span}>
                {day ? short(day) : words.undated}
              </th>
            ))}
          </tr>
          <tr class="articles">
            <td />
            {columns.map(({ key, articles, step: out }) => (
              <th
                key={key}
                scope="col"
                class={[out > step && "later", starts.has(key) && "starts"].filter(Boolean).join(" ")}
              >
                {single ? (
                  <Source pkg={pkg} route={route} source={articles[0].key} short />
                ) : (
                  words.articles(articles.length)
                )}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ outcome, lines: held }) => (
          <tbody key={outcome} data-group={outcome}>
            <tr class={`group ${claims.tone(outcome)}`}>
              <th scope="rowgroup" colSpan={columns.length + 1}>
                {claims.name("outcome", outcome)}
              </th>
            </tr>
            {held.map((line) => (
              <tr key={line.key} data-line={line.key}>
                <th scope="row">
                  <Scope claims={claims} line={line} />
                </th>
                {columns.map((column, place) => (
                  <td key={column.key} class={starts.has(column.key) ? "starts" : ""}>
                    <Place
                      pkg={pkg}
                      route={route}
                      step={step}
                      claims={claims}
                      line={line}
                      column={column}
                      place={place}
                      columns={columns}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </Scroller>
  );
}

/** @param {{claims: Claims, line: Line}} given */
function Scope({ claims, line }) {
  return (
    <>
      <span class="label">{claims.name("population", line.population) || words.nobody}</span>
      <span class="small">{claims.name("place", line.place) || words.nowhere}</span>
    </>
  );
}

/**
 * One place of the matrix: figures, the line of an update that passes, a dot, or nothing yet.
 * @param {Omit<Shown, "groups"> & {line: FilledLine, column: ArticleColumn, place: number}} given
 */
function Place({ pkg, route, step, claims, line, column, place, columns }) {
  const here = line.claims.filter((claim) => claim.column === place);
  const passing = line.updates.filter(({ earlier, later }) => earlier.column < place && place < later.column);
  if (here.length === 0 && passing.length > 0) return <Arrow update={passing[0]} columns={columns} place={place} />;
  if (here.length === 0)
    return column.step <= step ? (
      <span class="dot" title={words.silence}>
        <span class="hidden">{words.silence}</span>
      </span>
    ) : null;
  const shown = here.slice(0, MOST_HERE).map((claim) => {
    const from = line.updates.find(({ earlier, later }) => earlier === claim && later.column > place);
    const to = line.updates.find(({ earlier, later }) => later === claim && earlier.column < place);
    return (
      <div key={claim.key} class={route.params.cell?.split("/")[0] === claim.key ? "held selected" : "held"}>
        <span class="row">
          {to && <span class="arrow ends" aria-hidden="true" />}
          <Figure pkg={pkg} route={route} claims={claims} claim={claim} />
          {from && <Arrow update={from} columns={columns} place={place} />}
        </span>
        <span class="small">{claims.called(claim, "claimant") || claims.called(claim, "via") || words.noSource}</span>
        {claim.contested && <span class="small against">{words.contested}</span>}
      </div>
    );
  });
  return (
    <>
      {shown}
      {here.length > shown.length && (
        <a class="small" href={counted(route, line)}>
          {words.moreHere(here.length - shown.length)}
        </a>
      )}
    </>
  );
}

const MOST_HERE = 6; // figures of one place of the matrix

/**
 * The counts of one line.
 * @param {Route} route
 * @param {Line} line
 */
const counted = (route, { outcome, population, place }) =>
  format({ view: "counts", params: { "as-of": route.params["as-of"], outcome, population, place } });

/**
 * The line from a count to the one that brings it up to date; its first free place says how much later.
 * @param {{update: Update, columns: ArticleColumn[], place: number}} given
 */
function Arrow({ update: { earlier, later }, columns, place }) {
  // What they speak of may lie days apart, though they are published on one.
  const spoken = earlier.day && later.day;
  const [from, to] = spoken ? [earlier.day, later.day] : [columns[earlier.column].day, columns[later.column].day];
  const free = Math.min(earlier.column + 1, later.column - 1);
  const later_ = from && to ? words.later(between(from, to)) : words.update;
  return (
    <span class="arrow">
      <i class="line" />
      {place === Math.max(free, earlier.column) && <span class="small">{later_}</span>}
    </span>
  );
}

/**
 * The same on a phone: a line for each who and where, its figures at the end.
 * @param {Shown} given
 */
function Lines({ pkg, route, claims, groups }) {
  return (
    <section class="lines" onKeyDown={travel} aria-label={words.matrix}>
      {groups.map(({ outcome, lines: held }) => (
        <section key={outcome} data-group={outcome}>
          <h3 class={`group ${claims.tone(outcome)}`}>{claims.name("outcome", outcome)}</h3>
          <ul>
            {held.map((line) => (
              <li
                key={line.key}
                data-line={line.key}
                class={line.claims.some(({ key }) => key === route.params.cell?.split("/")[0]) ? "selected" : ""}
              >
                <div>
                  <Scope claims={claims} line={line} />
                  <span class="small">
                    {[...new Set(line.claims.map((claim) => said(pkg, claims, claim)))].join("; ")}
                  </span>
                  {line.claims.some(({ contested }) => contested) && (
                    <span class="small against">{words.contested}</span>
                  )}
                </div>
                <div class="figures">
                  {[...line.claims]
                    .sort((a, b) => a.column - b.column)
                    .map((claim, place) => (
                      <span key={claim.key}>
                        {place > 0 && (line.updates.some(({ later }) => later === claim) ? " → " : " · ")}
                        <Figure pkg={pkg} route={route} claims={claims} claim={claim} />
                      </span>
                    ))}
                  {line.claims.length === 0 && <span class="dot" />}
                </div>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/**
 * @param {Package} pkg
 * @param {Claims} claims
 * @param {Claim} claim
 */
function said(pkg, claims, claim) {
  const who = claims.called(claim, "claimant") || claims.called(claim, "via");
  const article = pkg.article(claim.source ?? "");
  return [who, article?.name, article?.day && brief(article.day)].filter(Boolean).join(" · ");
}
