// Days as people write them.

/**
 * @param {string} day
 * @param {Intl.DateTimeFormatOptions} options
 */
const told = (day, options) => {
  const date = new Date(`${day}T00:00Z`);
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
};

/**
 * Friday 7 January 2022
 * @param {string} day
 */
export const whole = (day) =>
  told(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(",", "");
/**
 * 7 January 2022
 * @param {string} day
 */
export const plain = (day) => told(day, { day: "numeric", month: "long", year: "numeric" });
/**
 * Fri 7 Jan
 * @param {string} day
 */
export const short = (day) => told(day, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
/**
 * 7 Jan
 * @param {string} day
 */
export const brief = (day) => told(day, { day: "numeric", month: "short" });

/**
 * The first and the last of some days; with their years, where these differ.
 * @param {string[]} days
 * @returns {[string, string]}
 */
export function ends(days) {
  const [first, last] = [days[0], days[days.length - 1]];
  const told = first.slice(0, 4) === last.slice(0, 4) ? brief : plain;
  return [told(first), told(last)];
}

/**
 * How many days lie between two.
 * @param {string} one
 * @param {string} other
 */
export const between = (one, other) => Math.round((Date.parse(other) - Date.parse(one)) / 86_400_000);

/**
 * The day that is some days after another.
 * @param {string} day
 * @param {number} number
 */
export const after = (day, number) => new Date(Date.parse(day) + number * 86_400_000).toISOString().slice(0, 10);

/**
 * A text with its days as people write them.
 * @param {string} text
 */
export const dated = (text) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, plain);
