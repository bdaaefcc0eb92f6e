// Disagreements: two claims side by side, with the reason.

import { useMemo } from "preact/hooks";
import { Choice, Filters, Search, options, searched } from "./filters.jsx";
import { List } from "./lists.jsx";
import { Quote } from "./receipt.jsx";
import { cellOf, changed } from "./route.js";
import { strings, word } from "./strings.js";
import { Missing } from "./toll.jsx";

const words = strings.disagreements;

export function Disagreements(given) {
  const { missing } = given.pkg.answers.disagreements;
  return missing ? <Missing what="disagreements" why={missing} /> : <Pairs {...given} />;
}

/** The cell that a claim's receipt is shown for: its figure, or its state. */
function told(table) {
  return table.figure?.text ?? table.claims?.state ?? table.record;
}

function Pairs({ pkg, route, step }) {
  const answer = pkg.answers.disagreements;
  const { verdict, table, q } = route.params;
  const rows = useMemo(() => {
    const found = searched(q);
    return answer.rows(step).filter((row) => {
      const one = answer.row(row);
      if (verdict && one.verdict !== verdict) return false;
      if (table && one.table !== table) return false;
      const notes = one.links.map((link) => link[3]);
      return !found || found([one.first, one.second, one.first_says, one.second_says, one.reason, ...notes]);
    });
  }, [answer, route, step]);
  const tables = options(answer.values("table"), (name) => pkg.tables.get(name)?.title ?? name);
  const verdicts = options(answer.values("verdict"), (value) => word(words.verdict, value));
  return (
    <>
      <h2>{strings.view.disagreements}</h2>
      <p class="lead">{words.intro}</p>
      <Filters route={route}>
        <Choice route={route} name="verdict" options={verdicts} />
        <Choice route={route} name="table" options={tables} />
        <Search route={route} />
      </Filters>
      <p role="status" class="count">
        {rows.length ? words.count(rows.length) : words.none}{" "}
        {answer.raw.more > 0 && words.more(answer.raw.more)}
      </p>
      <List
        label={strings.view.disagreements}
        count={rows.length}
        estimate={260}
        render={(index) => <Pair pkg={pkg} route={route} one={answer.row(rows[index])} />}
      />
    </>
  );
}

function Pair({ pkg, route, one }) {
  return (
    <article class={`pair ${one.verdict}`}>
      <p>
        <strong class="chip" title={word(words.meaning, one.verdict)}>
          {word(words.verdict, one.verdict)}
        </strong>{" "}
        {one.reason}
      </p>
      <div class="sides">
        <Side pkg={pkg} route={route} name={one.table} claim={one.first} says={one.first_says} />
        <Side pkg={pkg} route={route} name={one.table} claim={one.second} says={one.second_says} />
      </div>
      {one.links.map(([claim, relation, other, note]) => (
        <p key={`${claim} ${relation} ${other}`} class="quiet">
          {words.relation(claim, relation, other)}
          {note && `: ${note}`}
        </p>
      ))}
    </article>
  );
}

function Side({ pkg, route, name, claim, says }) {
  const table = pkg.tables.get(name);
  const row = table.index(table.record).get(claim)?.[0] ?? -1;
  const c = table.claims ?? {};
  const span = row >= 0 && table.principal ? table.cell(row, table.principal) : "";
  const who = ["claimant", "via"]
    .filter((role) => row >= 0 && c[role])
    .map((role) => pkg.called(name, c[role], table.cell(row, c[role])))
    .filter(Boolean)
    .join(", ");
  const passage = span && pkg.passage(span);
  const href = changed(route, { cell: cellOf(claim, told(table)) });
  return (
    <div class="side">
      <p class="says" dir="auto">{says}</p>
      <Quote pkg={pkg} span={span} href={href} label={words.open(claim)} />
      <p class="quiet">
        {passage && words.says(who, pkg.article(passage.source)?.title ?? passage.source)}
      </p>
      <p>
        <a href={href}>{claim}</a>
      </p>
    </div>
  );
}
