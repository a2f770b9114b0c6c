# Sourced by the scripts beside it: the package in two versions, and clean Debians. They want `$work`, a folder for the run.

# Builds the Debian package, `first`, and one of a newer version with the same program, `second`; that is left in
# SCOPEGATE_BINARY.
build_two_packages() {
    deploy/debian/build.sh --output "$work" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
    first="$(tail -1 "$work/build.log")"
    export SCOPEGATE_BINARY="${SCOPEGATE_BINARY:-$(swift build -c release --show-bin-path)/scopegate}"
    second="$(deploy/debian/build.sh --output "$work" --version "$(dpkg-deb -f "$first" Version)+1" | tail -1)"
}

# Makes a clean Debian: make_debian SUITE FOLDER [OPTIONS OF DEBOOTSTRAP]. It gets packages from where this machine does.
make_debian() {
    local suite="$1" folder="$2"
    shift 2
    debootstrap --variant=minbase "$@" "$suite" "$folder" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" \
        > "$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
    cp -r /etc/apt/apt.conf.d/. "$folder/etc/apt/apt.conf.d/" 2> /dev/null || true
}

# Installs packages in such a Debian: install_in FOLDER PACKAGE…
install_in() {
    local folder="$1"
    shift
    chroot "$folder" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confdef \
        -o Dpkg::Options::=--force-confold --no-install-recommends install "$@"
}
