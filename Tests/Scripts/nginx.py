"""nginx as a backend that is fast enough for loads."""

import subprocess

from .waiting import free_port, listens, wait_for


class Nginx:
    """Answers everything with an empty list in JSON, but for further `locations` of its configuration."""

    def __init__(self, folder, locations=""):
        self.port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"""
            daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
            events {{ worker_connections 4096; }}
            http {{
                access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                client_body_temp_path {folder}/body;
                server {{
                    listen 127.0.0.1:{self.port} backlog=4096;
                    default_type application/json;
                    {locations}
                    location / {{ return 200 '{{"data":[]}}'; }}
                }}
            }}
            """
        )
        self.process = subprocess.Popen(
            ["nginx", "-c", configuration, "-p", folder, "-e", folder / "nginx-error.log"]
        )
        wait_for("nginx", lambda: listens(self.port))

    def stop(self):
        self.process.terminate()
        self.process.wait()
