// Dialogs in which the gateway is told to do something; none does so before it was confirmed.

import { byID, element, notice } from "./dom.js";

/** Has the buttons that close a dialog do so. */
export function wireClosing() {
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

/**
 * The step of a dialog in which something is done: `button` does it, what came of it is shown in `result`, and then the
 * button is gone. `act` resolves to {tone, text, more}.
 */
export class Confirmation {
  #button;
  #result;

  constructor(buttonID, resultID, act) {
    this.#button = byID(buttonID);
    this.#result = byID(resultID);
    this.#button.addEventListener("click", () => this.#run(act));
  }

  /** Begins anew. */
  reset() {
    this.#button.hidden = false;
    this.#button.disabled = false;
    this.#result.replaceChildren();
    const close = this.#button.closest(".buttons").querySelector("[data-close]");
    if (close) close.textContent = "Cancel";
  }

  async #run(act) {
    this.#button.disabled = true;
    this.#result.replaceChildren(element("p", { class: "soft" }, "Working…"));
    try {
      const { tone, text, more = [] } = await act();
      this.#result.replaceChildren(notice(tone, element("strong", {}, text)), ...more);
      this.#button.hidden = true;
      const close = this.#button.closest(".buttons").querySelector("button:not([hidden])");
      close.textContent = "Close";
      close.focus();
    } catch (error) {
      this.#result.replaceChildren(notice("bad", element("strong", {}, "It was not done."), error.message));
      this.#button.disabled = false;
    }
  }
}
