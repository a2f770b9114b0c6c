#!/usr/bin/env bash
# HTTP/2: the suite of cases, floods of frames with what they cost, and h2load at 100 streams.
#
#   Tests/HTTP2/run.sh [SECONDS]     10 seconds a flood by default
#
# SCOPEGATE_BINARY names the program; the release build by default. PARTS is a list of the parts to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light nghttp2-client openssl python3
find_python_with_hpack
find_binary
for part in ${PARTS:-suite floods load}; do
    say "$part"
    arguments=()
    if [ "$part" = floods ]; then arguments=("${1:-10}"); fi
    "$python" "Tests/HTTP2/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
