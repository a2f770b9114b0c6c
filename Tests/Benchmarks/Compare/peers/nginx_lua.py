"""nginx with Lua, which keeps the scopes of keys in a shared dictionary: what Kong, APISIX and OpenResty stand on."""

from .nginx import DecidingNginx

ACCESS = """
local grants = ngx.shared.grants
local authorization = ngx.var.http_authorization
local key = authorization and authorization:match("^[Bb]earer ([%w%-._~+/]+=*)$")
local need = ngx.var.verb .. ":" .. ngx.var.resource

local function refuse(status, code, challenge)
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    ngx.header["Cache-Control"] = "no-store"
    ngx.header["X-Request-Id"] = ngx.var.request_id
    ngx.header["WWW-Authenticate"] = challenge
    local body = '{"error":{"code":"' .. code .. '","message":"This request needs the scope ' .. need
        .. ', which this API key does not have.","details":{"required_scope":"' .. need
        .. '"},"request_id":"' .. ngx.var.request_id .. '"}}\\n'
    ngx.header["Content-Length"] = #body
    ngx.print(body)
    return ngx.exit(ngx.HTTP_OK)
end

if not key then return refuse(401, "missing_key", "Bearer") end
local scopes = grants:get(key)
if not scopes then
    ngx.req.read_body()
    local answer = ngx.location.capture("/_introspect", {
        method = ngx.HTTP_POST, body = "token=" .. ngx.escape_uri(key) .. "&token_type_hint=access_token",
    })
    if answer.status ~= 200 then return ngx.exit(503) end
    local grant = require("cjson.safe").decode(answer.body)
    if not grant then return ngx.exit(503) end
    scopes = grant.active and " " .. grant.scope .. " " or ""
    grants:set(key, scopes, TTL)
end
if scopes == "" then return refuse(401, "invalid_key", 'Bearer error="invalid_token"') end
if not scopes:find(" " .. need .. " ", 1, true) then
    return refuse(403, "forbidden_scope", 'Bearer error="insufficient_scope", scope="' .. need .. '"')
end
"""


class NginxLua(DecidingNginx):
    name = "nginx-lua"
    title = "nginx + Lua, shared dictionary"
    modules = (
        "load_module /usr/lib/nginx/modules/ndk_http_module.so;"
        " load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;"
    )

    def http(self):
        megabytes = 64 + self.workload.keys // 2500
        return f"{super().http()} lua_shared_dict grants {megabytes}m;"

    def server(self):
        (self.folder / "access.lua").write_text(ACCESS.replace("TTL", str(self.workload.ttl)))
        return f"""
{self.locations(f"access_by_lua_file {self.folder}/access.lua;")}
        location / {{ set $resource ""; return 403; }}
        location = /_introspect {{
            internal;
            proxy_pass http://backend/introspect;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Content-Type application/x-www-form-urlencoded;
        }}
"""
