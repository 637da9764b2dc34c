/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* x to one power, for pow_scalar, and the slope of that */

#include "kernels/power.h"
#include "kernels/scalar-math.h"
#include "kernels/simd-arithmetic.h"

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

/* g p xᵖ⁻¹; `less_one` is p - 1. */
REEL_INLINE F32
f32_power_slope (F32 g, F32 x, ReelPower less_one, gfloat p)
{
  if (p == 0.0f)
    return f32_splat (0.0f);
  if (less_one != REEL_POWER_OTHER)
    return g * (p * f32_power (x, less_one, 0.0f));
  for (gint i = 0; i < F32_LANES; i++)
    x[i] = (gfloat) f64_pow_slope ((gdouble) x[i], (gdouble) p);

  return g * x;
}
