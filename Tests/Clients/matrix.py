"""Real clients against a gateway, each over each transport that it has: matrix.py PROGRAM [CLIENT…]

Prints a table, and what became of each task that failed; exits 1 if one did.
"""

import json
import os
import random
import subprocess
import sys
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from Scripts.gateway import Gateway  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402
from Scripts.server import Server  # noqa: E402

from backend import Backend  # noqa: E402
from tasks import TASKS  # noqa: E402

PAYLOAD = 20 << 20
KEY = "key-of-the-clients"
BOTH = ["plain", "tls"]
ALL = ["plain", "tls", "h2"]
# How long all tasks of one client may take.
PATIENCE = 240

ROUTES = """
version: 1
routes:
  /api/get: {GET: read:trades}
  /api/download: {GET: read:trades}
  /api/events: {GET: read:trades}
  /api/seen: {GET: read:trades}
  /api/upload: {POST: read:trades}
  /api/early: {POST: read:trades}
  /api/refused: {POST: write:trades}
"""


def clients(folder):
    """The command of each client, and its transports."""
    python = [sys.executable, str(HERE / "python_clients.py")]
    node = ["node", str(HERE / "client.mjs")]
    java = ["java", "-cp", str(folder), "Client"]
    return {
        "curl": ([sys.executable, str(HERE / "curl_client.py"), "curl"], [*ALL, "h2c"]),
        "requests": ([*python, "requests"], BOTH),
        "httpx": ([*python, "httpx"], [*ALL, "h2c"]),
        "aiohttp": ([*python, "aiohttp"], BOTH),
        "http.client": ([*python, "http.client"], BOTH),
        "urllib": ([*python, "urllib"], BOTH),
        "urllib3": ([*python, "urllib3"], BOTH),
        "botocore": ([*python, "botocore"], BOTH),
        "Node fetch": ([*node, "fetch"], BOTH),
        "Node http": ([*node, "http"], BOTH),
        "Node http2": ([*node, "http2"], ["h2", "h2c"]),
        "Go": ([str(folder / "go-client"), "Go"], ALL),
        "HttpClient": ([*java, "HttpClient"], ALL),
        "HttpURLConnection": ([*java, "HttpURLConnection"], BOTH),
    }


def build(folder, wanted):
    """Compiles those that have to be."""
    if "Go" in wanted:
        environment = {**os.environ, "GOCACHE": str(folder / "go-cache"), "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
        command = ["go", "build", "-o", str(folder / "go-client"), str(HERE / "client.go")]
        subprocess.run(command, check=True, env=environment)
    if {"HttpClient", "HttpURLConnection"} & set(wanted):
        subprocess.run(["javac", "-d", str(folder), str(HERE / "Client.java")], check=True)


def authority(folder):
    """A certificate authority, and a certificate of it for localhost."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=authority", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "gate.key", "-out",
            "gate.csr", "-subj", "/CN=localhost")  # fmt: skip
    (folder / "extensions").write_text("subjectAltName = DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "gate.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "gate.pem",
            "-days", "30", "-extfile", "extensions")  # fmt: skip


def introspect(_request, body):
    key = urllib.parse.parse_qs(body.decode())["token"][0]
    return 200, {"active": key == KEY, "scope": "read:trades", "client_id": "clients"}


def start(run):
    folder = run.folder
    payload = random.Random(1).randbytes(PAYLOAD)
    (folder / "payload").write_bytes(payload)
    backend = run.with_peer(Backend(payload))
    keys = run.with_peer(Server(introspect))
    authority(folder)
    (folder / "routes.yaml").write_text(ROUTES)
    configuration = folder / "scopegate.yaml"
    configuration.write_text(
        f"""
        listen:
          - {{address: "127.0.0.1:0", protocols: [h2, http/1.1]}}
          - address: 127.0.0.1:0
            tls: {{certificates: [{{certificate_file: gate.pem, key_file: gate.key}}]}}
        upstream: {{url: 'http://127.0.0.1:{backend.port}'}}
        introspection: {{url: 'http://127.0.0.1:{keys.port}/introspect'}}
        routes: routes.yaml
        audit: {{path: audit.jsonl}}
        admin: {{address: '127.0.0.1:0'}}
        threads: 2
        """
    )
    return run.with_gateway(Gateway(run.binary, configuration))


def perform(command, transport, tasks, gateway, folder):
    """What became of the tasks: nothing, an error, or that the client can't do it."""
    secure = transport in ("tls", "h2")
    environment = {
        **os.environ, "PAYLOAD": str(folder / "payload"), "AUTHORITY": str(folder / "ca.pem"), "KEY": KEY,
        "URL": f"https://localhost:{gateway.ports[1]}" if secure else f"http://127.0.0.1:{gateway.ports[0]}",
        "NODE_EXTRA_CA_CERTS": str(folder / "ca.pem"), "NO_PROXY": "*",
    }  # fmt: skip
    found = {}
    try:
        done = subprocess.run(
            [*command, transport, ",".join(tasks)], env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
        output, fault = done.stdout, done.stderr.strip()[-200:] or f"it ended with {done.returncode}"
    except subprocess.TimeoutExpired as expired:
        output, fault = (expired.stdout or b"").decode(), f"not within {PATIENCE} s"
    for line in output.splitlines():
        if line.startswith("{"):
            told = json.loads(line)
            found[told["task"]] = "skipped" if told.get("skipped") else told.get("error")
    return {task: found.get(task, fault) if task not in found else found[task] for task in tasks}


def all_tasks(command, transport, gateway, folder):
    """What became of each task; the thousand requests are a run of their own, so that its connections can be counted."""
    found = perform(command, transport, [task for task in TASKS if task != "thousand"], gateway, folder)
    accepted = gateway.metric("connections_accepted_total")
    found |= perform(command, transport, ["thousand"], gateway, folder)
    count = gateway.metric("connections_accepted_total") - accepted
    if found["thousand"] is None and count != 1:
        found["thousand"] = f"{count:.0f} connections"
    return found


def main():
    binary, wanted = sys.argv[1], sys.argv[2:]
    faults = []
    with FolderRun(binary, "clients") as run:
        table = {name: entry for name, entry in clients(run.folder).items() if not wanted or name in wanted}
        build(run.folder, table)
        gateway = start(run)
        print(f"{'client':18} {'over':6} " + " ".join(f"{task:>10}" for task in TASKS), flush=True)
        for name, (command, transports) in table.items():
            for transport in transports:
                found = all_tasks(command, transport, gateway, run.folder)
                cells = ["ok" if found[task] is None else "-" if found[task] == "skipped" else "FAIL" for task in TASKS]
                print(f"{name:18} {transport:6} " + " ".join(f"{cell:>10}" for cell in cells), flush=True)
                faults += [f"{name} over {transport}, {task}: {error}" for task, error in found.items()
                           if error not in (None, "skipped")]  # fmt: skip
        if not gateway.terminate():
            faults.append("the gateway did not end in order")
    for fault in faults:
        print(f"FAILED  {fault}")
    print("all as it should be" if not faults else f"{len(faults)} not as they should be")
    sys.exit(1 if faults else 0)


main()
