#!/usr/bin/env bash
# Compares scopegate with other gateways on the same work, each pinned to one core, load and backend on another.
#
#   compare.sh                                                       everything
#   compare.sh --peers nginx-auth,nginx-plain,scopegate --workloads get --connections 64 --seconds 5 --rounds 3
#   compare.sh --scopegate PROGRAM …                                 a ready program instead of a release build
#   compare.sh --peers scopegate --before PROGRAM …                  this build beside an earlier one
#   compare.sh --results FILE --plot FILE.svg …                      keeps the figures, and draws them
#   compare.sh --help                                                the peers, the workloads and the other options
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/prepare.sh"
read_arguments "$@"
{
    prepare haproxy lua-cjson
    install_python_packages
} >&2
run_module Compare
