// The shapes of what Python writes into a page (`kzdata.site.content`, `kzdata.site.cards`), and of
// what the views are given. Which columns a package has is its own affair: a cell is a string.

import type { Answer, Package, Table, Tree } from "./data.js";

// ------------------------------------------------------------------------------------ the address

/** Parameters of a view; one that is not there filters nothing. */
export type Params = Record<string, string | undefined>;

export interface Route {
  view: string;
  parts: string[];
  params: Params;
}

/** What each view is given: the step is that of the day in the address. */
export interface Given {
  pkg: Package;
  route: Route;
  step: number;
}

// ----------------------------------------------------------------------------------- the package

export interface About {
  name: string;
  version: string | null;
  terms: string | null;
  licenses: { name?: string; title?: string; path?: string }[];
  title?: string;
  description?: string;
}

/** What a package declares of a column. */
export interface DeclaredColumn {
  name: string;
  title: string;
  description?: string;
  type: string;
  unit?: string;
  example?: string;
  evidence?: string;
  required?: boolean;
  labels?: Record<string, string>;
  /** The table whose keys its cells are. */
  of?: string;
}

/** The cells of a column: each, or its words and which of them each row has. */
export type Cells = { words?: undefined; cells?: string[] } | { words: string[]; rows: number[] };

/** What is long of a table, and may lie beside the page. */
export interface Held {
  cells: Cells[];
  proofs: Cells | null;
  /** The step from which on each row is there. */
  from: number[] | null;
  /** Cells that are empty before a step: row, column and step. */
  filled: [number, string, number][];
}

export interface DeclaredTable {
  name: string;
  title: string;
  description: string;
  key: string[];
  record: string | null;
  parent: string | null;
  principal: string | null;
  claims: ClaimColumns | null;
  figure: { text: string } | null;
  /** The column that says what a row is called. */
  called: string | null;
  rows: number;
  columns: DeclaredColumn[];
  /** The part that holds its rows. */
  part?: string;
}

/** Which columns of a table play which part of a claim. */
export interface ClaimColumns {
  outcome?: string;
  population?: string;
  place?: string;
  claimant?: string;
  via?: string;
  event?: string;
  state?: string;
  deaths: string[];
}

/** A part of a claim that has a column of its own. */
export type ClaimRole = "outcome" | "population" | "place" | "claimant" | "via";

/** Which table plays which part, with the columns that it declares. */
export interface Roles {
  sources?: { table: string; id: string; sha256: string; length: string; published_on?: string; url?: string };
  spans?: {
    table: string;
    id: string;
    source: string;
    start: string;
    end: string;
    quote: string;
    occurrence: string;
    checksum?: string;
  };
  edges?: { table: string; record: string; field: string; span: string; role: string; note?: string };
  events?: { table: string; type?: string; place?: string };
  links?: { table: string; supersedes?: string[] };
  participants?: { table: string; event: string; actor: string; role?: string };
  places?: PlaceColumns;
}

export interface PlaceColumns {
  table: string;
  id: string;
  latitude: string;
  longitude: string;
  kind?: string;
}

export type Point = [number, number];

/** A country's outline: rings of degrees east and north. */
export interface Outline {
  name: string;
  rings: Point[][];
}

/** A piece of the package's own story; with a key it opens that record. */
export interface StoryPiece {
  text: string;
  key?: string;
}

export interface Data {
  package: About;
  days: string[];
  tables: (DeclaredTable & Partial<Held>)[];
  roles: Roles;
  addresses: Record<string, string>;
  /** Null where they lie beside the page. */
  answers: Record<string, RawAnswer<Record<string, unknown>>> | null;
  outlines?: Outline[];
  cards: PackedCards;
  story?: { title: StoryPiece[]; paragraphs: StoryPiece[][] } | null;
  texts: { passages: number; articles: Record<string, string> | null } | null;
  parts?: boolean;
}

// ----------------------------------------------------------------------------------- the answers

/** An answer by column, with the steps from which, and until which, each row holds. */
export type RawAnswer<Row> = { [Name in keyof Row]: Row[Name][] } & Steps;

/** The steps of the rows; an answer that the package cannot give says why instead. */
export interface Steps {
  from?: number[];
  until?: number[];
  missing?: string;
}

/** The numbers that words allow. */
export interface Ends {
  low: number | null;
  high: number | null;
  above: boolean;
  below: boolean;
}

/** A claim that counts people. */
export interface Claim extends Ends {
  key: string;
  table: string;
  event: string | null;
  outcome: string;
  population: string | null;
  place: string | null;
  day: string | null;
  precision: string | null;
  wording: string | null;
  numbered: boolean;
  qualifier: string | null;
  claimant: string | null;
  via: string | null;
  source: string | null;
  span: string | null;
  field: string | null;
  status: string;
  why: string;
  /** Each: one claim, the relation, the other claim, a note. */
  links: [string, string, string, string | null][];
  contested: string | null;
}

/** Whom claims count, and where, with the range of those that stand. */
export interface Scope extends Ends {
  outcome: string;
  population: string | null;
  place: string | null;
  claims: number;
  range: string | null;
  contested: string | null;
}

export interface EventRow {
  key: string;
  type: string | null;
  title: string;
  description: string | null;
  start: string | null;
  end: string | null;
  precision: string | null;
  when: string;
  place: string | null;
  certainty: string | null;
  /** Each with its role. */
  actors: [string, string | null][];
  sources: string[];
  contested: string | null;
}

/** What a side says, its claims, events and passages, and other publications that say it. */
export type QuestionSide = [
  string,
  string[],
  string[],
  string[],
  [publisher: string, says: string, day: string | null, url: string | null][],
];

/** A question that claims, events or other publications answer differently. */
export interface Question {
  kind: string;
  judged: boolean;
  asks: string;
  sides: QuestionSide[];
  reasons: string[];
}

// ------------------------------------------------------------------------------------- the cards

/** Words of a sentence, or a gap between two stretches of it. */
export interface SentencePart {
  text?: string;
  mark?: boolean;
  gap?: boolean;
}

export interface HeadingPart {
  text: string;
  mark?: string;
  tone?: string;
}

/** An article as a card names it. */
export interface CardArticle {
  key: string | null;
  name: string;
  title: string | null;
  about: string | null;
  day: string;
  date: string | null;
  url: string | null;
}
export interface CardSource extends CardArticle {
  link: string | null;
}

/** A sentence, and whose words it is. */
export interface Said {
  sentence: SentencePart[];
  source: CardSource;
}

/** What another publication says. */
export interface OutsideReport {
  name: string;
  relation: string;
  means: string;
  words: string;
  day: string;
  date: string | null;
  url: string | null;
}

export interface Relation {
  key: string;
  heading: string;
  words: string;
  note: string | null;
  source: string;
  day: string;
}

export type CitationForm = "text" | "bibtex" | "ris";

/** What the cards of claims and of events hold, packed or not. */
export interface CardWords {
  key: string;
  table: string;
  kind: "claim" | "event";
  heading: HeadingPart[];
  sentence: SentencePart[];
  rows: { label: string; value: string; quote?: string }[];
  notes: string[];
  outside: OutsideReport[];
  relations: Relation[];
  /** Of a claim, the event that it is about. */
  event?: string | null;
  /** Of an event, the claims about it. */
  claims?: string[];
  /** Of an event, the one that it is a part of. */
  part_of?: string | null;
  /** The path of its page without scripts. */
  page?: string;
}

export interface Card extends CardWords {
  source: CardSource;
  /** What further articles say. */
  others: Said[];
  cite: Record<CitationForm, string>;
}

/** An article by its key, with the address that opens it at the words. */
export interface PackedSource {
  key: string | null;
  link: string | null;
}

/** A card whose article is a key and whose citations are pieces, or the places of shared ones. */
export interface PackedCard extends CardWords {
  source: PackedSource;
  others?: { sentence: SentencePart[]; source: PackedSource }[];
  cite: Record<CitationForm, (string | number)[]>;
  /** Of a card from a part: the pieces that its part shares. */
  pieces?: string[];
}

export interface PackedCards {
  cards: Record<string, PackedCard>;
  articles: Record<string, CardArticle>;
  pieces: string[];
  /** How many cards a part holds; nothing where all stand in the page. */
  chunk?: number;
}

// ---------------------------------------------------------------------------- worked out of them

/** Where a record stands. */
export interface Home {
  table: Table;
  row: number;
  key: string;
}

export interface Article {
  key: string;
  row: number;
  title: string;
  name: string;
  about: string | null;
  publisher: string;
  day: string;
  sha256: string;
  length: string;
  url: string;
  note: string;
}

export interface Passage {
  key: string;
  quote: string;
  source: string;
  start: number;
  end: number;
  occurrence: string;
  checksum: string;
  address: string | null;
}

/** A receipt: the cell of a record, the words, and what they are to it. */
export interface Edge {
  record: string;
  field: string;
  role: string;
  note: string;
  span: string;
}

/** A value of a filter, with how often it occurs and how deep it lies. */
export interface Choice {
  value: string;
  label: string;
  number?: number;
  depth?: number;
}

/** A day at which the slider stops, and where that is on the axis. */
export interface Stop {
  day?: string;
  step: number;
  end: number;
  until?: string;
}

/** Articles that share a column of the matrix. */
export interface ArticleColumn {
  key: string;
  day: string;
  step: number;
  articles: Article[];
}

/** A claim in its column of the matrix. */
export type Placed = Claim & { row: number; column: number };

/** One population and place, with the rows of the claims that count there. */
export interface Line {
  key: string;
  outcome: string;
  population: string | null;
  place: string | null;
  rows: { row: number; column: number }[];
  rank: number;
  first: number;
}

/** A count, and the one that brings it up to date. */
export interface Update {
  earlier: Placed;
  later: Placed;
}

export interface FilledLine extends Line {
  claims: Placed[];
  updates: Update[];
}

/** The lines of one outcome. */
export interface Group<L = Line> {
  outcome: string;
  lines: L[];
}

/** The claims of a package, with what their columns are called. */
export interface Claims {
  answer: Answer<Claim>;
  table: string;
  name(role: ClaimRole, value: string | null): string;
  called(claim: Claim, role: ClaimRole): string;
  trees: { population: Tree; place: Tree };
  tone(outcome: string): string;
  outcomes: string[];
}

/** The events of a package, with what their columns are called. */
export interface Events {
  answer: Answer<EventRow>;
  table: string;
  called: { place(key: string | null): string; type(key: string | null): string };
  actor(key: string): string;
  trees: { place: Tree; type: Tree; actor: Tree };
}

/** The events of one kind, by their days. */
export interface Lane {
  type: string;
  days: Map<string, number[]>;
  undated: number[];
  number: number;
}

/** What claims tell of one outcome: a total, counts that grew, others, silence. */
export interface Known {
  outcome: string;
  total: Placed | undefined;
  grown: Update[];
  others: Placed[];
  silent: Placed[];
}
