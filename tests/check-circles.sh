#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which file calls which, by the symbols of the object files: no two files of a room
# need each other. The room of the ops is left out: derivative rules are written in ops,
# so that the rule of a sum broadcasts and that of broadcasting sums. Likewise the table
# of an instruction set's loops, which names them and calls none.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

objects=$(find "${REEL_BUILDDIR:-.}/src" -path '*/.libs/*.o' ! -path '*/ops/*' \
               ! -name '*loops-table*' 2>/dev/null)
if test -z "$objects" || ! command -v nm >/dev/null || ! command -v tsort >/dev/null; then
  tap_skip "no circle between files" "needs shared objects, nm and tsort"
  tap_done
  exit 0
fi

defined=$(mktemp) && used=$(mktemp) && trap 'rm -f "$defined" "$used"' EXIT
for object in $objects; do
  room=$(basename "$(dirname "$(dirname "$object")")")
  file=$room/$(basename "$object" .o | sed 's/^.*_la-//')
  nm "$object" | awk -v f="$file" 'NF == 3 && $2 ~ /[TDRBV]/ { print $3, f }' >>"$defined"
  nm "$object" | awk -v f="$file" '$1 == "U" { print $2, f }' >>"$used"
done
pairs=$(LC_ALL=C; export LC_ALL
        sort -u "$defined" >"$defined.s"; sort -u "$used" | join "$defined.s" - |
        awk '$2 != $3 { print $3, $2 }' | sort -u; rm -f "$defined.s")
test "$(printf '%s\n' "$pairs" | wc -l)" -gt 50 &&
  tap_ok "calls between files are seen" ||
  tap_fail "calls between files are seen" "$pairs"
tap_empty "no circle between files" "$(printf '%s\n' "$pairs" | tsort 2>&1 >/dev/null)"

tap_done
