"""Compares route maps that were made of OpenAPI documents with the documents themselves, request by request. See run.sh.

    documents.py BINARY [DOCUMENT…]            the corpus, or these documents
    documents.py BINARY --mutate SECONDS [SEED]   documents of the corpus, changed at random
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time

import yaml

import corpus
import reader

# How many denials of a document are explained: each is a process.
EXPLAINED = 3


class Difference(Exception):
    pass


# A program's memory begins with that of the process that it is started from: this one starts it, which has little.
STARTER = """
import os, sys, time
start = time.monotonic()
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    print(os.waitstatus_to_exitcode(status), time.monotonic() - start, usage.ru_maxrss // 1024, file=file)
"""


def run(arguments, limit=120):
    """Runs a program: its status, its output (with the errors, if it failed), and the time and the memory that it took."""
    with tempfile.NamedTemporaryFile("r") as figures:
        result = subprocess.run([sys.executable, "-S", "-c", STARTER, figures.name, *arguments], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=limit)
        found = figures.read().split()
    if not found:
        raise Difference(f"{arguments[0]} was not started: {result.stderr}")
    status, took, memory = int(found[0]), float(found[1]), int(found[2])
    return status, result.stdout if status in (0, 1) else result.stdout + result.stderr, took, memory


def compare(binary, path, folder, names, options=()):
    """Imports a document and compares what the map decides with what the document says. Returns figures, or None when the
    document is refused."""
    routes, catalog = os.path.join(folder, "routes.made.yaml"), os.path.join(folder, "catalog.made.yaml")
    arguments = [part for name, scope in names.items() for part in ("--scope", f"{name}={scope}")]
    status, text, took, memory = run([binary, "import", "openapi", path, "--output", routes, "--catalog-output", catalog,
                                      "--force", "--format", "json", *arguments, *options])
    if status == 2:
        return None
    if status not in (0, 1):
        raise Difference(f"import ended with {status}: {text[-1000:]}")
    report = json.loads(text)
    document = reader.Document(path, one_key="--combine-schemes" in options, names=names)
    if "--base-path" in options:
        document.rebase(options[options.index("--base-path") + 1])
    counts = {"operations": 0, "mapped": len(report["routes"]), "denied": len(report["denied"]), "requests": 0,
              "seconds": took, "MB of memory": memory}
    counts["operations"] = sum(len(document.operations(path)) for path in document.paths)
    if not report["routes"]:
        return counts
    with open(catalog) as file:
        made = yaml.safe_load(file)
    every = frozenset(f"{verb}:{resource['name']}" for resource in made["resources"] for verb in ("read", "write")
                      if verb in resource and not resource.get("reserved"))
    questions = list(ask(document, report, every))
    counts["requests"] = len(questions)
    answers = decide(binary, folder, routes, catalog, [question[:3] for question in questions])
    problems = []
    for (method, target, scopes, allowed, needed), outcome in zip(questions, answers):
        passes = outcome == "allow"
        if passes and not allowed:
            problems.append(f"wider: {method} {target} with {key(scopes)} is let through")
        if needed is not None and passes != needed:
            problems.append(f"{method} {target} with {key(scopes)}: {outcome}, but the report says that it is "
                            + ("mapped" if needed else "denied"))
    problems += list(explain(binary, folder, document, report, every))
    if problems:
        raise Difference("\n".join(problems[:20]))
    return counts


def explain(binary, folder, document, report, every):
    """Asks what decides some requests for what the report says is denied: something that the map says, not what is missing
    from it."""
    for entry in report["denied"][:EXPLAINED]:
        if entry["path"] not in document.templates:
            continue
        target = document.templates[entry["path"]].fillings([])[0]
        if document.meant(target) != [entry["path"]]:
            continue
        method = "GET" if entry["method"] == "*" else entry["method"]
        result = subprocess.run([binary, "explain", method, target, "--scopes", " ".join(sorted(every)), "--format", "json",
                                 "--config", config_of(folder)], capture_output=True, text=True, timeout=60)
        said = json.loads(result.stdout) if result.stdout else {}
        if result.returncode != 1 or said.get("requirement") != "denied":
            yield f"explain {method} {target} ends with {result.returncode}, not with a denial: {said.get('requirement')}"


def ask(document, report, every):
    """Requests with keys: method, target, scopes, whether the document lets it through, and whether the report says that
    a key with all scopes is let through."""
    denied = {(entry["method"], entry["path"]) for entry in report["denied"]}
    methods = sorted({method for path in document.paths for method in document.operations(path)} - {"*"} | {"HEAD", "PURGE"})
    seen = set()
    # Of a large document each path is asked for with fewer texts in its parameters.
    fillings = 64 if len(document.templates) < 200 else 6
    for path, template in document.templates.items():
        operations = document.operations(path)
        siblings = [other for name, other in document.templates.items() if name != path]
        for number, target in enumerate(template.fillings(siblings)[:fillings]):
            for method in methods:
                if (method, target) in seen:
                    continue
                seen.add((method, target))
                rules = document.lets_through(method, target)
                meant = document.meant(target)
                expected = None
                if path in meant and (method in operations or "*" in operations):
                    # What is left denied stays denied, whatever else matches.
                    if (method, path) in denied or ("*", path) in denied:
                        expected = False
                    elif number == 0 and meant == [path]:
                        expected = True
                yield method, target, None, document.allows(rules, None), None
                yield method, target, every, document.allows(rules, every), expected
                keys = {frozenset()}
                for rule in rules:
                    for needed in rule if rule != reader.EVERYBODY else ():
                        scopes = frozenset(document.named(needed)) & every
                        keys |= {scopes} | {scopes - {one} for one in scopes} | {every - {one} for one in scopes}
                for scopes in keys:
                    yield method, target, scopes, document.allows(rules, scopes), None


def key(scopes):
    return "no key" if scopes is None else "no scopes" if not scopes else " ".join(sorted(scopes))


def config_of(folder):
    return os.path.join(folder, "scopegate.made.yaml")


def decide(binary, folder, routes, catalog, questions):
    """What the compiled map decides, by the gateway's own function."""
    config = config_of(folder)
    with open(config, "w") as file:
        file.write("upstream: {url: 'http://127.0.0.1:1'}\nintrospection: {url: 'http://127.0.0.1:2/introspect'}\n"
                   f"routes: {routes}\ncatalog: {catalog}\n")
    answers = []
    for start in range(0, len(questions), 4000):
        lines = []
        for method, target, scopes in questions[start:start + 4000]:
            lines.append("%s %s%s → allow" % (method, target, "" if scopes is None else " with " + key(scopes)))
        expectations = os.path.join(folder, "expectations.made.yaml")
        with open(expectations, "w") as file:
            json.dump({"version": 1, "expect": lines}, file, ensure_ascii=False)
        result = subprocess.run([binary, "test", expectations, "--config", config, "--format", "json"],
                                capture_output=True, text=True, timeout=300)
        if result.returncode not in (0, 1):
            raise Difference(f"what was made does not load: {result.stdout}{result.stderr}")
        answers += [entry["outcome"] for entry in json.loads(result.stdout)["results"]]
    if len(answers) != len(questions):
        raise Difference("not every request was decided")
    return answers


SPICES = ["", "/", "/a", "/{x}", "{x}", "{a}.{b}", "a b", "*", "&a", "<<", "$ref", "#", "#/paths", "#/x-ops/get", "../a",
          "read:a", "write:a", "odd", "oauth", "key", "bearer", "security", "get", "GET", "head", "parameters", "servers",
          "x-required-scopes", "http://127.0.0.1:1/", "~1", "%2F", "{}", "..", "//", None]


def places(value, path=()):
    """Every container of a document with the names or indices in it."""
    if isinstance(value, dict):
        for name in value:
            yield value, name
            yield from places(value[name], path + (name,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value, index
            yield from places(inner, path + (index,))


def mutate(value, chance):
    """Changes a document in place: takes away, moves, copies, renames, and refers."""
    for _ in range(chance.randint(1, 4)):
        found = list(places(value))
        container, name = chance.choice(found)
        other, other_name = chance.choice(found)
        what = chance.randrange(8)
        copy = json.loads(json.dumps(other[other_name]))
        if what == 0:
            del container[name]
        elif what == 1:
            container[name] = copy
        elif what == 2:
            container[name] = chance.choice(SPICES)
        elif what == 3 and isinstance(container, dict):
            container[str(chance.choice(SPICES))] = copy
        elif what == 4 and isinstance(container, dict):
            container[str(chance.choice(SPICES))] = container.pop(name)
        elif what == 5 and isinstance(container[name], dict):
            container[name]["$ref"] = reference(value, chance)
        elif what == 6:
            container[name] = {"$ref": reference(value, chance)}
        elif isinstance(container, list):
            container.append(copy)
        elif isinstance(value.get("paths"), dict) and isinstance(value["paths"], dict):
            paths = [path for path in value["paths"] if isinstance(path, str)]
            if paths:
                parts = chance.choice(paths).split("/")
                parts[chance.randrange(len(parts))] = chance.choice(["{q}", "a", "{q}.json", "zz", "{q}:x", ""])
                value["paths"].setdefault("/".join(parts), json.loads(json.dumps(chance.choice(list(value["paths"].values())))))


def reference(value, chance):
    """A pointer to some place of a document."""
    text, inner = "#", value
    while isinstance(inner, (dict, list)) and inner and chance.random() < 0.8:
        name = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        inner = inner[name]
        text += "/" + str(name).replace("~", "~0").replace("/", "~1").replace("%", "%25").replace("#", "%23")
    return text


def run_corpus(binary, paths):
    total = {"documents": 0, "operations": 0, "mapped": 0, "denied": 0, "requests": 0, "seconds": 0,
             "MB of memory": 0}
    failed = 0
    given = [("/".join(path.split("/")[-3:]), None, path) for path in paths]
    for name, files, path in given or [(name, files, None) for name, files in corpus.corpus()]:
        with tempfile.TemporaryDirectory(prefix="scopegate-import-") as folder:
            if path is None:
                os.mkdir(os.path.join(folder, "document"))
                path = corpus.write(os.path.join(folder, "document"), files)
            names, options = corpus.NAMES, ()
            if paths:
                names, options = names_of(binary, path, folder)
            try:
                figures = compare(binary, path, folder, names, options)
                if paths and figures is not None:
                    compare(binary, path, folder, names, (*options, "--combine-schemes"))
            except Difference as difference:
                failed += 1
                print(f"{name}: differs\n{difference}")
                continue
            if figures is None:
                failed += 1
                print(f"{name}: refused")
                continue
            total["documents"] += 1
            for key, value in figures.items():
                total[key] = max(total[key], value) if key == "MB of memory" else total[key] + value
            if paths:
                print(f"{name}: " + ", ".join(
                    f"{value:.1f} {key}" if key == "seconds" else f"{value} {key}" for key, value in figures.items()))
    print(f"{total['documents']} documents, {total['operations']} operations: {total['mapped']} mapped, {total['denied']} "
          f"left denied; {total['requests']} requests decided, {failed} documents differ; "
          f"{total['seconds']:.1f} s of importing, {total['MB of memory']} MB of memory at most")
    return failed


def names_of(binary, path, folder):
    """A scope for each name that a document's operations ask for, and the options that it can be imported with."""
    for options in ((), ("--base-path", "/base")):
        result = subprocess.run(
            [binary, "import", "openapi", path, "--format", "json", "--catalog-output", os.path.join(folder, "first.yaml"),
             "--force", *options], capture_output=True, text=True, timeout=120)
        if result.returncode in (0, 1):
            unnamed = json.loads(result.stdout)["unnamed_scopes"]
            return {entry["name"]: f"{entry['verb']}:name_{number}" for number, entry in enumerate(unnamed)}, options
    return {}, ()


def run_mutations(binary, seconds, seed):
    documents = list(corpus.corpus())
    end = time.monotonic() + seconds
    counts = {"tried": 0, "refused": 0, "requests": 0}
    while time.monotonic() < end:
        seed += 1
        chance = random.Random(seed)
        name, files = chance.choice(documents)
        main = next(file for file in files if file.startswith("openapi."))
        value = yaml.load(files[main], reader.Loader)
        value = json.loads(json.dumps(value))
        options = ["--base-path", "/base"] + (["--combine-schemes"] if chance.random() < 0.2 else [])
        with tempfile.TemporaryDirectory(prefix="scopegate-import-") as folder:
            os.mkdir(os.path.join(folder, "document"))
            try:
                mutate(value, chance)
                text = json.dumps(value) if chance.random() < 0.3 else yaml.safe_dump(value, sort_keys=False)
                files = {"openapi.yaml" if key == main else key: inner for key, inner in files.items()} | {
                    "openapi.yaml": text}
            except (KeyError, IndexError):
                continue
            path = corpus.write(os.path.join(folder, "document"), files)
            counts["tried"] += 1
            try:
                figures = compare(binary, path, folder, corpus.NAMES, options)
            except (Difference, subprocess.TimeoutExpired) as difference:
                print(f"{name}, seed {seed}: differs\n{difference}")
                kept = os.environ.get("SCOPEGATE_IMPORT_FINDINGS")
                if kept:
                    corpus.write(os.path.join(kept, f"{seed}"), files)
                return 1
            if figures is None:
                counts["refused"] += 1
            else:
                counts["requests"] += figures["requests"]
    print(f"{counts['tried']} changed documents, {counts['refused']} of them refused; {counts['requests']} requests decided, "
          "none otherwise than the documents say")
    return 0


if __name__ == "__main__":
    if sys.argv[2:3] == ["--mutate"]:
        sys.exit(run_mutations(sys.argv[1], float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else int(time.time()) * 1000))
    sys.exit(1 if run_corpus(sys.argv[1], sys.argv[2:]) else 0)
