"""Envoy with `api_key_auth`, whose client's name `rbac` reads. It introspects nothing: the keys stand in its file."""

import json

from ..routes import RESOURCES, routes
from ..workloads import GOOD_KEY, POOR_KEY
from .peer import Peer, output

FILTERS = "type.googleapis.com/envoy.extensions.filters.http"
GRANTS = {"read:trades": ["good"], "write:trades": ["good"], "read:goals": ["poor"]}


class Envoy(Peer):
    name = "envoy"
    title = "Envoy, api_key_auth + rbac, static keys"

    @classmethod
    def version(cls, setting):
        return output(str(setting.programs / "envoy"), "--version").partition("version:")[2].split("/")[1]

    def prepare(self):
        configuration = self.folder / "envoy.json"
        configuration.write_text(json.dumps(self.configuration()))
        return [
            str(self.setting.programs / "envoy"), "-c", str(configuration), "--concurrency", "1", "-l", "warn",
            "--disable-hot-restart",
        ]  # fmt: skip

    def policies(self):
        return {
            f"{verb}:{resource}": {
                "permissions": [
                    {
                        "and_rules": {
                            "rules": [
                                {"header": {"name": ":method", "string_match": {"exact": method}}},
                                {
                                    "or_rules": {
                                        "rules": [
                                            {"url_path": {"path": {"prefix": route.collection}}}
                                            for route in routes(self.workload.routes)
                                            if route.resource == resource
                                        ]
                                    }
                                },
                            ]
                        }
                    }
                ],
                "principals": [
                    {"header": {"name": "x-client-id", "string_match": {"exact": client}}}
                    for client in GRANTS.get(f"{verb}:{resource}", ["nobody"])
                ],
            }
            for resource in RESOURCES
            for verb, method in (("read", "GET"), ("write", "POST"))
        }

    def configuration(self):
        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "gateway",
            "use_remote_address": True,
            "route_config": {
                "virtual_hosts": [
                    {
                        "name": "journal",
                        "domains": ["*"],
                        "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "journal", "timeout": "60s"}}],
                    }
                ]
            },
            "access_log": [
                {
                    "name": "audit",
                    "filter": {
                        "status_code_filter": {
                            "comparison": {"op": "GE", "value": {"default_value": 400, "runtime_key": "audit.status"}}
                        }
                    },
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                        "path": str(self.folder / "audit.jsonl"),
                        "log_format": {
                            "json_format": {
                                "time": "%START_TIME%",
                                "request_id": "%REQ(X-REQUEST-ID)%",
                                "client": "%DOWNSTREAM_REMOTE_ADDRESS%",
                                "method": "%REQ(:METHOD)%",
                                "path": "%PATH(NQ)%",
                                "status": "%RESPONSE_CODE%",
                            }
                        },
                    },
                }
            ],
            "http_filters": [
                {
                    "name": "envoy.filters.http.api_key_auth",
                    "typed_config": {
                        "@type": f"{FILTERS}.api_key_auth.v3.ApiKeyAuth",
                        "credentials": [
                            {"key": GOOD_KEY, "client": "good"},
                            {"key": POOR_KEY, "client": "poor"},
                        ],
                        "key_sources": [{"header": "Authorization"}],
                        "forwarding": {"header": "x-client-id"},
                    },
                },
                {
                    "name": "envoy.filters.http.rbac",
                    "typed_config": {
                        "@type": f"{FILTERS}.rbac.v3.RBAC",
                        "rules": {"action": "ALLOW", "policies": self.policies()},
                    },
                },
                {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{FILTERS}.router.v3.Router"}},
            ],
        }
        address = {"socket_address": {"address": "127.0.0.1", "port_value": self.port}}
        backend = {"socket_address": {"address": "127.0.0.1", "port_value": self.setting.backend.port}}
        return {
            "static_resources": {
                "listeners": [
                    {
                        "name": "gateway",
                        "address": address,
                        "filter_chains": [
                            {
                                "filters": [
                                    {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
                                ]
                            }
                        ],
                    }
                ],
                "clusters": [
                    {
                        "name": "journal",
                        "type": "STATIC",
                        "connect_timeout": "2s",
                        "circuit_breakers": {
                            "thresholds": [
                                {"max_connections": 20000, "max_pending_requests": 20000, "max_requests": 20000}
                            ]
                        },
                        "load_assignment": {
                            "cluster_name": "journal",
                            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": backend}}]}],
                        },
                    }
                ],
            }
        }
