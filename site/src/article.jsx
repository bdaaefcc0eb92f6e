// An article's passages in their order, in its text where that is at hand; and what rests on one.

import { useEffect, useMemo, useRef } from "preact/hooks";
import { List } from "./lists.jsx";
import { format, safeAddress } from "./route.js";
import { strings } from "./strings.js";

const words = strings.article;

export function Article({ pkg, route, step }) {
  const [key = ""] = route.parts;
  const article = pkg.article(key);
  const passages = useMemo(() => passagesOf(pkg, key, step), [pkg, key, step]);
  if (!article) return <p>{words.unknown(key)}</p>;
  const text = Object.hasOwn(pkg.texts?.articles ?? {}, key) ? pkg.texts.articles[key] : null;
  const address = article.url && safeAddress(article.url);
  const day = { "as-of": route.params["as-of"] };
  return (
    <>
      <h2 dir="auto">{article.title}</h2>
      <p>
        {[article.publisher, article.day, article.length && words.length(article.length)].filter(Boolean).join(" · ")}
        {" · "}
        {words.passages(passages.length)}
      </p>
      {address && (
        <p>
          <a class="out" href={address} target="_blank" rel="noopener noreferrer">
            {words.published}
          </a>
        </p>
      )}
      <p class="quiet">
        SHA-256 <code>{article.sha256}</code>
      </p>
      <p class="lead">{text === null ? words.withoutText : words.withText}</p>
      {text === null ? (
        <PassageList passages={passages} day={day} asked={route.params.passage} />
      ) : (
        <Text text={text} passages={passages} day={day} asked={route.params.passage} />
      )}
    </>
  );
}

function passagesOf(pkg, source, step) {
  const s = pkg.roles.spans;
  const table = s && pkg.tables.get(s.table);
  const rows = table?.index(s.source).get(source) ?? [];
  return rows
    .filter((row) => table.has(row, step))
    .map((row) => pkg.passage(table.cell(row, s.id)))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

const rest = (key, day) => format({ view: "passage", parts: [key], params: day });

function PassageList({ passages, day, asked }) {
  return (
    <List
      label={words.passages(passages.length)}
      count={passages.length}
      estimate={36}
      render={(index) => {
        const { key, quote, start } = passages[index];
        return (
          <a class={key === asked ? "quote asked" : "quote"} href={rest(key, day)}>
            <span class="quiet">{start}</span> <q dir="auto">{quote}</q>
          </a>
        );
      }}
    />
  );
}

/** The text cut wherever a passage begins or ends; offsets count code points, not code units. */
export function segments(text, passages) {
  const points = Array.from(text);
  const cuts = new Set([0, points.length]);
  for (const { start, end } of passages) cuts.add(start).add(end);
  const ends = [...cuts].filter((cut) => cut <= points.length).sort((a, b) => a - b);
  const open = [];
  let next = 0;
  return ends.slice(0, -1).map((start, place) => {
    while (next < passages.length && passages[next].start <= start) open.push(passages[next++]);
    const over = open.filter((passage) => passage.end > start);
    open.splice(0, open.length, ...over);
    const end = ends[place + 1];
    // The shortest passage is the one that is meant.
    const meant = [...over].sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    return { start, text: points.slice(start, end).join(""), passages: over.map(({ key }) => key), meant: meant?.key };
  });
}

function Text({ text, passages, day, asked }) {
  const here = useRef(null);
  const parts = useMemo(() => segments(text, passages), [text, passages]);
  useEffect(() => here.current?.scrollIntoView({ block: "center" }), [asked]);
  const first = parts.findIndex((part) => part.passages.includes(asked));
  return (
    <div class="text" dir="auto">
      {parts.map((part, index) =>
        part.meant ? (
          <a
            key={part.start}
            href={rest(part.passages.includes(asked) ? asked : part.meant, day)}
            ref={index === first ? here : undefined}
          >
            <mark class={part.passages.includes(asked) ? "asked" : ""} data-spans={part.passages.join(" ")}>
              {part.text}
            </mark>
          </a>
        ) : (
          part.text
        ),
      )}
    </div>
  );
}

/** The cells that rest on one passage. */
export function Passage({ pkg, route, step }) {
  const [key = ""] = route.parts;
  const passage = pkg.passage(key);
  if (!passage) return <p>{strings.passage.unknown(key)}</p>;
  const day = { "as-of": route.params["as-of"] };
  const edges = pkg.resting(key, step);
  const article = pkg.article(passage.source);
  return (
    <>
      <h2>{strings.passage.title(key)}</h2>
      <blockquote>
        <mark dir="auto">{passage.quote}</mark>
      </blockquote>
      <p>
        <a href={format({ view: "article", parts: [passage.source], params: { ...day, passage: key } })}>
          {article?.title ?? passage.source}
        </a>
        , {strings.receipt.characters(passage.start, passage.end)}
      </p>
      <p>{edges.length ? strings.passage.intro : strings.passage.none}</p>
      <List
        label={strings.passage.title(key)}
        count={edges.length}
        estimate={36}
        render={(index) => {
          const { record, field, role } = edges[index];
          const home = pkg.record(record);
          return (
            <>
              <a href={format({ view: "cell", parts: [record, field], params: day })}>
                {record} · {field}
              </a>
              {home && <span dir="auto"> {home.table.cell(home.row, field, step)}</span>}
              <span class="quiet"> {role}</span>
            </>
          );
        }}
      />
    </>
  );
}
