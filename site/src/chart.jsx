// A chart of Observable Plot in the page, as wide as there is room.

import { plot } from "@observablehq/plot";
import { useEffect, useRef, useState } from "preact/hooks";

export function useWidth() {
  const ref = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const measure = () => setWidth(Math.floor(ref.current?.clientWidth ?? 0));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/**
 * `options(width)` are Plot's; `deps` say when they change. Marks with an address are links: their
 * names are those of the marks, for readers that listen.
 */
export function Chart({ label, options, deps }) {
  const [frame, width] = useWidth();
  const holder = useRef(null);
  useEffect(() => {
    if (!width) return;
    const chart = plot({ className: "chart", ariaLabel: label, ...options(width) });
    chart.setAttribute("role", "group");
    for (const link of chart.querySelectorAll("a")) {
      const mark = link.querySelector("[aria-label]");
      if (!mark) continue;
      link.setAttribute("aria-label", mark.getAttribute("aria-label"));
      mark.removeAttribute("aria-label");
      mark.setAttribute("aria-hidden", "true");
      link.removeAttribute("target");
    }
    // What groups marks together has a name of Plot's, but no role that could bear one.
    for (const group of chart.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
    holder.current.replaceChildren(chart);
  }, [width, ...deps]);
  return (
    <div class="frame" ref={frame}>
      <div class="holder" ref={holder} />
    </div>
  );
}
