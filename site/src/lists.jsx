// Long lists: only what is in sight is in the page.

import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { useMedia } from "./media.js";

const FEW = 60; // rows that are all put into the page
const PRINTED = 2_000; // rows that are all put on paper

/** Whether all rows are put into the page: few ones, and those of a sheet that nobody can scroll. */
function useWhole(count) {
  const printed = useMedia("print");
  return count <= (printed ? PRINTED : FEW);
}

function useVirtual(count, estimate) {
  const scroller = useRef(null);
  const [, again] = useReducer((number) => number + 1, 0);
  const settings = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    initialRect: { width: 0, height: 800 },
    onChange: () => again(),
  };
  const [virtualizer] = useState(() => new Virtualizer(settings));
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return { scroller, virtualizer };
}

/** What of a list is in the page, and how much room what is not takes. */
function visible(count, virtualizer, whole) {
  if (whole) {
    return { items: Array.from({ length: count }, (_, index) => ({ index, key: index })), before: 0, after: 0 };
  }
  const items = virtualizer.getVirtualItems();
  const total = virtualizer.getTotalSize();
  const end = items.at(-1)?.end ?? 0;
  return { items, before: items[0]?.start ?? 0, after: Math.max(0, total - end) };
}

/** A list of articles of any height. */
export function List({ label, count, estimate, render }) {
  const { scroller, virtualizer } = useVirtual(count, estimate);
  const few = useWhole(count);
  const { items, before, after } = visible(count, virtualizer, few);
  return (
    <div
      class={few ? "list" : "list scroll"}
      ref={scroller}
      role="region"
      aria-label={label}
      tabIndex={few ? undefined : 0}
    >
      <ul>
        {before > 0 && <li aria-hidden="true" class="room" style={{ height: `${before}px` }} />}
        {items.map(({ index, key }) => (
          <li
            key={key}
            data-index={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            ref={few ? undefined : (node) => node && virtualizer.measureElement(node)}
          >
            {render(index)}
          </li>
        ))}
        {after > 0 && <li aria-hidden="true" class="room" style={{ height: `${after}px` }} />}
      </ul>
    </div>
  );
}

/** A table of rows of one line. `columns`: `{name, title, sort, numeric}`; `cell(index, column)`. */
export function Grid({ label, columns, count, cell, head }) {
  const { scroller, virtualizer } = useVirtual(count, 34);
  const { items, before, after } = visible(count, virtualizer, useWhole(count));
  const wide = columns.length;
  return (
    <div class="grid scroll" ref={scroller} role="region" aria-label={label} tabIndex={0}>
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
          {before > 0 && (
            <tr aria-hidden="true">
              <td colSpan={wide} style={{ height: `${before}px`, padding: 0 }} />
            </tr>
          )}
          {items.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2}>
              {columns.map((column) => (
                <td key={column.name} class={column.numeric ? "numeric" : ""}>
                  {cell(index, column)}
                </td>
              ))}
            </tr>
          ))}
          {after > 0 && (
            <tr aria-hidden="true">
              <td colSpan={wide} style={{ height: `${after}px`, padding: 0 }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
