// Numbers and times in words.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count: 12,345. */
export const count = (number) => whole.format(number);

/** A number as it is, its thousands set apart. */
export const plain = (number) => number.toLocaleString("en");

/** A number with as many digits as say something: 0.048, 0.25, 7.30, 12.5, 1,204. */
export function amount(number) {
  if (number == null) return "–";
  const size = Math.abs(number);
  if (size >= 100 || Number.isInteger(number)) return whole.format(number);
  return number.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** A share of one as a percentage without its sign. */
export function percent(share) {
  if (share == null) return "–";
  const value = share * 100;
  // What isn't all must not look like all.
  if (value > 99.9 && value < 100) return "99.9";
  return value === 0 || value === 100 ? String(value) : value.toFixed(1);
}

/** Bytes: 44.6 MB. */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** A noun with its number. */
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** The time of day of a Date, to the second. */
export const clock = (date) => date.toLocaleTimeString([], { hour12: false });

/** A day and a time; the day only when it isn't today. */
export function moment(date) {
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock(date) : `${date.toLocaleDateString()} ${clock(date)}`;
}

/** How long ago something was, roughly. */
export function ago(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}
