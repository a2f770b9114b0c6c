"""Measures each gateway in turn, again and again, so that what the machine does meanwhile hits all alike."""

import sys

from .load import LoadFailure
from .workloads import BASE, WORKLOADS

# A measurement during which other programs took more of the two cores than this is made again, so many times at most.
MOST_FOREIGN, ATTEMPTS = 0.06, 3
# With few connections most of a request's cost is falling asleep and being woken, which differs by a fifth from one
# measurement to the next: up to FEW connections are measured TURNS times a round, the gateways by turns.
FEW, TURNS = 4, 4


class Runner:
    def __init__(self, setting, peers, options, results):
        self.setting = setting
        self.peers = peers
        self.options = options
        self.results = results

    def run(self, workloads):
        for round_number in range(1, self.options.rounds + 1):
            for workload in workloads:
                connections = self.options.connections or workload.connections
                few = [count for count in connections if count <= FEW]
                self.measure_peers(round_number, workload, connections)
                for _ in range(1, TURNS if few else 1):
                    self.measure_peers(round_number, workload, few)

    def measure_peers(self, round_number, workload, connections):
        for peer in self.peers.values():
            if peer.name in self.options.peers and workload.takes(peer.name):
                print(f"round {round_number}: {workload.name}, {peer.name}", file=sys.stderr)
                self.measure_all(peer, workload, connections)

    def measure_all(self, peer, workload, all_connections):
        try:
            gateway = peer(self.setting, workload)
        except (OSError, RuntimeError, TimeoutError) as failure:
            self.results.fail(workload.name, "all", peer.name, str(failure))
            return
        try:
            fill = workload.keys if workload.keys > 1 else 0
            for connections in all_connections:
                try:
                    rate = self.rate(workload, connections)
                    if rate and rate > self.saturation(peer, connections):
                        print(f"  it can't do {rate:,.0f} requests a second: left out", file=sys.stderr)
                        continue
                    for attempt in range(1, ATTEMPTS + 1):
                        measurement = self.measure(gateway, workload, connections, rate=rate, fill=fill)
                        fill = 0
                        if measurement.foreign <= MOST_FOREIGN:
                            break
                        print(f"  others took {measurement.foreign:.0%} of a core: {attempt}", file=sys.stderr)
                    self.results.add(workload.name, connections, peer.name, measurement)
                except LoadFailure as failure:
                    self.results.fail(workload.name, connections, peer.name, str(failure))
        finally:
            gateway.stop()

    def measure(self, gateway, workload, connections, *, rate=0, fill=0):
        return self.setting.loader.measure(
            gateway,
            self.setting.request_file(workload),
            connections=connections,
            seconds=self.options.seconds,
            warm_up=self.options.warm_up,
            rate=rate,
            status=workload.status,
            length=workload.length,
            numbers=workload.numbers,
            fill=fill,
            tls=workload.tls,
        )

    def rate(self, workload, connections):
        """Requests per second; 0 for as many as there can be."""
        if not workload.of_saturation:
            return 0
        return workload.of_saturation * self.saturation(self.peers[BASE], connections)

    def saturation(self, peer, connections):
        """Requests per second that a gateway can do."""
        known = self.results.median("get", connections, peer.name, "per_second")
        if known is None:
            workload = next(one for one in WORKLOADS if one.name == "get")
            gateway = peer(self.setting, workload)
            try:
                measurement = self.measure(gateway, workload, connections)
            finally:
                gateway.stop()
            self.results.add("get", connections, peer.name, measurement)
            known = measurement.per_second
        return known
