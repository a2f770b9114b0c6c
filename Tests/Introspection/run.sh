#!/usr/bin/env bash
# Shows how the gateway fares while its introspection endpoint is down for a minute and comes back, without and with
# stale grants; and what a cache of 100,000 and of a million keys takes.
#
# Usage: Tests/Introspection/run.sh [SECONDS-DOWN]    (default: 60)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../deploy/common.sh"
cd "$root"

install_packages "${build_packages[@]}" python3
require_swift
say "Building for release"
swift build -c release --product scopegate
binary=$(swift build -c release --show-bin-path)/scopegate

for stale in 0s 10m; do
    say "An outage, stale_if_error $stale"
    python3 "$here/outage.py" "$binary" "${1:-60}" "$stale"
done

say "Memory of the cache"
swift build --build-tests
for keys in 100000 1000000; do
    CACHE_MEMORY_KEYS=$keys swift test --skip-build --filter GrantCacheMemoryTests | grep 'bytes per key'
done
