"""An introspection endpoint goes down under load and comes back: what each kind of client sees meanwhile.

Usage: outage.py BINARY [SECONDS_DOWN] [STALE_IF_ERROR]

Half of the time the endpoint refuses connections, the other half it accepts them and says nothing. All on loopback.
"""

import asyncio
import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

BINARY = sys.argv[1]
DOWN = float(sys.argv[2]) if len(sys.argv) > 2 else 60
STALE = sys.argv[3] if len(sys.argv) > 3 else "0s"
BEFORE, AFTER = 12, 20
ANSWER = b'{"active":true,"scope":"read:trades","sub":"user"}'


class Endpoint:
    """Answers every key; counts what it is asked, by second."""

    def __init__(self):
        self.server = None
        self.port = 0
        self.hangs = False
        self.calls = collections.Counter()
        self.writers = set()

    async def open(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=4096)
        self.port = self.server.sockets[0].getsockname()[1]

    async def refuse(self):
        self.server.close()
        for writer in list(self.writers):
            writer.transport.abort()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
                )
                await reader.readexactly(length)
                self.calls[int(time.monotonic() - START)] += 1
                if self.hangs:
                    await asyncio.sleep(3600)
                await asyncio.sleep(0.002)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.transport.abort()


async def backend(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.transport.abort()


class Connection:
    """One keep-alive connection to the gateway."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def get(self, path, key=None):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        credentials = f"Authorization: Bearer {key}\r\n" if key else ""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{credentials}\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        body = await self.reader.readexactly(int(fields.get(b"content-length", 0)))
        if fields.get(b"connection") == b"close":
            self.writer.close()
            self.writer = None
        return int(head.split(b" ")[1]), body


class Kind:
    """Clients of one kind: so many requests a second, each on a free connection."""

    def __init__(self, name, rate, path, key):
        self.name, self.rate, self.path, self.key = name, rate, path, key
        self.seen = collections.defaultdict(collections.Counter)
        self.times = collections.defaultdict(list)
        self.free = []

    async def run(self, port, end):
        number = 0
        pending = set()
        begin = time.monotonic()
        while time.monotonic() < end:
            task = asyncio.create_task(self.ask(port, number))
            pending.add(task)
            task.add_done_callback(pending.discard)
            number += 1
            await asyncio.sleep(max(0, begin + number / self.rate - time.monotonic()))
        await asyncio.gather(*pending)

    async def ask(self, port, number):
        connection = self.free.pop() if self.free else Connection(port)
        start = time.monotonic()
        phase = phase_at(start)
        try:
            status, body = await connection.get(self.path, self.key(number))
            code = json.loads(body)["error"]["code"] if status >= 400 else ""
            outcome = f"{status} {code}".strip()
            self.free.append(connection)
        except (OSError, asyncio.IncompleteReadError) as error:
            outcome = type(error).__name__
        self.seen[phase][outcome] += 1
        self.times[phase].append(time.monotonic() - start)


PHASES = ["up", "down", "back"]


def phase_at(moment):
    passed = moment - START
    return PHASES[0] if passed < BEFORE else PHASES[1] if passed < BEFORE + DOWN else PHASES[2]


def quantile(times, share):
    times = sorted(times)
    return 1000 * times[min(len(times) - 1, int(share * len(times)))]


async def main():
    global START
    START = time.monotonic()
    endpoint = Endpoint()
    await endpoint.open()
    server = await asyncio.start_server(backend, "127.0.0.1", 0, backlog=4096)
    temporary = tempfile.TemporaryDirectory(prefix="scopegate-outage-")
    folder = temporary.name
    with open(f"{folder}/routes.yaml", "w") as file:
        file.write('version: 1\nroutes:\n  /closed/{rest...}: {GET: "read:trades"}\n  /open/{rest...}: {GET: public}\n')
    with open(f"{folder}/scopegate.yaml", "w") as file:
        file.write(
            f"""
listen: [{{address: "127.0.0.1:0"}}]
upstream: {{url: "http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}}
introspection:
  url: http://127.0.0.1:{endpoint.port}/introspect
  cache: {{ttl: 10s, stale_if_error: {STALE}}}
routes: routes.yaml
audit: {{path: audit.jsonl}}
admin: {{address: "127.0.0.1:0"}}
"""
        )
    log = open(f"{folder}/log", "w+")
    gateway = subprocess.Popen([BINARY, "serve", "--config", f"{folder}/scopegate.yaml"], stderr=log)
    try:
        ports = await ready(f"{folder}/log", gateway)
        START = time.monotonic()
        await observe(endpoint, *ports)
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(60)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)


async def ready(path, gateway):
    """The gateway's port and that of its admin listener."""
    while gateway.poll() is None:
        lines = [json.loads(line) for line in open(path) if line.endswith("\n") and line.startswith("{")]
        found = {line["message"]: line for line in lines}
        if "ready" in found:
            return int(found["listening"]["address"].rsplit(":")[-1]), int(found["ready"]["admin"].rsplit(":")[-1])
        await asyncio.sleep(0.05)
    sys.exit("the gateway did not start: " + open(path).read())


async def observe(endpoint, port, admin):
    end = START + BEFORE + DOWN + AFTER
    kinds = [
        Kind("keys in use", 200, "/closed/a", lambda number: f"used{number % 50}"),
        Kind("new keys", 50, "/closed/a", lambda number: f"new{number}"),
        Kind("no key needed", 50, "/open/a", lambda number: None),
    ]
    states = []
    await asyncio.gather(*(kind.run(port, end) for kind in kinds), outage(endpoint), watch(admin, end, states))
    report(kinds, states, endpoint)


async def outage(endpoint):
    await asyncio.sleep(BEFORE)
    await endpoint.refuse()
    await asyncio.sleep(DOWN / 2)
    endpoint.hangs = True
    await endpoint.open()
    await asyncio.sleep(DOWN / 2)
    endpoint.hangs = False
    await endpoint.refuse()
    await endpoint.open()


async def watch(admin, end, states):
    connection = Connection(admin)
    while time.monotonic() < end:
        _, body = await connection.get("/metrics")
        for line in body.decode().split("\n"):
            if line.startswith("scopegate_introspection_breaker_state") and line.endswith(" 1"):
                state = line.split('"')[1]
                if not states or states[-1][1] != state:
                    states.append((time.monotonic() - START, state))
        await asyncio.sleep(0.02)


def report(kinds, states, endpoint):
    print(f"down from {BEFORE} s to {BEFORE + DOWN:g} s (refusing, then silent), stale_if_error {STALE}\n")
    print(f"{'clients':<14} {'phase':<6} {'p50 ms':>8} {'p99 ms':>8}  outcomes")
    for kind in kinds:
        for phase in PHASES:
            times = kind.times[phase]
            outcomes = ", ".join(f"{count} × {outcome}" for outcome, count in kind.seen[phase].most_common())
            print(f"{kind.name:<14} {phase:<6} {quantile(times, 0.5):>8.2f} {quantile(times, 0.99):>8.2f}  {outcomes}")
    print("\nbreaker (looked at every 20 ms):")
    print("  " + ", ".join(f"{moment:.1f} s {state}" for moment, state in states))
    print("\ncalls per second at the endpoint:")
    last = BEFORE + int(DOWN) + AFTER
    print("  " + " ".join(f"{second}:{endpoint.calls[second]}" for second in range(0, last)))
    failed = [kind.name for kind in kinds if set(kind.seen["up"]) - {"200"}]
    late = BEFORE + int(DOWN) + 2
    usual = max(endpoint.calls[second] for second in range(2, BEFORE))
    peak = max(endpoint.calls[second] for second in range(BEFORE + int(DOWN), last))
    print(f"\nmost calls in a second: {usual} before, {peak} after it came back")
    if failed or not any(endpoint.calls[second] for second in range(late, last)):
        sys.exit(f"not as it should be: {failed}")


START = time.monotonic()
os.environ.pop("http_proxy", None)
asyncio.run(main())
