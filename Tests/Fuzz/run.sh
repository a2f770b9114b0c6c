#!/usr/bin/env bash
# Builds the fuzzers and runs each for a while:  run.sh [seconds-per-target] [target…]
#
#   run.sh               every target for 20 seconds
#   run.sh 600           every target for 10 minutes
#   run.sh 60 header-rules request-target
#
# It begins with the seeds and with what earlier runs have found in .build-fuzz/corpora, and fails on a crash, a
# finding, a leak, a sanitizer's report, an input that takes too long, and on code under test that is not instrumented.
# The input that did it is kept in .build-fuzz/findings. To see it again, and to make it small:
#
#   SWIFT_BACKTRACE=enable=no .build-fuzz/build/release/TARGET INPUT
#   SWIFT_BACKTRACE=enable=no .build-fuzz/build/release/TARGET -minimize_crash=1 -max_total_time=60 INPUT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/common.sh"
cd "$root"

fuzz="$root/Tests/Fuzz"
work="$root/.build-fuzz"
all=(
    request-head response-head chunked-coding request-target header-rules configuration import
    introspection-answer audit-line codec-differential matcher-differential
)
declare -A dictionaries=(
    [request-target]=target [configuration]=yaml [import]=openapi [introspection-answer]=json [audit-line]=json [matcher-differential]=routes
)
# The least number of edges that the seeds alone reach. Much fewer mean that only the harness is instrumented.
least_coverage=400
# Longer inputs cost time and show nothing that shorter ones don't.
declare -A longest_inputs=([configuration]=12288 [import]=4096 [matcher-differential]=640 [request-target]=320)
slowest_input=10 # seconds
most_memory=2048 # MiB

seconds=${1:-20}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "seconds per target must be a number above zero: $seconds"
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
    [ -d "$fuzz/Seeds/$target" ] || die "no target $target; there are: ${all[*]}"
done

build() {
    # Of several -sanitize the compiler heeds the last, so both are in one. The linker must keep the sections of
    # counters, which nothing but their names refers to.
    swift build --configuration release --package-path "$fuzz" --scratch-path "$work/build" \
        -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address \
        -Xswiftc -use-ld=lld -Xlinker -z -Xlinker nostart-stop-gc
}

# The value of one of libFuzzer's final statistics.
statistic() { LC_ALL=C sed -n "s/^stat::$1: *//p" "$2" | tail -n 1; }

# How many edges were covered by the last of libFuzzer's lines of a kind.
coverage() { LC_ALL=C sed -n "/^#[0-9]*[[:space:]]*$1/s/.* cov: \([0-9]*\) .*/\1/p" "$2" | tail -n 1; }

# Runs one target and adds its line to the table.
run() {
    local target=$1 log="$work/logs/$1.log" corpus="$work/corpora/$1" status=0 verdict=passed
    mkdir -p "$work/logs" "$corpus" "$work/findings"
    say "$target: $seconds s"
    # The runtime's own backtraces would come before libFuzzer can keep the input.
    SWIFT_BACKTRACE=enable=no timeout --kill-after=10 $((seconds + 120)) "$work/build/release/$target" \
        -max_total_time="$seconds" -max_len="${longest_inputs[$target]:-2048}" -timeout="$slowest_input" -rss_limit_mb="$most_memory" \
        -dict="$fuzz/Dictionaries/${dictionaries[$target]:-http}.dict" -artifact_prefix="$work/findings/$target-" \
        -print_final_stats=1 "$corpus" "$fuzz/Seeds/$target" >"$log" 2>&1 </dev/null || status=$?

    local executions speed first last
    executions=$(statistic number_of_executed_units "$log")
    speed=$(statistic average_exec_per_sec "$log")
    first=$(coverage INITED "$log")
    last=$(coverage '' "$log")
    if [ "$status" -ne 0 ]; then
        verdict=failed
        grep -a -E 'finding:|Fatal error|ERROR|SUMMARY|Test unit written' "$log" | cut -c 1-2000 || tail -n 20 "$log"
        echo "exit status $status; the whole log is $log"
    elif [ "${first:-0}" -lt "$least_coverage" ]; then
        verdict=failed
        echo "the seeds cover ${first:-0} edges of at least $least_coverage: is the code under test instrumented?"
    else
        echo "${executions:-0} executions, ${last:-0} edges"
    fi
    if [ "$verdict" = passed ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    table+=$(printf '%-22s %12s %8s %8s %8s  %s' "$target" "${executions:--}" "${speed:--}" "${first:--}" \
        "${last:--}" "$verdict")$'\n'
}

install_packages "${build_packages[@]}"
require_swift
say "Building the fuzzers"
build

passed=0
failed=0
table=""
for target in "${targets[@]}"; do run "$target"; done

say "Result, $seconds s each"
printf '%-22s %12s %8s %8s %8s  %s\n' target executions exec/s seeds edges verdict
printf '%s' "$table"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
