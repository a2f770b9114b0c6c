"""An application for gunicorn that looks at no body, and writes down what was read as requests."""

import json
import os


def application(environ, start_response):
    method, target = environ["REQUEST_METHOD"], environ["RAW_URI"]
    key = environ.get("HTTP_X_SCOPEGATE_KEY_ID", "")
    with open(os.environ["LOG"], "a") as file:
        file.write(json.dumps({"method": method, "target": target, "key": key}) + "\n")
    body = json.dumps({"method": method, "target": target}).encode()
    status = "413 Content Too Large" if "/large" in target else "200 OK"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
