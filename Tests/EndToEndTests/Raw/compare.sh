#!/usr/bin/env bash
# Runs the raw-bytes cases against the gateway and against Debian's nginx and HAProxy as plain proxies in front of the
# same recording backend, and prints the three scores side by side. README.md beside this tells how they are judged.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../../deploy/common.sh"
cd "$root"

install_packages "${build_packages[@]}" nginx-light haproxy
require_swift
say "Build"
swift build --build-tests
say "Compare"
SCOPEGATE_RAW_COMPARE=1 swift test --skip-build --filter ComparisonTests
