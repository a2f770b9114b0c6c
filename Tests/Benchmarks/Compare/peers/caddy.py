"""Caddy with forward_auth, which asks the endpoint about every request."""

from ..routes import RESOURCES, routes
from .peer import Peer, output


class Caddy(Peer):
    name = "caddy"
    title = "Caddy, forward_auth (asks every time)"

    @classmethod
    def version(cls, setting):
        return output(str(setting.programs / "caddy"), "version").split()[0].removeprefix("v")

    def prepare(self):
        backend = f"127.0.0.1:{self.setting.backend.port}"
        handles = ""
        for verb, methods in (("read", "GET HEAD"), ("write", "POST PUT PATCH DELETE")):
            for resource in RESOURCES:
                paths = " ".join(
                    f"{route.collection}*" for route in routes(self.workload.routes) if route.resource == resource
                )
                if not paths:
                    continue
                handles += f"""
    @{verb}_{resource} {{
        method {methods}
        path {paths}
    }}
    handle @{verb}_{resource} {{
        forward_auth {backend} {{
            uri /verify
            header_up X-Required-Scope {verb}:{resource}
            transport http {{
                keepalive_idle_conns_per_host 8192
            }}
        }}
        reverse_proxy {backend} {{
            transport http {{
                keepalive_idle_conns_per_host 8192
            }}
        }}
    }}
"""
        configuration = self.folder / "Caddyfile"
        configuration.write_text(f"""
{{
    admin off
    auto_https off
    persist_config off
    log {{
        level ERROR
    }}
}}
http://:{self.port} {{
    bind 127.0.0.1
{handles}
    handle {{
        respond 403
    }}
}}
""")
        return [str(self.setting.programs / "caddy"), "run", "--config", str(configuration), "--adapter", "caddyfile"]

    environment = {"XDG_DATA_HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "HOME": "/nonexistent"}
