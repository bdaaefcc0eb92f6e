// Days as people write them.

const told = (day, options) => {
  const date = new Date(`${day}T00:00Z`);
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
};

/** Friday 7 January 2022 */
export const whole = (day) =>
  told(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(",", "");
/** 7 January 2022 */
export const plain = (day) => told(day, { day: "numeric", month: "long", year: "numeric" });
/** Fri 7 Jan */
export const short = (day) => told(day, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
/** 7 Jan */
export const brief = (day) => told(day, { day: "numeric", month: "short" });

/** The first and the last of some days; with their years, where these differ. */
export function ends(days) {
  const [first, last] = [days[0], days.at(-1)];
  return [first, last].map((day) => (first.slice(0, 4) === last.slice(0, 4) ? brief(day) : plain(day)));
}

/** How many days lie between two. */
export const between = (one, other) => Math.round((Date.parse(other) - Date.parse(one)) / 86_400_000);

/** The day that is some days after another. */
export const after = (day, number) => new Date(Date.parse(day) + number * 86_400_000).toISOString().slice(0, 10);

/** A text with its days as people write them. */
export const dated = (text) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, plain);
