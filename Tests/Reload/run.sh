#!/usr/bin/env bash
# Reloads a gateway under load, each way, and prints what became of the requests; then maps that are wrong, files that are
# changed in many ways, and a map of 10,000 routes.
#
#   Tests/Reload/run.sh [SECONDS] [RELOADS]     60 seconds and 200 reloads a way by default
#
# SCOPEGATE_BINARY names the program; the release build by default. PARTS is a list of the parts to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light python3
find_binary
for part in ${PARTS:-reload bad_maps files large}; do
    say "$part"
    arguments=()
    if [ "$part" = reload ]; then arguments=("${1:-60}" "${2:-200}"); fi
    python3 "Tests/Reload/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
