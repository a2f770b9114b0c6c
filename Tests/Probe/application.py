"""A WSGI application that finds its routes by PATH_INFO, which is decoded, and whose tenants a field names."""


def application(environment, start):
    path = environment["PATH_INFO"].rstrip("/")
    tenant = environment.get("HTTP_X_TENANT_ID", "everybody")
    known = {
        ("GET", "/api/v1/items"): ("200 OK", f'{{"items": [], "tenant": "{tenant}"}}'),
        ("HEAD", "/api/v1/items"): ("200 OK", ""),
        ("POST", "/api/v1/items"): ("201 Created", '{"made": true}'),
        ("GET", "/api/v1/items/export"): ("200 OK", '{"export": true}'),
    }
    there = any(path == other for _, other in known)
    missing = ("405 Method Not Allowed", "") if there else ("404 Not Found", "")
    status, text = known.get((environment["REQUEST_METHOD"], path), missing)
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text.encode()]
