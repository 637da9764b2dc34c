/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Operations on vectors beyond what the compiler's extension has, exact or
 * rounded once */

#include "kernels/simd.h"

/* a * b + c, rounded once where the machine can; callers must not need that */
REEL_INLINE F32
f32_fma (F32 a, F32 b, F32 c)
{
#if REEL_SIMD_AVX512
  return _mm512_fmadd_ps (a, b, c);
#elif REEL_SIMD_AVX2
  return _mm256_fmadd_ps (a, b, c);
#elif defined (__FP_FAST_FMAF)
  for (gint i = 0; i < F32_LANES; i++)
    c[i] = __builtin_fmaf (a[i], b[i], c[i]);

  return c;
#else
  return a * b + c;
#endif
}

REEL_INLINE F64
f64_fma (F64 a, F64 b, F64 c)
{
#if REEL_SIMD_AVX512
  return _mm512_fmadd_pd (a, b, c);
#elif REEL_SIMD_AVX2
  return _mm256_fmadd_pd (a, b, c);
#elif defined (__FP_FAST_FMA)
  for (gint i = 0; i < F64_LANES; i++)
    c[i] = __builtin_fma (a[i], b[i], c[i]);

  return c;
#else
  return a * b + c;
#endif
}

REEL_INLINE F32
f32_abs (F32 x)
{
  return (F32) ((U32) x & 0x7fffffffu);
}

/* |magnitude| with the sign of `sign` */
REEL_INLINE F32
f32_copy_sign (F32 magnitude, F32 sign)
{
  return (F32) (((U32) magnitude & 0x7fffffffu) | ((U32) sign & 0x80000000u));
}

REEL_INLINE F32
f32_sqrt (F32 x)
{
#if REEL_SIMD_AVX512
  return _mm512_sqrt_ps (x);
#elif REEL_SIMD_AVX2
  return _mm256_sqrt_ps (x);
#elif REEL_SIMD_X86
  return _mm_sqrt_ps (x);
#else
  for (gint i = 0; i < F32_LANES; i++)
    x[i] = sqrtf (x[i]);

  return x;
#endif
}

/* To the nearest integer, half to even: adding 2^23 leaves no room for a
 * fraction. From 2^23 on (and NaN) x has none. */
REEL_INLINE F32
f32_round (F32 x)
{
#if REEL_SIMD_AVX512
  return _mm512_roundscale_ps (x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#elif REEL_SIMD_AVX2
  return _mm256_round_ps (x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  const F32 large = f32_splat (8388608.0f);
  const F32 magnitude = f32_abs (x);

  return f32_select (f32_less (magnitude, large),
                     f32_copy_sign ((magnitude + large) - large, x), x);
#endif
}

REEL_INLINE F32
f32_floor (F32 x)
{
#if REEL_SIMD_AVX512
  return _mm512_roundscale_ps (x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif REEL_SIMD_AVX2
  return _mm256_round_ps (x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#else
  const F32 rounded = f32_round (x);

  return f32_copy_sign (rounded - f32_keep (f32_less (x, rounded), f32_splat (1.0f)), x);
#endif
}

REEL_INLINE F32
f32_ceil (F32 x)
{
  return -f32_floor (-x);
}

/* a / b within 1 ulp where b is normal and no larger than 2^120; a subnormal quotient is
 * off by a subnormal or two.
 * A division of 16 lanes takes as long as 30 products; an estimate and two
 * corrections take six. */
REEL_INLINE F32
f32_divide_normal (F32 a, F32 b)
{
#if REEL_SIMD_AVX512
  const F32 estimate = _mm512_rcp14_ps (b);
  const F32 lost = _mm512_fnmadd_ps (b, estimate, f32_splat (1.0f));
  const F32 inverse = _mm512_fmadd_ps (estimate, lost, estimate);
  const F32 q = a * inverse;

  return _mm512_fmadd_ps (_mm512_fnmadd_ps (q, b, a), inverse, q);
#else
  return a / b;
#endif
}

/* Whole number in each lane, |x| < 2^22, to integer lanes; anything else gives
 * some integer */
REEL_INLINE U32
f32_to_integer (F32 x)
{
  return (U32) (x + 12582912.0f) - 0x4b400000u;
}

REEL_INLINE F32
f32_from_integer (I32 x)
{
  return __builtin_convertvector (x, F32);
}

/* p · 2^n for whole n, -250 < n < 252 and 2^-8 < |p| < 2^8, rounded once: in two
 * steps, of which only the second can leave the normal range. scalef does it in
 * one but takes 100 cycles over an underflow, so what is sure to become 0 is kept
 * from it. */
REEL_INLINE F32
f32_scale (F32 p, F32 n)
{
#if REEL_SIMD_AVX512
  const F32Mask stays = _mm512_cmp_ps_mask (n, f32_splat (-160.0f), _CMP_NLT_UQ);

  return _mm512_maskz_scalef_ps (stays, p, n);
#else
  const U32 whole = f32_to_integer (n);
  const U32 half = (U32) ((I32) whole >> 1);
  const U32 other = whole - half;

  return p * (F32) ((half + 127u) << 23) * (F32) ((other + 127u) << 23);
#endif
}

/* p · 2^n where the result is normal and -127 < n < 128 */
REEL_INLINE F32
f32_scale_normal (F32 p, F32 n)
{
#if REEL_SIMD_AVX512
  return _mm512_scalef_ps (p, n);
#else
  return p * (F32) ((f32_to_integer (n) + 127u) << 23);
#endif
}

/* The lower and the upper half in double precision, and back */
REEL_INLINE F64
f32_lower (F32 x)
{
#if REEL_SIMD_AVX512
  return _mm512_cvtps_pd (_mm512_castps512_ps256 (x));
#elif REEL_SIMD_AVX2
  return _mm256_cvtps_pd (_mm256_castps256_ps128 (x));
#else
  return (F64) { (gdouble) x[0], (gdouble) x[1] };
#endif
}

REEL_INLINE F64
f32_upper (F32 x)
{
#if REEL_SIMD_AVX512
  return _mm512_cvtps_pd (_mm512_extractf32x8_ps (x, 1));
#elif REEL_SIMD_AVX2
  return _mm256_cvtps_pd (_mm256_extractf128_ps (x, 1));
#else
  return (F64) { (gdouble) x[2], (gdouble) x[3] };
#endif
}

REEL_INLINE F32
f32_from_halves (F64 lower, F64 upper)
{
#if REEL_SIMD_AVX512
  return _mm512_insertf32x8 (_mm512_castps256_ps512 (_mm512_cvtpd_ps (lower)),
                             _mm512_cvtpd_ps (upper), 1);
#elif REEL_SIMD_AVX2
  return _mm256_insertf128_ps (_mm256_castps128_ps256 (_mm256_cvtpd_ps (lower)),
                               _mm256_cvtpd_ps (upper), 1);
#else
  return (F32) { (gfloat) lower[0], (gfloat) lower[1], (gfloat) upper[0], (gfloat) upper[1] };
#endif
}

/* a * b + c, rounded once or from double precision */
REEL_INLINE F32
f32_exact_fma (F32 a, F32 b, F32 c)
{
#if REEL_SIMD_AVX512 || REEL_SIMD_AVX2 || defined (__FP_FAST_FMAF)
  return f32_fma (a, b, c);
#else
  return f32_from_halves (f32_lower (a) * f32_lower (b) + f32_lower (c),
                          f32_upper (a) * f32_upper (b) + f32_upper (c));
#endif
}

/* Across the lanes: i with i + LANES / 2, and so on down. -------------------- */

#define REEL_ACROSS(name, vector, type, n_lanes, combine) \
  REEL_INLINE type name (vector v) \
  { \
    type lane[n_lanes]; \
    memcpy (lane, &v, sizeof v); \
    for (gint half = n_lanes / 2; half > 0; half /= 2) \
      for (gint i = 0; i < half; i++) \
        lane[i] = combine (lane[i], lane[i + half]); \
    return lane[0]; \
  }
#define REEL_ADD(a, b) ((a) + (b))
#define REEL_MULTIPLY(a, b) ((a) * (b))
#define REEL_ABOVE(a, b) ((a) > (b) || ((a) == (b) && !signbit (a)) ? (a) : (b))
#define REEL_BELOW(a, b) ((a) < (b) || ((a) == (b) && signbit (a)) ? (a) : (b))
REEL_ACROSS (f64_sum_across, F64, gdouble, F64_LANES, REEL_ADD)
REEL_ACROSS (f32_product_across, F32, gfloat, F32_LANES, REEL_MULTIPLY)
REEL_ACROSS (f64_product_across, F64, gdouble, F64_LANES, REEL_MULTIPLY)
REEL_ACROSS (f32_any_above_across, F32, gfloat, F32_LANES, REEL_ABOVE)
REEL_ACROSS (f32_below_across, F32, gfloat, F32_LANES, REEL_BELOW)
REEL_ACROSS (f64_below_across, F64, gdouble, F64_LANES, REEL_BELOW)
REEL_ACROSS (f64_above_across, F64, gdouble, F64_LANES, REEL_ABOVE)

#if REEL_SIMD_X86
#if REEL_SIMD_AVX512
#define REEL_TO_FOUR_LANES(name) \
  const __m256 eight = _mm256_##name##_ps (_mm512_castps512_ps256 (v), _mm512_extractf32x8_ps (v, 1)); \
  const __m128 four = _mm_##name##_ps (_mm256_castps256_ps128 (eight), _mm256_extractf128_ps (eight, 1));
#elif REEL_SIMD_AVX2
#define REEL_TO_FOUR_LANES(name) \
  const __m128 four = _mm_##name##_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));
#else
#define REEL_TO_FOUR_LANES(name) const __m128 four = v;
#endif

REEL_INLINE gfloat
f32_sum_across (F32 v)
{
  REEL_TO_FOUR_LANES (add)
  const __m128 two = _mm_add_ps (four, _mm_movehl_ps (four, four));

  return _mm_cvtss_f32 (_mm_add_ss (two, _mm_shuffle_ps (two, two, 1)));
}

/* The greatest; a NaN is lost or kept at random. Only zeros may differ in sign. */
REEL_INLINE gfloat
f32_above_across (F32 v)
{
  REEL_TO_FOUR_LANES (max)
  const __m128 two = _mm_max_ps (four, _mm_movehl_ps (four, four));
  const gfloat greatest = _mm_cvtss_f32 (_mm_max_ss (two, _mm_shuffle_ps (two, two, 1)));

  return greatest != 0.0f ? greatest : f32_any_above_across (v);
}
#else
REEL_ACROSS (f32_sum_across, F32, gfloat, F32_LANES, REEL_ADD)
#define f32_above_across f32_any_above_across
#endif
