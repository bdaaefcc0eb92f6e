/** @import { Refused } from "./api.js" */
/** @import { About, View } from "./types.js" */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.js";
import { Desk } from "./desk.jsx";
import { Start } from "./start.jsx";
import { strings } from "./strings.js";

const OPEN = "kzdata-edit-open";

function App() {
  const [about, setAbout] = useState(/** @type {About | null} */ (null));
  const [view, setView] = useState(/** @type {View | null} */ (null));
  const [error, setError] = useState("");

  /** @param {Refused} refused */
  const failed = (refused) => setError(refused.status ? refused.message : strings.gone);
  /** @param {View | null} made */
  const show = (made) => {
    if (made) sessionStorage.setItem(OPEN, made.name);
    else sessionStorage.removeItem(OPEN);
    setError("");
    setView(made);
  };
  const home = () =>
    ask("about").then((said) => {
      setAbout(said);
      show(null);
    }, failed);

  useEffect(() => {
    // After a reload the article that was open is open again.
    const name = sessionStorage.getItem(OPEN);
    const again = async () => {
      setAbout(await ask("about"));
      if (name) show(await ask("view", { name }).catch(() => null));
    };
    again().catch(failed);
  }, []);
  useEffect(() => {
    if (about) document.title = `${about.name} · kzdata edit`;
    document.documentElement.toggleAttribute("data-ready", Boolean(about) || Boolean(error));
  }, [about, error]);

  if (!about)
    return (
      <p class="notice" role="alert">
        {error}
      </p>
    );
  return view ? (
    <Desk key={view.name} about={about} view={view} home={home} open={show} />
  ) : (
    <Start about={about} open={show} again={home} error={error} failed={failed} />
  );
}

render(<App />, /** @type {HTMLElement} */ (document.getElementById("desk")));
