"""Traefik with ForwardAuth, which asks the endpoint about every request."""

import http.client
import json

from ..processes import wait_for
from ..routes import RESOURCES, routes
from .peer import Peer, output


class Traefik(Peer):
    name = "traefik"
    title = "Traefik, ForwardAuth (asks every time)"

    @classmethod
    def version(cls, setting):
        lines = output(str(setting.programs / "traefik"), "version").splitlines()
        return next(line.split()[1] for line in lines if line.startswith("Version:"))

    def prepare(self):
        (self.folder / "rules.json").write_text(json.dumps(self.rules()))
        (self.folder / "traefik.json").write_text(
            json.dumps(
                {
                    "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
                    "log": {"level": "ERROR"},
                    "accessLog": {
                        "filePath": str(self.folder / "audit.jsonl"),
                        "format": "json",
                        "filters": {"statusCodes": ["400-499"]},
                    },
                    "entryPoints": {"gateway": {"address": f"127.0.0.1:{self.port}"}},
                    "serversTransport": {"maxIdleConnsPerHost": 8192},
                    "providers": {"file": {"filename": str(self.folder / "rules.json"), "watch": False}},
                }
            )
        )
        return [str(self.setting.programs / "traefik"), f"--configFile={self.folder}/traefik.json"]

    def wait_until_it_is_ready(self):
        """It answers 404 until it has read its routes."""

        def knows_routes():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", self.workload.path)
                return connection.getresponse().status != 404
            finally:
                connection.close()

        wait_for("traefik's routes", knows_routes)

    def rules(self):
        backend = f"http://127.0.0.1:{self.setting.backend.port}"
        routers, middlewares = {}, {}
        for verb, method in (("read", "GET"), ("write", "POST")):
            for resource in RESOURCES:
                middlewares[f"need-{verb}-{resource}"] = {
                    "headers": {"customRequestHeaders": {"X-Required-Scope": f"{verb}:{resource}"}}
                }
            for index, route in enumerate(routes(self.workload.routes)):
                routers[f"{verb}-{index}"] = {
                    "rule": f"Method(`{method}`) && PathPrefix(`{route.collection}`)",
                    "service": "journal",
                    "middlewares": [f"need-{verb}-{route.resource}", "verify"],
                }
        middlewares["verify"] = {"forwardAuth": {"address": f"{backend}/verify"}}
        return {
            "http": {
                "routers": routers,
                "middlewares": middlewares,
                "services": {"journal": {"loadBalancer": {"servers": [{"url": backend}]}}},
            }
        }
