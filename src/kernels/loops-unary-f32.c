/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops-pow-f32.h"
#include "kernels/loops.h"
#include "kernels/simd-math.h"

#define NUMBER const F32 p = f32_splat ((gfloat) parameters[0]);
#define ZERO f32_splat (0.0f)
#define ONE f32_splat (1.0f)

/* x where a NaN, else x > 0 ? 1 : x < 0 ? -1 : 0 */
REEL_INLINE F32
f32_sign (F32 x)
{
  const F32 unit = f32_copy_sign (ONE, x);

  return f32_select (f32_is_nan (x), x, f32_keep (f32_not_equal (x, ZERO), unit));
}

/* NaN if either is; the second of equals */
REEL_INLINE F32
f32_maximum (F32 a, F32 b)
{
  return f32_select (f32_is_nan (a), a, f32_greater (a, b));
}

REEL_INLINE F32
f32_minimum (F32 a, F32 b)
{
  return f32_select (f32_is_nan (a), a, f32_lesser (a, b));
}

REEL_INLINE F32
f32_clamp (F32 x, F32 least, F32 most)
{
  return f32_lesser (most, f32_greater (least, x));
}

REEL_F32_UNARY (unary_neg_f32, , -x)
REEL_F32_UNARY (unary_abs_f32, , f32_abs (x))
REEL_F32_UNARY (unary_sign_f32, , f32_sign (x))
REEL_F32_UNARY (unary_square_f32, , x * x)
/* + 0 makes 0 of -0 */
REEL_F32_UNARY (unary_relu_f32, , f32_greater (ZERO, x) + ZERO)
REEL_F32_UNARY (unary_clamp_f32,
                const F32 least = f32_splat ((gfloat) parameters[0]);
                const F32 most = f32_splat ((gfloat) parameters[1]);,
                f32_clamp (x, least, most))
REEL_F32_UNARY (unary_leaky_relu_f32, NUMBER, f32_select (f32_less (ZERO, x), x, x * p))
REEL_F32_UNARY (unary_add_scalar_f32, NUMBER, x + p)
REEL_F32_UNARY (unary_sub_scalar_f32, NUMBER, x - p)
REEL_F32_UNARY (unary_mul_scalar_f32, NUMBER, x * p)
REEL_F32_UNARY (unary_div_scalar_f32, NUMBER, x / p)
REEL_F32_UNARY (unary_pow_scalar_f32,
                const gfloat p = (gfloat) parameters[0];
                const ReelPower power = reel_power ((gdouble) p);,
                f32_power (x, power, p))
REEL_F32_UNARY (unary_maximum_scalar_f32, NUMBER, f32_maximum (x, p))
REEL_F32_UNARY (unary_minimum_scalar_f32, NUMBER, f32_minimum (x, p))

REEL_F32_UNARY (unary_sqrt_f32, , f32_sqrt (x))
REEL_F32_UNARY (unary_rsqrt_f32, , 1.0f / f32_sqrt (x))
REEL_F32_UNARY (unary_reciprocal_f32, , 1.0f / x)
REEL_F32_UNARY (unary_exp_f32, , f32_exp (x))
REEL_F32_UNARY (unary_expm1_f32, , f32_expm1 (x))
REEL_F32_UNARY (unary_log_f32, , f32_log (x))
REEL_F32_UNARY (unary_log1p_f32, , f32_log1p (x))
REEL_F32_UNARY (unary_sin_f32, , f32_sin (x))
REEL_F32_UNARY (unary_cos_f32, , f32_cos (x))
REEL_F32_UNARY (unary_tan_f32, , f32_tan (x))
REEL_F32_UNARY (unary_tanh_f32, , f32_tanh (x))
REEL_F32_UNARY (unary_sigmoid_f32, , f32_sigmoid (x))
REEL_F32_UNARY (unary_elu_f32, NUMBER, f32_select (f32_less (ZERO, x), x, f32_expm1 (x) * p))
REEL_F32_UNARY (unary_gelu_f32, , f32_gelu (x))
REEL_F32_UNARY (unary_gelu_tanh_f32, , f32_gelu_tanh (x))
REEL_F32_UNARY (unary_silu_f32, , f32_silu (x))
REEL_F32_UNARY (unary_softplus_f32, NUMBER, f32_softplus (x, p))
REEL_F32_UNARY (unary_erf_f32, , f32_erf (x))
REEL_F32_UNARY (unary_floor_f32, , f32_floor (x))
REEL_F32_UNARY (unary_ceil_f32, , f32_ceil (x))
REEL_F32_UNARY (unary_round_f32, , f32_round (x))
