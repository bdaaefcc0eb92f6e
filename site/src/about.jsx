// About the package and the page, and how to cite it.

/** @import { Given } from "./types.js" */
import { format, safeAddress } from "./route.js";
import { strings } from "./strings.js";

const words = strings.about;

/** @param {Given} given */
export function About({ pkg, route }) {
  const articles = format({ view: "articles", params: { "as-of": route.params["as-of"] } });
  return (
    <div class="alone">
      <h2 class="headline">{words.intro}</h2>
      {pkg.description && (
        <p class="stand" dir="auto">
          {pkg.description}
        </p>
      )}
      <p>{words.how}</p>
      <p>{words.language}</p>
      <p>{pkg.texts ? words.checked(pkg.texts.passages) : words.unchecked}</p>
      <h3 class="cap">{words.trust}</h3>
      <p>
        {words.trusted} <a href={articles}>{strings.articles(pkg.articles().length)}</a>
      </p>
      <h3 class="cap">{words.cite}</h3>
      <p>
        <code>{words.citation(pkg.title ?? pkg.name, pkg.version)}</code>
      </p>
      <p class="small">{words.citing}</p>
      {pkg.licenses.length > 0 && <h3 class="cap">{words.licences}</h3>}
      <ul>
        {pkg.licenses.map(({ name, title, path }) => {
          const address = safeAddress(path ?? "");
          const told = title ?? name ?? path;
          return (
            <li key={`${name} ${title}`}>
              {address ? (
                <a href={address} target="_blank" rel="noopener noreferrer">
                  {told}
                </a>
              ) : (
                told
              )}
            </li>
          );
        })}
      </ul>
      <p class="small">
        {words.offline} {words.notices}
      </p>
    </div>
  );
}
