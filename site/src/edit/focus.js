// Where the keys go: to a field, to a heading, and near to what was taken away.
import { useEffect } from "preact/hooks";

/** Puts the focus on what a field is filled in by; whether there is one. */
export function enterField(field) {
  const control = field?.querySelector(".words, input, textarea");
  control?.focus();
  return Boolean(control);
}

/** Puts the focus on the heading of what is shown. */
export function enterHeading(panel) {
  const heading = panel?.querySelector("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** Goes to the next field that nobody has looked at or that is wrong, behind the last to the way out. */
export function onward(card, from) {
  const fields = [...card.querySelectorAll(".field")];
  const here = fields.indexOf(from.closest(".field"));
  const behind = fields.find((one, number) => number > here && one.matches(".grey, .wrong"));
  // What was passed over is come back to; what stays wrong holds nobody here.
  const next = behind ?? fields.find((one) => one.matches(".grey"));
  if (!enterField(next)) card.querySelector(".actions .main").focus();
}

/** Keeps the focus near its place when what had it is taken away. */
export function useKept(panel) {
  useEffect(() => {
    let way = []; // what had the focus, and all around it
    const noted = ({ target }) => {
      way = panel.current.contains(target) ? around(target, panel.current) : [];
    };
    const left = () => {
      way = [];
    };
    const mended = () => {
      if (document.activeElement !== document.body || !way.length || way[0].isConnected) return;
      const near = way.find((one) => one.isConnected);
      if (!enterField(near?.closest(".field"))) enterHeading(panel.current);
    };
    const watch = new MutationObserver(mended);
    watch.observe(panel.current, { childList: true, subtree: true });
    document.addEventListener("focusin", noted);
    document.addEventListener("pointerdown", left, true);
    return () => {
      watch.disconnect();
      document.removeEventListener("focusin", noted);
      document.removeEventListener("pointerdown", left, true);
    };
  }, []);
}

function around(element, panel) {
  const found = [];
  for (let one = element; one && one !== panel; one = one.parentElement) found.push(one);
  return [...found, panel];
}
