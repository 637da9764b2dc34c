/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* exp, log, tanh and their kin over vectors of f32. Arguments are reduced after
 * Cody and Waite, "Software Manual for the Elementary Functions" (1980); the
 * polynomials are minimax, by Remez exchange, weighted for relative error. The
 * errors stated are the greatest seen, in units in the last place (ulp), over
 * samples of every exponent with and without FMA; tests/test-kernels.c holds
 * them.  No function here raises what a caller could see: errno stays, and NaN,
 * infinite and subnormal arguments take the same path as all others. */

#include "kernels/simd-arithmetic.h"
#include "kernels/simd-tanh.h"

#define F32_INFINITE ((gfloat) INFINITY)
#define F32_LARGEST 3.40282346638528859812e+38f

/* The nearest whole number to x, |x| < 2^22 */
REEL_INLINE F32
f32_nearest (F32 x)
{
  return (x + 12582912.0f) - 12582912.0f;
}

/* x = result + exponent · ln 2, |result| < 0.35; -130 <= x <= 90. NaN gives NaN. The
 * high part of ln 2 has 9 bits, so that its product with the exponent is exact
 * without FMA. */
REEL_INLINE F32
f32_exp_reduce (F32 x, F32 *exponent)
{
  const F32 n = f32_nearest (x * 1.44269504088896341f);
  F32 r = f32_fma (n, f32_splat (-0.693359375f), x);

  r = f32_fma (n, f32_splat (2.12194440e-4f), r);
  *exponent = n;

  return r;
}

REEL_INLINE F32
f32_exp_polynomial (F32 r)
{
  F32 p = f32_splat (0.00138131448f);

  p = f32_fma (p, r, f32_splat (0.00836941879f));
  p = f32_fma (p, r, f32_splat (0.041668456f));
  p = f32_fma (p, r, f32_splat (0.166665152f));
  p = f32_fma (p, r, f32_splat (0.49999994f));
  p = f32_fma (p * r, r, r);

  return p + 1.0f;
}

/* exp (r) - 1 */
REEL_INLINE F32
f32_expm1_polynomial (F32 r)
{
  F32 p = f32_splat (0.000188387115f);

  p = f32_fma (p, r, f32_splat (0.00139170629f));
  p = f32_fma (p, r, f32_splat (0.00833489001f));
  p = f32_fma (p, r, f32_splat (0.0416667126f));
  p = f32_fma (p, r, f32_splat (0.166666627f));
  p = f32_fma (p, r, f32_splat (0.5f));

  return f32_fma (p * r, r, r);
}

REEL_INLINE F32
f32_exp_bounded (F32 x)
{
  return f32_lesser (f32_splat (90.0f), f32_greater (f32_splat (-130.0f), x));
}

/* exp x as a significand, from 0.7 to 1.42, and an exponent for f32_scale; any x */
REEL_INLINE F32
f32_exp_parts (F32 x, F32 *exponent)
{
  return f32_exp_polynomial (f32_exp_reduce (f32_exp_bounded (x), exponent));
}

/* 1 ulp; underflows gradually */
REEL_INLINE F32
f32_exp (F32 x)
{
  F32 n;
#if REEL_SIMD_AVX512
  /* scalef bounds the result by itself, so x needs a bound only where the
   * reduction would make NaN of it; what is sure to become 0 is masked, as in
   * f32_scale. */
  const F32Mask stays = _mm512_cmp_ps_mask (x, f32_splat (-104.5f), _CMP_NLT_UQ);
  const F32 r = f32_exp_reduce (f32_lesser (f32_splat (90.0f), x), &n);

  return _mm512_maskz_scalef_ps (stays, f32_exp_polynomial (r), n);
#else
  const F32 p = f32_exp_parts (x, &n);

  return f32_scale (p, n);
#endif
}

/* 2 ulp. 2^(n-1) instead of 2^n, which has no room at n = 128. */
REEL_INLINE F32
f32_expm1 (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (89.0f), f32_greater (f32_splat (-20.0f), x));
  F32 n;
  const F32 p = f32_expm1_polynomial (f32_exp_reduce (bounded, &n));
  const F32 half_power = f32_scale_normal (f32_splat (1.0f), n - 1.0f);
  const F32 y = f32_fma (half_power, p, half_power - 0.5f);

  return f32_select (f32_less (f32_abs (x), f32_splat (0x1p-25f)), x, y + y);
}

/* log (1 + f) + e ln 2 + correction, 1 + f from sqrt (1/2) to sqrt (2) */
REEL_INLINE F32
f32_log_polynomial (F32 f, F32 e, F32 correction)
{
  const F32 square = f * f;
  F32 p = f32_splat (-0.0785961822f);

  p = f32_fma (p, f, f32_splat (0.128816515f));
  p = f32_fma (p, f, f32_splat (-0.131287545f));
  p = f32_fma (p, f, f32_splat (0.141811922f));
  p = f32_fma (p, f, f32_splat (-0.166245535f));
  p = f32_fma (p, f, f32_splat (0.200022861f));
  p = f32_fma (p, f, f32_splat (-0.250008106f));
  p = f32_fma (p, f, f32_splat (0.333333164f));
  p = f32_fma (p * f, square, correction);
#if REEL_SIMD_AVX512 || REEL_SIMD_AVX2
  /* The nearest float to ln 2 is off by 0.05 ulp; only its product would round. */
  p = f32_fma (f32_splat (-0.5f), square, p);

  return f32_fma (e, f32_splat (0.693147181f), f + p);
#else
  p = f32_fma (e, f32_splat (-2.12194440e-4f), p);
  p = f32_fma (f32_splat (-0.5f), square, p);

  return f32_fma (e, f32_splat (0.693359375f), f + p);
#endif
}

/* log (u + u · correction) for normal u > 0 */
REEL_INLINE F32
f32_log_normal (F32 u, F32 exponent_offset, F32 correction)
{
  /* u = 2^e m, with m from sqrt (1/2) to sqrt (2) */
  const U32 bits = (U32) u - 0x3f3504f3u;
  const F32 e = f32_from_integer ((I32) bits >> 23) - exponent_offset;
  const F32 f = (F32) ((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;

  return f32_log_polynomial (f, e, correction);
}

/* What log gives for x that is not finite and positive */
REEL_INLINE F32
f32_log_edges (F32 x, F32 y)
{
  const F32 zero = f32_splat (0.0f);

  y = f32_select (f32_less (x, f32_splat (F32_INFINITE)), y, x);
  y = f32_select (f32_less (x, zero), f32_splat ((gfloat) NAN), y);

  return f32_select (f32_equal (x, zero), f32_splat (-F32_INFINITE), y);
}

/* 1 ulp */
REEL_INLINE F32
f32_log (F32 x)
{
#if REEL_SIMD_AVX512
  /* The machine takes significand and exponent apart, subnormals too, and puts in
   * what x that is not finite and positive gives: a nibble a class of x, from 0 up
   * quiet NaN, signalling NaN, zero, one, -inf, inf, negative, positive; and of that
   * 2: x as a quiet NaN; 3: the default NaN; 4: -inf; 5: inf; 0: y. */
  const F32 m = _mm512_getmant_ps (x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
  const F32 e = _mm512_getexp_ps (x);
  const F32Mask high = f32_less (f32_splat (1.41421354f), m);
  const F32 one = f32_splat (1.0f);
  const F32 f = _mm512_mask_mul_ps (m, high, m, f32_splat (0.5f)) - one;
  const F32 y = f32_log_polynomial (f, _mm512_mask_add_ps (e, high, e, one),
                                    f32_splat (0.0f));

  return _mm512_fixupimm_ps (y, x, _mm512_set1_epi32 (0x03530422), 0);
#else
  const F32Mask tiny = f32_less (x, f32_splat (0x1p-126f));
  const F32 normal = f32_select (tiny, x * 0x1p23f, x);

  return f32_log_edges (x, f32_log_normal (normal, f32_keep (tiny, f32_splat (23.0f)),
                                           f32_splat (0.0f)));
#endif
}

/* log1p for 0 <= x < inf, and NaN of either sign: what is lost when 1 + x is
 * rounded comes back as a correction */
REEL_INLINE F32
f32_log1p_positive (F32 x)
{
  const F32 u = x + 1.0f;

  return f32_log_normal (u, f32_splat (0.0f), (x - (u - 1.0f)) / u);
}

/* 2 ulp */
REEL_INLINE F32
f32_log1p (F32 x)
{
  const F32 u = x + 1.0f;
  F32 y = f32_copy_sign (f32_log1p_positive (x), x);

  y = f32_log_edges (u, y);

  /* u is inf before x is: no, but x - (u - 1) is NaN where x is inf */
  return f32_select (f32_equal (x, f32_splat (F32_INFINITE)), x, y);
}

/* 2 ulp. By its odd series where exp would cancel, by 1 - 2 / (exp (2|x|) + 1)
 * from 0.625 on. */
REEL_INLINE F32
f32_tanh (F32 x)
{
#if REEL_SIMD_AVX512
  return f32_tanh_by_table (x);
#else
  const F32 magnitude = f32_abs (x);
  const F32 bounded = f32_lesser (f32_splat (10.0f), magnitude);
  const F32 square = x * x;
  F32 n, p, y;

  p = f32_exp_polynomial (f32_exp_reduce (bounded + bounded, &n));
  y = 1.0f - f32_divide_normal (f32_splat (2.0f), f32_scale_normal (p, n) + 1.0f);

  p = f32_splat (-0.0057170433f);
  p = f32_fma (p, square, f32_splat (0.0206505861f));
  p = f32_fma (p, square, f32_splat (-0.0537434965f));
  p = f32_fma (p, square, f32_splat (0.133314908f));
  p = f32_fma (p, square, f32_splat (-0.333332837f));
  p = f32_fma (p * square, x, x);

  /* Of -0, p has lost the sign. */
  return f32_copy_sign (f32_select (f32_less (magnitude, f32_splat (0.625f)), p, y), x);
#endif
}

/* value · s(gate), s the logistic function, with no intermediate that
 * underflows before the product does: 3 ulp for an exact gate. */
REEL_INLINE F32
f32_gated (F32 value, F32 gate)
{
  const F32Mask negative = f32_less (gate, f32_splat (0.0f));
  F32 n;
  const F32 p = f32_exp_parts (-f32_abs (gate), &n);
  const F32 quotient = f32_select (negative, value * p, value) / (f32_scale (p, n) + 1.0f);

  return f32_scale (quotient, f32_keep (negative, n));
}

/* 2 ulp */
REEL_INLINE F32
f32_sigmoid (F32 x)
{
  const F32 e = f32_exp (-f32_abs (x));

  return f32_divide_normal (f32_select (f32_less (x, f32_splat (0.0f)), e, f32_splat (1.0f)),
                            e + 1.0f);
}

/* s(x) s(-x) */
REEL_INLINE F32
f32_sigmoid_slope (F32 x)
{
  const F32 e = f32_exp (-f32_abs (x));
  const F32 one_more = e + 1.0f;

  return f32_divide_normal (e, one_more * one_more);
}

/* For a value that goes to 0 with its gate: as large as it need be at -inf,
 * where -inf · 0 would be NaN. */
REEL_INLINE F32
f32_bounded_below (F32 x)
{
  return f32_greater (f32_splat (-130.0f), x);
}

/* 3 ulp */
REEL_INLINE F32
f32_silu (F32 x)
{
  return f32_gated (f32_bounded_below (x), x);
}

/* A number in f64 as its nearest f32 and what that leaves: exp would multiply what is
 * left by as much as the number. */
REEL_INLINE F32
f32_with_rest (F64 lower, F64 upper, F32 *rest)
{
  F32 nearest = f32_from_halves (lower, upper);

  /* GCC 12 sees through the way there and back, and forgets the rounding. */
#if REEL_SIMD_X86
  __asm__ ("" : "+x" (nearest));
#else
  __asm__ ("" : "+m" (nearest));
#endif
  *rest = f32_from_halves (lower - f32_lower (nearest), upper - f32_upper (nearest));

  return nearest;
}

/* √(8/π) (x + 0.044715 x³), |x| <= 50 */
REEL_INLINE F32
f32_gelu_tanh_gate (F32 x, F32 *rest)
{
  const F64 lower = f32_lower (x), upper = f32_upper (x);

  return f32_with_rest (1.59576912160573071 * lower * (0.044715 * lower * lower + 1.0),
                        1.59576912160573071 * upper * (0.044715 * upper * upper + 1.0), rest);
}

/* x s(2u) is x (1 + tanh u) / 2 without the cancellation left of 0;
 * 2u = √(8/π) (x + 0.044715 x³). 4 ulp. */
REEL_INLINE F32
f32_gelu_tanh (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (50.0f), f32_greater (f32_splat (-50.0f), x));
  F32 rest;
  const F32 gate = f32_gelu_tanh_gate (bounded, &rest);
  const F32 value = f32_bounded_below (x);

  return f32_gated (f32_select (f32_less (gate, f32_splat (0.0f)), f32_fma (value, rest, value),
                                value), gate);
}

/* g = x s(2u): g' = s(2u) (1 + x (2u)' s(-2u)); settled at ±50 */
REEL_INLINE F32
f32_gelu_tanh_slope (F32 x)
{
  const F32 bounded = f32_lesser (f32_splat (50.0f), f32_greater (f32_splat (-50.0f), x));
  const F32 square = bounded * bounded;
  const F32 gate_slope = 1.59576912160573071f * (1.0f + 0.134145f * square);
  F32 rest;
  const F32 gate = f32_gelu_tanh_gate (bounded, &rest);
  const F32 value = f32_fma (bounded * gate_slope, f32_sigmoid (-gate), f32_splat (1.0f));

  return f32_gated (f32_select (f32_less (gate, f32_splat (0.0f)), f32_fma (value, rest, value),
                                value), gate);
}

/* beta x, and what it lost where that matters: left of 0, before exp has settled */
REEL_INLINE F32
f32_softplus_argument (F32 x, F32 beta, F32 *rest)
{
  const F32 t = f32_with_rest (f32_lower (x) * f32_lower (beta),
                               f32_upper (x) * f32_upper (beta), rest);

  *rest = f32_keep (f32_mask_and (f32_less (t, f32_splat (0.0f)),
                                  f32_less (f32_splat (-150.0f), t)), *rest);

  return t;
}

/* log (1 + exp (beta x)) / beta, in two parts so that exp stays below 1. 3 ulp. */
REEL_INLINE F32
f32_softplus (F32 x, F32 beta)
{
  F32 lost;
  const F32 t = f32_softplus_argument (x, beta, &lost);
  const F32 e = f32_exp (-f32_abs (t));
  const F32 rest = f32_log1p_positive (f32_fma (e, lost, e));

  return f32_keep (f32_less (f32_splat (0.0f), t), x) + rest / beta;
}

/* s(beta x) */
REEL_INLINE F32
f32_softplus_slope (F32 x, F32 beta)
{
  F32 lost;
  const F32 y = f32_sigmoid (f32_softplus_argument (x, beta, &lost));

  return f32_fma (y, lost, y);
}

/* The normal distribution -------------------------------------------------- */

/* exp (-scale · x²) as a significand and an exponent, for scale 1 or 1/2. The
 * square is taken in two parts: its rounding alone would cost 50 ulp far out. */
REEL_INLINE F32
f32_bell_parts (F32 x, gfloat scale, F32 *exponent)
{
  const F32 high = (F32) ((U32) x & 0xfffff000u);
  const F32 low = (x - high) * (x + high);

  return f32_exp_polynomial (f32_exp_reduce (f32_exp_bounded (high * high * -scale),
                                             exponent) + low * -scale);
}

/* Φ(-a) / exp (-a²/2) for 0 <= a <= 15, where Φ is the normal distribution
 * function: a polynomial in t = 1 / (1 + a/4). It changes up to 1 + 2.2 t times as
 * fast as t, so what the rounding of t lost is put back. */
REEL_INLINE F32
f32_tail_ratio (F32 a)
{
  const F32 one = f32_splat (1.0f);
  const F32 divisor = f32_fma (a, f32_splat (0.25f), one);
  const F32 divisor_lost = f32_fma (a, f32_splat (0.25f), one - divisor);
  const F32 t = 1.0f / divisor;
  const F32 lost = f32_exact_fma (-t, divisor, one) - t * divisor_lost;
  F32 p = f32_splat (0.0168924425f);

  p = f32_fma (p, t, f32_splat (-0.064537406f));
  p = f32_fma (p, t, f32_splat (0.0558801293f));
  p = f32_fma (p, t, f32_splat (0.0226099007f));
  p = f32_fma (p, t, f32_splat (0.0177356526f));
  p = f32_fma (p, t, f32_splat (0.0838506669f));
  p = f32_fma (p, t, f32_splat (0.0730130151f));
  p = f32_fma (p, t, f32_splat (0.0952878073f));
  p = f32_fma (p, t, f32_splat (0.0995214656f));
  p = f32_fma (p, t, f32_splat (0.0997463316f));
  p = p * t;

  return f32_fma (p * lost, f32_fma (t, f32_splat (2.2f), one), p);
}

/* x Φ(x). Left of 0 by the tail itself, so that nothing cancels. 4.3 ulp. */
REEL_INLINE F32
f32_gelu (F32 x)
{
  const F32 a = f32_lesser (f32_splat (15.0f), f32_abs (x));
  F32 n;
  const F32 p = f32_bell_parts (a, 0.5f, &n);
  const F32 below = f32_scale (a * p * f32_tail_ratio (a), n);

  return f32_greater (f32_splat (0.0f), x) - below;
}

/* Φ(x) + x φ(x). Accurate to 4 ulp but near its zero at -0.7518, where the error
 * is 1e-7 absolute. */
REEL_INLINE F32
f32_gelu_slope (F32 x)
{
  const F32 a = f32_lesser (f32_splat (15.0f), f32_abs (x));
  F32 n;
  const F32 p = f32_bell_parts (a, 0.5f, &n);
  const F32 below = f32_scale (p * (f32_tail_ratio (a) - a * 0.398942280401432678f), n);

  return f32_select (f32_less (x, f32_splat (0.0f)), below, 1.0f - below);
}

/* 2 ulp */
REEL_INLINE F32
f32_erf (F32 x)
{
  const F32 magnitude = f32_abs (x);
  const F32 a = f32_lesser (f32_splat (6.0f), magnitude);
  const F32 square = x * x;
  F32 n, p, y;

  p = f32_bell_parts (a, 1.0f, &n);
  y = 1.0f - 2.0f * f32_scale_normal (p * f32_tail_ratio (a * 1.41421356237309505f), n);

  p = f32_splat (7.85386437e-05f);
  p = f32_fma (p, square, f32_splat (-0.000801019429f));
  p = f32_fma (p, square, f32_splat (0.00518832775f));
  p = f32_fma (p, square, f32_splat (-0.0268538129f));
  p = f32_fma (p, square, f32_splat (0.112835854f));
  p = f32_fma (p, square, f32_splat (-0.37612626f));
  /* 2/√π - 1 by itself, or its rounding would be the result's */
  p = f32_fma (p, square, f32_splat (0.128379167095512574f));
  p = f32_fma (p, x, x);

  return f32_select (f32_less (magnitude, f32_splat (1.0f)), p, f32_copy_sign (y, x));
}

/* 2/√π exp (-x²) */
REEL_INLINE F32
f32_erf_slope (F32 x)
{
  const F32 a = f32_lesser (f32_splat (11.0f), f32_abs (x));
  F32 n;
  const F32 p = f32_bell_parts (a, 1.0f, &n);

  return f32_scale (p * 1.12837916709551257f, n);
}

/* Sine and cosine ---------------------------------------------------------- */

/* Where the reduction below stops holding; beyond, each lane asks libm */
#define F32_TRIGONOMETRIC_LIMIT 1.0e6f

/* x - q π/2, q the nearest whole number. In f64, π/2 in two parts of which the
 * first has 33 bits: their products with q are exact. */
REEL_INLINE F64
f64_quarter_turns (F64 x, F64 *quarters)
{
  const F64 q = (x * 0.636619772367581343 + 6755399441055744.0) - 6755399441055744.0;

  *quarters = q;

  return (x - q * 1.57079632673412561417) - q * 6.07710050650619224932e-11;
}

/* The sine and cosine of x less `quarters` quarter turns */
REEL_INLINE void
f32_sin_cos (F32 x, F32 *sine, F32 *cosine, U32 *quarters)
{
  F64 lower_quarters, upper_quarters;
  const F64 lower = f64_quarter_turns (f32_lower (x), &lower_quarters);
  const F64 upper = f64_quarter_turns (f32_upper (x), &upper_quarters);
  const F32 r = f32_from_halves (lower, upper);
  const F32 square = r * r;
  F32 p;

  *quarters = f32_to_integer (f32_from_halves (lower_quarters, upper_quarters));

  p = f32_splat (-0.000195108398f);
  p = f32_fma (p, square, f32_splat (0.00833213143f));
  p = f32_fma (p, square, f32_splat (-0.166666538f));
  *sine = f32_copy_sign (f32_fma (p * square, r, r), r);

  p = f32_splat (2.4431205e-05f);
  p = f32_fma (p, square, f32_splat (-0.0013887306f));
  p = f32_fma (p, square, f32_splat (0.0416666456f));
  p = f32_fma (p, square, f32_splat (-0.5f));
  *cosine = f32_fma (p, square, f32_splat (1.0f));
}

#if REEL_SIMD_AVX512
#define F32_ODD(integers) _mm512_test_epi32_mask ((__m512i) (integers), _mm512_set1_epi32 (1))
#else
#define F32_ODD(integers) ((F32Mask) (((integers) & 1u) != 0u))
#endif

#define REEL_TRIGONOMETRIC(name, from_quarters) \
  REEL_INLINE F32 \
  f32_##name (F32 x) \
  { \
    const F32Mask beyond = f32_less (f32_splat (F32_TRIGONOMETRIC_LIMIT), f32_abs (x)); \
    F32 sine, cosine, y; \
    U32 quarters; \
    f32_sin_cos (f32_select (beyond, f32_splat (0.0f), x), &sine, &cosine, &quarters); \
    y = from_quarters; \
    if (G_UNLIKELY (f32_any (beyond))) \
      for (gint i = 0; i < F32_LANES; i++) \
        if (fabsf (x[i]) > F32_TRIGONOMETRIC_LIMIT) \
          y[i] = name##f (x[i]); \
    return y; \
  }

/* 1 ulp, 1 ulp, 2 ulp. Quarters 2 and 3 turn the sign of the sine, 1 and 2 that
 * of the cosine. */
REEL_TRIGONOMETRIC (sin, (F32) ((U32) f32_select (F32_ODD (quarters), cosine, sine)
                                ^ ((quarters & 2u) << 30)))
REEL_TRIGONOMETRIC (cos, (F32) ((U32) f32_select (F32_ODD (quarters), sine, cosine)
                                ^ (((quarters + 1u) & 2u) << 30)))
REEL_TRIGONOMETRIC (tan, f32_select (F32_ODD (quarters), -cosine, sine)
                           / f32_select (F32_ODD (quarters), sine, cosine))
#undef REEL_TRIGONOMETRIC
