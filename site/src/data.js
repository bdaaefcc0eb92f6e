// The package as the page has it: tables by column, answers by column with the steps they hold for.

/** One column: its cells by row. */
class Column {
  constructor(declared, cells) {
    Object.assign(this, declared);
    this.words = cells.words ?? null;
    this.rows = cells.words ? Uint32Array.from(cells.rows) : null;
    this.cells = cells.cells ?? null;
  }

  at(row) {
    return this.words ? this.words[this.rows[row]] : (this.cells?.[row] ?? "");
  }
}

/** One table of the package. */
export class Table {
  constructor(raw) {
    Object.assign(this, raw);
    this.declared = raw.columns;
    this.fill(raw.part ? {} : raw);
    delete this.cells;
  }

  /** Take in the rows of a table whose part was loaded. */
  fill({ cells = [], from = null, filled = [], proofs = null }) {
    this.columns = this.declared.map((declared, place) => new Column(declared, cells[place] ?? {}));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.from = from && Uint16Array.from(from);
    this.later = new Map(filled.map(([row, name, step]) => [`${row} ${name}`, step]));
    this.proofs = proofs && new Column({}, proofs);
    this.there = this.part === undefined || cells.length > 0;
    this.indices = null;
  }

  column(name) {
    return this.byName.get(name);
  }

  /** A cell as of a step; empty where it was not known yet. */
  cell(row, name, step = Infinity) {
    if (step < (this.later.get(`${row} ${name}`) ?? 0)) return "";
    return this.byName.get(name)?.at(row) ?? "";
  }

  /** How strong the proof of a claim is, in words; empty for other records. */
  proof(row) {
    return this.proofs?.at(row) ?? "";
  }

  /** Whether a row was there as of a step. */
  has(row, step) {
    return !this.from || this.from[row] <= step;
  }

  /** Rows by the cell of one column: an index that is made when first asked for. */
  index(name) {
    this.indices ??= new Map();
    if (!this.indices.has(name)) {
      const found = new Map();
      const column = this.byName.get(name);
      for (let row = 0; this.there && row < this.rows; row++) {
        const cell = column.at(row);
        const rows = found.get(cell);
        if (rows) rows.push(row);
        else found.set(cell, [row]);
      }
      this.indices.set(name, found);
    }
    return this.indices.get(name);
  }

  /** The row of a single key, or -1. */
  find(key) {
    return this.key.length === 1 ? (this.index(this.key[0]).get(key)?.[0] ?? -1) : -1;
  }

  /** What a key is called. */
  label(key) {
    const row = this.called ? this.find(key) : -1;
    return (row >= 0 && this.cell(row, this.called)) || key;
  }
}

/** A hierarchy: the keys of a table with a parent column. */
export class Tree {
  constructor(table) {
    this.table = table;
    this.parents = new Map();
    for (let row = 0; table?.parent && table.there && row < table.rows; row++) {
      this.parents.set(table.cell(row, table.key[0]), table.cell(row, table.parent));
    }
  }

  /** Whether one key is another or lies within it. */
  within(key, whole) {
    const seen = new Set();
    for (let at = key; at && !seen.has(at); at = this.parents.get(at)) {
      if (at === whole) return true;
      seen.add(at);
    }
    return false;
  }

  depth(key) {
    const seen = new Set();
    for (let at = this.parents.get(key); at && !seen.has(at); at = this.parents.get(at)) seen.add(at);
    return seen.size;
  }
}

/** One answer: rows by column, each with the steps for which it holds. */
export class Answer {
  constructor(raw) {
    this.raw = raw;
    this.missing = raw.missing ?? null;
    this.size = raw.from?.length ?? 0;
  }

  at(row, name) {
    return this.raw[name][row];
  }

  /** The rows that hold as of a step, in order. */
  rows(step) {
    const found = [];
    for (let row = 0; row < this.size; row++) {
      if (this.raw.from[row] <= step && step < this.raw.until[row]) found.push(row);
    }
    return found;
  }

  /** One row as an object. */
  row(row) {
    const found = { row };
    for (const name in this.raw) found[name] = this.raw[name][row];
    return found;
  }

  /** How often each value of a column occurs as of a step, or at all; of lists, each member. */
  counts(name, step) {
    const counts = new Map();
    const rows = step === undefined ? (this.raw[name] ?? []).keys() : this.rows(step);
    for (const row of rows) {
      for (const value of [this.raw[name][row]].flat()) {
        if (value !== null && value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** The values of a column, most frequent first. */
  values(name) {
    const counts = this.counts(name);
    return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  }
}

const answersOf = (raw) => Object.fromEntries(Object.entries(raw).map(([name, answer]) => [name, new Answer(answer)]));

/** Rows up to which a table of names is loaded before the first view. */
const MOST_NAMED = 20000;

const waiting = new Map();
/** What the script of a part calls: with its name, and its data as JSON that is packed. */
globalThis.kzdataPart = (name, packed) => waiting.get(name)?.(packed);

/** The data of a part: a page from disk may not fetch, but it may load a script. */
async function part(name) {
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
  constructor(raw) {
    Object.assign(this, raw.package);
    this.days = raw.days;
    this.roles = raw.roles;
    this.addresses = raw.addresses;
    this.texts = raw.texts;
    this.cards = raw.cards;
    this.unpacked = new Map();
    this.story = raw.story ?? null;
    this.outlines = raw.outlines ?? [];
    this.tables = new Map(raw.tables.map((table) => [table.name, new Table(table)]));
    this.parts = Boolean(raw.parts);
    this.loaded = new Set();
    this.loading = new Map();
    this.asked = new Set(); // parts with cards that a view would show, if they were there
    this.answers = answersOf(raw.answers ?? {});
    this.trees = new Map();
    this.homes = new Map();
    for (const table of this.tables.values()) {
      if (table.record) this.homes.set(table.name, table);
    }
  }

  /** The parts that a view needs and that are not there yet; none where all is in one file. */
  missing({ view, parts, params }) {
    if (!this.parts) return [];
    const card = view === "cell" ? parts[0] : params.cell?.split("/")[0];
    const { edges, spans, sources } = this.roles;
    const wanted = ["answers", this.partOf(sources?.table), ...this.named()];
    const proof = [edges?.table, spans?.table, ...this.homes.keys()];
    if (view === "data") wanted.push(this.partOf(parts[0]));
    if (card || ["passage", "article", "articles", "search", "otherwise"].includes(view)) {
      wanted.push("addresses", ...proof.map((name) => this.partOf(name)));
    }
    if (view === "search") wanted.push(...this.chunks(this.carded));
    if (view === "article") wanted.push(...this.chunks([]));
    if (card) wanted.push(...this.chunks(this.beside(card)));
    return [...new Set(wanted)].filter((name) => name && !this.loaded.has(name));
  }

  /** The parts of the tables that say what keys are called. */
  named() {
    const short = [...this.tables.values()].filter(
      ({ called, parent, rows }) => (called || parent) && rows <= MOST_NAMED,
    );
    return short.map(({ part }) => part);
  }

  partOf(name) {
    return this.tables.get(name)?.part;
  }

  /** A record, and those of which its card says a line. */
  beside(key) {
    const card = this.card(key);
    return [key, ...(card?.claims ?? []), card?.event, card?.part_of].filter(Boolean);
  }

  /** The parts that hold the cards of some records. */
  chunks(keys) {
    return keys
      .filter((key) => this.places?.has(key))
      .map((key) => `cards-${Math.floor(this.places.get(key) / this.cards.chunk)}`);
  }

  /** Load some parts, each once. */
  async load(names) {
    await Promise.all(
      names.map((name) => {
        if (!this.loading.has(name))
          this.loading.set(
            name,
            part(name).then((held) => this.take(name, held)),
          );
        return this.loading.get(name);
      }),
    );
  }

  take(name, held) {
    this.loaded.add(name);
    this.asked.delete(name);
    if (name === "answers") {
      this.answers = answersOf(held.answers);
      this.places = new Map(held.keys.map((key, place) => [key, place]));
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
    const begins = (from) => from?.some((step) => step === this.last);
    this.begins ??= Object.values(this.answers).some(({ raw }) => begins(raw.from));
    return this.begins;
  }

  /** The step of a day: what there was by then; -1 before the first. */
  step(day) {
    if (!day) return this.last;
    let step = -1;
    while (step + 1 < this.last && this.days[step + 1] <= day) step++;
    return step;
  }

  /** The table and row of a record. */
  record(key) {
    for (const table of this.homes.values()) {
      const row = table.index(table.record).get(key)?.[0];
      if (row !== undefined) return { table, row };
    }
    return null;
  }

  /** A record, and the claims that are about it. */
  about(key) {
    const found = [key];
    for (const table of this.tables.values()) {
      const event = table.claims?.event;
      if (!event || !table.record) continue;
      for (const row of table.index(event).get(key) ?? []) found.push(table.cell(row, table.record));
    }
    return found;
  }

  /** The table whose keys a role's column holds, such as the place of events. */
  vocabulary(tableName, columnName) {
    const name = this.tables.get(tableName)?.column(columnName)?.of;
    return name ? this.tables.get(name) : null;
  }

  tree(table) {
    if (!this.trees.has(table)) this.trees.set(table, new Tree(table));
    return this.trees.get(table);
  }

  /** What an outcome is to those who are counted: `killed`, or `hurt` for all else. */
  tone(tableName, outcome) {
    return this.tables.get(tableName)?.claims?.deaths?.includes(outcome) ? "killed" : "hurt";
  }

  /** What a cell is called: the name of what it refers to, or the label of its category. */
  called(tableName, columnName, value) {
    if (!value) return "";
    const of = this.vocabulary(tableName, columnName);
    return of ? of.label(value) : value.replaceAll("_", " ");
  }

  /** What a record says, in words; null where the record is no claim and no event. */
  card(key) {
    if (!Object.hasOwn(this.cards.cards, key)) {
      for (const name of this.chunks([key])) this.asked.add(name);
      return null;
    }
    if (!this.unpacked.has(key)) this.unpacked.set(key, this.unpack(key));
    return this.unpacked.get(key);
  }

  /** The keys of all records that have a card. */
  get carded() {
    return this.places ? [...this.places.keys()] : Object.keys(this.cards.cards);
  }

  unpack(key) {
    const { cards, articles } = this.cards;
    const packed = cards[key];
    const pieces = packed.pieces ?? this.cards.pieces;
    const article = ({ key: of, link }) => ({ ...articles[of ?? ""], link });
    const joined = (form) => form.map((one) => (typeof one === "number" ? pieces[one] : one)).join("");
    return {
      ...packed,
      source: article(packed.source),
      others: (packed.others ?? []).map((one) => ({ ...one, source: article(one.source) })),
      cite: Object.fromEntries(Object.entries(packed.cite).map(([name, form]) => [name, joined(form)])),
      proof: this.receipts(key).map((edge) => ({ ...edge, ...this.passage(edge.span) })),
    };
  }

  /** The passages that a cell rests on, as of a step. */
  receipts(record, field, step = Infinity) {
    const e = this.roles.edges;
    const edges = e && this.tables.get(e.table);
    if (!edges) return [];
    const rows = edges.index(e.record).get(record) ?? [];
    return rows
      .filter((row) => edges.has(row, step) && (!field || edges.cell(row, e.field) === field))
      .map((row) => this.edge(edges, row));
  }

  /** The cells that rest on a passage. */
  resting(span, step = Infinity) {
    const e = this.roles.edges;
    const edges = e && this.tables.get(e.table);
    const rows = edges?.index(e.span).get(span) ?? [];
    return rows.filter((row) => edges.has(row, step)).map((row) => this.edge(edges, row));
  }

  edge(edges, row) {
    const e = this.roles.edges;
    const get = (name) => (name ? edges.cell(row, name) : "");
    return {
      record: get(e.record),
      field: get(e.field),
      role: get(e.role),
      note: get(e.note),
      span: get(e.span),
    };
  }

  /** A passage with its article. */
  passage(key) {
    const s = this.roles.spans;
    const spans = s && this.tables.get(s.table);
    const row = spans ? (spans.index(s.id).get(key)?.[0] ?? -1) : -1;
    if (row < 0) return null;
    const get = (name) => (name ? spans.cell(row, name) : "");
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

  /** An article: its title, who published it and when, and what sort of text it is. */
  article(key) {
    const a = this.roles.sources;
    const sources = a && this.tables.get(a.table);
    const row = sources ? (sources.index(a.id).get(key)?.[0] ?? -1) : -1;
    if (row < 0) return null;
    const get = (name) => (name ? sources.cell(row, name) : "");
    const title = sources.called ? get(sources.called) : "";
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

  /** The articles that there are as of a step, in the order of publication; undated ones last. */
  articles(step = this.last) {
    const a = this.roles.sources;
    const sources = a && this.tables.get(a.table);
    const keys = sources ? [...sources.index(a.id).keys()] : [];
    return keys
      .map((key) => this.article(key))
      .filter(({ row }) => sources.has(row, step))
      .sort((one, other) => compare(one.day || "9999", other.day || "9999") || one.row - other.row);
  }
}

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** Reads the page's own data, and what each view needs of those beside it. */
export async function read(page = document) {
  const element = page.getElementById("data");
  const raw = JSON.parse(element.textContent);
  element.remove(); // the text would be kept twice
  const pkg = new Package(raw);
  await pkg.load(pkg.missing({ parts: [], params: {} }));
  return pkg;
}
