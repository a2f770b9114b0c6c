// One denied request with all its fields, and where to go from it.

import { byID, element } from "./dom.js";
import { fill as fillExplain } from "./explain.js";
import { askToRevoke } from "./revoke.js";

const dialog = byID("dialog-record");
const names = {
  time: "Time", code: "Reason", status: "Status", method: "Method", path: "Path", query: "Query", template: "Template",
  required_scope: "Missing scope", required_scopes: "Scopes of the route", granted_scopes: "Scopes of the key",
  key_id: "Key id", subject: "Subject", key_fingerprint: "Key fingerprint", client: "Client", forwarded_client: "Forwarded for",
  client_certificate: "Client certificate", user_agent: "User agent", cut: "Response cut", request_id: "Request id", client_request_id: "Client's request id", trace_id: "Trace id", generation: "Generation", instance: "Instance",
  seq: "Record", truncated: "Cut fields",
};
let current = null;

/** Opens the dialog. */
export function show(record) {
  current = record;
  const members = Object.entries(names).filter(([name]) => record[name] !== undefined);
  byID("record-fields").replaceChildren(...members.flatMap(([name, label]) => {
    const value = record[name];
    const text = Array.isArray(value) ? value.join(" ") || "none" : String(value);
    return [element("dt", {}, label), element("dd", { class: "mono" }, text)];
  }));
  byID("record-explain").hidden = record.path === undefined;
  byID("record-revoke").hidden = record.key_id === undefined && record.subject === undefined;
  dialog.showModal();
}

/** Wires the dialog's buttons. */
export function begin() {
  byID("record-explain").addEventListener("click", () => {
    dialog.close();
    fillExplain(current.method ?? "GET", current.path, current.granted_scopes);
  });
  byID("record-revoke").addEventListener("click", () => {
    dialog.close();
    if (current.key_id !== undefined) askToRevoke("key_id", current.key_id);
    else askToRevoke("subject", current.subject);
  });
}
