// A draft in the browser: each change is sent at once, one after the other, and then checked.
/** @import { Answers, Block, Cell, Check, Draft, Receipt, State, View } from "./types.js" */
/** @import { Refused } from "./api.js" */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask } from "./api.js";
import { strings } from "./strings.js";

/** @typedef {{message: string, changed: boolean, stale: boolean}} Trouble why the command refused something */

const SOON = 150; // milliseconds after a change until its words are looked at
const LATER = 900; // and until the package is validated as it would be

/**
 * Work that is done once at a time, and once more if it was asked for meanwhile.
 * @param {() => Promise<void>} work
 */
function once(work) {
  let [running, again] = [false, false];
  return async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await work();
    } while (again);
    running = false;
  };
}

/**
 * The draft, what is wrong with it, and what can be done with it.
 * @param {View} view
 */
export function useDraft(view) {
  const [draft, setDraft] = useState(/** @type {Draft} */ (view));
  const [check, setCheck] = useState(/** @type {Check} */ ({ faults: [], receipts: [], numbers: null }));
  const [checking, setChecking] = useState(true);
  const [keeping, setKeeping] = useState(false);
  const [error, setError] = useState(/** @type {Trouble | null} */ (null));
  const now = useRef({
    version: view.version,
    state: view.state,
    pending: /** @type {State | null} */ (null),
    line: /** @type {Promise<unknown>} */ (Promise.resolve()),
    asked: 0,
  });

  /** @param {Refused} refused */
  const fail = (refused) => {
    const message = refused.status ? refused.message : strings.gone;
    setError({ message, changed: refused.changed, stale: refused.status === 409 && !refused.changed });
  };
  /** @param {Draft} made */
  const take = (made) => {
    now.current.version = made.version;
    now.current.state = made.state;
    setDraft((old) => ({ ...old, ...made }));
    return made;
  };

  const tools = useMemo(() => {
    const { current } = now;
    // Requests stand in a line, since each names the version that the one before has made.
    /**
     * @template T
     * @param {() => T | Promise<T>} work
     * @returns {Promise<T>}
     */
    const next = (work) => {
      const done = current.line.then(work);
      current.line = done.catch(() => {});
      return done;
    };
    const send = async () => {
      if (!current.pending) return;
      const state = current.pending;
      current.pending = null;
      setKeeping(true);
      try {
        const made = await ask("change", { name: view.name, version: current.version, state });
        current.version = made.version;
        // What was changed meanwhile is newer than the answer.
        setDraft((old) => ({ ...old, ...made, state: current.pending ?? made.state }));
      } finally {
        setKeeping(false);
      }
    };
    // A check that is out of date by its answer says nothing; `take` gets the others.
    /**
     * @param {boolean} whole
     * @param {(found: Check) => void} take
     */
    const checked = (whole, take) =>
      once(async () => {
        const asked = current.asked;
        try {
          const found = await ask("check", { name: view.name, whole });
          if (asked === current.asked) take(found);
        } catch (refused) {
          if (asked === current.asked) fail(/** @type {Refused} */ (refused));
        }
      });
    // What validation said before stands until it has answered again.
    const words = checked(false, (found) => setCheck((old) => ({ ...old, ...found })));
    const all = checked(true, (found) => {
      setCheck(found);
      setChecking(false);
    });
    /** @type {ReturnType<typeof setTimeout>[]} */
    const timers = [];
    const later = () => {
      for (const timer of timers.splice(0)) clearTimeout(timer);
      current.asked++;
      setChecking(true);
      timers.push(setTimeout(() => next(() => {}).then(words), SOON));
      timers.push(setTimeout(() => next(() => {}).then(all), LATER));
    };
    /** @param {(state: State) => State} make */
    const change = (make) => {
      const state = make(current.state);
      current.state = state;
      current.pending = state;
      setDraft((old) => ({ ...old, state }));
      next(send).catch(fail);
      later();
    };
    /**
     * What the command answers; null where it refuses, of which the desk then tells.
     * @template {keyof Answers} What
     * @param {What} what
     * @param {object} more
     * @returns {Promise<Answers[What] | null>}
     */
    const act = (what, more = {}) =>
      next(async () => {
        await send();
        const made = await ask(what, { name: view.name, version: current.version, ...more });
        if ("state" in made) take(made);
        return made;
      }).then(
        (made) => {
          if (!("done" in made && made.done)) later();
          return made;
        },
        (refused) => {
          fail(refused);
          return null;
        },
      );
    return { change, act, later };
  }, []);

  useEffect(() => {
    tools.later();
  }, []);
  return { draft, check, checking, keeping, error, setError, ...tools };
}

/**
 * The state with a card changed.
 * @param {State} state
 * @param {string} key
 * @param {(block: Block) => Block} make
 * @returns {State}
 */
export const withBlock = (state, key, make) => ({
  ...state,
  blocks: (state.blocks ?? []).map((block) => (block.key === key ? make(block) : block)),
});

/**
 * The state without a card.
 * @param {State} state
 * @param {string} key
 * @returns {State}
 */
export const without = (state, key) => ({
  ...state,
  blocks: (state.blocks ?? []).filter((block) => block.key !== key),
});

/** @param {State} state */
export const freeKey = (state) => {
  const used = new Set((state.blocks ?? []).map((block) => block.key));
  let number = 1;
  while (used.has(`k${number}`)) number++;
  return `k${number}`;
};

/**
 * All receipts of a cell.
 * @param {Cell | undefined} cell
 * @returns {Receipt[]}
 */
export function receiptsOf(cell) {
  const { words, occurrence, note, role, source } = cell ?? {};
  const own = words || note ? [{ words, occurrence, note, role, source }] : [];
  return [...own, ...(cell?.receipts ?? [])];
}

/**
 * A cell of a value and receipts.
 * @param {string | null | undefined} value
 * @param {Receipt[]} receipts
 * @returns {Cell}
 */
export function cellOf(value, receipts) {
  const said = receipts.map((one) => Object.fromEntries(Object.entries(one).filter(([, part]) => part)));
  const head = value ? { value } : {};
  if (said.length === 1) return { ...head, ...said[0] };
  return said.length ? { ...head, receipts: said } : head;
}
