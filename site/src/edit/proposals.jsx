/** @import { Block, DraftDesk, Form, Open, Proposal, Proposed } from "./types.js" */
/** @import { TargetedEvent } from "preact" */
import { useState } from "preact/hooks";
import { ask } from "./api.js";
import { freeKey } from "./draft.js";
import { calledIn, formOf, titleOf } from "./names.js";
import { strings } from "./strings.js";

const words = strings.proposals;
const FORMATS = [
  "entry",
  "langextract",
  "brat",
  "webanno",
  "uima-cas-json",
  "label-studio",
  "doccano",
  "prodigy",
  "web-annotation",
];

/**
 * What a model proposes: judged by the command, taken or left by the author.
 * @param {{desk: DraftDesk, forms: Form[], open: Open, close: () => void}} given
 */
export function Proposals({ desk, forms, open, close }) {
  const [form, setForm] = useState(FORMATS[0]);
  const [content, setContent] = useState("");
  const [mapping, setMapping] = useState("");
  const [found, setFound] = useState(/** @type {Proposed | null} */ (null));
  const [error, setError] = useState("");

  /** @param {(content: string) => void} set */
  const read = (set) => async (/** @type {TargetedEvent<HTMLInputElement>} */ event) => {
    const [file] = event.currentTarget.files ?? [];
    if (file) set(await file.text());
  };
  /** @param {Event} event */
  const judge = async (event) => {
    event.preventDefault();
    setError("");
    try {
      setFound(await ask("propose", { name: desk.draft.name, form, content, mapping }));
    } catch (refused) {
      setError((refused instanceof Error && refused.message) || strings.gone);
    }
  };
  /** @param {Proposal[]} gone */
  const leave = (gone) =>
    setFound((old) => old && { ...old, proposals: old.proposals.filter((one) => !gone.includes(one)) });
  /**
   * @param {Proposal[]} taken
   * @param {boolean} show
   */
  const take = (taken, show) => {
    let key = "";
    desk.change((state) => {
      const blocks = [...(state.blocks ?? [])];
      for (const one of taken) {
        key = freeKey({ blocks });
        blocks.push({ ...one.card, key });
      }
      return { ...state, blocks };
    });
    leave(taken);
    if (show) open(key);
  };
  const holding = found?.proposals.filter((one) => one.state === "accepted") ?? [];
  return (
    <section class="proposals">
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      <form onSubmit={judge}>
        <label>
          <span>{words.form}</span>
          <select value={form} onChange={(event) => setForm(event.currentTarget.value)}>
            {FORMATS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.file}</span>
          <input type="file" onChange={read(setContent)} required={!content} />
        </label>
        {form !== "entry" && (
          <label class="wide">
            <span>{words.mapping}</span>
            <textarea rows={6} value={mapping} onInput={(event) => setMapping(event.currentTarget.value)} />
          </label>
        )}
        <div class="row">
          <button type="submit" class="main">
            {words.judge}
          </button>
          <button type="button" onClick={close}>
            {strings.card.back}
          </button>
        </div>
      </form>
      {error && (
        <p class="notice" role="alert">
          {error}
        </p>
      )}
      {found && !found.proposals.length && <p class="quiet">{words.none}</p>}
      {holding.length > 1 && (
        <button type="button" onClick={() => take(holding, false)}>
          {words.every(holding.length)}
        </button>
      )}
      <ul class="plain">
        {(found?.proposals ?? []).map((one, number) => (
          <li key={number} class={`proposal ${one.state}`}>
            <div class="grow">
              <p class="cap">
                {formOf(forms, one.card.table)?.title} · {words.states[one.state]}
              </p>
              <p class="title">{titleOf(forms, one.card)}</p>
              <p class="quiet">{valuesOf(forms, one.card)}</p>
              {one.why.map((why) => (
                <p class="fault" key={why}>
                  {why}
                </p>
              ))}
              <div class="row">
                <button type="button" onClick={() => take([one], false)}>
                  {words.accept}
                </button>
                <button type="button" onClick={() => take([one], true)}>
                  {words.edit}
                </button>
                <button type="button" class="plain-button" onClick={() => leave([one])}>
                  {words.reject}
                </button>
              </div>
            </div>
          </li>
        ))}
      </ul>
      {found && found.unplaced.length > 0 && (
        <details>
          <summary>{words.unplaced(found.unplaced.length)}</summary>
          <ul>
            {found.unplaced.map((one, number) => (
              <li key={number}>
                <mark>{one.words}</mark> {one.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/**
 * @param {Form[]} forms
 * @param {Block} card
 */
function valuesOf(forms, card) {
  const form = formOf(forms, card.table);
  return Object.entries(card.cells ?? {})
    .map(([name, cell]) => {
      const field = form?.fields.find((one) => one.name === name);
      const value = cell.value ? calledIn(field?.options ?? [], cell.value) : (cell.words ?? "");
      return `${field?.label ?? name}: ${value}`;
    })
    .join(" · ");
}
