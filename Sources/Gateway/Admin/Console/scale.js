// From values to places on an axis.

const round = (number) => Number(number.toPrecision(12));

/** An axis from 0 to a round number above the largest value. */
export function linear(largest, least = 1) {
  const top = Math.max(largest, least);
  const power = 10 ** Math.floor(Math.log10(top / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => top / size <= 4);
  const end = Math.ceil(top / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => round(index * step));
  return { ticks, place: (value) => value / end };
}

/** An axis of powers of ten that holds all values. */
export function logarithmic(smallest, largest) {
  const low = Math.floor(Math.log10(Math.max(smallest, 1e-3)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(largest, 1e-3))));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => round(10 ** (low + index)));
  return { ticks, place: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) };
}
