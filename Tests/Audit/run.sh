#!/usr/bin/env bash
# Shows what the audit promises, with the release build, nginx and Chromium, on loopback:
#
#   kill    kill -9 at 100 random moments under 2,000 refusals a second, in each durability
#   disk    a full disk, a removed directory, one that can't be written to, and back (needs root, for a small tmpfs)
#   tamper  24 kinds of tampering, each found with its place
#   speed   1 GB of records: query, top, verify and report beside grep and jq
#   rate    refusals per second in each durability, and a permitted request's time meanwhile
#   page    the report in headless Chromium; SCREENSHOTS names the folder for its pictures
#
# Usage: Tests/Audit/run.sh [kill|disk|tamper|speed|rate|page]...   (default: all)
#
# SCOPEGATE_BINARY names the program; the release build by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../Scripts/prepare.sh"
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(tamper disk kill speed rate page)

install_packages nginx-light python3 jq gzip time wrk chromium fonts-dejavu-core
find_binary
ulimit -n "$(ulimit -Hn)"

for part in "${parts[@]}"; do
    say "$part"
    case $part in
        kill | disk | tamper | rate) python3 "$here/$part.py" "$binary" ;;
        speed) "$here/speed.sh" "$binary" ;;
        page) python3 "$here/page.py" "$binary" "${SCREENSHOTS:-$root/.build/audit-page}" ;;
        *) die "there is no part $part" ;;
    esac
done
