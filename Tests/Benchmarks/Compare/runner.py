"""Measures each gateway in turn, again and again, so that what the machine does meanwhile hits all alike."""

import sys

from .load import LoadFailure

BASE = "nginx-auth"


def run(setting, peers, workloads, options, results):
    for round_number in range(1, options.rounds + 1):
        for workload in workloads:
            for peer in peers:
                if not peer.takes(workload):
                    continue
                print(f"round {round_number}: {workload.name}, {peer.name}", file=sys.stderr)
                gateway = peer(setting, workload)
                try:
                    for connections in options.connections or workload.connections:
                        measure(setting, gateway, workload, connections, options, results)
                finally:
                    gateway.stop()


def measure(setting, gateway, workload, connections, options, results):
    rate = 0
    if workload.rate:
        rate = workload.rate * saturation(setting, workload, connections, options, results)
    try:
        measurement = setting.loader.measure(
            gateway,
            setting.request_file(workload),
            connections=connections,
            seconds=options.seconds,
            warm_up=options.warm_up,
            rate=rate,
            status=workload.status,
            length=workload.length,
        )
    except LoadFailure as failure:
        results.fail(workload.name, connections, gateway.name, str(failure))
        return
    results.add(workload.name, connections, gateway.name, measurement)


def saturation(setting, workload, connections, options, results):
    """Requests per second that nginx `auth_request` can do; found out once."""
    known = results.saturation.get(connections)
    if known is None:
        known = results.median("get", connections, BASE, "per_second")
    if known is None:
        from .peers import PEERS

        gateway = PEERS[BASE](setting, workload)
        try:
            known = setting.loader.measure(
                gateway,
                setting.request_file(workload),
                connections=connections,
                seconds=options.seconds,
                warm_up=options.warm_up,
            ).per_second
        finally:
            gateway.stop()
    results.saturation[connections] = known
    return known
