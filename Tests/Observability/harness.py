"""What the runs share: a backend, an introspection endpoint and a trace collector that do what they are told, and gateways.

Everything listens on loopback, and ends with the script.
"""

import http.client
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts import gateway  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402
from Scripts.server import Server  # noqa: E402

# Long enough to be told from everything else that a log may hold.
KEY = "observability-run-key-93f2c1"
ROUTES = """version: 1
routes:
  /api/v1/trades: {GET: read:trades, POST: write:trades}
  /api/v1/trades/{tradeId}: {GET: read:trades}
  /api/v1/public: {GET: public}
"""


class Run(FolderRun):
    """A folder, the servers, and gateways one after the other."""

    def __init__(self, binary):
        super().__init__(binary, "observability")
        self.delay = 0.0
        self.status = 200
        self.heads = []
        self.backend = self.with_peer(Server(self._backend))
        self.introspection = self.with_peer(Server(self._introspect))

    def _backend(self, request, _body):
        if len(self.heads) < 10_000:
            self.heads.append({name.lower(): value for name, value in request.headers.items()})
        time.sleep(self.delay)
        return self.status, b'{"data":[]}'

    @staticmethod
    def _introspect(_request, body):
        active = b"bad-key" not in body
        answer = {"active": active, "scope": "read:trades", "key_id": "key_run", "sub": "user_run"} if active else {
            "active": False
        }
        return 200, answer

    def start(self, extra="", **options):
        return self.with_gateway(Gateway(self, extra, **options))


class Gateway(gateway.Gateway):
    def __init__(self, run, extra, port=0, admin=None, folder=None, audit="audit.jsonl", options=(), **how):
        self.folder = Path(folder or tempfile.mkdtemp(dir=run.folder))
        self.routes = self.folder / "routes.yaml"
        self.routes.write_text(ROUTES)
        configuration = self.folder / "scopegate.yaml"
        admin = admin or "{address: '127.0.0.1:0'}"
        introspection = ", ".join([f"url: 'http://127.0.0.1:{run.introspection.port}/introspect'", *options])
        configuration.write_text(
            f"listen: [{{address: '127.0.0.1:{port}'}}]\n"
            f"upstream: {{url: 'http://127.0.0.1:{run.backend.port}'}}\n"
            f"introspection: {{{introspection}}}\n"
            f"routes: routes.yaml\n"
            f"admin: {admin}\n"
            f"audit: {{path: '{audit}', capacity: 64}}\n"
            f"threads: 2\n{extra}\n"
        )
        super().__init__(run.binary, configuration, **how)

    def ask(self, target="/api/v1/trades", key=KEY, **more):
        return super().ask(target, key, **more)


class Traffic:
    """Requests at a steady pace on a few connections, until it is stopped."""

    def __init__(self, gateway, target="/api/v1/trades", keys=(KEY,), clients=2, pause=0.01):
        self.gateway, self.target, self.keys, self.pause = gateway, target, keys, pause
        self.ended = threading.Event()
        self.statuses = {}
        self.threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(clients)]

    def _run(self, number):
        count = number
        while not self.ended.is_set():
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=10)
                while not self.ended.is_set():
                    key = self.keys[count % len(self.keys)]
                    count += 1
                    connection.request("GET", self.target, headers={"Authorization": f"Bearer {key}"})
                    response = connection.getresponse()
                    response.read()
                    self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
                    self.ended.wait(self.pause)
            except (OSError, http.client.HTTPException):
                self.ended.wait(0.1)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(15)
