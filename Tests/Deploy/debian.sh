#!/usr/bin/env bash
# The Debian package in a clean Debian: built, installed with what it depends on, run, upgraded, removed and purged; lintian,
# and systemd's own view of the units. Needs root.
#
#   Tests/Deploy/debian.sh [SUITE]     bookworm by default
#
# SCOPEGATE_BINARY names a program that is built already.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
suite="${1:-bookworm}"
install_packages debootstrap lintian nginx-light python3 curl

work="$(mktemp -d -t scopegate-debian-XXXXXX)"
clean="$work/$suite"
finish() {
    kill "${nginx:-}" 2> /dev/null || true
    for process in $(ps -eo pid=,args= | awk -v place="$clean" 'index($0, "chroot " place) {print $1}'); do
        kill "$process" 2> /dev/null || true
    done
    umount "$clean/proc" 2> /dev/null || true
    rm -rf "$work"
}
trap finish EXIT
inside() { chroot "$clean" "$@"; }
status_of() { dpkg-query --admindir="$clean/var/lib/dpkg" -W -f='${Status}' scopegate 2> /dev/null; }
absent() { [ ! -e "$clean/$1" ]; }

say "Build"
build_two_packages
version="$(dpkg-deb -f "$first" Version)"
dpkg-deb --info "$first" | sed -n 's/^ \(Version\|Depends\|Installed-Size\)/     &/p'
ls -l "$first" | awk '{printf "     %.1f MiB\n", $5 / 1048576}'
mkdir "$work/again"
deploy/debian/build.sh --output "$work/again" > /dev/null 2>&1
check "packed once more it is the same, byte for byte" cmp "$first" "$work/again/$(basename "$first")"
check "lintian finds nothing" lintian --fail-on error,warning,info --display-info --pedantic "$first"
lintian --display-info --pedantic --show-overrides "$first" 2> /dev/null | grep '^O:' | grep -v spelling | cut -c 1-120 | sort | uniq | sed 's/^/     /' || true

say "A clean $suite"
make_debian "$suite" "$clean"
cp /etc/apt/sources.list "$clean/etc/apt/" 2> /dev/null || true
mount -t proc proc "$clean/proc"
inside apt-get -q update > "$work/apt.log" 2>&1 || { tail "$work/apt.log"; exit 1; }
inside find / -xdev -path /proc -prune -o -path /var/lib/apt -prune -o -path /var/cache -prune -o -path /var/log -prune -o -print |
    sort > "$work/before"

say "Install"
cp "$first" "$second" "$clean/root/"
check "apt installs it with what it depends on" install_in "$clean" "/root/$(basename "$first")"
check "it is installed" test "$(status_of)" = "install ok installed"
check "the user scopegate is there, and can't log in" grep -q '^scopegate:.*:/usr/sbin/nologin$' "$clean/etc/passwd"
check "only root reads the secrets" test "$(stat -c '%U %a' "$clean/etc/scopegate/secrets")" = "root 700"
check "its files are as they were packed" inside dpkg --verify scopegate
check "--version" inside scopegate --version
sed 's/^/       /' "$work/found"
check "the configuration that comes with it is right" inside scopegate check --config /etc/scopegate/scopegate.yaml
for file in usr/share/man/man1/scopegate.1.gz usr/share/bash-completion/completions/scopegate \
    usr/share/zsh/vendor-completions/_scopegate usr/share/fish/vendor_completions.d/scopegate.fish \
    lib/systemd/system/scopegate.service lib/systemd/system/scopegate.socket; do
    # minbase leaves manual pages out where the image says so.
    check "/$file" test -e "$clean/$file"
done

say "Run"
gate="$(free_port)"; admin="$(free_port)"; backend="$(free_port)"
sed -i -e "s|^  - address: systemd:http .*|  - address: 127.0.0.1:$gate|" -e "s|127.0.0.1:9001|127.0.0.1:$backend|" \
    -e "s|127.0.0.1:9002|127.0.0.1:$backend|" -e "s|127.0.0.1:9901|127.0.0.1:$admin|" "$clean/etc/scopegate/scopegate.yaml"
# A backend, and an endpoint that takes every key for one that reads trades.
cat > "$work/nginx.conf" <<NGINX
daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events {}
http {
    access_log off; client_body_temp_path $work/body; default_type application/json;
    server {
        listen 127.0.0.1:$backend;
        location = /introspect { return 200 '{"active":true,"scope":"read:trades","client_id":"key_1"}'; }
        location / { return 200 '{"data":[]}'; }
    }
}
NGINX
nginx -c "$work/nginx.conf" -p "$work" -e "$work/nginx.log" &
nginx=$!
install -d -o "$(inside id -u scopegate)" -g "$(inside id -g scopegate)" -m 0750 "$clean/var/lib/scopegate"
chroot --userspec=scopegate:scopegate "$clean" scopegate serve --config /etc/scopegate/scopegate.yaml 2> "$work/gate.log" &
gateway=$!
until grep -q '"ready"' "$work/gate.log"; do
    kill -0 "$gateway" || { cat "$work/gate.log"; exit 1; }
    sleep 0.1
done
ask() { curl -s -o "$work/answer" -w '%{http_code}' "$@" "http://127.0.0.1:$gate/api/v1/trades"; }
check "a request with a key is permitted" test "$(ask -H 'Authorization: Bearer a-key-of-somebody')" = 200
check "one without the scope is refused" test "$(ask -X POST -H 'Authorization: Bearer a-key-of-somebody')" = 403
check "one without a key is refused" test "$(ask)" = 401
check "scopegate health" inside scopegate health --config /etc/scopegate/scopegate.yaml
check "the refusal is in the audit" grep -q '"code":"missing_key"' "$clean/var/lib/scopegate/audit.jsonl"
check "which belongs to scopegate alone" test "$(stat -c '%a' "$clean/var/lib/scopegate/audit.jsonl")" = 600
kill -TERM "$gateway"
check "it ends in order" wait "$gateway"
kill "$nginx"
wait "$nginx" || true
check "the audit is complete" inside scopegate audit verify --log /var/lib/scopegate/audit.jsonl

say "Upgrade to $version+1"
sum="$(md5sum < "$clean/etc/scopegate/scopegate.yaml")"
check "apt upgrades it" install_in "$clean" "/root/$(basename "$second")"
check "the new version is there" test "$(dpkg-query --admindir="$clean/var/lib/dpkg" -W -f='${Version}' scopegate)" = "$version+1"
check "what was changed in /etc/scopegate/scopegate.yaml is as it was" test "$(md5sum < "$clean/etc/scopegate/scopegate.yaml")" = "$sum"
check "the audit is still there" test -s "$clean/var/lib/scopegate/audit.jsonl"

say "systemd's view of the units"
check "systemd can be installed beside it" install_in "$clean" systemd
# systemd-analyze has no fault to find in scopegate's units; others' aren't its business.
verify() { inside systemd-analyze verify --man=no scopegate.service scopegate.socket 2>&1 | tee "$work/verified" | { ! grep -i scopegate; }; }
check "systemd-analyze verify" verify
inside systemd-analyze security --offline=true scopegate.service 2> /dev/null | tail -1 | sed 's/^/     /'
exposure() { inside systemd-analyze security --offline=true --threshold=15 scopegate.service; }
check "its exposure is at most 1.5 of 10" exposure

say "Remove and purge"
check "apt removes it" inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y remove scopegate
check "the program is gone" absent usr/bin/scopegate
check "the configuration and the audit stay" test -s "$clean/etc/scopegate/scopegate.yaml" -a -s "$clean/var/lib/scopegate/audit.jsonl"
purge() { inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge scopegate; }
check "apt purges it" purge
check "the audit stays, and whom it belongs to" \
    sh -c "test -s '$clean/var/lib/scopegate/audit.jsonl' && grep -q ^scopegate: '$clean/etc/passwd'"
check "the configuration and the secrets are gone" absent etc/scopegate
check "apt installs it again" install_in "$clean" "/root/$(basename "$second")"
check "the audit can still be read" inside scopegate audit verify --log /var/lib/scopegate/audit.jsonl
touch "$clean/etc/scopegate/purge-audit"
check "apt purges it with the audit, when asked" purge
check "the user is gone" sh -c "! grep -q ^scopegate: '$clean/etc/passwd' '$clean/etc/group'"
inside find / -xdev -path /proc -prune -o -path /var/lib/apt -prune -o -path /var/cache -prune -o -path /var/log -prune -o -print |
    sort > "$work/after"
check "no file named after it is left" sh -c "! comm -13 '$work/before' '$work/after' | grep -i scopegate | grep -v ^/root/"

[ "$failed" = 0 ] && printf '\nall as it should be\n'
exit "$failed"
