#!/usr/bin/env bash
# Shows how the gateway stands up to load and to slow clients, on loopback, in front of Debian's nginx:
#
#   tools   h2load, wrk and hey complete 200,000 requests each
#   slow    slowhttptest's slow-header, slow-body and slow-read modes with 4,000 connections for a minute, while a good
#           client goes on, and the gateway's memory held against its bound of 256 KiB a request and direction
#   idle    10,000 kept-alive connections that lie idle: memory per connection beside nginx's own, a good client's time
#
# Each has a gateway and an nginx of its own: the memory that one has taken, the next would find.
#
# Usage: Tests/Load/run.sh [tools|slow|idle]...   (default: all). Fails when anything was not as it should be.
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../Scripts/prepare.sh"

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(tools slow idle)

install_packages nginx-light procps python3 curl slowhttptest nghttp2-client wrk hey
find_binary
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d)
gateway=''
finish() {
    [ -z "$gateway" ] || kill -KILL "$gateway" 2>/dev/null || true
    [ ! -f "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

backend=$(free_port)
chmod 755 "$work"
mkdir -m 777 "$work/files" "$work/body"
head -c 4194304 /dev/urandom > "$work/files/large"
chmod 644 "$work/files/large"
cat > "$work/nginx.conf" <<CONF
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 16384; }
http {
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path $work/body;
    server {
        listen 127.0.0.1:$backend backlog=4096;
        default_type application/json;
        location = /introspect { return 200 '{"active":true,"scope":"read:trades","key_id":"load"}'; }
        location = /api/v1/trades { return 200 '{"data":[{"id":"trd_1","symbol":"ES"}],"next":null}'; }
        location /files/ { alias $work/files/; dav_methods PUT; client_max_body_size 0; }
    }
}
CONF
cat > "$work/routes.yaml" <<'ROUTES'
version: 1
routes:
  /api/v1/trades: {GET: read:trades}
  /files/{name}: {GET: public, PUT: public}
ROUTES
cat > "$work/scopegate.yaml" <<CONF
listen: [{address: "127.0.0.1:0"}]
upstream: {url: "http://127.0.0.1:$backend"}
introspection: {url: "http://127.0.0.1:$backend/introspect"}
routes: routes.yaml
audit: {path: audit.jsonl}
admin: {address: "127.0.0.1:0"}
limits: {connections: 12000}
CONF
start_servers() {
    nginx -c "$work/nginx.conf" -p "$work"
    "$binary" serve --config "$work/scopegate.yaml" 2> "$work/log" &
    gateway=$!
    until grep -q '"message":"ready"' "$work/log"; do
        kill -0 "$gateway" 2>/dev/null || { cat "$work/log" >&2; die "the gateway ended"; }
        sleep 0.05
    done
    port=$(sed -n 's/.*"message":"listening","address":"127.0.0.1:\([0-9]*\)".*/\1/p' "$work/log")
    admin=$(sed -n 's/.*"admin":"\([^"]*\)".*/\1/p' "$work/log")
    url="http://127.0.0.1:$port"
}
stop_servers() {
    kill "$gateway"
    wait "$gateway" || failed_check "the gateway did not end in order"
    gateway=''
    kill "$(cat "$work/nginx.pid")"
    # It is removed at the end.
    while [ -e "$work/nginx.pid" ]; do sleep 0.05; done
}
key='Authorization: Bearer load-test-key'

failed_check() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

resident() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
highest() { awk '/^VmHWM/ {print $2}' "/proc/$1/status"; }
counters() { curl -s "http://$admin/metrics" | grep -v '^#' | grep -v ' 0$' || true; }
good_client() { python3 "$here/good_client.py" "$port" "$1"; }

run_tools() {
    say "h2load, 200,000 requests"
    h2load --h1 -n 200000 -c 64 -H "$key" "$url/api/v1/trades" > "$work/tool" || true
    grep -E '^(finished|requests:|status codes:)' "$work/tool" || true
    grep -q '^status codes: 200000 2xx, 0 3xx, 0 4xx, 0 5xx' "$work/tool" || failed_check "not 200,000 times 200 (h2load)"
    # It runs for a time, not for a number.
    local seconds count=0
    for seconds in 12 30 60; do
        say "wrk, $seconds s"
        wrk -t1 -c128 -d${seconds}s -H "$key" "$url/api/v1/trades" > "$work/tool" || true
        grep -E 'requests in|Non-2xx|Socket errors|Requests/sec' "$work/tool" || true
        count=$(awk '/requests in/ {print $1}' "$work/tool")
        [ "${count:-0}" -lt 200000 ] || break
    done
    [ "${count:-0}" -ge 200000 ] || failed_check "fewer than 200,000 requests (wrk)"
    ! grep -qE 'Non-2xx|Socket errors' "$work/tool" || failed_check "other answers than 200 (wrk)"
    say "hey, 200,000 requests"
    hey -n 200000 -c 100 -H "$key" "$url/api/v1/trades" > "$work/tool" || true
    grep -E 'Requests/sec|\[[0-9]+\]|Error' "$work/tool" || true
    grep -qE '\[200\][[:space:]]+200000 responses' "$work/tool" || failed_check "not 200,000 times 200 (hey)"
    counters
}

# What a request may hold in each direction, in KiB, and how many slow connections there are.
bound=256
slow=4000

run_slow() {
    local mode name before peak
    for mode in "slow headers:-H -i 10 -x 24 -u $url/api/v1/trades" \
        "slow body:-B -i 10 -x 24 -s 8192 -t PUT -u $url/files/slow" \
        "slow read:-X -w 512 -y 1024 -n 5 -z 32 -k 3 -u $url/files/large"; do
        name=${mode%%:*}
        say "slowhttptest, $name, $slow connections for 60 s"
        # The highest mark of this mode alone (proc(5), clear_refs).
        echo 5 > "/proc/$gateway/clear_refs"
        before=$(resident "$gateway")
        good_client 62 > "$work/good" &
        local good=$!
        # shellcheck disable=SC2086
        slowhttptest -c "$slow" -r 400 -l 60 ${mode#*:} > "$work/slow" 2>&1 || true
        sed 's/\x1b\[[0-9;]*m//g' "$work/slow" | grep -E '^(connected|closed|service available)' | tail -n 3 || true
        wait "$good" || failed_check "the good client was not served all along ($name)"
        cat "$work/good"
        peak=$(highest "$gateway")
        printf 'gateway resident before %s KiB, highest %s KiB, after %s KiB: %s KiB a connection at most\n' \
            "$before" "$peak" "$(resident "$gateway")" $(((peak - before) / slow))
        [ $((peak - before)) -le $((slow * bound)) ] || failed_check "more than $bound KiB a connection ($name)"
    done
    counters
}

run_idle() {
    say "10,000 idle kept-alive connections: the gateway"
    python3 "$here/idle_connections.py" "$port" 10000 "$gateway"
    say "the same: nginx itself"
    python3 "$here/idle_connections.py" "$backend" 10000 "$(pgrep -P "$(cat "$work/nginx.pid")" | head -n 1)"
}

for part in "${parts[@]}"; do
    case "$part" in
        tools | slow | idle)
            start_servers
            "run_$part"
            stop_servers
            ;;
        *) die "there is no part $part: tools, slow or idle" ;;
    esac
done
exit "$failed"
