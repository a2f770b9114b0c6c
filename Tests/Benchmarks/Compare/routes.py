"""The routes that every gateway is given: `/api/v1/c0001/{id}`…, each with a resource that names its scope."""

from dataclasses import dataclass

RESOURCES = ["trades", "accounts", "balance", "goals", "protocols", "tags", "strategies", "screenshots"]


@dataclass(frozen=True)
class Route:
    collection: str  # its path without the id, such as /api/v1/c0001/
    resource: str


def routes(count):
    """`count` routes, of which the middle one is the one that is asked for."""
    middle = count // 2
    return [
        Route("/api/v1/trades/", "trades")
        if index == middle
        else Route(f"/api/v1/c{index:05d}/", RESOURCES[index % len(RESOURCES)])
        for index in range(count)
    ]
