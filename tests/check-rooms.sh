#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which room includes which. Arrows point one way, without exception:
#   base <- kernels <- tensor <- tape <- ops <- grad <- nn, recurrent <- optim
# with io beside tape. The gradient engine (base to grad) knows nothing of the rooms
# that use it.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

engine="base kernels tensor tape ops grad"

# The rooms that a room's files may name in an #include, itself among them.
allowed ()
{
  case $1 in
    base)      echo base ;;
    kernels)   echo base kernels ;;
    tensor)    echo base kernels tensor ;;
    tape)      echo base kernels tensor tape ;;
    ops)       echo base kernels tensor tape ops ;;
    grad)      echo $engine ;;
    nn)        echo $engine nn ;;
    recurrent) echo $engine nn recurrent ;;
    optim)     echo $engine nn recurrent optim ;;
    io)        echo base kernels tensor io ;;
  esac
}

# Public headers of what uses the engine; the umbrella includes them too.
beyond='reel-(nn|module|modules|layer|layers|loss|losses|init|recurrent|cell|cells|optim|optimizer|schedule|io|npy|npz|safetensors)\.h'

cd "$REEL_SRCDIR/src" || exit 1

for room in *; do
  test -d "$room" || continue
  test "$(ls -A "$room")" || continue
  rooms=$(allowed "$room")
  if test -z "$rooms"; then
    tap_fail "$room" "no such room: name it in tests/check-rooms.sh"
    continue
  fi
  pattern=$(echo $rooms | tr ' ' '|')
  includes=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$room" |
             grep -v '"config\.h"')
  tap_empty "$room names the room of what it includes" \
    "$(printf '%s' "$includes" | grep -vE '"[a-z]+/[^/"]+"')"
  tap_empty "$room includes $rooms only" \
    "$(printf '%s' "$includes" | grep -E '"[a-z]+/[^/"]+"' | grep -vE "\"($pattern)/")"
  case " $engine " in
    *" $room "*)
      tap_empty "$room includes no header of what uses the engine" \
        "$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<reel/($beyond|reel\\.h)" "$room")" ;;
  esac
done

# What is private stays private.
tap_empty "public headers include no private ones" \
  "$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' ../include)"

tap_done
