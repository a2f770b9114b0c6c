#!/usr/bin/env bash
# Installs what is missing and passes the tests: format, a build without warnings, unit and end-to-end tests.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

install_packages "${build_packages[@]}" nginx-light python3 curl
require_swift
export SCOPEGATE_STRICT=1

say "Format"
swift format lint --strict --parallel --recursive Package.swift Sources Tests

say "Build without warnings"
swift build --build-tests

say "Tests"
swift test --skip-build
