"""The six backends, each on a port of loopback that the system chose."""

import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from Scripts.nginx import Nginx  # noqa: E402
from Scripts.waiting import free_port, listens, wait_for  # noqa: E402


class Program:
    """A program that listens, in a session of its own, so that all of its processes end together."""

    def __init__(self, folder, command, environment=None, port=None):
        self.port = port or free_port()
        environment = {**os.environ, "PORT": str(self.port), **(environment or {})}
        command = [word.replace("PORT", str(self.port)) for word in command]
        errors = folder / "errors"
        with errors.open("w") as file:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=folder, start_new_session=True
            )
        try:
            wait_for(command[0], lambda: listens(self.port) or self.process.poll() is not None, 60)
            if self.process.poll() is not None:
                raise TimeoutError("it ended")
        except TimeoutError:
            self.stop()
            raise RuntimeError(f"{command[0]}: {errors.read_text()[-1000:]}") from None

    def stop(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue


def nginx(folder):
    return Nginx(
        folder,
        locations="""
            location = /api/v1/items { return 200 '{"items": []}'; }
            location = /api/v1/items/export { return 200 '{"export": true}'; }
            location /api { return 404; }
        """,
    )


def express(folder):
    environment = {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
    return Program(folder, ["node", str(HERE / "express.js")], environment)


def gunicorn(folder):
    command = ["gunicorn", "--bind", "127.0.0.1:PORT", "--worker-class", "gthread", "--threads", "4", "--pythonpath", str(HERE),
               "application:application"]  # fmt: skip
    return Program(folder, command, {"PYTHONDONTWRITEBYTECODE": "1"})


def http_server(folder):
    root = folder / "root" / "api" / "v1"
    root.mkdir(parents=True)
    (root / "items").write_text('{"items": []}')
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(folder / "root"), "PORT"]
    return Program(folder, command)


def apache(folder):
    root = folder / "root" / "api" / "v1"
    root.mkdir(parents=True)
    (root / "items.json").write_text('{"items": []}')
    modules = "mpm_event authz_core mime negotiation dir reqtimeout unixd".split()
    there = Path("/usr/lib/apache2/modules")
    loaded = "\n".join(f"LoadModule {name}_module {there}/mod_{name}.so" for name in modules if (there / f"mod_{name}.so").exists())
    port = free_port()
    (folder / "httpd.conf").write_text(
        f"""
        {loaded}
        ServerName localhost
        Listen 127.0.0.1:{port}
        PidFile {folder}/httpd.pid
        DefaultRuntimeDir {folder}
        Mutex file:{folder}
        ErrorLog {folder}/httpd-errors
        User www-data
        Group www-data
        TypesConfig /etc/mime.types
        AddType application/json .json
        DocumentRoot {folder}/root
        <Directory {folder}/root>
            Options +MultiViews
            Require all granted
        </Directory>
        """
    )
    return Program(folder, ["/usr/sbin/apache2", "-f", str(folder / "httpd.conf"), "-DFOREGROUND"], port=port)


def rails(folder):
    command = ["puma", "--bind", "tcp://127.0.0.1:PORT", "--environment", "production", "--threads", "4:4", str(HERE / "rails.ru")]
    return Program(folder, command, {"RAILS_ENV": "production", "RUBYOPT": "-W0"})


ALL = {each.__name__: each for each in (nginx, express, gunicorn, http_server, apache, rails)}
