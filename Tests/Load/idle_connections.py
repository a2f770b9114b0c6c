"""Opens connections, makes one request on each and lets them lie, then times requests on one more.

Usage: idle_connections.py PORT COUNT PID. Prints the memory of the process per connection.
"""

import socket
import sys
import time

port, count, pid = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
request = b"GET /api/v1/trades HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer load-test-key\r\n\r\n"


def resident():
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def exchange(connection):
    connection.sendall(request)
    answer = connection.recv(65536)
    if not answer.startswith(b"HTTP/1.1 200 "):
        sys.exit(f"unexpected answer: {answer[:200]!r}")


with socket.create_connection(("127.0.0.1", port)) as warm_up:
    exchange(warm_up)
before = resident()
connections = []
for _ in range(count):
    connections.append(socket.create_connection(("127.0.0.1", port)))
    exchange(connections[-1])
after = resident()
print(f"resident {before} KiB before, {after} KiB after: {(after - before) / count:.2f} KiB a connection")
times = []
with socket.create_connection(("127.0.0.1", port)) as client:
    for _ in range(5000):
        start = time.perf_counter()
        exchange(client)
        times.append((time.perf_counter() - start) * 1e6)
times.sort()
print(f"good client meanwhile: p50 {times[2500]:.0f} µs, p99 {times[4950]:.0f} µs")
