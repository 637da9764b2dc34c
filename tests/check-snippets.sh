#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What README and docs/ show is compiled and run. A block of C is
#
#   a program      with a main () in it;
#   definitions    with something at file scope; they stand before all later blocks of
#                  the page, and are compiled with those before them;
#   a fragment     else: it is put into a main () with what snippet-prologue.h
#                  declares, and must leave no error behind.
#
# A block of Python is a program. If the next block of the page is a ```text one, it is
# what must be printed.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

test -n "$REEL_CC" || tap_skip_all "no compiler named; run by make check"

scratch=$REEL_BUILDDIR/tests/scratch/snippets
rm -rf "$scratch"
mkdir -p "$scratch" || exit 1

# extract PAGE PREFIX: writes PREFIX-LINE.c, .py and .expected; prints "KIND LINE" a
# block.
extract ()
{
  awk -v page="$1" -v prefix="$2" '
    function flush_block (file)
    {
      file = prefix "-" line (tag == "python" ? ".py" : ".c")
      if (tag == "python")
        kind = "python"
      else if (text ~ /(^|[ \n])main \(/)
        kind = "program"
      else if (text ~ /(^|\n)(static|typedef|struct|enum|#include|#define) ?/)
        kind = "definitions"
      else
        kind = "fragment"

      if (kind == "fragment")
        printf "#include \"snippet-prologue.h\"\n%sSNIPPET_BEGIN\n#line %d \"%s\"\n%sSNIPPET_END\n",
               definitions, line + 1, page, text > file
      else if (kind == "python")
        printf "%s", text > file
      else
        printf "%s#line %d \"%s\"\n%s", definitions, line + 1, page, text > file
      close (file)
      if (kind == "definitions")
        definitions = definitions "#line " (line + 1) " \"" page "\"\n" text
      print kind, line
      expecting = kind == "definitions" ? 0 : line
    }
    /^```/ && !inside {
      inside = 1; tag = substr ($0, 4); text = ""; line = NR
      next
    }
    /^```/ {
      inside = 0
      if (tag == "c" || tag == "python")
        flush_block()
      else
        {
          if (tag == "text" && expecting)
            {
              printf "%s", text > (prefix "-" expecting ".expected")
              close (prefix "-" expecting ".expected")
            }
          expecting = 0
        }
      next
    }
    inside { text = text $0 "\n" }
    END { if (inside) print "open", line }' "$1"
}

# compile COMPILER KIND FILE RESULT [FLAG]...: in a part of a program some things go
# unused, and callbacks have parameters that they need not.
compile ()
{
  compiler=$1 kind=$2 from=$3 to=$4
  shift 4
  case $kind,$page in
    program,README) ;;
    program,*) set -- -Wno-unused-parameter "$@" ;;
    *) set -- -Wno-unused -Wno-unused-parameter "$@" ;;
  esac
  $compiler -std=gnu11 -Wall -Wextra -Werror \
    -I"$REEL_BUILDDIR/include" -I"$REEL_SRCDIR/include" -I"$REEL_SRCDIR/tests" \
    $REEL_CPPFLAGS $REEL_CFLAGS -o "$to" "$from" "$@" >"$to.log" 2>&1
}

# compile_program FILE: with the compilers that others may have, too.
compile_program ()
{
  for other in gcc clang; do
    command -v $other >/dev/null || continue
    REEL_CFLAGS=-O2 compile $other program "$1" "$1.$other" -fsyntax-only || {
      mv "$1.$other.log" "${1%.c}.log"
      return 1
    }
  done
}

# run NAME STEM COMMAND...: one test; what it prints is compared with STEM.expected.
run ()
{
  name=$1 stem=$2
  shift 2
  "$@" >"$stem.printed" 2>"$stem.log" </dev/null
  status=$?
  if grep -q '^1\.\.0 # SKIP ' "$stem.printed"; then
    tap_skip "$name" "$(sed -n 's/^1\.\.0 # SKIP //p' "$stem.printed")"
  elif test $status -ne 0; then
    tap_fail "$name runs" "exit status $status
$(tail -n 40 "$stem.log")"
  elif test -f "$stem.expected" && ! cmp -s "$stem.expected" "$stem.printed"; then
    tap_fail "$name prints what the page says" "$(diff "$stem.expected" "$stem.printed")"
  else
    tap_ok "$name"
  fi
}

cd "$REEL_SRCDIR" || exit 1
for page in README docs/*.md; do
  prefix=$scratch/$(basename "$page" .md)
  extract "$page" "$prefix" >"$prefix.list"
  while read -r kind line; do
    name=$page:$line
    stem=$prefix-$line
    case $kind in
      open)
        tap_fail "$name: the block has no end"
        continue ;;
      python)
        run "$name" "$stem" sh tests/run-python.sh "$stem.py"
        continue ;;
      definitions)
        set -- -c ;;
      *)
        set -- -L"$REEL_BUILDDIR/.libs" -lreel-1.0 $REEL_LIBS ;;
    esac
    if ! compile "$REEL_CC" "$kind" "$stem.c" "$stem" "$@" ||
       { test "$kind" = program && ! compile_program "$stem.c"; }; then
      tap_fail "$name compiles" "$(head -n 40 "$stem.log")"
    elif test "$kind" = definitions; then
      tap_ok "$name compiles"
    else
      run "$name" "$stem" "$stem"
    fi
  done <"$prefix.list"
done

tap_done
