// The last reloads, with what they changed or why they failed.

import { byID, element, notice, setText } from "./dom.js";
import { json } from "./client.js";
import { ago, counted, moment } from "./format.js";

const ways = { signal: "by SIGHUP", admin: "by the admin listener", file: "by a changed file", start: "at the start" };
const effects = {
  added: "now allowed", removed: "now refused", public: "now public", wider: "needs less", narrower: "needs more",
  other: "needs other", body: "body limit", timeouts: "time-outs",
};

/** What a reload came to, as nodes: problems, settings that need a restart, and changes by their effect. */
export function outcome(reload) {
  const parts = [...reload.errors, ...reload.warnings].map(({ file, line, column, severity, message, help }) =>
    element("p", { class: `problem notice ${severity === "error" ? "bad" : "warn"}` },
      element("span", { class: "mono" }, `${file}:${line}:${column}: `), message,
      help && element("span", { class: "help" }, help)));
  if (reload.needs_restart.length > 0) {
    parts.push(notice("warn", `Needs a restart: ${reload.needs_restart.join(", ")}`));
  }
  if (reload.changes?.length > 0) {
    parts.push(element("table", { class: "stack" },
      element("thead", {}, element("tr", {}, ["Effect", "Route", "Before", "After"].map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, reload.changes.map((change) => element("tr", {},
        element("td", {}, element("span", { class: `badge ${change.widens ? "warn" : "good"}` },
          `${change.widens ? "! " : ""}${effects[change.effect] ?? change.effect}`)),
        element("td", { class: "mono wide" }, element("span", { class: "method" }, change.method), ` ${change.template}`),
        element("td", { class: "mono", "data-label": "before" }, side(change.old, change.template)),
        element("td", { class: "mono", "data-label": "after" }, side(change.new, change.template)))))));
  } else if (reload.ok) {
    parts.push(element("p", { class: "soft" }, "No route decides otherwise than before."));
  }
  return parts;
}

function side(side, template) {
  if (!side) return "refused";
  return side.template === template ? side.requirement : `${side.requirement} (${side.template})`;
}

function summary(reload) {
  if (!reload.ok) return `not loaded: ${counted(reload.errors.length, "error")}`;
  const changes = reload.changes ?? [];
  const wider = changes.filter(({ widens }) => widens).length;
  if (changes.length === 0) return "no change of access";
  return `${counted(changes.length, "change")}${wider > 0 ? `, ${wider} ${wider === 1 ? "widens" : "widen"} access` : ""}`;
}

function entry(reload, isOpen) {
  const date = new Date(reload.time * 1000);
  const wider = reload.changes?.some(({ widens }) => widens);
  return element("details", { open: isOpen, "data-time": reload.time },
    element("summary", {},
      element("span", { class: `badge ${reload.ok ? (wider ? "warn" : "good") : "bad"}` }, reload.ok ? `generation ${reload.generation.number}` : "failed"),
      element("time", { datetime: date.toISOString(), title: date.toISOString() }, moment(date)),
      element("span", { class: "soft" }, `${ago(Date.now() / 1000 - reload.time)}, ${ways[reload.way] ?? reload.way}`),
      element("span", {}, summary(reload))),
    element("div", { class: "inside" }, outcome(reload)));
}

/** Fetches and shows the reloads. */
export async function refresh() {
  const { reloads } = await json("reloads");
  const list = byID("reloads-list");
  const open = new Set([...list.querySelectorAll("details[open]")].map(({ dataset }) => dataset.time));
  list.replaceChildren(...reloads.map((reload) => entry(reload, open.has(String(reload.time)))));
  byID("reloads-empty").hidden = reloads.length > 0;
  setText(byID("reloads-empty"), "No reload since the gateway started.");
}
