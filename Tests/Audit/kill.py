"""kill -9 at random moments under 2,000 refusals a second, in each durability: has every 403 its record, is the log whole?

Usage: kill.py BINARY [ROUNDS]
"""

import random
import signal
import sys
import threading
import time

from harness import KEY, RefusedClient, Run, binary, records

rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
random.seed(20261124)
failed = False
with Run(binary()) as run:
    key_file = run.folder / "key"
    key_file.write_text("a signing key for runs only")
    for durability in ["buffered", "written", "synced"]:
        log = run.folder / f"{durability}.jsonl"
        answered, findings, rate = {}, 0, []
        recovered = 0
        for number in range(rounds):
            gateway = run.start(log, durability=durability, query="keep", rotate="{size: unlimited}")
            gateway.ask()
            client = RefusedClient(gateway.port, f"{durability}-{number}")
            life = random.uniform(0.05, 0.5)
            killer = threading.Timer(life, gateway.process.send_signal, [signal.SIGKILL])
            killer.start()
            start = time.monotonic()
            client.run(2000, start + 5)
            spent = time.monotonic() - start
            killer.join()
            gateway.process.wait()
            answers = client.finish()
            rate.append(len(answers) / spent)
            answered.update(answers)
            status, text = run.audit("verify", "--log", log, "--key-file", key_file)
            if status != 0:
                findings += 1
                print(text)
        written, seen = set(), 0
        for record in records([log]):
            seen += 1
            if record["event"] == "denied":
                written.add(record["request_id"])
            recovered += record["event"] == "recovered"
        refused = {identifier for identifier, status in answered.items() if status == 403}
        missing = refused - written
        holds_key = KEY.encode() in log.read_bytes()
        print(
            f"{durability}: {rounds} times kill -9, {len(refused)} answers 403 (median {sorted(rate)[rounds // 2]:.0f}/s),"
            f" {len(missing)} without a record, {len(written - refused)} records without an answer,"
            f" {seen} lines, {recovered} recovered, verify failed {findings} times,"
            f" the key {'STANDS' if holds_key else 'stands nowhere'} in the log",
            flush=True,
        )
        failed |= findings > 0 or holds_key or (durability != "buffered" and len(missing) > 0)
sys.exit(1 if failed else 0)
