# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by the tests that are shell scripts: results in TAP. A script ends with
# `tap_done`.

REEL_SRCDIR=${REEL_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tap_number=0

# tap_ok NAME: one test passed.
tap_ok ()
{
  tap_number=$((tap_number + 1))
  echo "ok $tap_number - $1"
}

# tap_fail NAME [DETAILS]: one test failed.
tap_fail ()
{
  tap_number=$((tap_number + 1))
  test -z "${2-}" || printf '%s\n' "$2" | sed 's/^/# /'
  echo "not ok $tap_number - $1"
}

# tap_skip NAME REASON: one test had no place here.
tap_skip ()
{
  tap_number=$((tap_number + 1))
  echo "ok $tap_number - $1 # SKIP $2"
}

# tap_empty NAME DETAILS: passed when DETAILS, a list of offenders, is empty.
tap_empty ()
{
  if test -z "$2"; then tap_ok "$1"; else tap_fail "$1" "$2"; fi
}

tap_skip_all ()
{
  echo "1..0 # SKIP $1"
  exit 0
}

tap_done ()
{
  echo "1..$tap_number"
  exit 0
}
