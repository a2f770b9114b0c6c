"""Clients with one connection each that send requests of all kinds in turn, for so many seconds, and tell by method what
became of them.

Usage: load.py PORT SECONDS CONNECTIONS METHOD...
Prints one JSON object: {METHOD: {"outcomes": {OUTCOME: COUNT}, "longest": SECONDS, "bodies": {BODY: COUNT}}}.
"""

import asyncio
import collections
import json
import sys
import time

# Larger than a segment, so that a killed server may have got a part of it.
BODY = b"x" * 4096
PATIENCE = 20


def request(method):
    fields = f"Content-Length: {len(BODY)}\r\n" if method in ("PUT", "POST") else ""
    return f"{method} /load HTTP/1.1\r\nHost: gateway\r\n{fields}\r\n".encode() + (BODY if fields else b"")


class Outcomes:
    def __init__(self):
        self.counts, self.bodies = collections.Counter(), collections.Counter()
        self.longest = 0

    def add(self, outcome, body, seconds):
        self.counts[outcome] += 1
        self.longest = max(self.longest, seconds)
        if body is not None:
            self.bodies[body] += 1


async def exchange(streams, method):
    reader, writer = streams
    writer.write(request(method))
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    length = 0 if method == "HEAD" else int(fields["content-length"])
    body = await reader.readexactly(length)
    return int(lines[0].split()[1]), body.decode(), fields.get("connection") == "close"


async def client(port, end, methods, outcomes):
    streams, count = None, 0
    while time.monotonic() < end:
        method = methods[count % len(methods)]
        count += 1
        begun = time.monotonic()
        closes, body = True, None
        try:
            if streams is None:
                streams = await asyncio.open_connection("127.0.0.1", port)
            status, body, closes = await asyncio.wait_for(exchange(streams, method), PATIENCE)
            outcome = str(status) if status < 400 else f"{status} {code(body)}".strip()
        except (OSError, EOFError) as error:
            outcome = type(error).__name__
        except asyncio.TimeoutError:
            outcome = f"nothing within {PATIENCE} s"
        outcomes[method].add(outcome, body, time.monotonic() - begun)
        if closes and streams is not None:
            streams[1].close()
            streams = None


def code(body):
    try:
        return json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""


async def main():
    port, seconds, connections = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    methods = sys.argv[4:]
    outcomes = {method: Outcomes() for method in methods}
    end = time.monotonic() + seconds
    await asyncio.gather(
        *(client(port, end, methods[index % len(methods) :] + methods[: index % len(methods)], outcomes)
          for index in range(connections))
    )  # fmt: skip
    print(
        json.dumps(
            {
                method: {"outcomes": found.counts, "longest": found.longest, "bodies": found.bodies}
                for method, found in outcomes.items()
            }
        )
    )


asyncio.run(main())
