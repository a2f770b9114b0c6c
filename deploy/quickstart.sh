#!/usr/bin/env bash
# Installs what is missing, builds scopegate for release and runs the demo: a gateway, a journal backend and a key
# service on 127.0.0.1, with requests to try.
#
#   deploy/quickstart.sh            run the demo until Ctrl-C
#   deploy/quickstart.sh --check    run the demo on free ports, make the printed requests, and say whether each went as
#                                   it should; exit status 0 only if all did
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

check=false
case "${1:-}" in
    '') ;;
    --check) check=true ;;
    *) die "usage: deploy/quickstart.sh [--check]" ;;
esac

install_packages "${build_packages[@]}" curl
require_swift
say "Building for release (the first time takes some minutes)"
swift build -c release --product scopegate
binary=$(swift build -c release --show-bin-path)/scopegate

if ! $check; then
    say "Starting the demo"
    exec "$binary" demo
fi

say "Starting the demo on free ports"
work=$(mktemp -d)
"$binary" demo --port 0 --admin-port 0 --backend-port 0 --key-service-port 0 --audit "$work/audit.jsonl" \
    > "$work/guide" 2> "$work/log" &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$work"' EXIT
until grep -q '^Ctrl-C' "$work/guide"; do
    kill -0 "$demo" 2>/dev/null || { cat "$work/log" >&2; die "the demo ended"; }
    sleep 0.1
done

passed=0
failed=0
expected=''
while IFS= read -r line; do
    case "$line" in
        '# '*' Expect: '*)
            expected=${line##* Expect: }
            printf '\n%s\n' "$line"
            ;;
        'curl '*)
            printf '%s\n' "$line"
            # The line is ours: it is run as it would be after pasting it.
            answer=$(bash -c "$line -w '\n%{http_code}'" || true)
            status=${answer##*$'\n'}
            body=${answer%$'\n'*}
            printf '%.400s\n' "$body"
            read -r want_status want_code <<< "$expected"
            if [ "$status" = "$want_status" ] && { [ -z "${want_code:-}" ] || [[ "$body" == *"\"code\":\"$want_code\""* ]]; }
            then
                passed=$((passed + 1))
                printf '  as expected: %s\n' "$expected"
            else
                failed=$((failed + 1))
                printf '  NOT as expected: wanted %s, got %s\n' "$expected" "$status"
            fi
            ;;
    esac
done < "$work/guide"

say "The audit of the refused requests"
cat "$work/audit.jsonl"
printf '\n%d as expected, %d not\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
