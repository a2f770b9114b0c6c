// Tiles and charts of the gateway's figures.

import { announce, byID, setText } from "./dom.js";
import { Chart } from "./chart.js";
import { amount, count, counted, percent, plain } from "./format.js";
import * as samples from "./samples.js";
import { linear, logarithmic } from "./scale.js";

const breakers = {
  closed: { name: "Healthy", tone: "", meaning: "breaker closed" },
  open: { name: "Open", tone: "bad", meaning: "breaker open: not asked for now" },
  half_open: { name: "Probing", tone: "warn", meaning: "breaker half open: one call tries it" },
  recovering: { name: "Recovering", tone: "warn", meaning: "breaker recovering: few calls at first" },
};

/** What tiles say of a sample: the large value, what stands below it, and a tone. */
export function tiles(sample) {
  const { requests, latency_ms: latency, cache, introspection } = sample;
  const share = requests.per_second > 0 ? requests.denied_per_second / requests.per_second : null;
  const breaker = breakers[introspection.breaker] ?? { name: introspection.breaker, tone: "warn", meaning: "" };
  const failing = introspection.failures_per_second > 0;
  return {
    requests: { value: amount(requests.per_second), note: `${counted(sample.in_flight, "request")} in flight` },
    denials: {
      value: amount(requests.denied_per_second),
      note: share == null ? "no requests" : `${percent(share)} % of requests`,
    },
    failures: {
      value: amount(requests.failed_per_second), note: `${count(requests.failed_total)} since the start`,
      tone: requests.failed_per_second > 0 ? "bad" : "",
    },
    latency: { value: amount(latency.p99), note: `p50 ${amount(latency.p50)} · p90 ${amount(latency.p90)}` },
    cache: { value: percent(cache.hit_rate), note: `${counted(cache.entries, "key")} known` },
    introspection: {
      value: breaker.name, tone: breaker.tone || (failing ? "warn" : ""),
      note: failing || breaker.tone === ""
        ? `${amount(introspection.calls_per_second)} calls/s, ${amount(introspection.failures_per_second)} failed`
        : breaker.meaning,
    },
  };
}

function showTiles() {
  const sample = samples.latest();
  if (!sample) return;
  for (const [name, { value, note, tone = "" }] of Object.entries(tiles(sample))) {
    const tile = document.querySelector(`[data-tile=${name}]`);
    if (name === "introspection" && tile.dataset.tone !== undefined && tile.dataset.tone !== tone) {
      announce(`Introspection: ${value}`);
    }
    setText(tile.querySelector("[data-value]"), value);
    setText(tile.querySelector("[data-note]"), note);
    tile.dataset.tone = tone;
  }
}

/** Makes the charts, and keeps all up to date. */
export function begin() {
  const stacked = (values) => linear(Math.max(0, ...values));
  const allowed = ({ requests: { per_second: all, denied_per_second: denied, undecided_per_second: undecided } }) =>
    Math.max(0, all - denied - undecided);
  new Chart(byID("chart-requests"), {
    title: "Requests per second", lines: 3, scale: stacked, format: amount, label: plain, empty: "No sample yet",
    series: [
      { name: "allowed", style: "allowed", value: allowed },
      { name: "denied", style: "denied", value: (sample) => sample.requests.denied_per_second },
      { name: "undecided", style: "undecided", value: (sample) => sample.requests.undecided_per_second },
      { name: "5xx", style: "failed", isRare: true, value: (sample) => sample.requests.failed_per_second },
    ],
  });
  new Chart(byID("chart-latency"), {
    title: "Latency, ms", lines: 0, format: amount, label: plain, empty: "No requests in this time",
    scale: (values) => (values.length > 0 ? logarithmic(Math.min(...values), Math.max(...values)) : logarithmic(0.1, 100)),
    series: ["p50", "p90", "p99"].map((name, index) => ({
      name, style: ["low", "middle", "high"][index], value: (sample) => sample.latency_ms[name],
    })),
  });
  new Chart(byID("chart-cache"), {
    title: "Cache hit rate, %", lines: 0, format: percent, label: (tick) => String(tick * 100),
    empty: "No key was looked up in this time",
    scale: () => ({ ticks: [0, 0.25, 0.5, 0.75, 1], place: (value) => value }),
    series: [{ name: "hits", style: "rate", value: (sample) => sample.cache.hit_rate }],
  });
  new Chart(byID("chart-introspection"), {
    title: "Introspection calls per second", lines: 0, scale: stacked, format: amount, label: plain, empty: "No sample yet",
    series: [
      { name: "calls", style: "middle", value: (sample) => sample.introspection.calls_per_second },
      { name: "failed", style: "failed", isRare: true, value: (sample) => sample.introspection.failures_per_second },
    ],
  });
  samples.onChange(showTiles);
}
