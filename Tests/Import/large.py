"""Imports documents of 40 MB and looks at how much memory that takes. See run.sh.

    large.py BINARY
"""

import json
import os
import sys
import tempfile

from documents import run

LENGTH = 40_000_000
MOST_MEMORY = 200  # MB

HEAD = {"openapi": "3.1.0", "info": {"title": "Large", "version": "1"}, "security": [{"oauth": ["read:all"]}]}
SCHEMES = {"oauth": {"type": "oauth2", "flows": {}}}


def operation(number, pads):
    result = {"operationId": f"operation{number}", "security": [{"oauth": [f"read:kind_{number % 50}"]}]}
    if pads:
        result["description"] = "Tells what it knows of it. " * 60
        result["responses"] = {"200": {"description": "ok", "content": {"application/json": {"schema": {
            "type": "object", "properties": {f"property{index}": {"type": "string", "description": "A text. " * 5}
                                             for index in range(12)}}}}}}
    return result


def pieces(is_json, pads):
    """The text of a document, piece by piece: many operations, with long descriptions and schemas or with nothing else."""
    yield json.dumps(HEAD)[:-1] + ', "components": ' + json.dumps({"securitySchemes": SCHEMES}) + ', "paths": {' if is_json \
        else f"openapi: 3.1.0\ninfo: {{title: Large, version: '1'}}\nsecurity: [{{oauth: ['read:all']}}]\n" \
             f"components: {json.dumps({'securitySchemes': SCHEMES})}\npaths:\n"
    length, number = 0, 0
    while length < LENGTH - 1000:
        item = json.dumps({method: operation(number, pads) for method in ("get", "delete")})
        text = f'{"," if number else ""}"/kind{number % 997}/{{id}}/item{number}": {item}' if is_json \
            else f"  /kind{number % 997}/{{id}}/item{number}: {item}\n"
        number += 1
        length += len(text)
        yield text
    yield "}}" if is_json else ""


def block_pieces():
    """The same with YAML's block style and an alias in every operation."""
    yield "openapi: 3.1.0\ninfo: {title: Large, version: '1'}\n" \
          f"components: {json.dumps({'securitySchemes': SCHEMES})}\n" \
          "x-common: &common\n  responses: {'200': {description: ok}}\n  security: [{oauth: ['read:all']}]\npaths:\n"
    length, number = 0, 0
    while length < LENGTH - 1000:
        text = f"  /kind{number % 997}/{{id}}/item{number}:\n    get:\n      <<: *common\n" \
               f"      operationId: get{number}\n      description: |\n" + "        It tells & *all* of it.\n" * 60
        number += 1
        length += len(text)
        yield text


def said_of(binary, path, folder):
    """How an import ends, what it says of the operations, and the time and the memory that it takes."""
    status, text, took, memory = run(
        [binary, "import", "openapi", path, "--output", os.path.join(folder, "routes.yaml"), "--catalog-output",
         os.path.join(folder, "catalog.yaml"), "--force", "--format", "json"])
    if status not in (0, 1):
        found = [line.split(": error: ")[1] for line in text.splitlines() if ": error: " in line]
        return status, found[0] if found else f"ended with {status}", took, memory
    report = json.loads(text)
    return status, f"{len(report['routes'])} operations mapped, {len(report['denied'])} denied", took, memory


def main(binary):
    failed = 0
    cases = [
        ("openapi.json", "schemas", lambda: pieces(True, True), True),
        ("openapi.yaml", "schemas", lambda: pieces(False, True), True),
        ("openapi.yaml", "block style, merge keys", block_pieces, True),
        # More than a map has room for: refused before it takes more.
        ("openapi.json", "operations and nothing else", lambda: pieces(True, False), False),
        ("openapi.yaml", "operations and nothing else", lambda: pieces(False, False), False),
    ]
    for name, what, make, passes in cases:
        with tempfile.TemporaryDirectory(prefix="scopegate-import-") as folder:
            path = os.path.join(folder, name)
            with open(path, "w") as file:
                file.writelines(make())
            status, said, took, memory = said_of(binary, path, folder)
            length = os.path.getsize(path) / 1_000_000
        verdict = "ok"
        if memory > MOST_MEMORY or status not in ((0, 1) if passes else (0, 1, 2)):
            verdict, failed = "FAIL", 1
        print(f"{verdict:4} {length:.0f} MB of {name[8:]}, {what}: {said}; {took:.1f} s, {memory:.0f} MB of memory")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
