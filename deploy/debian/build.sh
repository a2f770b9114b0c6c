#!/usr/bin/env bash
# Builds scopegate for release, with the Swift standard library inside, and makes a Debian package of it.
#
#   deploy/debian/build.sh [--version VERSION] [--output FOLDER]
#
# The version is the program's by default, and the folder .build/debian. SCOPEGATE_BINARY names a program that is built
# already. The same sources give the same package: its times are those of the last commit, or SOURCE_DATE_EPOCH.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../common.sh"
cd "$root"

version=''
output="$root/.build/debian"
while [ $# -gt 0 ]; do
    case "$1" in
        --version) version="$2"; shift 2 ;;
        --output) output="$2"; shift 2 ;;
        *) die "usage: deploy/debian/build.sh [--version VERSION] [--output FOLDER]" ;;
    esac
done

install_packages "${build_packages[@]}" python3 dpkg-dev binutils
binary="${SCOPEGATE_BINARY:-}"
if [ -z "$binary" ]; then
    require_swift
    say "Building for release (the first time takes some minutes)"
    SCOPEGATE_COMMIT="${SCOPEGATE_COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || true)}" \
        swift build -c release --static-swift-stdlib -Xlinker -z -Xlinker now --product scopegate
    binary="$(swift build -c release --show-bin-path)/scopegate"
fi
program_version="$("$binary" --version | sed -n '1s/^scopegate \([^ ]*\).*/\1/p')"
version="${version:-$program_version}"
architecture="$(dpkg --print-architecture)"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
tree="$work/scopegate"
umask 022

say "scopegate $version for $architecture"
install -D -m 0755 "$binary" "$tree/usr/bin/scopegate"
strip --strip-all --remove-section=.comment "$tree/usr/bin/scopegate"

# The configuration is config/'s, with the places that a service has.
install -d "$tree/etc/scopegate" "$tree/usr/share/scopegate"
install -d -m 0700 "$tree/etc/scopegate/secrets"
cp -r config/schema "$tree/usr/share/scopegate/schema"
for name in scopegate routes catalog; do
    sed -e 's|schema=schema/|schema=/usr/share/scopegate/schema/|' "config/$name.yaml" > "$tree/etc/scopegate/$name.yaml"
done
sed -i \
    -e '0,/^  - address: 127.0.0.1:8080$/s||  - address: systemd:http             # the socket of scopegate.socket, port 8080; or 127.0.0.1:8080|' \
    -e '0,/^  path: audit.jsonl$/s||  path: /var/lib/scopegate/audit.jsonl|' \
    -e '0,/secret: {env: SCOPEGATE_INTROSPECTION_SECRET}/s||secret: {file: /run/credentials/scopegate.service/secrets_introspection}|' \
    -e 's|^  client: {id: scopegate,|  # Such a file is /etc/scopegate/secrets/introspection, which only root reads.\n  # client: {id: scopegate,|' \
    "$tree/etc/scopegate/scopegate.yaml"
for line in '^  - address: systemd:http' '^  path: /var/lib/scopegate/audit.jsonl' '^  # client: {id: scopegate, secret: {file:'; do
    grep -q "$line" "$tree/etc/scopegate/scopegate.yaml" || die "config/scopegate.yaml has changed: $line isn't found"
done

install -d "$tree/lib/systemd/system"
install -m 0644 deploy/systemd/scopegate.service deploy/systemd/scopegate.socket "$tree/lib/systemd/system/"
install -d "$tree/usr/share/man/man1" "$tree/usr/share/bash-completion/completions" \
    "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/fish/vendor_completions.d"
"$binary" --experimental-dump-help | python3 "$here/manual.py" "$program_version" | gzip -n9 \
    > "$tree/usr/share/man/man1/scopegate.1.gz"
"$binary" --generate-completion-script bash | sed '1{/^#!/d}' > "$tree/usr/share/bash-completion/completions/scopegate"
"$binary" --generate-completion-script zsh > "$tree/usr/share/zsh/vendor-completions/_scopegate"
"$binary" --generate-completion-script fish > "$tree/usr/share/fish/vendor_completions.d/scopegate.fish"

documents="$tree/usr/share/doc/scopegate"
install -D -m 0644 "$here/copyright" "$documents/copyright"
{
    if [ "$version" != "$(sed -n '1s/.*(\(.*\)).*/\1/p' "$here/changelog")" ]; then
        printf 'scopegate (%s) bookworm; urgency=medium\n\n  * Built from the sources of version %s.\n\n' \
            "$version" "$program_version"
        printf ' -- scopegate <scopegate@example.org>  %s\n\n' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
    fi
    cat "$here/changelog"
} | gzip -n9 > "$documents/changelog.gz"
# The pages that README links to are beside it.
pages=Sources/scopegate/Documentation.docc
sed "s|]($pages/|](documentation/|g" README.md | gzip -n9 > "$documents/README.md.gz"
install -d "$documents/documentation"
install -m 0644 "$pages"/*.md "$documents/documentation/"
install -d "$documents/examples"
cp -r deploy/prometheus deploy/grafana deploy/haproxy "$documents/examples/"
install -D -m 0644 "$here/lintian-overrides" "$tree/usr/share/lintian/overrides/scopegate"

# What the program is linked with, at least in these versions.
mkdir "$work/debian"
printf 'Source: scopegate\n\nPackage: scopegate\nArchitecture: any\n' > "$work/debian/control"
libraries="$(cd "$work" && dpkg-shlibdeps -O -e"$tree/usr/bin/scopegate" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')"
[ -n "$libraries" ] || die "dpkg-shlibdeps finds no libraries of $binary"

install -d "$tree/DEBIAN"
install -m 0755 "$here/postinst" "$here/prerm" "$here/postrm" "$tree/DEBIAN/"
(cd "$tree" && find etc -type f -printf '/%p\n' | LC_ALL=C sort) > "$tree/DEBIAN/conffiles"
cat > "$tree/DEBIAN/control" <<CONTROL
Package: scopegate
Version: $version
Architecture: $architecture
Maintainer: scopegate <scopegate@example.org>
Installed-Size: $(du -k -s --apparent-size --exclude=DEBIAN "$tree" | cut -f1)
Depends: adduser, $libraries
Recommends: ca-certificates
Section: net
Priority: optional
Description: gateway that enforces the scopes of API keys
 scopegate stands in front of an HTTP backend and lets an API key do what its
 scopes allow, and nothing else: a file says which scope each request needs,
 and keys are checked at an introspection endpoint (RFC 7662). What a key may
 not do is refused with an answer that names the missing scope, and is on
 record before it is answered.
CONTROL
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum) > "$tree/DEBIAN/md5sums"

mkdir -p "$output"
package="$output/scopegate_${version}_$architecture.deb"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" > /dev/null
dpkg-deb --info "$package"
printf '%s\n' "$package"
