"""A gateway that runs: started with a configuration, asked, and ended."""

import http.client
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

from . import processes
from .waiting import wait_for


class Gateway:
    """Started, and ready. What it logs is in the file `gateway.err` of its folder, or in that of another name."""

    def __init__(
        self, binary, configuration, stdout=subprocess.DEVNULL, environment=None, prefix=(), user=None, arguments=(),
        name="gateway", pass_fds=(),
    ):  # fmt: skip
        self.binary, self.configuration = binary, configuration
        self.errors = configuration.parent / f"{name}.err"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [*prefix, binary, "serve", "--config", str(configuration), *arguments],
                stdout=stdout, stderr=errors, env={**os.environ, **(environment or {})}, user=user, pass_fds=pass_fds,
            )  # fmt: skip
        ready = wait_for("the gateway is ready", self._ready)
        addresses = [line["address"] for line in self.lines() if line["message"] == "listening"]
        # Those of its listeners, but for Unix sockets.
        self.ports = [self._port(address) for address in addresses if not address.startswith("unix:")]
        self.port = next(iter(self.ports), None)
        # The digest of its route map.
        self.digest = ready["digest"]
        self.admin = ready["admin"]
        self.admin_port = None if self.admin.startswith("unix:") else self._port(self.admin)

    @staticmethod
    def _port(address):
        return int(address.rsplit(":", 1)[1])

    def _ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended: {self.errors.read_text()}")
        return next((line for line in self.lines() if line["message"] == "ready"), None)

    def lines(self):
        """What it has logged, but for what isn't JSON."""
        lines = []
        for line in self.errors.read_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                pass
        return lines

    def logged(self, text):
        """How often it has logged a text."""
        return self.errors.read_text().count(text)

    def tell(self):
        """For the case that a run fails."""
        print(f"the gateway ({self.process.poll()}) logged: {self.errors.read_text()[-3000:]}")

    def ask(self, target="/api/v1/trades", key=None, method="GET", headers=None, timeout=30):
        """The status of a request on a connection of its own, and the response's body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            fields = dict(headers or {})
            if key:
                fields["Authorization"] = f"Bearer {key}"
            connection.request(method, target, headers=fields)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ask_admin(self, path, method="GET", body=None, headers=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.admin_port}{path}", data=body, method=method, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def metrics(self):
        """The values of all metrics, by their names with labels."""
        lines = self.ask_admin("/metrics")[1].decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] not in ("", "#"))}

    def metric(self, name):
        """The value of a metric, which is named with its labels; None when it has no such series."""
        return self.metrics().get(f"scopegate_{name}")

    def reload(self, *options):
        """What came of `scopegate reload`: its status and what it printed."""
        command = [self.binary, "reload", "--config", str(self.configuration), "--admin", self.admin, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout or done.stderr

    def memory(self):
        """Its resident memory in MiB."""
        return processes.resident(self.process.pid)

    def cpu(self):
        """The seconds of processor time that it has had."""
        return processes.cpu(self.process.pid)

    def terminate(self):
        """Ends it in order, and says whether it did so."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60) == 0

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
