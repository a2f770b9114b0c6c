#!/usr/bin/env bash
# Installs what is missing and passes the tests: format, a build without warnings, unit and end-to-end tests.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

# What the end-to-end tests run as authorization servers, and what they speak HTTP/2 with.
python_packages=(django-oauth-toolkit==3.4.1 django==5.2.19 authlib==1.9.9 flask==3.1.3 hpack==4.1.0)

# Installs them into a virtual environment below .build, unless it has exactly them.
install_python_packages() {
    local folder="$root/.build/test-python"
    local installed="$folder/installed-packages" wanted="${python_packages[*]}"
    if [ "$(cat "$installed" 2>/dev/null)" = "$wanted" ] && "$folder/bin/python" -c 'import sys' 2>/dev/null; then
        say "Python packages: all there ($wanted)"
    else
        say "Installing Python packages: $wanted"
        rm -rf "$folder"
        # Debian's own, which python3-venv belongs to, whatever else the PATH may have first.
        /usr/bin/python3 -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${python_packages[@]}" ||
            die "the Python packages of the tests can't be installed from PyPI: $wanted"
        # Last, so that an installation that was cut short is done again.
        printf '%s\n' "$wanted" >"$installed"
    fi
    export SCOPEGATE_TEST_PYTHON="$folder/bin/python"
}

install_packages "${build_packages[@]}" nginx-light prometheus python3 python3-venv curl openssl
require_swift
install_python_packages
export SCOPEGATE_STRICT=1

say "Format"
swift format lint --strict --parallel --recursive Package.swift Sources Tests
# It leaves comments as they are.
if LC_ALL=C.UTF-8 grep -rnE --include='*.swift' '^.{121,}$' Package.swift Sources Tests | grep -E '^[^:]+:[0-9]+: *//'; then
    die "these comments are longer than 120 columns"
fi

say "Build without warnings"
swift build --build-tests

say "Tests"
swift test --skip-build
