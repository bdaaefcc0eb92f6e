// Every word of the interface. A function takes what the sentence is about.

/**
 * @typedef {object} Figure
 * @property {string | null} wording
 * @property {string} outcome
 * @property {string} population
 * @property {string} place
 * @property {string} claimant
 * @property {string | undefined} article
 * @property {string | undefined} day
 * @property {string} status
 * @property {string | null} contested
 */

/** @param {number} number */
const told = (number) => number.toLocaleString("en");
/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
const plural = (number, one, many) => `${told(number)} ${number === 1 ? one : many}`;
const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/** @param {number} number */
const inWords = (number) => SMALL[number] ?? told(number);
/** @param {string} name */
const lower = (name) =>
  /^[A-Z][a-z]/.test(name) && !/\s[A-Z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name;

/**
 * A word of a vocabulary; what it does not hold, such as "constructor", stands for itself.
 * @param {Record<string, string> | undefined} words
 * @param {string} key
 * @returns {string}
 */
export const word = (words, key) => (words && Object.hasOwn(words, key) ? words[key] : key);

export const strings = {
  skip: "Skip to the content",
  menu: "Menu",
  views: "Views",
  share: "Share",
  cite: "Cite",
  articles: (/** @type {number} */ number) => (number === 1 ? "The article" : `The ${inWords(number)} articles`),
  view: {
    story: "Story",
    counts: "Counts",
    days: "Days and places",
    otherwise: "Who says otherwise",
    articles: "The articles",
    article: "Article",
    data: "Data",
    about: "About",
    search: "Search",
    cell: "Record",
    passage: "Passage",
  },
  version: (/** @type {string} */ version) => `version ${version}`,
  chart: {
    take: "This chart as a file:",
    as: (/** @type {string} */ title, /** @type {string} */ kind) => `${title}, as ${kind}`,
  },
  asOf: {
    name: "What was known by the day of publication",
    all: "all that is known to this package",
    until: (/** @type {string} */ day) => `what a reader knew on the evening of ${day}: all of it`,
    day: (/** @type {string} */ day) => `what a reader knew on the evening of ${day}`,
    play: "▶ Read along",
    stop: "■ Stop",
  },
  filter: {
    legend: "Filters",
    outcome: "Outcome",
    population: "Who",
    place: "Place",
    at: "Only here",
    claimant: "Said by",
    type: "Kind",
    actor: "Who took part",
    source: "Article",
    day: "Day",
    q: "Words",
    heap: "Kind",
    retracted: "Retracted claims",
    too: "shown too",
    not: "not shown",
    clear: "Clear all",
    remove: "(take away)",
  },
  search: {
    name: "Search words, people, places",
    title: (/** @type {string} */ q) => (q ? `“${q}”` : "Search"),
    ask: "Type words that stand in a claim, a quote or a name.",
    count: (/** @type {number} */ number) => (number ? plural(number, "result", "results") : "Nothing was found."),
    names: "Names",
    cards: (/** @type {number} */ number) => `Claims and events · ${told(number)}`,
    passages: (/** @type {number} */ number) => `The articles’ words · ${told(number)}`,
  },
  missing: {
    claims: "This package has no claims with a figure and an outcome, so there is no table of who was counted.",
    events: "This package declares no events, so there are no days and places.",
    disagreements: "This package declares no claims, so no disagreements can be found.",
    map: "No place of the package has coordinates, so there is no map.",
    why: (/** @type {string} */ reason) => `The command line says: ${reason}`,
  },
  figure: {
    none: "no number",
    quoted: (/** @type {string} */ wording) => `“${wording}”`,
    told: (/** @type {Figure} */ claim) =>
      [
        claim.wording || "no number",
        claim.outcome,
        claim.population,
        claim.place,
        claim.claimant && `said by ${claim.claimant}`,
        claim.article && `${claim.article}${claim.day ? `, ${claim.day}` : ""}`,
        claim.status,
        claim.contested,
      ]
        .filter(Boolean)
        .join("; "),
  },
  story: {
    title: (/** @type {string} */ outcome, /** @type {number} */ articles) =>
      `How many were ${outcome || "counted"}? What ${articles === 1 ? "one article" : `${inWords(articles)} articles`} said, and when`,
    legend:
      "Each number opens the words it rests on. Nothing is added up: claims may count the same people. A dot means that the article says nothing.",
    total: (/** @type {string} */ outcome, /** @type {string} */ scope) =>
      `For all (${scope}), the number of the ${outcome} is given as`,
    noTotal: (/** @type {string} */ outcome) => `Nobody gave a total of the ${outcome}.`,
    grew: (/** @type {string} */ scope) => `For ${lower(scope)}, the count went from`,
    to: "to",
    others: "Besides:",
    and: " and ",
    counted: (/** @type {string} */ scope, /** @type {boolean} */ unsaid) =>
      `${lower(scope)}${unsaid ? " (without a source)" : ""}`,
    more: (/** @type {number} */ number) => `, and ${plural(number, "further number", "further numbers")}.`,
    silent: (/** @type {string} */ scope) => `For ${lower(scope)} it says only:`,
    scope: (/** @type {string} */ who, /** @type {string} */ where) =>
      `${lower(who || "people, not said who")}${where ? ` (${where})` : ""}`,
    matrix: "Who was counted, by article",
    caption:
      "Who was counted, one line for each group and place, and in which article, in the order of publication. With the arrow keys you go from figure to figure, with Page Up and Page Down from outcome to outcome.",
    undated: "day not known",
    articles: (/** @type {number} */ number) => plural(number, "article", "articles"),
    nobody: "Not said who",
    nowhere: "place not said",
    noSource: "no source named",
    silence: "says nothing",
    contested: "others say otherwise",
    update: "brought up to date",
    later: (/** @type {number} */ days) =>
      days === 0
        ? "the same day"
        : days === 1
          ? "a day later"
          : days > 1
            ? `${told(days)} days later`
            : "published before",
    size: (/** @type {number} */ claims, /** @type {number} */ lines) =>
      `${plural(claims, "claim", "claims")} of ${plural(lines, "group and place", "groups and places")}.`,
    moreHere: (/** @type {number} */ number) => `${told(number)} more`,
    multiples: "Claims by outcome and people",
    many: (/** @type {number} */ most) =>
      `More than ${told(most)} lines are too many to read. Each panel is one group of people; a field holds the claims of a day about a size of number, the stronger the more. Open one to read its lines.`,
    panels: (/** @type {number} */ number) =>
      `${plural(number, "further group is", "further groups are")} not drawn; filters lead to them.`,
    up: "higher is more, on a logarithmic scale",
  },
  counts: {
    title: "Counts",
    intro:
      "Every number that was claimed, one line for each outcome, group and place, on one logarithmic scale. An open end has an arrow; a hollow mark is more or less than the number, not the number itself; a vague word is hatched over all that it can mean.",
    count: (/** @type {number} */ number) => plural(number, "claim", "claims"),
    none: "No claim fits these filters as of this day.",
    chart: (/** @type {number} */ number) => `Numbers of ${plural(number, "line", "lines")}`,
    range: "From lowest to highest",
    ranges: "A range goes from the lowest end of the claims that stand to the highest. Ranges are never added up.",
    noRange: "no number is claimed",
    by: (/** @type {number} */ number) => `from ${plural(number, "claim that stands", "claims that stand")}`,
    field: (/** @type {number} */ number) => `${plural(number, "claim", "claims")}, open them`,
    list: "All claims in a table",
    data: "The rows as data",
    undated: "not said",
    columns: {
      wording: "As printed",
      outcome: "Outcome",
      population: "Who",
      place: "Place",
      day: "Day spoken of",
      range: "Numbers it allows",
      claimant: "Said by",
      via: "Carried by",
      source: "Article",
      status: "Status",
      proof: "Proof",
    },
    status: {
      standing: "stands",
      superseded: "superseded",
      retracted: "retracted",
      "no number": "gives no number",
    },
  },
  range: {
    moreThan: (/** @type {string} */ n) => `more than ${n}`,
    atLeast: (/** @type {string} */ n) => `${n} or more`,
    lessThan: (/** @type {string} */ n) => `less than ${n}`,
    atMost: (/** @type {string} */ n) => `at most ${n}`,
    to: (/** @type {string} */ low, /** @type {string} */ high) => `${low} to ${high}`,
    open: "open",
    none: "none given",
  },
  days: {
    title: "Where and when",
    map: "Events by place",
    count: (/** @type {number} */ number) => plural(number, "event", "events"),
    more: (/** @type {number} */ number) => `${plural(number, "more kind", "more kinds")} of events`,
    none: "No event fits these filters as of this day.",
    shares: (/** @type {number} */ dated, /** @type {string[]} */ days, /** @type {number} */ placeless) =>
      `${days.length ? `${told(dated)} fall on a day of ${days[0]} to ${days[1]}; ` : ""}${told(placeless)} are told without a place. None is left out.`,
    days: "Events by day and kind",
    range: (/** @type {string} */ first, /** @type {string} */ last) =>
      `All days from ${first} to ${last}; empty days are empty`,
    undated: "no such day",
    untyped: "of no kind",
    share: (/** @type {number} */ dated, /** @type {number} */ all) =>
      `${told(dated)} of ${plural(all, "event", "events")}`,
    list: "Events in their order",
    others: (/** @type {number} */ number) =>
      `${plural(number, "event", "events")} without such a day: background, long stretches, days not said`,
    exactly: (/** @type {string} */ name) => `${name} itself`,
    claims: (/** @type {number} */ number) => `${plural(number, "claim", "claims")} about it`,
    precision: {
      day: "a day",
      part_of_day: "part of a day",
      night: "a night, into the next day",
      range: "several days",
      month: "some time in a month",
      year: "some time in a year",
      before: "not after this day",
      since: "from this day on",
      none: "no day",
    },
  },
  map: {
    title: (/** @type {number} */ number) => `Map of ${plural(number, "place", "places")} with events`,
    place: (/** @type {string} */ name, /** @type {number} */ number) =>
      `${name}: ${plural(number, "event", "events")}`,
    legend: "Circles grow with the number of events. Names in italics are regions: the event may be anywhere in one.",
    exactness: "How exactly the articles say where",
    whole: (/** @type {string} */ name) => `${name} as a whole`,
    kind: (/** @type {string} */ kind) => `A ${kind.replaceAll("_", " ") || "place"}`,
    nowhere: "No place said",
    explained: "What is known to the whole country only is a bar, not a dot in its middle.",
  },
  otherwise: {
    intro: "Where articles, or sentences of one, cannot both be right, or seem not to. Nobody is declared right.",
    count: (/** @type {number} */ number) => plural(number, "question", "questions"),
    none: "Nobody says otherwise, as of this day and with these filters.",
    heaps: {
      contradiction: "Cannot both be true",
      contested: "Other publications say otherwise",
      unreconciled: "Not reconciled",
      apparent: "Only look like it",
    },
    kinds: {
      contradiction: "cannot both be true",
      contested: "other publications say otherwise",
      unreconciled: "not reconciled",
      apparent: "only looks like it",
    },
    unjudged: "It follows from the data; no curator has judged it yet.",
    articles: (/** @type {number} */ articles, /** @type {number} */ places) =>
      `${plural(articles, "article", "articles")}${places > articles ? `, ${plural(places, "place", "places")}` : ""}`,
    publications: (/** @type {number} */ number) => plural(number, "publication", "publications"),
    all: (/** @type {number} */ number) => `All ${plural(number, "question", "questions")}`,
  },
  card: {
    title: "What the article says",
    close: "Close the card",
    claim: (/** @type {string} */ title, /** @type {number} */ rows) => `${title} · one of ${told(rows)}`,
    event: (/** @type {number} */ rows) => `One of ${plural(rows, "event", "events")}`,
    there: "read it there",
    note: "Note:",
    outside: "Outside the articles",
    claims: "What is claimed about it",
    about: "It is about",
    relations: "How it stands to other claims",
    more: (/** @type {number} */ number) => `${told(number)} more`,
    link: "Copy link",
    cite: "Cite",
    image: "Image",
    embed: "Embed",
    alone: "On its own page",
    copy: "Copy",
    copied: "Copied",
    uncopied: (/** @type {string} */ text) => `Copy it from here: ${text}`,
    kinds: { text: "As text", bibtex: "BibTeX", ris: "RIS" },
    frame: (/** @type {string} */ address, /** @type {string} */ title) =>
      `<iframe src="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" title="${title.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="480" height="640" loading="lazy"></iframe>`,
  },
  proof: {
    title: "Proof",
    summary: (/** @type {number} */ passages) =>
      `Proof: ${plural(passages, "passage", "passages")}, columns, characters, checksums`,
    none: "This cell has no receipt.",
    exempt: "This column needs no receipt: it is in our own words, or an identifier.",
    empty: "The cell is empty: the articles do not say.",
    unknown: (/** @type {string} */ key) => `There is no record ${key} in this package.`,
    unknownField: (/** @type {string} */ field) => `The record has no column ${field}.`,
    later: "No article that was published by this day says this. Move the day to see it.",
    role: "Role of the words",
    roles: {
      verbatim: "the cell is the quote, letter by letter",
      normalised: "the cell is worked out from the words by a fixed rule",
      resolved: "the words name what the cell refers to",
      coded: "the words stand in the codebook for this category",
      inherited: "words of another sentence say it; the note quotes the words that lead there",
      inferred: "concluded; the note says how",
    },
    proof: (/** @type {string} */ words) => `Proof of the claim: ${words}`,
    note: "Why",
    claimant: "Said by",
    via: "Carried by",
    article: "Article",
    published: (/** @type {string} */ day) => `published on ${day}`,
    unpublished: "day of publication unknown",
    offsets: "Where",
    characters: (/** @type {number} */ start, /** @type {number} */ end) =>
      `characters ${start} to ${end}, counted from 0`,
    occurrence: (/** @type {string} */ number) => `occurrence ${number} of these words`,
    textHash: "SHA-256 of the article's text",
    checksum: "Checksum of the passage",
    open: "Open the published article at these words",
    noAddress: "The address of the article is not known.",
    read: "Read them in the article",
    resting: "All cells that rest on these words",
    cells: "All cells of the record",
  },
  article: {
    intro: "What each of them is, and what a reader must know about it.",
    none: "no article",
    unknown: (/** @type {string} */ key) => `There is no article ${key} in this package.`,
    noPassage: (/** @type {string} */ key) => `There is no passage ${key} in this package.`,
    withText: "The whole text, for private use: it belongs to its publisher.",
    withoutText:
      "The text belongs to its publisher. What is quoted stands here at its place; grey bars are the rest, as long as it is.",
    passages: (/** @type {number} */ number) => plural(number, "passage is quoted", "passages are quoted"),
    published: "read it there",
    length: (/** @type {string} */ number) => `${told(Number(number))} characters.`,
    text: "The article’s words",
    rest: " … ",
    keys: "With the arrow keys you go from passage to passage.",
    kinds: {
      killed: "the dead",
      hurt: "the hurt",
      number: "other numbers",
      state: "forces, offices",
      other: "what happened",
    },
    choose: "Choose words to see what rests on them.",
    margin: "What rests on these words",
    nothing: "Nothing rests on this passage as of this day.",
    outside: (/** @type {string} */ names, /** @type {string} */ said) => `Outside, ${names}: ${said}`,
    resting: (/** @type {number} */ number) => `Proof: ${plural(number, "cell rests", "cells rest")} on these words`,
  },
  tables: {
    intro: "All the data of this package, as they are: each row, each column, each passage.",
    rows: (/** @type {number} */ shown, /** @type {number} */ all) =>
      shown === all ? plural(all, "row", "rows") : `${told(shown)} of ${plural(all, "row", "rows")}`,
    search: "Search these rows",
    download: { csv: "Download as CSV", json: "Download as JSON" },
    dictionary: "Data dictionary",
    data: "Rows",
    sort: (/** @type {string} */ name) => `Sort by ${name}`,
    columns: {
      column: "Column",
      meaning: "Meaning",
      type: "Type",
      example: "Example",
      evidence: "Receipts",
      values: "Values",
    },
    evidence: { required: "needed", exempt: "not needed" },
    unknown: (/** @type {string} */ name) => `There is no table ${name} in this package.`,
  },
  about: {
    intro: "Every number has a receipt.",
    how: "Each factual cell of this package is tied to exact characters of a published article. Choose a number, a mark or an event to see the words that it rests on. The address in the browser leads back to any view.",
    language:
      "Letters with serifs on yellow are an article’s words; all else is ours. A number is printed as its article prints it. Red are the dead, amber the hurt; grey italics give no number.",
    trust: "How far to trust it",
    trusted:
      "The page says what was written, not what happened. What an article is, and what must be known of it, stands with each:",
    cite: "How to cite it",
    citation: (/** @type {string} */ title, /** @type {string | null} */ version) =>
      `${title}${version ? `, version ${version}` : ""}.`,
    citing:
      "Each card has its own citation, as text, BibTeX and RIS. CITATION.cff in the package has that of the whole.",
    licences: "Licences",
    checked: (/** @type {number} */ number) =>
      `When this page was made, ${plural(number, "passage was", "passages were")} compared with the articles, and all stand there.`,
    unchecked: "When this page was made, the articles were not at hand to compare the passages with.",
    notices: "It is built with free software; notices.txt beside it names it.",
    offline: "The page makes no request and keeps nothing about its readers.",
  },
  loading: "Loading …",
  lost: "A file beside this page is missing, so that this view cannot be shown.",
  unknownView: (/** @type {string} */ view) => `There is no view ${view}.`,
};
