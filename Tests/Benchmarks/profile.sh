#!/usr/bin/env bash
# Shows where scopegate's time goes under load: profile.sh [--workload get] [--connections 64] [--scopegate PROGRAM]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/prepare.sh"
read_arguments "$@"
prepare linux-perf >&2
run_module Compare.profile
