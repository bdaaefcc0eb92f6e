// About the package and the page.

import { List } from "./lists.jsx";
import { format, safeAddress } from "./route.js";
import { strings } from "./strings.js";

const words = strings.about;

export function About({ pkg, route, step }) {
  const a = pkg.roles.sources;
  const sources = a && pkg.tables.get(a.table);
  const keys = sources ? [...sources.index(a.id).keys()] : [];
  const there = keys.filter((key) => sources.has(pkg.article(key).row, step));
  const day = { "as-of": route.params["as-of"] };
  return (
    <>
      <h2>{words.intro}</h2>
      <p class="lead">{pkg.description}</p>
      <p>{words.how}</p>
      <p>{pkg.texts ? words.checked(pkg.texts.passages) : words.unchecked}</p>
      <p>{words.offline}</p>
      <h3>{words.articles}</h3>
      <List
        label={words.articles}
        count={there.length}
        estimate={40}
        render={(index) => {
          const article = pkg.article(there[index]);
          return (
            <>
              <a href={format({ view: "article", parts: [article.key], params: day })} dir="auto">
                {article.title}
              </a>
              <span class="quiet"> {[article.publisher !== article.title && article.publisher, article.day].filter(Boolean).join(", ")}</span>
            </>
          );
        }}
      />
      {pkg.licenses.length > 0 && <h3>{words.licences}</h3>}
      <ul>
        {pkg.licenses.map(({ name, title, path }) => (
          <li key={`${name} ${title}`}>
            {path && safeAddress(path) ? (
              <a href={safeAddress(path)} target="_blank" rel="noopener noreferrer">
                {title ?? name ?? path}
              </a>
            ) : (
              (title ?? name ?? path)
            )}
          </li>
        ))}
      </ul>
      <p class="quiet">{words.notices}</p>
    </>
  );
}
