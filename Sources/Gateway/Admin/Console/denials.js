// Denied requests as they come, and those of the gateway's memory that fit the filters.

import { byID, eachFrame, element, setText } from "./dom.js";
import { json } from "./client.js";
import { clock, count, counted } from "./format.js";
import { show as showRecord } from "./record.js";

const mostKept = 2000;
const mostShown = 200;
const fetched = 500;

const [form, rows, pause] = [byID("denials-filter"), byID("denials-rows"), byID("denials-pause")];
// By number, the newest first.
let records = [];
let skipped = 0;
let isPaused = false;
let since = 0;
let problem = "";
const seen = { reason: new Set(), scope: new Set() };

function matches(record) {
  const { text, reason, scope, status } = form.elements;
  if (reason.value && record.code !== reason.value) return false;
  if (scope.value && record.required_scope !== scope.value) return false;
  if (status.value && String(record.status)[0] !== status.value[0]) return false;
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 || words.every((word) => haystack(record).includes(word));
}

function haystack(record) {
  return [
    record.method, record.path, record.template, record.code, record.key_id, record.subject, record.key_fingerprint,
    record.client, record.forwarded_client, record.request_id, record.required_scope, record.user_agent,
  ].filter(Boolean).join(" ").toLowerCase();
}

function row(record) {
  const time = new Date(record.time);
  return element("tr", { "data-seq": record.seq },
    element("td", { class: "time" }, element("time", { datetime: record.time, title: record.time }, clock(time))),
    element("td", { class: "code" }, element("span", { class: `badge ${record.status >= 500 ? "bad" : "warn"}` }, String(record.status ?? ""))),
    element("td", {}, record.code ?? ""),
    element("td", { class: "wide" }, element("button", { type: "button", class: "open mono", click: () => showRecord(record) },
      element("span", { class: "method" }, record.method ?? "–"), ` ${record.path ?? "(no path)"}`)),
    element("td", { class: "mono" }, record.required_scope ?? ""),
    element("td", {}, [record.key_id, record.subject].filter(Boolean).join(" · ") || record.key_fingerprint || ""),
    element("td", {}, record.client ?? ""));
}

const draw = eachFrame(() => {
  if (!isPaused) render();
});

function render() {
  const wanted = records.filter(matches);
  const shown = wanted.slice(0, mostShown);
  const keep = new Set(shown.map(({ seq }) => String(seq)));
  for (const node of [...rows.children]) {
    if (!keep.has(node.dataset.seq)) node.remove();
  }
  // Rows that stay aren't moved: they may have the focus.
  shown.forEach((record, index) => {
    if (rows.children[index]?.dataset.seq !== String(record.seq)) rows.insertBefore(row(record), rows.children[index] ?? null);
  });
  setText(byID("denials-count"), wanted.length > shown.length ? `newest ${count(shown.length)} of ${count(wanted.length)}` : count(wanted.length));
  const empty = byID("denials-empty");
  empty.hidden = shown.length > 0;
  setText(empty, records.length === 0 ? "No denial yet." : "No denial fits these filters.");
  note();
}

function note() {
  const parts = [];
  if (problem) parts.push(problem);
  if (isPaused && since > 0) parts.push(`${counted(since, "new denial")} since it was paused`);
  if (skipped > 0) parts.push(`${counted(skipped, "record")} came faster than they are shown here; the audit has them`);
  setText(byID("denials-note"), `${parts.join("; ")}.`);
  byID("denials-note").hidden = parts.length === 0;
}

function offer(record) {
  for (const [name, value] of [["reason", record.code], ["scope", record.required_scope]]) {
    if (!value || seen[name].has(value)) continue;
    seen[name].add(value);
    const select = form.elements[name];
    const options = [...seen[name]].sort().map((text) => element("option", { value: text }, text));
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...options);
    select.value = chosen;
  }
}

function merge(list) {
  const known = new Set(records.map(({ seq }) => seq));
  const fresh = list.filter(({ seq }) => !known.has(seq));
  fresh.forEach(offer);
  records = [...records, ...fresh].sort((a, b) => b.seq - a.seq).slice(0, mostKept);
}

/** Adds a record that came just now. */
export function add(record) {
  // One that was fetched already may come once more.
  if (record.seq <= (records[0]?.seq ?? 0)) return merge([record]);
  offer(record);
  records.unshift(record);
  if (records.length > mostKept) records.length = mostKept;
  if (isPaused) since += 1;
  draw();
  if (isPaused) note();
}

/** Counts records that were left out. */
export function skip(number) {
  skipped += number;
  draw();
}

/** Fetches what fits the filters from the gateway's memory. */
export async function refresh() {
  const query = new URLSearchParams({ event: "denied", limit: fetched });
  for (const name of ["reason", "scope", "status"]) {
    if (form.elements[name].value) query.set(name, form.elements[name].value);
  }
  const { records: list } = await json(`audit?${query}`);
  problem = "";
  merge(list);
  render();
}

/** Takes the place of all that is known: the gateway is another one. */
export function forget() {
  records = [];
  skipped = 0;
  rows.replaceChildren();
}

/** Wires the filters. */
export function begin() {
  let timer;
  const filter = () => {
    render();
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch((error) => {
      problem = error.message;
      note();
    }), 250);
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    since = 0;
    pause.setAttribute("aria-pressed", isPaused);
    setText(pause, isPaused ? "Paused" : "Pause");
    render();
  });
  render();
}
