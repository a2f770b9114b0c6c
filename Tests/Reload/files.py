"""Changes a watched map in the ways that programs and people do, and says what happened in each. See run.sh."""

import os
import sys
import time

from harness import Run


def text(path):
    return f"version: 1\nroutes:\n  {path}:\n    GET: read:trades\n  /more:\n    GET: public\n"


class Changes:
    """What is done to the file, each way by a method."""

    def __init__(self, folder):
        self.folder, self.live = folder, folder / "routes.yaml"

    def write(self, path, folder=None):
        ((folder or self.folder) / "routes.yaml").write_text(text(path))

    def link(self, name, target):
        """Turns a link to something else at once, as Kubernetes does."""
        fresh = self.folder / "..fresh"
        fresh.symlink_to(target)
        fresh.rename(self.folder / name)

    def rename(self):
        fresh = self.folder / "new.yaml"
        fresh.write_text(text("/renamed"))
        fresh.rename(self.live)

    def in_place(self):
        with self.live.open("r+") as file:
            file.truncate(0)
            file.write(text("/in-place")[:30])
            file.flush()
            time.sleep(0.5)  # nothing is loaded before the file is closed
            file.write(text("/in-place")[30:])

    def again(self):
        self.live.unlink()
        with self.live.open("w") as file:
            file.write(text("/again")[:30])
            file.flush()
            time.sleep(0.5)
            file.write(text("/again")[30:])

    def vim(self):
        old = self.folder / "routes.yaml~"
        self.live.rename(old)
        self.write("/vim")
        old.unlink()

    def swap(self, name):
        (self.folder / name).mkdir()
        self.write(f"/{name}", self.folder / name)
        self.link("..data", name)
        if not self.live.is_symlink():
            self.link("routes.yaml", "..data/routes.yaml")

    def half(self, end=None):
        self.live.write_text(text("/half")[:end])

    def plain(self):
        self.live.unlink()
        self.write("/plain")


def events(run, gateway):
    """What the log says of reloads: a generation, or an error."""
    found = []
    for line in gateway.lines():
        if line["message"] == "reloaded":
            found.append(f"generation {line['generation']} ({line['routes']} routes)")
        elif line["message"].startswith("reload failed"):
            found.append("refused: " + line["error"].split("\n")[0].replace(f"{run.folder}/", ""))
    return found


def show(run, gateway, name, change, expected):
    """Prints what a change led to; whether that was what it should."""
    known = len(events(run, gateway))
    change()
    end = time.monotonic() + 10
    while len(events(run, gateway)) < known + max(1, len(expected)) and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.3)  # so that one too many would be seen
    seen = events(run, gateway)[known:]
    is_good = len(seen) == len(expected) and all(want in have for want, have in zip(expected, seen))
    print(f"{'ok  ' if is_good else 'FAIL'} {name:50} {'; '.join(seen) or 'nothing'}", flush=True)
    return is_good


def main():
    with Run(sys.argv[1]) as run:
        changes = Changes(run.folder)
        changes.write("/start")
        gateway = run.start(watch=True)
        between = text("/half").index("  /more")
        results = [
            show(run, gateway, name, change, expected)
            for name, change, expected in [
                ("rename over it", changes.rename, ["generation 2"]),
                ("in place, in two writes", changes.in_place, ["generation 3"]),
                ("deleted and made again, in two writes", changes.again, ["generation 4"]),
                ("moved away and written anew, as vim does", changes.vim, ["generation 5"]),
                ("turned into a link to ..data, as Kubernetes does", lambda: changes.swap("..v1"), ["generation 6"]),
                ("..data turned to another folder", lambda: changes.swap("..v2"), ["generation 7"]),
                ("a plain file again", changes.plain, ["generation 8"]),
                ("deleted", changes.live.unlink, ["refused: "]),
                ("back", changes.half, ["generation 9"]),
                ("half written and closed, in a word", lambda: changes.half(-8), ["refused: routes.yaml:"]),
                ("and whole", changes.half, ["generation 10"]),
                ("half written and closed, between two routes", lambda: changes.half(between), ["generation 11 (1 routes)"]),
                ("and whole", changes.half, ["generation 12 (2 routes)"]),
                ("touched, with nothing changed", lambda: os.utime(changes.live), []),
            ]
        ]
        in_order = gateway.terminate()
        print(f"ended in order: {in_order}")
    sys.exit(0 if all(results) and in_order else 1)


main()
