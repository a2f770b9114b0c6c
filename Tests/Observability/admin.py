"""A gateway with some traffic, for schemathesis to try its admin listener against openapi.json: first without a token, then
with one. What schemathesis prints tells of each operation.

Usage: admin.py BINARY SCHEMATHESIS [EXAMPLES]
"""

import json
import subprocess
import sys
from pathlib import Path

from harness import Run, Traffic
from Scripts.waiting import free_port, wait_for

TOKEN = "an admin token of a test run"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth,"
    "positive_data_acceptance,allow_header_conformance"
)


def upstreams(run):
    """Backends whose servers are in every state that there is."""
    nobody = f"http://127.0.0.1:{free_port()}"
    check = "health_check: {path: /, interval: 100ms}"
    return (
        f"upstreams:\n"
        f"  - {{prefix: /api/v1/public, url: '{nobody}', ejection: {{failures: 1, back_off: 500ms, max_back_off: 500ms}}}}\n"
        f"  - {{prefix: /out, url: '{nobody}', {check}}}\n"
        f"  - {{prefix: /in, url: 'http://127.0.0.1:{run.backend.port}', {check}}}"
    )


def see_states(gateway, token):
    """Waits until each state has been seen."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    seen = set()

    def sees_all():
        answer = json.loads(gateway.ask_admin("/upstreams", headers=headers)[1])
        seen.update(server["state"] for upstream in answer["upstreams"] for server in upstream["servers"])
        return seen == {"healthy", "ejected", "probation", "unhealthy"}

    wait_for("servers in every state", sees_all)


def examine(schemathesis, gateway, folder, examples, token=None):
    command = [
        schemathesis, "run", f"http://127.0.0.1:{gateway.admin_port}/openapi.json",
        "--url", f"http://127.0.0.1:{gateway.admin_port}",
        "--checks", CHECKS, "--max-examples", examples, "--exclude-path", "/events", "--workers", "1",
        "--request-timeout", "20", "--generation-deterministic",
    ]  # fmt: skip
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    else:
        # Without a token nothing is asked for, so there is no authentication to be ignored.
        command += ["--exclude-checks", "ignored_auth"]
    # It leaves files where it is run.
    return subprocess.run(command, check=False, cwd=folder).returncode


def main():
    binary, schemathesis = (Path(argument).resolve() for argument in sys.argv[1:3])
    examples = sys.argv[3] if len(sys.argv) > 3 else "100"
    results = []
    with Run(binary) as run:
        for token in (None, TOKEN):
            admin = "{address: '127.0.0.1:0', token: {env: RUN_ADMIN_TOKEN}}" if token else None
            gateway = run.start(upstreams(run), admin=admin, environment={"RUN_ADMIN_TOKEN": TOKEN})
            with Traffic(gateway), Traffic(gateway, target="/nowhere", clients=1, pause=0.1), \
                    Traffic(gateway, target="/api/v1/public", clients=1, pause=0.3):
                see_states(gateway, token)
                results.append(examine(schemathesis, gateway, run.folder, examples, token))
            if gateway.process.poll() is not None:
                print(f"FAIL the gateway ended: {gateway.errors.read_text()[-2000:]}")
                results.append(1)
            gateway.terminate()
    print("no failure" if not any(results) else f"failed: {results}")
    sys.exit(1 if any(results) else 0)


main()
