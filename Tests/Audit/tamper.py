"""Twenty kinds of tampering with a log that a gateway has written and set aside in several files: does `audit verify` find
each, and where?

Usage: tamper.py BINARY
"""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

from harness import RefusedClient, Run, SIGNING_KEY, binary


def rechain(lines):
    """What somebody without the signing key can do: numbers and digests that fit."""
    for index in range(1, len(lines)):
        previous = hashlib.sha256(lines[index - 1]).hexdigest().encode()
        lines[index] = re.sub(rb'"prev":"[0-9a-f]{64}"', b'"prev":"' + previous + b'"', lines[index])
    return lines


def head(folder, line):
    number = json.loads(line)["seq"]
    text = f'{{"time":"2026-11-24T00:00:00.000000Z","seq":{number:>20},"hash":"{hashlib.sha256(line).hexdigest()}"}}\n'
    (folder / "audit.jsonl.head").write_text(text)


def edit(file, change):
    """A change of the lines of one file: 0 is the oldest, -1 the one that is written to."""
    def apply(folder):
        path = files(folder)[file]
        lines = path.read_bytes().splitlines(True)
        changed = change(lines)
        path.write_bytes(b"".join(lines if changed is None else changed))
    return apply


def files(folder):
    rotated = sorted(path for path in folder.glob("audit.jsonl.*") if path.suffix != ".head")
    return rotated + [folder / "audit.jsonl"]


def swap(lines, first, second):
    lines[first], lines[second] = lines[second], lines[first]


def remove_end_and_fake_head(folder):
    lines = files(folder)[-1].read_bytes().splitlines(True)[:-5]
    files(folder)[-1].write_bytes(b"".join(lines))
    head(folder, lines[-1])


def make_anew(folder):
    lines = files(folder)[-1].read_bytes().splitlines(True)
    lines[3] = lines[3].replace(b'"403"', b'"200"').replace(b"403", b"200")
    lines = rechain(lines)
    files(folder)[-1].write_bytes(b"".join(lines))
    head(folder, lines[-1])


def replace(old, new):
    def change(lines):
        assert old in lines[20]
        lines[20] = lines[20].replace(old, new)
    return change


def flip(lines):
    lines[20] = lines[20][:100] + bytes([lines[20][100] ^ 4]) + lines[20][101:]


def renumber(lines):
    number = json.loads(lines[20])["seq"]
    lines[20] = lines[20].replace(b'"seq":%d' % number, b'"seq":%d' % (number + 7))


def end_without_head(folder):
    edit(-1, lambda lines: lines[:-5])(folder)
    (folder / "audit.jsonl.head").unlink()


def rename_files(folder):
    """Two files under each other's names are the same log: order goes by what stands in them."""
    second, third = files(folder)[1:3]
    spare = folder / "spare"
    second.rename(spare)
    third.rename(second)
    spare.rename(third)


KINDS = [
    ("a record removed", edit(1, lambda lines: lines[:20] + lines[21:])),
    ("many records removed", edit(1, lambda lines: lines[:20] + lines[40:])),
    ("the first record removed", edit(0, lambda lines: lines[1:])),
    ("the last record of a file removed", edit(1, lambda lines: lines[:-1])),
    ("the first record of a file removed", edit(1, lambda lines: lines[1:])),
    ("the end of the log removed", edit(-1, lambda lines: lines[:-5])),
    ("the end and the head file removed", end_without_head),
    ("the end removed, the head file made anew", remove_end_and_fake_head),
    ("the oldest file removed", lambda folder: files(folder)[0].unlink()),
    ("a file in the middle removed", lambda folder: files(folder)[1].unlink()),
    ("the file that is written to emptied", edit(-1, lambda lines: [])),
    ("a bit flipped", edit(1, flip)),
    ("a status changed", edit(1, replace(b'"status":403', b'"status":200'))),
    ("a subject changed", edit(1, replace(b"user_run", b"user_him"))),
    ("a number changed", edit(1, renumber)),
    ("a field added", edit(1, replace(b',"status"', b',"note":"x","status"'))),
    ("a record repeated", edit(1, lambda lines: lines[:21] + lines[20:])),
    ("a record made up and put in", edit(1, lambda lines: lines[:21] + [lines[20].replace(b"key_run", b"key_two")] + lines[21:])),
    ("two records exchanged", edit(1, lambda lines: swap(lines, 20, 21))),
    ("a record moved", edit(1, lambda lines: lines[:5] + lines[6:40] + [lines[5]] + lines[40:])),
    ("an empty line put in", edit(1, lambda lines: lines[:20] + [b"\n"] + lines[20:])),
    ("something else put in", edit(1, lambda lines: lines[:20] + [b"hello\n"] + lines[20:])),
    ("a record overwritten with spaces", edit(1, lambda lines: lines[:20] + [b" " * 300 + b"\n"] + lines[21:])),
    ("the end made anew without the key", make_anew),
]

failed = False
with Run(binary()) as run:
    folder = run.folder / "log"
    folder.mkdir()
    gateway = run.start(folder / "audit.jsonl", rotate="{size: 64KiB, compress: false}")
    client = RefusedClient(gateway.port, "t", 4)
    while client.number < 500:
        if client.idle:
            client._send()
        client._receive(0.001)
    client.finish()
    gateway.stop()
    key = run.folder / "key"
    key.write_text(SIGNING_KEY)
    status, text = run.audit("verify", "--log", folder / "audit.jsonl", "--key-file", key)
    print(f"untouched, {len(files(folder))} files: {text.splitlines()[0]}")
    failed |= status != 0
    copy = run.folder / "copy"
    shutil.copytree(folder, copy)
    rename_files(copy)
    status, text = run.audit("verify", "--log", copy / "audit.jsonl", "--key-file", key)
    print(f"two files under each other's names: {text.splitlines()[0]}")
    failed |= status != 0
    for name, tamper in KINDS:
        shutil.rmtree(copy)
        shutil.copytree(folder, copy)
        tamper(copy)
        status, text = run.audit("verify", "--log", copy / "audit.jsonl", "--key-file", key)
        first = text.splitlines()[0].replace(f"{copy}/", "")
        print(f"{'ok  ' if status == 1 else 'FAIL'} {name}: {first}")
        failed |= status != 1
print(f"{len(KINDS)} kinds")
sys.exit(1 if failed else 0)
