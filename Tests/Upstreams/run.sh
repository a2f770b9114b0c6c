#!/usr/bin/env bash
# Shows what clients see while servers of a backend come and go, under load, on loopback, with Debian's nginx as servers:
#
#   killed    one of two is killed every five seconds and started again: errors by method
#   hanging   one of two stands still for ten seconds (SIGSTOP)
#   failing   one of two answers 500, with and without checks that find it out
#   slow      one of two takes fifty requests a second: how many it is given
#   names     the addresses of a name change, and become two
#
# Usage: Tests/Upstreams/run.sh [SECONDS]   for how long servers are killed; 60 by default. Fails when anything was not as
# it should be. SCOPEGATE_BINARY names the program; the release build by default. PARTS is a list of the parts to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light python3 util-linux
find_binary
for part in ${PARTS:-killed hanging failing slow names}; do
    say "$part"
    python3 Tests/Upstreams/upstreams.py "$binary" "$part" "${1:-60}" || failed=1
done
exit "$failed"
