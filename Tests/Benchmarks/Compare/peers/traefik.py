"""Traefik with ForwardAuth, which asks the endpoint about every request."""

import json

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
