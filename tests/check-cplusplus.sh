#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The C++ example with every C++ compiler that is there, and without a warning.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

test -n "$REEL_CXX" || tap_skip_all "no C++ compiler"
case ,$REEL_SANITIZERS, in
  ,,|,valgrind,) ;;
  *) tap_skip_all "the library is built with a sanitizer's runtime" ;;
esac

scratch=$REEL_BUILDDIR/tests/scratch/cplusplus
rm -rf "$scratch"
mkdir -p "$scratch" || exit 1
example=hello-gradient
cat >"$scratch/expected" <<END
y = 3.000 x -2.000
d²loss/da² = 3.000
END

for compiler in g++ clang++ "$REEL_CXX"; do
  command -v "${compiler%% *}" >/dev/null || continue
  case " $seen " in *" $compiler "*) continue ;; esac
  seen="$seen $compiler"
  for standard in c++11 c++20; do
    name="$example.cc by $compiler -std=$standard"
    program=$scratch/$example
    if ! $compiler -std=$standard -Wall -Wextra -Wpedantic -Werror \
           -I"$REEL_BUILDDIR/include" -I"$REEL_SRCDIR/include" $REEL_CPPFLAGS \
           -o "$program" "$REEL_SRCDIR/examples/$example.cc" \
           -L"$REEL_BUILDDIR/.libs" -lreel-1.0 $REEL_LIBS >"$program.log" 2>&1; then
      tap_fail "$name compiles" "$(head -n 40 "$program.log")"
    elif ! "$program" >"$program.printed" 2>"$program.log"; then
      tap_fail "$name runs" "$(cat "$program.log")"
    else
      tap_empty "$name" "$(diff "$scratch/expected" "$program.printed")"
    fi
  done
done

tap_done
