// What the reader's window is like.

import { useEffect, useState } from "preact/hooks";

/**
 * Whether a media query holds, now and whenever that changes.
 * @param {string} query
 */
export function useMedia(query) {
  const [held, setHeld] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setHeld(list.matches);
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return held;
}

export const NARROW = "(max-width: 48rem)";
