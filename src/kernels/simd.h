/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Vectors of f32 and f64, as wide as the instruction set this file is compiled
 * for: 16 bytes anywhere, 32 with AVX2 and FMA, 64 with AVX-512 (F, DQ, BW, VL).
 * Arithmetic is the compiler's vector extension; intrinsics stand in only where
 * it has no word for an operation, and each has a portable twin.
 *
 * Build with -ffp-contract=off: a fused multiply-add happens where f32_fma says
 * so and nowhere else, or body and tail could round differently. */

#include <glib.h>
#include <math.h>
#include <string.h>

#if defined (__AVX512F__) && defined (__AVX512DQ__) && defined (__AVX512BW__) && defined (__AVX512VL__)
#define REEL_SIMD_AVX512 1
#define REEL_SIMD_AVX2 0
#define REEL_SIMD_BYTES 64
#elif defined (__AVX2__) && defined (__FMA__)
#define REEL_SIMD_AVX512 0
#define REEL_SIMD_AVX2 1
#define REEL_SIMD_BYTES 32
#else
#define REEL_SIMD_AVX512 0
#define REEL_SIMD_AVX2 0
#define REEL_SIMD_BYTES 16
#endif

#if defined (__SSE2__)
#define REEL_SIMD_X86 1
#include <immintrin.h>
#else
#define REEL_SIMD_X86 0
#endif

/* always_inline: at -O0 too, so that no vector crosses a call (its ABI would
 * depend on the flags) */
#define REEL_INLINE static inline __attribute__ ((always_inline, unused))

/* Before a loop whose iterations do not depend on each other, though its output
 * may be its input. */
#if defined (__clang__)
#define REEL_INDEPENDENT _Pragma ("clang loop vectorize(assume_safety)")
#elif defined (__GNUC__) && defined (__OPTIMIZE__)
#define REEL_INDEPENDENT _Pragma ("GCC ivdep")
#else
#define REEL_INDEPENDENT
#endif

typedef gfloat F32 __attribute__ ((vector_size (REEL_SIMD_BYTES)));
typedef gint32 I32 __attribute__ ((vector_size (REEL_SIMD_BYTES)));
typedef guint32 U32 __attribute__ ((vector_size (REEL_SIMD_BYTES)));
typedef gdouble F64 __attribute__ ((vector_size (REEL_SIMD_BYTES)));
typedef gint64 I64 __attribute__ ((vector_size (REEL_SIMD_BYTES)));
typedef guint64 U64 __attribute__ ((vector_size (REEL_SIMD_BYTES)));

#define F32_LANES (REEL_SIMD_BYTES / 4)
#define F64_LANES (REEL_SIMD_BYTES / 8)

/* Masks: one bit or one whole lane an element. */
#if REEL_SIMD_AVX512
typedef __mmask16 F32Mask;
typedef __mmask8 F64Mask;
#else
typedef I32 F32Mask;
typedef I64 F64Mask;
#endif

/* Whole vectors ------------------------------------------------------------ */

REEL_INLINE F32
f32_splat (gfloat value)
{
  return value - (F32) { 0 };
}

REEL_INLINE F64
f64_splat (gdouble value)
{
  return value - (F64) { 0 };
}

REEL_INLINE F32
f32_load (const gfloat *from)
{
  F32 v;

  memcpy (&v, from, sizeof v);

  return v;
}

REEL_INLINE F64
f64_load (const gdouble *from)
{
  F64 v;

  memcpy (&v, from, sizeof v);

  return v;
}

REEL_INLINE void
f32_store (gfloat *to, F32 v)
{
  memcpy (to, &v, sizeof v);
}

REEL_INLINE void
f64_store (gdouble *to, F64 v)
{
  memcpy (to, &v, sizeof v);
}

/* Parts of vectors: the first k lanes, 0 < k < LANES; memory beyond them is
 * neither read nor written, lanes beyond them are 0. ------------------------- */

#if REEL_SIMD_AVX512

REEL_INLINE F32Mask
f32_first (gint64 k)
{
  return (F32Mask) ((1u << k) - 1u);
}

REEL_INLINE F64Mask
f64_first (gint64 k)
{
  return (F64Mask) ((1u << k) - 1u);
}

REEL_INLINE F32
f32_load_part (const gfloat *from, gint64 k)
{
  return _mm512_maskz_loadu_ps (f32_first (k), from);
}

REEL_INLINE F64
f64_load_part (const gdouble *from, gint64 k)
{
  return _mm512_maskz_loadu_pd (f64_first (k), from);
}

REEL_INLINE void
f32_store_part (gfloat *to, F32 v, gint64 k)
{
  _mm512_mask_storeu_ps (to, f32_first (k), v);
}

REEL_INLINE void
f64_store_part (gdouble *to, F64 v, gint64 k)
{
  _mm512_mask_storeu_pd (to, f64_first (k), v);
}

#else

/* A window slid over these gives the mask of the first k lanes. */
static const gint32 reel_first_lanes[2 * F32_LANES] __attribute__ ((unused)) = {
#if REEL_SIMD_AVX2
  -1, -1, -1, -1, -1, -1, -1, -1
#else
  -1, -1, -1, -1
#endif
};

REEL_INLINE F32Mask
f32_first (gint64 k)
{
  I32 mask;

  memcpy (&mask, reel_first_lanes + F32_LANES - k, sizeof mask);

  return mask;
}

REEL_INLINE F64Mask
f64_first (gint64 k)
{
  I64 mask;

  memcpy (&mask, reel_first_lanes + F32_LANES - 2 * k, sizeof mask);

  return mask;
}

#if REEL_SIMD_AVX2

REEL_INLINE F32
f32_load_part (const gfloat *from, gint64 k)
{
  return _mm256_maskload_ps (from, (__m256i) f32_first (k));
}

REEL_INLINE F64
f64_load_part (const gdouble *from, gint64 k)
{
  return _mm256_maskload_pd (from, (__m256i) f64_first (k));
}

REEL_INLINE void
f32_store_part (gfloat *to, F32 v, gint64 k)
{
  _mm256_maskstore_ps (to, (__m256i) f32_first (k), v);
}

REEL_INLINE void
f64_store_part (gdouble *to, F64 v, gint64 k)
{
  _mm256_maskstore_pd (to, (__m256i) f64_first (k), v);
}

#else

REEL_INLINE F32
f32_load_part (const gfloat *from, gint64 k)
{
  return (F32) { from[0], k > 1 ? from[1] : 0.0f, k > 2 ? from[2] : 0.0f, 0.0f };
}

REEL_INLINE F64
f64_load_part (const gdouble *from, gint64 k)
{
  return (F64) { from[0], 0.0 };
}

REEL_INLINE void
f32_store_part (gfloat *to, F32 v, gint64 k)
{
  to[0] = v[0];
  if (k > 1)
    to[1] = v[1];
  if (k > 2)
    to[2] = v[2];
}

REEL_INLINE void
f64_store_part (gdouble *to, F64 v, gint64 k)
{
  to[0] = v[0];
}

#endif
#endif

/* Comparison, selection: every comparison with a NaN is false. --------------- */

#if REEL_SIMD_AVX512
#define REEL_COMPARISON(name, predicate, operator) \
  REEL_INLINE F32Mask f32_##name (F32 a, F32 b) { return _mm512_cmp_ps_mask (a, b, predicate); } \
  REEL_INLINE F64Mask f64_##name (F64 a, F64 b) { return _mm512_cmp_pd_mask (a, b, predicate); }
#else
#define REEL_COMPARISON(name, predicate, operator) \
  REEL_INLINE F32Mask f32_##name (F32 a, F32 b) { return (F32Mask) (a operator b); } \
  REEL_INLINE F64Mask f64_##name (F64 a, F64 b) { return (F64Mask) (a operator b); }
#endif
REEL_COMPARISON (less, _CMP_LT_OQ, <)
REEL_COMPARISON (less_equal, _CMP_LE_OQ, <=)
REEL_COMPARISON (equal, _CMP_EQ_OQ, ==)
REEL_COMPARISON (not_equal, _CMP_NEQ_UQ, !=)
#undef REEL_COMPARISON

REEL_INLINE F32Mask
f32_is_nan (F32 a)
{
  return f32_not_equal (a, a);
}

REEL_INLINE F64Mask
f64_is_nan (F64 a)
{
  return f64_not_equal (a, a);
}

REEL_INLINE F32Mask
f32_mask_or (F32Mask a, F32Mask b)
{
  return (F32Mask) (a | b);
}

REEL_INLINE F64Mask
f64_mask_or (F64Mask a, F64Mask b)
{
  return (F64Mask) (a | b);
}

REEL_INLINE F32Mask
f32_mask_and (F32Mask a, F32Mask b)
{
  return (F32Mask) (a & b);
}

/* mask ? a : b */
REEL_INLINE F32
f32_select (F32Mask mask, F32 a, F32 b)
{
#if REEL_SIMD_AVX512
  return _mm512_mask_blend_ps (mask, b, a);
#elif REEL_SIMD_AVX2
  return _mm256_blendv_ps (b, a, (__m256) mask);
#else
  return (F32) (((I32) a & mask) | ((I32) b & ~mask));
#endif
}

REEL_INLINE F64
f64_select (F64Mask mask, F64 a, F64 b)
{
#if REEL_SIMD_AVX512
  return _mm512_mask_blend_pd (mask, b, a);
#elif REEL_SIMD_AVX2
  return _mm256_blendv_pd (b, a, (__m256d) mask);
#else
  return (F64) (((I64) a & mask) | ((I64) b & ~mask));
#endif
}

/* mask ? a : 0 */
REEL_INLINE F32
f32_keep (F32Mask mask, F32 a)
{
#if REEL_SIMD_AVX512
  return _mm512_maskz_mov_ps (mask, a);
#else
  return (F32) ((I32) a & mask);
#endif
}

REEL_INLINE gboolean
f32_any (F32Mask mask)
{
#if REEL_SIMD_AVX512
  return mask != 0;
#elif REEL_SIMD_AVX2
  return _mm256_movemask_ps ((__m256) mask) != 0;
#elif REEL_SIMD_X86
  return _mm_movemask_ps ((__m128) mask) != 0;
#else
  return (mask[0] | mask[1] | mask[2] | mask[3]) != 0;
#endif
}

REEL_INLINE F32
f32_load_part_or (const gfloat *from, gint64 k, gfloat rest)
{
  return f32_select (f32_first (k), f32_load_part (from, k), f32_splat (rest));
}

REEL_INLINE F64
f64_load_part_or (const gdouble *from, gint64 k, gdouble rest)
{
  return f64_select (f64_first (k), f64_load_part (from, k), f64_splat (rest));
}

/* a < b ? a : b, so b where either is NaN */
REEL_INLINE F32
f32_lesser (F32 a, F32 b)
{
#if REEL_SIMD_AVX512
  return _mm512_min_ps (a, b);
#elif REEL_SIMD_AVX2
  return _mm256_min_ps (a, b);
#elif REEL_SIMD_X86
  return _mm_min_ps (a, b);
#else
  return f32_select (f32_less (a, b), a, b);
#endif
}

/* a > b ? a : b, so b where either is NaN */
REEL_INLINE F32
f32_greater (F32 a, F32 b)
{
#if REEL_SIMD_AVX512
  return _mm512_max_ps (a, b);
#elif REEL_SIMD_AVX2
  return _mm256_max_ps (a, b);
#elif REEL_SIMD_X86
  return _mm_max_ps (a, b);
#else
  return f32_select (f32_less (b, a), a, b);
#endif
}

REEL_INLINE F64
f64_lesser (F64 a, F64 b)
{
  return f64_select (f64_less (a, b), a, b);
}

REEL_INLINE F64
f64_greater (F64 a, F64 b)
{
  return f64_select (f64_less (b, a), a, b);
}

/* Arithmetic beyond + - * / ------------------------------------------------ */

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

/* p · 2^n for whole n, -250 < n < 252 and 1/4 <= |p| < 4, rounded once: in two
 * steps, of which only the second can leave the normal range. */
REEL_INLINE F32
f32_scale (F32 p, F32 n)
{
#if REEL_SIMD_AVX512
  return _mm512_scalef_ps (p, n);
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
#define REEL_GREATER(a, b) ((a) > (b) ? (a) : (b))
#define REEL_LESSER(a, b) ((a) < (b) ? (a) : (b))
REEL_ACROSS (f64_sum_across, F64, gdouble, F64_LANES, REEL_ADD)
REEL_ACROSS (f32_product_across, F32, gfloat, F32_LANES, REEL_MULTIPLY)
REEL_ACROSS (f64_product_across, F64, gdouble, F64_LANES, REEL_MULTIPLY)
REEL_ACROSS (f32_lesser_across, F32, gfloat, F32_LANES, REEL_LESSER)
REEL_ACROSS (f64_lesser_across, F64, gdouble, F64_LANES, REEL_LESSER)
REEL_ACROSS (f64_greater_across, F64, gdouble, F64_LANES, REEL_GREATER)

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

/* The greatest; a NaN is lost or kept at random */
REEL_INLINE gfloat
f32_greater_across (F32 v)
{
  REEL_TO_FOUR_LANES (max)
  const __m128 two = _mm_max_ps (four, _mm_movehl_ps (four, four));

  return _mm_cvtss_f32 (_mm_max_ss (two, _mm_shuffle_ps (two, two, 1)));
}
#else
REEL_ACROSS (f32_sum_across, F32, gfloat, F32_LANES, REEL_ADD)
REEL_ACROSS (f32_greater_across, F32, gfloat, F32_LANES, REEL_GREATER)
#endif
