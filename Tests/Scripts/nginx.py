"""nginx as a backend that is fast enough for loads."""

import os
import signal
import subprocess

from .waiting import free_port, listens, wait_for


class Nginx:
    """Answers everything with an empty list in JSON, but for further `locations` of its configuration.

    It can be killed and started again; then it listens where it did before. With a `prefix` it runs on another host of the
    run, at an address of that.
    """

    def __init__(self, folder, locations="", answer='{"data":[]}', address="127.0.0.1", port=None, http="", prefix=(), connections=4096):
        self.folder, self.address, self.port, self.prefix = folder, address, port or free_port(), prefix
        (folder / "nginx.conf").write_text(
            f"""
            daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
            events {{ worker_connections {connections}; }}
            http {{
                access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                client_body_temp_path {folder}/body;
                {http}
                server {{
                    listen {address}:{self.port} backlog=4096;
                    default_type application/json;
                    {locations}
                    location / {{ return 200 '{answer}'; }}
                }}
            }}
            """
        )
        self.start()

    def start(self):
        # A session of its own, so that all of its processes can be told at once.
        self.process = subprocess.Popen(
            [*self.prefix, "nginx", "-c", self.folder / "nginx.conf", "-p", self.folder, "-e", self.folder / "nginx-error.log"],
            start_new_session=True,
        )
        wait_for("nginx", self.is_there)

    def is_there(self):
        if not self.prefix:
            return listens(self.port, self.address)
        # It is written when the sockets are open.
        process = self.folder / "nginx.pid"
        return process.exists() and process.read_text()

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"

    def tell(self, number):
        """Sends a signal to all of its processes."""
        os.killpg(self.process.pid, number)

    def kill(self):
        """Ends it as a crash would."""
        self.tell(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()
