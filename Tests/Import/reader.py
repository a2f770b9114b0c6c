"""What an OpenAPI document lets through, read straight from the specification: an independent judge of the importer.

It shares no code with scopegate, not even a parser. It answers one question: which keys may send this request?
"""

import json
import os
import re
import urllib.parse

import yaml

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# A document's answer for a request: nobody, everybody, or the sets of scopes of which a key needs one.
NOBODY, EVERYBODY = frozenset(), "everybody"


class Unresolved(Exception):
    pass


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Scalars stay the text that they are, but for nothing."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()}


def load(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text) if path.endswith(".json") else yaml.load(text, Loader)


class Document:
    def __init__(self, path, one_key=False, names=None):
        self.folder = os.path.realpath(os.path.dirname(path))
        self.main = os.path.realpath(path)
        self.files = {self.main: load(path)}
        self.one_key, self.names = one_key, names or {}
        self.root = self.files[self.main]
        self.is_rebased = False
        self.base = self.base_of(self.root.get("servers"))
        self.paths = {}
        for layer, file in self.follow(self.root["paths"], self.main):
            for path, item in layer.items():
                if isinstance(path, str) and not path.startswith("x-") and path != "$ref":
                    self.paths.setdefault(path, (item, file))
        # All files are known once all operations were looked at.
        self.templates = {path: Template(self.base, path) for path in self.paths}
        self.meanings, self.lengths = {}, {}
        self.known = {}
        for _ in range(2):
            self.known = {path: self.read_operations(path) for path in self.paths}

    def rebase(self, base):
        """Puts all paths below a base path, whatever servers say."""
        self.is_rebased = True
        self.templates = {path: Template(base.rstrip("/"), path) for path in self.paths}
        self.meanings, self.lengths = {}, {}
        self.known = {path: self.read_operations(path) for path in self.paths}

    # References.

    def follow(self, value, file):
        """A value and all that it refers to, each with its file: the members of all of them count."""
        layers = [(value, file)]
        while isinstance(value, dict) and "$ref" in value:
            value, file = self.target(value["$ref"], file)
            layers.append((value, file))
            if len(layers) > 17:
                raise Unresolved("a circle")
        return layers

    def target(self, reference, file):
        if not isinstance(reference, str):
            raise Unresolved("no text")
        place, _, fragment = reference.partition("#")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", place) or place.startswith("//"):
            raise Unresolved("network")
        if place:
            path = os.path.realpath(os.path.join(os.path.dirname(file), urllib.parse.unquote(place)))
            if not path.startswith(self.folder + os.sep) or place.startswith("/"):
                raise Unresolved("outside")
            if path not in self.files:
                if not os.path.isfile(path):
                    raise Unresolved("no file")
                try:
                    self.files[path] = load(path)
                except (ValueError, yaml.YAMLError) as error:
                    raise Unresolved(str(error))
            file = path
        value = self.files[file]
        fragment = urllib.parse.unquote(fragment)
        if fragment and not fragment.startswith("/"):
            raise Unresolved("no pointer")
        for token in fragment.split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and token in value:
                value = value[token]
            elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            else:
                raise Unresolved("nothing there")
        return value, file

    # Servers.

    @staticmethod
    def base_of(servers):
        try:
            url = (servers or [{"url": "/"}])[0]["url"]
            url.strip()
        except (KeyError, TypeError, IndexError, AttributeError):
            return ""
        path = url.split("://", 1)[1].partition("/")[2] if "://" in url else url
        return "/" + path.strip("/") if path.strip("/") else ""

    # Operations.

    def operations(self, path):
        return self.known[path]

    def read_operations(self, path):
        """The methods of a path, each with what it lets through; "*" for all methods, when they aren't known."""
        try:
            item = self.follow(*self.paths[path])
        except Unresolved:
            return {"*": NOBODY}
        if not all(isinstance(layer, dict) for layer, _ in item):
            return {"*": NOBODY}
        found = {}
        for layer, file in item:
            for name, value in layer.items():
                if isinstance(name, str) and name.lower() in METHODS and value is not None:
                    found.setdefault(name.upper(), []).append((name, value, file))
        if not found:
            return {"*": NOBODY}
        return {method: self.rule(values, item) for method, values in found.items()}

    def rule(self, values, item):
        (name, value, file), *more = values
        # Where two say what the operation is, or nobody can read it, nobody is let through.
        if more or name not in METHODS or not isinstance(value, dict):
            return NOBODY
        try:
            layers = self.follow(value, file)
            if not all(isinstance(layer, dict) for layer, _ in layers):
                return NOBODY
            self.check_parameters(item + layers)
            if self.is_elsewhere(layers) or self.is_elsewhere(item):
                return NOBODY
        except Unresolved:
            return NOBODY
        own = [layer["security"] for layer, _ in layers if layer.get("security") is not None]
        if not own:
            files = {self.main} | {file for _, file in layers}
            own = [self.files[file]["security"] for file in files
                   if isinstance(self.files[file], dict) and self.files[file].get("security") is not None]
        both = own + [layer["security"] for layer, _ in item if layer.get("security") is not None]
        required = set()
        for layer, _ in layers + item:
            names = layer.get("x-required-scopes")
            if names is None:
                continue
            names = names.split() if isinstance(names, str) else names
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                return NOBODY
            required |= set(names)
        if not both:
            return frozenset([frozenset(required)]) if required else NOBODY
        ways = {(frozenset(), frozenset(required))}
        for security in both:
            if not isinstance(security, list):
                return NOBODY
            ways = {(schemes | other, scopes | needed) for schemes, scopes in ways
                    for other, needed in self.alternatives(security)}
        if (frozenset(), frozenset()) in ways:
            return EVERYBODY
        return frozenset(scopes for schemes, scopes in ways if len(schemes) < 2 or self.one_key)

    def check_parameters(self, layers):
        for layer, file in layers:
            parameters = layer.get("parameters")
            if parameters is None:
                continue
            lists = self.follow(parameters, file)
            if not isinstance(lists[-1][0], list):
                raise Unresolved("parameters")
            for one in lists[-1][0]:
                if not all(isinstance(part, dict) for part, _ in self.follow(one, lists[-1][1])):
                    raise Unresolved("parameter")

    def is_elsewhere(self, layers):
        """Whether it has servers of its own that aren't the document's."""
        return not self.is_rebased and any(layer.get("servers") is not None and
                   (not isinstance(layer["servers"], list) or
                    any(server not in (self.root.get("servers") or []) for server in layer["servers"]))
                   for layer, _ in layers)

    def alternatives(self, security):
        """The ways in: the schemes of which a credential is needed, and the scopes."""
        if not security:
            yield frozenset(), frozenset()
        for requirement in security:
            if not isinstance(requirement, dict):
                continue
            if not requirement:
                yield frozenset(), frozenset()
                continue
            scopes = set()
            for name, needed in requirement.items():
                if not self.is_key(name) or not isinstance(needed, list) or \
                        not all(isinstance(scope, str) for scope in needed):
                    break
                scopes |= set(needed)
            else:
                yield frozenset(requirement), frozenset(scopes)

    def is_key(self, name):
        """Whether a security scheme is a key in a header; of all files that have one of the name."""
        found = []
        for file in list(self.files):
            document = self.files[file]
            for schemes, place in self.members(document, file, "components", "securitySchemes"):
                if isinstance(schemes, dict) and name in schemes and name != "$ref":
                    try:
                        found.append(self.follow(schemes[name], place)[-1][0])
                    except Unresolved:
                        found.append(None)
        return bool(found) and all(
            isinstance(scheme, dict) and
            (scheme.get("type") in ("oauth2", "openIdConnect")
             or scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
             or scheme.get("type") == "apiKey" and scheme.get("in") == "header") for scheme in found)

    def members(self, value, file, *names):
        """A member of a member, with what is referred to on the way."""
        layers = [(value, file)]
        for name in names:
            found = []
            for layer, place in layers:
                if isinstance(layer, dict) and layer.get(name) is not None:
                    try:
                        found += self.follow(layer[name], place)
                    except Unresolved:
                        pass
            layers = found
        return layers

    # Requests.

    def meant(self, target):
        """The paths that a request may be for. Of two the more concrete one is meant (OpenAPI 3.1.1 §4.8.8.2)."""
        if target not in self.meanings:
            parts = target.split("/")[1:]
            matching = [name for name in self.by_length().get(len(parts), ()) if self.templates[name].matches(parts)]
            self.meanings[target] = [
                name for name in matching
                if not any(self.templates[other].is_below(self.templates[name]) for other in matching if other != name)]
        return self.meanings[target]

    def by_length(self):
        """The paths by how many segments they have."""
        if not self.lengths:
            for name, template in self.templates.items():
                self.lengths.setdefault(len(template.parts), []).append(name)
        return self.lengths

    def lets_through(self, method, target):
        """Who may send a request: those whom every path that it may be meant for lets through."""
        rules = []
        for name in self.meant(target):
            operations = self.operations(name)
            if "*" in operations:
                rules.append(NOBODY)
            elif method in operations:
                rules.append(operations[method])
            elif method == "HEAD" and "GET" in operations:
                rules.append(operations["GET"])
        return rules or [NOBODY]

    def allows(self, rules, scopes):
        """Whether a key with these scopes is let through; None for no key."""
        for rule in rules:
            if rule == EVERYBODY:
                continue
            if scopes is None or not any(self.named(needed) <= scopes for needed in rule):
                return False
        return True

    def named(self, scopes):
        return {self.names.get(scope, scope) for scope in scopes}


class Template:
    """A path of a document, as a pattern of targets."""

    def __init__(self, base, path):
        path = (base + ("" if path.startswith("/") else "/") + path)
        path = re.split(r"[?#]", path)[0]
        parts = []
        for part in path.split("/")[1:]:
            if part == "..":
                parts = parts[:-1]
            elif part != ".":
                parts.append(part)
        slash = parts[-1:] == [""]
        self.parts = [part for part in parts if part] + ([""] if slash or not any(parts) else [])
        # Targets have what can't stand in them as it is in percent-encodings.
        self.literals = [(place, urllib.parse.quote(part, "!$&'()*+,=:@%~"))
                         for place, part in enumerate(self.parts) if "{" not in part]
        self.patterns = [(place, re.compile("".join(
            "[^/]+" if piece.startswith("{") else re.escape(urllib.parse.quote(piece, "!$&'()*+,=:@%~"))
            for piece in re.split(r"(\{[^{}]*\})", part)))) for place, part in enumerate(self.parts) if "{" in part]

    def matches(self, parts):
        return len(parts) == len(self.parts) and all(parts[place] == text for place, text in self.literals) and all(
            pattern.fullmatch(parts[place]) for place, pattern in self.patterns)

    def is_below(self, other):
        """Whether it is more concrete: texts where another has parameters, and nowhere the other way round. Whether a text
        with a parameter in it is more concrete than a parameter alone no specification says."""
        def is_wider(one, two):
            return "{" in one and "{" not in two

        def is_same(one, two):
            return re.sub(r"\{[^{}]*\}", "{}", one) == re.sub(r"\{[^{}]*\}", "{}", two)
        pairs = list(zip(self.parts, other.parts))
        return len(self.parts) == len(other.parts) and any(is_wider(b, a) for a, b in pairs) and \
            all(is_same(a, b) or is_wider(b, a) for a, b in pairs)

    def fillings(self, others):
        """Targets that stand for it: with a text of no other's in its parameters, and with those of its siblings."""
        choices = []
        for place, part in enumerate(self.parts):
            if "{" not in part:
                choices.append([urllib.parse.quote(part, "!$&'()*+,=:@%~")])
                continue
            values = ["zz9"]
            for other in others:
                if place < len(other.parts) and len(other.parts) == len(self.parts):
                    theirs = re.sub(r"\{[^{}]*\}", "zz8", other.parts[place])
                    theirs = urllib.parse.quote(theirs, "!$&'()*+,=:@%~")
                    if theirs not in values and theirs and theirs != "zz8":
                        values.append(theirs)
            whole = re.fullmatch(r"\{[^{}]*\}", part)
            texts = values if whole else [re.sub(r"\{[^{}]*\}", "zz9", part)]
            choices.append([urllib.parse.quote(text, "!$&'()*+,=:@%~") for text in texts[:8]])
        targets = [""]
        for values in choices:
            targets = [target + "/" + value for target in targets for value in values][:64]
        return targets
