// The shapes of what the command tells the desk (`kzdata.desk`), and of what its parts are given.

import type { useDraft } from "./draft.js";

/** Words that a cell rests on; which occurrence of them counts from 1. */
export interface Receipt {
  words?: string;
  occurrence?: number;
  note?: string;
  role?: string;
  source?: string;
}

/** A value with its words; several receipts stand in a list of their own. */
export interface Cell extends Receipt {
  value?: string;
  receipts?: Receipt[];
}

/** A card: what is said of one row. */
export interface Block {
  key: string;
  section: string;
  table: string;
  /** The key of a row that exists. */
  id?: string;
  /** The name by which other cards know a new row. */
  ref?: string;
  quote?: Cell;
  cells?: Record<string, Cell>;
  links?: Cell[];
  /** Why the row is taken out. */
  withdraw?: string;
  /** Cells that the machine filled in and nobody has looked at. */
  grey?: string[];
}

/** All that is on the desk of one article. */
export interface State {
  source?: Record<string, Cell>;
  blocks?: Block[];
}

/** A value that can be chosen. */
export interface Option {
  value: string;
  name: string;
  about?: string;
}

/** Something that can be chosen from a list, and what then happens. */
export interface Item {
  name: string;
  value?: string;
  about?: string;
  act: () => void;
}

/** A field of a card, or of the article. */
export interface FieldForm {
  name: string;
  label: string;
  about?: string;
  way: string;
  required?: boolean;
  traced?: boolean;
  /** The columns that a figure or a date fills. */
  members?: string[];
  default?: string | null;
  options?: Option[];
  /** The table whose keys are its values. */
  of?: string | null;
  key?: boolean;
  shown?: boolean;
  naming?: unknown;
}

/** How a card of one table looks. */
export interface Form {
  table: string;
  section: string;
  title: string;
  about: string;
  claim: boolean;
  traced: boolean;
  label: string | null;
  key: string;
  /** The field that names the event. */
  event: string | null;
  /** Of an alias or a term: the fields of the words, and of what they say. */
  says: [string, string] | null;
  menu: boolean;
  first: boolean;
  fields: FieldForm[];
}

/** How claims can stand to others. */
export interface LinkForms {
  relations: Option[];
  claims: Option[];
}

export interface About {
  name: string;
  version: string;
  source: FieldForm[];
  publisher: string | null;
  published: string | null;
  articles: { key: string; name: string; text: boolean }[];
  drafts: { name: string; title: string; new: boolean; cards: number }[];
  files: string[];
}

/** A draft as it is kept: how many steps there are back and forth. */
export interface Draft {
  name: string;
  new: boolean;
  version: number;
  undo: number;
  redo: number;
  state: State;
}

/** An article on the desk. */
export interface View extends Draft {
  text: string;
  forms: Form[];
  links: LinkForms | null;
}

export interface Fault {
  /** The card, `source`, or nothing. */
  key: string;
  name: string;
  /** In names; `detail` is the same as the command says it. */
  message: string;
  detail: string;
  severity?: string;
}

/** A receipt as the command made it in its trial; places count code points. */
export interface Made {
  key: string;
  column: string;
  value: string;
  called: string;
  words: string;
  start: number;
  end: number;
  role: string;
  note: string | null;
}

export interface Todo {
  kind: string;
  words: string;
  start: number | null;
  around: string;
  why: string;
  key: string;
  /** What the record is called that it is about; empty where it is about words. */
  of: string;
}

export type PlanKind = "added" | "changed" | "withdrawn";

export interface PlanRows {
  rows: ({ table: string } & Partial<Record<PlanKind, number>>)[];
  quoted: { source: string; after: number; most: number | null }[];
}

/** What is wrong with a draft; what follows `numbers` is told where the package was validated. */
export interface Check {
  changed?: boolean;
  faults: Fault[];
  receipts: Made[];
  numbers: [number, number][] | null;
  findings?: Fault[];
  plan?: PlanRows;
  waiting?: number;
  todo?: Todo[];
}

export interface Written {
  plan: PlanRows;
  waiting: number;
  written: boolean;
  done: boolean;
}

export interface Proposal {
  state: "accepted" | "review" | "rejected";
  why: string[];
  card: Block;
}

export interface Proposed {
  proposals: Proposal[];
  unplaced: { words: string; reason: string }[];
}

/** What the command answers, by what it is asked. */
export interface Answers {
  about: About;
  view: View;
  open: View;
  begin: View;
  reload: View;
  drop: object;
  change: Draft;
  step: Draft;
  select: Draft;
  name: Draft;
  join: Draft;
  check: Check;
  write: Written;
  propose: Proposed;
}

/** Words of the text, in UTF-16 units. */
export interface Place {
  start: number;
  end: number;
}

/** What is marked in the text; with a key it is of that card. */
export interface Mark extends Place {
  kind: string;
  key?: string;
}

export interface Piece extends Place {
  text: string;
  marks: Mark[];
}

/** The cell of a card: its key, and the column. */
export type Into = [card: string, column: string];

/** A field that waits for words. */
export interface Waiting {
  /** Of the control in the page. */
  id: string;
  name: string;
  card: string;
  label: string;
  /** Whether other words can stand beside those that it has. */
  several: (block: Block) => boolean;
  give: (block: Block, receipt: Receipt, also: boolean) => Block;
}

/** What the menu says of it. */
export interface Asked {
  label: string;
  several: boolean;
}

export type DraftDesk = ReturnType<typeof useDraft>;

/** What stands beside the text; `at` is the card of the list, or the field of the card, that gets the keys. */
export type Side = { at?: string } & (
  | { kind: "list" | "plan" | "source" | "proposals" }
  /** `up` is what is shown again when the card is closed. */
  | { kind: "card"; key: string; up?: Side }
);

/** Opens a card, from a field of another one where it is named. */
export type Open = (key: string, from?: string) => void;
export type Make = (table: string, place: Place, into?: Into) => Promise<void>;
