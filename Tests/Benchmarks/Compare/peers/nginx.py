"""nginx: a plain proxy, and with `auth_request` whose answers are cached."""

import subprocess

from ..routes import routes
from .peer import Peer

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
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr.strip().split("/")[1]

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
        listen 127.0.0.1:{self.port} backlog=8192;
        {FORWARDED}
        {self.server()}
    }}
}}
""")
        return ["nginx", "-c", str(configuration), "-p", str(self.folder)]

    def http(self):
        return ""

    def server(self):
        raise NotImplementedError


class NginxPlain(Nginx):
    name = "nginx-plain"
    title = "nginx, plain proxy"
    abilities = frozenset({"forward"})

    def server(self):
        return "location / { proxy_pass http://backend; }"


class NginxAuth(Nginx):
    """Each route is a location that names its resource, so that finding it is a walk in nginx's tree of prefixes. The
    endpoint gets the scope that is needed, for nginx can only read its status. What is refused is logged."""

    name = "nginx-auth"
    title = "nginx, auth_request + proxy_cache"
    abilities = frozenset({"forward", "decide", "introspect"})
    zone = "64m"

    def http(self):
        return f"""
    map $request_method $verb {{ default write; GET read; HEAD read; }}
    map $status $refused {{ default 0; 401 1; 403 1; }}
    log_format audit escape=json '{{"time":"$time_iso8601","request_id":"$request_id","client":"$remote_addr",'
        '"method":"$request_method","path":"$uri","status":$status,"required_scope":"$verb:$resource"}}';
    access_log {self.folder}/audit.jsonl audit if=$refused;
    proxy_cache_path {self.folder}/cache levels=1:2 keys_zone=grants:{self.zone} inactive=1h use_temp_path=off;
    map $status $code {{ default invalid_key; 403 forbidden_scope; }}
"""

    def server(self):
        locations = "\n".join(
            f"        location {route.collection} {{ set $resource {route.resource};"
            " auth_request /_verify; proxy_pass http://backend; }"
            for route in routes(self.workload.routes)
        )
        return f"""
        error_page 401 403 @refused;
{locations}
        location / {{ set $resource ""; return 403; }}
        location @refused {{
            default_type application/json;
            add_header Cache-Control no-store always;
            add_header X-Request-Id $request_id always;
            add_header WWW-Authenticate 'Bearer error="insufficient_scope", scope="$verb:$resource"' always;
            return 403 '{{"error":{{"code":"$code","message":"This request needs the scope $verb:$resource, which this API key does not have.","details":{{"required_scope":"$verb:$resource"}},"request_id":"$request_id"}}}}';
        }}
        location = /_verify {{
            internal;
            proxy_pass http://backend/verify;
            proxy_http_version 1.1;
            proxy_method GET;
            proxy_pass_request_body off;
            proxy_set_header Connection "";
            proxy_set_header Content-Length "";
            proxy_set_header X-Required-Scope $verb:$resource;
            proxy_cache grants;
            proxy_cache_key "$http_authorization $verb:$resource";
            proxy_cache_valid 200 401 403 60s;
            proxy_cache_lock on;
        }}
"""
