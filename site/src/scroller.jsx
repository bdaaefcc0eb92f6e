// A part of the page that scrolls by itself.

/** @import { ComponentChildren, Ref } from "preact" */

/**
 * Who has no mouse scrolls it by keys, so that the keyboard stops there; not where all is in sight (`still`).
 * @param {{label: string, still?: boolean, ref?: Ref<HTMLElement>, class: string, children: ComponentChildren}} given
 */
export function Scroller({ label, still = false, ref, class: name, children }) {
  return (
    <section aria-label={label} tabIndex={still ? undefined : 0} ref={ref} class={name}>
      {children}
    </section>
  );
}
