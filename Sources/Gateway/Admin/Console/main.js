// The console: an operator's view of one gateway.

import * as actions from "./actions.js";
import { byID } from "./dom.js";
import { json } from "./client.js";
import * as denials from "./denials.js";
import { wireClosing } from "./dialog.js";
import * as explain from "./explain.js";
import * as figures from "./figures.js";
import { listen } from "./link.js";
import * as record from "./record.js";
import * as reloads from "./reloads.js";
import * as revoke from "./revoke.js";
import * as routes from "./routes.js";
import * as samples from "./samples.js";
import * as servers from "./servers.js";
import * as state from "./state.js";

const stateInterval = 5000;

byID("host").textContent = location.host;
wireClosing();
for (const part of [figures, state, denials, record, explain, routes, actions, revoke]) part.begin();

// What fails here fails for the connection too, which says so.
const unlessLost = (promise) => promise.catch(() => {});
setInterval(() => {
  if (document.body.dataset.stale !== undefined) return;
  for (const part of [state, servers]) unlessLost(part.refresh());
}, stateInterval);

listen({
  async onOpen() {
    const known = await json("figures");
    // What remembers nothing of the time before is another gateway, or the same one anew.
    if (!(known.samples[0]?.time <= samples.latest()?.time)) denials.forget();
    samples.replace(known.samples);
    await Promise.all([denials, routes, reloads, state, servers].map((part) => part.refresh()));
  },
  onEvent(name, value) {
    if (name === "sample") samples.add(value);
    else if (name === "denied") denials.add(value);
    else if (name === "skipped") denials.skip(value.count);
    else if (name === "reload") {
      for (const part of [routes, reloads, state, servers]) unlessLost(part.refresh());
    }
  },
});
