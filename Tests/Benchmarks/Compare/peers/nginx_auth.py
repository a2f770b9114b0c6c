"""nginx with `auth_request`, whose answers are cached: what most would build."""

from .nginx import DecidingNginx


class NginxAuth(DecidingNginx):
    """The endpoint gets the scope that is needed, for nginx can only read a status."""

    name = "nginx-auth"
    title = "nginx, auth_request + proxy_cache"

    def http(self):
        megabytes = 64 + self.workload.keys // 4000
        return f"""{super().http()}
    map $status $code {{ default invalid_key; 403 forbidden_scope; }}
    proxy_cache_path {self.folder}/cache levels=1:2 keys_zone=grants:{megabytes}m inactive=1h use_temp_path=off;
"""

    def server(self):
        return f"""
        error_page 401 403 @refused;
{self.locations("auth_request /_verify;")}
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
            proxy_cache_valid 200 401 403 {self.workload.ttl}s;
            proxy_cache_lock on;
        }}
"""
