"""A real Prometheus scrapes gateways: every query of the dashboard and every alert rule evaluates on their data, and each
alert is made to fire once, by making happen what it is for. The rules are those of deploy/, with shorter times.

Usage: prometheus.py BINARY DEPLOY_FOLDER
"""

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from harness import Run, Traffic
from Scripts.waiting import free_port, wait_for

# What rules wait for, made short: minutes become seconds.
RANGES = {"15m": "40s", "5m": "10s", "10m": "10s", "2m": "4s", "1m": "3s", "30s": "3s"}


def shortened(rules):
    """The rules with shorter ranges and waits, all else as it is."""
    rules = re.sub(r"\[(\w+)\]", lambda found: f"[{RANGES[found[1]]}]", rules)
    return re.sub(r"for: (\w+)", lambda found: f"for: {RANGES[found[1]]}", rules)


class Prometheus:
    def __init__(self, folder, deploy):
        self.folder, self.port = folder, free_port()
        self.targets = folder / "targets.json"
        self.set_targets([])
        (folder / "alerts.yaml").write_text(shortened((deploy / "prometheus/alerts.yaml").read_text()))
        (folder / "prometheus.yaml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 1s}\n"
            "rule_files: [alerts.yaml]\n"
            "scrape_configs:\n"
            f"  - {{job_name: scopegate, file_sd_configs: [{{files: ['{self.targets}'], refresh_interval: 1s}}]}}\n"
        )
        self.log = folder / "prometheus.log"
        self.process = subprocess.Popen(
            [
                "prometheus", f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("w"),
        )
        wait_for("Prometheus is ready", self._is_ready, 60)

    def _is_ready(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2).status == 200

    def set_targets(self, gateways):
        entries = [{"targets": [f"127.0.0.1:{gateway.admin_port}" for gateway in gateways]}]
        written = self.targets.with_suffix(".new")
        written.write_text(json.dumps(entries))
        written.rename(self.targets)

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]

    def query(self, expression):
        return self.get("query", query=expression)["result"]

    def firing(self):
        return {alert["labels"]["alertname"] for alert in self.get("alerts")["alerts"] if alert["state"] == "firing"}

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def dashboard_queries(deploy):
    board = json.loads((deploy / "grafana/scopegate.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for annotation in board["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


class Check:
    def __init__(self):
        self.failed = 0

    def __call__(self, holds, what):
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
        self.failed += not holds


def evaluate_dashboard(check, prometheus, deploy):
    empty = []
    count = 0
    for title, expression in dashboard_queries(deploy):
        count += 1
        asked = expression.replace("$__rate_interval", "10s").replace("$instance", ".*")
        try:
            result = prometheus.query(asked)
        except urllib.error.HTTPError as error:
            check(False, f"{title}: {asked}: {error.read().decode()}")
            continue
        if not result:
            empty.append((title, expression))
    # Those that show only what is more than nothing have nothing to show when all is well.
    unexpected = [entry for entry in empty if "> 0" not in entry[1]]
    check(not unexpected, f"{count} queries of the dashboard evaluate, {count - len(empty)} of them to something {unexpected}")


def fires(check, prometheus, name, seconds=60):
    began = time.monotonic()
    try:
        wait_for(name, lambda: name in prometheus.firing(), seconds)
        check(True, f"{name} fires, after {time.monotonic() - began:.0f} s")
    except TimeoutError:
        check(False, f"{name} does not fire; firing are {sorted(prometheus.firing())}")


def is_quiet(prometheus):
    return wait_for("no alert fires", lambda: not prometheus.firing(), 120)


def main():
    binary, deploy = sys.argv[1], Path(sys.argv[2])
    check = Check()
    with Run(binary) as run, contextlib.ExitStack() as stack:
        prometheus = Prometheus(run.folder, deploy)
        stack.callback(prometheus.stop)
        gateway = run.start(options=["timeout: 500ms", "cache: {ttl: 1s, negative_ttl: 1s, capacity: 1000}"])
        prometheus.set_targets([gateway])
        with Traffic(gateway, pause=0.02, clients=4), Traffic(gateway, keys=("bad-key",), clients=1, pause=0.3):
            wait_for("Prometheus has data", lambda: prometheus.query("scopegate_build_info"), 30)
            time.sleep(12)  # The ranges of the queries are to be full.
            rules = prometheus.get("rules")["groups"][0]["rules"]
            unhealthy = [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]
            check(not unhealthy, f"{len(rules)} alert rules evaluate {unhealthy}")
            check(not prometheus.firing(), f"none fires while all is well {sorted(prometheus.firing())}")
            evaluate_dashboard(check, prometheus, deploy)

            run.status = 500
            fires(check, prometheus, "ScopegateErrors")
            run.status = 200
            is_quiet(prometheus)

            run.delay = 1.5
            fires(check, prometheus, "ScopegateSlow")
            run.delay = 0.0
            is_quiet(prometheus)

            run.backend.stop()
            fires(check, prometheus, "ScopegateUpstreamFailing")
            fires(check, prometheus, "ScopegateServerOut")
            fires(check, prometheus, "ScopegateUpstreamOut")
            run.backend.start()
            is_quiet(prometheus)

            with Traffic(gateway, keys=("bad-key",), clients=8, pause=0.01):
                fires(check, prometheus, "ScopegateDenialSurge")
            is_quiet(prometheus)

            with Traffic(gateway, keys=[f"key-of-an-outage-{n}" for n in range(100_000)], clients=4, pause=0.02):
                run.introspection.stop()
                fires(check, prometheus, "ScopegateIntrospectionFailing")
                fires(check, prometheus, "ScopegateBreakerOpen")
                run.introspection.start()
            is_quiet(prometheus)

            good = gateway.routes.read_text()
            gateway.routes.write_text("version: 1\nroutes: {/a: {GET: read:nothing}}\n")
            gateway.ask_admin("/reload", "POST", b"")
            fires(check, prometheus, "ScopegateReloadFailed")
            gateway.routes.write_text(good)
            gateway.ask_admin("/reload", "POST", b"")
            is_quiet(prometheus)
        gateway.terminate()
        fires(check, prometheus, "ScopegateDown")
        prometheus.set_targets([])
        is_quiet(prometheus)

        limited = run.start(
            "limits: {max_in_flight: 2, connections: 12}", options=["cache: {capacity: 5, ttl: 10m}"]
        )
        prometheus.set_targets([limited])
        wait_for("Prometheus has data", lambda: prometheus.query(f'up{{instance="127.0.0.1:{limited.admin_port}"}} == 1'))
        time.sleep(3)
        keys = [f"key-of-many-in-use-{n}" for n in range(50)]
        with Traffic(limited, keys=keys, clients=1, pause=0.02):
            fires(check, prometheus, "ScopegateCacheTooSmall")
        run.delay = 0.3
        with Traffic(limited, clients=6, pause=0.05):
            fires(check, prometheus, "ScopegateOverloaded")
        with Traffic(limited, clients=30, pause=0.05):
            fires(check, prometheus, "ScopegateConnectionsAtLimit")
        run.delay = 0.0
        limited.terminate()
        prometheus.set_targets([])
        is_quiet(prometheus)

        # Standard output that nobody reads, and a collector that nobody runs.
        silent = run.start(
            f"access_log: {{path: stdout, capacity: 16}}\n"
            f"tracing: {{url: 'http://127.0.0.1:{free_port()}/v1/traces', sample: 1, capacity: 16, batch: 4}}",
            stdout=subprocess.PIPE,
        )
        prometheus.set_targets([silent])
        wait_for("Prometheus has data", lambda: prometheus.query(f'up{{instance="127.0.0.1:{silent.admin_port}"}} == 1'))
        time.sleep(3)
        with Traffic(silent, clients=4, pause=0.002):
            fires(check, prometheus, "ScopegateObservationsLost", 90)
            for name in ["access_log_lost_total", "trace_spans_lost_total"]:
                wait_for(name, lambda: silent.metric(name), 60)
                check(True, f"{name} is {silent.metric(name):.0f}; requests are served: {silent.ask()[0]}")
        silent.kill()
        prometheus.set_targets([])
        is_quiet(prometheus)

        small = run.folder / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=True)
        stack.callback(lambda: subprocess.run(["umount", "-l", small], check=False))
        full = run.start(audit=str(small / "audit.jsonl"))
        prometheus.set_targets([full])
        wait_for("Prometheus has data", lambda: prometheus.query(f'up{{instance="127.0.0.1:{full.admin_port}"}} == 1'))
        time.sleep(3)
        with Traffic(full, target="/nowhere", clients=8, pause=0.002):
            fires(check, prometheus, "ScopegateAuditFailing")
            fires(check, prometheus, "ScopegateAuditFilling")
            fires(check, prometheus, "ScopegateAuditLost")
        full.kill()
        prometheus.set_targets([])
        is_quiet(prometheus)

        port = free_port()
        restarted = None
        for _ in range(4):
            if restarted:
                restarted.terminate()
            restarted = run.start(admin=f"{{address: '127.0.0.1:{port}'}}")
            prometheus.set_targets([restarted])
            wait_for(
                "it is scraped",
                lambda: prometheus.query(
                    f'process_start_time_seconds{{instance="127.0.0.1:{port}"}} > {time.time() - 4}'
                ),
            )
            time.sleep(2)
        fires(check, prometheus, "ScopegateRestarting")
    print(f"{check.failed} failed")
    sys.exit(1 if check.failed else 0)


main()
