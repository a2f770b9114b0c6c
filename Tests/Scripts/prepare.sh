# Sourced by the scripts of Tests: what several of them need. They run in the repository's folder, `root`.
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/common.sh"
cd "$root"

# Finds the program, `binary`: SCOPEGATE_BINARY, or a release build. Arguments are further ones for that.
find_binary() {
    binary="${SCOPEGATE_BINARY:-}"
    [ -z "$binary" ] || return 0
    install_packages "${build_packages[@]}"
    require_swift
    say "Building for release"
    swift build -c release "$@" --product scopegate
    binary="$(swift build -c release "$@" --show-bin-path)/scopegate"
}

# Finds a Python, `python`, that speaks HTTP/2's header compression; it is installed below .build.
find_python_with_hpack() {
    local folder="$root/.build/hpack-python"
    python="$folder/bin/python"
    "$python" -c 'import hpack' 2>/dev/null && return
    install_packages python3 python3-venv
    rm -rf "$folder"
    /usr/bin/python3 -m venv "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check hpack==4.1.0
}

# A port of loopback that nobody has.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Runs a command and says whether it did what is said of it; `failed` is 1 once one didn't. What it printed is in
# `$work/found`.
failed=0
check() {
    local what="$1"
    shift
    if "$@" >"$work/found" 2>&1; then
        printf 'ok   %s\n' "$what"
    else
        printf 'FAIL %s\n' "$what"
        sed 's/^/       /' "$work/found"
        failed=1
    fi
}
