"""Upgrades and restarts a gateway under load, as a service manager that keeps the listening socket would, and as processes
that share a port."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts.checks import Checks  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import free_port  # noqa: E402
from Upgrade.clients import Load, tell  # noqa: E402

# What systemd does between fork(2) and exec(2) (sd_listen_fds(3)).
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="gate")
os.execv(sys.argv[2], sys.argv[2:])
"""

KEY_SERVICE = """
location = /introspect {
    return 200 '{"active":true,"scope":"read:trades","client_id":"key_1","exp":4102444800}';
}
"""


class Site:
    """A configuration, and the gateways that run with it: each has an audit log and an admin listener of its own."""

    def __init__(self, binary, backend, listen):
        self.temporary = tempfile.TemporaryDirectory(prefix="scopegate-upgrade-")
        self.folder = Path(self.temporary.name)
        self.binary, self.count, self.socket = binary, 0, None
        self.configuration = self.folder / "scopegate.yaml"
        self.configuration.write_text(
            f"""
            listen: [{listen}]
            upstream: {{url: 'http://127.0.0.1:{backend.port}'}}
            introspection: {{url: 'http://127.0.0.1:{backend.port}/introspect'}}
            threads: 2
            """
        )

    def hold(self, listener):
        """Gateways get this socket from now on, which stays open whatever becomes of them."""
        self.socket = listener
        os.set_inheritable(listener.fileno(), True)

    def start(self):
        self.count += 1
        name = f"gateway-{self.count}"
        options = {}
        if self.socket:
            number = self.socket.fileno()
            options = {"prefix": (sys.executable, "-S", "-c", HAND_OVER, str(number)), "pass_fds": (number,)}
        audit = self.folder / f"{name}.jsonl"
        return Gateway(
            self.binary, self.configuration, name=name,
            arguments=("--audit", str(audit), "--admin", "127.0.0.1:0"), **options,
        )  # fmt: skip

    def verify(self):
        """How many of the audit logs are complete, each from a start to a stop."""
        logs = sorted(self.folder.glob("*.jsonl"))
        return sum(
            subprocess.run([self.binary, "audit", "verify", "--log", str(log)], capture_output=True).returncode == 0 for log in logs
        )


def upgrade(site, gateway):
    """The new one is there before the old one is told to end."""
    new = site.start()
    began = time.monotonic()
    assert gateway.terminate(), "the old gateway didn't end in order"
    return new, time.monotonic() - began


def restart(site, gateway):
    """Nobody accepts for a while: clients wait in the kernel's queue."""
    began = time.monotonic()
    assert gateway.terminate(), "the gateway didn't end in order"
    return site.start(), time.monotonic() - began


def run(checks, what, site, port, step, count, pause):
    gateway = site.start()
    load = Load(port)
    took = []
    began = time.monotonic()
    try:
        for _ in range(count):
            time.sleep(pause)
            gateway, seconds = step(site, gateway)
            took.append(seconds)
        time.sleep(pause)
    finally:
        seconds = time.monotonic() - began
        results = load.finish()
        ended = gateway.terminate()
    print(f"{what}: {count} in {seconds:.0f} s, each in {min(took):.2f} to {max(took):.2f} s")
    answered, lost = tell(results)
    checks(f"{what}: none of {answered + lost} requests refused or lost ({answered / seconds:.0f}/s)", lost == 0, lost)
    checks(f"{what}: the last gateway ended in order", ended)
    checks(f"{what}: the audit logs of all {site.count} gateways are complete", site.verify() == site.count)


def main():
    binary, count = sys.argv[1], int(sys.argv[2])
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="scopegate-upgrade-") as folder:
        backend = Nginx(Path(folder), KEY_SERVICE)
        try:
            # After a restart clients have to catch up.
            for what, step, pause in (
                ("upgrade by socket activation", upgrade, 0.5), ("restart by socket activation", restart, 3),
            ):  # fmt: skip
                with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
                    site = Site(binary, backend, "{address: 'systemd:gate'}")
                    site.hold(listener)
                    run(checks, what, site, listener.getsockname()[1], step, count, pause)
            port = free_port()
            site = Site(binary, backend, f"{{address: '127.0.0.1:{port}', reuse_port: true}}")
            run(checks, "upgrade by reuse_port", site, port, upgrade, count, 0.5)
        finally:
            backend.stop()
    checks.finish()


if __name__ == "__main__":
    main()
