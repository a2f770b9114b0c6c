"""What is behind the gateways: nginx with a fixed answer, and an introspection endpoint.

The endpoint has two doors to one rule: RFC 7662's `POST /introspect`, and `GET /verify` for gateways that can only ask
for a status. The rule: `bench-read-…` is a key with `read:trades` and `write:trades`, `bench-poor-…` one with
`read:goals`, anything else is not a key.
"""

from .processes import Program, free_port

ANSWER = (
    '{"data":[{"id":"trd_%s","symbol":"ESZ6","side":"long","quantity":2,"entry_price":"5123.25","exit_price":"5131.50",'
    '"opened_at":"2026-11-20T14:31:07Z","closed_at":"2026-11-20T15:02:44Z","tags":["tag_breakout","tag_morning"],'
    '"strategy_id":"str_opening_range","notes":"Took the second pullback, moved the stop to break even.",'
    '"fees":"4.12","currency":"USD"}],"next_cursor":null,"has_more":false}'
)
ANSWER %= "0" * (390 - len(ANSWER % ""))
LARGE = 1 << 20

KEY_RULE = """
local function grant(key)
    if not key then return nil end
    if key:sub(1, 11) == "bench-read-" then return "read:trades write:trades" end
    if key:sub(1, 11) == "bench-poor-" then return "read:goals" end
    return nil
end
"""


class Backend:
    def __init__(self, folder, core):
        self.port = free_port()
        self.folder = folder / "backend"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        (self.folder / "large").write_bytes(b"0123456789abcdef" * (LARGE // 16))
        configuration = self.folder / "nginx.conf"
        configuration.write_text(self.configuration())
        self.program = Program(["nginx", "-c", str(configuration), "-p", str(self.folder)], core, self.folder / "log")
        self.program.wait_until_it_listens(self.port)

    def stop(self):
        self.program.stop()

    def configuration(self):
        return f"""
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; sendfile on; tcp_nopush off;
    client_body_temp_path {self.folder}/body; client_body_buffer_size 64k;
    server {{
        listen 127.0.0.1:{self.port} backlog=8192;
        default_type application/json;
        location /api/v1/trades/ {{ return 200 '{ANSWER}'; }}
        location = /api/v1/trades/large {{ alias {self.folder}/large; }}
        location = /introspect {{
            content_by_lua_block {{
                {KEY_RULE}
                ngx.req.read_body()
                local arguments = ngx.req.get_post_args()
                local scope = ngx.req.get_method() == "POST" and grant(arguments.token)
                if scope then
                    ngx.print('{{"active":true,"scope":"' .. scope .. '","client_id":"' .. arguments.token:sub(-12) .. '"}}')
                else
                    ngx.print('{{"active":false}}')
                end
            }}
        }}
        location = /verify {{
            content_by_lua_block {{
                {KEY_RULE}
                local authorization = ngx.var.http_authorization
                local scope = authorization and grant(authorization:match("^Bearer (.*)$"))
                if not scope then
                    ngx.exit(401)
                elseif not (" " .. scope .. " "):find(" " .. ngx.var.http_x_required_scope .. " ", 1, true) then
                    ngx.exit(403)
                else
                    ngx.header["X-Key-Id"] = authorization:sub(-12)
                    ngx.exit(200)
                end
            }}
        }}
    }}
}}
"""
