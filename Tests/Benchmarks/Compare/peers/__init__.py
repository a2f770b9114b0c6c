"""The gateways, in the order of the report."""

from .caddy import Caddy
from .envoy import Envoy
from .haproxy import HAProxy
from .nginx import NginxPlain
from .nginx_auth import NginxAuth
from .nginx_lua import NginxLua
from .scopegate import Scopegate, ScopegateBefore
from .traefik import Traefik

ALL = (Scopegate, ScopegateBefore, NginxPlain, NginxLua, HAProxy, NginxAuth, Envoy, Traefik, Caddy)
PEERS = {peer.name: peer for peer in ALL}
