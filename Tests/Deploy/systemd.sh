#!/usr/bin/env bash
# The Debian package under a real systemd, which is booted in a container of its own: restarts, reloads and an upgrade of the
# package under load, what the sandbox allows, the watchdog. Needs root, and a kernel that lets systemd-nspawn boot.
#
#   Tests/Deploy/systemd.sh [SUITE]     bookworm by default
#
# SCOPEGATE_BINARY names a program that is built already.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
. "$root/deploy/common.sh"
install_packages debootstrap systemd-container nginx-light python3 strace
cd "$root"
work="$(mktemp -d -t scopegate-systemd-XXXXXX)"
trap 'rm -rf "$work"' EXIT
machine="$work/machine"

say "Build"
first="$(deploy/debian/build.sh --output "$work" | tail -1)"
export SCOPEGATE_BINARY="${SCOPEGATE_BINARY:-$(swift build -c release --show-bin-path)/scopegate}"
second="$(deploy/debian/build.sh --output "$work" --version "$(dpkg-deb -f "$first" Version)+1" | tail -1)"

say "A clean ${1:-bookworm} with systemd"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus "${1:-bookworm}" "$machine" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" > "$work/log" 2>&1 || { tail "$work/log"; exit 1; }
cp "$first" "$second" "$machine/root/"
cp -r /etc/apt/apt.conf.d/. "$machine/etc/apt/apt.conf.d/" 2> /dev/null || true
chroot "$machine" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
    "/root/$(basename "$first")" > "$work/log" 2>&1 || { tail "$work/log"; exit 1; }

say "Under systemd"
python3 Tests/Deploy/systemd.py "$machine" "$(basename "$second")" "$SCOPEGATE_BINARY"
