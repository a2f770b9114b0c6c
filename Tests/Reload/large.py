"""A map of 10,000 routes beside one of 10: how long it takes to load, what memory, what it costs a request, and what its
reloads under load do to requests. See run.sh."""

import json, subprocess, sys, time

from harness import Folder, Gateway, Load, Nginx

BINARY = sys.argv[1]
METHODS = ["GET", "POST", "PUT", "DELETE"]


def text(routes, mark=""):
    lines = ["version: 1", "routes:", "  /open:", "    GET: public", "  /probe:", "    GET: read:trades"]
    for number in range((routes - 2) // len(METHODS)):
        lines.append(f"  /api/v1/part{number % 50}/{{id}}/group{number // 50}{mark}/{{item}}:")
        lines += [f"    {method}: {'read' if method == 'GET' else 'write'}:trades" for method in METHODS]
    return "\n".join(lines) + "\n"


failed = False
folder = Folder()
nginx = Nginx(folder)
try:
    for count in (10, 10_002):
        # The deepest template of the map.
        last = (count - 2) // 4 - 1
        target = f"api/v1/part{last % 50}/42/group{last // 50}/7"
        folder.write("routes.yaml", text(count))
        begun = time.monotonic()
        gateway = Gateway(BINARY, folder, nginx.port)
        started = time.monotonic() - begun
        idle = gateway.memory()
        quiet = Load(gateway.port, 8, targets=((target, False), ("open", True))).join()
        wrong = {a for a in quiet.answers if a[0] != 401}
        print(f"{count:6} routes  start {1000 * started:.0f} ms  resident {idle:.1f} MiB  {quiet.latency}", flush=True)
        load = Load(gateway.port, 15, targets=((target, False), ("open", True)))
        cpu, times, number = gateway.cpu(), [], 0
        while load.is_running:
            number += 1
            folder.write("routes.yaml", text(count) if number % 2 == 0 else text(count) + f"# {number}\n")
            begun = time.monotonic()
            code, answer = gateway.reload()
            times.append(time.monotonic() - begun)
            failed = failed or code != 0
            time.sleep(0.5)
        load.join()
        times.sort()
        print(f"               {number} reloads under load, each {1000 * times[len(times) // 2]:.0f} ms (median, with the "
              f"command's own start), longest {1000 * times[-1]:.0f} ms  resident {gateway.memory():.1f} MiB  "
              f"{load.latency}  exit {gateway.stop()}", flush=True)
        failed = failed or bool(wrong or quiet.failures or load.failures or {a for a in load.answers if a[0] != 401})
finally:
    nginx.stop()
sys.exit(1 if failed else 0)
