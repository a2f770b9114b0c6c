"""A full disk, a removed directory, one that can't be written to, and back: is anything lost that was promised, do the
counts agree?

Usage: disk.py BINARY
"""

import os
import pwd
import shutil
import subprocess
import sys

from harness import RefusedClient, Run, binary, records
from Scripts.waiting import wait_for

failed = False
TROUBLE = "the audit log can't be written"


def check(what, condition):
    global failed
    failed |= not condition
    print(f"  {'ok  ' if condition else 'FAIL'} {what}", flush=True)


def refuse(gateway, prefix, count, connections=8):
    """So many refused requests, and how often each status was answered."""
    client = RefusedClient(gateway.port, prefix, connections)
    while client.number < count and not client.lost:
        if client.idle:
            client._send()
        client._receive(0.001)
    return client.finish()


def statuses(answers):
    return {status: sum(1 for value in answers.values() if value == status) for status in sorted(set(answers.values()))}


def compare(run, log, answers, gateway, findings=()):
    """Every 403 has its record with 403, every 503 one with 503 or was refused without one."""
    by_id = {record["request_id"]: record["status"] for record in records([log]) if record["event"] == "denied"}
    wrong = [identifier for identifier, status in answers.items() if status == 403 and by_id.get(identifier) != 403]
    late = sum(1 for identifier, status in answers.items() if status == 503 and by_id.get(identifier) == 503)
    unavailable = sum(1 for status in answers.values() if status == 503)
    check(f"{statuses(answers)}: every 403 has its record", not wrong)
    check(f"503s {unavailable} = {late} recorded later + {unavailable - late} refused without a record", late <= unavailable)
    status, text = run.audit("verify", "--log", log)
    found = [line for line in text.splitlines() if ".jsonl" in line and "note" not in line]
    check(
        f"verify: {text.strip().splitlines()[-2] if text.strip() else text}",
        (status == 0 and not findings) or (len(found) == len(findings) and all(f in text for f in findings)),
    )
    return late, unavailable - late


def full(run, mount, overflow):
    print(f"a full disk, overflow {overflow}")
    log = mount / f"{overflow}.jsonl"
    gateway = run.start(log, durability="written", overflow=overflow, capacity=200, rotate="{size: unlimited}")
    answers = refuse(gateway, "before", 100)
    check(f"before: {statuses(answers)}", statuses(answers) == {403: 100})
    ballast = mount / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(descriptor, b"\0" * 4096)
    except OSError:
        os.close(descriptor)
    first = refuse(gateway, "full", 150)
    # The last page of the file may have had room for some of them.
    print(f"  full, memory not used up: {statuses(first)}")
    check("readiness is red", not gateway.is_ready())
    check("a permitted request passes", gateway.ask() == 200)
    second = refuse(gateway, "beyond", 300)
    print(f"  full, memory used up: {statuses(second)}")
    if overflow == "fail_closed":
        check("a permitted request gets 503 now", gateway.ask() == 503)
        check("a public one passes", gateway.ask("/api/v1/public", key=None) == 200)
    else:
        check("a permitted request passes still", gateway.ask() == 200)
    check("the trouble is logged once", gateway.logged(TROUBLE) == 1)
    ballast.unlink()
    wait_for("the log to be written again", lambda: gateway.is_ready() and gateway.metric("waiting") == 0)
    after = refuse(gateway, "after", 100)
    check(f"after: {statuses(after)}", statuses(after) == {403: 100})
    check("a permitted request passes again", gateway.ask() == 200)
    dropped, written = (gateway.metric(f"{name}_total") for name in ["dropped", "records"])
    gateway.refusals = gateway.unavailable()
    gateway.stop()
    everything = {**answers, **first, **second, **after}
    if overflow == "fail_closed":
        late, unrecorded = compare(run, log, everything, gateway)
        # One more than the refused ones: the permitted one that was tried.
        counted = gateway.refusals
        check(f"the gateway counts {counted} answers audit_unavailable", counted == late + unrecorded + 1)
        check(f"records {written} = 403s + late ones + start", written == statuses(everything)[403] + late + 1)
    else:
        gaps = [record["dropped"] for record in records([log]) if record["event"] == "gap"]
        recorded = sum(1 for record in records([log]) if record["event"] == "denied")
        check(f"{statuses(everything)}: all got their 403", statuses(everything) == {403: 650})
        check(f"gap records of {gaps} = {dropped} dropped", sum(gaps) == dropped > 0)
        check(f"{recorded} records + {dropped} dropped = 650", recorded + dropped == 650)
        status, text = run.audit("verify", "--log", log)
        check(f"verify: {text.strip().splitlines()[-2]}", status == 0)


def removed(run, mount):
    print("a directory that is removed, and is back")
    folder = mount / "gone"
    folder.mkdir()
    log = folder / "audit.jsonl"
    gateway = run.start(log, durability="synced")
    refuse(gateway, "before", 50)
    shutil.rmtree(folder)
    during = refuse(gateway, "during", 100)
    check(f"while it is gone: {statuses(during)}", statuses(during) == {503: 100})
    check("readiness is red", not gateway.is_ready())
    folder.mkdir()
    wait_for("the log to be written again", lambda: gateway.is_ready() and gateway.metric("waiting") == 0)
    after = refuse(gateway, "after", 50)
    check("the trouble is logged once", gateway.logged(TROUBLE) == 1)
    gateway.stop()
    # What was removed with the directory is missing, and found to be.
    compare(run, log, {**during, **after}, gateway, findings=["missing, and no record tells of their removal"])


def unwritable(run, mount):
    print("a directory that can't be written to, for a gateway that isn't root's")
    user = pwd.getpwnam("nobody")
    folder = mount / "closed"
    folder.mkdir()
    os.chown(folder, user.pw_uid, user.pw_gid)
    mount.chmod(0o755)
    log = folder / "audit.jsonl"
    gateway = run.start(log, user="nobody", durability="written", rotate="{size: 64KiB}")
    before = refuse(gateway, "before", 50)
    folder.chmod(0o555)
    during = refuse(gateway, "closed", 400)
    check(f"the open file takes records: {statuses(during)}", statuses(during) == {403: 400})
    check("that it can't be set aside is logged once", gateway.logged("can't be set aside") == 1)
    # As logrotate does, with rights that the gateway hasn't.
    os.rename(log, folder / "audit.jsonl.1")
    gone = refuse(gateway, "renamed", 50, connections=1)
    print(f"  renamed away: {statuses(gone)}")
    check("readiness is red", not gateway.is_ready())
    folder.chmod(0o755)
    wait_for("the log to be written again", lambda: gateway.is_ready() and gateway.metric("waiting") == 0)
    after = refuse(gateway, "after", 50)
    check(f"after: {statuses(after)}", statuses(after) == {403: 50})
    gateway.stop()
    answers = {**before, **during, **gone, **after}
    status, text = run.audit("query", "--log", log, "--event", "denied", "--format", "json")
    joined = folder / "all"
    joined.write_text(text)
    by_id = {record["request_id"]: record["status"] for record in records([joined])}
    check(f"{statuses(answers)}: every answer has its record, with its status", by_id == answers)
    status, text = run.audit("verify", "--log", log)
    check(f"verify: {text.strip().splitlines()[-2]}", status == 0)


with Run(binary()) as run:
    mount = run.folder / "disk"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount], capture_output=True, text=True)
    if made.returncode != 0:
        print(f"skipped: no file system can be mounted here ({made.stderr.strip()})")
        sys.exit(0)
    try:
        full(run, mount, "fail_closed")
        full(run, mount, "drop")
        removed(run, mount)
        unwritable(run, mount)
    finally:
        for gateway in run.gateways:
            gateway.kill()
        subprocess.run(["umount", mount], check=False)
sys.exit(1 if failed else 0)
