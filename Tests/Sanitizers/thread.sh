#!/usr/bin/env bash
# The tests under ThreadSanitizer.
#
# Usage: Tests/Sanitizers/thread.sh [arguments for swift test, such as --filter EndToEndTests]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export TSAN_OPTIONS="halt_on_error=1:exitcode=66:suppressions=$root/Tests/Sanitizers/thread-suppressions.txt"
# Package.swift then builds locks that the sanitizer can see.
export SCOPEGATE_THREAD_SANITIZER=1
# Swift's own backtracer and the sanitizer wait for each other when a process ends by a signal.
export SWIFT_BACKTRACE=enable=no
test_under thread "$@"
