#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run-python.sh SCRIPT [ARGUMENT]...: runs a Python program on the library of the
# build folder; a TAP skip where that cannot be.

if test -z "$PYTHON_GI"; then
  echo "1..0 # SKIP no introspection, or no Python 3 that can import gi"
  exit 0
fi
case ,$REEL_SANITIZERS, in
  ,,) exec "$PYTHON_GI" "$@" ;;
  *,thread,*)
    echo "1..0 # SKIP Python runs under no ThreadSanitizer"
    exit 0 ;;
  *,address,*)
    if test -z "$REEL_SAN_PRELOAD"; then
      echo "1..0 # SKIP no sanitizer library that Python could load first"
      exit 0
    fi
    # What the interpreter leaves behind at its end is its own.
    ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
    LD_PRELOAD=$REEL_SAN_PRELOAD
    PYTHONMALLOC=malloc
    export ASAN_OPTIONS LD_PRELOAD PYTHONMALLOC
    exec "$PYTHON_GI" "$@" ;;
  *) exec "$PYTHON_GI" "$@" ;;
esac
