"""Clients at a steady rate, which tell what became of every request: none may be refused or lost."""

import collections
import json
import multiprocessing
import random
import socket
import sys
import threading
import time

FIELDS = b"Host: gateway.test\r\nAuthorization: Bearer upgrade-run-key-1\r\n"
REQUEST = b"GET /api/v1/trades HTTP/1.1\r\n" + FIELDS + b"\r\n"
# One that nobody may send twice.
UNSAFE = b"POST /api/v1/trades HTTP/1.1\r\n" + FIELDS + b"Content-Length: 2\r\n\r\n{}"


class Lost(Exception):
    """A request that didn't get its answer."""


class ClosedWhenUsed(Lost):
    """A kept connection that had been closed by the time that the request got there: nobody can tell beforehand, so that
    clients send such a request once more, if that is safe (RFC 9112 §9.3.1)."""


class Client(threading.Thread):
    """Sends a request whenever one is due; its time counts from then, whatever held it up."""

    def __init__(self, host, port, keeps, intervals, until, request=REQUEST):
        super().__init__(daemon=True)
        self.address, self.keeps, self.intervals, self.until = (host, port), keeps, intervals, until
        self.request = request
        self.counts, self.times, self.connection = collections.Counter(), [], None

    def run(self):
        due = time.monotonic() + next(self.intervals)
        while not self.until.is_set():
            time.sleep(max(0, due - time.monotonic()))
            try:
                try:
                    self.ask()
                except ClosedWhenUsed:
                    if self.request is not REQUEST:
                        raise
                    self.counts["(sent once more: the connection was closed as it was used)"] += 1
                    self.leave()
                    self.ask()
                self.counts["answered"] += 1
            except Lost as lost:
                self.counts[str(lost)] += 1
                self.leave()
            self.times.append(time.monotonic() - due)
            due += next(self.intervals)
        self.leave()

    def leave(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def ask(self):
        if self.connection and self.has_ended():
            # As every client library does before it uses a connection again.
            self.counts["(closed while idle)"] += 1
            self.leave()
        kind = "kept" if self.connection else "new"
        if not self.connection:
            try:
                self.connection = socket.create_connection(self.address, 60)
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                raise Lost(f"LOST: no connection, {type(error).__name__}") from None
        answer = b""
        try:
            self.connection.sendall(self.request)
            while b"\r\n\r\n" not in answer:
                self.read(piece := self.connection.recv(65536), kind, answer)
                answer += piece
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(body) < length:
                self.read(piece := self.connection.recv(65536), kind, answer)
                body += piece
        except OSError as error:
            lost = ClosedWhenUsed if kind == "kept" and not answer else Lost
            raise lost(f"LOST: {kind} connection, {'cut' if answer else type(error).__name__}") from None
        if not head.startswith(b"HTTP/1.1 200 "):
            raise Lost(f"LOST: status {head[9:12].decode()}")
        if b"\r\nconnection: close" in head.lower():
            self.counts["(told that the connection ends)"] += 1
            self.leave()
        elif not self.keeps:
            self.leave()

    @staticmethod
    def read(piece, kind, answer):
        if not piece:
            lost = ClosedWhenUsed if kind == "kept" and not answer else Lost
            raise lost(f"LOST: {kind} connection, {'cut' if answer else 'closed'} before the answer")

    def has_ended(self):
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.connection.settimeout(60)


def steadily(rate):
    time.sleep(random.random() / rate)
    while True:
        yield 1 / rate


def now_and_then():
    while True:
        yield random.uniform(0.05, 1.5)


def work(host, port, kind, clients, rate, until, results):
    group = [
        Client(
            host, port, kind != "new", now_and_then() if kind == "rare" else steadily(rate / clients), until,
            UNSAFE if kind == "post" else REQUEST,
        )  # fmt: skip
        for _ in range(clients)
    ]
    for client in group:
        client.start()
    until.wait()
    for client in group:
        client.join(90)
    counts = sum((client.counts for client in group), collections.Counter())
    counts["STUCK"] += sum(client.is_alive() for client in group)
    results.put((kind, +counts, sorted(time for client in group for time in client.times)))


class Load:
    """Clients that keep their connections busy, clients with a connection for each request, and clients that use a kept
    connection now and then, each kind in a process of its own."""

    KINDS = {"kept": (12, 2500), "new": (12, 1000), "rare": (100, 0)}

    def __init__(self, port, host="127.0.0.1", kinds=KINDS):
        self.kinds = kinds
        self.until, self.results = multiprocessing.Event(), multiprocessing.Queue()
        self.processes = [
            multiprocessing.Process(target=work, args=(host, port, kind, *size, self.until, self.results))
            for kind, size in kinds.items()
        ]
        for process in self.processes:
            process.start()

    def finish(self):
        """What became of the requests, by kind of client, with the times that they took."""
        self.until.set()
        results = {kind: (counts, times) for kind, counts, times in (self.results.get() for _ in self.processes)}
        for process in self.processes:
            process.join()
        return {kind: results[kind] for kind in self.kinds}


def tell(results):
    """Prints what became of requests; how many were answered, and how many were not."""
    answered = lost = 0
    for kind, (counts, times) in results.items():
        answered += counts["answered"]
        lost += sum(count for what, count in counts.items() if what.isupper() or what.startswith("LOST"))
        slow = [1000 * times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.99, 0.999, 1)]
        print(f"  {kind:5} " + ", ".join(f"{count} {what}" for what, count in counts.most_common()))
        print("        p50 {:.2f}  p99 {:.1f}  p99.9 {:.1f}  longest {:.0f} ms".format(*slow))
    return answered, lost


def main():
    """Runs until its input ends, and prints the results: for a run whose clients are on a host of their own."""
    load = Load(int(sys.argv[2]), sys.argv[1], json.loads(sys.argv[3]))
    sys.stdin.read()
    json.dump({kind: [dict(counts), times] for kind, (counts, times) in load.finish().items()}, sys.stdout)


if __name__ == "__main__":
    main()
