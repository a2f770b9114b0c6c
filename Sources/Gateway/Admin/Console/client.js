// Requests to the admin listener.

import * as token from "./token.js";

/** Why there is no answer, in words for an operator. */
export class Problem extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Sends a request; with the token if there is one, and once it is known if one is asked for. */
export async function send(path, { method = "GET", body, signal, accept = "application/json" } = {}) {
  for (;;) {
    const used = token.current();
    const headers = { Accept: accept };
    if (used != null) headers.Authorization = `Bearer ${used}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(path, {
        method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-store", credentials: "omit", redirect: "error",
      });
    } catch (error) {
      if (error instanceof TypeError && !signal?.aborted) throw new Problem("The gateway does not answer.");
      throw error;
    }
    if (response.status !== 401) return response;
    if (!await token.ask(used)) throw new Problem("The admin token is missing.", 401);
  }
}

/** The JSON of an answer. Statuses among `expected` are answers, all others are problems. */
export async function json(path, options = {}, expected = [200]) {
  const response = await send(path, options);
  let value;
  try {
    value = await response.json();
  } catch {
    throw new Problem(`The gateway answered ${response.status} without JSON.`, response.status);
  }
  if (expected.includes(response.status)) return value;
  throw new Problem(value?.error?.message ?? `The gateway answered ${response.status}.`, response.status);
}

/** Has the gateway do something. */
export const post = (path, body, expected) => json(path, { method: "POST", body }, expected);
