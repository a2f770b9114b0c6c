#!/usr/bin/env bash
# Three copies behind HAProxy (deploy/haproxy/haproxy.cfg), each on a host of its own, a network namespace: reloads, restarts
# and a kill under load, and a revocation that reaches all. Needs root.
#
#   Tests/Cluster/run.sh
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
install_packages nginx-light haproxy iproute2 python3
find_binary
python3 Tests/Cluster/cluster.py "$binary"
