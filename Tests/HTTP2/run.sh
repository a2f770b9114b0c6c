#!/usr/bin/env bash
# HTTP/2: the suite of cases, floods of frames with what they cost, and h2load at 100 streams.
#
#   Tests/HTTP2/run.sh [SECONDS]     10 seconds a flood by default
#
# SCOPEGATE_BINARY names the program; the release build by default. PARTS is a list of the parts to run.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
. "$root/deploy/common.sh"
install_packages nginx-light nghttp2-client openssl python3 python3-venv
cd "$root"
python="$root/.build/http2-python/bin/python"
if ! "$python" -c 'import hpack' 2>/dev/null; then
    /usr/bin/python3 -m venv "$root/.build/http2-python"
    "$python" -m pip install --quiet --disable-pip-version-check hpack==4.1.0
fi
binary="${SCOPEGATE_BINARY:-}"
if [ -z "$binary" ]; then
    swift build -c release --product scopegate
    binary="$(swift build -c release --show-bin-path)/scopegate"
fi
failed=0
for part in ${PARTS:-suite floods load}; do
    say "$part"
    arguments=()
    if [ "$part" = floods ]; then arguments=("${1:-10}"); fi
    "$python" "Tests/HTTP2/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
