/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which power pow_scalar is asked for. */

#include "kernels/simd.h"

/* Powers that need no logarithm and are as accurate without */
typedef enum
{
  REEL_POWER_ZERO,
  REEL_POWER_ONE,
  REEL_POWER_TWO,
  REEL_POWER_THREE,
  REEL_POWER_HALF,
  REEL_POWER_MINUS_ONE,
  REEL_POWER_MINUS_HALF,
  REEL_POWER_OTHER
} ReelPower;

REEL_INLINE ReelPower
reel_power (gdouble p)
{
  static const gdouble powers[] = { 0.0, 1.0, 2.0, 3.0, 0.5, -1.0, -0.5 };

  for (guint i = 0; i < G_N_ELEMENTS (powers); i++)
    if (p == powers[i])
      return (ReelPower) i;

  return REEL_POWER_OTHER;
}

/* That of p - 1, if p - 1 is a number that is in f64 */
REEL_INLINE ReelPower
reel_power_less_one (gdouble p)
{
  return (p - 1.0) + 1.0 == p ? reel_power (p - 1.0) : REEL_POWER_OTHER;
}
