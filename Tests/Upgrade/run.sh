#!/usr/bin/env bash
# Upgrades and restarts of a gateway under load: what became of the requests.
#
#   Tests/Upgrade/run.sh [COUNT]     20 upgrades and 20 restarts by default
#
# SCOPEGATE_BINARY names the program; the release build by default. (A debug build traps in NIO when two processes accept from
# one socket: it asserts that what was readable still is.) PARTS is a list of the parts to run.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
. "$root/deploy/common.sh"
install_packages nginx-light python3 python3-venv
cd "$root"
python="$root/.build/upgrade-python/bin/python"
if ! "$python" -c 'import hpack' 2>/dev/null; then
    /usr/bin/python3 -m venv "$root/.build/upgrade-python"
    "$python" -m pip install --quiet --disable-pip-version-check hpack==4.1.0
fi
binary="${SCOPEGATE_BINARY:-}"
if [ -z "$binary" ]; then
    swift build -c release --product scopegate
    binary="$(swift build -c release --show-bin-path)/scopegate"
fi
failed=0
for part in ${PARTS:-farewell upgrade}; do
    say "$part"
    arguments=()
    if [ "$part" = upgrade ]; then arguments=("${1:-20}"); fi
    "$python" "Tests/Upgrade/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
