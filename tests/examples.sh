#!/bin/sh
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs each example; the ones that learn must have learnt.
. "${REEL_SRCDIR:-$(dirname "$0")/..}/tests/tap.sh"

test -n "$REEL_EXAMPLES" || tap_skip_all "no examples"

scratch=$REEL_BUILDDIR/tests/scratch/examples
rm -rf "$scratch"
mkdir -p "$scratch" || exit 1
NO_COLOR=1
export NO_COLOR

# accuracy_at_least LIMIT FILE: the run's last word was a good one.
accuracy_at_least ()
{
  awk -v limit="$1" '/^test accuracy: / { accuracy = $3 }
                     END { exit !(accuracy >= limit) }' "$2"
}

# Sanitizers are slow: a shorter training does there.
if test -z "${REEL_SANITIZERS-}"; then
  learnt=0.97 epochs=
else
  learnt=0.9 epochs='--epochs 30'
fi

# Arguments that an example wants here.
arguments ()
{
  case $1 in
    */digits|*/digits.py) echo --quiet $epochs ;;
  esac
}

for example in $REEL_EXAMPLES; do
  name=${example#examples/}
  log=$scratch/$(echo "$name" | tr '/' '-').log
  set -- $(arguments "$example")
  case $name in
    digits) set -- "$@" --out "$scratch/digits" ;;
  esac
  case $example in
    *.py) sh "$REEL_SRCDIR/tests/run-python.sh" "$REEL_SRCDIR/$example" "$@" ;;
    *)    "$REEL_BUILDDIR/$example" "$@" ;;
  esac >"$log" 2>&1 </dev/null
  status=$?
  if grep -q '^1\.\.0 # SKIP ' "$log"; then
    tap_skip "$name" "$(sed -n 's/^1\.\.0 # SKIP //p' "$log")"
    continue
  elif test $status -ne 0; then
    tap_fail "$name" "exit status $status
$(tail -n 40 "$log")"
    continue
  elif test ! -s "$log"; then
    tap_fail "$name" "it printed nothing"
    continue
  fi
  case $name in
    digits|python/digits.py)
      if accuracy_at_least $learnt "$log"; then
        tap_ok "$name: $(grep '^test accuracy' "$log")"
      else
        tap_fail "$name: test accuracy of at least $learnt" "$(tail -n 40 "$log")"
      fi ;;
    *) tap_ok "$name" ;;
  esac
done

tap_done
