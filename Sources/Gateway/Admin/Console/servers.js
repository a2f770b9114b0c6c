// The servers of the backends: which of them get requests, and why the others don't.

import { byID, element, setText } from "./dom.js";
import { json } from "./client.js";
import { count, counted, moment } from "./format.js";

const tones = { healthy: "good", probation: "warn" };

const time = (seconds) => moment(new Date(seconds * 1000));

/** What is held against a server, since when, and when it is tried again; of a healthy one what its last check says. */
export function why({ state, reason, since, until, check }) {
  if (state === "healthy") return check?.problem ? `its last check failed: ${check.problem}` : "";
  const next = {
    ejected: until == null ? "" : `tried again at ${time(until)}`,
    probation: "tried with the next request",
    unhealthy: "until its checks succeed",
  }[state];
  const parts = [since == null ? "out" : `out since ${time(since)}`, next].filter(Boolean).join(", ");
  return reason ? `${parts}: ${reason}` : parts;
}

function row(upstream, server) {
  return element("tr", {},
    element("td", { class: "mono" }, upstream),
    element("td", { class: "mono wide" }, server.address),
    element("td", { "data-label": "weight" }, count(server.weight)),
    element("td", { class: "code" }, element("span", { class: `badge ${tones[server.state] ?? "bad"}` }, server.state)),
    element("td", { "data-label": "in flight" }, count(server.in_flight)),
    element("td", { "data-label": "requests" }, count(server.requests_total)),
    element("td", { "data-label": "failed" }, count(server.failures_total)),
    element("td", { "data-label": "connections" }, `${count(server.connections)}, ${count(server.idle)} idle`),
    element("td", { class: "wide" }, why(server)));
}

/** Fetches and shows them. */
export async function refresh() {
  const { upstreams } = await json("upstreams");
  const servers = upstreams.flatMap(({ servers }) => servers);
  const out = servers.filter(({ state }) => state !== "healthy").length;
  setText(byID("servers-count"), `${counted(servers.length, "server")}, ${out === 0 ? "none" : count(out)} out`);
  byID("servers-rows").replaceChildren(...upstreams.flatMap(({ name, servers }) => servers.map((server) => row(name, server))));
}
