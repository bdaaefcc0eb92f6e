// The package as the page has it: tables by column, answers by column with the steps they hold for.

/** @import { PackedSource, Passage, Question, RawAnswer, Roles, Route, Scope } from "./types.js" */
/** @import { Article, Card, CardSource, Cells, Claim, Data, DeclaredColumn, DeclaredTable, Edge, EventRow, Held, Home } from "./types.js" */

/**
 * What gives the cells of a column by row.
 * @param {Cells} packed
 * @returns {(row: number) => string}
 */
function reader(packed) {
  if (packed.words) {
    const { words } = packed;
    const rows = Uint32Array.from(packed.rows);
    return (row) => words[rows[row]];
  }
  const { cells = [] } = packed;
  return (row) => cells[row] ?? "";
}

/** One column: its cells by row. */
export class Column {
  /**
   * @param {DeclaredColumn} declared
   * @param {Cells} cells
   */
  constructor(declared, cells) {
    this.name = declared.name;
    this.title = declared.title;
    this.description = declared.description;
    this.type = declared.type;
    this.unit = declared.unit;
    this.example = declared.example;
    this.evidence = declared.evidence;
    this.labels = declared.labels;
    this.of = declared.of;
    this.at = reader(cells);
  }
}

/** One table of the package. */
export class Table {
  /** @param {DeclaredTable & Partial<Held>} raw */
  constructor(raw) {
    this.name = raw.name;
    this.title = raw.title;
    this.description = raw.description;
    this.key = raw.key;
    this.record = raw.record;
    this.parent = raw.parent;
    this.principal = raw.principal;
    this.claims = raw.claims;
    this.figure = raw.figure;
    this.called = raw.called;
    this.rows = raw.rows;
    this.part = raw.part;
    this.declared = raw.columns;
    /** @type {Column[]} */
    this.columns = [];
    /** @type {Map<string, Column>} */
    this.byName = new Map();
    /** @type {Uint16Array | null} */
    this.from = null;
    /** @type {Map<string, number>} */
    this.later = new Map();
    /** @type {((row: number) => string) | null} */
    this.proofs = null;
    /** @type {Map<string, Map<string, number[]>>} */
    this.indices = new Map();
    this.there = false;
    this.fill(raw.part ? {} : raw);
  }

  /**
   * Take in the rows of a table whose part was loaded.
   * @param {Partial<Held>} held
   */
  fill({ cells = [], from = null, filled = [], proofs = null }) {
    this.columns = this.declared.map((declared, place) => new Column(declared, cells[place] ?? {}));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.from = from && Uint16Array.from(from);
    this.later = new Map(filled.map(([row, name, step]) => [`${row} ${name}`, step]));
    this.proofs = proofs && reader(proofs);
    this.there = this.part === undefined || cells.length > 0;
    this.indices = new Map();
  }

  /** @param {string} name */
  column(name) {
    return this.byName.get(name);
  }

  /**
   * A cell as of a step; empty where it was not known yet.
   * @param {number} row
   * @param {string} name
   * @param {number} [step]
   * @returns {string}
   */
  cell(row, name, step = Infinity) {
    if (step < (this.later.get(`${row} ${name}`) ?? 0)) return "";
    return this.byName.get(name)?.at(row) ?? "";
  }

  /**
   * How strong the proof of a claim is, in words; empty for other records.
   * @param {number} row
   */
  proof(row) {
    return this.proofs?.(row) ?? "";
  }

  /**
   * Whether a row was there as of a step.
   * @param {number} row
   * @param {number} step
   */
  has(row, step) {
    return !this.from || this.from[row] <= step;
  }

  /**
   * Rows by the cell of one column: an index that is made when first asked for.
   * @param {string} name
   */
  index(name) {
    const known = this.indices.get(name);
    if (known) return known;
    /** @type {Map<string, number[]>} */
    const found = new Map();
    const column = this.byName.get(name);
    for (let row = 0; column && this.there && row < this.rows; row++) {
      const cell = column.at(row);
      const rows = found.get(cell);
      if (rows) rows.push(row);
      else found.set(cell, [row]);
    }
    this.indices.set(name, found);
    return found;
  }

  /**
   * The row of a single key, or -1.
   * @param {string} key
   */
  find(key) {
    return this.key.length === 1 ? (this.index(this.key[0]).get(key)?.[0] ?? -1) : -1;
  }

  /**
   * What a key is called.
   * @param {string} key
   * @returns {string}
   */
  label(key) {
    const row = this.called ? this.find(key) : -1;
    return (this.called && row >= 0 && this.cell(row, this.called)) || key;
  }
}

/** A hierarchy: the keys of a table with a parent column. */
export class Tree {
  /** @param {Table | null} table */
  constructor(table) {
    this.table = table;
    /** @type {Map<string, string>} */
    this.parents = new Map();
    const parent = table?.parent;
    for (let row = 0; parent && table.there && row < table.rows; row++) {
      this.parents.set(table.cell(row, table.key[0]), table.cell(row, parent));
    }
  }

  /**
   * Whether one key is another or lies within it.
   * @param {string | null} key
   * @param {string} whole
   */
  within(key, whole) {
    const seen = new Set();
    for (let at = key ?? undefined; at && !seen.has(at); at = this.parents.get(at)) {
      if (at === whole) return true;
      seen.add(at);
    }
    return false;
  }

  /** @param {string} key */
  depth(key) {
    const seen = new Set();
    for (let at = this.parents.get(key); at && !seen.has(at); at = this.parents.get(at)) seen.add(at);
    return seen.size;
  }
}

/**
 * One answer: rows by column, each with the steps for which it holds.
 * @template {object} Row
 */
export class Answer {
  /** @param {RawAnswer<Row>} raw */
  constructor(raw) {
    const { missing = null, from = [], until = [], ...columns } = raw;
    this.missing = missing;
    this.from = from;
    this.until = until;
    this.columns = /** @type {{[Name in keyof Row]: Row[Name][]}} */ (/** @type {unknown} */ (columns));
  }

  /**
   * @template {keyof Row} Name
   * @param {number} row
   * @param {Name} name
   * @returns {Row[Name]}
   */
  at(row, name) {
    return this.columns[name][row];
  }

  /**
   * Whether a row holds as of a step.
   * @param {number} row
   * @param {number} step
   */
  holds(row, step) {
    return this.from[row] <= step && step < this.until[row];
  }

  /**
   * The rows that hold as of a step, in order.
   * @param {number} step
   */
  rows(step) {
    const found = [];
    for (let row = 0; row < this.from.length; row++) {
      if (this.holds(row, step)) found.push(row);
    }
    return found;
  }

  /**
   * One row as an object.
   * @param {number} row
   * @returns {Row & {row: number}}
   */
  row(row) {
    /** @type {any} */
    const found = { row };
    for (const name in this.columns) found[name] = this.columns[name][row];
    return found;
  }

  /**
   * How often each value of a column occurs as of a step, or at all; of lists, each member.
   * @param {keyof Row} name
   * @param {number} [step]
   * @returns {Map<string, number>}
   */
  counts(name, step) {
    const counts = new Map();
    const rows = step === undefined ? (this.columns[name] ?? []).keys() : this.rows(step);
    for (const row of rows) {
      for (const value of [this.columns[name][row]].flat()) {
        if (value !== null && value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    return counts;
  }

  /**
   * The values of a column, most frequent first.
   * @param {keyof Row} name
   */
  values(name) {
    const counts = this.counts(name);
    return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  }
}

/** @typedef {{claims: Answer<Claim>, scopes: Answer<Scope>, events: Answer<EventRow>, disagreements: Answer<Question>}} Answers */

/**
 * The answers by their names; none until their part is there, before which no view is drawn.
 * @param {Record<string, RawAnswer<any>>} raw
 * @returns {Answers}
 */
const answersOf = (raw) =>
  /** @type {any} */ (Object.fromEntries(Object.entries(raw).map(([name, answer]) => [name, new Answer(answer)])));

/** Rows up to which a table of names is loaded before the first view. */
const MOST_NAMED = 20000;

/** @type {Map<string, (packed: string) => void>} */
const waiting = new Map();
/** What the script of a part calls: with its name, and its data as JSON that is packed. */
Object.assign(globalThis, {
  /** @type {(name: string, packed: string) => void} */
  kzdataPart: (name, packed) => waiting.get(name)?.(packed),
});

/**
 * The data of a part: a page from disk may not fetch, but it may load a script.
 * @param {string} name
 * @returns {Promise<any>}
 */
async function part(name) {
  /** @type {string} */
  const packed = await new Promise((done, failed) => {
    waiting.set(name, done);
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    script.onerror = () => failed(new Error(name));
    document.head.append(script);
  });
  waiting.delete(name);
  const letters = atob(packed);
  const bytes = new Uint8Array(letters.length);
  // A loop takes a hundredth of the time that `Uint8Array.from` does.
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

/** Everything the page knows. */
export class Package {
  /** @param {Data} raw */
  constructor(raw) {
    this.name = raw.package.name;
    this.version = raw.package.version;
    this.terms = raw.package.terms;
    this.licenses = raw.package.licenses;
    this.title = raw.package.title;
    this.description = raw.package.description;
    this.days = raw.days;
    this.roles = raw.roles;
    this.addresses = raw.addresses;
    this.texts = raw.texts;
    this.cards = raw.cards;
    /** @type {Map<string, Card>} */
    this.unpacked = new Map();
    this.story = raw.story ?? null;
    this.outlines = raw.outlines ?? [];
    this.tables = new Map(raw.tables.map((table) => [table.name, new Table(table)]));
    this.parts = Boolean(raw.parts);
    /** @type {Set<string>} */
    this.loaded = new Set();
    /** @type {Map<string, Promise<void>>} */
    this.loading = new Map();
    /** @type {Set<string>} */
    this.asked = new Set(); // parts with cards that a view would show, if they were there
    this.answers = answersOf(raw.answers ?? {});
    /** @type {Map<Table | null, Tree>} */
    this.trees = new Map();
    this.homes = [...this.tables.values()].flatMap((table) => (table.record ? [{ table, record: table.record }] : []));
    /** @type {Map<string, number> | null} */
    this.places = null; // of cards among all, where they lie in parts
    /** @type {boolean | undefined} */
    this.begins = undefined;
  }

  /**
   * The parts that a view needs and that are not there yet; none where all is in one file.
   * @param {Route} route
   * @returns {string[]}
   */
  missing({ view, parts, params }) {
    if (!this.parts) return [];
    const card = view === "cell" ? parts[0] : params.cell?.split("/")[0];
    const { edges, spans, sources } = this.roles;
    const wanted = ["answers", this.partOf(sources?.table), ...this.named()];
    const proof = [edges?.table, spans?.table, ...this.homes.map(({ table }) => table.name)];
    if (view === "data") wanted.push(this.partOf(parts[0]));
    if (card || ["passage", "article", "articles", "search", "otherwise"].includes(view)) {
      wanted.push("addresses", ...proof.map((name) => this.partOf(name)));
    }
    if (view === "search") wanted.push(...this.chunks(this.carded));
    if (view === "article") wanted.push(...this.chunks([]));
    if (card) wanted.push(...this.chunks(this.beside(card)));
    return [...new Set(wanted)].filter((name) => name !== undefined).filter((name) => !this.loaded.has(name));
  }

  /** The parts of the tables that say what keys are called. */
  named() {
    const short = [...this.tables.values()].filter(
      ({ called, parent, rows }) => (called || parent) && rows <= MOST_NAMED,
    );
    return short.map(({ part }) => part);
  }

  /**
   * @param {string | undefined} name
   * @returns {string | undefined}
   */
  partOf(name) {
    return name === undefined ? undefined : this.tables.get(name)?.part;
  }

  /**
   * A record, and those of which its card says a line.
   * @param {string} key
   * @returns {string[]}
   */
  beside(key) {
    const card = this.card(key);
    return [key, ...(card?.claims ?? []), card?.event, card?.part_of].filter((one) => one != null);
  }

  /**
   * The parts that hold the cards of some records.
   * @param {string[]} keys
   */
  chunks(keys) {
    const { chunk = 1 } = this.cards;
    return keys
      .map((key) => this.places?.get(key))
      .filter((place) => place !== undefined)
      .map((place) => `cards-${Math.floor(place / chunk)}`);
  }

  /**
   * Load some parts, each once.
   * @param {string[]} names
   */
  async load(names) {
    for (const name of names) {
      const load = async () => this.take(name, await part(name));
      if (!this.loading.has(name)) this.loading.set(name, load());
    }
    await Promise.all(names.map((name) => this.loading.get(name)));
  }

  /**
   * @param {string} name
   * @param {any} held
   */
  take(name, held) {
    this.loaded.add(name);
    this.asked.delete(name);
    if (name === "answers") {
      this.answers = answersOf(held.answers);
      this.places = new Map(held.keys.map((/** @type {string} */ key, /** @type {number} */ place) => [key, place]));
    } else if (name === "addresses") this.addresses = held;
    else if (name.startsWith("cards-")) {
      for (const [key, card] of Object.entries(held.cards)) this.cards.cards[key] = { ...card, pieces: held.pieces };
    } else {
      [...this.tables.values()].find((table) => table.part === name)?.fill(held);
      this.trees.clear();
    }
  }

  /** The last step: the package itself. */
  get last() {
    return this.days.length;
  }

  /** Whether there is more in the package than by its last day, such as articles without a day. */
  get more() {
    this.begins ??= Object.values(this.answers).some(({ from }) => from.includes(this.last));
    return this.begins;
  }

  /**
   * The step of a day: what there was by then; -1 before the first.
   * @param {string | undefined} day
   */
  step(day) {
    if (!day) return this.last;
    let step = -1;
    while (step + 1 < this.last && this.days[step + 1] <= day) step++;
    return step;
  }

  /**
   * The table and row of a record.
   * @param {string} key
   * @returns {Home | null}
   */
  record(key) {
    for (const { table, record } of this.homes) {
      const row = table.index(record).get(key)?.[0];
      if (row !== undefined) return { table, row, key };
    }
    return null;
  }

  /**
   * The table whose keys a role's column holds, such as the place of events.
   * @param {string | undefined} tableName
   * @param {string | undefined} columnName
   * @returns {Table | null}
   */
  vocabulary(tableName, columnName) {
    const name = this.tables.get(tableName ?? "")?.column(columnName ?? "")?.of;
    return (name && this.tables.get(name)) || null;
  }

  /** @param {Table | null} table */
  tree(table) {
    const tree = this.trees.get(table) ?? new Tree(table);
    this.trees.set(table, tree);
    return tree;
  }

  /**
   * What an outcome is to those who are counted: `killed`, or `hurt` for all else.
   * @param {string} tableName
   * @param {string} outcome
   */
  tone(tableName, outcome) {
    return this.tables.get(tableName)?.claims?.deaths?.includes(outcome) ? "killed" : "hurt";
  }

  /**
   * What a cell is called: the name of what it refers to, or the label of its category.
   * @param {string} tableName
   * @param {string | undefined} columnName
   * @param {string | null} value
   * @returns {string}
   */
  called(tableName, columnName, value) {
    if (!value) return "";
    const of = this.vocabulary(tableName, columnName);
    return of ? of.label(value) : value.replaceAll("_", " ");
  }

  /**
   * What a record says, in words; null where the record is no claim and no event.
   * @param {string} key
   * @returns {Card | null}
   */
  card(key) {
    if (!Object.hasOwn(this.cards.cards, key)) {
      for (const name of this.chunks([key])) this.asked.add(name);
      return null;
    }
    const card = this.unpacked.get(key) ?? this.unpack(key);
    this.unpacked.set(key, card);
    return card;
  }

  /** The keys of all records that have a card. */
  get carded() {
    return this.places ? [...this.places.keys()] : Object.keys(this.cards.cards);
  }

  /**
   * @param {string} key
   * @returns {Card}
   */
  unpack(key) {
    const { cards, articles } = this.cards;
    const packed = cards[key];
    const { cite } = packed;
    const pieces = packed.pieces ?? this.cards.pieces;
    /** @type {(source: PackedSource) => CardSource} */
    const article = ({ key: of, link }) => ({ ...articles[of ?? ""], link });
    /** @type {(form: (string | number)[]) => string} */
    const joined = (form) => form.map((one) => (typeof one === "number" ? pieces[one] : one)).join("");
    return {
      ...packed,
      source: article(packed.source),
      others: (packed.others ?? []).map((one) => ({ ...one, source: article(one.source) })),
      cite: { text: joined(cite.text), bibtex: joined(cite.bibtex), ris: joined(cite.ris) },
    };
  }

  /**
   * The passages that a cell rests on, as of a step.
   * @param {string} record
   * @param {string} [field]
   * @param {number} [step]
   * @returns {Edge[]}
   */
  receipts(record, field, step = Infinity) {
    const e = this.roles.edges;
    const edges = e && this.tables.get(e.table);
    if (!edges) return [];
    const rows = edges.index(e.record).get(record) ?? [];
    return rows
      .filter((row) => edges.has(row, step) && (!field || edges.cell(row, e.field) === field))
      .map((row) => edgeOf(edges, e, row));
  }

  /**
   * The cells that rest on a passage.
   * @param {string} span
   * @param {number} [step]
   * @returns {Edge[]}
   */
  resting(span, step = Infinity) {
    const e = this.roles.edges;
    const edges = e && this.tables.get(e.table);
    if (!edges) return [];
    const rows = edges.index(e.span).get(span) ?? [];
    return rows.filter((row) => edges.has(row, step)).map((row) => edgeOf(edges, e, row));
  }

  /**
   * A passage with its article.
   * @param {string} key
   * @returns {Passage | null}
   */
  passage(key) {
    const s = this.roles.spans;
    const spans = s && this.tables.get(s.table);
    const row = s && spans?.index(s.id).get(key)?.[0];
    if (!s || !spans || row === undefined) return null;
    const get = getter(spans, row);
    return {
      key,
      quote: get(s.quote),
      source: get(s.source),
      start: Number(get(s.start)),
      end: Number(get(s.end)),
      occurrence: get(s.occurrence),
      checksum: get(s.checksum),
      address: Object.hasOwn(this.addresses, key) ? this.addresses[key] : null,
    };
  }

  /**
   * An article: its title, who published it and when, and what sort of text it is.
   * @param {string} key
   * @returns {Article | null}
   */
  article(key) {
    const a = this.roles.sources;
    const sources = a && this.tables.get(a.table);
    const row = a && sources?.index(a.id).get(key)?.[0];
    if (!a || !sources || row === undefined) return null;
    const get = getter(sources, row);
    const title = get(sources.called);
    const publisher = get("publisher");
    return {
      key,
      row,
      title: title || publisher || key,
      name: publisher || title || key,
      about: this.cards.articles[key]?.about ?? null,
      publisher,
      day: get(a.published_on),
      sha256: get(a.sha256),
      length: get(a.length),
      url: get(a.url),
      note: get("note"),
    };
  }

  /**
   * The articles that there are as of a step, in the order of publication; undated ones last.
   * @param {number} [step]
   * @returns {Article[]}
   */
  articles(step = this.last) {
    const a = this.roles.sources;
    const sources = a && this.tables.get(a.table);
    if (!sources) return [];
    return [...sources.index(a.id).keys()]
      .map((key) => this.article(key))
      .filter((article) => article !== null)
      .filter(({ row }) => sources.has(row, step))
      .sort((one, other) => compare(one.day || "9999", other.day || "9999") || one.row - other.row);
  }
}

/**
 * The cells of a row; of a column that is not declared, none.
 * @param {Table} table
 * @param {number} row
 * @returns {(name: string | null | undefined) => string}
 */
const getter = (table, row) => (name) => (name ? table.cell(row, name) : "");

/**
 * @param {Table} edges
 * @param {NonNullable<Roles["edges"]>} e
 * @param {number} row
 * @returns {Edge}
 */
function edgeOf(edges, e, row) {
  const get = getter(edges, row);
  return { record: get(e.record), field: get(e.field), role: get(e.role), note: get(e.note), span: get(e.span) };
}

/**
 * @param {string} one
 * @param {string} other
 */
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** Reads the page's own data, and what each view needs of those beside it. */
export async function read(page = document) {
  const element = page.getElementById("data");
  const raw = JSON.parse(element?.textContent ?? "");
  element?.remove(); // the text would be kept twice
  const pkg = new Package(raw);
  await pkg.load(pkg.missing({ view: "", parts: [], params: {} }));
  return pkg;
}
