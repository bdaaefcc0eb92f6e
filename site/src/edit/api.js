// What the desk asks of the command that runs it; nobody else is asked anything.

/** @import { Answers } from "./types.js" */

const KEPT = "kzdata-edit-token";

/** The token out of the address, which then no longer shows it; kept for a reload of this tab. */
export function token() {
  const given = location.hash.slice(1);
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEPT) ?? "";
}

export class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} status
   * @param {boolean} changed
   */
  constructor(message, status, changed) {
    super(message);
    this.status = status;
    this.changed = changed;
  }
}

/**
 * @template {keyof Answers} What
 * @param {What} what
 * @param {object} body
 * @returns {Promise<Answers[What]>}
 */
export async function ask(what, body = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Kzdata-Token": token() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused("", 0, false);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.error ?? String(answer.status), answer.status, said.changed);
  return said;
}
