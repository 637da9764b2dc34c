/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/gemm.h"
#include "kernels/loops.h"
#include "kernels/simd-transpose.h"

/* Matrix products for each dtype, out of gemm-tile.h and gemm-vector.h */

/* Integers wrap: vectors of unsigned numbers, whose parts are copied. */
typedef guint8 U8 __attribute__ ((vector_size (REEL_SIMD_BYTES)));

#define INTEGER(name, Vector, type) \
  REEL_INLINE Vector name##_splat (type value) { return value - (Vector) { 0 }; } \
  REEL_INLINE Vector \
  name##_load (const type *from) \
  { \
    Vector v; \
    memcpy (&v, from, sizeof v); \
    return v; \
  } \
  REEL_INLINE void name##_store (type *to, Vector v) { memcpy (to, &v, sizeof v); } \
  REEL_INLINE Vector \
  name##_load_part (const type *from, gint64 k) \
  { \
    type lanes[sizeof (Vector) / sizeof (type)] = { 0 }; \
    for (gint64 i = 0; i < k; i++) \
      lanes[i] = from[i]; \
    return name##_load (lanes); \
  } \
  REEL_INLINE void \
  name##_store_part (type *to, Vector v, gint64 k) \
  { \
    type lanes[sizeof (Vector) / sizeof (type)]; \
    name##_store (lanes, v); \
    for (gint64 i = 0; i < k; i++) \
      to[i] = lanes[i]; \
  } \
  REEL_INLINE Vector name##_fma (Vector a, Vector b, Vector c) { return a * b + c; } \
  REEL_INLINE type \
  name##_sum_across (Vector v) \
  { \
    type lanes[sizeof (Vector) / sizeof (type)], sum = 0; \
    name##_store (lanes, v); \
    for (gsize i = 0; i < G_N_ELEMENTS (lanes); i++) \
      sum = (type) (sum + lanes[i]); \
    return sum; \
  }
INTEGER (u32, U32, guint32)
INTEGER (u64, U64, guint64)
INTEGER (u8, U8, guint8)

#define TILE_VECTORS 2

/* As many rows as leave registers for a row of b and one element of a. */
#if REEL_SIMD_AVX512 || defined (__aarch64__)
#define TILE_ROWS 14
#elif REEL_SIMD_AVX2
#define TILE_ROWS 6
#else
#define TILE_ROWS 4
#endif

#define TYPE gfloat
#define VECTOR F32
#define LANES F32_LANES
#define NAME(x) x##_f32
#define SIMD(x) f32_##x
#define TRANSPOSE f32_transpose
#include "kernels/gemm-tile.h"
#include "kernels/gemm-vector.h"
#include "kernels/gemm-undef.h"

#define TYPE gdouble
#define VECTOR F64
#define LANES F64_LANES
#define NAME(x) x##_f64
#define SIMD(x) f64_##x
#define TRANSPOSE f64_transpose
#include "kernels/gemm-tile.h"
#include "kernels/gemm-vector.h"
#include "kernels/gemm-undef.h"

#undef TILE_ROWS
#define TILE_ROWS 4

#define TYPE guint32
#define VECTOR U32
#define LANES (REEL_SIMD_BYTES / 4)
#define NAME(x) x##_i32
#define SIMD(x) u32_##x
#include "kernels/gemm-tile.h"
#include "kernels/gemm-vector.h"
#include "kernels/gemm-undef.h"

#define TYPE guint64
#define VECTOR U64
#define LANES (REEL_SIMD_BYTES / 8)
#define NAME(x) x##_i64
#define SIMD(x) u64_##x
#include "kernels/gemm-tile.h"
#include "kernels/gemm-vector.h"
#include "kernels/gemm-undef.h"

#define TYPE guint8
#define VECTOR U8
#define LANES REEL_SIMD_BYTES
#define NAME(x) x##_u8
#define SIMD(x) u8_##x
#include "kernels/gemm-tile.h"
#include "kernels/gemm-vector.h"
#include "kernels/gemm-undef.h"
