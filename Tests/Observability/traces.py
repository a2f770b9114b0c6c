"""What the gateway exports is read by the OpenTelemetry project's own protobuf definitions (opentelemetry-proto), and the
spans of each request hang together.

Usage: traces.py BINARY
"""

import base64
import json
import sys
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from harness import KEY, Run, Server
from Scripts.waiting import wait_for

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"


def with_base64_ids(value):
    """OTLP writes ids in hexadecimal where protobuf's JSON has base64; all else is protobuf's JSON."""
    if isinstance(value, list):
        return [with_base64_ids(element) for element in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        name: base64.b64encode(bytes.fromhex(inner)).decode() if name in ids else with_base64_ids(inner)
        for name, inner in value.items()
    }


class Collector:
    def __init__(self):
        self.lock = threading.Lock()
        self.requests = []
        self.refusals = 0
        self.server = Server(self.answer)

    def answer(self, request, body):
        if request.path != "/v1/traces" or request.headers["Content-Type"] != "application/json":
            return 404, b"{}"
        with self.lock:
            if self.refusals:
                self.refusals -= 1
                return 503, b"{}"
            # Unknown members and wrong types are errors.
            message = json_format.ParseDict(with_base64_ids(json.loads(body)), ExportTraceServiceRequest())
            self.requests.append(message)
        return 200, b"{}"

    @property
    def spans(self):
        with self.lock:
            return [
                span
                for request in self.requests
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ]


def attributes(holder):
    return {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in holder.attributes}


def main():
    failed = 0

    def check(holds, what):
        nonlocal failed
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
        failed += not holds

    collector = Collector()
    with Run(sys.argv[1]) as run:
        gateway = run.start(
            f"tracing: {{url: 'http://127.0.0.1:{collector.server.port}/v1/traces', sample: 1, interval: 100ms}}"
        )
        sampled = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=1"}
        check(gateway.ask(headers=sampled)[0] == 200, "a request with a trace of its caller's")
        wait_for("its spans", lambda: len(collector.spans) == 3)
        spans = {span.name: span for span in collector.spans}
        request, upstream, call = spans["GET /api/v1/trades"], spans["GET"], spans["introspect"]
        check(all(span.trace_id.hex() == TRACE for span in spans.values()), "all its spans are of that trace")
        check(request.parent_span_id.hex() == PARENT, "the request's is the child of the caller's")
        check({upstream.parent_span_id, call.parent_span_id} == {request.span_id}, "the others are its children")
        check(
            (request.kind, upstream.kind, call.kind)
            == (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_CLIENT),
            "kinds: server, client, client",
        )
        inside = all(
            request.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
            and span.end_time_unix_nano <= request.end_time_unix_nano
            for span in (upstream, call)
        )
        check(inside and call.end_time_unix_nano <= upstream.start_time_unix_nano, "they lie within it, one after the other")
        found = attributes(request)
        check(
            found["http.route"] == "/api/v1/trades"
            and found["http.response.status_code"] == 200
            and found["scopegate.decision"] == "allow"
            and found["scopegate.key_id"] == "key_run",
            f"attributes: {found}",
        )
        check([event.name for event in upstream.events] == ["first_byte"], "the backend's first byte is an event")
        told = run.heads[-1]
        check(
            told["traceparent"] == f"00-{TRACE}-{upstream.span_id.hex()}-01" and told["tracestate"] == "vendor=1",
            f"the backend is told of its span: {told['traceparent']}",
        )
        resource = attributes(collector.requests[0].resource_spans[0].resource)
        check(resource["service.name"] == "scopegate" and "service.version" in resource, f"resource: {resource}")

        before = len(collector.spans)
        gateway.ask(headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
        check(run.heads[-1]["traceparent"] == f"00-{TRACE}-{PARENT}-00", "who isn't traced is passed through as it came")
        run.status = 500
        gateway.ask()
        wait_for("its spans", lambda: len(collector.spans) == before + 2)
        late = [span for span in collector.spans[before:] if span.kind == Span.SPAN_KIND_SERVER][0]
        check(late.status.code == Status.STATUS_CODE_ERROR and not late.parent_span_id, "a 500 is an error, of a trace of its own")
        run.status = 200

        before = len(collector.spans)
        collector.refusals = 2
        for number in range(600):
            gateway.ask("/nowhere", key=f"{KEY}-{number}")
        wait_for("all spans, after two refusals of the collector", lambda: len(collector.spans) == before + 600, 60)
        sizes = [sum(len(s.spans) for r in q.resource_spans for s in r.scope_spans) for q in collector.requests]
        check(max(sizes) <= 512, f"600 spans in batches of at most {max(sizes)}, none lost after two 503")
        check(gateway.metric("trace_spans_lost_total") == 0, "and none counted as lost")
        ids = {(span.trace_id, span.span_id) for span in collector.spans}
        check(len(ids) == len(collector.spans), f"{len(ids)} ids, all different")
        check(all(KEY not in str(request) for request in collector.requests), "no key in what was exported")
    collector.server.stop()
    print(f"{failed} failed")
    sys.exit(1 if failed else 0)


main()
