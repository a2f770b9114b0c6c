"""Changes a watched map in the ways that programs and people do, and says what happened in each. See run.sh."""

import os, sys, time

from harness import Folder, Gateway

BINARY = sys.argv[1]


def text(path):
    return f"version: 1\nroutes:\n  {path}:\n    GET: read:trades\n  /more:\n    GET: public\n"


failed = False
folder = Folder()
live = folder.path("routes.yaml")
folder.write("routes.yaml", text("/start"))
gateway = Gateway(BINARY, folder, 1, watch=True)


def events():
    """What the log says of reloads: a generation, or an error."""
    found = []
    for line in gateway.lines():
        if line["message"] == "reloaded":
            found.append(f"generation {line['generation']} ({line['routes']} routes)")
        elif line["message"].startswith("reload failed"):
            found.append("refused: " + line["error"].split("\n")[0].replace(folder.root + "/", ""))
    return found


def await_event(known, count=1):
    end = time.monotonic() + 10
    while len(events()) < known + count and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.3)  # so that one too many would be seen
    return events()[known:]


def show(name, change, expected):
    global failed
    known = len(events())
    begun = time.monotonic()
    change()
    seen = await_event(known, max(1, len(expected)))
    ok = len(seen) == len(expected) and all(want in have for want, have in zip(expected, seen))
    failed = failed or not ok
    print(f"{'ok  ' if ok else 'FAIL'} {name:44} {'; '.join(seen) or 'nothing'}", flush=True)


def rename():
    folder.write("new.yaml", text("/renamed"))
    os.rename(folder.path("new.yaml"), live)


def in_place():
    with open(live, "r+") as file:
        file.truncate(0)
        file.write(text("/in-place")[:30])
        file.flush()
        time.sleep(0.5)  # nothing is loaded before the file is closed
        file.write(text("/in-place")[30:])


def again():
    os.remove(live)
    folder.write("routes.yaml", text("/again"))


def vim():
    os.rename(live, live + "~")
    folder.write("routes.yaml", text("/vim"))
    os.remove(live + "~")


def swap(name):
    def change():
        os.mkdir(folder.path(name))
        folder.write(f"{name}/routes.yaml", text(f"/{name}"))
        os.symlink(name, folder.path("..tmp"))
        os.rename(folder.path("..tmp"), folder.path("..data"))
        if not os.path.islink(live):
            os.symlink("..data/routes.yaml", folder.path("..live"))
            os.rename(folder.path("..live"), live)
    return change


def half(end):
    def change():
        whole = text("/half")
        folder.write("routes.yaml", whole[:end] if end else whole)
    return change


def plain():
    os.remove(live)
    folder.write("routes.yaml", text("/plain"))


show("rename over it", rename, ["generation 2"])
show("in place, in two writes", in_place, ["generation 3"])
show("deleted and made again", again, ["generation 4"])
show("moved away and written anew, as vim does", vim, ["generation 5"])
show("turned into a link to ..data, as Kubernetes does", swap("..v1"), ["generation 6"])
show("..data turned to another folder", swap("..v2"), ["generation 7"])
show("a plain file again", plain, ["generation 8"])
show("deleted", lambda: os.remove(live), ["refused: "])
show("back", half(0), ["generation 9"])
show("half written and closed, in a word", half(-8), ["refused: routes.yaml:"])
show("and whole", half(0), ["generation 10"])
show("half written and closed, between two routes", half(text("/half").index("  /more")), ["generation 11 (1 routes)"])
show("and whole", half(0), ["generation 12 (2 routes)"])
show("touched, with nothing changed", lambda: os.utime(live), [])
print("exit", gateway.stop())
sys.exit(1 if failed else 0)
