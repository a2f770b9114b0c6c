#!/usr/bin/env bash
# The tests under AddressSanitizer, LeakSanitizer with it.
#
# Usage: Tests/Sanitizers/address.sh [arguments for swift test, such as --filter EndToEndTests]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Swift's runtime keeps metadata that is reachable in ways that LeakSanitizer can't follow, in any Swift program; what is
# left out is only what the runtime itself allocates.
suppressions=$(mktemp)
trap 'rm -f "$suppressions"' EXIT
cat > "$suppressions" <<'S'
leak:swift_allocateMetadataPack
leak:swift_getGenericMetadata
leak:swift_getTypeByMangledName
S
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=${SCOPEGATE_DETECT_LEAKS:-0}
export LSAN_OPTIONS=suppressions=$suppressions:print_suppressions=0
test_under address "$@"
