// Looking for words.

/**
 * Whether all words of a search stand in some texts; null where nothing is asked.
 * @param {string | undefined} q
 * @returns {((texts: (string | null | undefined)[]) => boolean) | null}
 */
export function searched(q) {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return (texts) => {
    const text = texts.filter(Boolean).join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
