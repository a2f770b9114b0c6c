// Server-sent events (WHATWG HTML §9.2.6), read from a response: EventSource can't send a token.

/** Takes a stream of text in any pieces, and hands on each event with its name and data. */
export class EventParser {
  #emit;
  #rest = "";
  #name = "";
  #data = [];

  constructor(emit) {
    this.#emit = emit;
  }

  feed(text) {
    // A CR at the end may be half of a CRLF.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    lines.forEach((line) => this.#take(line));
  }

  #take(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
  }

  #dispatch() {
    if (this.#data.length > 0) this.#emit(this.#name || "message", this.#data.join("\n"));
    this.#name = "";
    this.#data = [];
  }
}
