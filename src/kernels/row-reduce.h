/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sum and the extremes of one row, for the loops that need them inside.
 *
 * Summation is pairwise: partial sums of blocks are added two and two
 * like the carries of a binary counter. The tree depends on how many blocks
 * there are and on nothing else. Each lane is summed by itself. */

#include "kernels/simd-arithmetic.h"

/* Blocks a sum may have: 2^40 */
#define PAIRWISE_LEVELS 40

#define REEL_PAIRWISE(Name, name, Vector) \
  typedef struct \
  { \
    guint64 n_blocks; \
    Vector partial[PAIRWISE_LEVELS]; \
  } Name; \
  \
  REEL_INLINE void \
  name##_push (Name *sums, Vector block) \
  { \
    gint level = 0; \
    for (guint64 carry = sums->n_blocks; carry & 1; carry >>= 1) \
      block = sums->partial[level++] + block; \
    sums->partial[level] = block; \
    sums->n_blocks++; \
  } \
  \
  /* Of all blocks and `rest` */ \
  REEL_INLINE Vector \
  name##_total (const Name *sums, Vector rest) \
  { \
    gint level = 0; \
    for (guint64 left = sums->n_blocks; left != 0; left >>= 1, level++) \
      if (left & 1) \
        rest = sums->partial[level] + rest; \
    return rest; \
  }

REEL_PAIRWISE (F32Sums, f32_sums, F32)
REEL_PAIRWISE (F64Sums, f64_sums, F64)
#undef REEL_PAIRWISE

/* The sum over a row of `term`, an expression of `x` and `y`, vectors from the
 * arrays of that name (pass one twice where there is one), and of `parameter`.
 * The unused lanes of the last vector are left out. Four accumulators of a block
 * hide the latency of addition; 16 rounds a block keep the error that of pairwise
 * summation. */
#define BLOCK_ROUNDS 16

#define REEL_SUM_ROW(function, Vector, Sums, prefix, type, LANES, parameter, term) \
  REEL_INLINE Vector \
  function##_term (Vector x, Vector y, Vector parameter) \
  { \
    return term; \
  } \
  \
  REEL_INLINE type \
  function (const type *x, const type *y, gint64 n, type parameter) \
  { \
    const Vector zero = prefix##_splat (0); \
    const Vector p = prefix##_splat (parameter); \
    Vector first = zero, second = zero, third = zero, fourth = zero; \
    Sums sums; \
    gint64 i = 0; \
    gint round = 0; \
    sums.n_blocks = 0; \
    for (; i + 4 * LANES <= n; i += 4 * LANES) \
      { \
        if (round == BLOCK_ROUNDS) \
          { \
            prefix##_sums_push (&sums, (first + second) + (third + fourth)); \
            first = second = third = fourth = zero; \
            round = 0; \
          } \
        first += function##_term (prefix##_load (x + i), prefix##_load (y + i), p); \
        second += function##_term (prefix##_load (x + i + LANES), \
                                   prefix##_load (y + i + LANES), p); \
        third += function##_term (prefix##_load (x + i + 2 * LANES), \
                                  prefix##_load (y + i + 2 * LANES), p); \
        fourth += function##_term (prefix##_load (x + i + 3 * LANES), \
                                   prefix##_load (y + i + 3 * LANES), p); \
        round++; \
      } \
    for (; i + LANES <= n; i += LANES) \
      first += function##_term (prefix##_load (x + i), prefix##_load (y + i), p); \
    if (i < n) \
      second += prefix##_select (prefix##_first (n - i), \
                                 function##_term (prefix##_load_part (x + i, n - i), \
                                                  prefix##_load_part (y + i, n - i), p), \
                                 zero); \
    return prefix##_sum_across (prefix##_sums_total (&sums, (first + second) + (third + fourth))); \
  }

/* The greatest (least) of a row, NaN if there is one: `order` picks one of two,
 * `start` is what an empty row gives. */
#define REEL_EXTREME_ROW(function, order, start, prefix, type, Vector, Mask, LANES) \
  REEL_INLINE type \
  function (const type *x, gint64 n) \
  { \
    Vector first = prefix##_splat (start), second = first; \
    Mask nan = prefix##_is_nan (first); \
    type extreme; \
    gint64 i = 0; \
    for (; i + 2 * LANES <= n; i += 2 * LANES) \
      { \
        const Vector a = prefix##_load (x + i); \
        const Vector b = prefix##_load (x + i + LANES); \
        first = prefix##_##order (a, first); \
        second = prefix##_##order (b, second); \
        nan = prefix##_mask_or (nan, prefix##_unordered (a, b)); \
      } \
    for (; i < n; i += LANES) \
      { \
        const Vector a = n - i >= LANES ? prefix##_load (x + i) \
          : prefix##_load_part_or (x + i, n - i, start); \
        first = prefix##_##order (a, first); \
        nan = prefix##_mask_or (nan, prefix##_is_nan (a)); \
      } \
    extreme = prefix##_##order##_across (prefix##_##order (first, second)); \
    return prefix##_any (nan) ? (type) NAN : extreme; \
  }
