"""nginx: what its variants have in common, and the plain proxy."""

from ..routes import routes
from .peer import Peer, output

# What any reverse proxy tells the backend, as scopegate does.
FORWARDED = """
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Request-Id $request_id;
"""


class Nginx(Peer):
    modules = ""

    @classmethod
    def version(cls, setting):
        return output("nginx", "-v").strip().split("/")[1]

    def prepare(self):
        configuration = self.folder / "nginx.conf"
        configuration.write_text(f"""
{self.modules}
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
    client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; proxy_max_temp_file_size 0;
    client_body_buffer_size 64k;
    upstream backend {{
        server 127.0.0.1:{self.setting.backend.port};
        keepalive 8192; keepalive_requests 1000000000; keepalive_timeout 1h;
    }}
    {self.http()}
    server {{
        {self.listen()}
        {FORWARDED}
        {self.server()}
    }}
}}
""")
        return ["nginx", "-c", str(configuration), "-p", str(self.folder)]

    def listen(self):
        if not self.workload.tls:
            return f"listen 127.0.0.1:{self.port} backlog=8192;"
        certificate, key, _ = self.setting.certificate()
        return (
            f"listen 127.0.0.1:{self.port} ssl backlog=8192; ssl_protocols TLSv1.2 TLSv1.3;"
            f" ssl_certificate {certificate}; ssl_certificate_key {key};"
        )

    def http(self):
        return ""

    def server(self):
        raise NotImplementedError


class NginxPlain(Nginx):
    name = "nginx-plain"
    title = "nginx, plain proxy, no keys"

    def server(self):
        return "location / { proxy_pass http://backend; }"


class DecidingNginx(Nginx):
    """Each route is a location that names its resource, so that finding it is a walk in nginx's tree of prefixes.
    What is refused is logged."""

    def http(self):
        return f"""
    map $request_method $verb {{ default write; GET read; HEAD read; }}
    map $status $refused {{ default 0; 401 1; 403 1; }}
    log_format audit escape=json '{{"time":"$time_iso8601","request_id":"$request_id","client":"$remote_addr",'
        '"method":"$request_method","path":"$uri","status":$status,"required_scope":"$verb:$resource"}}';
    access_log {self.folder}/audit.jsonl audit if=$refused;
"""

    def locations(self, check):
        """A location for each route; `check` are the directives that make it decide."""
        return "\n".join(
            f"        location {route.collection} {{ set $resource {route.resource}; {check} proxy_pass http://backend; }}"
            for route in routes(self.workload.routes)
        )
