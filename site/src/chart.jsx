// A chart, and the files it can be taken along as.

/** @import { Route } from "./types.js" */
/** @import { Package } from "./data.js" */
/** @import { ComponentChildren } from "preact" */
import { useRef } from "preact/hooks";
import { plain } from "./days.js";
import { drawing } from "./drawing.js";
import { rasterised, save } from "./picture.js";
import { strings } from "./strings.js";

const words = strings.chart;

/**
 * What a picture, or the foot of the page, says of where it is from.
 * @param {Package} pkg
 * @param {Route} route
 */
export function origin(pkg, route) {
  const day = route.params["as-of"];
  const named = [pkg.title ?? pkg.name, pkg.version && strings.version(pkg.version)].filter(Boolean).join(", ");
  return [named, pkg.terms, day ? strings.asOf.day(plain(day)) : strings.asOf.all].filter(Boolean).join(" · ");
}

/** Where the chart stands; the folders of a page on disk are nobody's business. */
function address() {
  const { href, protocol } = location;
  return protocol === "file:" ? href.slice(href.lastIndexOf("/", href.indexOf("#")) + 1) : href;
}

/**
 * A chart with buttons that save what is drawn.
 *
 * `of` finds the drawing within what scrolls; `chosen` says which filters are set.
 * @param {{pkg: Package, route: Route, title: string, chosen: string, of?: string, children: ComponentChildren}} given
 */
export function Chart({ pkg, route, title, chosen, of, children }) {
  /** @type {{current: HTMLDivElement | null}} */
  const held = useRef(null);
  const take = async (/** @type {string} */ kind) => {
    if (!held.current) return;
    const chart = (of && held.current.querySelector(of)) || held.current;
    const svg = drawing(chart, { title, notes: [chosen, origin(pkg, route), address()].filter(Boolean) });
    const file = kind === "SVG" ? new Blob([svg], { type: "image/svg+xml" }) : await rasterised(svg);
    if (file) save(file, `${pkg.name}-${route.view}.${kind.toLowerCase()}`);
  };
  return (
    <div class="chart">
      <div ref={held}>{children}</div>
      <p class="small take">
        {words.take}{" "}
        {["PNG", "SVG"].map((kind) => (
          <button key={kind} type="button" class="plain" aria-label={words.as(title, kind)} onClick={() => take(kind)}>
            {kind}
          </button>
        ))}
      </p>
    </div>
  );
}
