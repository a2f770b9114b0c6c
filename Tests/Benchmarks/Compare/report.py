"""The results as a table in Markdown."""

from .peers import PEERS
from .workloads import BASE, WORKLOADS

PLAIN = "nginx-plain"


def print_report(results):
    print(", ".join(f"{name} {version}" for name, version in results.versions.items()))
    titles = {workload.name: workload.title for workload in WORKLOADS}
    for (workload, connections), peers in results.measurements.items():
        print(f"\n{workload}: {titles[workload]}; {connections} connections\n")
        print("| gateway | requests/s | CPU µs/request | to nginx-auth | to nginx-plain | p50 µs | p99 µs | p99.9 µs | core busy | memory |")
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        bases = [results.median(workload, connections, base, "cpu_microseconds") for base in (BASE, PLAIN)]
        for peer in (name for name in PEERS if name in peers):

            def median(field, peer=peer):
                return results.median(workload, connections, peer, field)

            cpu = median("cpu_microseconds")
            low, high = results.spread(workload, connections, peer, "cpu_microseconds")
            print(
                f"| {peer} | {median('per_second'):,.0f} | {cpu:.2f} ({low:.2f}–{high:.2f}) |"
                f" {' | '.join(f'{cpu / base:.2f}' if base else '–' for base in bases)} |"
                f" {median('p50'):.0f} | {median('p99'):.0f} | {median('p999'):.0f} |"
                f" {median('utilisation') * 100:.0f}% | {median('resident_kib') / 1024:.1f} MiB |"
            )
    for failure in results.failures:
        print(f"\nfailed: {failure}")
