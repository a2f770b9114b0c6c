"""`scopegate top` on a terminal (an emulated one, pyte): its figures are those of /metrics, it follows the size, it is held
and ended by keys and signals, and the terminal is as it was afterwards.

Usage: top.py BINARY
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

from harness import KEY, Run, Traffic
from Scripts.checks import Checks
from Scripts.waiting import wait_for

binary = sys.argv[1]
check = Checks()


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, arguments, columns=120, lines=40, environment=None):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.resize(columns, lines)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [binary, "top", *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
        )  # fmt: skip

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def read(self, seconds=0.05):
        while select.select([self.master], [], [], seconds)[0]:
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                return
            self.written += piece
            self.stream.feed(piece)

    def text(self):
        self.read()
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, pattern, seconds=10):
        return wait_for(pattern, lambda: re.search(pattern, self.text()), seconds)

    def press(self, keys):
        os.write(self.master, keys)

    def end(self):
        try:
            status = wait_for("top ends", lambda: (self.read(0.01), self.process.poll() is not None)[1], 5)
        finally:
            self.process.kill()
        self.read()
        return self.process.returncode if status else None

    def is_restored(self):
        last = max(self.written.rfind(b"\x1b[?1049h"), 0)
        left, shown = self.written.rfind(b"\x1b[?1049l"), self.written.rfind(b"\x1b[?25h")
        # The kernel notes by itself that input waits to be read again.
        same = [value for index, value in enumerate(termios.tcgetattr(self.slave)) if index != 3] == [
            value for index, value in enumerate(self.before) if index != 3
        ] and (termios.tcgetattr(self.slave)[3] | termios.PENDIN) == (self.before[3] | termios.PENDIN)
        return left > last and shown > last and same


def main():
    with Run(binary) as run:
        gateway = run.start()
        arguments = ["--admin", f"127.0.0.1:{gateway.admin_port}"]
        terminal = Terminal(arguments)
        with Traffic(gateway, clients=2), Traffic(gateway, "/nowhere", clients=1, pause=0.05):
            terminal.wait(r"Requests +[\d.]+ /s")
            time.sleep(4)
            before = gateway.metric("introspection_calls_total")
            text = terminal.text()
            check("figures, a course and denials are there", all(re.search(pattern, text) for pattern in (
                r"^scopegate top  127\.0\.0\.1:\d+  [\d:]{8} UTC  generation 1  ready",
                r"Requests +\d+(\.\d+)? /s  \d+ in flight, \d+ connections +.*[▁▂▃▄▅▆▇█]{3}",
                r"Denied +\d+(\.\d+)? /s  .* % of requests", r"Introspection +healthy", r"403 +unmapped_route .*GET /nowhere",
            )), text)  # fmt: skip
            check("colours are used", b"\x1b[33m403" in terminal.written)
            check("it fills the screen and no more", len([line for line in terminal.screen.display if line.strip()]) >= 38)
            terminal.resize(60, 20)
            wait_for("it follows the size", lambda: "Process" in terminal.text() and len(terminal.screen.display) == 20)
            terminal.read(0.5)
            check("and a smaller one", all(len(line.rstrip()) <= 60 for line in terminal.screen.display) and "scopegate top" in terminal.screen.display[0])
            terminal.resize(120, 40)
            terminal.press(b" ")
            terminal.wait("held; space goes on")
            held = terminal.text()
            time.sleep(2.2)
            still = terminal.text() == held
            terminal.press(b" ")
            wait_for("it goes on", lambda: "held" not in terminal.text())
            check("the space bar holds it, and lets it go on", still)
        check("it asks nothing of the introspection endpoint", gateway.metric("introspection_calls_total") == before)
        time.sleep(2)
        records = gateway.metric("audit_records_total")
        check("at rest its totals are those of /metrics", re.search(rf"Audit +{records:.0f} ", terminal.text()) is not None, records)

        terminal.process.send_signal(signal.SIGTSTP)
        wait_for("it is stopped", lambda: open(f"/proc/{terminal.process.pid}/stat").read().rsplit(")", 1)[1].split()[0] == "T")
        terminal.read()
        stopped = terminal.is_restored()
        terminal.process.send_signal(signal.SIGCONT)
        gateway.ask("/continued")
        terminal.wait("/continued")
        check("Ctrl-Z gives the terminal back, fg takes it again", stopped and not terminal.is_restored())
        gateway.kill()
        terminal.wait("no answer")
        check("a gateway that is gone is told, with what was known last", "/continued" in terminal.text())
        gateway = run.start(admin=f"{{address: '127.0.0.1:{gateway.admin_port}'}}")
        gateway.ask("/anew", key=None)
        terminal.wait("ready")
        terminal.wait("/anew")
        check("and comes back", "/continued" not in terminal.text())
        terminal.press(b"q")
        check("q ends it with 0, and the terminal is as it was", terminal.end() == 0 and terminal.is_restored())
        for name, end in (("Ctrl-C", lambda it: it.press(b"\x03")), ("SIGTERM", lambda it: it.process.terminate()),
                          ("SIGHUP", lambda it: it.process.send_signal(signal.SIGHUP))):  # fmt: skip
            terminal = Terminal(arguments)
            terminal.wait("scopegate top")
            end(terminal)
            check(f"{name} ends it, and the terminal is as it was", terminal.end() is not None and terminal.is_restored())
        terminal = Terminal(arguments, environment={"NO_COLOR": "1"})
        terminal.wait("Requests")
        terminal.press(b"q")
        terminal.end()
        check("no colour with NO_COLOR", not re.search(rb"\x1b\[[\d;]*m", terminal.written))
        check("no key is shown", KEY.encode() not in terminal.written)
        terminal = Terminal(["--admin", "127.0.0.1:1"])
        status = terminal.end()
        check("what can't be reached is told on an ordinary screen", status == 2 and "no gateway answers" in terminal.text()
              and b"1049h" not in terminal.written, terminal.text().strip())  # fmt: skip
    check.finish()


main()
