#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# House rules that a program can check.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

cd "$REEL_SRCDIR" || exit 1

# What we wrote ourselves, and what has a way to comment.
files=$(find src include tests examples bench bindings docs .ci quickstart \
             configure.ac Makefile.am reel-1.0.pc.in \
             \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.in' \
                -o -name '*.am' -o -name '*.ac' -o -name '*.inc' -o -name run \
                -o -name quickstart -o -name '*.template' -o -name '*.supp' \
                -o -name '*.awk' -o -name '*.gp' \) \
             -type f 2>/dev/null | grep -v '/reference/' | sort)
# What a build in the tree left there is not meant.
generated='include/reel/reel-(enums|version)\.h|src/enums\.c'
files=$(printf '%s\n' "$files" | grep -vxE "$generated")

bad=
for file in $files; do
  sed 10q "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' ||
    bad="$bad$file
"
done
tap_empty "every file says its licence" "$bad"

limit=650
tap_empty "no file in src/ is longer than $limit lines" \
  "$(printf '%s\n' $files | grep '^src/' | xargs wc -l |
     awk -v limit=$limit '$2 != "total" && $1 > limit { print $2 ": " $1 " lines" }')"

# (in two pieces, so that this file passes)
marks='TO''DO|FIX''ME|XX''X'
tap_empty "nothing is left to be done" \
  "$(grep -nwE "$marks" $files)"

tap_empty "no line ends in white space" \
  "$(grep -nE '[[:blank:]]+$' $files)"

tap_empty "no tabs in C" \
  "$(grep -n "$(printf '\t')" $(printf '%s\n' $files | grep '\.[ch]$'))"

# Sources by their name, programs by their stem.
unlisted=
for file in $(printf '%s\n' "$files" |
              grep -E '^(src/.*\.[ch]|include/.*\.h|(tests|examples|bench)/.*\.(c|py|sh))$'); do
  grep -qE "^[^#]*$file( |\$)" Makefile.am ||
    { test "${file%.c}" != "$file" && grep -qE "^[^#]*${file%.c}( |\$)" Makefile.am; } ||
    unlisted="$unlisted$file
"
done
tap_empty "Makefile.am names every file" "$unlisted"

tap_done
