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

/* Whether either is NaN */
REEL_INLINE F32Mask
f32_unordered (F32 a, F32 b)
{
#if REEL_SIMD_AVX512
  return _mm512_cmp_ps_mask (a, b, _CMP_UNORD_Q);
#else
  return f32_mask_or (f32_is_nan (a), f32_is_nan (b));
#endif
}

REEL_INLINE F64Mask
f64_unordered (F64 a, F64 b)
{
#if REEL_SIMD_AVX512
  return _mm512_cmp_pd_mask (a, b, _CMP_UNORD_Q);
#else
  return f64_mask_or (f64_is_nan (a), f64_is_nan (b));
#endif
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

REEL_INLINE gboolean
f64_any (F64Mask mask)
{
#if REEL_SIMD_AVX512
  return mask != 0;
#elif REEL_SIMD_AVX2
  return _mm256_movemask_pd ((__m256d) mask) != 0;
#elif REEL_SIMD_X86
  return _mm_movemask_pd ((__m128d) mask) != 0;
#else
  return (mask[0] | mask[1]) != 0;
#endif
}

/* How many lanes are in a mask */
REEL_INLINE gint
f32_count (F32Mask mask)
{
#if REEL_SIMD_AVX512
  return __builtin_popcount (mask);
#elif REEL_SIMD_AVX2
  return __builtin_popcount ((guint) _mm256_movemask_ps ((__m256) mask));
#else
  return -(mask[0] + mask[1] + mask[2] + mask[3]);
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

/* The greater and the lesser whatever the order of the operands: +0 is above -0.
 * Where either is NaN the result means nothing. */
REEL_INLINE F32
f32_above (F32 a, F32 b)
{
  return (F32) ((I32) f32_greater (a, b) & (I32) f32_greater (b, a));
}

REEL_INLINE F32
f32_below (F32 a, F32 b)
{
  return (F32) ((I32) f32_lesser (a, b) | (I32) f32_lesser (b, a));
}

REEL_INLINE F64
f64_above (F64 a, F64 b)
{
  return (F64) ((I64) f64_greater (a, b) & (I64) f64_greater (b, a));
}

REEL_INLINE F64
f64_below (F64 a, F64 b)
{
  return (F64) ((I64) f64_lesser (a, b) | (I64) f64_lesser (b, a));
}

/* The same, and NaN where either is */
REEL_INLINE F32
f32_maximum (F32 a, F32 b)
{
  return f32_select (f32_unordered (a, b), a + b, f32_above (a, b));
}

REEL_INLINE F32
f32_minimum (F32 a, F32 b)
{
  return f32_select (f32_unordered (a, b), a + b, f32_below (a, b));
}
