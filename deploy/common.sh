# Sourced by the scripts beside it: what they all need to find or install.

say() { printf '\n==> %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Installs the Debian packages among the arguments that are missing.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || { say "Debian packages: all there ($*)"; return 0; }
    say "Installing Debian packages: ${missing[*]}"
    command -v apt-get >/dev/null || die "apt-get is missing; install these by hand: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "run this as root, or install these by hand: ${missing[*]}"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Finds the Swift toolchain.
require_swift() {
    command -v swift >/dev/null || die "no swift on the PATH: install Swift 6.2 or newer from https://swift.org/install"
    swift --version 2>/dev/null | head -n 1
}

# What the build links against and what compiling needs beside Swift.
build_packages=(libcurl4-openssl-dev libssl-dev zlib1g-dev pkg-config)
