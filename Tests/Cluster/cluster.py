"""Three copies of a gateway behind HAProxy, each on a host of its own: reloaded, restarted and killed under load, and a
revocation that has to reach all of them."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Cluster.network import Network  # noqa: E402
from Scripts.checks import Checks  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import wait_for  # noqa: E402
from Upgrade.clients import tell  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIES = ("a", "b", "c")
# Clients, and requests a second; those that post can't be sent twice.
KINDS = {"kept": (12, 1200), "new": (8, 400), "rare": (60, 0), "post": (4, 200)}


class Site:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.network = Network({"lb": 2, "client": 3, "backend": 20, "a": 11, "b": 12, "c": 13})
        self.processes, self.gateways, self.started, self.backend = [], {}, Counter(), None
        self.revoked = folder / "revoked"
        try:
            self.set_up()
        except BaseException:
            self.close()
            raise

    def set_up(self):
        folder = self.folder
        backend = self.network.addresses["backend"]
        self.token = folder / "admin-token"
        self.token.write_text("cluster-run-admin-token-1")
        (folder / "backend").mkdir()
        self.backend = Nginx(folder / "backend", address=backend, port=80, prefix=self.network.on("backend"))
        self.run("backend", sys.executable, HERE / "key_service.py", backend, "9002", self.revoked)
        self.wait_for_port("backend", backend, 9002)
        for name in COPIES:
            (folder / name).mkdir()
            (folder / name / "scopegate.yaml").write_text(
                f"""
                listen: [{{address: '0.0.0.0:8080', proxy_protocol: {{trusted: [{self.network.addresses["lb"]}]}}}}]
                upstream: {{url: 'http://{backend}:80'}}
                introspection: {{url: 'http://{backend}:9002/introspect'}}
                audit: {{path: audit.jsonl, instance: '{name}'}}
                admin: {{address: '0.0.0.0:9901', token: {{file: '{self.token}'}}}}
                shutdown: {{lame_duck: 2s}}
                threads: 1
                """
            )
            self.start(name)
        control = folder / "control.cfg"
        self.control = folder / "haproxy.sock"
        control.write_text(f"global\n    stats socket {self.control} mode 600 level admin\n")
        self.run("lb", "haproxy", "-db", "-f", ROOT / "deploy/haproxy/haproxy.cfg", "-f", control)
        wait_for("HAProxy finds all copies", lambda: all(self.is_up(name) for name in COPIES))

    def run(self, host, *command, **options):
        process = subprocess.Popen([*self.network.on(host), *map(str, command)], **options)
        self.processes.append(process)
        return process

    def wait_for_port(self, host, address, port):
        probe = f"import socket; socket.create_connection(('{address}', {port}), 1)"
        command = [*self.network.on(host), sys.executable, "-c", probe]
        wait_for(f"{address}:{port}", lambda: subprocess.run(command, capture_output=True).returncode == 0)

    def start(self, name):
        self.started[name] += 1
        self.gateways[name] = Gateway(
            self.binary, self.folder / name / "scopegate.yaml", prefix=self.network.on(name),
            name=f"gateway-{self.started[name]}",
        )  # fmt: skip

    def command(self, host, *arguments, **options):
        """Runs the program on a host."""
        return subprocess.run(
            [*self.network.on(host), self.binary, *map(str, arguments)], capture_output=True, text=True, **options
        )

    def statistics(self):
        """What HAProxy counts of each server."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            control.sendall(b"show stat\n")
            text = b"".join(iter(lambda: control.recv(65536), b"")).decode()
        lines = [line.split(",") for line in text.splitlines() if line]
        names = lines[0]
        names[0] = names[0].removeprefix("# ")
        return {row[1]: dict(zip(names, row)) for row in lines[1:] if row[0] == "gateways"}

    def is_up(self, name):
        return self.control.exists() and self.statistics().get(name, {}).get("status") == "UP"

    def load(self):
        return self.run(
            "client", sys.executable, ROOT / "Tests/Upgrade/clients.py", self.network.addresses["lb"], "80", json.dumps(KINDS),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    @staticmethod
    def finish(load):
        text, _ = load.communicate("", timeout=120)
        return {kind: (Counter(counts), times) for kind, (counts, times) in json.loads(text).items()}

    def close(self):
        for gateway in self.gateways.values():
            gateway.kill()
        if self.backend:
            self.backend.stop()
        for process in self.processes:
            process.kill()
            process.wait()
        self.network.close()


def lost(results, kinds):
    return sum(count for kind in kinds for what, count in results[kind][0].items() if what.startswith(("LOST", "STUCK")))


def under_load(site, what, steps):
    """Does something under load, and prints what the clients saw and what HAProxy did."""
    before = site.statistics()["BACKEND"]
    load = site.load()
    time.sleep(1)
    steps()
    time.sleep(1)
    results = site.finish(load)
    after = site.statistics()["BACKEND"]
    print(f"{what}:")
    tell(results)
    counts = {"tried again": "wretr", "sent elsewhere": "wredis", "connections failed": "econ", "responses failed": "eresp"}
    print("  HAProxy: " + ", ".join(f"{int(after[name]) - int(before[name])} {text}" for text, name in counts.items()))
    return results


def reloads(site, checks):
    answers = []

    def steps():
        for _ in range(10):
            done = site.command("b", "reload", "--config", site.folder / "b/scopegate.yaml", "--admin", "127.0.0.1:9901")
            answers.append(done.returncode)
            time.sleep(0.2)

    results = under_load(site, "one copy reloaded ten times", steps)
    checks("each reload was done", answers == [0] * 10, answers)
    checks("nobody lost anything", lost(results, KINDS) == 0)


def restart(site, checks):
    def steps():
        checks("it ended in order", site.gateways["c"].terminate())
        site.start("c")
        wait_for("HAProxy finds it again", lambda: site.is_up("c"))

    results = under_load(site, "one copy restarted in order", steps)
    checks("nobody lost anything", lost(results, KINDS) == 0)


def kill(site, checks):
    took = []

    def steps():
        began = time.monotonic()
        site.gateways["a"].kill()
        wait_for("HAProxy sees it", lambda: not site.is_up("a"))
        took.append(time.monotonic() - began)
        time.sleep(1)
        site.start("a")
        wait_for("HAProxy finds it again", lambda: site.is_up("a"))

    results = under_load(site, "one copy killed (SIGKILL), and started again", steps)
    print(f"  HAProxy took it out after {1000 * took[0]:.0f} ms")
    checks("no request that may be sent twice was lost", lost(results, ("kept", "new", "rare")) == 0)
    checks("of the others no more than were under way", lost(results, ("post",)) <= KINDS["post"][0])


def revocation(site, checks, how, admins):
    site.revoked.unlink(missing_ok=True)
    hosts = [site.network.addresses[name] for name in COPIES]
    key = f"revocation-run-key-{how.replace(' ', '-')}"
    poller = site.run("lb", sys.executable, HERE / "poller.py", key, *hosts, stdout=subprocess.PIPE, text=True)
    checks(f"{how}: all let a key through", poller.stdout.readline().startswith("all let it through"))
    site.revoked.touch()
    time.sleep(1)
    checks(f"{how}: a second after it was revoked at the issuer it is still let through", poller.poll() is None)
    began = time.monotonic()
    arguments = [argument for admin in admins for argument in ("--admin", admin)]
    done = site.command(
        "client", "revoke", "--key", "--config", site.folder / "a/scopegate.yaml", *arguments, input=key + "\n"
    )
    ended = time.monotonic()
    checks(f"{how}: scopegate revoke tells all three", done.returncode == 0 and "3 of 3" in done.stdout, done)
    refused = json.loads(poller.communicate(timeout=30)[0])
    times = {host: 1000 * (at - began) for host, at in refused.items()}
    print(f"  {how}: the command took {1000 * (ended - began):.0f} ms; refused first, from its start, after "
          + ", ".join(f"{host} {took:.0f} ms" for host, took in times.items()))  # fmt: skip
    print("  " + done.stdout.replace("\n", "\n  ").rstrip())
    checks(f"{how}: all refuse it within a second", len(times) == 3 and max(times.values()) < 1000, times)


def unreachable(site, checks):
    hosts = [site.network.addresses[name] for name in COPIES]
    arguments = [argument for host in [*hosts, site.network.addresses["lb"]] for argument in ("--admin", f"{host}:9901")]
    done = site.command("client", "revoke", "--key-id", "key_1", "--config", site.folder / "a/scopegate.yaml", *arguments)
    checks("a copy that can't be told is named, and the command ends with 1",
           done.returncode == 1 and f"{site.network.addresses['lb']}:9901" in done.stderr, done)  # fmt: skip


def main():
    checks = Checks()
    names = Path("/etc/netns/sg-client")
    with tempfile.TemporaryDirectory(prefix="scopegate-cluster-") as folder:
        site = None
        try:
            site = Site(sys.argv[1], Path(folder))
            reloads(site, checks)
            restart(site, checks)
            kill(site, checks)
            addresses = [f"{site.network.addresses[name]}:9901" for name in COPIES]
            revocation(site, checks, "by addresses", addresses)
            # What a headless service is in Kubernetes: a name with an address for each copy.
            names.mkdir(parents=True, exist_ok=True)
            (names / "hosts").write_text("".join(f"{site.network.addresses[name]} gateways\n" for name in COPIES))
            revocation(site, checks, "by name", ["gateways:9901"])
            unreachable(site, checks)
        finally:
            if site:
                site.close()
            shutil.rmtree(names, ignore_errors=True)
    checks.finish()


if __name__ == "__main__":
    main()
