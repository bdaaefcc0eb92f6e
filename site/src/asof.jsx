// The day: a slider over the days of publication on which there was more to know.

/** @import { Given, Route, Stop } from "./types.js" */
/** @import { TargetedEvent } from "preact" */
import { useEffect, useState } from "preact/hooks";
import { plain } from "./days.js";
import { changed, parse, replace } from "./route.js";
import { snapped, stopsOf } from "./stops.js";
import { strings } from "./strings.js";

const PAUSE = 1200; // milliseconds a day stays while they are read along

/**
 * Steps through the stops, one after another, whatever the address says meanwhile.
 * @param {Stop[]} stops
 * @param {(place: number) => void} show
 * @returns {[boolean, (place: number | null) => void]}
 */
function usePlay(stops, show) {
  const [next, setNext] = useState(/** @type {number | null} */ (null));
  useEffect(() => {
    if (next === null) return undefined;
    show(next);
    const last = next >= stops.length - 1;
    const timer = setTimeout(() => setNext(last ? null : next + 1), PAUSE);
    return () => clearTimeout(timer);
  }, [next]);
  return [next !== null, setNext];
}

/** @param {Given & {stops?: Stop[]}} given */
export function AsOf({ pkg, route, step, stops = stopsOf(pkg) }) {
  const at = stops.findLastIndex((stop) => stop.step <= step);
  /** @param {number} place */
  const go = (place) => {
    // A reader may have gone elsewhere since this was drawn.
    const here = parse(location.hash);
    replace(changed(here.view ? here : route, { "as-of": stops[place].day }));
  };
  const [playing, play] = usePlay(stops, go);
  /** @param {TargetedEvent<HTMLInputElement>} event */
  const move = (event) => {
    play(null);
    const value = Number(event.currentTarget.value);
    const place = snapped(stops, at, value);
    event.currentTarget.value = String(stops[place].end);
    go(place);
  };
  const toggle = () => play(playing ? null : at >= stops.length - 1 ? 0 : at + 1);
  const words = known(stops[at], route);
  return (
    <div class="as-of">
      <input
        id="as-of"
        type="range"
        aria-label={strings.asOf.name}
        min={0}
        max={stops.at(-1)?.end}
        step={stops.some(({ end }) => end % 1) ? 0.5 : 1}
        value={stops[at]?.end ?? 0}
        aria-valuetext={words}
        onInput={move}
      />
      <button type="button" class="plain" onClick={toggle} aria-pressed={playing}>
        {playing ? strings.asOf.stop : strings.asOf.play}
      </button>
      <output for="as-of">{words}</output>
    </div>
  );
}

/**
 * What is known by a stop, in words.
 * @param {Stop | undefined} stop
 * @param {Route} route
 */
function known(stop, route) {
  const day = stop?.day ?? (stop ? null : route.params["as-of"]);
  if (day) return strings.asOf.day(plain(day));
  return stop?.until ? strings.asOf.until(plain(stop.until)) : strings.asOf.all;
}
