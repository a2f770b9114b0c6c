"""The console in headless Chromium, of a gateway under load: the figures on the page are those of /metrics, everything
works by keyboard and on a phone, nothing that a client chooses becomes HTML, and it gets over a lost connection.

Screenshots go to the folder that is named, to be looked at.

Usage: console.py BINARY LOAD_PROGRAM FOLDER
"""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from harness import KEY, ROUTES, Run, Traffic
from Scripts.checks import Checks
from Scripts.nginx import Nginx
from Scripts.waiting import free_port

binary, load, folder = (Path(argument).resolve() for argument in sys.argv[1:4])
folder.mkdir(parents=True, exist_ok=True)

# An element without spaces, which identifiers can't have.
HOSTILE = "<img/src=x/onerror=alert(1)>"
HOSTILE_KEY = "observability-hostile-key-5d1f"
TOKEN = "an admin token of a console run"
RATE = 2000
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}

# What the page calls a total, and the metric that it is: a name, and what its labels hold.
TOTALS = {
    "requests": ("http_requests_total", ""),
    "denied": ("http_requests_total", 'decision="deny"'),
    "undecided": ("http_requests_total", 'decision="none"'),
    "failed": ("http_requests_total", 'status="5xx"'),
    "calls": ("introspection_calls_total", ""),
    "failures": ("introspection_failures_total", ""),
    "records": ("audit_records_total", ""),
}
LEVELS = {
    "in_flight": ("requests_in_flight", ""),
    "connections": ("connections_open", ""),
    "running": ("introspection_calls_running", ""),
    "waiting": ("introspection_requests_waiting", ""),
    "entries": ("grant_cache_entries", 'table="positive"'),
    "negative": ("grant_cache_entries", 'table="negative"'),
    "upstream": ("upstream_connections", ""),
    "idle": ("upstream_connections", 'state="idle"'),
    "queue": ("upstream_requests_waiting", ""),
    "records_waiting": ("audit_waiting", ""),
    "generation": ("route_map_generation", ""),
}

check = Checks()


class Metrics:
    def __init__(self, gateway):
        self.series = []
        for line in gateway.ask_admin("/metrics")[1].decode().splitlines():
            if match := re.fullmatch(r"scopegate_(\w+)(?:\{(.*)\})? (\S+)", line):
                self.series.append((match[1], match[2] or "", float(match[3])))

    def sum(self, name, label=""):
        return sum(value for series, labels, value in self.series if series == name and label in labels)

    def buckets(self, name):
        """Counts up to each bound, of all series together."""
        bounds = {}
        for series, labels, value in self.series:
            if series == f"{name}_bucket":
                bound = float(re.search(r'le="([^"]+)"', labels)[1])
                bounds[bound] = bounds.get(bound, 0) + value
        return bounds


def quantile(share, before, after):
    """What Prometheus' histogram_quantile makes of what came between, in milliseconds."""
    counts = {bound: after[bound] - before[bound] for bound in sorted(after)}
    rank = share * counts[float("inf")]
    lower = below = 0
    for bound, count in counts.items():
        if count >= rank and count > below:
            return (lower + (bound - lower) * (rank - below) / (count - below)) * 1000
        lower, below = bound, count


class Console:
    """A page of the console, and what went wrong in it."""

    def __init__(self, browser, port, **options):
        self.context = browser.new_context(**{"viewport": DESKTOP, "color_scheme": "light", **options})
        self.page = self.context.new_page()
        self.port = port
        self.errors, self.foreign, self.dialogs = [], [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.log(message.text))
        self.page.on("request", lambda request: self.origin not in request.url and self.foreign.append(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def log(self, text):
        # Browsers log statuses and failed connections, which the page is there to get over.
        if not re.search("status of (401|422)|net::ERR_", text):
            self.errors.append(text)

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}/"

    def open(self):
        self.page.goto(self.origin)
        return self

    def live(self):
        self.page.wait_for_selector("#link[data-state=live]", timeout=30_000)
        return self

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def rows(self):
        return self.page.locator("#denials-rows tr").count()

    def total(self, name):
        return float(self.text(f"[data-total={name}]").replace(",", ""))

    def totals(self, names):
        script = "names => names.map(name => document.querySelector(`[data-total=${name}]`).textContent)"
        return {name: float(text.replace(",", "")) for name, text in zip(names, self.page.evaluate(script, list(names)))}

    def tile(self, name, part="value"):
        return self.text(f"[data-tile={name}] [data-{part}]")

    def next_sample(self):
        """Waits for the page to show a sample that is newer than now."""
        self.page.evaluate("""() => new Promise(resolve => {
            const place = document.querySelector('#chart-requests .plot');
            new MutationObserver((_, observer) => { observer.disconnect(); requestAnimationFrame(resolve); })
              .observe(place, {attributes: true, attributeFilter: ['aria-valuetext']}); })""")

    def wait(self, condition, what, seconds=10):
        """Like wait_for, but lets the page go on meanwhile."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds} s: {what}")
            self.page.wait_for_timeout(50)

    def shoot(self, name, whole=True):
        if whole:
            self.page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        self.page.screenshot(path=folder / f"{name}.png", full_page=whole)

    def close(self):
        self.context.close()


@contextmanager
def loaded(gateway, run, seconds):
    """Requests that pass at a fixed rate, whatever the gateway does."""
    request = run.folder / "request"
    request.write_text(f"GET /api/v1/trades HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {KEY}\r\n\r\n")
    command = [load, "--port", str(gateway.port), "--request", request, "--connections", "16", "--rate", str(RATE),
               "--seconds", str(seconds)]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        yield
        result = json.loads(process.stdout.readline())
        process.stdin.close()
        check(f"the load was served: {result['completed']} requests", result["errors"] == 0 and result["unexpected"] == 0, result)


def figures_under_load(console, gateway, run):
    names = list(TOTALS)
    with loaded(gateway, run, 20), Traffic(gateway, "/nowhere", clients=2, pause=0.02), \
            Traffic(gateway, keys=[f"bad-key-{n}" for n in range(40)], clients=1, pause=0.05):
        between = 0
        rates = []
        console.next_sample()
        first = last = Metrics(gateway)
        begin = time.monotonic()
        for _ in range(12):
            before = last
            console.next_sample()
            shown = console.totals(names)
            rates.append(float(console.tile("requests").replace(",", "")))
            last = Metrics(gateway)
            elapsed = time.monotonic() - begin
            # A sample may have been taken just before the metrics that came before it were asked for.
            between += all(
                before.sum(*TOTALS[name]) - RATE * 0.1 <= shown[name] <= last.sum(*TOTALS[name]) for name in names
            )
        check("under load each total lies between /metrics before and after it, 12 times", between == 12, between)
        mean = (last.sum("http_requests_total") - first.sum("http_requests_total")) / elapsed
        shown = sum(rates) / len(rates)
        check(f"requests per second: {shown:.0f} on the page, {mean:.0f} by /metrics", abs(shown - mean) < mean * 0.05)
        check(f"about {RATE} of them are the load's", shown > RATE * 0.95)
        console.page.wait_for_timeout(3000)
        console.shoot("desktop-light")


def figures_at_rest(console, gateway):
    def same():
        metrics = Metrics(gateway)
        shown = console.totals([*TOTALS, *LEVELS])
        return [(name, shown[name], metrics.sum(*series)) for name, series in {**TOTALS, **LEVELS}.items()
                if shown[name] != metrics.sum(*series)]  # fmt: skip

    console.page.wait_for_timeout(1500)
    try:
        console.wait(lambda: not same(), "the totals are those of /metrics")
    except TimeoutError:
        pass
    check(f"at rest all {len(TOTALS) + len(LEVELS)} totals and levels equal those of /metrics", not same(), same())

    # A burst that lies in one sample has the quantiles and shares that /metrics tells of the same time.
    for _ in range(5):
        console.next_sample()
        before = Metrics(gateway)
        for _ in range(30):
            gateway.ask()
        for _ in range(10):
            gateway.ask(key="bad-key-1")
        after = Metrics(gateway)
        console.next_sample()
        if after.sum("http_requests_total") - before.sum("http_requests_total") == console.total("requests") - before.sum(
            "http_requests_total"
        ):
            break
    latency = console.tile("latency"), *re.findall(r"[\d.,]+", console.tile("latency", "note").replace("p50", "").replace("p90", ""))
    bounds = [metrics.buckets("http_request_duration_seconds") for metrics in (before, after)]
    expected = [quantile(share, *bounds) for share in (0.99, 0.5, 0.9)]
    check(
        f"p99, p50, p90 of a burst: {', '.join(latency)} ms on the page, {', '.join(f'{value:.4g}' for value in expected)} by /metrics",
        all(abs(float(text) - value) <= value * 0.01 + 0.005 for text, value in zip(latency, expected)),
    )
    grown = {result: after.sum("grant_cache_lookups_total", f'"{result}"') - before.sum("grant_cache_lookups_total", f'"{result}"')
             for result in ("hit", "negative", "expired", "not_yet_valid", "miss")}  # fmt: skip
    share = 100 * (1 - grown["miss"] / sum(grown.values()))
    check(f"its hit rate: {console.tile('cache')} % on the page, {share:.4g} by /metrics", abs(float(console.tile("cache")) - share) < 0.06)
    denied = float(console.tile("denials"))
    check(f"its denials: {denied} a second on the page, 10 by /metrics", abs(denied - 10) < 0.6)


def modules(console):
    """The page's parts that only reckon."""
    found = console.page.evaluate("""async () => {
        const { EventParser } = await import('/console/events.js');
        const text = ': hello\\nretry: 2000\\r\\n\\r\\nevent: a\\ndata: 1\\ndata:  2\\n\\rdata\\r\\r\\nevent: none\\n\\nevent: b\\ndata:é\\n\\n';
        const cuts = [];
        for (let size = 1; size <= text.length; size++) {
            const events = [];
            const parser = new EventParser((name, data) => events.push([name, data]));
            for (let start = 0; start < text.length; start += size) parser.feed(text.slice(start, start + size));
            cuts.push(JSON.stringify(events));
        }
        const { linear, logarithmic } = await import('/console/scale.js');
        const { amount, percent } = await import('/console/format.js');
        return {
            events: [...new Set(cuts)],
            linear: [0, 1, 3, 7, 99, 100, 101, 12345].map(top => linear(top).ticks.at(-1)),
            places: [linear(7).place(0), linear(7).place(8), logarithmic(0.5, 50).place(0.1), logarithmic(0.5, 50).place(1e9) > 1],
            ticks: logarithmic(0.5, 50).ticks,
            amounts: [null, 0, 0.0476, 0.25, 7.3, 12.34, 1204.4].map(amount), percents: [null, 0, 1, 0.99999, 0.1234].map(percent),
        }; }""")
    check("events are read alike however they are cut", found["events"] == [
        json.dumps([["a", "1\n 2"], ["message", ""], ["b", "é"]], ensure_ascii=False, separators=(",", ":"))], found["events"])  # fmt: skip
    check("axes end at round numbers", found["linear"] == [1, 1, 3, 8, 100, 100, 150, 15000]
          and found["places"] == [0, 1, 0, True] and found["ticks"] == [0.1, 1, 10, 100], found)  # fmt: skip
    check("numbers have the digits that say something", found["amounts"] == ["–", "0", "0.048", "0.25", "7.30", "12.3", "1,204"]
          and found["percents"] == ["–", "0", "100", "99.9", "12.3"], found)  # fmt: skip


def hostile(console, gateway):
    target = "/" + HOSTILE.replace("<", "%3C").replace(">", "%3E")
    gateway.ask(target, key=HOSTILE_KEY, headers={"User-Agent": HOSTILE})
    gateway.ask("/api/v1/trades", key=HOSTILE_KEY, method="POST", headers={"User-Agent": HOSTILE})
    console.wait(lambda: HOSTILE in console.text("#denials-rows"), "the hostile key id is on the page")
    console.page.locator("#denials-rows tr", has_text=HOSTILE).locator("button").first.click()
    shown = console.text("#record-fields")
    check("key id, subject and user agent with HTML are shown as text", shown.count(HOSTILE) == 3, shown)
    console.shoot("record-light", whole=False)
    console.page.keyboard.press("Escape")
    console.page.fill("#explain-form [name=target]", "/api/v1/" + HOSTILE)
    console.page.fill("#explain-form [name=scopes]", HOSTILE)
    console.page.click("#explain-form [type=submit]")
    console.wait(lambda: HOSTILE in console.text("#explain-result"), "the explanation quotes them")
    elements = console.page.evaluate("[...document.querySelectorAll('img, body script, [onerror]')].map(it => it.outerHTML)")
    check("nothing of it became an element, and no script ran", not elements and not console.dialogs, elements)
    trusted = console.page.evaluate(
        "() => { try { document.createElement('p').innerHTML = '<b>'; return 'assigned'; } catch (error) { return error.name; } }"
    )
    check("the policy lets no script make HTML of text", trusted == "TypeError", trusted)
    console.errors = [text for text in console.errors if "TrustedHTML" not in text]


def filters(console, gateway):
    page = console.page
    for _ in range(3):
        gateway.ask(key=None)
    console.wait(lambda: "missing_key" in console.text("#denials-rows"), "the denials are there")
    page.select_option("#denials-filter [name=reason]", "missing_key")
    reasons = page.locator("#denials-rows tr td:nth-child(3)").all_inner_texts()
    check("filtered by reason", len(reasons) == 3 and set(reasons) == {"missing_key"}, reasons)
    page.click("#denials-filter [type=reset]")
    console.wait(lambda: console.rows() > 3, "the filter is gone")
    page.select_option("#denials-filter [name=scope]", "write:trades")
    check("filtered by missing scope", set(page.locator("#denials-rows tr td:nth-child(5)").all_inner_texts()) == {"write:trades"})
    page.click("#denials-filter [type=reset]")
    page.fill("#denials-filter [name=text]", "nowhere get")
    console.wait(lambda: console.rows() > 0, "the search finds")
    check("searched by two words", all("/nowhere" in text for text in page.locator("#denials-rows tr td:nth-child(4)").all_inner_texts()))
    page.fill("#denials-filter [name=text]", "there is none")
    check("nothing found is said", console.text("#denials-empty") == "No denial fits these filters." and console.rows() == 0)
    page.click("#denials-filter [type=reset]")
    page.click("#denials-pause")
    before = console.text("#denials-rows tr:first-child")
    gateway.ask("/paused")
    console.wait(lambda: "1 new denial" in console.text("#denials-note"), "it counts while it is paused")
    held = console.text("#denials-rows tr:first-child") == before
    page.click("#denials-pause")
    console.wait(lambda: "/paused" in console.text("#denials-rows tr:first-child"), "it goes on")
    check("paused, and going on", held)


def search_and_explain(console):
    page = console.page
    page.fill("#routes-filter [name=text]", "post write")
    check("the route map is searched", page.locator("#routes-rows tr").count() == 1 and console.text("#routes-count") == "1 of 4")
    page.fill("#routes-filter [name=text]", "nothing like it")
    check("no route found is said", console.text("#routes-empty") == "No route fits this search.")
    page.fill("#routes-filter [name=text]", "")

    def explained(method, target, scopes):
        page.fill("#explain-form [name=method]", method)
        page.fill("#explain-form [name=target]", target)
        page.fill("#explain-form [name=scopes]", scopes)
        page.press("#explain-form [name=scopes]", "Enter")
        console.wait(lambda: f"{method} {target}" in console.text("#explain-result .mono >> nth=0"), "it is explained")
        return console.text("#explain-result")

    text = explained("POST", "/api/v1/trades", "read:trades made:up")
    check("a refusal is explained", "403 forbidden_scope" in text and "write:trades" in text and "worth nothing: made:up" in text, text)
    check("a permission is explained", "allow" in explained("GET", "/api/v1/trades/42", "read:trades"))
    page.click("#routes-rows button >> nth=0")
    console.wait(lambda: "depends on the key" in console.text("#explain-result"), "a route is explained by a click")


def keyboard(console):
    """All that can be used is reached with Tab, shows that it has the focus, and works with Enter, Space and arrows."""
    page = console.page
    page.reload()
    console.live()
    page.keyboard.press("Tab")
    skips = page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    check("the first Tab offers to skip to the figures", skips and page.evaluate("document.activeElement.id") == "main")
    page.reload()
    console.live()
    wanted = page.evaluate("""() => {
        const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
          .filter(it => it.checkVisibility() && !it.disabled && !it.closest('dialog'));
        all.forEach((it, index) => it.dataset.probe = index);
        return all.length; }""")
    reached, hidden = set(), []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        found = page.evaluate("""() => { const it = document.activeElement; const style = getComputedStyle(it);
            return [it.dataset.probe, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, it.outerHTML.slice(0, 80)]; }""")
        if found[0] is not None:
            reached.add(found[0])
            if not found[1]:
                hidden.append(found[2])
    check(f"Tab reaches all {wanted} controls", len(reached) == wanted, len(reached))
    check("each shows that it has the focus", not hidden, hidden)

    page.focus("#chart-requests .plot")
    newest = page.get_attribute("#chart-requests .plot", "aria-valuetext")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    console.wait(lambda: not page.get_attribute("#chart-latency .plot", "aria-valuetext").startswith("now"), "the cursor moved")
    told = page.get_attribute("#chart-requests .plot", "aria-valuetext")
    check("arrows move through the charts, and they say what is there", newest.startswith("now: allowed") and "denied" in told, told)
    console.shoot("cursor-light", whole=False)
    page.keyboard.press("Escape")

    page.focus("#open-reload")
    page.keyboard.press("Enter")
    inside = page.evaluate("document.querySelector('#dialog-reload').contains(document.activeElement)")
    page.keyboard.press("Escape")
    back = page.evaluate("document.activeElement.id")
    check("a dialog takes the focus, and Escape gives it back", inside and back == "open-reload", back)


def reload(console, gateway):
    page = console.page

    def generation():
        return Metrics(gateway).sum("route_map_generation")

    gateway.routes.write_text(ROUTES.replace("/api/v1/public: {GET: public}", "/api/v1/public: {GET: read:trades}\n  /api/v1/tags: {GET: public}"))
    page.click("#open-reload")
    page.click("#dialog-reload [data-close]")
    page.wait_for_timeout(300)
    check("nothing is reloaded when it isn't confirmed", generation() == 1)
    page.focus("#open-reload")
    page.keyboard.press("Enter")
    page.focus("#reload-go")
    page.keyboard.press("Enter")
    console.wait(lambda: "Reloaded: generation 2, 5 routes." in console.text("#reload-result"), "it is reloaded")
    text = console.text("#reload-result")
    check("reloaded by keyboard, with what it changes", "! now public" in text and "needs more" in text and generation() == 2, text)
    console.shoot("reload-light", whole=False)
    page.keyboard.press("Enter")
    check("Enter closes it", not page.locator("#dialog-reload").is_visible())
    console.wait(lambda: "generation 2 in force" in console.text("#generation"), "the page has the new map")
    console.wait(lambda: page.locator("#routes-rows tr").count() == 5, "its routes are there")
    check("the reload is listed", "2 changes, 1 widens access" in console.text("#reloads-list"))

    gateway.routes.write_text(ROUTES.replace("read:trades", "reed:trades"))
    page.click("#open-reload")
    page.click("#reload-go")
    console.wait(lambda: "Not reloaded: generation 2 goes on." in console.text("#reload-result"), "it is refused")
    text = console.text("#reload-result")
    check("a map that doesn't load is told with its place", "routes.yaml:3:" in text and "reed:trades" in text, text)
    page.keyboard.press("Escape")
    console.wait(lambda: "configuration: degraded" in console.text("#checks"), "readiness tells it too")
    check("and stands at the top", "configuration: degraded" in console.text("#alerts"))
    page.locator("#reloads-list summary").first.click()
    console.shoot("degraded-light")
    gateway.routes.write_text(ROUTES)
    page.click("#open-reload")
    page.click("#reload-go")
    console.wait(lambda: "Reloaded: generation 3" in console.text("#reload-result"), "it is mended")
    page.keyboard.press("Escape")
    console.wait(lambda: console.text("#alerts") == "", "the notice is gone")


def revoke(console, gateway):
    page = console.page

    def revocations():
        records = json.loads(gateway.ask_admin("/audit?event=revocation")[1])["records"]
        return [{name: record[name] for name in ("key_id", "subject", "key_fingerprint", "keys", "count") if name in record} for record in records]

    def ask(kind, value):
        page.focus("#open-revoke")
        page.keyboard.press("Enter")
        page.check(f"#revoke-form [value={kind}]")
        page.focus("#revoke-form [name=value]")
        page.keyboard.type(value)
        shown = page.get_attribute("#revoke-form [name=value]", "type")
        page.keyboard.press("Enter")
        return shown

    gateway.ask()
    ask("key_id", "key_run")
    question = console.text("#revoke-question")
    page.keyboard.press("Escape")
    check("it asks first, and nothing is revoked without a yes", "key_run" in question and not revocations(), question)
    ask("key_id", "key_run")
    page.keyboard.press("Enter")
    console.wait(lambda: "Forgotten: 1 key." in console.text("#revoke-result"), "it is revoked")
    console.shoot("revoke-light", whole=False)
    page.keyboard.press("Enter")
    check("revoked by key id", revocations()[0] == {"key_id": "key_run", "count": 1} and not page.locator("#dialog-revoke").is_visible())
    gateway.ask()
    ask("subject", "user_run")
    page.keyboard.press("Enter")
    console.wait(lambda: "Forgotten: 1 key." in console.text("#revoke-result"), "it is revoked")
    page.keyboard.press("Enter")
    gateway.ask()
    kind = ask("key", KEY)
    page.keyboard.press("Enter")
    console.wait(lambda: "Forgotten: 1 key." in console.text("#revoke-result"), "it is revoked")
    left = page.evaluate("document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(it => it.value)")
    page.keyboard.press("Enter")
    found = revocations()
    check("revoked by subject and by key, which is hidden and then gone", kind == "password" and KEY not in left
          and found[1] == {"subject": "user_run", "count": 1} and "key_fingerprint" in found[0], found)  # fmt: skip

    gateway.ask()
    page.click("#open-clear")
    page.click("#dialog-clear [data-close]")
    kept = Metrics(gateway).sum("grant_cache_entries") > 0
    page.click("#open-clear")
    page.click("#clear-go")
    console.wait(lambda: "Forgotten:" in console.text("#clear-result"), "it is cleared")
    page.keyboard.press("Escape")
    check("the cache is cleared when that is confirmed", kept and Metrics(gateway).sum("grant_cache_entries", "positive") == 0)


def servers(console, gateway, run):
    """A server that is killed shows as out, with why, and as in once it is back."""
    address = f"http://127.0.0.1:{run.backend.port}"
    well = console.text("#servers-rows")
    check("a server that is well", console.text("#servers-count") == "1 server, none out" and address in well
          and "healthy" in well, well)  # fmt: skip
    run.backend.kill()
    statuses = {gateway.ask()[0] for _ in range(8)}
    console.wait(lambda: console.text("#servers-count") == "1 server, 1 out", "it is out", seconds=15)
    text = console.text("#servers-rows")
    check("a server that is killed is out, with why and since when", statuses == {502} and "out since" in text
          and text.rstrip()[-1] != ":" and ("ejected" in text or "probation" in text), text)  # fmt: skip
    console.shoot("servers-light")
    run.backend.start()
    console.wait(lambda: gateway.ask()[0] == 200 and console.text("#servers-count") == "1 server, none out", "it is in", seconds=20)
    check("a server that is back is in", "healthy" in console.text("#servers-rows"))


def accessible(console, name):
    result = Axe().run(console.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    found = [f"{it['id']}: {it['nodes'][0]['html'][:120]} {it['nodes'][0]['failureSummary'][:300]}" for it in result.response["violations"]]
    check(f"axe finds nothing, {name}", not found, found)


def appearance(browser, gateway):
    for name, options in {
        "desktop-dark": {"color_scheme": "dark"},
        "phone-light": PHONE,
        "phone-dark": {**PHONE, "color_scheme": "dark"},
    }.items():
        console = Console(browser, gateway.admin_port, **options).open().live()
        console.next_sample()
        accessible(console, name)
        check(f"nothing is wider than the page, {name}", console.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"))  # fmt: skip
        console.shoot(name)
        if name == "phone-light":
            small = console.page.evaluate("""() => [...document.querySelectorAll('button, input, select, summary, nav a')]
                .filter(it => it.checkVisibility() && !it.closest('dialog'))
                .map(it => [it.outerHTML.slice(0, 60), it.getBoundingClientRect().height]).filter(([, height]) => height < 24)""")
            check("all that is touched is at least 24 pixels high (WCAG 2.5.8)", not small, small)
            console.page.set_viewport_size({"width": 320, "height": 640})
            wide = console.page.evaluate("""() => [...document.querySelectorAll('body *')].filter(it => it.checkVisibility()
                && !it.closest('.scroll, .unseen') && it.getBoundingClientRect().right > 320.5).map(it => it.outerHTML.slice(0, 80))""")
            check("nor at 320 pixels", not wide, wide)
            console.page.set_viewport_size(PHONE["viewport"])
            console.page.tap("#open-revoke")
            console.shoot("phone-revoke", whole=False)
        check(f"no error, {name}", not console.errors and not console.foreign, console.errors + console.foreign)
        console.close()


def token(browser, run):
    gateway = run.start(admin="{address: '127.0.0.1:0', token: {env: RUN_ADMIN_TOKEN}}", environment={"RUN_ADMIN_TOKEN": TOKEN})
    console = Console(browser, gateway.admin_port).open()
    page = console.page
    page.wait_for_selector("#dialog-token[open]")
    page.fill("#dialog-token input", "another one")
    page.keyboard.press("Enter")
    page.wait_for_selector("#token-problem:not([hidden])")
    console.shoot("token-light", whole=False)
    page.keyboard.press("Escape")
    console.wait(lambda: console.text("#link-text") == "Not signed in", "it waits")
    page.click("#link-retry")
    page.wait_for_selector("#dialog-token[open]")
    page.fill("#dialog-token input", TOKEN)
    page.keyboard.press("Enter")
    console.live()
    check("a wrong token is told, a right one works", page.locator("#routes-rows tr").count() == 4)
    page.reload()
    console.live()
    check("it lasts for the tab", not page.locator("#dialog-token").is_visible())
    page.click("#open-clear")
    page.click("#clear-go")
    console.wait(lambda: "Forgotten: 0 keys." in console.text("#clear-result"), "it acts with the token")
    page.keyboard.press("Escape")
    check("it stands nowhere on the page", TOKEN not in page.content())
    page.click("#forget-token")
    page.wait_for_selector("#dialog-token[open]")
    check("signed out, it asks again", page.evaluate("sessionStorage.length") == 0)
    console.close()
    gateway.kill()


def lost(browser, run):
    port = free_port()
    admin = f"{{address: '127.0.0.1:{port}'}}"
    gateway = run.start(admin=admin)
    gateway.ask("/before")
    console = Console(browser, port).open().live()
    console.wait(lambda: "/before" in console.text("#denials-rows"), "it shows the first gateway's denials")
    gateway.kill()
    console.wait(lambda: console.text("#link-text").startswith("Lost"), "it notices", seconds=15)
    stale = console.page.evaluate("document.body.dataset.stale !== undefined")
    console.shoot("lost-light", whole=False)
    console.page.click("#open-reload")
    console.page.click("#reload-go")
    console.wait(lambda: "It was not done." in console.text("#reload-result"), "an action says that it failed")
    console.page.keyboard.press("Escape")
    gateway = run.start(admin=admin)
    gateway.ask("/after")
    console.live()
    console.wait(lambda: "/after" in console.text("#denials-rows"), "it shows the second gateway's denials")
    check("a lost gateway shows as lost, and a new one takes its place", stale and "/before" not in console.text("#denials-rows"))
    check("no error meanwhile", not console.errors, console.errors)
    console.close()
    gateway.kill()


def introspect(request, body):
    if HOSTILE_KEY.encode() in body:
        return 200, json.dumps({"active": True, "scope": "read:trades", "key_id": HOSTILE, "sub": HOSTILE}).encode()
    return Run._introspect(request, body)


def main():
    with Run(binary) as run, sync_playwright() as playwright:
        run.introspection.answer = introspect
        run.backend.stop()
        run.backend = run.with_peer(Nginx(run.folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        gateway = run.start("reload: {watch: false}")
        console = Console(browser, gateway.admin_port).open().live()
        check("an unused gateway shows empty states", console.text("#denials-empty") == "No denial yet."
              and console.text("#reloads-empty") == "No reload since the gateway started.")  # fmt: skip
        console.shoot("empty-light")
        modules(console)
        figures_under_load(console, gateway, run)
        figures_at_rest(console, gateway)
        hostile(console, gateway)
        filters(console, gateway)
        search_and_explain(console)
        keyboard(console)
        reload(console, gateway)
        revoke(console, gateway)
        servers(console, gateway, run)
        accessible(console, "desktop-light")
        check("no error and no request to elsewhere in all of it", not console.errors and not console.foreign, console.errors + console.foreign)
        appearance(browser, gateway)
        console.close()
        gateway.kill()
        token(browser, run)
        lost(browser, run)
        browser.close()
    print(f"screenshots: {folder}")
    check.finish()


main()
