// Reloading, and clearing the cache.

import { byID } from "./dom.js";
import { post } from "./client.js";
import { Confirmation } from "./dialog.js";
import { counted } from "./format.js";
import { outcome } from "./reloads.js";

/** Wires both dialogs. */
export function begin() {
  const reload = new Confirmation("reload-go", "reload-result", async () => {
    const answer = await post("reload", undefined, [200, 422]);
    const { number, routes } = answer.generation;
    return {
      tone: answer.ok ? "good" : "bad",
      text: answer.ok
        ? `Reloaded: generation ${number}, ${counted(routes, "route")}.`
        : `Not reloaded: generation ${number} goes on.`,
      more: outcome(answer),
    };
  });
  const clear = new Confirmation("clear-go", "clear-result", async () => {
    const effect = await post("cache/clear");
    return { tone: "good", text: `Forgotten: ${counted(effect.forgotten, "key")}.` };
  });
  open("open-reload", "dialog-reload", reload);
  open("open-clear", "dialog-clear", clear);
}

function open(buttonID, dialogID, confirmation) {
  byID(buttonID).addEventListener("click", () => {
    confirmation.reset();
    byID(dialogID).showModal();
  });
}
