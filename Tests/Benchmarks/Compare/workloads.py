"""What is asked of the gateways."""

from dataclasses import dataclass, field

from .backend import ANSWER, LARGE

GOOD_KEY = "bench-read-000000000001"
POOR_KEY = "bench-poor-000000000001"
NUMBERED_KEY = "bench-read-@@@@@@@@@@@@"


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    method: str = "GET"
    path: str = "/api/v1/trades/trd_1842"
    key: str = GOOD_KEY
    body: int = 0  # bytes of the request's body
    status: int = 200
    length: int | None = len(ANSWER)  # of the answer's body; None when gateways differ
    routes: int = 100
    connections: tuple = (64,)
    keys: int = 1  # how many keys take turns; all are cached before it begins
    fresh_keys: bool = False  # every request has a key that was never seen
    rate: float = 0  # of nginx auth_request's saturation rate; 0 for as fast as it goes
    introspects: bool = True  # gateways that don't introspect can't take part when False
    growth: str | None = None  # the quantity that grows, when the workload is one point of a curve
    amount: int = 0
    needs: frozenset = field(default_factory=frozenset)  # what a gateway must be able to do

    def request(self):
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            "Host: journal.example",
            "User-Agent: scopegate-benchmark/1",
            "Accept: application/json",
            f"Authorization: Bearer {self.key}",
        ]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {self.body}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + b"x" * self.body


WORKLOADS = [
    Workload("get", "Cached key, small GET", connections=(1, 64, 512)),
    Workload("latency", "Cached key, small GET, at half of nginx auth_request's saturation rate", rate=0.5),
]
