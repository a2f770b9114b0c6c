"""Compares a route map that was made of an OpenAPI document with the document itself. See run.sh."""

import json, os, subprocess, sys, tempfile

import yaml

BINARY, DOCUMENT = sys.argv[1:]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# Names that aren't verb:resource, each of which is given a scope of its own.
NAMES = {"admin:users": "write:users", "list:users": "read:user_list", "delete:users": "write:user_deletion",
         "servers": "write:servers", "admin:groups": "write:group_admin", "shutdown": "write:shutdown"}


def base(document):
    """The path of the first server, where all the paths begin."""
    url = (document.get("servers") or [{"url": "/"}])[0]["url"]
    path = url.split("://", 1)[1].partition("/")[2] if "://" in url else url
    return "/" + path.strip("/") if path.strip("/") else ""


def alternatives(document, operation):
    """The sets of scopes of which a key needs one; None where anybody may come in."""
    security = operation.get("security", document.get("security"))
    if not security or {} in security:
        return None
    schemes = document.get("components", {}).get("securitySchemes", {})
    needed = set()
    for requirement in security:
        scopes = {scope for name, scopes in requirement.items() for scope in scopes
                  if schemes.get(name, {}).get("type") in ("oauth2", "openIdConnect")}
        needed.add(frozenset(scopes))
    return needed


def minimal(sets):
    return {one for one in sets if not any(other < one for other in sets)}


def granted(requirement):
    """The same of a requirement in the map."""
    if requirement == "authenticated":
        return {frozenset()}
    if isinstance(requirement, str):
        return {frozenset([requirement])}
    if "scopes" in requirement:
        requirement = requirement["scopes"]
    if isinstance(requirement, list):
        return {frozenset(requirement)}
    if "all" in requirement:
        sets = {frozenset()}
        for part in requirement["all"]:
            sets = {one | other for one in sets for other in granted(part)}
        return sets
    if "any" in requirement:
        return {one for part in requirement["any"] for one in granted(part)}
    raise ValueError(f"not understood: {requirement}")


with open(DOCUMENT) as file:
    document = yaml.safe_load(file)
temporary = tempfile.TemporaryDirectory(prefix="scopegate-import-")
folder = temporary.name
routes, catalog = os.path.join(folder, "routes.yaml"), os.path.join(folder, "catalog.yaml")
names = [part for name, scope in NAMES.items() for part in ("--scope", f"{name}={scope}")]
result = subprocess.run(
    [BINARY, "import", "openapi", DOCUMENT, "--output", routes, "--catalog-output", catalog, "--format", "json", *names],
    capture_output=True, text=True)
assert result.returncode in (0, 1), result.stderr
report = json.loads(result.stdout)
denied = {(entry["method"], entry["path"]) for entry in report["denied"]}
# There is no file where nothing is mapped.
made = {}
if report["routes"]:
    with open(routes) as file:
        made = yaml.safe_load(file)["routes"]
mapped = {(method, path): requirement for path, methods in made.items() for method, requirement in methods.items()}

problems, scoped, operations = [], 0, 0
for path, item in document["paths"].items():
    for method, operation in item.items():
        if method not in METHODS:
            continue
        operations += 1
        key = (method.upper(), path)
        requirement = mapped.pop((method.upper(), base(document) + path), None)
        if (key in denied) == (requirement is not None):
            problems.append(f"{key}: " + ("both mapped and left denied" if requirement else "neither mapped nor left denied"))
        if requirement is None:
            continue
        needed = alternatives(document, operation)
        if needed is None:
            problems.append(f"{key}: mapped though it has no security")
            continue
        named = {frozenset(NAMES.get(scope, scope) for scope in scopes) for scopes in needed}
        scoped += frozenset() not in named
        if minimal(granted(requirement)) != minimal(named):
            problems.append(f"{key}: needs {named} by the document and {requirement} by the map")
problems += [f"{key}: mapped, but not in the document" for key in mapped]

# What was made is a map and a catalog that a gateway starts with.
if made:
    with open(os.path.join(folder, "scopegate.yaml"), "w") as file:
        file.write("upstream: {url: 'http://127.0.0.1:1'}\nintrospection: {url: 'http://127.0.0.1:2/introspect'}\n"
                   f"routes: {routes}\ncatalog: {catalog}\n")
    check = subprocess.run([BINARY, "check", "--config", os.path.join(folder, "scopegate.yaml")], capture_output=True, text=True)
    if check.returncode != 0:
        problems.append(check.stdout + check.stderr)

print(f"{document['info']['title']} {document['info']['version']}, OpenAPI {document['openapi']}: {operations} operations, "
      f"{len(report['routes'])} mapped, {scoped} of them with scopes, {len(denied)} left denied; {len(problems)} differ")
for problem in problems:
    print("  " + problem)
sys.exit(1 if problems else 0)
