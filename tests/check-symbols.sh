#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the shared library exports starts with reel_, and what the public headers
# declare is there.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

test -f "$REEL_SO" || tap_skip_all "no shared library"
command -v nm >/dev/null || tap_skip_all "no nm"

exported=$(nm -D --defined-only "$REEL_SO" | awk '{ print $NF }' | sed 's/@.*//' | sort -u)

# Names of two underscores are the compiler's, mangle_path is gcov's.
tap_empty "every exported symbol starts with reel_" \
  "$(printf '%s\n' "$exported" |
     grep -v -e '^reel_' -e '^__' -e '^_init$' -e '^_fini$' -e '^_edata$' \
             -e '^_end$' -e '^_bss_start$' -e '^mangle_path$')"

# A prototype begins at column 1 after the line that marks it as available; where
# the return type and the name share a line, the name is what precedes " (".
missing=
for header in "$REEL_SRCDIR"/include/reel/*.h; do
  for name in $(sed -n '/^REEL_AVAILABLE_IN_/,/;/p' "$header" | tr '\n' ' ' | tr ';' '\n' |
                sed -n 's/^[^(]*[ *]\(reel_[a-z0-9_]*\) *(.*$/\1/p'); do
    printf '%s\n' "$exported" | grep -qx "$name" ||
      missing="$missing$name ($(basename "$header"))
"
  done
done
tap_empty "every public function is exported" "$missing"

tap_done
