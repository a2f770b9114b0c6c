"""A client as most are: a connection, a request, the answer; fifty times a second, for so many seconds.

Usage: good_client.py PORT SECONDS. Prints how many requests failed and how long they took.
"""

import socket
import sys
import time

port, seconds = int(sys.argv[1]), float(sys.argv[2])
request = (
    b"GET /api/v1/trades HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
    b"Authorization: Bearer load-test-key\r\n\r\n"
)
times, failed, end = [], 0, time.monotonic() + seconds
while time.monotonic() < end:
    start = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(request)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        failed += not answer.startswith(b"HTTP/1.1 200 ")
    except OSError:
        failed += 1
    times.append((time.perf_counter() - start) * 1000)
    time.sleep(0.02)
times.sort()
print(
    f"good client: {len(times)} requests, {failed} failed, p50 {times[len(times) // 2]:.2f} ms,"
    f" p99 {times[len(times) * 99 // 100]:.2f} ms, longest {times[-1]:.2f} ms"
)
sys.exit(1 if failed else 0)
