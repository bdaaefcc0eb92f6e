// Every word of the desk. A function takes what the sentence is about.

/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
const plural = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/**
 * A word of a vocabulary; what it does not hold stands for itself.
 * @param {Record<string, string>} words
 * @param {string} key
 * @returns {string}
 */
export const word = (words, key) => (Object.hasOwn(words, key) ? words[key] : key);

export const strings = {
  here: "on this computer only",
  skip: "Skip to the card",
  home: "All articles",
  undo: "Undo",
  redo: "Redo",
  review: "Review and write",
  gone: "The command no longer answers. What was kept is on disk: start kzdata edit again.",
  close: "Close",
  article: "Article",
  kept: (/** @type {number} */ cards) => `Draft kept · ${plural(cards, "card", "cards")}`,
  keeping: "Keeping the draft …",
  start: {
    title: "Enter an article",
    lead: "What you do is kept on this computer after each change. Rows are written when you say so.",
    new: "A new article",
    text: "Its text, as it was published",
    paste: "Paste the text here",
    file: "or a text file",
    beside: "or one of the folder of texts",
    none: "choose …",
    begin: "Begin",
    more: "More about the article",
    drafts: "Drafts",
    articles: "Articles of the package",
    draft: (/** @type {{new: boolean, cards: number}} */ one) =>
      `${one.new ? "new article" : "changes"}, ${plural(one.cards, "card", "cards")}`,
    away: "its text is not in the folder",
    open: "Open",
    drop: "Throw away",
    sure: "Throw this draft away for good?",
    binary: "This file is not a text in UTF-8.",
  },
  text: {
    left: (/** @type {number} */ number) =>
      number
        ? plural(number, "number that nothing accounts for", "numbers that nothing accounts for")
        : "every number is accounted for",
    new: "new",
    legend: "Dotted red: a number that no card accounts for. Underlined: words of a card.",
    keys: [
      "With the keys, in the article: arrows go from word to word, up and down to the numbers that are left, letters to a word that begins with them. Shift with an arrow selects; Enter takes the first of the menu, a digit another one.",
      "On a card: Enter goes to the next field to look at, Escape to the article for its words, and back. Ctrl+Enter says that all is looked at.",
      "Anywhere: Ctrl+S shows what would be written, Ctrl+Z takes a change back.",
    ],
    words: "The article. Select words to make a card.",
  },
  menu: {
    name: "What do these words say?",
    receipt: (/** @type {string} */ label) => `Words for “${label}”`,
    also: "Also for it",
    more: "More",
    kinds: { exclusion: "Counts nothing", alias: "Only a name", term: "A word for a category" },
  },
  card: {
    new: (/** @type {string} */ title) => `New · ${title}`,
    known: (/** @type {string} */ title) => title,
    words: "select words in the article",
    value: "choose …",
    type: "write …",
    unseen: "filled in by the machine: not looked at yet",
    fine: "fine",
    wrong: "something is wrong",
    missing: "This is needed.",
    all: "I have looked at all",
    done: "Done",
    remove: "Remove",
    withdraw: "Take out of the package",
    why: "Why?",
    back: "Back",
    more: "More fields",
    says: (/** @type {string} */ words, /** @type {string} */ name) => `“${words}” says “${name}”: keep that`,
    because: "No words say it: say why",
    note: "Why is it so?",
    drop: "Take these words away",
    create: (/** @type {string} */ title, /** @type {string | null | undefined} */ words) =>
      `New in ${title}${words ? `: “${words}”` : ""}`,
    createEvent: "A new event for these words",
    nothing: "nothing known has this name",
    writes: "What it writes",
    links: "Stands to other claims",
    relation: "How",
    other: "Which claim",
    addLink: "Add",
    roles: {
      verbatim: "as printed",
      normalised: "by rule",
      resolved: "named",
      coded: "by the codebook",
      inherited: "from another sentence",
      inferred: "concluded",
    },
  },
  list: {
    title: "On the desk",
    empty: "Nothing yet. Select words in the article: a number with what it counts makes a claim.",
    todo: "Still to do",
    nothing: "Nothing is left to do that the machine knows of.",
    checking: "Checking …",
    grey: (/** @type {number} */ number) => plural(number, "field not looked at", "fields not looked at"),
    wrong: (/** @type {number} */ number) => plural(number, "fault", "faults"),
    source: "About the article",
    proposals: "Proposals of a model",
    vocabulary: "Words and names",
    seen: "I have looked at these words and names",
    untitled: "without a title",
    show: "Show",
  },
  todo: {
    number: "a number that nothing accounts for",
    date: "a date that nothing rests on",
    name: "a known name in no row",
    alias: "a name that other articles have",
    event: "maybe the same event",
    disagreement: "disagrees, without a link",
    participant: "nobody takes part in it",
    count: "receipts counted wrong",
    quote: "a long quote",
  },
  plan: {
    title: "What would be written",
    table: "Table",
    kinds: { added: "new", changed: "changed", withdrawn: "out" },
    nothing: "Nothing would change.",
    quoted: (/** @type {number} */ after, /** @type {number | null} */ most) =>
      `${Math.round(100 * after)} % of the article is quoted${most === null ? "" : `; at most ${Math.round(100 * most)} % may be`}.`,
    grey: (/** @type {number} */ number) =>
      `${plural(number, "field was", "fields were")} filled in by the machine and nobody looked at ${number === 1 ? "it" : "them"}.`,
    first: "Go there",
    wrong: "To be mended first",
    warns: "To be looked at",
    waiting: (/** @type {number} */ number) =>
      `${plural(number, "number has", "numbers have")} no row yet. Until then the package is not valid with its texts.`,
    valid: "The package would be valid.",
    write: "Write the rows",
    partial: "Write the rows; numbers wait",
    written: "Written. The package is valid.",
    partly: "Written. Numbers of the article still wait.",
    same: "Nothing had to be written.",
    again: "Open the article again",
    meanwhile: "Somebody else changed the package since you began. Nothing is written.",
    reload: "Take the package as it is now, and keep the draft",
  },
  proposals: {
    title: "Proposals of a model",
    lead: "Each is judged as kzdata import does. What you accept comes onto the desk as a card; nothing is written.",
    form: "Format",
    file: "File",
    mapping: "What its labels mean (a mapping, in TOML)",
    judge: "Judge",
    none: "The file proposes nothing for this article.",
    accept: "Accept",
    edit: "Edit",
    reject: "Reject",
    every: (/** @type {number} */ number) => `Accept the ${number} that hold`,
    states: { accepted: "holds", review: "for review", rejected: "does not hold" },
    unplaced: (/** @type {number} */ number) => `${plural(number, "mark has", "marks have")} no sure place`,
  },
};
