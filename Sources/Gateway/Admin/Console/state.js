// Readiness, and the totals of /metrics.

import { announce, byID, element, notice, setText } from "./dom.js";
import { json } from "./client.js";
import { amount, count, megabytes } from "./format.js";
import * as samples from "./samples.js";

// Each figure with the name of its metric, less what all of them begin with.
const groups = {
  Requests: {
    requests: ["All", "http_requests_total", (sample) => count(sample.requests.total)],
    denied: ["Denied", 'http_requests_total{decision="deny"}', (sample) => count(sample.requests.denied_total)],
    undecided: ["Undecided", 'http_requests_total{decision="none"}', (sample) => count(sample.requests.undecided_total)],
    failed: ["5xx", 'http_requests_total{status="5xx"}', (sample) => count(sample.requests.failed_total)],
    in_flight: ["In flight", "requests_in_flight", (sample) => count(sample.in_flight)],
    connections: ["Connections", "connections_open", (sample) => count(sample.connections)],
  },
  Introspection: {
    calls: ["Calls", "introspection_calls_total", (sample) => count(sample.introspection.calls_total)],
    failures: ["Failures", "introspection_failures_total", (sample) => count(sample.introspection.failures_total)],
    running: ["Running", "introspection_calls_running", (sample) => count(sample.introspection.running)],
    waiting: ["Requests waiting", "introspection_requests_waiting", (sample) => count(sample.introspection.waiting)],
    entries: ["Keys known", 'grant_cache_entries{table="positive"}', (sample) => count(sample.cache.entries)],
    negative: ["Keys refused", 'grant_cache_entries{table="negative"}', (sample) => count(sample.cache.negative_entries)],
  },
  Backend: {
    upstream: ["Connections", "upstream_connections", (sample) => count(sample.upstream.connections)],
    idle: ["Idle", 'upstream_connections{state="idle"}', (sample) => count(sample.upstream.idle)],
    queue: ["Requests waiting", "upstream_requests_waiting", (sample) => count(sample.upstream.waiting)],
    first50: ["First byte, p50 ms", "upstream_first_byte_seconds", (sample) => amount(sample.first_byte_ms.p50)],
    first99: ["First byte, p99 ms", "upstream_first_byte_seconds", (sample) => amount(sample.first_byte_ms.p99)],
  },
  "Audit and process": {
    records: ["Records written", "audit_records_total", (sample) => count(sample.audit.records_total)],
    records_waiting: ["Records waiting", "audit_waiting", (sample) => count(sample.audit.waiting)],
    cpu: ["CPU, %", "process_cpu_seconds_total", (sample) => amount(sample.process.cpu_percent)],
    memory: ["Memory", "process_resident_memory_bytes", (sample) => megabytes(sample.process.memory_bytes)],
    generation: ["Generation", "route_map_generation", (sample) => count(sample.generation)],
  },
};
const tones = { ok: "good", degraded: "warn", failing: "bad" };
let announced = "";

/** Makes the list of totals, and keeps it up to date. */
export function begin() {
  const places = [];
  byID("totals").append(element("div", { class: "groups" }, Object.entries(groups).map(([title, figures]) =>
    element("section", {}, element("h3", {}, title), element("dl", { class: "figures" },
      Object.entries(figures).flatMap(([name, [label, metric, text]]) => {
        const value = element("dd", { "data-total": name }, "–");
        places.push([value, text]);
        const full = metric.startsWith("process_") ? metric : `scopegate_${metric}`;
        return [element("dt", { title: full }, label), value];
      }))))));
  samples.onChange(() => {
    const sample = samples.latest();
    if (sample) places.forEach(([value, text]) => setText(value, text(sample)));
  });
}

/** Asks for the readiness, and shows what isn't well where it can't be overlooked. */
export async function refresh() {
  const { ready, checks } = await json("readyz", {}, [200, 503]);
  byID("checks").replaceChildren(...checks.map(({ name, state }) =>
    element("li", { class: `badge ${tones[state] ?? ""}` }, `${name}: ${state}`)));
  const problems = checks.filter(({ state }) => state !== "ok");
  byID("alerts").replaceChildren(...problems.map(({ name, state, reason }) =>
    notice(tones[state] ?? "warn", element("strong", {}, `${name}: ${state}`), reason ?? "")));
  document.title = ready ? "scopegate console" : "Not ready: scopegate console";
  const text = problems.map(({ name, state, reason }) => `${name} ${state}: ${reason ?? ""}`).join("; ");
  if (text !== announced) announce(text || "All checks are well again");
  announced = text;
}
