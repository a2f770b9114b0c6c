"""What clients see while servers of a backend come and go. See run.sh."""

import atexit
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from Scripts.checks import Checks  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import free_port, wait_for  # noqa: E402

BINARY, PART, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])
SAFE, ALL = ["GET", "HEAD", "PUT"], ["GET", "HEAD", "PUT", "POST"]
CONNECTIONS = 32

check = Checks()
root = pathlib.Path(tempfile.mkdtemp(prefix="scopegate-upstreams-"))
# nginx's workers are another user.
root.chmod(0o755)
started = []


@atexit.register
def end():
    """Whatever has become of the run."""
    for one in started:
        if one.process.poll() is None:
            one.kill()
    shutil.rmtree(root)


def start(one):
    started.append(one)
    return one


def folder(name):
    path = root / name
    path.mkdir()
    path.chmod(0o755)
    return path


def nginx(name, **options):
    return start(Nginx(folder(name), **options))


def gateway(servers, upstream="", prefix=()):
    path = folder(f"gateway-{time.monotonic_ns()}")
    (path / "routes.yaml").write_text(
        "version: 1\nroutes:\n  /load: {GET: public, PUT: public, POST: public}\n"
    )
    urls = ", ".join(f"{{url: '{server}'}}" for server in servers)
    (path / "scopegate.yaml").write_text(f"""
listen: [{{address: '127.0.0.1:0'}}]
upstream:
  servers: [{urls}]
{upstream}
introspection: {{url: 'http://127.0.0.1:1/introspect'}}
routes: routes.yaml
audit: {{path: audit.jsonl}}
admin: {{address: '127.0.0.1:0'}}
threads: 2
""")
    return start(Gateway(BINARY, path / "scopegate.yaml", prefix=prefix))


class Load:
    """Clients in a process of their own."""

    def __init__(self, port, seconds, methods=ALL):
        arguments = [str(argument) for argument in (port, seconds, CONNECTIONS, *methods)]
        program = pathlib.Path(__file__).with_name("load.py")
        self.process = subprocess.Popen([sys.executable, program, *arguments], stdout=subprocess.PIPE)
        start(self)

    def kill(self):
        self.process.kill()
        self.process.wait()

    @property
    def is_running(self):
        return self.process.poll() is None

    def join(self):
        self.found = json.loads(self.process.communicate()[0])
        for method, found in self.found.items():
            outcomes = ", ".join(f"{count} x {outcome}" for outcome, count in sorted(found["outcomes"].items()))
            print(f"     {method:5} {outcomes}; longest {found['longest']:.2f} s", flush=True)
        return self

    def count(self, methods=None, good=None):
        """How many requests there were, of these methods, with these outcomes."""
        return sum(
            count
            for method, found in self.found.items()
            for outcome, count in found["outcomes"].items()
            if (methods is None or method in methods) and (good is None or (outcome == "200") == good)
        )

    def bodies(self, method="GET"):
        return self.found[method]["bodies"]


def total(gateway, name):
    """The sum of all series of a metric."""
    lines = gateway.ask_admin("/metrics")[1].decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"scopegate_{name}{{"))


def expect_safe(load, what):
    check(f"{what}: no error for {', '.join(SAFE)}", load.count(SAFE, good=False) == 0, load.found)
    check(f"{what}: requests were served all along", load.count(good=True) > 1000, load.count())


def expect_counted_once(gate, load, before=0):
    wait_for("the requests are counted", lambda: total(gate, "http_requests_total") >= before + load.count())
    counted = total(gate, "http_requests_total") - before
    check("each request is counted once", counted == load.count(), f"{counted} of {load.count()}")


def tell(gate):
    retries, refused = gate.metric("upstream_retries_total"), gate.metric("upstream_retries_refused_total")
    print(f"     {retries:.0f} retries, {refused:.0f} refused by the budget, "
          f"{total(gate, 'upstream_server_ejections_total'):.0f} ejections", flush=True)


def killed():
    for what, options in [("without checks", ""), ("with checks", "  health_check: {path: /, interval: 1s, timeout: 500ms}")]:
        servers = [nginx(f"{what}-{name}".replace(" ", "-"), answer=name) for name in "ab"]
        gate = gateway([server.url for server in servers], options)
        load = Load(gate.port, SECONDS / 2)
        kills = 0
        while load.is_running:
            time.sleep(4)
            if not load.is_running:
                break
            victim = servers[kills % 2]
            victim.kill()
            kills += 1
            time.sleep(1)
            victim.start()
        load.join()
        expect_safe(load, f"{what}, {kills} kills in {SECONDS / 2:.0f} s")
        posts = load.found["POST"]["outcomes"]
        check("a POST that fails is told so, and no connection is cut",
              set(posts) <= {"200", "502 upstream_unreachable"}, posts)
        expect_counted_once(gate, load)
        tell(gate)
        gate.terminate()
        for server in servers:
            server.stop()


def hanging():
    servers = [nginx(f"hanging-{name}", answer=name) for name in "ab"]
    options = "  first_byte_timeout: 1s\n  health_check: {path: /, interval: 500ms, timeout: 300ms, unhealthy_after: 2}"
    gate = gateway([server.url for server in servers], options)
    load = Load(gate.port, 20)
    time.sleep(5)
    servers[1].tell(signal.SIGSTOP)
    time.sleep(10)
    servers[1].tell(signal.SIGCONT)
    load.join()
    expect_safe(load, "one of two stands still for 10 s")
    longest = max(found["longest"] for found in load.found.values())
    check("nobody waited for longer than it took to find out, twice", longest < 3, longest)
    check("it was found out", gate.logged("server unhealthy") >= 1)
    check("it was taken back", gate.logged("server healthy") >= 1)
    expect_counted_once(gate, load)
    tell(gate)
    gate.terminate()
    for server in servers:
        server.stop()


def failing():
    well = nginx("failing-a", answer="a")
    ill = nginx("failing-b", locations="location /load { return 500 'b'; } location /health { return 500; }")
    for what, options, most in [
        ("500 passes", "", 1.0),
        ("500 ejects", "  ejection: {failures: 3, statuses: [500], max_back_off: 10s}", 0.02),
        ("checks find it out", "  health_check: {path: /health, interval: 200ms, unhealthy_after: 1}", 0.1),
    ]:
        gate = gateway([well.url, ill.url], options)
        load = Load(gate.port, 6, ["GET"]).join()
        failed = load.count(good=False) / load.count()
        check(f"{what}: {failed:.1%} of {load.count()} requests got 500", failed <= most, load.found)
        if most == 1:
            check("and those are half of them, as nothing is made of them", 0.4 < failed < 0.6, failed)
        tell(gate)
        gate.terminate()
    well.stop()
    ill.stop()


def slow():
    files = folder("slow-files")
    (files / "load").write_text("b")
    quick = nginx("slow-a", answer="a")
    lame = nginx(
        "slow-b",
        locations=f"location = /load {{ limit_req zone=all burst=1000; root {files}; }}",
        http="limit_req_zone $binary_remote_addr zone=all:1m rate=50r/s;",
    )
    gate = gateway([quick.url, lame.url])
    load = Load(gate.port, 10, ["GET"]).join()
    bodies = load.bodies()
    share = bodies.get("b", 0) / load.count()
    check("no errors", load.count(good=False) == 0, load.found)
    check(f"the slow one got {share:.1%} of {load.count()} requests, {bodies.get('b', 0) / 10:.0f} a second",
          0 < bodies.get("b", 0) <= 50 * 10 + CONNECTIONS, bodies)
    gate.terminate()
    quick.stop()
    lame.stop()


def names():
    """In a mount namespace of its own, with an /etc/hosts of its own."""
    port = free_port()
    servers = [nginx(f"names-{name}", answer=name, address=address, port=port)
               for name, address in [("a", "127.0.0.1"), ("b", "127.0.0.2")]]
    hosts = root / "hosts"
    hosts.write_text("127.0.0.1 backend.test\n")
    prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c",
              'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
    options = "  dns_refresh: 1s\n  pool: {max_age: 1s}"
    gate = gateway([f"http://backend.test:{port}"], options, prefix=prefix)
    first = Load(gate.port, 2).join()
    check("all goes to the first address", set(first.bodies()) == {"a"} and first.count(good=False) == 0, first.found)
    load = Load(gate.port, 6)
    time.sleep(1)
    hosts.write_text("127.0.0.2 backend.test\n")
    load.join()
    check("the other address takes over", load.bodies().get("b", 0) > 100, load.bodies())
    check("without errors", load.count(good=False) == 0, load.found)
    later = Load(gate.port, 2).join()
    check("and has it all then", set(later.bodies()) == {"b"} and later.count(good=False) == 0, later.found)
    hosts.write_text("127.0.0.1 backend.test\n127.0.0.2 backend.test\n")
    both = Load(gate.port, 20).join()
    check("of two addresses both are used", min(both.bodies().get(name, 0) for name in "ab") > 100, both.bodies())
    check("without errors", both.count(good=False) == 0, both.found)
    gate.terminate()
    for server in servers:
        server.stop()


{"killed": killed, "hanging": hanging, "failing": failing, "slow": slow, "names": names}[PART]()
check.finish()
