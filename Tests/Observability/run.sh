#!/usr/bin/env bash
# Shows what there is to see of a gateway, with the release build, on loopback:
#
#   rules          the alert rules and their tests, by promtool
#   prometheus     a real Prometheus scrapes gateways: the dashboard's queries, the alert rules, each alert once
#                  (needs root, for a small tmpfs)
#   schemathesis   the admin listener against its OpenAPI document
#   traces         exported spans, read by opentelemetry-proto
#   console        the console of a gateway under load, in headless Chromium; SCREENSHOTS names the folder for its pictures
#   top            scopegate top on an emulated terminal
#   cost           CPU per request with metrics, access log and traces on and off; WITHOUT_METRICS may name a binary of
#                  before there were metrics
#
# Usage: Tests/Observability/run.sh [rules|prometheus|schemathesis|traces|console|top|cost]...   (default: all)
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../Scripts/prepare.sh"
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(rules prometheus schemathesis traces console top cost)

python_packages=(
    schemathesis==4.32.5 opentelemetry-proto==1.45.2 playwright==1.65.2 axe-playwright-python==0.1.8
    pyte==0.8.2
)
folder="$root/.build/observability-python"

install_python() {
    if [ "$(cat "$folder/installed-packages" 2>/dev/null)" = "${python_packages[*]}" ]; then return; fi
    say "Installing: ${python_packages[*]}"
    rm -rf "$folder"
    /usr/bin/python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${python_packages[@]}" ||
        die "these can't be installed from PyPI: ${python_packages[*]}"
    printf '%s\n' "${python_packages[*]}" >"$folder/installed-packages"
}

install_packages prometheus python3 python3-venv nginx libnginx-mod-http-lua gcc libc6-dev libssl-dev mount \
    chromium fonts-dejavu-core
find_binary
cc -O2 -Wall -Wextra -Werror -std=gnu11 -o "$root/.build/load" Tests/Benchmarks/Load/load.c -lssl -lcrypto
ulimit -n "$(ulimit -Hn)"
export PYTHONDONTWRITEBYTECODE=1

for part in "${parts[@]}"; do
    say "$part"
    case $part in
        rules)
            (cd deploy/prometheus && promtool check rules alerts.yaml && promtool test rules alerts_test.yaml)
            ;;
        prometheus) /usr/bin/python3 "$here/prometheus.py" "$binary" "$root/deploy" ;;
        schemathesis)
            install_python
            "$folder/bin/python" "$here/admin.py" "$binary" "$folder/bin/schemathesis"
            ;;
        traces)
            install_python
            "$folder/bin/python" "$here/traces.py" "$binary"
            ;;
        console)
            install_python
            "$folder/bin/python" "$here/console.py" "$binary" "$root/.build/load" \
                "${SCREENSHOTS:-$root/.build/console-page}"
            ;;
        top)
            install_python
            "$folder/bin/python" "$here/top.py" "$binary"
            ;;
        cost)
            /usr/bin/python3 "$here/cost.py" "$binary" "$root/.build/load" 3 5 ${WITHOUT_METRICS:+"$WITHOUT_METRICS"}
            ;;
        *) die "there is no part $part" ;;
    esac
done
