// Long lists: only what is in sight is in the page.

/** @import { Virtualizer } from "@tanstack/react-virtual" */
/** @import { ComponentChildren } from "preact" */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "preact/hooks";
import { useMedia } from "./media.js";
import { Scroller } from "./scroller.jsx";

const FEW = 60; // rows that are all put into the page
const PRINTED = 2_000; // rows that are all put on paper

/**
 * Whether all rows are put into the page: few ones, and those of a sheet that nobody can scroll.
 * @param {number} count
 */
function useWhole(count) {
  const printed = useMedia("print");
  return count <= (printed ? PRINTED : FEW);
}

/**
 * What of a list is in sight, by where it is scrolled to.
 * @param {number} count
 * @param {number} estimate
 */
function useVirtual(count, estimate) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 8,
    initialRect: { width: 0, height: 800 },
    useFlushSync: false,
  });
  return { scroller, virtualizer };
}

/**
 * What of a list is in the page, and how much room what is not takes.
 * @param {number} count
 * @param {Virtualizer<HTMLElement, Element>} virtualizer
 * @param {boolean} whole
 */
function visible(count, virtualizer, whole) {
  if (whole) {
    return { items: Array.from({ length: count }, (_, index) => ({ index, key: index })), before: 0, after: 0 };
  }
  const items = virtualizer.getVirtualItems();
  const total = virtualizer.getTotalSize();
  const end = items.at(-1)?.end ?? 0;
  return { items, before: items[0]?.start ?? 0, after: Math.max(0, total - end) };
}

/**
 * A list of articles of any height.
 * @param {{label: string, count: number, estimate: number, render: (index: number) => ComponentChildren}} given
 */
export function List({ label, count, estimate, render }) {
  const { scroller, virtualizer } = useVirtual(count, estimate);
  const few = useWhole(count);
  const { items, before, after } = visible(count, virtualizer, few);
  return (
    <Scroller class={few ? "list" : "list scroll"} ref={scroller} label={label} still={few}>
      <ul>
        {before > 0 && <li aria-hidden="true" class="room" style={{ height: `${before}px` }} />}
        {items.map(({ index, key }) => (
          <li
            key={key}
            data-index={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            ref={few ? undefined : virtualizer.measureElement}
          >
            {render(index)}
          </li>
        ))}
        {after > 0 && <li aria-hidden="true" class="room" style={{ height: `${after}px` }} />}
      </ul>
    </Scroller>
  );
}

/**
 * A table of rows of one line. `columns`: `{name, title, sort, numeric}`; `cell(index, column)`.
 * @template {{name: string, title: string, numeric?: boolean}} C
 * @param {{label: string, columns: C[], count: number, cell: (index: number, column: C) => ComponentChildren, head?: (column: C) => ComponentChildren}} given
 */
export function Grid({ label, columns, count, cell, head }) {
  const { scroller, virtualizer } = useVirtual(count, 34);
  const { items, before, after } = visible(count, virtualizer, useWhole(count));
  return (
    <Scroller class="grid scroll" ref={scroller} label={label}>
      <table aria-label={label} aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(
              head ??
                ((column) => (
                  <th key={column.name} scope="col">
                    {column.title}
                  </th>
                )),
            )}
          </tr>
        </thead>
        <tbody>
          <Room height={before} columns={columns.length} />
          {items.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2}>
              {columns.map((column) => (
                <td key={column.name} class={column.numeric ? "numeric" : ""}>
                  {cell(index, column)}
                </td>
              ))}
            </tr>
          ))}
          <Room height={after} columns={columns.length} />
        </tbody>
      </table>
    </Scroller>
  );
}

/**
 * The room of the rows of a table that are not in the page.
 * @param {{height: number, columns: number}} given
 */
function Room({ height, columns }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: no row can have the focus
    <tr aria-hidden="true">
      <td colSpan={columns} style={{ height: `${height}px`, padding: 0 }} />
    </tr>
  );
}
