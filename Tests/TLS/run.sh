#!/usr/bin/env bash
# TLS: what scanners find of it, and certificates that are replaced under load.
#
#   Tests/TLS/run.sh [SECONDS]     30 seconds of rotation by default
#
# SCOPEGATE_BINARY names the program; the release build by default. PARTS is a list of the parts to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages openssl nmap python3
find_binary
for part in ${PARTS:-scan rotation}; do
    say "$part"
    arguments=()
    if [ "$part" = rotation ]; then arguments=("${1:-30}"); fi
    python3 "Tests/TLS/$part.py" "$binary" "${arguments[@]}" || failed=1
done
exit "$failed"
