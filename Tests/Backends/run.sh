#!/usr/bin/env bash
# Bodies that are meant to be read as requests, sent through a gateway to backends that treat bodies differently: one that
# never reads them, one that answers early, nginx, Node and gunicorn. None may read anything that wasn't checked.
#
#   Tests/Backends/run.sh [BACKEND…]     all by default
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light python3 python3-venv
install_commands node=nodejs
find_python_with backends hpack==4.1.0 gunicorn==27.0.1
find_binary
"$python" Tests/Backends/attacks.py "$binary" "$@"
