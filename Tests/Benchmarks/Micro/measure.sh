#!/usr/bin/env bash
# The cost of what each request goes through, piece by piece.
#
#   measure.sh            counts instructions and allocations, and fails when there are more than in limits.tsv
#   measure.sh --update   writes the counts to limits.tsv
#   measure.sh --time     times the operations as well
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../../deploy/common.sh"
work="$root/.build-benchmarks"
mkdir -p "$work"
install_packages "${build_packages[@]}" valgrind python3 gcc libc6-dev binutils
require_swift
say "Building the micro-benchmarks"
swift build -c release --package-path "$here" --scratch-path "$work/micro" --product Micro
built=$(swift build -c release --package-path "$here" --scratch-path "$work/micro" --show-bin-path)/Micro
# Without debugging information, which Debian's valgrind can't read (DWARF 5).
program="$work/Micro"
strip --strip-debug -o "$program" "$built"
cc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$work/allocations.so" "$here/allocations.c"
say "Counting"
python3 "$here/measure.py" "$program" "$work/allocations.so" "${@#--time}"
case " $* " in *" --time "*) say "Timing: µs for a thousand operations are ns for one" && "$program" --time-unit us ;; esac
