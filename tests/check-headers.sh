#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each public header compiles alone, and twice, as C11 and as C++.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

test -n "$REEL_CC" || tap_skip_all "no compiler named; run by make check"

# check LANGUAGE COMPILER FLAGS HEADER
check ()
{
  name=$(basename "$4")
  message=$(printf '#include <reel/%s>\n#include <reel/%s>\nextern int reel_test_dummy;\n' \
                   "$name" "$name" |
            $2 $3 -Wall -Wextra -Werror -I"$REEL_BUILDDIR/include" \
               -I"$REEL_SRCDIR/include" $REEL_CPPFLAGS -fsyntax-only - 2>&1)
  if test $? = 0; then
    tap_ok "$name compiles alone as $1"
  else
    tap_fail "$name compiles alone as $1" "$message"
  fi
}

for header in "$REEL_SRCDIR"/include/reel/*.h "$REEL_BUILDDIR"/include/reel/reel-enums.h \
              "$REEL_BUILDDIR"/include/reel/reel-version.h; do
  case $header in
    "$REEL_SRCDIR"/include/reel/reel-enums.h|"$REEL_SRCDIR"/include/reel/reel-version.h)
      # a build in the tree: these two come once
      test "$REEL_SRCDIR" != "$REEL_BUILDDIR" || continue ;;
  esac
  check C11 "$REEL_CC" "-x c -std=c11 -Wstrict-prototypes" "$header"
  if test -n "$REEL_CXX"; then
    check C++ "$REEL_CXX" "-x c++" "$header"
  else
    tap_skip "$(basename "$header") compiles alone as C++" "no C++ compiler"
  fi
done

tap_done
