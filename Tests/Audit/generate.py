"""Makes a log of refusals with a whole chain, as fast as Python can.

Usage: generate.py PATH MEGABYTES [FILES]
"""

import datetime
import hashlib
import hmac
import json
import random
import sys

ROUTES = [
    ("GET", "/api/v1/trades/{tradeId}", "/api/v1/trades/trd_%d", "read:trades"),
    ("PUT", "/api/v1/trades/{tradeId}/tags", "/api/v1/trades/trd_%d/tags", "write:tags"),
    ("POST", "/api/v1/balance/payouts", "/api/v1/balance/payouts", "write:balance"),
    ("DELETE", "/api/v1/goals/{goalId}", "/api/v1/goals/%d", "write:goals"),
    ("PATCH", "/api/v1/accounts/{accountId}", "/api/v1/accounts/acc_%d", "write:accounts"),
]
START = datetime.datetime(2026, 11, 1)
ZERO = "0" * 64


class Chain:
    """Lines of a log, one after the other."""

    def __init__(self, key=None):
        self.sequence, self.previous, self.key = 0, ZERO, key

    def line(self, time, event, members=""):
        self.sequence += 1
        text = f'{{"time":"{time}","seq":{self.sequence},"event":"{event}","instance":"gate-1"{members},"prev":"{self.previous}"'
        if event == "checkpoint" and self.key:
            text += f',"mac":"{hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()}"'
        line = (text + "}\n").encode()
        self.previous = hashlib.sha256(line).hexdigest()
        return line

    def head(self, time):
        text = f'{{"time":"{time}","seq":{self.sequence:>20},"hash":"{self.previous}"'
        if self.key:
            text += f',"mac":"{hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()}"'
        return (text + "}\n").encode()


def moment(seconds):
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def refusal(random, number):
    key = min(int(random.expovariate(0.02)), 4999)
    method, template, path, scope = ROUTES[min(int(random.expovariate(0.8)), 4)]
    if "%d" in path:
        path %= random.randrange(1_000_000)
    return (
        f',"request_id":"01M85DPBBTNG2SV{number:011d}","client":"198.51.{key % 100}.{key % 250}","method":"{method}",'
        f'"path":"{path}","template":"{template}","code":"forbidden_scope","status":403,"required_scope":"{scope}",'
        f'"granted_scopes":["read:catalog","read:settings","read:strategies"],"key_id":"key_{key}",'
        f'"subject":"user_{key % 1700}","key_fingerprint":"{key * 2654435761 % 2**64:016x}","generation":3,'
        f'"user_agent":"journal-client/{key % 9}.2 (linux; x86_64)"'
    )


def main():
    path, size, files = sys.argv[1], int(sys.argv[2]) * 1_000_000, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chain, source, total, number = Chain(), random.Random(1), 0, 0
    for file in range(files):
        name = path if file == files - 1 else f"{path}.{chain.sequence + 1:012d}"
        with open(name, "wb", buffering=1 << 20) as output:
            while total < size * (file + 1) / files:
                if chain.sequence % 1024 == 1023:
                    line = chain.line(moment(number), "checkpoint")
                else:
                    line = chain.line(moment(number), "denied", refusal(source, number))
                    number += 1
                output.write(line)
                total += len(line)
    with open(path + ".head", "wb") as output:
        output.write(chain.head(moment(number)))
    print(f"{chain.sequence} lines, {total / 1e6:.0f} MB, to {moment(number)}")


if __name__ == "__main__":
    main()
