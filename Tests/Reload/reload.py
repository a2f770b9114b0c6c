"""Reloads a gateway under load, each way. See run.sh."""

import os, signal, sys, time

from harness import EXPECTED, MAPS, Folder, Gateway, Load, Nginx

BINARY, SECONDS, RELOADS = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])

folder = Folder()
nginx = Nginx(folder)
failed = False


def reload_by(way, gateway, name):
    if way == "file":
        folder.write("next.yaml", MAPS[name])
        os.rename(folder.path("next.yaml"), folder.path("routes.yaml"))
        return
    folder.write("routes.yaml", MAPS[name])
    if way == "signal":
        gateway.process.send_signal(signal.SIGHUP)
    else:
        code, answer = gateway.reload()
        assert code == 0, answer


try:
    for way in ("none", "signal", "admin", "file"):
        folder.write("routes.yaml", MAPS["one"])
        gateway = Gateway(BINARY, folder, nginx.port, watch=way == "file")
        load = Load(gateway.port, SECONDS)
        for number in range(RELOADS if way != "none" else 0):
            reload_by(way, gateway, "two" if number % 2 == 0 else "one")
            time.sleep(max(0, load.begun + (number + 1) * SECONDS / RELOADS - time.monotonic()))
        load.join()
        cpu = gateway.cpu()
        code = gateway.stop()
        reloads = [line for line in gateway.lines() if line["message"] == "reloaded"]
        maps = {"1": "one"}
        for line in reloads:
            maps[line["generation"]] = "one" if line["digest"] == gateway.digest else "two"
        wrong = [a for a in load.answers if EXPECTED.get(maps.get(a[1])) != a[0]]
        print(f"{way:7} {len(reloads):4} reloads  {load.latency}  wrong map {len(wrong)}  "
              f"generations seen {len({a[1] for a in load.answers})}  CPU {cpu:.1f} s  exit {code}", flush=True)
        failed = failed or bool(load.failures or wrong or code)
finally:
    nginx.stop()
sys.exit(1 if failed else 0)
