"""Reloads a gateway under load, each way. See run.sh."""

import signal
import sys
import time

from harness import EXPECTED, MAPS, Load, Run

SECONDS, RELOADS = float(sys.argv[2]), int(sys.argv[3])


def reload_by(way, run, gateway, name):
    if way == "file":
        next_map = run.folder / "next.yaml"
        next_map.write_text(MAPS[name])
        next_map.rename(run.routes)
        return
    run.routes.write_text(MAPS[name])
    if way == "signal":
        gateway.process.send_signal(signal.SIGHUP)
    else:
        code, answer = gateway.reload()
        assert code == 0, answer


def main():
    failed = False
    with Run(sys.argv[1]) as run:
        for way in ("none", "signal", "admin", "file"):
            run.routes.write_text(MAPS["one"])
            gateway = run.start(watch=way == "file")
            load = Load(gateway.port, SECONDS)
            for number in range(RELOADS if way != "none" else 0):
                reload_by(way, run, gateway, "two" if number % 2 == 0 else "one")
                time.sleep(max(0, load.begun + (number + 1) * SECONDS / RELOADS - time.monotonic()))
            load.join()
            cpu = gateway.cpu()
            in_order = gateway.terminate()
            reloads = [line for line in gateway.lines() if line["message"] == "reloaded"]
            maps = {"1": "one"}
            for line in reloads:
                maps[line["generation"]] = "one" if line["digest"] == gateway.digest else "two"
            wrong = [a for a in load.answers if EXPECTED.get(maps.get(a[1])) != a[0]]
            print(f"{way:7} {len(reloads):4} reloads  {load.latency}  wrong map {len(wrong)}  "
                  f"generations seen {len({a[1] for a in load.answers})}  CPU {cpu:.1f} s  ended in order: {in_order}",
                  flush=True)
            failed = failed or bool(load.failures or wrong or not in_order)
    sys.exit(1 if failed else 0)


main()
