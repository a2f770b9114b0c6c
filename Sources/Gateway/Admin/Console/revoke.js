// Revoking keys: which ones, then whether really.

import { byID, setText } from "./dom.js";
import { post } from "./client.js";
import { Confirmation } from "./dialog.js";
import { counted } from "./format.js";

const [dialog, form, confirm] = [byID("dialog-revoke"), byID("revoke-form"), byID("revoke-confirm")];
const labels = { key_id: "Key id", subject: "Subject", key: "Key" };
const input = form.elements.value;

const confirmation = new Confirmation("revoke-go", "revoke-result", async () => {
  const effect = await post("revoke", { [form.elements.kind.value]: input.value.trim() });
  input.value = "";
  byID("revoke-back").dataset.done = "";
  return {
    tone: effect.forgotten > 0 ? "good" : "warn",
    text: effect.forgotten > 0
      ? `Forgotten: ${counted(effect.forgotten, "key")}.`
      : "No such key was known; it would have been asked about anyway.",
  };
});

function showKind() {
  const kind = form.elements.kind.value;
  setText(byID("revoke-label"), labels[kind]);
  // A key is nobody's to read over a shoulder.
  input.type = kind === "key" ? "password" : "text";
}

function back() {
  confirmation.reset();
  setText(byID("revoke-back"), "Back");
  delete byID("revoke-back").dataset.done;
  confirm.hidden = true;
  form.hidden = false;
  input.focus();
}

function question() {
  const [kind, value] = [form.elements.kind.value, input.value.trim()];
  if (kind === "key") return "Forget what is known of this key?";
  return `Forget what is known of all keys ${kind === "key_id" ? "with the key id" : "of the subject"} “${value}”?`;
}

/** Opens the dialog, perhaps with what is to be revoked. */
export function askToRevoke(kind = "key_id", value = "") {
  form.elements.kind.value = kind;
  input.value = value;
  showKind();
  dialog.showModal();
  back();
}

/** Wires the dialog. */
export function begin() {
  byID("open-revoke").addEventListener("click", () => askToRevoke());
  form.addEventListener("change", (event) => {
    if (event.target.name !== "kind") return;
    // What was typed as one thing isn't shown as another.
    input.value = "";
    showKind();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim() === "") return;
    setText(byID("revoke-question"), question());
    form.hidden = true;
    confirm.hidden = false;
    byID("revoke-go").focus();
  });
  byID("revoke-back").addEventListener("click", (event) => {
    if (event.currentTarget.dataset.done === undefined) back();
    else dialog.close();
  });
  dialog.addEventListener("close", () => {
    input.value = "";
  });
}
