"""Documents in the shapes of public APIs, to try the importer on: what others write, small enough to read.

Each is written in several ways, which mean the same: as it is, with operations and path items behind references, over
several files, with YAML's aliases and merge keys, as JSON. See run.sh.
"""

import json
import os

import yaml

OAUTH = {"oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}}
BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}
KEY = {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
SECOND = {"app": {"type": "apiKey", "in": "header", "name": "X-App"}}
BASIC = {"basic": {"type": "http", "scheme": "basic"}}
COOKIE = {"cookie": {"type": "apiKey", "in": "cookie", "name": "sid"}}
TLS = {"tls": {"type": "mutualTLS"}}

# What security is written like below: scopes of oauth with commas for all and bars for alternatives; a scheme by its name,
# two of them with a +; 'open' and 'none' for an empty list and for nothing at all.
SHAPES = {
    # name: (server, schemes, security for all, paths)
    "code-hosting": ("https://api.code.example/", [OAUTH], "read:repo", """
        GET /user read:user
        GET /users/{username} open
        GET /users/{username}/repos read:repo
        GET /repos/{owner}/{repo}
        PATCH /repos/{owner}/{repo} write:repo
        DELETE /repos/{owner}/{repo} write:repo_deletion
        GET /repos/{owner}/{repo}/contents/{path}
        GET /repos/{owner}/{repo}/issues/{number} read:issues|read:repo
        GET /repos/{owner}/{repo}/issues/comments read:issues
        GET /repos/{template_owner}/{repo}/issues/events admin
        GET /orgs/{org}/members read:org
        GET /search/code
        GET /search/{kind} none
        POST /repos/{owner}/{repo}/actions/runs/{id}/cancel write:actions,read:repo
    """),
    "payments": ("https://pay.example/v1", [BASIC, BEARER], "basic|bearer", """
        GET /charges
        POST /charges
        GET /charges/search bearer
        GET /charges/{charge}
        POST /charges/{charge}/capture basic
        DELETE /customers/{customer}
        GET /customers/{customer}/sources/{id}
        GET /webhooks open
    """),
    "cloud-verbs": ("https://cloud.example", [OAUTH], "none", """
        GET /v1/projects/{id} read:projects
        POST /v1/projects/{id}:undelete write:projects
        GET /v1/projects/{id}:metrics read:metrics
        POST /v1/projects/{id} write:projects
        POST /v1/projects/{id}:setPolicy write:policy
        GET /v1/projects:search read:projects
        GET /v1/{name} read:anything
        GET /v1/{name}/operations read:operations
        DELETE /v1/projects/{id} https://auth.example/all
    """),
    "dot-json": ("https://tele.example/2010", [BASIC, OAUTH], "read:calls", """
        GET /Accounts.json
        GET /Accounts/{Sid}.json read:accounts
        GET /Accounts/{Sid} read:accounts
        POST /Accounts/{Sid}.json write:accounts
        GET /Accounts/{Sid}/Calls.json
        GET /Accounts/{Sid}/Calls/{CallSid}.json read:calls
        GET /Accounts/{Sid}/Calls/{CallSid} read:anything
        DELETE /Accounts/{Sid}/Calls/{CallSid}.json basic
    """),
    "query-actions": ("https://queue.example", [KEY], "key", """
        GET /?Action=ListQueues
        POST /?Action=DeleteQueue none
        GET /{AccountNumber}/{QueueName}
        GET /{AccountNumber}/{QueueName}?Action=SendMessage none
        GET /#X-Target=Other none
    """),
    "two-credentials": ("https://bank.example", [KEY, SECOND, OAUTH], "key+app", """
        GET /accounts
        GET /accounts/{id} key
        POST /accounts/{id}/transfers key+app|write:transfers
        GET /accounts/{id}/transfers app+oauth
        GET /categories open
    """),
    "chat": ("/api/v10", [OAUTH, BEARER], "bearer", """
        GET /users/@me read:identity
        GET /users/{user.id}
        PATCH /users/@me write:identity
        GET /users/@me/guilds read:guilds
        GET /users/{user.id}/guilds admin
        GET /channels/{channel.id}/messages/{message.id}
        DELETE /channels/{channel.id}/messages/{message.id} write:messages
        GET /channels/{channel.id}/messages/pins read:messages
        GET /channels/@home/messages/{message.id} read:home
    """),
    "search-engine": ("http://search.example:9200", [BASIC, KEY], "key", """
        GET /{index}/_search
        GET /_cat/indices none
        GET /_cat/{what}
        GET /{index}/_doc/{id}
        DELETE /{index} basic
        GET /_cluster/health open
        GET /{index}/indices basic
        PUT /{index}/_settings key
    """),
    "cluster": ("/", [BEARER, TLS], "bearer", """
        GET /api/v1/namespaces/{namespace}/pods
        GET /api/v1/namespaces/{namespace}/pods/{name}/log
        GET /api/v1/namespaces/default/pods tls
        DELETE /api/v1/namespaces/{namespace}/pods/{name} tls
        GET /api/v1/{resource}/{name}/status
        GET /healthz open
        GET /apis/{group}/{version}/{plural}
    """),
    "identity": ("https://id.example/admin/realms", [OAUTH], "read:realm", """
        GET /{realm}
        PUT /{realm} write:realm
        GET /{realm}/users
        GET /{realm}/users/count read:users
        GET /{realm}/users/{id} read:users
        DELETE /{realm}/users/{id} users.delete
        GET /master/users/{id} realm.admin
        GET /{realm}/users/{id}/role-mappings read:users,read:roles
    """),
    "music": ("https://music.example/v1", [OAUTH], "user-library-read", """
        GET /me/tracks
        PUT /me/tracks user-library-modify
        GET /me read:user
        GET /{kind}/tracks read:catalog
        GET /albums/{id} oauth
        GET /search read:catalog|user-library-read
    """),
    "files": ("https://files.example", [OAUTH, COOKIE], "read:files|cookie", """
        GET /buckets/{Bucket}/{Key+}
        PUT /buckets/{Bucket}/{Key+} write:files
        GET /buckets/{Bucket}/versions read:versions
        GET /files/{path}
        GET /files/a b cookie
        GET /files/%E2%82%AC read:euro
        GET /files//double read:files
        GET /files/../secret admin
        GET /files/. admin
        DELETE files/relative admin
    """),
    "mail": ("https://mail.example/gmail/v1", [OAUTH], "https://www.example.com/auth/mail", """
        GET /users/{userId}/messages https://www.example.com/auth/mail|read:mail
        DELETE /users/{userId}/messages/{id}
        POST /users/{userId}/messages/send write:mail
        GET /users/me/messages/{id} read:mail
        GET /users/{userId}/messages/trash admin
    """),
    "odata": ("https://graph.example/v1.0", [OAUTH], "read:directory", """
        GET /users
        GET /users/{user-id}
        GET /users('{user-id}') read:users
        GET /users/{user-id}/messages/{message-id} read:mail
        GET /users/delta() read:users
        GET /me/messages/{message-id} read:mail
        GET /reports/getActivity(period='{period}') read:reports
        GET /reports/{name} read:directory
        HEAD /users/{user-id} read:users
        HEAD /users/me admin
        GET /users/me read:users
    """),
    "weather": ("https://weather.example/data", [{"query": {"type": "apiKey", "in": "query", "name": "appid"}}, KEY],
                "query", """
        GET /forecast
        GET /forecast/{city} key
        GET /forecast/hourly query|key
        OPTIONS /forecast open
    """),
    "notebook": ("/hub/api", [OAUTH], "oauth", """
        GET /
        GET /users list:users
        GET /users/{name} read:users
        POST /users/{name} admin:users
        DELETE /users/{name} delete:users
        POST /users/{name}/server write:servers
        GET /user
        POST /shutdown shutdown
    """),
}

# Names that aren't verb:resource, and the scopes that stand for them.
NAMES = {
    "user-library-modify": "write:library", "https://www.example.com/auth/mail": "write:all_mail",
    "https://auth.example/all": "write:everything", "list:users": "read:user_list", "admin:users": "write:users",
}

# Things that only few documents have, by hand. A name with a slash is a file beside the document before.
EXTRA = {
    "members-beside-reference": """
openapi: 3.1.0
info: {title: Beside, version: '1'}
security: [{oauth: ['read:a']}]
paths:
  /a: {$ref: '#/x-items/plain', x-required-scopes: ['read:b']}
  /b: {$ref: '#/x-items/plain', security: [{oauth: ['read:c']}]}
  /c: {$ref: '#/x-items/plain', get: {security: [{oauth: ['read:d']}]}}
  /d: {$ref: '#/x-items/plain', parameters: [{$ref: '#/components/parameters/none'}]}
  /e: {$ref: '#/x-items/plain', parameters: [{$ref: '#/components/parameters/one'}]}
  /f: {$ref: '#/x-items/lost'}
  /g: {$ref: '#/paths/~1g'}
  /h: {$ref: 'http://127.0.0.1:1/items.yaml'}
  /i: {$ref: '../outside.yaml'}
  /j: {$ref: '#/x-items/plain', servers: [{url: 'https://elsewhere.example'}]}
  /k: {}
  /l: {GET: {security: [{oauth: ['read:a']}]}}
  /{any}: {get: {security: [{oauth: ['read:z']}]}}
x-items:
  plain: {get: {x-note: plain}}
components:
  parameters: {one: {name: one, in: query}}
  securitySchemes: {oauth: {type: oauth2, flows: {}}}
""",
    "operations-behind-references": """
openapi: 3.0.3
info: {title: Behind, version: '1'}
security: [{oauth: []}]
paths:
  /a: {get: {$ref: '#/x-ops/get'}, put: {$ref: '#/x-ops/lost'}, post: {$ref: '#/x-ops/round'}}
  /b: {get: {$ref: '#/x-ops/get', security: [{oauth: ['write:b']}]}}
  /c: {get: {$ref: '#/x-ops/get', x-required-scopes: ['write:c']}}
  /d: {get: {$ref: '#/paths/~1a/get'}}
  /e: {get: {$ref: '#/components/parameters/odd'}}
  /{x}: {put: {}, post: {}, get: {}}
x-ops:
  get: {security: [{oauth: ['read:account']}]}
  round: {$ref: '#/x-ops/round'}
components:
  parameters: {odd: {name: odd, in: query, security: [{oauth: ['write:odd']}]}}
  securitySchemes: {oauth: {$ref: '#/x-schemes/a'}, lost: {$ref: '#/x-schemes/lost'}}
x-schemes: {a: {type: oauth2, flows: {}}}
""",
    "merge-keys": """
openapi: 3.1.0
info: {title: Merge, version: '1'}
x-read: &read {security: [{oauth: ['read:a']}], description: &text {a: b}}
x-write: &write
  <<: *read
  security: [{oauth: ['write:a']}]
paths:
  /a: {get: *read, put: *write, post: {<<: [*write, *read]}, delete: {<<: *read, security: []}}
  /b: &b {get: {<<: *read}, patch: *write}
  /c: *b
  /{x}: {get: {security: [{oauth: ['read:x']}]}, delete: {security: [{oauth: ['read:x']}]}}
components: {securitySchemes: {oauth: {type: oauth2, flows: {}}}}
""",
    "overlaps": """
openapi: 3.1.0
info: {title: Overlaps, version: '1'}
paths:
  /{a}/b/{c}: {get: {security: [{oauth: ['read:b']}]}, put: {security: [{oauth: ['write:b']}]}}
  /a/{b}/{c}: {get: {security: [{oauth: ['read:a']}]}, put: {security: [{oauth: ['write:b']}]}}
  /{a}/{b}/c: {get: {security: [{oauth: ['read:c']}]}, delete: {security: [{oauth: [odd]}]}}
  /a/b/c: {get: {security: [{oauth: ['read:abc']}]}}
  /x/{b}: {get: {security: [{oauth: [odd]}]}}
  /{a}/y: {get: {security: [{oauth: []}]}}
  /{a}/{b}/: {get: {security: [{oauth: ['read:slash']}]}}
  /a/{b}/: {get: {security: [{oauth: [odd]}]}}
  /{v}/z: {head: {security: [{oauth: [odd]}]}}
  /w/{z}: {get: {security: [{oauth: ['read:w']}]}}
components: {securitySchemes: {oauth: {type: oauth2, flows: {}}}}
""",
    "denied-siblings": """
openapi: 3.1.0
info: {title: Siblings, version: '1'}
servers: [{url: /v1}]
paths:
  /users/{id}: {get: {security: [{oauth: ['read:users']}]}, delete: {security: [{oauth: ['write:users']}]}}
  /users/export: {get: {security: [{oauth: [export]}]}}
  /users/secret: {}
  /users/lost: {$ref: 'nothing.yaml'}
  /users/basic: {get: {security: [{basic: []}]}}
  /users/{id}.csv: {get: {security: [{oauth: [export]}]}}
  /reports/{id}.csv: {get: {security: [{oauth: ['read:reports']}]}}
  /reports/{id}: {get: {security: [{oauth: ['read:reports']}]}}
  /files/{name}.{ext}: {get: {security: [{oauth: ['read:files']}]}, put: {security: []}}
  /files/{name}: {put: {security: [{oauth: ['write:files']}]}}
components: {securitySchemes: {oauth: {type: oauth2, flows: {}}, basic: {type: http, scheme: basic}}}
""",
}


def security(text):
    """The security of a line, or None for none at all."""
    if text == "none":
        return None
    if text == "open":
        return []
    result = []
    for part in text.split("|"):
        names = part.split("+")
        if all(name in KNOWN for name in names):
            result.append({name: [] for name in names})
        else:
            result.append({"oauth": part.split(",")})
    return result


KNOWN = {"oauth", "bearer", "key", "app", "basic", "cookie", "tls", "query"}


def document(name):
    """A shape as a document, all of it in one place."""
    server, schemes, default, lines = SHAPES[name]
    result = {"openapi": "3.1.0" if len(name) % 2 else "3.0.3", "info": {"title": name, "version": "1"},
              "servers": [{"url": server}], "paths": {},
              "components": {"securitySchemes": {key: value for one in schemes for key, value in one.items()}}}
    if security(default) is not None:
        result["security"] = security(default)
    for line in lines.strip().splitlines():
        method, _, rest = line.strip().partition(" ")
        # A path may have spaces, what is needed has none.
        path, _, needs = rest.rpartition(" ") if rest.count(" ") else (rest, "", "")
        if path == "":
            path, needs = rest, ""
        operation = {"operationId": f"{method.lower()}{len(result['paths'])}", "summary": "& *all* of <<it>>",
                     "responses": {"200": {"description": "ok", "security": "none of this"}}}
        if needs:
            value = security(needs)
            if value is not None:
                operation["security"] = value
            elif default != "none":
                # Nothing at all is what is in force for all; said with an extension that adds to it.
                operation["x-required-scopes"] = ["read:more"]
        result["paths"].setdefault(path, {})[method.lower()] = operation
    return result


def behind_references(value):
    """The same with operations and path items behind references within the document."""
    value = json.loads(json.dumps(value))
    operations, items = {}, {}
    for number, (path, item) in enumerate(value["paths"].items()):
        for method in list(item):
            operations[f"o{number}{method}"] = item[method]
            item[method] = {"$ref": f"#/x-operations/o{number}{method}"}
        if number % 2:
            items[f"i/{number}"] = item
            value["paths"][path] = {"$ref": f"#/x-items/i~1{number}"}
    schemes = value["components"]["securitySchemes"]
    value["x-schemes"] = dict(schemes)
    for name in schemes:
        schemes[name] = {"$ref": f"#/x-schemes/{name}"}
    value["x-operations"], value["x-items"] = operations, items
    return {"openapi.yaml": yaml.safe_dump(value, sort_keys=False)}


def over_files(value):
    """The same over several files, JSON and YAML."""
    value = json.loads(json.dumps(value))
    files, items = {}, {}
    for number, (path, item) in enumerate(value["paths"].items()):
        if number % 3 == 0:
            files[f"paths/item{number}.yaml"] = yaml.safe_dump(item, sort_keys=False)
            value["paths"][path] = {"$ref": f"paths/item{number}.yaml"}
        elif number % 3 == 1:
            items[path] = item
            pointer = path.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace(" ", "%20").replace("#", "%23")
            value["paths"][path] = {"$ref": f"./paths/all.json#/{pointer}"}
    files["paths/all.json"] = json.dumps(items)
    files["components/schemes.yaml"] = yaml.safe_dump(value["components"]["securitySchemes"], sort_keys=False)
    value["components"]["securitySchemes"] = {
        name: {"$ref": f"components/schemes.yaml#/{name}"} for name in value["components"]["securitySchemes"]}
    files["openapi.yaml"] = yaml.safe_dump(value, sort_keys=False)
    return files


def with_aliases(value):
    """The same with YAML's aliases for every security, and a merge key in every operation."""
    value = json.loads(json.dumps(value))
    shared, common = {}, {"responses": {"200": {"description": "ok"}}}
    lines = ["x-common: &common " + json.dumps(common)]
    paths = value.pop("paths")
    text = ["paths:"]
    for path, item in paths.items():
        text.append(f"  {json.dumps(path)}:")
        for method, operation in item.items():
            text.append(f"    {method}:")
            text.append("      <<: *common")
            for key, inner in operation.items():
                if key == "responses":
                    continue
                if key == "security":
                    known = json.dumps(inner)
                    if known not in shared:
                        shared[known] = f"s{len(shared)}"
                        lines.append(f"x-{shared[known]}: &{shared[known]} {known}")
                    text.append(f"      security: *{shared[known]}")
                else:
                    text.append(f"      {key}: {json.dumps(inner)}")
    # Where the aliases stand before the paths, and what only looks like one is in texts.
    return {"openapi.yaml": yaml.safe_dump(value, sort_keys=False) + "\n".join(lines + text) + "\n# &D … **D**\n"}


STYLES = {
    "plain": lambda value: {"openapi.yaml": yaml.safe_dump(value, sort_keys=False)},
    "json": lambda value: {"openapi.json": json.dumps(value, indent=1)},
    "references": behind_references,
    "files": over_files,
    "aliases": with_aliases,
}


def corpus():
    """All documents: names and their files, the document first by its name openapi.yaml or openapi.json."""
    for name in SHAPES:
        for style, write in STYLES.items():
            yield f"{name}-{style}", write(document(name))
    for name, text in EXTRA.items():
        yield name, {"openapi.yaml": text.lstrip()}


def write(folder, files):
    """Writes a document; the path of its main file."""
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    return os.path.join(folder, next(name for name in files if name.startswith("openapi.")))
