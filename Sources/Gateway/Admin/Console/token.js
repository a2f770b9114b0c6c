// The admin token: asked for when the listener wants it, kept in this tab only.

import { announce, byID } from "./dom.js";

const name = "scopegate-admin-token";
const [dialog, form, problem] = [byID("dialog-token"), byID("token-form"), byID("token-problem")];
let token = stored();
let asking = null;

// A browser may forbid storage; then the token lasts as long as the page.
function stored() {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(value) {
  token = value;
  try {
    if (value == null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // See above.
  }
  byID("forget-token").hidden = value == null;
}

/** The token that requests carry; null when none is known. */
export const current = () => token;

/** Asks for the token, once however many requests want it. Resolves to whether there is another one than `refused`. */
export function ask(refused) {
  if (token !== refused) return Promise.resolve(true);
  asking ??= new Promise((resolve) => {
    problem.hidden = refused == null;
    problem.textContent = "The gateway did not take this token.";
    form.reset();
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "given" ? form.elements.token.value.trim() : "";
      form.reset();
      asking = null;
      if (given) keep(given);
      resolve(given !== "");
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    form.elements.token.focus();
  });
  return asking;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close("given");
});
byID("token-cancel").addEventListener("click", () => dialog.close("cancel"));
byID("forget-token").addEventListener("click", () => {
  keep(null);
  announce("Signed out");
  location.reload();
});
keep(token);
