// The page: header, day, one view, and the receipt beside it.

import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { About } from "./about.jsx";
import { Article, Passage } from "./article.jsx";
import { AsOf } from "./asof.jsx";
import { read } from "./data.js";
import { Disagreements } from "./disagreements.jsx";
import { CellView, Receipt } from "./receipt.jsx";
import { cellParts, changed, format, parse } from "./route.js";
import { strings, word } from "./strings.js";
import { Tables } from "./tables.jsx";
import { Timeline } from "./timeline.jsx";
import { Toll } from "./toll.jsx";

const VIEWS = {
  toll: Toll,
  timeline: Timeline,
  disagreements: Disagreements,
  tables: Tables,
  about: About,
  cell: CellView,
  passage: Passage,
  article: Article,
};
const LISTED = ["toll", "timeline", "disagreements", "tables", "about"];
const NEEDS = { toll: "claims", timeline: "events", disagreements: "disagreements" };

function useHash() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return hash;
}

/** The view a reader begins with: the first that the package can fill. */
const first = (pkg) => LISTED.find((view) => !pkg.answers[NEEDS[view]]?.missing);

function Page({ pkg }) {
  const hash = useHash();
  const route = useMemo(() => {
    const parsed = parse(hash);
    return parsed.view ? parsed : { ...parsed, view: first(pkg) };
  }, [hash, pkg]);
  const step = pkg.step(route.params["as-of"]);
  const View = Object.hasOwn(VIEWS, route.view) ? VIEWS[route.view] : null;
  const main = useRef(null);
  const shown = useRef(route.view);
  useEffect(() => {
    const name = route.parts[0] ?? word(strings.view, route.view);
    document.title = `${name} · ${pkg.title ?? pkg.name}`;
    if (shown.current !== route.view) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    shown.current = route.view;
  }, [route]);
  const day = { "as-of": route.params["as-of"] };
  const beside = route.params.cell && route.view !== "cell" ? cellParts(route.params.cell) : null;
  const skip = (event) => {
    event.preventDefault(); // the hash is the view's
    main.current?.focus();
  };
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {strings.skip}
      </a>
      <header>
        <div class="title">
          <h1>{pkg.title ?? pkg.name}</h1>
          <p class="quiet">
            {strings.version(pkg.version)}
            {pkg.terms && ` · ${pkg.terms}`}
          </p>
        </div>
        <nav aria-label={strings.views}>
          {LISTED.map((view) => (
            <a
              key={view}
              href={format({ view, params: day })}
              aria-current={view === route.view ? "page" : undefined}
            >
              {strings.view[view]}
            </a>
          ))}
        </nav>
        {pkg.days.length > 0 && <AsOf pkg={pkg} route={route} step={step} />}
      </header>
      <div class={beside ? "with-receipt" : ""}>
        <main id="main" tabIndex={-1} ref={main}>
          {View ? (
            <View pkg={pkg} route={route} step={step} />
          ) : (
            <p>{strings.unknownView(route.view)}</p>
          )}
        </main>
        {beside && (
          <Receipt
            key={route.params.cell}
            pkg={pkg}
            route={route}
            step={step}
            {...beside}
            close={changed(route, { cell: undefined })}
          />
        )}
      </div>
    </>
  );
}

render(<Page pkg={read()} />, document.getElementById("page"));
document.documentElement.dataset.ready = "yes";
