#!/usr/bin/env bash
# Compares scopegate with other gateways on the same work, each pinned to one core, load and backend on another.
#
#   compare.sh                                                       everything
#   compare.sh --peers nginx-auth,nginx-plain,scopegate --workloads get --connections 64 --seconds 5 --rounds 3
#   compare.sh --scopegate PROGRAM …                                 a ready program instead of a release build
#   compare.sh --help                                                the peers, the workloads and the other options
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../deploy/common.sh"
cd "$root"

scopegate=''
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
        --scopegate) scopegate=$(realpath "$2"); shift 2 ;;
        --scopegate=*) scopegate=$(realpath "${1#*=}"); shift ;;
        *) arguments+=("$1"); shift ;;
    esac
done

work="$root/.build-benchmarks"
mkdir -p "$work"
{
    install_packages python3 python3-venv gcc libc6-dev nginx libnginx-mod-http-lua
    if [ -z "$scopegate" ]; then
        install_packages "${build_packages[@]}"
        require_swift
        say "Building for release"
        swift build -c release --product scopegate
        scopegate=$(swift build -c release --show-bin-path)/scopegate
    fi
    cc -O2 -Wall -Wextra -Werror -std=gnu11 -o "$work/load" "$here/Load/load.c"
} >&2
ulimit -n "$(ulimit -Hn)"
cd "$here"
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m Compare --scopegate "$scopegate" --load "$work/load" \
    --programs "$work/python/bin" "${arguments[@]}"
