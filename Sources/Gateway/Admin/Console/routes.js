// The route map in force, with a search.

import { byID, element, setText } from "./dom.js";
import { json } from "./client.js";
import { count } from "./format.js";
import { fill as fillExplain, offerScopes } from "./explain.js";

const most = 100;
const [form, rows, more] = [byID("routes-filter"), byID("routes-rows"), byID("routes-more")];
let routes = [];
let limit = most;

function row({ method, template, requirement }) {
  const tone = { public: "warn", denied: "bad" }[requirement] ?? "";
  return element("tr", {},
    element("td", {}, element("span", { class: "method" }, method)),
    element("td", {}, element("button", {
      type: "button", class: "open mono", title: "Explain this route", click: () => fillExplain(method, template.replace(/[{}]|\.\.\.\}/g, "")),
    }, template)),
    element("td", {}, element("span", { class: `badge mono ${tone}` }, requirement)));
}

function render() {
  const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = routes.filter(({ text }) => words.every((word) => text.includes(word)));
  rows.replaceChildren(...wanted.slice(0, limit).map(row));
  setText(byID("routes-count"), wanted.length === routes.length ? count(routes.length) : `${count(wanted.length)} of ${count(routes.length)}`);
  byID("routes-empty").hidden = wanted.length > 0;
  setText(byID("routes-empty"), routes.length === 0 ? "The map has no route: everything is refused." : "No route fits this search.");
  more.hidden = wanted.length <= limit;
  setText(more, `Show all ${count(wanted.length)}`);
}

/** Fetches the map. */
export async function refresh() {
  const answer = await json("routes");
  routes = answer.routes.map((route) => ({
    ...route, text: `${route.method} ${route.template} ${route.requirement} ${route.scopes.join(" ")}`.toLowerCase(),
  }));
  offerScopes([...new Set(routes.flatMap(({ scopes }) => scopes))].sort());
  const { number, digest } = answer.generation;
  setText(byID("generation"), `generation ${number} in force`);
  byID("generation").title = `SHA-256 ${digest}`;
  render();
}

/** Wires the search. */
export function begin() {
  form.addEventListener("input", () => {
    limit = most;
    render();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    limit = Infinity;
    render();
  });
}
