"""A small HTTP/1.1 server: a backend or an introspection endpoint that does what it is told."""

import http.server
import json
import socket
import threading

from .waiting import free_port


class Server:
    """Its answer is a function of the request and its body: a status, and bytes or what becomes JSON. It can be taken down
    and come back on the same port."""

    def __init__(self, answer, address="127.0.0.1", port=None):
        self.answer, self.address, self.port = answer, address, port or free_port()
        self.start()

    def start(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, content = outer.answer(self, body)
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_POST = do_HEAD = handle_one

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 1024

            def handle_error(self, *_):
                pass

            def shutdown_connections(self):
                for connection in list(self.connections):
                    try:
                        connection.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass

            def process_request(self, request, address):
                self.connections.add(request)
                super().process_request(request, address)

        Quiet.connections = set()
        self.server = Quiet((self.address, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.server.shutdown_connections()
