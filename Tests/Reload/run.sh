#!/usr/bin/env bash
# Reloads a gateway under load, each way, and prints what became of the requests.
#
#   Tests/Reload/run.sh [SECONDS] [RELOADS]     60 seconds and 200 reloads a way by default
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
. "$root/deploy/common.sh"
install_packages nginx-light python3
cd "$root"
binary="${SCOPEGATE_BINARY:-}"
if [ -z "$binary" ]; then
    swift build -c release --product scopegate
    binary="$(swift build -c release --show-bin-path)/scopegate"
fi
exec python3 Tests/Reload/reload.py "$binary" "${1:-60}" "${2:-200}"
