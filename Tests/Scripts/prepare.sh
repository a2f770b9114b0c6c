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

# Finds a Python, `python`, that speaks HTTP/2's header compression.
find_python_with_hpack() { find_python_with hpack hpack==4.1.0; }

# Finds a Python, `python`, that has some packages, in a folder of this name below .build; they are installed if it has not
# exactly them.
find_python_with() {
    local folder="$root/.build/$1-python" wanted="${*:2}"
    python="$folder/bin/python"
    [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ] && "$python" -c '' 2>/dev/null && return
    install_packages python3 python3-venv
    rm -rf "$folder"
    /usr/bin/python3 -m venv "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check "${@:2}"
    echo "$wanted" >"$folder/installed"
}

# Installs the Debian packages that have some commands, COMMAND=PACKAGE, unless the commands are there.
install_commands() {
    local each missing=()
    for each in "$@"; do
        command -v "${each%%=*}" >/dev/null || missing+=("${each#*=}")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
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
