"""An introspection endpoint (RFC 7662) that takes every key for good until a file says that keys are revoked:
key_service.py ADDRESS PORT FILE"""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from Scripts.server import Server  # noqa: E402

revoked = Path(sys.argv[3])


def introspect(_request, _body):
    return 200, {"active": not revoked.exists(), "scope": "read:trades write:trades", "client_id": "key_1"}


Server(introspect, sys.argv[1], int(sys.argv[2]))
threading.Event().wait()
