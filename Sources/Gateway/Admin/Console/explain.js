// What the map in force makes of a request.

import { byID, element, notice } from "./dom.js";
import { json } from "./client.js";

const [form, result] = [byID("explain-form"), byID("explain-result")];
const statuses = { allow: "good", "depends on the key": "warn" };

async function run() {
  const { method, target, scopes } = form.elements;
  const query = new URLSearchParams({ method: method.value.trim(), target: target.value.trim() });
  if (scopes.value.trim()) query.set("scopes", scopes.value.trim());
  try {
    result.replaceChildren(view(await json(`explain?${query}`)));
  } catch (error) {
    result.replaceChildren(notice("bad", element("strong", {}, "No explanation"), error.message));
  }
}

function view(answer) {
  const fields = [
    ["Route", answer.template ?? "none"], ["Needs", answer.requirement], ["Missing scope", answer.required_scope],
    ["Methods there", answer.allowed_methods.join(", ")], ["Backend", answer.upstream?.servers.join(", ")],
  ].filter(([, value]) => value);
  return element("div", { class: "verdict" },
    notice(statuses[answer.outcome] ?? "bad",
      element("strong", {}, answer.status ? `${answer.status} ${answer.outcome}` : answer.outcome),
      element("span", { class: "mono" }, `${answer.method} ${answer.target}`)),
    answer.problem && notice("bad", answer.problem),
    answer.unknown_scopes.length > 0 &&
      notice("warn", `Not in the catalog, and so worth nothing: ${answer.unknown_scopes.join(" ")}`),
    element("dl", { class: "fields" }, fields.flatMap(([name, value]) =>
      [element("dt", {}, name), element("dd", { class: "mono" }, value)])),
    answer.suggestion && notice("plain", answer.suggestion),
    list("ol", "How the path matched", answer.steps),
    list("ul", "Why not others", answer.rejected));
}

function list(kind, title, items) {
  if (items.length === 0) return null;
  return element("section", {}, element("h3", {}, title), element(kind, {}, items.map((item) => element("li", {}, item))));
}

/** Puts a request into the box, and explains it. */
export function fill(method, target, scopes = []) {
  form.elements.method.value = method;
  form.elements.target.value = target;
  form.elements.scopes.value = scopes.join(" ");
  byID("explain").scrollIntoView({ block: "nearest" });
  form.elements.target.focus({ preventScroll: true });
  run();
}

/** Offers scopes to choose from. */
export function offerScopes(names) {
  byID("scopes").replaceChildren(...names.map((name) => element("option", { value: name })));
}

/** Wires the form. */
export function begin() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
}
