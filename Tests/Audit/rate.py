"""Refusals per second in each durability, and how long a permitted request takes meanwhile.

wrk asks for what is refused, at full speed and then at 2,000 requests a second; a good client asks for what is permitted
fifty times a second. Everything shares the machine's cores.

Usage: rate.py BINARY [SECONDS]
"""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from harness import KEY, RefusedClient, Run, binary

seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 8
here = Path(__file__).parent


def good_client(port, result):
    client = here.parent / "Load" / "good_client.py"
    text = client.read_text().replace("load-test-key", KEY)
    done = subprocess.run([sys.executable, "-c", text, str(port), str(seconds)], capture_output=True, text=True)
    result.append(done.stdout.strip() or done.stderr)


def wrk(port, connections, method, path):
    script = f'wrk.method = "{method}"\nwrk.headers["Authorization"] = "Bearer {KEY}"\n'
    file = Path("/tmp") / f"wrk-{port}.lua"
    file.write_text(script)
    try:
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(file), f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True,
        )
    finally:
        file.unlink()
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)
    middle = re.search(r"^\s+50%\s+(\S+)", done.stdout, re.M).group(1)
    tail = re.search(r"^\s+99%\s+(\S+)", done.stdout, re.M).group(1)
    return f"{float(rate):9.0f}/s  p50 {middle}  p99 {tail}"


with Run(binary()) as run:
    for durability in ["buffered", "written", "synced"]:
        gateway = run.start(run.folder / f"{durability}.jsonl", durability=durability, rotate="{size: 1GiB}")
        alone = []
        good_client(gateway.port, alone)
        print(f"{durability}\n  nothing refused meanwhile           {alone[0]}", flush=True)
        for connections in [64, 512]:
            beside = []
            thread = threading.Thread(target=good_client, args=(gateway.port, beside))
            thread.start()
            speed = wrk(gateway.port, connections, "POST", "/api/v1/trades")
            thread.join()
            print(f"  refused, {connections:3} connections  {speed}\n    meanwhile: {beside[0]}", flush=True)
        beside = []
        thread = threading.Thread(target=good_client, args=(gateway.port, beside))
        thread.start()
        client = RefusedClient(gateway.port, "steady")
        client.run(2000, time.monotonic() + seconds)
        answers = client.finish()
        thread.join()
        print(f"  refused, {len(answers) / seconds:.0f}/s\n    meanwhile: {beside[0]}", flush=True)
        gateway.stop()
        status, text = run.audit("verify", "--log", run.folder / f"{durability}.jsonl")
        print(f"  {text.splitlines()[0]}", flush=True)
    for allowed in ["none", "writes", "all"]:
        gateway = run.start(run.folder / f"allowed-{allowed}.jsonl", allowed=allowed, rotate="{size: 1GiB}")
        print(f"permitted, recorded: {allowed:6}  {wrk(gateway.port, 64, 'GET', '/api/v1/trades')}", flush=True)
        gateway.stop()
