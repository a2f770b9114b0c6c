"""What each client has to do. A client in Python is an object with `request` and, if it can, `events`; those in other
languages do the same by their own means, and print the same lines."""

import hashlib
import json
import os
import sys
import uuid

MEBIBYTE = 1 << 20
REFUSED = [1, 6, 20]
TASKS = ["get", "post", "upload", "chunked", "download", "refused-1", "refused-6", "refused-20", "early", "events", "thousand"]


def expect(condition, found):
    if not condition:
        raise AssertionError(str(found)[:200])


def run(client, payload, tasks):
    """Prints what became of each task; `request` takes a method, a target, a body and whether that goes in chunks."""

    def get():
        status, body = client.request("GET", "/api/get")
        expect(status == 200 and json.loads(body) == {"name": "get"}, (status, body))

    def upload(content, chunked=False):
        status, body = client.request("POST", "/api/upload", content, chunked)
        expect(status == 200, (status, body))
        expect(json.loads(body) == {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}, body)

    def download():
        status, body = client.request("GET", "/api/download")
        expect(status == 200 and body == payload, (status, len(body)))

    def refused(count):
        status, body = client.request("POST", "/api/refused", payload[: count * MEBIBYTE])
        expect(status == 403 and json.loads(body)["error"]["code"] == "forbidden_scope", (status, body))
        get()

    def early():
        status, body = client.request("POST", "/api/early", payload[: 6 * MEBIBYTE])
        expect(status == 413 and json.loads(body) == {"error": "too large"}, (status, body))
        get()

    def events():
        id, text = str(uuid.uuid4()), b""
        for piece in client.events(f"/api/events?id={id}"):
            if not text:
                expect(piece.startswith(b"data: 0"), piece)
                status, _ = client.request("GET", f"/api/seen?id={id}")
                expect(status == 200, status)
            text += piece
        expect(text == b"".join(b"data: %d\n\n" % number for number in range(5)), text)

    def thousand():
        for _ in range(1000):
            get()

    functions = {
        "get": get, "post": lambda: upload(b'{"a":1}'), "upload": lambda: upload(payload),
        "chunked": lambda: upload(payload, True), "download": download, "early": early, "events": events,
        "thousand": thousand, **{f"refused-{count}": lambda count=count: refused(count) for count in REFUSED},
    }  # fmt: skip
    for task in tasks:
        if task in getattr(client, "cannot", ()):
            print(json.dumps({"task": task, "skipped": True}), flush=True)
            continue
        try:
            functions[task]()
            print(json.dumps({"task": task}), flush=True)
        except Exception as error:
            print(json.dumps({"task": task, "error": f"{type(error).__name__}: {error}"[:300]}), flush=True)


def main(clients):
    """Runs the client that the environment names."""
    with open(os.environ["PAYLOAD"], "rb") as file:
        payload = file.read()
    client = clients[sys.argv[1]](os.environ["URL"], os.environ["AUTHORITY"], os.environ["KEY"], sys.argv[2])
    run(client, payload, sys.argv[3].split(","))
