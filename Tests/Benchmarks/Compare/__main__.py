"""Compares gateways; see compare.sh for what it does and how it is called."""

import argparse
import os
import sys
from pathlib import Path

from .peers import PEERS, ScopegateBefore
from .plot import write_plot
from .report import print_report
from .results import Results
from .runner import Runner
from .setting import Setting
from .workloads import WORKLOADS


def names(known):
    def parse(text):
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no {name}; there are: {', '.join(known)}")
        return chosen

    return parse


def numbers(text):
    return tuple(int(part) for part in text.split(","))


def main():
    workloads = {workload.name: workload for workload in WORKLOADS}
    parser = argparse.ArgumentParser(prog="compare.sh", description="Compares scopegate with other gateways.")
    parser.add_argument("--peers", type=names(PEERS), help=",".join(PEERS))
    parser.add_argument("--workloads", type=names(workloads), default=list(workloads), help=",".join(workloads))
    parser.add_argument("--connections", type=numbers, help="such as 1,64,512; instead of each workload's own")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=1, help="seconds before each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--results", type=Path, help="a file (JSON) that the results are added to")
    parser.add_argument("--plot", type=Path, help="a file (SVG) for a plot of the results")
    parser.add_argument("--only-report", action="store_true", help="measure nothing; report what is in --results")
    parser.add_argument("--before", type=Path, metavar="PROGRAM", help="an earlier build that is compared too")
    parser.add_argument("--scopegate", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--load", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.peers = options.peers or [name for name in PEERS if name != ScopegateBefore.name]
    if options.before and ScopegateBefore.name not in options.peers:
        options.peers.append(ScopegateBefore.name)
    if ScopegateBefore.name in options.peers and not options.before:
        parser.error(f"{ScopegateBefore.name} needs --before PROGRAM")
    if os.cpu_count() < 2:
        sys.exit("error: two cores are needed, one for the gateway and one for the load")

    results = Results.read(options.results) if options.results and options.results.exists() else Results()
    if not options.only_report:
        measure(options, results, workloads)
    print_report(results)
    if options.plot:
        write_plot(results, options.plot)
    sys.exit(1 if results.failures else 0)


def measure(options, results, workloads):
    setting = Setting(
        options.scopegate.resolve(), options.load, options.programs, options.before and options.before.resolve()
    )
    try:
        peers = [PEERS[name] for name in options.peers]
        results.versions.update({peer.name: peer.version(setting) for peer in peers})
        Runner(setting, PEERS, options, results).run([workloads[name] for name in options.workloads])
    finally:
        setting.close()
        # What was measured before a failure isn't lost.
        if options.results:
            results.write(options.results)


main()
