"""What was measured, and its medians."""

import statistics
from dataclasses import asdict


class Results:
    def __init__(self, versions):
        self.versions = versions
        self.measurements = {}  # (workload, connections) → peer → measurements
        self.saturation = {}  # connections → requests per second of nginx auth_request
        self.failures = []

    def add(self, workload, connections, peer, measurement):
        self.measurements.setdefault((workload, connections), {}).setdefault(peer, []).append(measurement)

    def fail(self, workload, connections, peer, reason):
        self.failures.append(f"{peer}, {workload}, {connections} connections: {reason}")

    def median(self, workload, connections, peer, field):
        """The median of a field, or None when there is none."""
        found = self.measurements.get((workload, connections), {}).get(peer)
        return statistics.median(getattr(one, field) for one in found) if found else None

    def spread(self, workload, connections, peer, field):
        """The lowest and the highest."""
        found = [getattr(one, field) for one in self.measurements[workload, connections][peer]]
        return min(found), max(found)

    def document(self):
        return {
            "versions": self.versions,
            "failures": self.failures,
            "measurements": [
                {"workload": workload, "connections": connections, "peer": peer, **asdict(one)}
                for (workload, connections), peers in self.measurements.items()
                for peer, found in peers.items()
                for one in found
            ],
        }
