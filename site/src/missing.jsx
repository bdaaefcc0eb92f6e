// What a package does not declare is said.

import { strings } from "./strings.js";

/** @param {{what: "claims" | "events" | "disagreements", why: string}} given */
export function Missing({ what, why }) {
  return (
    <section>
      <p>{strings.missing[what]}</p>
      {why && <p class="quiet">{strings.missing.why(why)}</p>}
    </section>
  );
}
