#!/usr/bin/env bash
# Makes web pages of Sources/scopegate/Documentation.docc with the toolchain's docc; nothing is built.
#
#   deploy/documentation.sh [FOLDER]     .build/documentation by default; a web server shows it at /documentation/scopegate
#
# The pages name each other by file, as a forge wants it. docc wants its own links, so it gets a copy that has those.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
output="$(realpath -m "${1:-$root/.build/documentation}")"
command -v docc > /dev/null || die "no docc on the PATH; it is part of Swift's toolchain"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp -r "$root/Sources/scopegate/Documentation.docc" "$work/"
sed -i -E 's/\]\(([A-Za-z]+)\.md(#[a-z-]+)?\)/](doc:\1)/g' "$work"/Documentation.docc/*.md
# A module without symbols, which the landing page is about.
mkdir "$work/symbols"
cat > "$work/symbols/scopegate.symbols.json" << 'GRAPH'
{"metadata": {"formatVersion": {"major": 0, "minor": 6, "patch": 0}, "generator": "deploy/documentation.sh"},
 "module": {"name": "scopegate", "platform": {"architecture": "x86_64", "vendor": "unknown",
                                              "operatingSystem": {"name": "linux"}}},
 "symbols": [], "relationships": []}
GRAPH
docc convert "$work/Documentation.docc" --additional-symbol-graph-dir "$work/symbols" --warnings-as-errors \
    --fallback-display-name scopegate --fallback-bundle-identifier scopegate \
    --transform-for-static-hosting --output-path "$output"
say "$output"
