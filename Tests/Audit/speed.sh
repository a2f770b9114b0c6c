#!/usr/bin/env bash
# 1 GB of records: how long scopegate, grep and jq take over the same file, and how much memory; then over the same in ten
# compressed files.
#
# Usage: speed.sh BINARY [MEGABYTES]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=$1 megabytes=${2:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/plain/audit.jsonl
mkdir "$work/plain" "$work/rotated"
python3 "$here/generate.py" "$log" "$megabytes"
python3 "$here/generate.py" "$work/rotated/audit.jsonl" "$megabytes" 10
gzip -6 "$work"/rotated/audit.jsonl.0*

# Runs a command with its output thrown away: its time, its memory, and how many lines it printed.
measure() {
    local name=$1
    shift
    local lines
    lines=$(/usr/bin/time -o "$work/time" -f '%e s  %M KiB' "$@" | wc -l) || true
    printf '%-58s %s  %s lines\n' "$name" "$(tail -n 1 "$work/time")" "$lines"
}

id=$(sed -n '$p' "$log" | grep -o '01M85[^"]*' || tail -n 2 "$log" | grep -o '01M85[^"]*' | head -n 1)
middle=$(sed -n "$(($(wc -l < "$log") / 2))p" "$log" | cut -c10-28)
cat "$log" > /dev/null
echo "one file"
measure "wc -l" wc -l "$log"
measure "grep a key's fingerprint" grep -F '"key_id":"key_7"' "$log"
measure "jq a key's fingerprint" jq -c 'select(.key_id == "key_7")' "$log"
measure "scopegate audit query --key" "$binary" audit query --log "$log" --key key_7 --format json
measure "grep an id" grep -F "$id" "$log"
measure "scopegate audit explain" "$binary" audit explain "$id" --log "$log"
measure "grep two fields" grep -F '"required_scope":"write:tags"' "$log"
measure "jq two fields" jq -c 'select(.required_scope == "write:tags" and .method == "PUT")' "$log"
measure "scopegate audit query --scope --method" \
    "$binary" audit query --log "$log" --scope write:tags --method PUT --format json
measure "scopegate audit query --since --until (a minute)" \
    "$binary" audit query --log "$log" --since "${middle}Z" --until "${middle:0:17}59Z" --format json
measure "scopegate audit query, table" "$binary" audit query --log "$log" --scope write:tags
measure "jq, sort and uniq: most refused keys" sh -c "jq -r .key_id '$log' | sort | uniq -c | sort -rn | head"
measure "scopegate audit top" "$binary" audit top --log "$log"
measure "sha256sum" sha256sum "$log"
measure "scopegate audit verify" "$binary" audit verify --log "$log"
measure "scopegate audit report --html, with verify" "$binary" audit report --log "$log" --html "$work/report.html"
measure "scopegate audit report --html --no-verify" \
    "$binary" audit report --log "$log" --html "$work/report.html" --no-verify
log=$work/rotated/audit.jsonl
echo "ten files, nine of them compressed ($(du -sh "$work/rotated" | cut -f1))"
measure "zgrep a key's fingerprint" sh -c "zcat -f '$work'/rotated/audit.jsonl.0* '$log' | grep -F '\"key_id\":\"key_7\"'"
measure "scopegate audit query --key" "$binary" audit query --log "$log" --key key_7 --format json
measure "scopegate audit top" "$binary" audit top --log "$log"
measure "scopegate audit verify" "$binary" audit verify --log "$log"
measure "scopegate audit report --html" "$binary" audit report --log "$log" --html "$work/report.html"
