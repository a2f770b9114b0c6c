# Sourced by the scripts beside it: builds everything under a sanitizer and runs the tests, the binary that the
# end-to-end tests start included. A report ends the process that it is about, and so fails the test.

. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/common.sh"
cd "$root"

# Usage: test_under NAME [arguments for swift test]
test_under() {
    local sanitizer=$1
    shift
    install_packages "${build_packages[@]}" nginx-light python3 curl openssl
    require_swift
    say "Building under the $sanitizer sanitizer"
    swift build --build-tests --sanitize="$sanitizer" --scratch-path ".build-$sanitizer"
    # Everything takes several times as long: fewer requests and bytes show the same.
    export SCOPEGATE_TEST_REQUESTS=${SCOPEGATE_TEST_REQUESTS:-20000}
    export SCOPEGATE_TEST_BULK_MIB=${SCOPEGATE_TEST_BULK_MIB:-128}
    say "Tests under the $sanitizer sanitizer"
    swift test --skip-build --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" "$@"
}
