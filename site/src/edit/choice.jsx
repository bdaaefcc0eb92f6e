/** @import { Item, Option } from "./types.js" */
/** @import { TargetedKeyboardEvent } from "preact" */
import { useState } from "preact/hooks";
import { calledIn } from "./names.js";
import { strings } from "./strings.js";

const MOST = 50; // options that are listed at a time

/**
 * A field that takes one of some values, by their names: typed, by the arrows, or by a click.
 * @param {{id: string, label: string, options?: Option[], value?: string, pick: (value: string) => void, created: (typed: string) => Item[]}} given
 */
export function Choice({ id, label, options = [], value, pick, created }) {
  const [typed, setTyped] = useState(/** @type {string | null} */ (null)); // null where the list is closed
  const [at, setAt] = useState(0);
  const name = value ? calledIn(options, value) : "";
  const wanted = (typed ?? "").trim().toLowerCase();
  /** @param {Option} one */
  const fits = (one) => `${one.name} ${one.about ?? ""}`.toLowerCase().includes(wanted);
  const known = typed === null ? [] : options.filter((one) => !wanted || fits(one)).slice(0, MOST);
  // What begins with what was typed stands first.
  /** @param {Option} one */
  const begins = (one) => (one.name.toLowerCase().startsWith(wanted) ? 0 : 1);
  const items = [
    ...known.sort((one, other) => begins(one) - begins(other)).map((one) => ({ ...one, act: () => pick(one.value) })),
    ...(typed === null ? [] : created(typed.trim())),
  ];
  const close = () => {
    setTyped(null);
    setAt(0);
  };
  /** @param {Item | undefined} item */
  const act = (item) => {
    close();
    item?.act();
  };
  /** @param {TargetedKeyboardEvent<HTMLInputElement>} event */
  const keys = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (typed === null) setTyped("");
      else setAt((at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % Math.max(1, items.length));
    } else if (event.key === "Enter" && typed !== null) {
      event.preventDefault();
      act(items[at]);
    } else if (event.key === "Escape" && typed !== null) {
      event.stopPropagation();
      close();
    }
  };
  return (
    <span class="choice">
      <input
        id={id}
        role="combobox"
        aria-label={label}
        aria-expanded={typed !== null}
        aria-controls={`${id}-list`}
        aria-activedescendant={typed !== null && items[at] ? `${id}-${at}` : undefined}
        autocomplete="off"
        placeholder={strings.card.value}
        value={typed === null || (typed === "" && name) ? name : typed}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => typed === null && setTyped("")}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={keys}
        onBlur={close}
      />
      {typed !== null && (
        <div class="options" role="listbox" id={`${id}-list`} aria-label={label}>
          {items.map((one, number) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
            <div
              key={one.value ?? one.name}
              id={`${id}-${number}`}
              role="option"
              tabIndex={-1}
              aria-selected={number === at}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => act(one)}
            >
              <span>{one.name}</span> {one.about && <span class="quiet">{one.about}</span>}
            </div>
          ))}
          {!items.length && <div class="quiet">{strings.card.nothing}</div>}
        </div>
      )}
    </span>
  );
}
