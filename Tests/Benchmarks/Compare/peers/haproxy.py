"""HAProxy with maps of routes and of keys. It introspects nothing: the keys stand in a file."""

from ..routes import routes
from ..workloads import GOOD_KEY, POOR_KEY
from .peer import Peer, output


class HAProxy(Peer):
    name = "haproxy"
    title = "HAProxy, static map of keys"

    @classmethod
    def version(cls, setting):
        return output("haproxy", "-v").split()[2].partition("-")[0]

    def prepare(self):
        (self.folder / "routes.map").write_text(
            "".join(f"{route.collection} {route.resource}\n" for route in routes(self.workload.routes))
        )
        (self.folder / "grants.map").write_text(
            f"Bearer-{GOOD_KEY}-read:trades client-1\nBearer-{GOOD_KEY}-write:trades client-1\n"
            f"Bearer-{POOR_KEY}-read:goals client-2\n"
        )
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(f"""
global
    maxconn 9000
    nbthread 1
    log stdout format raw local0
defaults
    mode http
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout http-keep-alive 1h
    http-reuse always
    option forwardfor
frontend gateway
    bind 127.0.0.1:{self.port} backlog 8192 {f"ssl crt {self.setting.certificate()[2]}" if self.workload.tls else ""}
    log global
    unique-id-format %{{+X}}o%ci%cp%fi%fp%Ts%rt%pid
    unique-id-header X-Request-Id
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    http-request set-var(txn.verb) str(write)
    http-request set-var(txn.verb) str(read) if METH_GET
    http-request set-var(txn.resource) path,map_beg({self.folder}/routes.map)
    http-request set-var(txn.key) req.hdr(authorization),regsub(\\ ,-)
    http-request set-var(txn.grant) var(txn.key),concat(-,txn.verb,:),concat(,txn.resource),map_str({self.folder}/grants.map)
    http-request set-log-level silent if {{ var(txn.grant) -m found }}
    http-request return status 403 content-type application/json hdr Cache-Control no-store lf-string '{{"error":{{"code":"forbidden_scope","message":"This request needs the scope %[var(txn.verb)]:%[var(txn.resource)], which this API key does not have.","request_id":"%ID"}}}}' unless {{ var(txn.grant) -m found }}
    default_backend journal
backend journal
    server journal 127.0.0.1:{self.setting.backend.port} maxconn 9000 pool-max-conn 8192
""")
        return ["haproxy", "-db", "-f", str(configuration)]
