"""The results as tables in Markdown."""

import datetime
import os
import platform
import statistics
from pathlib import Path

from .peers import PEERS, Scopegate, ScopegateBefore
from .workloads import BASE, WORKLOADS

PLAIN = "nginx-plain"
COLUMNS = (
    "gateway", "requests/s", "×", "CPU µs/request", "× nginx-auth", "× nginx-plain", "p50 µs", "p99 µs", "×",
    "p99.9 µs", "core busy", "memory", "×",
)  # fmt: skip


def machine():
    """What kind of machine this is."""
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    kind = " (virtual)" if "hypervisor" in Path("/proc/cpuinfo").read_text() else ""
    return f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}{kind}, Linux {platform.release()}"


def print_change(results, workload, connections):
    """What one build costs beside another: the median of the rounds' own ratios, for what slows the machine hits both."""
    now, before = (results.measurements[workload, connections][peer.name] for peer in (Scopegate, ScopegateBefore))
    ratios = {
        field: sorted(getattr(one, field) / getattr(other, field) for one, other in zip(now, before))
        for field in ("cpu_microseconds", "per_second")
    }
    texts = [f"{field} {statistics.median(every):.3f} ({every[0]:.3f}–{every[-1]:.3f})" for field, every in ratios.items()]
    print(f"\nscopegate beside scopegate-before, {len(now)} rounds: {', '.join(texts)}")


def print_report(results):
    print(f"{datetime.date.today().isoformat()}; {machine()}")
    print(", ".join(f"{name} {version}" for name, version in results.versions.items()))
    titles = {workload.name: workload.title for workload in WORKLOADS}
    for (workload, connections), peers in results.measurements.items():
        print(f"\n{workload}: {titles[workload]}; {connections} connections\n")
        print(f"| {' | '.join(COLUMNS)} |")
        print("|---" + "|--:" * (len(COLUMNS) - 1) + "|")
        for peer in (name for name in PEERS if name in peers):

            def median(field, peer=peer):
                return results.median(workload, connections, peer, field)

            def ratio(field, base=BASE, peer=peer):
                """Beside another gateway; × in the columns."""
                of, own = results.median(workload, connections, base, field), median(field, peer)
                return f"{own / of:.2f}" if of else "–"

            low, high = results.spread(workload, connections, peer, "cpu_microseconds")
            cells = (
                peer, f"{median('per_second'):,.0f}", ratio("per_second"),
                f"{median('cpu_microseconds'):.2f} ({low:.2f}–{high:.2f})", ratio("cpu_microseconds"),
                ratio("cpu_microseconds", PLAIN), f"{median('p50'):.0f}", f"{median('p99'):.0f}", ratio("p99"),
                f"{median('p999'):.0f}", f"{median('utilisation') * 100:.0f}%",
                f"{median('resident_kib') / 1024:.1f} MiB", ratio("resident_kib"),
            )  # fmt: skip
            print(f"| {' | '.join(cells)} |")
        if ScopegateBefore.name in peers:
            print_change(results, workload, connections)
    for failure in results.failures:
        print(f"\nfailed: {failure}")
