// An article by the name of its publisher, never without what sort of text it is.

/** @import { Route } from "./types.js" */
/** @import { Package } from "./data.js" */
import { plain } from "./days.js";
import { format } from "./route.js";
import { strings } from "./strings.js";

/** @param {{pkg: Package, route: Route, source: string | null, short?: boolean}} given */
export function Source({ pkg, route, source, short = false }) {
  const article = source && pkg.article(source);
  if (!article) return <span>{strings.article.none}</span>;
  const href = format({ view: "article", parts: [source], params: { "as-of": route.params["as-of"] } });
  return (
    <span class="source">
      <a href={href} dir="auto">
        {article.name}
      </a>
      {!short && article.day && <span class="quiet"> · {plain(article.day)}</span>}
      {article.about && (
        <>
          {" "}
          <span class="about">{article.about}</span>
        </>
      )}
    </span>
  );
}
