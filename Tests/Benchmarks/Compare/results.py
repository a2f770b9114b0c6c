"""What was measured, and its medians."""

import json
import statistics
from dataclasses import asdict

from .load import Measurement


class Results:
    def __init__(self):
        self.versions = {}  # peer → version
        self.measurements = {}  # (workload, connections) → peer → measurements
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

    @classmethod
    def read(cls, path):
        results = cls()
        document = json.loads(path.read_text())
        results.versions = document["versions"]
        for one in document["measurements"]:
            place = one.pop("workload"), one.pop("connections"), one.pop("peer")
            results.add(*place, Measurement(**one))
        return results

    def write(self, path):
        document = {
            "versions": self.versions,
            "measurements": [
                {"workload": workload, "connections": connections, "peer": peer, **asdict(one)}
                for (workload, connections), peers in self.measurements.items()
                for peer, found in peers.items()
                for one in found
            ],
        }
        path.write_text(json.dumps(document, indent=1) + "\n")
