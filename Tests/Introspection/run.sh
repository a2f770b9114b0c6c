#!/usr/bin/env bash
# Shows how the gateway fares while its introspection endpoint is down for a minute and comes back, without and with
# stale grants; and what a cache of 100,000 and of a million keys takes.
#
# Usage: Tests/Introspection/run.sh [SECONDS-DOWN]    (default: 60)
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../Scripts/prepare.sh"

install_packages python3
find_binary

for stale in 0s 10m; do
    say "An outage, stale_if_error $stale"
    python3 "$here/outage.py" "$binary" "${1:-60}" "$stale"
done

say "Memory of the cache"
swift build --build-tests
for keys in 100000 1000000; do
    CACHE_MEMORY_KEYS=$keys swift test --skip-build --filter GrantCacheMemoryTests | grep 'bytes per key'
done
