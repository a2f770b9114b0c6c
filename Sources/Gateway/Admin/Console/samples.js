// The figures of the last minutes, one sample a second, and the moment in them that is looked at.

import { eachFrame } from "./dom.js";

/** How long charts go back, in seconds. */
export const span = 300;

let samples = [];
let cursor = null;
const listeners = [];
const tell = eachFrame(() => listeners.forEach((listener) => listener()));

/** All samples, the oldest first. */
export const all = () => samples;

/** The newest sample; undefined before the first. */
export const latest = () => samples.at(-1);

/** The sample that is looked at, or null for the newest. */
export const pointed = () => (cursor == null ? null : samples.find((sample) => sample.time >= cursor) ?? null);

/** Looks at a time, or with null at the newest. */
export function point(time) {
  cursor = time;
  tell();
}

/** Takes the place of all samples. */
export function replace(list) {
  samples = list.slice(-span);
  tell();
}

/** Adds the newest. */
export function add(sample) {
  if (sample.time <= (latest()?.time ?? 0)) return;
  samples.push(sample);
  if (samples.length > span) samples.shift();
  tell();
}

/** Calls this after changes, at most once a frame. */
export function onChange(listener) {
  listeners.push(listener);
}

addEventListener("visibilitychange", tell);
