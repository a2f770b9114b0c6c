// The connection to the gateway: it is lost now and then, and comes back by itself.

import { announce, byID, setText } from "./dom.js";
import { Problem, send } from "./client.js";
import { EventParser } from "./events.js";

// The gateway sends a sample each second.
const silence = 6000;
const longestPause = 15000;

/**
 * Listens for ever. `onOpen` is awaited after each connect, so that what is listened for follows what was there already;
 * `onEvent` is given the name and the value of each event.
 */
export async function listen({ onOpen, onEvent }) {
  for (let failures = 0; ; failures++) {
    let reason = "the gateway closed the connection";
    let hasOpened = false;
    let isSignedOut = false;
    try {
      await connect(onEvent, async () => {
        hasOpened = true;
        await onOpen();
        show("live", "Live");
        if (failures > 0) announce("Connected again");
      });
    } catch (error) {
      reason = error instanceof Problem ? error.message : "the connection broke";
      isSignedOut = error.status === 401;
    }
    if (hasOpened) failures = 0;
    if (document.body.dataset.stale === undefined) announce("The connection to the gateway is lost");
    document.body.dataset.stale = "";
    const time = Math.min(longestPause, 1000 * 2 ** failures) * (0.75 + Math.random() / 2);
    // Who closed the dialog for the token isn't asked again and again.
    await pause(isSignedOut ? Infinity : time, reason);
  }
}

async function connect(onEvent, onOpen) {
  const abort = new AbortController();
  let timer;
  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), silence);
  };
  try {
    const response = await send("events", { signal: abort.signal, accept: "text/event-stream" });
    if (!response.ok) throw new Problem(`the gateway answered ${response.status}`, response.status);
    expectMore();
    const parser = new EventParser((name, data) => onEvent(name, JSON.parse(data)));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    await onOpen();
    delete document.body.dataset.stale;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      expectMore();
      parser.feed(value);
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function show(state, text) {
  byID("link").dataset.state = state;
  setText(byID("link-text"), text);
  byID("link-retry").hidden = state !== "lost";
}

/** Waits, and tells how long; less when somebody asks for it, or the network is back. */
function pause(milliseconds, reason) {
  const end = Date.now() + milliseconds;
  byID("link").title = reason;
  return new Promise((resolve) => {
    const finish = () => {
      clearInterval(ticks);
      byID("link-retry").removeEventListener("click", finish);
      removeEventListener("online", finish);
      show("connecting", "Connecting");
      byID("link").title = "";
      resolve();
    };
    const tick = () => {
      const left = end - Date.now();
      if (left <= 0) finish();
      else show("lost", left === Infinity ? "Not signed in" : `Lost: again in ${Math.ceil(left / 1000)} s`);
    };
    const ticks = setInterval(tick, 250);
    byID("link-retry").addEventListener("click", finish);
    addEventListener("online", finish);
    tick();
  });
}
