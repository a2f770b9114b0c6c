"""The results as a plot: CPU per request beside nginx `auth_request`, and how it grows. An SVG without dependencies."""

import math
from html import escape

from .peers import PEERS
from .workloads import BASE, WORKLOADS

COLOURS = {
    "scopegate": "#d1495b", "nginx-auth": "#30638e", "nginx-plain": "#7fb2d9", "nginx-lua": "#00798c",
    "haproxy": "#8d6a9f", "envoy": "#edae49", "traefik": "#6b705c", "caddy": "#a5a58d",
}  # fmt: skip
WIDTH, LEFT, RIGHT = 920, 370, 30
ROW, TOP = 24, 92
PANEL_HEIGHT, PANEL_GAP = 190, 62
# What grows from panel to panel: the workloads' common beginning, its title, and the peers that are of interest.
GROWTH = (
    ("connections", "connections", ("nginx-auth", "nginx-plain", "scopegate")),
    ("routes", "routes", ("nginx-auth", "nginx-lua", "scopegate")),
    ("keys", "cached keys", ("nginx-auth", "nginx-lua", "scopegate")),
)


def write_plot(results, path):
    path.write_text(draw(results))


def draw(results):
    rows = [
        (f"{workload.title}; {connections:,} connection{'s' if connections > 1 else ''}", workload.name, connections)
        for workload in WORKLOADS
        for (name, connections) in sorted(results.measurements)
        if name == workload.name and not is_growth(name) and not workload.of_saturation
    ]
    panels = [(prefix, title, peers) for prefix, title, peers in GROWTH if growth(results, prefix, peers)]
    rows_end = TOP + ROW * len(rows)
    height = rows_end + (PANEL_HEIGHT + PANEL_GAP + 30 if panels else 40)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        text(16, 26, "CPU per request, beside nginx with auth_request and a cache (1×)", size=16),
        text(16, 44, "Less is better; logarithmic. The same work, one core each, medians.", fill="#555555"),
        *legend(results),
        *ratios(results, rows, rows_end),
    ]
    width = (WIDTH - 60) / max(1, len(panels))
    for index, panel in enumerate(panels):
        parts += grown(results, panel, 60 + index * width, rows_end + PANEL_GAP + 12, width - 60)
    return "\n".join([*parts, "</svg>"]) + "\n"


def is_growth(name):
    return name == "connections" or name.startswith(("routes-", "keys-"))


def text(x, y, words, *, anchor="start", size=12, fill="#222222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">{escape(words)}</text>'


def line(x1, y1, x2, y2, stroke="#dddddd", width=1):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="{width}"/>'


def mark(peer, x, y):
    size = 6 if peer == "scopegate" else 4.5
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{COLOURS[peer]}" fill-opacity="0.9"><title>{peer}</title></circle>'


def legend(results):
    present = [name for name in PEERS if any(name in peers for peers in results.measurements.values())]
    x = 16
    for name in present:
        yield mark(name, x + 5, 64)
        yield text(x + 14, 68, name)
        x += 30 + 7 * len(name)


def ratios(results, rows, end):
    found = []
    for row, (_, workload, connections) in enumerate(rows):
        base = results.median(workload, connections, BASE, "cpu_microseconds")
        for peer in PEERS if base else ():
            own = results.median(workload, connections, peer, "cpu_microseconds")
            if own:
                found.append((row, peer, own / base))
    if not found:
        return
    low = 2 ** math.floor(math.log2(min(ratio for _, _, ratio in found)))
    high = 2 ** math.ceil(math.log2(max(ratio for _, _, ratio in found)))

    def at(ratio):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(ratio / low) / math.log(max(high / low, 2))

    tick = low
    while tick <= high:
        yield line(at(tick), TOP - 6, at(tick), end, "#888888" if tick == 1 else "#dddddd")
        yield text(at(tick), end + 14, f"{tick:g}×", anchor="middle", fill="#555555")
        tick *= 2
    for row, (title, _, _) in enumerate(rows):
        yield text(LEFT - 12, TOP + ROW * row + 12, title, anchor="end", size=11)
    # scopegate last, so that nothing hides it.
    for row, peer, ratio in sorted(found, key=lambda one: one[1] == "scopegate"):
        yield mark(peer, at(ratio), TOP + ROW * row + 8)


def growth(results, prefix, peers):
    """peer → [(how much there is, CPU in microseconds a request)]"""
    curves = {}
    for (workload, connections), _ in sorted(results.measurements.items()):
        if prefix == "connections" and workload == prefix:
            size = connections
        elif workload.startswith(prefix + "-"):
            size = int(workload.partition("-")[2])
        else:
            continue
        for peer in peers:
            own = results.median(workload, connections, peer, "cpu_microseconds")
            if own:
                curves.setdefault(peer, []).append((size, own))
    return {peer: sorted(points) for peer, points in curves.items()}


def grown(results, panel, left, top, width):
    prefix, title, peers = panel
    curves = growth(results, prefix, peers)
    sizes = sorted({size for points in curves.values() for size, _ in points})
    most = max(own for points in curves.values() for _, own in points) * 1.1

    def x(size):
        return left + width * math.log(size / sizes[0]) / math.log(max(sizes[-1] / sizes[0], 2))

    def y(own):
        return top + PANEL_HEIGHT - PANEL_HEIGHT * own / most

    yield text(left, top - 12, f"CPU µs per request by {title}", size=12)
    step = 10 ** math.floor(math.log10(most))
    step = step if most / step >= 3 else step / 2
    value = 0
    while value <= most:
        yield line(left, y(value), left + width, y(value))
        yield text(left - 6, y(value) + 4, f"{value:g}", anchor="end", fill="#555555")
        value += step
    for size in sizes:
        label = f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k" if size >= 1000 else f"{size}"
        yield text(x(size), top + PANEL_HEIGHT + 16, label, anchor="middle", fill="#555555")
    for peer, points in curves.items():
        path = " ".join(f"{x(size):.1f},{y(own):.1f}" for size, own in points)
        yield f'<polyline points="{path}" fill="none" stroke="{COLOURS[peer]}" stroke-width="2"/>'
        for size, own in points:
            yield mark(peer, x(size), y(own))
