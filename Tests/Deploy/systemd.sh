#!/usr/bin/env bash
# The Debian package under a real systemd, which is booted in a container of its own: restarts, reloads and an upgrade of the
# package under load, what the sandbox allows, the watchdog. Needs root, and a kernel that lets systemd-nspawn boot.
#
#   Tests/Deploy/systemd.sh [SUITE]     bookworm by default
#
# SCOPEGATE_BINARY names a program that is built already.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_packages debootstrap systemd-container nginx-light python3 strace
work="$(mktemp -d -t scopegate-systemd-XXXXXX)"
trap 'rm -rf "$work"' EXIT
machine="$work/machine"

say "Build"
build_two_packages

say "A clean ${1:-bookworm} with systemd"
make_debian "${1:-bookworm}" "$machine" --include=systemd,systemd-sysv,dbus
cp "$first" "$second" "$machine/root/"
install_in "$machine" "/root/$(basename "$first")" > "$work/log" 2>&1 || { tail "$work/log"; exit 1; }

say "Under systemd"
python3 Tests/Deploy/systemd.py "$machine" "$(basename "$second")" "$SCOPEGATE_BINARY"
