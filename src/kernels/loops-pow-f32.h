/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* x to one power, for pow_scalar, and the slope of that */

#include "kernels/scalar-math.h"
#include "kernels/simd-arithmetic.h"

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

REEL_INLINE F32
f32_pow (F32 x, F32 p)
{
  for (gint i = 0; i < F32_LANES; i++)
    x[i] = powf (x[i], p[i]);

  return x;
}

/* The square root as pow defines it: of -0 it is 0, of -inf it is inf. */
REEL_INLINE F32
f32_half_power (F32 x)
{
  const F32 infinite = f32_splat ((gfloat) INFINITY);

  return f32_select (f32_equal (x, -infinite), infinite, f32_sqrt (x + 0.0f));
}

REEL_INLINE F32
f32_power (F32 x, ReelPower power, gfloat p)
{
  switch (power)
    {
    case REEL_POWER_ZERO:
      return f32_splat (1.0f);
    case REEL_POWER_ONE:
      return x;
    case REEL_POWER_TWO:
      return x * x;
    case REEL_POWER_THREE:
      return x * x * x;
    case REEL_POWER_HALF:
      return f32_half_power (x);
    case REEL_POWER_MINUS_ONE:
      return 1.0f / x;
    case REEL_POWER_MINUS_HALF:
      return 1.0f / f32_half_power (x);
    case REEL_POWER_OTHER:
    default:
      return f32_pow (x, f32_splat (p));
    }
}

/* That of p - 1, if p - 1 is a number that is in f64 */
REEL_INLINE ReelPower
reel_power_less_one (gdouble p)
{
  return (p - 1.0) + 1.0 == p ? reel_power (p - 1.0) : REEL_POWER_OTHER;
}

/* p xᵖ⁻¹; `less_one` is p - 1. */
REEL_INLINE F32
f32_power_slope (F32 x, ReelPower less_one, gfloat p)
{
  if (less_one != REEL_POWER_OTHER)
    return p * f32_power (x, less_one, 0.0f);
  for (gint i = 0; i < F32_LANES; i++)
    x[i] = (gfloat) f64_pow_slope ((gdouble) x[i], (gdouble) p);

  return x;
}
