"""The report of known data in headless Chromium: are its plots right, light, dark and on paper?

The numbers are read back from the drawn page: the lengths of the bars, not the texts beside them. Screenshots go to the
folder that is named, to be looked at.

Usage: page.py BINARY FOLDER
"""

import datetime
import json
import subprocess
import sys
from pathlib import Path

from generate import Chain
from harness import Run, binary

folder = Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
START = datetime.datetime(2026, 11, 23)
# A day: each hour has so many refusals of each reason.
HOURS = {hour: {"forbidden_scope": hour * 2, "invalid_key": 5, "unmapped_route": (hour == 13) * 40} for hour in range(24)}
SCOPES = {"write:trades": 276, "write:tags": 184, "read:balance": 92}
HOSTILE = "<img src=x onerror=alert(1)>"

chain, number, scopes = Chain(), 0, [scope for scope, count in SCOPES.items() for _ in range(count)]
with Run(binary()) as run:
    log = run.folder / "audit.jsonl"
    with open(log, "wb") as output:
        for hour, reasons in HOURS.items():
            for reason, count in reasons.items():
                for index in range(count):
                    time = START + datetime.timedelta(hours=hour, seconds=index)
                    scope = ""
                    if reason == "forbidden_scope":
                        scope = f',"required_scope":"{scopes.pop()}"'
                    subject = HOSTILE if number % 3 == 0 else f"user_{number % 3}"
                    output.write(
                        chain.line(
                            time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "denied",
                            f',"request_id":"r{number}","client":"198.51.100.{number % 4}","method":"GET",'
                            f'"path":"/api/v1/trades","template":"/api/v1/trades","code":"{reason}","status":403{scope},'
                            f'"key_id":"key_{number % 3}","subject":{json.dumps(subject)},'
                            f'"key_fingerprint":"{number % 3:016x}","generation":1',
                        )
                    )
                    number += 1
    (run.folder / "audit.jsonl.head").write_bytes(chain.head("2026-11-24T00:00:00.000000Z"))
    page = folder / "report.html"
    status, text = run.audit("report", "--log", log, "--html", page)
    assert status == 0, text

    def chromium(*arguments):
        done = subprocess.run(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={run.folder}/chromium", *arguments],
            capture_output=True, text=True, timeout=120,
        )
        return done.stdout

    # A copy that may run a script, which reads the geometry of what is drawn and writes it where it can be seen.
    probe = """
    <pre id="probe"></pre><script>
    const figures = [...document.querySelectorAll('figure')].map(figure => ({
      heading: figure.querySelector('h2').textContent,
      bars: [...figure.querySelectorAll('svg g')].map(group => ({
        title: group.querySelector('title').textContent,
        boxes: [...group.querySelectorAll('rect')].map(rect => {
          const box = rect.getBoundingClientRect();
          return [rect.getAttribute('class'), box.x, box.y, box.width, box.height]; }) })) }));
    document.getElementById('probe').textContent = JSON.stringify({figures,
      scripts: document.querySelectorAll('img, body script').length - 1,
      wide: document.documentElement.scrollWidth > document.documentElement.clientWidth});
    </script></main>"""
    source = page.read_text()
    probed = run.folder / "probed.html"
    probed.write_text(source.replace("</main>", probe).replace('http-equiv="Content-Security-Policy"', 'name="csp"'))
    dom = chromium("--window-size=1000,1400", "--dump-dom", f"file://{probed}")
    drawn = json.loads(dom.split('<pre id="probe">')[1].split("</pre>")[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    for name, arguments in {
        "light.png": ["--window-size=1000,1900"],
        "dark.png": ["--window-size=1000,1900", "--blink-settings=preferredColorScheme=0"],
        "narrow.png": ["--window-size=500,1500"],
    }.items():
        chromium(*arguments, f"--screenshot={folder / name}", f"file://{page}")
    chromium(f"--print-to-pdf={folder / 'report.pdf'}", "--no-pdf-header-footer", f"file://{page}")

failed = False


def check(what, condition):
    global failed
    failed |= not condition
    print(f"{'ok  ' if condition else 'FAIL'} {what}")


figures = {figure["heading"]: figure["bars"] for figure in drawn["figures"]}
check(f"figures: {', '.join(figures)}", len(figures) == 6)
check("no script and no image came from the records", drawn["scripts"] == 0)
check("nothing is wider than the page", not drawn["wide"])
check("it loads nothing", "http://" not in source and "https://" not in source and "url(" not in source)

time = figures["Over time"]
heights = [sum(box[4] for box in bar["boxes"]) for bar in time]
totals = [sum(HOURS[hour].values()) for hour in range(24)]
unit = sum(heights) / sum(totals)
# The bars are of ten minutes; all of an hour lie in its first one.
check(f"24 bars over time, as high as their hour's count (one is {unit:.3f} pixels)", len(time) == 24 and all(
    abs(height - total * unit) < 1 for height, total in zip(heights, totals)))
colours = {}
for bar, hour in zip(time, range(24)):
    for kind, _, _, _, height in bar["boxes"]:
        colours.setdefault(kind, [0] * 24)[hour] += height
for kind, reason in zip(["k0", "k1", "k2"], ["forbidden_scope", "invalid_key", "unmapped_route"]):
    check(f"{reason} has its share of each bar", all(
        abs(colours[kind][hour] - HOURS[hour][reason] * unit) < 1 for hour in range(24)))
left = [bar["boxes"][0][1] for bar in time]
steps = [after - before for before, after in zip(left, left[1:])]
check("the hours are evenly spaced", max(steps) - min(steps) < 1)
bars = figures["By scope that was missing"]
lengths = {bar["title"].rsplit(": ", 1)[0]: bar["boxes"][0][3] for bar in bars}
longest = max(lengths.values())
check(f"bars of scopes are as long as their counts: { {k: round(v) for k, v in lengths.items()} }",
      lengths.keys() == SCOPES.keys() and all(
          abs(lengths[scope] - longest * count / 276) < 1 for scope, count in SCOPES.items()))
check("the hostile subject is text", any(HOSTILE in bar["title"] for bar in figures["By key"]))
pdf = (folder / "report.pdf").read_bytes()
check(f"it prints ({pdf.count(b'/Type /Page') - pdf.count(b'/Type /Pages')} pages)", pdf.startswith(b"%PDF"))
sys.exit(1 if failed else 0)
