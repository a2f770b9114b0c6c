"""scopegate probe before real backends: probe.py PROGRAM [BACKEND…]

Each table is printed, and everything that it says is asked again with curl: every spelling of its own list has to be what the
probe says it is, whether that is yes or no. Exits 1 where they disagree.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from Scripts.checks import Checks  # noqa: E402
from Scripts.run import FolderRun  # noqa: E402

import servers  # noqa: E402

check = Checks()
PATH = "/api/v1/items"
MISSING = "/api/v1/nothing-here"
ROUTES = """
version: 1
routes:
  /api/v1/items: {GET: read:trades, POST: write:trades}
  /api/v1/items/export: {GET: read:balance}
  /api/v1/items/{id}: {GET: read:trades}
  /api/v1/tree/{rest...}: {GET: read:trades}
  /api/v1/tree/secret: denied
"""
SPELLINGS = {
    "letter case": ["/API/V1/ITEMS", "/api/v1/Items", "/Api/v1/items"],
    "trailing slash": ["/api/v1/items/"],
    "suffix": ["/api/v1/items.json", "/api/v1/items.html", "/api/v1/items.", "/api/v1/items%20"],
    "parameters (;)": ["/api/v1/items;x", "/api;x/v1/items", "/api/v1/items%3Bx", "/api%3Bx/v1/items"],
    "double slash": ["/api/v1//items", "/api//v1/items", "//api/v1/items"],
    "encoded slash": ["/api/v1%2Fitems", "/api%2Fv1/items", "/api/v1%2fitems", "/api%2fv1/items", "/api/v1\\items",
                      "/api\\v1/items", "/api/v1%5Citems", "/api%5Cv1/items"],  # fmt: skip
    "encoded # or ?": ["/api/v1/items%23x", "/api/v1/items%3Fx"],
    "dot segments": ["/api/v1/x/..%2Fitems", "/x/..%2Fapi/v1/items", "/api/v1/x/%2e%2e/items", "/x/%2e%2e/api/v1/items",
                     "/api/v1/x/../items", "/x/../api/v1/items", "/api/v1/./items", "/./api/v1/items"],  # fmt: skip
    "full-width": ["/api/v1/x/%EF%BC%8E%EF%BC%8E/items", "/api/v1/%EF%BC%8E/items", "/api/v1%EF%BC%8Fitems", "/api/v1/%EF%BD%89tems"],
    "encoded letters": ["/api/v1/%69tems", "/%61pi/v1/items", "/api/v1/%2569tems", "/%2561pi/v1/items"],
}
OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
PATH_FIELDS = ["X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Forwarded-URI", "Path-Info", "Request-URI"]
IDENTITY = ["X-Scopegate-Key-Id", "X-Remote-User", "X-Forwarded-User", "X-User", "X-Tenant-Id", "X-Roles", "Sudo"]


class Curl:
    """Asks a backend."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        self.port = port

    def answer(self, target, *arguments):
        """The status, the type of encoding and the content of an answer."""
        command = ["curl", "-s", "-m", "10", "--path-as-is", "--globoff", "-w", "\n%{http_code}", *arguments, self.base + target]
        lines = subprocess.run(command, capture_output=True, check=False).stdout.rsplit(b"\n", 1)
        return int(lines[-1] or 0), lines[0]

    def is_resource(self, target):
        """Whether a target gets what the resource gets, or another success than what isn't there gets when it is spelled so."""
        there, missing, asked = self.answer(PATH), self.answer(MISSING), self.answer(target)
        assert there[0] == 200 != missing[0], (there, missing)
        other = re.sub("(i|%69|%2569|%EF%BD%89)tems", lambda found: "NOTHING" if found[0].isupper() else "nothing", target, flags=re.I)
        assert other != target
        return asked == there or (asked[0] == 200 and self.answer(other)[0] != 200)

    def statuses(self, *requests):
        """The statuses of requests on one connection, each a list of arguments."""
        command = ["curl", "-s"]
        for number, request in enumerate(requests):
            command += (["--next"] if number else []) + ["-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n", *request]
        out = subprocess.run(command, capture_output=True, check=False, text=True).stdout
        return [tuple(int(word) for word in line.split()) for line in out.splitlines()]

    def early(self, method):
        """What comes to a head within a moment, without the body that it announces."""
        command = ["curl", "-s", "-N", "-m", "2", f"telnet://127.0.0.1:{self.port}"]
        head = f"{method} {PATH} HTTP/1.1\r\nHost: by-hand\r\nContent-Length: 500\r\n\r\n".encode()
        # Standard input stays open until curl gives up.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(head)
        process.stdin.flush()
        out = process.stdout.read()
        process.stdin.close()
        process.wait()
        return out

    def is_kept(self, seconds):
        """Whether curl uses a connection again after so long."""
        one = ["-o", "/dev/null", self.base + PATH]
        rate = f"{round(3600 / seconds)}/h"
        command = ["curl", "-s", "-m", "10", "--rate", rate, "-w", "%{num_connects}\n", *one, *one]
        return subprocess.run(command, capture_output=True, check=False, text=True).stdout.split() == ["1", "0"]


def spellings(name, curl, found):
    for kind, tried in SPELLINGS.items():
        result = found[kind]
        shown = {line.split(" ")[1] for line in result["shown_by"]}
        # Of each way the probe tries the first and the last place.
        differing = [target for target in tried if curl.is_resource(target) and target not in shown]
        differing += [target for target in shown if not curl.is_resource(target)]
        check(f"{name}: {kind}: {result['verdict']}, curl says the same of {len(set(tried) | shown)} spellings",
              not [each for each in differing if each not in ("/api//v1/items", "/Api/v1/items") or each in shown]
              and result["verdict"] != "unclear", differing)  # fmt: skip
        for passed in result["lets_through"]:
            explained = explain(passed["method"], passed["target"])
            check(f"{name}: {kind}: {passed['method']} {passed['target']} passes by {passed['template']}", explained["template"] == passed["template"] and
                  explained["outcome"] == "depends on the key", explained)  # fmt: skip


def explain(method, target):
    command = [program, "explain", method, target, "--config", str(configuration), "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, check=False).stdout)


def fields(name, curl, found):
    there = curl.answer(PATH)
    options = curl.answer(PATH, "-X", "OPTIONS")
    obeyed = found["method override"]["shown_by"]
    for field in OVERRIDES:
        seen = curl.answer(PATH, "-H", f"{field}: OPTIONS")
        said = any(line.startswith(f"GET {PATH} with {field}: OPTIONS") for line in obeyed)
        check(f"{name}: GET with {field} is {'' if said else 'not '}obeyed", (seen[0] != there[0] and seen[0] == options[0]) == said, seen)
        posted = curl.answer(PATH, "-H", f"{field}: GET", "-d", "scopegate_probe=1")
        said = f"POST {PATH} with {field}: GET" in obeyed
        plain = curl.answer(PATH, "-d", "scopegate_probe=1")
        check(f"{name}: POST with {field} is {'' if said else 'not '}obeyed", (posted == there and plain != there) == said, posted)
    for carrier, target, body in (("the query", f"{PATH}?_method=GET", "scopegate_probe=1"), ("the form", PATH, "_method=GET")):
        posted, plain = curl.answer(target, "-d", body), curl.answer(PATH, "-d", "scopegate_probe=1")
        line = f"POST {target}" + (f" with {body}" if carrier == "the form" else "")
        check(f"{name}: _method in {carrier} is {'' if line in obeyed else 'not '}obeyed",
              (posted == there and plain != there) == (line in obeyed), posted)  # fmt: skip
    for field in PATH_FIELDS:
        seen = curl.answer(MISSING, "-H", f"{field}: {PATH}")
        said = any(f" with {field}: " in line for line in found["path override"]["shown_by"])
        check(f"{name}: {field} is {'' if said else 'not '}obeyed", (seen == there) == said, seen)
    for field in IDENTITY:
        seen = curl.answer(PATH, "-H", f"{field}: probe-by-hand")
        said = any(f" with {field}: " in line for line in found["identity fields"]["shown_by"])
        check(f"{name}: {field} is {'' if said else 'not '}believed", (seen != there) == said, seen)
    for line in found["underscored fields"]["shown_by"]:
        field = line.split(" with ")[1].replace(": probe", ": by-hand-")
        seen = (curl.answer(PATH, "-H", field), curl.answer(PATH, "-H", field.replace("_", "-", 9)))
        check(f"{name}: {field} is taken for the one with hyphens", seen[0] == seen[1] != there, seen)


def bodies(name, curl, found, folder):
    hidden = folder / "hidden"
    hidden.write_text(f"GET {MISSING} HTTP/1.1\r\nHost: by-hand\r\n\r\n")
    for method in ("GET", "POST"):
        for framing, more in (("Content-Length", []), ("chunked", ["-H", "Transfer-Encoding: chunked"])):
            result = found[f"body of {method} unread"]
            seen = curl.statuses(["-X", method, *more, "--data-binary", f"@{hidden}", curl.base + PATH], [curl.base + PATH])
            # The answer to the request in the body stands where that to the next one is expected.
            taken = len(seen) == 2 and seen[1][1] == 0 and seen[1][0] != 200
            said = framing in result["seen"] and result["verdict"] in ("note", "finding")
            check(f"{name}: the body of a {method} ({framing}) is {'taken for a request' if said else 'no request'}", taken == said, seen)
        early = curl.early(method)
        said = "comes before the body" in found[f"early answer to {method}"]["seen"]
        check(f"{name}: {method} is answered {'early' if said else 'when its body is there'}", early.startswith(b"HTTP/1.") == said, early[:60])
    said = found["keep-alive"]["seen"]
    if said.startswith("longer"):
        check(f"{name}: an idle connection lives longer than {WATCHED} s", curl.is_kept(WATCHED))
    elif said.startswith("each"):
        check(f"{name}: each connection ends with its answer", not curl.is_kept(0.5))
    else:
        seconds = float(said.split("after ")[1].split(" s")[0])
        check(f"{name}: an idle connection ends after {seconds} s", curl.is_kept(seconds - 1) and not curl.is_kept(seconds + 1))


WATCHED = 7
program, wanted = sys.argv[1], sys.argv[2:] or list(servers.ALL)
with FolderRun(program, "probe") as run:
    (run.folder / "routes.yaml").write_text(ROUTES)
    configuration = run.folder / "scopegate.yaml"
    for name in wanted:
        folder = run.folder / name
        folder.mkdir()
        folder.chmod(0o755)
        backend = run.with_peer(servers.ALL[name](folder))
        configuration.write_text(
            f"upstream: {{url: 'http://127.0.0.1:{backend.port}'}}\nintrospection: {{url: 'http://127.0.0.1:1/'}}\nroutes: routes.yaml\n"
        )
        command = [program, "probe", "--config", str(configuration), "--path", PATH, "--allow-writes", PATH,
                   "--keep-alive-wait", f"{WATCHED}s"]  # fmt: skip
        table = subprocess.run(command, capture_output=True, check=False, text=True)
        print(f"\n==> {name}\n{table.stdout}{table.stderr}", flush=True)
        report = subprocess.run([*command, "--format", "json"], capture_output=True, check=False, text=True)
        found = {each["check"]: each for each in json.loads(report.stdout)["checks"]}
        findings = [each["check"] for each in found.values() if each["verdict"] == "finding"]
        check(f"{name}: ends with {table.returncode}", table.returncode == report.returncode == (1 if findings else 0))
        curl = Curl(backend.port)
        spellings(name, curl, found)
        fields(name, curl, found)
        bodies(name, curl, found, folder)
check.finish()
