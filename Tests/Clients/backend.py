"""The backend of the matrix: it says what it got, sends what it has, and answers some uploads before it has read them."""

import hashlib
import http.server
import json
import threading
import urllib.parse

EVENTS = 5


class Backend:
    def __init__(self, payload):
        outer = self
        self.seen, self.lock = {}, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self):
                url = urllib.parse.urlsplit(self.path)
                name = url.path.rsplit("/", 1)[1]
                if name == "early":
                    return self.refuse_early()
                digest, length = self.read_body()
                if name == "upload":
                    self.send_json({"length": length, "sha256": digest})
                elif name == "download":
                    self.send(payload, "application/octet-stream")
                elif name == "events":
                    self.send_events(urllib.parse.parse_qs(url.query)["id"][0])
                elif name == "seen":
                    outer.event(urllib.parse.parse_qs(url.query)["id"][0]).set()
                    self.send_json({"seen": True})
                else:
                    self.send_json({"name": name})

            do_GET = do_POST = handle_one

            def pieces(self):
                """The body as it comes."""
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        yield self.rfile.read(size)
                        self.rfile.readline()
                    while self.rfile.readline().strip():
                        pass
                    return
                left = int(self.headers.get("Content-Length", 0))
                while left and (piece := self.rfile.read(min(left, 1 << 16))):
                    left -= len(piece)
                    yield piece

            def read_body(self):
                digest, length = hashlib.sha256(), 0
                for piece in self.pieces():
                    digest.update(piece)
                    length += len(piece)
                return digest.hexdigest(), length

            def refuse_early(self):
                """Answers by the head alone, as servers do that have a limit, and reads what still comes."""
                self.send_json({"error": "too large"}, 413, close=True)
                for _ in self.pieces():
                    pass

            def send_json(self, content, status=200, close=False):
                self.send(json.dumps(content).encode(), "application/json", status, close)

            def send(self, content, kind, status=200, close=False):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                if close:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

            def send_events(self, id):
                """One event, and the others once the client says that it has that."""
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for number in range(EVENTS):
                    event = b"data: %d\n\n" % number
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                    if number == 0 and not outer.event(id).wait(20):
                        self.close_connection = True
                        return
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def event(self, id):
        with self.lock:
            return self.seen.setdefault(id, threading.Event())

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
