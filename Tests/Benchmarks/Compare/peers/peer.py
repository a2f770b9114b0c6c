"""What the gateways have in common."""

import subprocess

from ..processes import Program, free_port


class Peer:
    """A gateway that runs. Its subclasses write its configuration and know its command."""

    name = ""
    title = ""
    abilities = frozenset()
    environment = {}

    def __init__(self, setting, workload):
        self.setting = setting
        self.workload = workload
        self.port = free_port()
        self.folder = setting.new_folder(self.name)
        self.program = Program(self.prepare(), setting.gateway_core, self.folder / "log", self.environment)
        self.program.wait_until_it_listens(self.port)

    def prepare(self):
        """Writes what the gateway reads, and returns the command that runs it in the foreground."""
        raise NotImplementedError

    def stop(self):
        self.program.stop()

    @classmethod
    def version(cls, setting):
        raise NotImplementedError

    @classmethod
    def takes(cls, workload):
        return workload.needs <= cls.abilities


def output(*command):
    """What a command prints, of both outputs."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
