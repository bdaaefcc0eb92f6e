// A part of the page that scrolls by itself.

/** Who has no mouse scrolls it by keys, so that the keyboard stops there; not where all is in sight (`still`). */
export function Scroller({ label, still = false, ref, class: name, children }) {
  return (
    <section aria-label={label} tabIndex={still ? undefined : 0} ref={ref} class={name}>
      {children}
    </section>
  );
}
