// Claims with a figure: which fit the filters, and who was counted in which article.

/** @import { ArticleColumn, Claim, ClaimColumns, Claims, FilledLine, Group, Line, Known, Params, Placed, Update } from "./types.js" */
/** @import { Answer, Package, Tree } from "./data.js" */
import { searched } from "./search.js";

const OWN_COLUMN = 8; // articles that have a column each; more are put together by day
export const MOST_LINES = 60; // lines of a matrix that is read

/**
 * The claims of a package, with what their columns are called.
 * @param {Package} pkg
 * @returns {Claims}
 */
export function claimsOf(pkg) {
  const answer = pkg.answers.claims;
  const table = answer.at(0, "table");
  /** @type {Partial<ClaimColumns>} */
  const declared = pkg.tables.get(table)?.claims ?? {};
  /** @param {"population" | "place"} role */
  const tree = (role) => pkg.tree(pkg.vocabulary(table, declared[role]));
  return {
    answer,
    table,
    name: (role, value) => pkg.called(table, declared[role], value),
    called: (claim, role) => pkg.called(claim.table, pkg.tables.get(claim.table)?.claims?.[role], claim[role]),
    trees: { population: tree("population"), place: tree("place") },
    tone: (outcome) => pkg.tone(table, outcome),
    outcomes: outcomes(pkg, answer, table, declared.outcome),
  };
}

/**
 * Outcomes that occur: the dead first, then as the package lists them, then the most frequent.
 * @param {Package} pkg
 * @param {Answer<Claim>} answer
 * @param {string} table
 * @param {string | undefined} column
 */
function outcomes(pkg, answer, table, column) {
  const listed = Object.keys(pkg.tables.get(table)?.column(column ?? "")?.labels ?? {});
  /** @param {string} value */
  const place = (value) => (listed.includes(value) ? listed.indexOf(value) : listed.length);
  /** @param {string} value */
  const alive = (value) => (pkg.tone(table, value) === "killed" ? 0 : 1);
  return answer.values("outcome").sort((a, b) => alive(a) - alive(b) || place(a) - place(b));
}

const EQUAL = /** @type {const} */ (["outcome", "claimant", "source"]);
const WITHIN = /** @type {const} */ (["population", "place"]);
const CALLED = /** @type {const} */ (["outcome", "population", "place", "claimant", "via"]);

/**
 * The rows of claims that fit the filters as of a step.
 * @param {Claims} claims
 * @param {Params} params
 * @param {number} step
 */
export function chosen(claims, params, step) {
  const { answer, trees, called } = claims;
  const found = searched(params.q);
  return answer.rows(step).filter((row) => {
    if (answer.at(row, "status") === "retracted" && params.retracted !== "yes") return false;
    if (EQUAL.some((name) => params[name] && answer.at(row, name) !== params[name])) return false;
    const within = (/** @type {"population" | "place"} */ name, /** @type {string | undefined} */ whole) =>
      !whole || trees[name].within(answer.at(row, name), whole);
    if (!WITHIN.every((name) => within(name, params[name]))) return false;
    if (params.day && answer.at(row, "day") !== params.day) return false;
    if (!found) return true;
    const claim = answer.row(row);
    const told = CALLED.map((role) => called(claim, role));
    return found([claim.key, claim.wording, claim.source, ...told]);
  });
}

/**
 * Articles in the order of publication, or their days where they are many.
 * @param {Package} pkg
 * @returns {ArticleColumn[]}
 */
export function columnsOf(pkg) {
  const articles = pkg.articles();
  if (articles.length <= OWN_COLUMN) {
    return articles.map((article) => ({
      key: article.key,
      day: article.day,
      step: pkg.step(article.day),
      articles: [article],
    }));
  }
  const days = new Map();
  for (const article of articles) {
    const step = article.day ? Math.max(0, Math.min(pkg.last - 1, upTo(pkg.days, article.day))) : pkg.last;
    const day = pkg.days[step] ?? "";
    const column = days.get(step) ?? { key: day, day, step, articles: [] };
    column.articles.push(article);
    days.set(step, column);
  }
  return [...days.values()].sort((a, b) => a.step - b.step);
}

/**
 * The first of some days that is not before a day.
 * @param {string[]} days
 * @param {string} day
 */
function upTo(days, day) {
  const found = days.findIndex((one) => one >= day);
  return found < 0 ? days.length : found;
}

/**
 * Who was counted, by outcome: each line one population and place, with the rows of its claims.
 * @param {Pick<Claims, "answer" | "outcomes">} claims
 * @param {number[]} rows
 * @param {number} step
 * @param {ArticleColumn[]} columns
 * @returns {Group[]}
 */
export function lines(claims, rows, step, columns) {
  const { answer, outcomes: order } = claims;
  const places = new Map(columns.flatMap(({ articles }, place) => articles.map(({ key }) => [key, place])));
  /** @type {Map<string, Line>} */
  const all = new Map();
  for (const row of rows) {
    const outcome = answer.at(row, "outcome");
    const [population, place] = WITHIN.map((name) => answer.at(row, name));
    const name = [outcome, population, place].join("\0");
    const line = all.get(name) ?? { key: name, outcome, population, place, rows: [], rank: 3, first: columns.length };
    all.set(name, line);
    const column = places.get(answer.at(row, "source") ?? "") ?? columns.length - 1;
    line.rank = Math.min(line.rank, rank(answer, row));
    line.first = Math.min(line.first, column);
    if (answer.holds(row, step)) line.rows.push({ row, column });
  }
  const found = [...all.values()].sort((a, b) => a.rank - b.rank || a.first - b.first);
  return order
    .map((outcome) => ({ outcome, lines: found.filter((line) => line.outcome === outcome) }))
    .filter((group) => group.lines.length > 0);
}

/**
 * The same lines with their claims, and with which of them bring which up to date.
 * @param {Package} pkg
 * @param {Claims} claims
 * @param {Group[]} groups
 * @returns {Group<FilledLine>[]}
 */
export function filled(pkg, { answer }, groups) {
  /**
   * @param {Line} line
   * @returns {FilledLine}
   */
  const fill = (line) => {
    const claims = line.rows.map(({ row, column }) => ({ ...answer.row(row), column }));
    return { ...line, claims, updates: updates(pkg, claims) };
  };
  return groups.map((group) => ({ ...group, lines: group.lines.map(fill) }));
}

/**
 * Numbers before vague words, and these before none.
 * @param {Answer<Claim>} answer
 * @param {number} row
 */
function rank(answer, row) {
  if (!answer.at(row, "numbered")) return 2;
  return answer.at(row, "qualifier") === "vague" ? 1 : 0;
}

/**
 * Which claims of one line bring which up to date.
 * @param {Package} pkg
 * @param {Placed[]} claims
 * @returns {Update[]}
 */
function updates(pkg, claims) {
  const keys = new Map(claims.map((claim) => [claim.key, claim]));
  const { supersedes = [] } = pkg.roles.links ?? {};
  const found = new Map();
  for (const claim of claims) {
    for (const [one, relation, other] of claim.links) {
      if (supersedes.includes(relation) && keys.has(one) && keys.has(other)) {
        found.set(`${one} ${other}`, { later: keys.get(one), earlier: keys.get(other) });
      }
    }
  }
  return [...found.values()];
}

/**
 * What a reader can tell of the killed as of a step: a total, counts that grew, others, silence.
 * @param {Claims} claims
 * @param {Group<FilledLine>[]} groups
 * @returns {Known | null}
 */
export function told(claims, groups) {
  const [first] = groups;
  if (!first) return null;
  const { population, place } = claims.trees;
  /**
   * @param {Tree} tree
   * @param {string | null} key
   */
  const top = (tree, key) => !key || !tree.parents.get(key);
  const all = first.lines.flatMap((line) => line.claims).filter(({ status }) => status !== "superseded");
  const numbered = all.filter((claim) => claim.numbered);
  const total = numbered.find((c) => c.place && top(population, c.population) && top(place, c.place));
  const grown = first.lines.flatMap((line) => line.updates).filter(({ later }) => later.numbered);
  const known = new Set([total, ...grown.map(({ later }) => later)]);
  const others = numbered.filter((claim) => !known.has(claim));
  const silent = first.lines
    .flatMap((line) => (line.claims.some((c) => c.numbered) ? [] : line.claims))
    .filter((c) => c.wording);
  return { outcome: first.outcome, total, grown, others, silent };
}
