"""What is asked of the gateways."""

from dataclasses import dataclass

from .backend import ANSWER, LARGE

GOOD_KEY = "bench-read-000000000001"
POOR_KEY = "bench-poor-000000000001"
NUMBERED_KEY = "bench-read-@@@@@@@@@@@@"


BASE = "nginx-auth"  # what the others are compared with
INTROSPECTING = ("nginx-auth", "nginx-lua", "traefik", "caddy", "scopegate")
SECURED = ("nginx-auth", "nginx-plain", "nginx-lua", "haproxy", "scopegate")
MANY_ROUTES = ("nginx-auth", "nginx-lua", "haproxy", "scopegate")


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
    tls: bool = False  # the client's connections are secured
    of_saturation: float = 0  # the rate as a part of nginx auth_request's highest; 0 for as fast as it goes
    peers: tuple | None = None  # those that take part; None for all

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

    def takes(self, peer):
        return self.peers is None or peer.removesuffix("-before") in self.peers

    @property
    def numbers(self):
        """How many numbers the keys of requests have."""
        return 10**11 if self.fresh_keys else self.keys

    @property
    def ttl(self):
        """How many seconds gateways remember a key: longer where it takes a while to show them all."""
        return 3600 if self.keys > 1 else 60


def growing_routes(count):
    return Workload(f"routes-{count}", f"{count:,} routes", routes=count, peers=MANY_ROUTES)


def growing_keys(count):
    peers = ("nginx-lua", "scopegate") if count > 100_000 else ("nginx-auth", "nginx-lua", "scopegate")
    return Workload(f"keys-{count}", f"{count:,} cached keys", key=NUMBERED_KEY, keys=count, peers=peers)


WORKLOADS = [
    Workload("get", "cached key, small GET, 100 routes", connections=(1, 64, 512)),
    Workload("latency", "the same at half of nginx auth_request's highest rate", of_saturation=0.5),
    Workload(
        "deny", "a scope that the key does not have: 403", key=POOR_KEY, status=403, length=None,
        peers=("nginx-auth", "nginx-lua", "haproxy", "envoy", "traefik", "caddy", "scopegate"),
    ),
    Workload("new-key", "a new key every request", key=NUMBERED_KEY, fresh_keys=True, peers=INTROSPECTING),
    Workload("post", "POST of 16 KiB", method="POST", body=16 << 10),
    Workload("large", "answer of 1 MiB", path="/api/v1/trades/large", length=LARGE, connections=(16,)),
    Workload("tls", "cached key, small GET, TLS 1.3 from the client", tls=True, peers=SECURED),
    *(growing_routes(count) for count in (10, 1000, 10_000)),
    Workload(
        "connections", "cached key, small GET", connections=(1, 10, 100, 1000, 5000),
        peers=("nginx-auth", "nginx-plain", "scopegate"),
    ),
    *(growing_keys(count) for count in (100, 10_000, 1_000_000)),
]  # fmt: skip
