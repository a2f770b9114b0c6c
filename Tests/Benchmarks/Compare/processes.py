"""Programs that are started, pinned to a core, watched through /proc, and ended."""

import os
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)
    return value


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Program:
    """A program with its children."""

    def __init__(self, command, core, log, environment=None):
        self.command = command
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            )

    def wait_until_it_listens(self, port):
        """Waits for a port; says what the program said when it ends instead."""

        def check():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.command[0]} ended: {self.log.read_text(errors='replace')[-2000:]}")
            return listens(port)

        wait_for(f"{self.command[0]} on port {port}", check)

    def family(self):
        """The ids of the process and all its descendants."""
        children = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                if fields := stat(name):
                    children.setdefault(int(fields[1]), []).append(int(name))
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """User and system time of all the processes and threads so far."""
        return cpu_seconds_of(self.family())

    def resident_kib(self):
        """Memory of all the processes in KiB; what several of them share counts once (PSS)."""
        total = 0
        for pid in self.family():
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
                    total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        return total

    def stop(self):
        if self.process.poll() is None:
            family = self.family()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                for pid in family:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                self.process.wait()


def cpu_seconds_of(pids):
    """User and system time of processes so far."""
    found = [fields for pid in pids if (fields := stat(pid))]
    return sum(int(fields[11]) + int(fields[12]) for fields in found) / TICKS


def busy_seconds(cores):
    """How long these cores have been busy since the machine started, time that other machines took included."""
    names = {f"cpu{core}" for core in cores}
    with open("/proc/stat", encoding="ascii") as lines:
        fields = [line.split() for line in lines]
    # user nice system idle iowait irq softirq steal
    return sum(sum(int(row[index]) for index in (1, 2, 3, 6, 7, 8)) for row in fields if row[0] in names) / TICKS


def stat(pid):
    """The fields of /proc/PID/stat from the state on, or nothing when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(") ")[2].split()
    except OSError:
        return None
