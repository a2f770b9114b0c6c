"""CPU per request with metrics, the access log and traces on and off, side by side: one core for the gateway with all its
threads, one for load and backend, as Tests/Benchmarks measures.

Usage: cost.py BINARY LOAD_PROGRAM [ROUNDS [SECONDS [BINARY_WITHOUT_METRICS]]]
"""

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Benchmarks"))

from Compare.peers.scopegate import Scopegate  # noqa: E402
from Compare.setting import Setting  # noqa: E402
from Compare.workloads import WORKLOADS  # noqa: E402

CONNECTIONS = 64


def variant(title, extra="", binary=None):
    class Variant(Scopegate):
        def prepare(self):
            command = super().prepare()
            collector = f"http://127.0.0.1:{self.setting.backend.port}/api/v1/trades/collector"
            configuration = Path(command[-1])
            configuration.write_text(configuration.read_text() + extra.replace("COLLECTOR", collector))
            return [binary or command[0], *command[1:]]

    Variant.title = title
    return Variant


LOG = "access_log: {path: access.log, sample: %d, capacity: 1000000}\n"
TRACES = "tracing: {url: COLLECTOR, sample: %d, capacity: 1000000, batch: 2000}\n"


def main():
    binary, load = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 5
    variants = [
        variant("metrics"),
        variant("metrics, access log of 1 in 100", LOG % 100),
        variant("metrics, access log of all, JSON", LOG % 1),
        variant("metrics, access log of all, combined", (LOG % 1).replace("capacity", "format: combined, capacity")),
        variant("metrics, traces of 1 in 100", TRACES % 100),
        variant("metrics, traces of all", TRACES % 1),
        variant("metrics, access log of all, traces of 1 in 100", LOG % 1 + TRACES % 100),
    ]
    if len(sys.argv) > 5:
        variants.insert(0, variant("without metrics", binary=sys.argv[5]))
    setting = Setting(Path(binary), Path(load), None)
    workload = next(workload for workload in WORKLOADS if workload.name == "get")
    found = {kind.title: [] for kind in variants}
    try:
        for number in range(rounds):
            for kind in variants if number % 2 == 0 else reversed(variants):
                gateway = kind(setting, workload)
                try:
                    found[kind.title].append(
                        setting.loader.measure(
                            gateway,
                            setting.request_file(workload),
                            connections=CONNECTIONS,
                            seconds=seconds,
                            warm_up=1,
                            length=workload.length,
                        )
                    )
                finally:
                    gateway.stop()
    finally:
        setting.close()
    base = None
    print(f"{CONNECTIONS} connections, cached key, {rounds} rounds of {seconds:g} s, medians")
    print(f"{'':50} {'CPU µs/request':>14} {'more':>6} {'requests/s':>11} {'p99 µs':>8}")
    for title, measured in found.items():
        cpu = statistics.median(one.cpu_microseconds for one in measured)
        rate = statistics.median(one.per_second for one in measured)
        late = statistics.median(one.p99 for one in measured)
        base = base or cpu
        print(f"{title:50} {cpu:14.2f} {cpu - base:+6.2f} {rate:11.0f} {late:8.0f}")


main()
