"""Waiting on conditions, and ports that nobody has."""

import socket
import time


def wait_for(what, condition, seconds=30):
    """What the condition gives, once that is something."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.005)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port, address="127.0.0.1"):
    try:
        socket.create_connection((address, port), 1).close()
        return True
    except OSError:
        return False
