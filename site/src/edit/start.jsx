/** @import { Refused } from "./api.js" */
/** @import { About, FieldForm, View } from "./types.js" */
/** @import { TargetedEvent } from "preact" */
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./api.js";
import { strings } from "./strings.js";

const words = strings.start;

/**
 * The first view: a new article, the drafts, and the articles of the package.
 * @param {{about: About, open: (view: View) => void, again: () => void, error: string, failed: (refused: Refused) => void}} given
 */
export function Start({ about, open, again, error, failed }) {
  /** @param {Promise<View>} asked */
  const go = (asked) => asked.then(open, failed);
  const head = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => head.current?.focus(), []);
  return (
    <main class="start">
      <header class="head">
        <p class="cap">
          {about.name} {about.version} · {strings.here}
        </p>
        <h1 tabIndex={-1} ref={head}>
          {words.title}
        </h1>
        <p class="lead">{words.lead}</p>
        {error && (
          <p class="notice" role="alert">
            {error}
          </p>
        )}
      </header>
      <New about={about} begin={(asked) => go(ask("begin", asked))} />
      <div class="lists">
        {about.drafts.length > 0 && (
          <section>
            <h2>{words.drafts}</h2>
            <ul class="plain">
              {about.drafts.map((one) => (
                <li key={one.name}>
                  <span class="grow">
                    <b>{one.title || one.name}</b> <span class="quiet">{words.draft(one)}</span>
                  </span>
                  <button type="button" onClick={() => go(ask("view", { name: one.name }))}>
                    {words.open}
                  </button>
                  <Drop name={one.name} again={again} failed={failed} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h2>{words.articles}</h2>
          <ul class="plain">
            {about.articles.map((one) => (
              <li key={one.key}>
                <span class="grow">
                  {one.name} {!one.text && <span class="quiet">{words.away}</span>}
                </span>
                {one.text && (
                  <button type="button" onClick={() => go(ask("open", { source: one.key }))}>
                    {words.open}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </main>
  );
}

/** @param {{name: string, again: () => void, failed: (refused: Refused) => void}} given */
function Drop({ name, again, failed }) {
  const [sure, setSure] = useState(false);
  const drop = () => ask("drop", { name }).then(again, failed);
  return (
    <button type="button" class="plain-button" onClick={sure ? drop : () => setSure(true)}>
      {sure ? words.sure : words.drop}
    </button>
  );
}

/** @param {{about: About, begin: (asked: object) => void}} given */
function New({ about, begin }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState("");
  const [cells, setCells] = useState(/** @type {Record<string, string>} */ ({}));
  const [fault, setFault] = useState("");
  const asked = [about.publisher, about.published].filter(Boolean);
  const first = about.source.filter((field) => asked.includes(field.name) || field.name === "url");
  const rest = about.source.filter((field) => !first.includes(field));

  /** @param {TargetedEvent<HTMLInputElement>} event */
  const read = async (event) => {
    const [chosen] = event.currentTarget.files ?? [];
    if (!chosen) return;
    try {
      // The bytes as they are: no mark at the begin is dropped, no line end is changed.
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      setText(decoder.decode(await chosen.arrayBuffer()));
      setFault("");
    } catch {
      setFault(words.binary);
    }
  };
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    begin({ described: cells, text: file ? null : text, file: file || null });
  };
  /** @param {FieldForm} field */
  const fieldOf = (field) => (
    <label key={field.name}>
      <span>{field.label}</span>
      <input
        name={field.name}
        required={asked.includes(field.name)}
        value={cells[field.name] ?? ""}
        placeholder={field.default ?? ""}
        onInput={(event) => setCells({ ...cells, [field.name]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <form class="new" onSubmit={submit}>
      <h2>{words.new}</h2>
      <label class="wide">
        <span>{words.text}</span>
        <textarea
          rows={10}
          value={text}
          disabled={Boolean(file)}
          placeholder={words.paste}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="row">
        <label>
          <span>{words.file}</span>
          <input type="file" accept=".txt,text/plain" onChange={read} />
        </label>
        {about.files.length > 0 && (
          <label>
            <span>{words.beside}</span>
            <select value={file} onChange={(event) => setFile(event.currentTarget.value)}>
              <option value="">{words.none}</option>
              {about.files.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {fault && (
        <p class="notice" role="alert">
          {fault}
        </p>
      )}
      <div class="row">{first.map(fieldOf)}</div>
      <details>
        <summary>{words.more}</summary>
        <div class="row">{rest.map(fieldOf)}</div>
      </details>
      <button type="submit" class="main">
        {words.begin}
      </button>
    </form>
  );
}
