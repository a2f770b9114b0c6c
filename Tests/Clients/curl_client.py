"""curl: curl_client.py curl TRANSPORT TASKS"""

import json
import os
import subprocess
import tempfile

import tasks

OPTIONS = {"plain": ["--http1.1"], "tls": ["--http1.1"], "h2": ["--http2"], "h2c": ["--http2-prior-knowledge"]}


class Curl:
    def __init__(self, url, authority, key, transport):
        self.url = url
        self.command = ["curl", "-q", "-sS", "-N", "--noproxy", "*", "--cacert", authority, *OPTIONS[transport],
                        "-H", f"Authorization: Bearer {key}"]  # fmt: skip

    def request(self, method, target, body=None, chunked=False):
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as answer:
            command = [*self.command, "-X", method, "-o", answer.name, "-w", "%{http_code}", self.url + target]
            if body is not None:
                file.write(body)
                file.flush()
                # With the form's own kind and an unknown length, curl sends chunks by HTTP/1.1.
                command += ["--data-binary", f"@{file.name}"]
                command += ["-H", "Transfer-Encoding: chunked"] if chunked and "--http1.1" in self.command else []
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            tasks.expect(done.returncode == 0, f"curl ended with {done.returncode}: {done.stderr}")
            return int(done.stdout), answer.read()

    def events(self, target):
        with subprocess.Popen([*self.command, self.url + target], stdout=subprocess.PIPE) as process:
            while piece := process.stdout.read1(1 << 16):
                yield piece
            tasks.expect(process.wait() == 0, f"curl ended with {process.returncode}")

    def thousand(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(f'url = "{self.url}/api/get"\n' * 1000)
            file.flush()
            command = [*self.command, "-K", file.name, "-w", "\n%{http_code} %{num_connects}\n"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        lines = done.stdout.split("\n")
        tasks.expect(done.returncode == 0, f"curl ended with {done.returncode}: {done.stderr}")
        tasks.expect(lines.count('{"name": "get"}') == 1000, lines[:4])
        tasks.expect(sum(int(line.split()[1]) for line in lines if line.startswith("200 ")) == 1, "several connections")


def main():
    import sys

    wanted = sys.argv[3].split(",")
    if "thousand" in wanted and sys.argv[2] == "h2c":
        # curl 7.88 fails by itself on a second request with prior knowledge, whatever the server.
        print(json.dumps({"task": "thousand", "skipped": True}))
    elif "thousand" in wanted:
        client = Curl(os.environ["URL"], os.environ["AUTHORITY"], os.environ["KEY"], sys.argv[2])
        try:
            client.thousand()
            print(json.dumps({"task": "thousand"}))
        except Exception as error:
            print(json.dumps({"task": "thousand", "error": f"{type(error).__name__}: {error}"[:300]}))
    sys.argv[3] = ",".join(task for task in wanted if task != "thousand")
    if sys.argv[3]:
        tasks.main({"curl": Curl})


main()
