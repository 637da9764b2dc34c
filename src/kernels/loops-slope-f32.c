/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops-pow-f32.h"
#include "kernels/loops.h"
#include "kernels/simd-math.h"

/* a is the cotangent, b the value at which the slope is taken. */

#define ZERO f32_splat (0.0f)
#define NUMBER const F32 p = f32_splat ((gfloat) parameters[0]);

/* A zero cotangent gives zero, whatever the slope. */
#define SLOPE(name, prepare, expression) \
  REEL_F32_BINARY (slope_##name##_f32, prepare, \
                   f32_keep (f32_not_equal (a, ZERO), expression))

REEL_INLINE F32
f32_abs_slope (F32 a, F32 x)
{
  const F32 signed_a = (F32) ((U32) a ^ ((U32) x & 0x80000000u));

  return f32_select (f32_is_nan (x), x, f32_keep (f32_not_equal (x, ZERO), signed_a));
}

REEL_INLINE F32
f32_clamp_slope (F32 a, F32 x, F32 least, F32 most)
{
  return f32_keep (f32_mask_and (f32_less_equal (least, x), f32_less_equal (x, most)), a);
}

/* All of it on one side of the bound, half on it */
REEL_INLINE F32
f32_bound_slope (F32 a, F32Mask beyond, F32Mask on_bound)
{
  return f32_select (beyond, a, f32_keep (on_bound, a * 0.5f));
}

/* s(x) (1 + x s(-x)); settled at ±130 */
REEL_INLINE F32
f32_silu_slope (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (130.0f), f32_bounded_below (x));

  return f32_gated (1.0f + bounded * f32_sigmoid (-bounded), bounded);
}

SLOPE (abs, , f32_abs_slope (a, b))
SLOPE (square, , a * (b + b))
SLOPE (relu, , f32_keep (f32_less (ZERO, b), a))
SLOPE (clamp,
       const F32 least = f32_splat ((gfloat) parameters[0]);
       const F32 most = f32_splat ((gfloat) parameters[1]);,
       f32_clamp_slope (a, b, least, most))
SLOPE (leaky_relu, NUMBER, f32_select (f32_less (ZERO, b), a, a * p))
SLOPE (pow_scalar,
       const gfloat p = (gfloat) parameters[0];
       const ReelPower less_one = reel_power_less_one ((gdouble) p);,
       p == 0.0f ? ZERO : a * f32_power_slope (b, less_one, p))
SLOPE (maximum_scalar, NUMBER, f32_bound_slope (a, f32_less (p, b), f32_equal (b, p)))
SLOPE (minimum_scalar, NUMBER, f32_bound_slope (a, f32_less (b, p), f32_equal (b, p)))
SLOPE (sqrt, , a / (b + b))
SLOPE (rsqrt, , a * -0.5f * b * b * b)
SLOPE (reciprocal, , -a * b * b)
SLOPE (exp, , a * b)
SLOPE (expm1, , a * f32_exp (b))
SLOPE (log, , a / b)
SLOPE (log1p, , a / (b + 1.0f))
SLOPE (sin, , a * f32_cos (b))
SLOPE (cos, , -a * f32_sin (b))
SLOPE (tan, , a * (b * b + 1.0f))
SLOPE (tanh, , a * (4.0f * f32_sigmoid_slope (b + b)))
SLOPE (sigmoid, , a * f32_sigmoid_slope (b))
SLOPE (elu, NUMBER, f32_select (f32_less (ZERO, b), a, a * (p * f32_exp (b))))
SLOPE (gelu, , a * f32_gelu_slope (b))
SLOPE (gelu_tanh, , a * f32_gelu_tanh_slope (b))
SLOPE (silu, , a * f32_silu_slope (b))
SLOPE (softplus, NUMBER, a * f32_softplus_slope (b, p))
SLOPE (erf, , a * f32_erf_slope (b))
