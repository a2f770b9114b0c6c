"""Runs the cases: suite.py PROGRAM [PART OF A TITLE]"""

import re
import sys
import tempfile
import time

from cases import cases, LEAST
from frames import *
from harness import Backend, Gateway

OWN = re.compile(rb"(?im)^(X-Forwarded-(For|Proto|Host|Port)|Forwarded|X-Request-Id|X-Scopegate-Key-Id): [^\r\n]*\r\n")


def section(connection, case):
    if case.raw:
        return b"".join(literal(name, value) for name, value in case.fields)
    return connection.encoder.encode(case.fields)


def sized(flags, stream, octets):
    """A header section in as few frames as it takes."""
    pieces = [octets[start:start + 16384] for start in range(0, len(octets), 16384)]
    kinds = [(HEADERS, flags & ~END_HEADERS)] + [(CONTINUATION, 0)] * (len(pieces) - 1)
    kinds[-1] = kinds[-1][0], kinds[-1][1] | END_HEADERS
    return b"".join(frame(kind, flags, stream, piece) for (kind, flags), piece in zip(kinds, pieces))


def send(connection, case):
    """Sends what a case is about; the number of its stream."""
    if isinstance(case.frames, bytes):
        connection.send(case.frames)
        return None
    stream = connection.open()
    has_body = case.body is not None or case.frames == "beyond the window"
    flags = END_HEADERS | (0 if has_body else END_STREAM)
    octets = section(connection, case)
    if case.frames == "continued":
        third = len(octets) // 3
        connection.send(frame(HEADERS, flags & ~END_HEADERS, stream, octets[:third])
                        + frame(CONTINUATION, 0, stream, octets[third:2 * third])
                        + frame(CONTINUATION, END_HEADERS, stream, octets[2 * third:]))
    elif case.frames == "cut to size":
        connection.send(sized(flags, stream, octets))
    elif case.frames == "padded":
        connection.send(frame(HEADERS, flags | PADDED | PRIORITY_FLAG, stream,
                              b"\x05" + b"\0\0\0\0\x10" + octets + b"\0" * 5))
    elif case.frames == "unknown":
        connection.send(frame(0xEE, 0xFF, 0, b"what") + frame(HEADERS, flags, stream, octets) + frame(0xEF, 0, stream, b""))
    elif case.frames == "priority":
        connection.send(frame(PRIORITY, 0, 101, b"\0\0\0\x03\x10") + frame(HEADERS, flags, stream, octets))
    elif case.frames == "backwards":
        connection.send(frame(HEADERS, flags, stream + 4, octets))
        connection.streams[stream + 4] = Stream()
        connection.response(stream + 4)
        connection.headers(stream, LEAST)
    elif case.frames == "at once":
        connection.send(sized(flags, stream, octets))
    elif case.frames == "headers behind":
        connection.send(frame(HEADERS, flags, stream, octets) + frame(HEADERS, flags, stream, literal(b"x-more", b"1")))
    elif case.frames == "data behind":
        connection.send(frame(HEADERS, flags, stream, octets) + frame(DATA, 0, stream, b"more"))
    else:
        connection.send(frame(HEADERS, flags, stream, octets))
    if case.frames == "beyond the window":
        for _ in range(80):
            connection.send(frame(DATA, 0, stream, b"a" * 16384))
    if case.frames == "continue":
        connection.read(lambda: connection.streams[stream].interim or connection.streams[stream].is_over)
    if case.body is not None:
        send_body(connection, case, stream)
    return stream


def send_body(connection, case, stream):
    for index, piece in enumerate(case.body):
        if case.frames == "headers in body":
            connection.headers(stream, [(b"x", b"1")], END_HEADERS)
        is_last = index == len(case.body) - 1 and case.trailers is None
        ends = is_last and case.frames not in ("unfinished", "reset", "headers in body")
        flags = END_STREAM if ends else 0
        if case.frames == "padded data":
            connection.send(frame(DATA, flags | PADDED, stream, b"\x03" + piece + b"\0\0\0"))
        else:
            connection.send(frame(DATA, flags, stream, piece))
    if case.trailers is not None:
        trailers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in case.trailers]
        connection.send(sized(END_STREAM, stream, connection.encoder.encode(trailers)))
    if case.frames == "reset":
        time.sleep(0.05)
        connection.send(frame(RST_STREAM, 0, stream, b"\0\0\0\x08"))


def outcome(connection, stream):
    """What the client got, as cases put it."""
    if stream is None or connection.goaway:
        connection.read(lambda: connection.goaway and connection.is_closed, 3)
        return f"goaway {connection.goaway}"
    response = connection.streams[stream]
    if response.head is not None and response.ended:
        status = response.head[b":status"].decode()
        code = re.match(rb'\{"error":\{"code":"([a-z_]+)"', response.data)
        return status + (f" {code[1].decode()}" if code else "")
    return f"reset {response.reset}" if response.reset else "nothing"


def check(case, connection, stream, backend, faults):
    found = outcome(connection, stream)
    if found not in case.client.split(" | "):
        faults.append(f"the client got {found}, not {case.client}")
    if stream is not None and found[0].isdigit():
        response = connection.streams[stream]
        for name, value in case.has:
            if response.head.get(name.encode()) != (value if isinstance(value, bytes) else value.encode()):
                faults.append(f"{name} is {response.head.get(name.encode())}")
        for name, value in case.has_trailers:
            found = (response.trailers or {}).get(name.encode())
            if found != (value if isinstance(value, bytes) else value.encode()):
                faults.append(f"the trailer {name} is {found}")
        for name in case.lacks:
            if name.encode() in response.head:
                faults.append(f"{name} is there")
        if case.text is not None and response.data != case.text.encode():
            faults.append(f"the body is {response.data[:60]}")
        if response.interim != case.interim:
            faults.append(f"interim responses {response.interim}")
        if any(name != name.lower() for head in response.heads for name, _ in head):
            faults.append("a name in upper case")
        if "r1" in case.title and response.trailers is None:
            faults.append("no trailers")
        if case.client.startswith("4") and b"x-request-id" not in response.head:
            faults.append("a refusal without X-Request-Id")
    elif found.startswith("goaway") and not connection.is_closed:
        faults.append("the connection is open yet")


def check_backend(case, backend, faults):
    records = [record for record in backend.take() if b" /probe " not in record["head"]]
    if case.backend is None or not records:
        if records:
            faults.append(f"the backend got {records[0]['head']}")
        elif case.backend is not None and not case.incomplete:
            faults.append("the backend got nothing")
        return
    head = OWN.sub(b"", records[0]["head"])
    if head != case.backend:
        faults.append(f"the backend got {head}, not {case.backend}")
    if case.incomplete:
        if not case.backend.startswith(b"POST /open/x HTTP/1.1\r\nhost: gateway.test\r\ncontent-length: 5\r\n\r\n"):
            if records[0]["whole"] and case.backend.startswith(b"POST"):
                faults.append("the backend got a whole request")
        elif records[0]["whole"] and records[0]["body"] != b"hello":
            faults.append(f"the backend got the body {records[0]['body']}")
    elif records[0]["body"] != case.body_received:
        faults.append(f"the backend got the body {records[0]['body'][:80]}")
    if len(records) > 1:
        faults.append(f"the backend got {len(records)} requests")


def probe(connection, faults):
    """A good request has to be served on the same connection."""
    stream = connection.open()
    fields = dict(LEAST) | {b":path": b"/probe"}
    connection.headers(stream, list(fields.items()))
    response = connection.response(stream)
    if response.head is None or response.head[b":status"] != b"200" or response.data != b"GET /probe":
        faults.append(f"the next request got {outcome(connection, stream)}")


def run(case, gateway, backend):
    faults = []
    if case.reply:
        kind, text = case.reply if isinstance(case.reply, tuple) else ("whole", case.reply)
        backend.replies[dict(case.fields)[b":path"].decode()] = (kind, text if isinstance(text, bytes) else text.encode())
    connection = Connection(gateway.port, settings=case.client_settings)
    # One at once is sent before the client knows of any settings.
    if case.frames != "at once":
        connection.read(lambda: connection.settings)
    stream = send(connection, case)
    if stream is not None and case.client != "nothing":
        connection.read(lambda: connection.streams[stream].is_over or connection.goaway, 5)
    check(case, connection, stream, backend, faults)
    if not connection.goaway:
        probe(connection, faults)
    else:
        other = Connection(gateway.port)
        probe(other, faults)
        other.close()
    connection.close()
    if case.incomplete:
        time.sleep(0.02)
    check_backend(case, backend, faults)
    return faults


def several_at_once(gateway, backend):
    """Three streams whose frames are mixed: each has its own key and its own answer."""
    faults = []
    connection = Connection(gateway.port)
    streams = {}
    for key, expected in [(b"key-both", "200"), (b"key-write", "403 forbidden_scope"), (b"key-read", "200"),
                          (None, "401 missing_key"), (b"key-slow", "200")]:
        stream = connection.open()
        fields = [*(dict(LEAST) | {b":path": b"/closed/x"}).items()]
        fields += [(b"authorization", b"Bearer " + key)] if key else []
        connection.headers(stream, fields)
        streams[stream] = expected
    for stream, expected in streams.items():
        connection.response(stream)
        if outcome(connection, stream) != expected:
            faults.append(f"stream {stream} got {outcome(connection, stream)}, not {expected}")
    keys = sorted(re.search(rb"Bearer (\S+)", record["head"])[1] for record in backend.take())
    if keys != [b"key-both", b"key-read", b"key-slow"]:
        faults.append(f"the backend got {keys}")
    connection.close()
    return faults


def large_heads_mixed(gateway, backend):
    """Large heads of some streams between small ones of others: each gets its own, and no one another's."""
    faults = []
    connection = Connection(gateway.port)
    for user in range(6):
        large = "\\" * (22_000 if user % 2 else 10)
        backend.replies[f"/open/user{user}"] = ("whole", (
            f"HTTP/1.1 200 OK\r\nSet-Cookie: session={user}\r\nX-User: {user}\r\nX-Large: {large}\r\n"
            f"Content-Length: 5\r\n\r\nuser{user}").encode())
    for _ in range(3):
        streams = {}
        for user in range(6):
            stream = connection.open()
            connection.headers(stream, [*(dict(LEAST) | {b":path": f"/open/user{user}".encode()}).items()])
            streams[stream] = user
        for stream, user in streams.items():
            response = connection.response(stream)
            found = response.head or {}
            if (found.get(b"set-cookie"), found.get(b"x-user"), response.data) != (
                    b"session=%d" % user, b"%d" % user, b"user%d" % user):
                faults.append(f"user {user} got {outcome(connection, stream)} with {found.get(b'set-cookie')}")
    if connection.largest != 16384:
        faults.append(f"the largest frame of a header section has {connection.largest} bytes")
    connection.close()
    backend.take()
    return faults


def refused_uploads(gateway, backend):
    """A client that is still sending when it is refused may send the rest, and many read the answer only then."""
    faults = []
    for fields, code in [([(b"authorization", b"Bearer key-read")], "403 forbidden_scope"), ([(b"x a", b"1")], "400 invalid_request_header")]:
        connection = Connection(gateway.port)
        connection.read(lambda: connection.settings)
        number = connection.open()
        stream = connection.streams[number]
        least = dict(LEAST) | {b":path": b"/closed/x", b":method": b"POST"}
        connection.headers(number, [*least.items(), *fields, (b"content-length", b"300000")], END_HEADERS)
        left, window = 300_000, connection.settings[4]
        while left and not stream.reset:
            size = min(left, 16_000)
            if not connection.read(lambda: window + stream.credit - (300_000 - left) >= size or stream.reset):
                faults.append(f"{code}: no window for the last {left} bytes")
                break
            left -= size
            connection.send(frame(DATA, 0 if left else END_STREAM, number, b"a" * size))
        connection.response(number)
        probe(connection, faults)
        if stream.reset or outcome(connection, number) != code:
            faults.append(f"{code}: the client got {outcome(connection, number)} and {stream.reset} with {left} bytes to go")
        connection.close()
    if [record for record in backend.take() if b" /probe " not in record["head"]]:
        faults.append("the backend got something")
    return faults


def more_than_allowed(gateway, backend):
    """More streams at a time than the setting says: they are refused, or the connection ends; none gets through."""
    faults = []
    connection = Connection(gateway.port)
    connection.read(lambda: connection.settings)
    if connection.settings.get(3) != 2:
        faults.append(f"the setting is {connection.settings.get(3)}")
    fields = [*(dict(LEAST) | {b":path": b"/closed/x"}).items(), (b"authorization", b"Bearer key-slow")]
    for _ in range(4):
        connection.headers(connection.open(), fields)
    connection.read(lambda: connection.is_closed or all(s.is_over for s in connection.streams.values()), 3)
    served = [s for s in connection.streams.values() if s.head and s.head[b":status"] == b"200"]
    if len(served) > 2:
        faults.append(f"{len(served)} were served")
    connection.close()
    backend.take()
    return faults


def more_than_fit(gateway, backend):
    """Streams for which there is no memory are refused before anything comes of them; those that fit are served."""
    faults = []
    connection = Connection(gateway.port)
    fields = [*(dict(LEAST) | {b":path": b"/closed/x"}).items(), (b"authorization", b"Bearer key-slow")]
    connection.read(lambda: connection.settings)
    streams = [connection.open() for _ in range(250)]
    for stream in streams:
        connection.headers(stream, fields)
    connection.read(lambda: connection.is_closed or all(connection.streams[s].is_over for s in streams), 20)
    resets = {connection.streams[s].reset for s in streams} - {None}
    served = sum(bool(connection.streams[s].head) for s in streams)
    if resets != {"REFUSED_STREAM"} or not 50 < served < 150:
        faults.append(f"{served} were answered, resets were {resets}, GOAWAY {connection.goaway}")
    stream = connection.open()
    connection.headers(stream, [*(dict(LEAST)).items()])
    connection.response(stream)
    if not connection.streams[stream].head or connection.streams[stream].head[b":status"] != b"200":
        faults.append("a request on the same connection is not served")
    connection.close()
    backend.take()
    return faults


def slow_readers(gateway, backend):
    """One that takes nothing of its response loses it; one that takes it slowly does not, whatever others do."""
    faults = []
    body = b"z" * 1_000_000
    backend.replies["/open/slow"] = ("whole", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    connection = Connection(gateway.port)
    connection.takes = False
    stalled, slow = connection.open(), connection.open()
    for stream in (stalled, slow):
        connection.headers(stream, [*(dict(LEAST) | {b":path": b"/open/slow"}).items()])
    credit = struct.pack(">I", 4096)
    # For as long as it takes, on a busy machine too; the slow one has enough to read for all of it.
    for _ in range(200):
        connection.read(lambda: False, 0.1)
        if connection.streams[stalled].reset is not None:
            break
        connection.send(frame(WINDOW_UPDATE, 0, 0, credit) + frame(WINDOW_UPDATE, 0, slow, credit))
    if connection.streams[stalled].reset is None:
        faults.append("the stalled reader keeps its stream")
    if connection.streams[slow].is_over:
        faults.append(f"the slow reader lost its stream: {connection.streams[slow].reset}")
    connection.takes = True
    rest = struct.pack(">I", 1 << 20)
    connection.send(frame(WINDOW_UPDATE, 0, 0, rest) + frame(WINDOW_UPDATE, 0, slow, rest))
    connection.response(slow)
    if connection.streams[slow].data != body:
        faults.append(f"the slow reader got {len(connection.streams[slow].data)} bytes")
    connection.close()
    backend.take()
    return faults


def small_frames(gateway, backend):
    """A body in thousands of frames that wait for the decision comes to the upstream whole."""
    faults, count = [], 60_000
    connection = Connection(gateway.port)
    stream = connection.open()
    least = dict(LEAST) | {b":path": b"/closed/small", b":method": b"POST"}
    fields = [*least.items(), (b"authorization", b"Bearer key-slow-frames")]
    connection.headers(stream, fields, END_HEADERS)
    connection.send(frame(DATA, 0, stream, b"z") * (count - 1) + frame(DATA, END_STREAM, stream, b"z"))
    connection.response(stream, 20)
    if outcome_of(connection, stream) != "200":
        faults.append(f"the request got {outcome_of(connection, stream)}")
    came = sum(record["body"].count(b"z") for record in backend.take() if record["whole"])
    if came != count:
        faults.append(f"{came} of {count} bytes came")
    connection.close()
    return faults


def draining(gateway, backend):
    """A gateway that stops says so, and finishes what it has."""
    faults = []
    connection = Connection(gateway.port)
    stream = connection.open()
    connection.headers(stream, [*(dict(LEAST) | {b":path": b"/closed/x"}).items(), (b"authorization", b"Bearer key-slow")])
    time.sleep(0.1)
    gateway.process.terminate()
    connection.read(lambda: connection.goaway)
    if connection.goaway != "NO_ERROR":
        faults.append(f"GOAWAY is {connection.goaway}")
    connection.read(lambda: connection.streams[stream].is_over)
    if outcome_of(connection, stream) != "200":
        faults.append(f"the request got {outcome_of(connection, stream)}")
    connection.read(lambda: connection.is_closed)
    if not connection.is_closed:
        faults.append("the connection stays open")
    if gateway.process.wait(10) != 0:
        faults.append("the gateway did not end in order")
    return faults


def outcome_of(connection, stream):
    goaway, connection.goaway = connection.goaway, None
    found = outcome(connection, stream)
    connection.goaway = goaway
    return found


def main():
    with tempfile.TemporaryDirectory(prefix="scopegate-http2-") as folder:
        gateways = {}
        try:
            failed = run_all(folder, gateways)
        finally:
            for one in gateways.values():
                one.kill()
    sys.exit(1 if failed else 0)


def run_all(folder, gateways):
    """How many cases failed. The gateways, by their limits, are left to the caller."""
    binary, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    backend = Backend()
    failed, count = 0, 0

    def gateway(limits):
        if limits not in gateways:
            listeners = "[{address: '127.0.0.1:0', protocols: [h2, http/1.1]}]"
            gateways[limits] = Gateway(binary, folder, backend.port, listeners, limits=limits)
        return gateways[limits]

    def report(title, faults):
        nonlocal failed, count
        count += 1
        failed += bool(faults)
        for fault in faults:
            print(f"FAILED  {title}: {fault}")

    for case in cases:
        if wanted in case.title:
            report(f"{case.title} ({case.reference})", run(case, gateway(case.limits), backend))
    if not wanted:
        report("several streams at once", several_at_once(gateway(""), backend))
        report("large heads between small ones", large_heads_mixed(gateway(""), backend))
        report("refused uploads", refused_uploads(gateway(""), backend))
        report("a body in small frames", small_frames(gateway(""), backend))
        report("slow readers", slow_readers(gateway("body_idle_timeout: 1200ms"), backend))
        report("more streams than allowed", more_than_allowed(gateway("http2: {streams: 2}"), backend))
        report("more streams than fit", more_than_fit(gateway("memory: 1MiB, http2: {streams: 300}"), backend))
        refused = [record["code"] for record in gateway("").audit()]
        expected = sum(case.client[0] == "4" and "|" not in case.client and not case.limits for case in cases)
        report("refusals are on record", [] if len(refused) >= expected else [f"{len(refused)} records, {expected} refusals"])
        report("stopping", draining(gateway(""), backend))
    for limits, one in gateways.items():
        # The one without limits may have been stopped.
        if one.process.poll() is None and not one.terminate():
            report(f"the gateway of {limits}", ["did not end in order"])
    print(f"{count} cases, {failed} failed")
    return failed


main()
