"""scopegate as its users run it: a release build, every rule, audit and metrics on. Only that files which were set aside
are compressed is off, for the others' logs aren't either."""

from ..routes import routes
from .peer import Peer, output


class Scopegate(Peer):
    name = "scopegate"
    title = "scopegate"

    @classmethod
    def version(cls, setting):
        return output(str(cls.program(setting)), "--version").split()[1]

    @staticmethod
    def program(setting):
        return setting.scopegate

    def prepare(self):
        (self.folder / "routes.yaml").write_text(
            "version: 1\nroutes:\n"
            + "".join(
                f"  {route.collection}{{id}}:\n    GET: read:{route.resource}\n    POST: write:{route.resource}\n"
                for route in routes(self.workload.routes)
            )
        )
        backend = f"http://127.0.0.1:{self.setting.backend.port}"
        capacity = max(100_000, self.workload.keys * 5 // 4)
        certificate, key, _ = self.setting.certificate() if self.workload.tls else (None, None, None)
        tls = f", tls: {{certificates: [{{certificate_file: {certificate}, key_file: {key}}}]}}" if certificate else ""
        configuration = self.folder / "scopegate.yaml"
        configuration.write_text(f"""
listen: [{{address: "127.0.0.1:{self.port}"{tls}}}]
upstream: {{url: "{backend}"}}
introspection: {{url: "{backend}/introspect", cache: {{capacity: {capacity}, ttl: {self.workload.ttl}s}}}}
routes: routes.yaml
audit: {{path: audit.jsonl, rotate: {{compress: false}}}}
admin: {{address: "127.0.0.1:0"}}
threads: 1
""")
        return [str(self.program(self.setting)), "serve", "--config", str(configuration)]


class ScopegateBefore(Scopegate):
    """Another build of the program, to see what a change costs."""

    name = "scopegate-before"
    title = "scopegate before"

    @staticmethod
    def program(setting):
        return setting.before
