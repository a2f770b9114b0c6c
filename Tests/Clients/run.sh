#!/usr/bin/env bash
# Real clients against a gateway, over HTTP/1.1, TLS and HTTP/2: requests, uploads and downloads of 20 MiB, uploads that are
# refused, events, and a thousand requests on one connection.
#
#   Tests/Clients/run.sh [CLIENT…]     all by default
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages curl openssl python3 python3-venv
install_commands go=golang-go javac=default-jdk-headless node=nodejs
find_python_with clients requests==2.34.2 'httpx[http2]==0.28.1' aiohttp==3.14.5 urllib3==2.8.0 botocore==1.44.8
find_binary
"$python" Tests/Clients/matrix.py "$binary" "$@"
