"""A machine whose systemd runs the package's units, in a container with a network of its own."""

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts.checks import Checks  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import wait_for  # noqa: E402
from Upgrade.clients import tell  # noqa: E402
from Upgrade.upgrade import KEY_SERVICE  # noqa: E402

CLIENTS = Path(__file__).resolve().parent.parent / "Upgrade/clients.py"
KINDS = {"kept": (12, 1500), "new": (12, 600), "rare": (100, 0)}


class Machine:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--directory", folder, "--register=no", "--keep-unit",
             "--private-network", "--console=pipe"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.leader = wait_for("the container's systemd", self.find_leader)
            wait_for("the machine is up", self.is_up, 60)
        except BaseException:
            self.container.kill()
            self.container.wait()
            raise

    def find_leader(self):
        children = Path(f"/proc/{self.container.pid}/task/{self.container.pid}/children").read_text().split()
        return next((child for child in children if Path(f"/proc/{child}/comm").read_text() == "systemd\n"), None)

    def is_up(self):
        return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def run(self, *command, **options):
        return subprocess.run(["nsenter", "-t", self.leader, "-a", *command], capture_output=True, text=True, **options)

    @property
    def on_its_network(self):
        """What a command of this machine begins with that is run on the container's network."""
        return ("nsenter", "-t", self.leader, "-n")

    def main_process(self):
        """The gateway's, as this machine numbers it; None when there is none."""
        inside = self.property("MainPID")
        if inside == "0":
            return None
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                found = re.search(r"^NSpid:\t(\d+)\t(\d+)$", status.read_text(), re.M)
            except OSError:
                continue
            if found and found[2] == inside and b"scopegate" in (status.parent / "cmdline").read_bytes():
                return int(found[1])
        return None

    def property(self, name, unit="scopegate.service"):
        return self.run("systemctl", "show", "--value", "--property", name, unit).stdout.strip()

    def close(self):
        # To its leader: halt.
        subprocess.run(["kill", "-s", str(signal.SIGRTMIN + 3), self.leader], check=False)
        try:
            self.container.wait(20)
        except subprocess.TimeoutExpired:
            self.container.kill()
            self.container.wait()


def configure(machine):
    folder = machine.folder / "etc/scopegate"
    (folder / "secrets/introspection").write_text("a secret of the gateway\n")
    path = folder / "scopegate.yaml"
    text = path.read_text().replace("url: http://127.0.0.1:9001 ", "url: http://127.0.0.1:80 ")
    text = text.replace("url: http://127.0.0.1:9002/introspect", "url: http://127.0.0.1:80/introspect")
    path.write_text(text.replace("  # client: {id: scopegate, secret: {file:", "  client: {id: scopegate, secret: {file:"))


def under_load(machine, checks, what, steps):
    load = subprocess.Popen(
        [*machine.on_its_network, sys.executable, CLIENTS, "127.0.0.1", "8080", json.dumps(KINDS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1)
    steps()
    time.sleep(3)
    text, _ = load.communicate("", timeout=120)
    print(f"{what}:")
    answered, lost = tell({kind: (Counter(counts), times) for kind, (counts, times) in json.loads(text).items()})
    checks(f"{what}: none of {answered + lost} requests refused or lost", lost == 0 < answered, lost)


def repeated(machine, checks, verb, count, pause):
    def steps():
        for _ in range(count):
            done = machine.run("systemctl", verb, "scopegate")
            if done.returncode:
                checks(f"systemctl {verb}", False, done)
            time.sleep(pause)

    return steps


def sandbox(machine, checks, binary):
    process = machine.main_process()
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":\t" in line
    )
    checks("it has no capability, can gain none, and is under seccomp",
           (status["CapEff"], status["CapBnd"], status["NoNewPrivs"], status["Seccomp"]) == ("0" * 16, "0" * 16, "1", "2"),
           {name: status[name] for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")})  # fmt: skip
    refused = machine.run("nsenter", "-t", machine.property("MainPID"), "-m", "touch", "/etc/scopegate/new", "/usr/new")
    checks("it can't write to its configuration or programs", refused.stderr.count("Read-only file system") == 2, refused)
    # The system calls of a gateway that starts, serves, reloads and ends, beside the set that the unit allows.
    allowed = set()
    for name, sign in (("@system-service", 1), ("@privileged", 0), ("@resources", 0)):
        listed = members(name)
        allowed = allowed | listed if sign else allowed - listed
    with tempfile.TemporaryDirectory(prefix="scopegate-calls-") as folder:
        trace = Path(folder, "trace")
        demo = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", trace, binary, "demo", "--port", "0", "--admin-port", "0", "--backend-port", "0",
             "--key-service-port", "0", "--audit", f"{folder}/audit.jsonl"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        for line in demo.stdout:
            if line.startswith("curl "):
                subprocess.run(line, shell=True, capture_output=True)
            if line.startswith("Ctrl-C"):
                break
        subprocess.run(["pkill", "-INT", "-P", str(demo.pid)], check=False)
        demo.wait(30)
        used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.M))
    # What isn't allowed fails with EPERM. Dispatch does without higher priorities for its threads.
    missing = used - allowed - {"setpriority"}
    print(f"     {len(used)} system calls used, {len(allowed)} allowed; not allowed: {', '.join(sorted(missing)) or 'none'}")
    checks("the unit allows all system calls that it makes", not missing, missing)


def members(name):
    """The system calls of a set of systemd's, with those of the sets within."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True).stdout
    found = set()
    for word in re.findall(r"^ +([@\w-]+)$", text, re.M):
        found |= members(word) if word.startswith("@") else {word}
    return found


def watchdog(machine, checks):
    place = machine.folder / "etc/systemd/system/scopegate.service.d"
    place.mkdir(parents=True)
    (place / "watchdog.conf").write_text("[Service]\nWatchdogSec=2s\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "scopegate")
    time.sleep(5)
    checks("the watchdog is content with a gateway that lives", machine.property("NRestarts") == "0")
    old = machine.main_process()
    subprocess.run(["kill", "-STOP", str(old)], check=True)
    new = wait_for("another process", lambda: (found := machine.main_process()) and found != old and found, 30)
    wait_for("it is active", lambda: machine.property("ActiveState") == "active")
    checks("one that stands still is ended and started again", new != old and machine.property("NRestarts") == "1")


def main():
    checks = Checks()
    machine = Machine(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="scopegate-systemd-") as folder:
        backend = None
        try:
            backend = Nginx(Path(folder), KEY_SERVICE, port=80, prefix=machine.on_its_network)
            configure(machine)
            started = machine.run("systemctl", "start", "scopegate")
            checks("systemctl start", started.returncode == 0 and machine.property("ActiveState") == "active", started)
            print(machine.run("journalctl", "-u", "scopegate", "-o", "cat").stdout[-1500:] if started.returncode else "", end="")
            checks("systemd knows of it by sd_notify", machine.property("Type") == "notify")
            sandbox(machine, checks, sys.argv[3])
            under_load(machine, checks, "ten times systemctl restart", repeated(machine, checks, "restart", 10, 2.5))
            under_load(machine, checks, "ten times systemctl reload", repeated(machine, checks, "reload", 10, 0.3))

            def upgrade():
                done = machine.run("dpkg", "-i", f"/root/{sys.argv[2]}")
                checks("dpkg -i of the next version", done.returncode == 0, done)

            before = machine.main_process()
            under_load(machine, checks, "an upgrade of the package", upgrade)
            checks("another process runs then", machine.main_process() not in (None, before))
            routes = machine.folder / "etc/scopegate/routes.yaml"
            right = routes.read_text()
            routes.write_text("routes: no map\n")
            failed = machine.run("systemctl", "reload", "scopegate")
            checks("systemctl reload fails for a map that doesn't load", failed.returncode != 0)
            checks("and the gateway goes on", machine.property("ActiveState") == "active")
            routes.write_text(right)
            watchdog(machine, checks)
            print(machine.run("systemd-analyze", "security", "scopegate.service").stdout.splitlines()[-1])
            verified = subprocess.run(
                [*machine.on_its_network, sys.argv[3], "audit", "verify", "--log",
                 machine.folder / "var/lib/scopegate/audit.jsonl"], capture_output=True, text=True)  # fmt: skip
            checks("the audit is complete", verified.returncode == 0, verified.stdout)
        finally:
            if backend:
                backend.stop()
            machine.close()
    checks.finish()


if __name__ == "__main__":
    main()
