#!/usr/bin/env bash
# The tests under ThreadSanitizer.
#
# Usage: Tests/Sanitizers/thread.sh [arguments for swift test, such as --filter EndToEndTests]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1
test_under thread "$@"
