/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The language of the tables, for vectors of f32. */

#include "kernels/loops-pow-f32.h"
#include "kernels/simd-math.h"

#define V F32
#define F(function) f32_##function
#define N(number) f32_splat ((gfloat) (number))
#define SELECT(condition, a, b) f32_select (condition, a, b)
#define LESS(a, b) f32_less (a, b)
#define LESS_EQUAL(a, b) f32_less_equal (a, b)
#define EQUAL(a, b) f32_equal (a, b)

/* Where a vector would not pay: each lane asks libm. */
#define LIBM(name, function) \
  REEL_INLINE F32 \
  f32_##name (F32 x) \
  { \
    for (gint i = 0; i < F32_LANES; i++) \
      x[i] = function (x[i]); \
    return x; \
  }
LIBM (cbrt, cbrtf) LIBM (log2, log2f) LIBM (log10, log10f)
LIBM (asin, asinf) LIBM (acos, acosf) LIBM (atan, atanf) LIBM (sinh, sinhf) LIBM (cosh, coshf)
LIBM (asinh, asinhf) LIBM (acosh, acoshf) LIBM (atanh, atanhf) LIBM (erfc, erfcf)
#undef LIBM

#define LIBM(name, function) \
  REEL_INLINE F32 \
  f32_##name (F32 a, F32 b) \
  { \
    for (gint i = 0; i < F32_LANES; i++) \
      a[i] = function (a[i], b[i]); \
    return a; \
  }
LIBM (atan2, atan2f) LIBM (hypot, hypotf) LIBM (fmod, fmodf)
#undef LIBM

/* x where a NaN, else x > 0 ? 1 : x < 0 ? -1 : 0 */
REEL_INLINE F32
f32_sign (F32 x)
{
  const F32 zero = f32_splat (0.0f);

  return f32_select (f32_is_nan (x), x,
                     f32_keep (f32_not_equal (x, zero), f32_copy_sign (f32_splat (1.0f), x)));
}

REEL_INLINE F32
f32_clamp (F32 x, F32 least, F32 most)
{
  return f32_lesser (most, f32_greater (least, x));
}

/* + 0 makes 0 of -0 */
REEL_INLINE F32
f32_relu (F32 x)
{
  return f32_greater (f32_splat (0.0f), x) + f32_splat (0.0f);
}

REEL_INLINE F32
f32_trunc (F32 x)
{
  return f32_copy_sign (f32_floor (f32_abs (x)), x);
}

REEL_INLINE F32
f32_copysign (F32 a, F32 b)
{
  return f32_copy_sign (f32_abs (a), b);
}

REEL_INLINE F32
f32_abs_slope (F32 g, F32 x)
{
  const F32 signed_g = (F32) ((U32) g ^ ((U32) x & 0x80000000u));

  return f32_select (f32_is_nan (x), x,
                     f32_keep (f32_not_equal (x, f32_splat (0.0f)), signed_g));
}

/* 2ˣ; beyond the bounds it is 0 and infinite. 1 ulp. */
REEL_INLINE F32
f32_exp2 (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (129.0f), f32_greater (f32_splat (-151.0f), x));
  const F32 n = f32_nearest (bounded);

  return f32_scale (f32_exp_polynomial ((bounded - n) * 0.693147180559945309f), n);
}

/* s(x) (1 + x s(-x)); settled at ±130 */
REEL_INLINE F32
f32_silu_slope (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (130.0f), f32_bounded_below (x));

  return f32_gated (1.0f + bounded * f32_sigmoid (-bounded), bounded);
}

/* See f64_pow_slope (). */
REEL_INLINE F32
f32_pow_slope (F32 a, F32 b)
{
  for (gint i = 0; i < F32_LANES; i++)
    a[i] = (gfloat) f64_pow_slope ((gdouble) a[i], (gdouble) b[i]);

  return a;
}

#include "kernels/math-generic.h"
