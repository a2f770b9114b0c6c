#!/usr/bin/env bash
# The tests under AddressSanitizer.
#
# Usage: Tests/Sanitizers/address.sh [arguments for swift test, such as --filter EndToEndTests]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# LeakSanitizer stays off: Swift's runtime keeps metadata that it can't see to be reachable. A small quarantine, because
# the end-to-end tests bound the gateway's memory.
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0:quarantine_size_mb=4
test_under address "$@"
