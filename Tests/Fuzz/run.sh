#!/usr/bin/env bash
# Runs the fuzzers: each for so many seconds, with its seeds and with what earlier runs found.
#
# Usage: Tests/Fuzz/run.sh [SECONDS] [FUZZER]...    (default: 20 seconds, all)
#
# Inputs that crash a fuzzer stay in .build-fuzz/findings. Exit status 0 only if there is none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../deploy/common.sh"

seconds=${1:-20}
[[ $seconds =~ ^[0-9]+$ ]] || die "usage: Tests/Fuzz/run.sh [SECONDS] [FUZZER]..."
shift || true
fuzzers=("$@")
[ ${#fuzzers[@]} -gt 0 ] || fuzzers=(request-head response-head chunked-coding request-target header-rules
    configuration introspection-answer codec-differential matcher-differential)

install_packages "${build_packages[@]}"
require_swift
scratch=$root/.build-fuzz
say "Building the fuzzers with libFuzzer and AddressSanitizer"
(cd "$here" && swift build -c release --scratch-path "$scratch" -Xswiftc -sanitize=fuzzer,address)
mkdir -p "$scratch/findings"

# Swift's runtime keeps metadata that LeakSanitizer can't see to be reachable; a backtrace of its own would only delay.
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
passed=0
failed=0
table=''
for fuzzer in "${fuzzers[@]}"; do
    [ -x "$scratch/release/$fuzzer" ] || die "there is no fuzzer $fuzzer"
    say "$fuzzer, $seconds s"
    mkdir -p "$scratch/corpus/$fuzzer"
    log=$scratch/$fuzzer.log
    if "$scratch/release/$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$scratch/findings/$fuzzer-" "$scratch/corpus/$fuzzer" "$here/Seeds/$fuzzer" > "$log" 2>&1
    then
        passed=$((passed + 1))
        result=ok
    else
        failed=$((failed + 1))
        result=FOUND
        tail -n 40 "$log"
    fi
    executions=$(grep -a '^stat::' "$log" | sed -n 's/^stat::number_of_executed_units: *//p' | tail -n 1)
    speed=$(grep -a '^stat::' "$log" | sed -n 's/^stat::average_exec_per_sec: *//p' | tail -n 1)
    coverage=$(grep -a -o 'cov: [0-9]*' "$log" | tail -n 1 || true)
    table+=$(printf '%-22s %12s executions %9s/s  %-12s %s' "$fuzzer" "${executions:-?}" "${speed:-?}" "${coverage:-?}" \
        "$result")$'\n'
done
say "Results"
printf '%s\n%d passed, %d failed\n' "$table" "$passed" "$failed"
[ "$failed" -eq 0 ]
