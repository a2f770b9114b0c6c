"""What the gateways have in common."""

import subprocess

from ..processes import Program, free_port


class Peer:
    """A gateway that runs. Its subclasses write its configuration and know its command."""

    name = ""
    title = ""
    environment = {}

    def __init__(self, setting, workload):
        self.setting = setting
        self.workload = workload
        self.port = free_port()
        self.folder = setting.new_folder(self.name)
        self.program = Program(self.prepare(), setting.gateway_core, self.folder / "log", self.environment)
        self.program.wait_until_it_listens(self.port)
        self.wait_until_it_is_ready()

    def wait_until_it_is_ready(self):
        """For gateways that listen before they have read everything."""

    def prepare(self):
        """Writes what the gateway reads, and returns the command that runs it in the foreground."""
        raise NotImplementedError

    def stop(self):
        self.program.stop()

    @classmethod
    def version(cls, setting):
        raise NotImplementedError


def output(*command):
    """What a command prints, on both outputs."""
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, stdin=subprocess.DEVNULL
    ).stdout
