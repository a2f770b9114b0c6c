"""Uses a key at each of several gateways, as fast as they answer, until all refuse it, and prints when each did so first.

    poller.py KEY HOST...
"""

import json
import os
import socket
import sys
import threading
import time


def poll(host, key, begun, refused):
    request = f"GET /api/v1/trades HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    with socket.create_connection((host, 8080)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # As the load balancer, which it stands beside.
        connection.sendall(b"PROXY UNKNOWN\r\n")
        while True:
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
            status = int(head[9:12])
            if status == 401 and host in begun:
                refused[host] = time.monotonic()
                return
            if status != 200:
                print(f"{host} answers {status}", flush=True)
                os._exit(1)
            begun.add(host)


def main():
    key, hosts = sys.argv[1], sys.argv[2:]
    begun, refused = set(), {}
    threads = [threading.Thread(target=poll, args=(host, key, begun, refused)) for host in hosts]
    for thread in threads:
        thread.start()
    while len(begun) < len(hosts):
        time.sleep(0.01)
    print("all let it through", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps(refused), flush=True)


main()
