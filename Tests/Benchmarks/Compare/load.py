"""Runs the load generator beside the gateway and reads what the gateway spent on it."""

import json
import os
import subprocess
from dataclasses import dataclass

from .processes import busy_seconds, cpu_seconds_of


class LoadFailure(Exception):
    """The load generator met something other than the expected answers."""


@dataclass
class Measurement:
    requests: int
    per_second: float
    cpu_microseconds: float  # of the gateway's processes, per request
    utilisation: float  # of the gateway's core, 0…1
    p50: float  # microseconds
    p99: float
    p999: float
    longest: float
    resident_kib: int
    foreign: float  # what other programs took of the two cores meanwhile, 1 for a whole core


class Loader:
    def __init__(self, program, cores, core, backend):
        self.program = program
        self.cores = cores
        self.core = core
        self.backend = backend

    def measure(
        self, gateway, request, *, connections, seconds, warm_up, rate=0, status=200, length=None, numbers=1, fill=0,
        tls=False,
    ):  # fmt: skip
        """Loads `gateway`; `request` is the file that holds what to send. Throws when any answer is not as expected."""
        command = [
            str(self.program), "--port", str(gateway.port), "--request", str(request),
            "--connections", str(connections), "--seconds", str(seconds), "--warm-up", str(warm_up),
            "--rate", f"{rate:.3f}", "--status", str(status), "--numbers", str(numbers), "--fill", str(fill),
        ]  # fmt: skip
        if length is not None:
            command += ["--length", str(length)]
        if tls:
            command.append("--tls")
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.core}),
        ) as load:
            if load.stdout.readline() != "ready\n":
                load.stdin.close()
                raise LoadFailure(load.stderr.read().strip())

            def own():
                return self.backend.cpu_seconds() + cpu_seconds_of([load.pid])

            busy, others = busy_seconds(self.cores), own()
            before = gateway.program.cpu_seconds()
            load.stdin.write("go\n")
            load.stdin.flush()
            line = load.stdout.readline()
            spent = gateway.program.cpu_seconds() - before
            foreign = busy_seconds(self.cores) - busy - (own() - others) - spent
            resident = gateway.program.resident_kib()
            load.stdin.close()
            if not line:
                raise LoadFailure(load.stderr.read().strip())
        result = json.loads(line)
        if result["unexpected"] or result["errors"]:
            raise LoadFailure(
                f"{result['unexpected']} answers with another status than {status}"
                f" (the first {result['unexpected_status']}), {result['errors']} errors ({result['error']})"
            )
        elapsed = result["nanoseconds"] / 1e9
        return Measurement(
            requests=result["completed"],
            per_second=result["completed"] / elapsed,
            cpu_microseconds=spent * 1e6 / result["completed"],
            utilisation=spent / elapsed,
            p50=result["p50"] / 1000,
            p99=result["p99"] / 1000,
            p999=result["p999"] / 1000,
            longest=result["longest"] / 1000,
            resident_kib=resident,
            foreign=max(0, foreign / elapsed),
        )
