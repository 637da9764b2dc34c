/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/row-reduce.h"
#include "kernels/simd-math.h"

#define SUM_LOOPS(prefix, type, Vector, Sums, LANES) \
  REEL_SUM_ROW (prefix##_sum_row, Vector, Sums, prefix, type, LANES, nothing, x) \
  \
  void \
  REEL_LOOP (reduce_sum_##prefix) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    type *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      out[row] = prefix##_sum_row (x, x, n, 0); \
  } \
  \
  void \
  REEL_LOOP (reduce_prod_##prefix) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    type *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      { \
        Vector product = prefix##_splat (1); \
        gint64 i = 0; \
        for (; i + LANES <= n; i += LANES) \
          product *= prefix##_load (x + i); \
        if (i < n) \
          product *= prefix##_load_part_or (x + i, n - i, 1); \
        out[row] = prefix##_product_across (product); \
      } \
  } \
  \
  /* Columns [0, n) for n <= 4 vectors, of which the last may be in part. Rows are \
   * summed in blocks of 16, blocks pairwise. */ \
  REEL_INLINE void \
  prefix##_sum_strip (gint64 n_rows, gint n_vectors, gint64 last, const type *x, \
                      gint64 row_stride, type *out) \
  { \
    Sums sums[4]; \
    Vector block[4]; \
    for (gint j = 0; j < n_vectors; j++) \
      { \
        sums[j].n_blocks = 0; \
        block[j] = prefix##_splat (0); \
      } \
    for (gint64 row = 0; row < n_rows;) \
      { \
        const gint64 end = MIN (row + BLOCK_ROUNDS, n_rows); \
        for (gint j = 0; j < n_vectors; j++) \
          block[j] = prefix##_splat (0); \
        for (; row < end; row++, x += row_stride) \
          { \
            for (gint j = 0; j < n_vectors - 1; j++) \
              block[j] += prefix##_load (x + j * LANES); \
            block[n_vectors - 1] += last == LANES \
              ? prefix##_load (x + (n_vectors - 1) * LANES) \
              : prefix##_load_part (x + (n_vectors - 1) * LANES, last); \
          } \
        for (gint j = 0; j < n_vectors; j++) \
          prefix##_sums_push (&sums[j], block[j]); \
      } \
    for (gint j = 0; j < n_vectors; j++) \
      { \
        const Vector total = prefix##_sums_total (&sums[j], prefix##_splat (0)); \
        if (j < n_vectors - 1 || last == LANES) \
          prefix##_store (out + j * LANES, total); \
        else \
          prefix##_store_part (out + j * LANES, total, last); \
      } \
  } \
  \
  void \
  REEL_LOOP (sum_columns_##prefix) REEL_SUM_COLUMNS_SIGNATURE \
  { \
    const type *x = x_data; \
    type *out = out_data; \
    gint64 j = 0; \
    if (n_rows <= 0) \
      { \
        memset (out, 0, (gsize) n * sizeof (type)); \
        return; \
      } \
    for (; j + 4 * LANES <= n; j += 4 * LANES) \
      prefix##_sum_strip (n_rows, 4, LANES, x + j, row_stride, out + j); \
    for (; j + LANES <= n; j += LANES) \
      prefix##_sum_strip (n_rows, 1, LANES, x + j, row_stride, out + j); \
    if (j < n) \
      prefix##_sum_strip (n_rows, 1, n - j, x + j, row_stride, out + j); \
  }

SUM_LOOPS (f32, gfloat, F32, F32Sums, F32_LANES)
SUM_LOOPS (f64, gdouble, F64, F64Sums, F64_LANES)

#define EXTREME_LOOPS(operation, order, start, prefix, type, Vector, Mask, LANES) \
  REEL_EXTREME_ROW (prefix##_##operation##_row, order, start, prefix, type, Vector, Mask, LANES) \
  \
  void \
  REEL_LOOP (reduce_a##operation##_##prefix) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    type *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      out[row] = prefix##_##operation##_row (x, n); \
  } \
  \
  /* The first that equals the extreme, or the first NaN */ \
  void \
  REEL_LOOP (reduce_arg##operation##_##prefix) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    gint64 *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      { \
        const type extreme = prefix##_##operation##_row (x, n); \
        gint64 i = 0; \
        if (extreme != extreme) \
          while (i < n - 1 && x[i] == x[i]) \
            i++; \
        else \
          while (i < n - 1 && x[i] != extreme) \
            i++; \
        out[row] = i; \
      } \
  }

EXTREME_LOOPS (max, above, -F32_INFINITE, f32, gfloat, F32, F32Mask, F32_LANES)
EXTREME_LOOPS (min, below, F32_INFINITE, f32, gfloat, F32, F32Mask, F32_LANES)
EXTREME_LOOPS (max, above, -(gdouble) INFINITY, f64, gdouble, F64, F64Mask, F64_LANES)
EXTREME_LOOPS (min, below, (gdouble) INFINITY, f64, gdouble, F64, F64Mask, F64_LANES)
