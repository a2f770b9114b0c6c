"""The gateways, in the order of the report. The first is what the others are compared with."""

from .nginx import NginxAuth, NginxPlain
from .scopegate import Scopegate

PEERS = {peer.name: peer for peer in (NginxAuth, NginxPlain, Scopegate)}
