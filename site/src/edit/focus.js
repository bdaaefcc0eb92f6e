// Where the keys go: to a field, to a heading, and near to what was taken away.

/** @import { RefObject } from "preact" */
import { useEffect } from "preact/hooks";

/**
 * Puts the focus on what a field is filled in by; whether there is one.
 * @param {Element | null | undefined} field
 */
export function enterField(field) {
  /** @type {HTMLElement | null | undefined} */
  const control = field?.querySelector(".words, input, textarea");
  control?.focus();
  return Boolean(control);
}

/**
 * Puts the focus on the heading of what is shown.
 * @param {Element | null} panel
 */
export function enterHeading(panel) {
  const heading = panel?.querySelector("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/**
 * Goes to the next field that nobody has looked at or that is wrong, behind the last to the way out.
 * @param {Element} card
 * @param {Element} from
 */
export function onward(card, from) {
  const fields = [...card.querySelectorAll(".field")];
  const here = fields.findIndex((one) => one.contains(from));
  const behind = fields.find((one, number) => number > here && one.matches(".grey, .wrong"));
  // What was passed over is come back to; what stays wrong holds nobody here.
  const next = behind ?? fields.find((one) => one.matches(".grey"));
  /** @type {HTMLElement | null} */
  const out = card.querySelector(".actions .main");
  if (!enterField(next)) out?.focus();
}

/**
 * Keeps the focus near its place when what had it is taken away.
 * @param {RefObject<HTMLElement | null>} panel
 */
export function useKept(panel) {
  useEffect(() => {
    const { current } = panel;
    if (!current) return;
    /** @type {Element[]} */
    let way = []; // what had the focus, and all around it
    /** @param {FocusEvent} event */
    const noted = ({ target }) => {
      way = target instanceof Element && current.contains(target) ? around(target, current) : [];
    };
    const left = () => {
      way = [];
    };
    const mended = () => {
      if (document.activeElement !== document.body || !way.length || way[0].isConnected) return;
      const near = way.find((one) => one.isConnected);
      if (!enterField(near?.closest(".field"))) enterHeading(current);
    };
    const watch = new MutationObserver(mended);
    watch.observe(current, { childList: true, subtree: true });
    document.addEventListener("focusin", noted);
    document.addEventListener("pointerdown", left, true);
    return () => {
      watch.disconnect();
      document.removeEventListener("focusin", noted);
      document.removeEventListener("pointerdown", left, true);
    };
  }, []);
}

/**
 * An element and all that it lies in, up to the panel.
 * @param {Element} element
 * @param {Element} panel
 */
function around(element, panel) {
  const found = [];
  for (let one = /** @type {Element | null} */ (element); one && one !== panel; one = one.parentElement)
    found.push(one);
  return [...found, panel];
}
