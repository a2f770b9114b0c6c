"""How a gateway that stops takes leave of connections of HTTP/2 (RFC 9113 §6.8): it says that they end, serves what was
sent before that could be known, and then says what the last stream is."""

import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from HTTP2 import frames  # noqa: E402
from Scripts.checks import Checks  # noqa: E402
from Scripts.gateway import Gateway  # noqa: E402
from Scripts.nginx import Nginx  # noqa: E402

FIELDS = [(":method", "GET"), (":scheme", "http"), (":authority", "gateway.test"), (":path", "/open")]


class Client(frames.Connection):
    """Notes each GOAWAY, and acknowledges a PING only when it is told to."""

    def __init__(self, port):
        self.farewells, self.ping = [], None
        super().__init__(port)

    def take(self):
        kept, offset = b"", 0
        while len(self.buffer) - offset >= 9:
            length = int.from_bytes(self.buffer[offset : offset + 3], "big")
            if len(self.buffer) - offset < 9 + length:
                break
            whole = self.buffer[offset : offset + 9 + length]
            offset += 9 + length
            if whole[3] == frames.GOAWAY:
                self.farewells.append(int.from_bytes(whole[9:13], "big"))
            elif whole[3] == frames.PING and not whole[4] & frames.ACK:
                self.ping = whole[9:]
            else:
                kept += whole
        rest, self.buffer = self.buffer[offset:], kept
        super().take()
        self.buffer += rest

    def acknowledge(self):
        self.send(frames.frame(frames.PING, frames.ACK, 0, self.ping))

    def ask(self):
        stream = self.open()
        self.headers(stream, FIELDS)
        self.read(lambda: self.streams[stream].is_over)
        return (self.streams[stream].head or {}).get(b":status")


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="scopegate-farewell-") as folder:
        folder = Path(folder)
        backend = Nginx(folder)
        (folder / "routes.yaml").write_text("version: 1\nroutes:\n  /open: {GET: public}\n")
        configuration = folder / "scopegate.yaml"
        configuration.write_text(
            f"""
            listen: [{{address: '127.0.0.1:0', protocols: [h2, http/1.1]}}]
            upstream: {{url: 'http://127.0.0.1:{backend.port}'}}
            introspection: {{url: 'http://127.0.0.1:1/introspect'}}
            routes: routes.yaml
            admin: {{address: '127.0.0.1:0'}}
            """
        )
        gateway = Gateway(sys.argv[1], configuration)
        try:
            client, silent = Client(gateway.port), Client(gateway.port)
            checks("a stream before the end is served", client.ask() == b"200" and silent.ask() == b"200")
            gateway.process.send_signal(signal.SIGTERM)
            client.read(lambda: client.ping)
            checks("the first GOAWAY allows all streams", client.farewells == [0x7FFFFFFF], client.farewells)
            checks("a stream that is on its way then is served", client.ask() == b"200")
            while client.ping:
                client.acknowledge()
                client.ping = None
                client.read(lambda: client.is_closed or client.ping)
            checks("the last GOAWAY names the last stream", client.farewells[-1] == 3, client.farewells)
            checks("then the connection closes", client.is_closed)
            silent.read(lambda: silent.is_closed, 10)
            checks("so does that of a client that acknowledges nothing", silent.is_closed)
            checks("the gateway ends in order", gateway.process.wait(10) == 0)
        finally:
            gateway.kill()
            backend.stop()
    checks.finish()


if __name__ == "__main__":
    main()
