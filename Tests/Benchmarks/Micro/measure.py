"""Counts instructions and allocations of each operation and compares them with limits.tsv.

Counts repeat, times don't: so it is counts that guard against regressions. An operation is run often and then more
often; the difference is the operation's own, whatever the start of the program costs.

Usage: measure.py PROGRAM ALLOCATION-COUNTER [--update]
"""

import os
import re
import subprocess
import sys
from pathlib import Path

LIMITS = Path(__file__).with_name("limits.tsv")
FEW, MANY = 2_000, 12_000
TOLERANCE = 1.25  # what another compiler, or a CPU for which libc and libcrypto have other code, makes of it
WORTH_LOWERING = 0.75


def count(command, pattern, environment=None):
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})})
    found = re.search(pattern, result.stderr)
    if result.returncode or not found:
        sys.exit(f"error: {' '.join(command)} ended with {result.returncode}: {result.stderr[-2000:]}")
    return int(found.group(1).replace(",", ""))


def per_operation(measure):
    return (measure(MANY) - measure(FEW)) / (MANY - FEW)


def main():
    program, counter = sys.argv[1:3]
    names = subprocess.run([program, "list"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = {}
    for name in names:

        def instructions(times, name=name):
            valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
            return count([*valgrind, program, "run", name, str(times)], r"Collected : (\d+)")

        def allocations(times, name=name):
            return count([program, "run", name, str(times)], r"allocations: (\d+)", {"LD_PRELOAD": counter})

        found[name] = per_operation(instructions), per_operation(allocations)

    if "--update" in sys.argv:
        lines = [f"{name}\t{instructions:.0f}\t{max(0.0, allocations):.0f}" for name, (instructions, allocations) in found.items()]
        LIMITS.write_text("operation\tinstructions\tallocations\n" + "\n".join(lines) + "\n")
    limits = {
        fields[0]: (float(fields[1]), float(fields[2]))
        for fields in (line.split("\t") for line in LIMITS.read_text().splitlines()[1:])
    }
    failed = False
    print(f"{'operation':<30} {'instructions':>12} {'limit':>8} {'allocations':>12} {'limit':>6}")
    for name, (instructions, allocations) in found.items():
        limit = limits.get(name)
        if not limit:
            sys.exit(f"error: {LIMITS.name} has no line for {name}")
        note = ""
        if instructions > limit[0] * TOLERANCE or allocations > limit[1] + 0.01:
            note, failed = "  more than the limit", True
        elif instructions < limit[0] * WORTH_LOWERING or allocations < limit[1] - 0.5:
            note = "  the limit can be lowered"
        print(f"{name:<30} {instructions:>12.1f} {limit[0]:>8.0f} {allocations:>12.2f} {limit[1]:>6.0f}{note}")
    if failed:
        sys.exit("error: an operation costs more than it did; if it has to, run measure.sh --update")


main()
