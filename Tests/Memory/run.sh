#!/usr/bin/env bash
# What clients without a key can make the gateway hold: connections that behave badly, each kind in numbers, what the
# gateway's memory grows by beside its stated bound, what of that it gives back, and a good client's time meanwhile.
#
#   Tests/Memory/run.sh [COUNT]...     1000, 5000 and 10000 connections by default
#
# SCOPEGATE_BINARY names the program; the release build by default. KINDS is a list of the kinds to run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light openssl python3
find_python_with_hpack
find_binary
ulimit -n "$(ulimit -Hn)"
counts=("$@")
[ ${#counts[@]} -gt 0 ] || counts=(1000 5000 10000)
"$python" Tests/Memory/memory.py "$binary" "${counts[@]}" || failed=1
exit "$failed"
