// The day: a slider over the days on which there was more to know.

import { useEffect, useState } from "preact/hooks";
import { changed } from "./route.js";
import { strings } from "./strings.js";

const PAUSE = 1200; // milliseconds a day stays while the days are replayed

export function AsOf({ pkg, route, step }) {
  const [playing, setPlaying] = useState(false);
  const go = (next) => {
    location.hash = changed(route, { "as-of": next >= pkg.last ? undefined : pkg.days[next] });
  };
  useEffect(() => {
    if (!playing) return undefined;
    if (step >= pkg.last) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => go(step + 1), PAUSE);
    return () => clearTimeout(timer);
  }, [playing, step, route]);
  const play = () => {
    if (!playing && step >= pkg.last) go(0);
    setPlaying(!playing);
  };
  const asked = route.params["as-of"];
  const told = asked ? strings.asOf.day(asked) : strings.asOf.all;
  return (
    <div class="as-of">
      <label for="as-of">{strings.asOf.name}</label>
      <input
        id="as-of"
        type="range"
        min={0}
        max={pkg.last}
        value={Math.max(0, step)}
        aria-valuetext={told}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <output for="as-of">{told}</output>
      <button type="button" onClick={play} aria-pressed={playing}>
        {playing ? strings.asOf.stop : strings.asOf.play}
      </button>
    </div>
  );
}
