/** @import { About, DraftDesk } from "./types.js" */
import { Text } from "./card.jsx";
import { Choice } from "./choice.jsx";
import { strings } from "./strings.js";

/**
 * What is known of the article.
 * @param {{desk: DraftDesk, about: About, close: () => void}} given
 */
export function Source({ desk, about, close }) {
  const cells = desk.draft.state.source ?? {};
  /**
   * @param {string} name
   * @param {string} value
   */
  const put = (name, value) =>
    desk.change((state) => {
      const source = { ...state.source, [name]: { value } };
      if (!value && desk.draft.new) delete source[name];
      return { ...state, source };
    });
  const faults = desk.check.faults.filter((one) => one.key === "source");
  return (
    <section class="card">
      <p class="cap">{strings.article}</p>
      <h2>{strings.list.source}</h2>
      <div class="fields">
        {about.source.map((field) => (
          <div class="field" key={field.name} data-field={field.name}>
            <label for={`s-${field.name}`}>{field.label}</label>
            <div class="box">
              {field.way === "choice" ? (
                <Choice
                  id={`s-${field.name}`}
                  label={field.label}
                  options={field.options}
                  value={cells[field.name]?.value}
                  pick={(value) => put(field.name, value)}
                  created={() => []}
                />
              ) : (
                <Text
                  id={`s-${field.name}`}
                  long={field.way === "long"}
                  value={cells[field.name]?.value ?? ""}
                  commit={(value) => put(field.name, value)}
                />
              )}
            </div>
          </div>
        ))}
      </div>
      {faults.map((one) => (
        <p class="fault" key={one.message} title={one.detail}>
          {one.message}
        </p>
      ))}
      <button type="button" class="main" onClick={close}>
        {strings.card.done}
      </button>
    </section>
  );
}
