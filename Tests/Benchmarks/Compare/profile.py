"""Shows where scopegate's time goes: samples of the running gateway under the `get` workload, by `perf`.

Each sample is a moment of CPU time in one function (self), called by others (inclusive). Functions are put in groups by
their names and their module; the rules are in GROUPS.
"""

import argparse
import collections
import re
import subprocess
import sys
import threading
from pathlib import Path

from .peers.scopegate import Scopegate
from .setting import Setting
from .workloads import WORKLOADS

# The first rule that fits counts: a group, what the function's name matches, what its module matches.
GROUPS = [
    ("kernel", r"", r"\[kernel|\[vdso\]|\[guest"),
    ("ARC (retain, release)", r"swift_(retain|release|.*Retain|.*Release|isUniquely|weak|unowned|bridgeObject)|RefCount", r""),
    ("exclusivity", r"swift_(begin|end)Access|AccessSet|SwiftTLSContext", r""),
    ("allocation", r"malloc|free$|_int_|calloc|realloc|swift_(slow)?(alloc|dealloc)|unlink_chunk|tcache|swift_allocObject|swift_deallocClassInstance", r""),
    ("locks", r"pthread_mutex|lll_(un)?lock|futex|Mutex", r""),
    ("curl", r"", r"libcurl"),
    ("crypto", r"", r"libcrypto|libssl"),
    ("syscall wrappers of libc", r"^(__)?(libc_)?(recv|send|read|write|writev|epoll|getsockopt|poll|clock_gettime)", r"libc[.-]"),
    ("memory moves", r"mem(cpy|move|set|chr|cmp|mem)", r""),
    ("NIO", r"NIO|\$s3?NIO|CNIO", r""),
    ("generics and metadata of the runtime", r"swift_|swift::", r""),
    ("Foundation", r"Foundation", r""),
    ("scopegate", r"", r"scopegate"),
    ("Swift's standard library", r"", r"libswift|libdispatch"),
    ("libc", r"", r"libc[.-]|ld-linux"),
]  # fmt: skip
RULES = [(name, re.compile(symbol), re.compile(module)) for name, symbol, module in GROUPS]
SYMBOL = re.compile(r"^\s*[0-9a-f]+ (.*) \(([^()]*)\)$")


def group(symbol, module):
    for name, symbols, modules in RULES:
        if symbols.search(symbol) and modules.search(module):
            return name
    return "other"


def samples(data):
    """The stacks in a recording, innermost function first."""
    script = subprocess.run(
        ["perf", "script", "-i", str(data), "-F", "comm,ip,sym,dso"], capture_output=True, text=True, check=True
    ).stdout
    for block in script.split("\n\n"):
        stack = [match.groups() for line in block.splitlines() if (match := SYMBOL.match(line))]
        if stack:
            yield [(re.sub(r"\+0x[0-9a-f]+$", "", symbol), module.rpartition("/")[2]) for symbol, module in stack]


def system_call(stack):
    """The system call that a sample in the kernel belongs to, or nothing."""
    if not group(*stack[0]) == "kernel":
        return None
    frames = [symbol for symbol, _ in stack]
    if "do_syscall_64" not in frames:
        return "(none: interrupts, page faults)"
    inside = [name for name in frames[: frames.index("do_syscall_64")] if name != "x64_sys_call"]
    return re.sub("^(__x64_sys_|ksys_|__sys_|vfs_)", "", inside[-1]) if inside else "(entry and exit)"


def caller_of(name, stack):
    """The innermost function that isn't of a group itself, of a sample that is."""
    if group(*stack[0]) != name:
        return None
    return next((function for function in stack if group(*function) != name), None)


def demangled(names):
    shown = subprocess.run(
        ["swift", "demangle", "--compact", "--simplified"], input="\n".join(names), capture_output=True, text=True, check=False
    ).stdout.splitlines()  # fmt: skip
    return dict(zip(names, shown)) if len(shown) == len(names) else {name: name for name in names}


def show(title, counts, total, limit, label):
    print(f"\n{title}\n")
    for key, count in counts.most_common(limit):
        print(f"{count / total * 100:6.2f}%  {label(key)}")


def main():
    workloads = {workload.name: workload for workload in WORKLOADS}
    parser = argparse.ArgumentParser(prog="profile.sh", description="Shows where scopegate's time goes.")
    parser.add_argument("--workload", choices=list(workloads), default="get")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--top", type=int, default=50, help="how many functions are shown")
    parser.add_argument("--callers", metavar="GROUP", help="who calls the functions of a group, such as 'memory moves'")
    parser.add_argument("--scopegate", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--load", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    workload = workloads[options.workload]
    setting = Setting(options.scopegate.resolve(), options.load, options.programs)
    try:
        gateway = Scopegate(setting, workload)
        data = setting.folder / "perf.data"
        try:
            recording = []

            def record():
                recording.append(
                    subprocess.run(
                        ["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-g", "-o", str(data),
                         "-p", str(gateway.program.process.pid), "--", "sleep", str(options.seconds)],
                        capture_output=True, text=True, check=False,
                    )
                )  # fmt: skip

            recorder = threading.Timer(1.5, record)
            recorder.start()
            measurement = setting.loader.measure(
                gateway, setting.request_file(workload), connections=options.connections,
                seconds=options.seconds + 1, warm_up=1, status=workload.status, length=workload.length,
            )  # fmt: skip
            recorder.join()
        finally:
            gateway.stop()
        if recording[0].returncode:
            sys.exit(f"error: perf: {recording[0].stderr}")
        report(list(samples(data)), measurement, options)
    finally:
        setting.close()


def report(stacks, measurement, options):
    total = len(stacks)
    cpu = measurement.cpu_microseconds
    print(
        f"{options.workload}, {options.connections} connections, {measurement.per_second:,.0f} requests/s,"
        f" {cpu:.2f} µs CPU a request (perf's own share included), {total} samples"
    )
    groups = collections.Counter(group(*stack[0]) for stack in stacks)
    own = collections.Counter(stack[0] for stack in stacks)
    inclusive = collections.Counter(function for stack in stacks for function in set(stack))
    names = demangled(sorted({symbol for symbol, _ in [*own, *inclusive]}))

    def label(function):
        return f"{names[function[0]][:150]}  [{function[1]}]"

    show("By group (self)", groups, total, None, lambda name: f"{groups[name] / total * cpu:6.2f} µs  {name}")
    calls = collections.Counter(call for stack in stacks if (call := system_call(stack)))
    show("The kernel, by system call", calls, total, 15, lambda name: f"{calls[name] / total * cpu:6.2f} µs  {name}")
    show("By module (self)", collections.Counter(stack[0][1] for stack in stacks), total, 12, str)
    outside = collections.Counter({key: count for key, count in own.items() if group(*key) != "kernel"})
    show("By function (self), without the kernel", outside, total, options.top, label)
    show("By function (self), the kernel", own - outside, total, options.top // 2, label)
    show("By function (inclusive)", inclusive, total, options.top, label)
    if options.callers:
        callers = collections.Counter(caller for stack in stacks if (caller := caller_of(options.callers, stack)))
        names.update(demangled(sorted({symbol for symbol, _ in callers})))
        show(f"Callers of {options.callers}", callers, total, options.top, label)


main()
