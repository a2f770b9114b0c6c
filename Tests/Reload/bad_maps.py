"""Loads maps that are wrong in 30 ways and more while requests go on: the map in force stays, and each is told with its
file, line, column and a way out. See run.sh."""

import sys

from harness import MAPS, Load, Run

HEAD = "version: 1\nroutes:\n"
GOOD = HEAD + "  /open: {GET: public}\n"

BAD = {
    "empty file": "", "only a comment": "# nothing\n", "no version": "routes:\n  /a: {GET: public}\n",
    "unknown version": "version: 2\nroutes:\n  /a: {GET: public}\n", "no routes": "version: 1\n",
    "no route at all": "version: 1\nroutes: {}\n", "routes as a list": "version: 1\nroutes: [/a]\n",
    "unknown key": GOOD + "rotues: {}\n", "tab": HEAD + "\t/a: {GET: public}\n",
    "unclosed bracket": HEAD + "  /a: {GET: [public\n", "cut in a word": GOOD + "  /b: {GET: read:tra",
    "cut in a key": GOOD + "  /b", "not UTF-8": GOOD.encode() + b"  /\xff: {GET: public}\n",
    "control character": GOOD + "  /\x01: {GET: public}\n", "alias": HEAD + "  /a: &a {GET: public}\n  /b: *a\n",
    "tag": HEAD + "  /a: !x {GET: public}\n", "path twice": HEAD + "  /a: {GET: public}\n  /a: {PUT: public}\n",
    "method twice": HEAD + "  /a:\n    GET: public\n    GET: authenticated\n",
    "same shape": HEAD + "  /a/{x}: {GET: public}\n  /a/{y}: {GET: public}\n",
    "no slash": HEAD + "  a: {GET: public}\n", "unclosed parameter": HEAD + "  /a/{b: {GET: public}\n",
    "half a segment": HEAD + "  /a/{b}.json: {GET: public}\n", "parameter twice": HEAD + "  /{a}/{a}: {GET: public}\n",
    "rest in the middle": HEAD + "  /{a...}/b: {GET: public}\n", "unreachable segment": HEAD + "  /a//b: {GET: public}\n",
    "dot segment": HEAD + "  /a/../b: {GET: public}\n", "encoded literal": HEAD + "  /a%20b: {GET: public}\n",
    "no methods": HEAD + "  /a: {}\n", "scope for methods": HEAD + "  /a: read:trades\n",
    "method in small letters": HEAD + "  /a: {get: public}\n", "no method": HEAD + "  /a: {'G T': public}\n",
    "CONNECT": HEAD + "  /a: {CONNECT: public}\n", "no requirement": HEAD + "  /a:\n    GET:\n",
    "unknown scope": HEAD + "  /a: {GET: 'read:trade'}\n", "no such verb": HEAD + "  /a: {GET: 'write:catalog'}\n",
    "not a scope": HEAD + "  /a: {GET: trades}\n", "list of scopes": HEAD + "  /a: {GET: ['read:trades']}\n",
    "any and all": HEAD + "  /a: {GET: {any: ['read:trades'], all: ['read:trades']}}\n",
    "empty any": HEAD + "  /a: {GET: {any: []}}\n", "scope twice": HEAD + "  /a: {GET: {all: ['read:tags', 'read:tags']}}\n",
    "bad size": HEAD + "  /a: {GET: {scope: 'read:tags', body: ten}}\n",
}


def load_bad(run, gateway, text):
    """Whether a map is refused as it should be, and the first error, in words."""
    run.routes.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, answer = gateway.reload()
    errors = [e for e in answer["errors"] if e["severity"] == "error"] if isinstance(answer, dict) else []
    if not errors:
        return False, str(answer)
    first = errors[0]
    way_out = first.get("help") or (first["message"] if " has to be " in first["message"] else None)
    placed = first["file"].endswith("routes.yaml") and first["line"] >= 1 and first["column"] >= 1
    is_good = bool(code == 1 and placed and way_out and answer["generation"]["number"] == 1)
    return is_good, f"{first['line']}:{first['column']}: {first['message']} | {way_out}"


def main():
    failed = []
    with Run(sys.argv[1]) as run:
        run.routes.write_text(MAPS["one"])
        gateway = run.start()
        load = Load(gateway.port, 12)
        for name, text in BAD.items():
            is_good, found = load_bad(run, gateway, text)
            print(f"{'ok  ' if is_good else 'FAIL'} {name:24} {found}", flush=True)
            if not is_good:
                failed.append(name)
        under_load = load.is_running
        load.join()
        wrong = [a for a in load.answers if a != (401, "1")]
        in_order = gateway.terminate()
        print(f"{len(BAD)} kinds, {len(failed)} not as they should be; {gateway.logged('reload failed')} log lines; "
              f"by another map {len(wrong)}; under load to the end: {under_load}; {load.latency}; "
              f"ended in order: {in_order}")
    sys.exit(1 if failed or wrong or load.failures or not under_load or not in_order else 0)


main()
