#!/usr/bin/env bash
# Upgrades and restarts of a gateway under load: what became of the requests.
#
#   Tests/Upgrade/run.sh [COUNT]     20 upgrades and 20 restarts by default
#
# SCOPEGATE_BINARY names the program; the release build by default. (A debug build traps in NIO when two processes accept from
# one socket: it asserts that what was readable still is.) PARTS is a list of the parts to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light python3
find_python_with_hpack
find_binary
for part in ${PARTS:-farewell upgrade}; do
    say "$part"
    arguments=()
    if [ "$part" = upgrade ]; then arguments=("${1:-20}"); fi
    "$python" "Tests/Upgrade/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
