"""A map of 10,000 routes beside one of 10: how long it takes to load, what memory, what it costs a request, and what its
reloads under load do to requests. See run.sh."""

import sys
import time

from harness import Load, Run

METHODS = ["GET", "POST", "PUT", "DELETE"]


def text(routes):
    lines = ["version: 1", "routes:", "  /open:", "    GET: public", "  /probe:", "    GET: read:trades"]
    for number in range((routes - 2) // len(METHODS)):
        lines.append(f"  /api/v1/part{number % 50}/{{id}}/group{number // 50}/{{item}}:")
        lines += [f"    {method}: {'read' if method == 'GET' else 'write'}:trades" for method in METHODS]
    return "\n".join(lines) + "\n"


def main():
    failed = False
    with Run(sys.argv[1]) as run:
        for count in (10, 10_002):
            failed = measure(run, count) or failed
    sys.exit(1 if failed else 0)


def measure(run, count):
    """Prints what a map of so many routes does; whether anything failed."""
    # The deepest template of the map.
    last = (count - 2) // 4 - 1
    targets = ((f"api/v1/part{last % 50}/42/group{last // 50}/7", False), ("open", True))
    run.routes.write_text(text(count))
    begun = time.monotonic()
    gateway = run.start()
    started = time.monotonic() - begun
    idle = gateway.memory()
    quiet = Load(gateway.port, 8, targets=targets).join()
    print(f"{count:6} routes  start {1000 * started:.0f} ms  resident {idle:.1f} MiB  {quiet.latency}", flush=True)
    load = Load(gateway.port, 15, targets=targets)
    times, failed = [], False
    while load.is_running:
        run.routes.write_text(text(count) + (f"# {len(times)}\n" if len(times) % 2 == 0 else ""))
        begun = time.monotonic()
        failed = gateway.reload()[0] != 0 or failed
        times.append(time.monotonic() - begun)
        time.sleep(0.5)
    load.join()
    times.sort()
    memory, in_order = gateway.memory(), gateway.terminate()
    print(f"               {len(times)} reloads under load, each {1000 * times[len(times) // 2]:.0f} ms (median, with the "
          f"command's own start), longest {1000 * times[-1]:.0f} ms  resident {memory:.1f} MiB  {load.latency}  "
          f"ended in order: {in_order}", flush=True)
    wrong = [a for a in quiet.answers + load.answers if a[0] != 401]
    return bool(failed or not in_order or wrong or quiet.failures or load.failures)


main()
