"""Hosts on a network of their own: network namespaces that a bridge joins, and that end with the run."""

import subprocess

NETWORK = "10.99.0"


def ip(*arguments, host=None):
    place = ["-n", host] if host else []
    subprocess.run(["ip", *place, *arguments], check=True, capture_output=True, text=True)


class Network:
    """`hosts` are names with the last number of their addresses."""

    def __init__(self, hosts, prefix="sg"):
        self.names = {name: f"{prefix}-{name}" for name in hosts}
        self.bridge = f"{prefix}-net"
        self.addresses = {name: f"{NETWORK}.{number}" for name, number in hosts.items()}
        try:
            ip("netns", "add", self.bridge)
            ip("link", "add", "bridge", "type", "bridge", host=self.bridge)
            ip("link", "set", "bridge", "up", host=self.bridge)
            for name, host in self.names.items():
                ip("netns", "add", host)
                ip("link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", host, host=self.bridge)
                ip("link", "set", f"to-{name}", "master", "bridge", "up", host=self.bridge)
                ip("address", "add", f"{self.addresses[name]}/24", "dev", "eth0", host=host)
                ip("link", "set", "eth0", "up", host=host)
                ip("link", "set", "lo", "up", host=host)
        except BaseException:
            self.close()
            raise

    def on(self, name):
        """What a command begins with that is run on a host."""
        return ("ip", "netns", "exec", self.names[name])

    def close(self):
        for host in (*self.names.values(), self.bridge):
            subprocess.run(["ip", "netns", "delete", host], capture_output=True)
