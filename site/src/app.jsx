// The page: header, one view, and the card beside it.

/** @import { Given, Route } from "./types.js" */
/** @import { Package } from "./data.js" */
/** @import { ComponentType, TargetedMouseEvent } from "preact" */
import { render } from "preact";
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { About } from "./about.jsx";
import { Article, Articles, Passage } from "./article.jsx";
import { CardBeside, CardPage, copied } from "./card.jsx";
import { origin } from "./chart.jsx";
import { Counts } from "./counts.jsx";
import { read } from "./data.js";
import { Search } from "./filters.jsx";
import { NARROW, useMedia } from "./media.js";
import { Disagreements } from "./otherwise.jsx";
import { DaysAndPlaces } from "./places.jsx";
import { cellParts, changed, format, parse } from "./route.js";
import { SearchView } from "./search.jsx";
import { Story } from "./story.jsx";
import { strings, word } from "./strings.js";
import { Tables } from "./tables.jsx";

/** @type {Record<string, ComponentType<Given>>} */
const VIEWS = {
  story: Story,
  counts: Counts,
  days: DaysAndPlaces,
  otherwise: Disagreements,
  articles: Articles,
  data: Tables,
  about: About,
  search: SearchView,
  cell: CardPage,
  passage: Passage,
  article: Article,
};
/** @typedef {keyof import("./data.js").Answers} AnswerName */

const LISTED = ["story", "counts", "days", "otherwise", "articles", "data"];
/** @type {Record<string, AnswerName>} */
const NEEDS = { story: "claims", counts: "claims", days: "events", otherwise: "disagreements" };
/** @type {Record<string, string>} */
const WITHIN = { article: "articles", passage: "articles" }; // the listed view that a view is part of

function useHash() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return hash;
}

/**
 * The view a reader begins with: the first that the package can fill.
 * @param {Package} pkg
 */
const first = (pkg) => LISTED.find((view) => NEEDS[view] && !pkg.answers[NEEDS[view]].missing) ?? "data";

/**
 * A title up to its colon.
 * @param {{title?: string, name: string}} about
 */
const shortTitle = ({ title, name }) => (title ?? name).split(": ")[0];

/** @param {Omit<Given, "step">} given */
function Header({ pkg, route }) {
  const narrow = useMedia(NARROW);
  const [shared, setShared] = useState(false);
  const day = { "as-of": route.params["as-of"] };
  const current = WITHIN[route.view] ?? route.view;
  /** @param {string} view */
  const named = (view) => (view === "articles" ? strings.articles(pkg.articles().length) : word(strings.view, view));
  const links = LISTED.map((view) => (
    <a key={view} href={format({ view, params: day })} aria-current={view === current ? "page" : undefined}>
      {named(view)}
    </a>
  ));
  const menu = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  useEffect(() => {
    if (menu.current) menu.current.open = false; // a link was followed
  }, [route]);
  const share = async () => {
    setShared(await copied(location.href));
    setTimeout(() => setShared(false), 2000);
  };
  const tools = (
    <div class="tools">
      <search>
        <form onSubmit={(event) => event.preventDefault()}>
          <Search
            asked={route.view === "search" ? (route.params.q ?? "") : ""}
            address={(q) => format({ view: "search", params: { ...day, q } })}
            label={strings.search.name}
          />
        </form>
      </search>
      <button type="button" onClick={share}>
        {shared ? strings.card.copied : strings.share}
      </button>
      <a class="button" href={format({ view: "about" })}>
        {strings.cite}
      </a>
    </div>
  );
  return (
    <header>
      <h1>
        <a href={format({ view: first(pkg), params: day })} title={pkg.title} dir="auto">
          {shortTitle(pkg)}
        </a>
      </h1>
      {narrow ? (
        <details class="menu" ref={menu}>
          <summary aria-label={strings.menu}>☰</summary>
          <nav aria-label={strings.views}>{links}</nav>
          {tools}
        </details>
      ) : (
        <>
          <nav aria-label={strings.views}>{links}</nav>
          {tools}
        </>
      )}
    </header>
  );
}

/**
 * Loads what a view needs of a large package; a word about it until it is there.
 * @param {Package} pkg
 * @param {Route} route
 */
function useParts(pkg, route) {
  const [lost, setLost] = useState(false);
  const [, again] = useReducer((times) => times + 1, 0);
  const missing = pkg.missing(route);
  useEffect(() => {
    // What a view asked for while it was drawn comes after what it cannot do without.
    const wanted = missing.length > 0 ? missing : [...pkg.asked].slice(0, MOST_ASKED);
    document.documentElement.toggleAttribute("data-busy", wanted.length > 0 && !lost);
    const begun = wanted.every((name) => pkg.loading.has(name));
    if (!begun && !lost) pkg.load(wanted).then(again, () => setLost(true));
  });
  if (missing.length === 0) return null;
  return lost ? strings.lost : strings.loading;
}
const MOST_ASKED = 20; // parts that are loaded at once

/** @param {{pkg: Package}} given */
function Page({ pkg }) {
  const hash = useHash();
  const route = useMemo(() => {
    const parsed = parse(hash);
    return parsed.view ? parsed : { ...parsed, view: first(pkg) };
  }, [hash, pkg]);
  const step = pkg.step(route.params["as-of"]);
  const View = Object.hasOwn(VIEWS, route.view) ? VIEWS[route.view] : null;
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = useRef(route.view);
  useEffect(() => {
    document.title = `${titleOf(pkg, route)} · ${pkg.title ?? pkg.name}`;
    if (shown.current !== route.view) {
      // Whoever types a search goes on typing.
      if (!document.activeElement?.matches("[type=search]")) main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    shown.current = route.view;
  }, [route]);
  const beside = route.params.cell && route.view !== "cell" ? cellParts(route.params.cell) : null;
  /** @param {TargetedMouseEvent<HTMLElement>} event */
  const skip = (event) => {
    event.preventDefault(); // the hash is the view's
    const figure = main.current?.querySelector("[data-line] [data-open]");
    (figure instanceof HTMLElement ? figure : main.current)?.focus();
  };
  const absent = useParts(pkg, route);
  const given = { pkg, route, step };
  const embedded = route.params.embed === "yes";
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of the page, though the hash is the view's */}
      <a class="skip" href="#main" onClick={skip}>
        {strings.skip}
      </a>
      {!embedded && <Header {...given} />}
      <div class={beside ? "with-card" : ""}>
        <main id="main" tabIndex={-1} ref={main} class={route.view}>
          {absent ? (
            <p role="status">{absent}</p>
          ) : View ? (
            <View {...given} />
          ) : (
            <p>{strings.unknownView(route.view)}</p>
          )}
        </main>
        {beside && !absent && <CardBeside {...given} {...beside} close={changed(route, { cell: undefined })} />}
      </div>
      <Footer {...given} embedded={embedded} />
    </>
  );
}

/**
 * What a view is called in the browser's own lists.
 * @param {Package} pkg
 * @param {Route} route
 */
function titleOf(pkg, { view, parts }) {
  if (view === "cell")
    return (
      pkg
        .card(parts[0])
        ?.heading.map(({ text }) => text)
        .join("") ?? word(strings.view, view)
    );
  if (view === "article") return pkg.article(parts[0])?.title ?? word(strings.view, view);
  return word(strings.view, view);
}

/**
 * What a sheet of paper or a frame says about where it is from.
 * @param {{pkg: Package, route: Route, embedded: boolean}} given
 */
function Footer({ pkg, route, embedded }) {
  return (
    <footer>
      <p>
        {origin(pkg, route)}
        {!embedded && (
          <>
            {" "}
            · <a href={format({ view: "about" })}>{strings.view.about}</a>
          </>
        )}
      </p>
      <p class="address">{location.href}</p>
    </footer>
  );
}

read().then((pkg) => {
  render(<Page pkg={pkg} />, /** @type {HTMLElement} */ (document.getElementById("page")));
  document.documentElement.dataset.ready = "yes";
});
