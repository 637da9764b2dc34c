/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/row-reduce.h"

/* Means and squared deviations of rows, in f64 for both dtypes. The mean is two
 * numbers, what f64 holds of it and the rest: parts of a row that lies far from 0
 * have means that differ by less than f64 can say. */

/* Two vectors of f64 from as many elements as an F32 has lanes */
#define PAIR F32_LANES

REEL_INLINE void
f32_load_pair (const gfloat *x, F64 *lower, F64 *upper)
{
  const F32 v = f32_load (x);

  *lower = f32_lower (v);
  *upper = f32_upper (v);
}

REEL_INLINE void
f64_load_pair (const gdouble *x, F64 *lower, F64 *upper)
{
  *lower = f64_load (x);
  *upper = f64_load (x + F64_LANES);
}

/* The sums over a row of scale (x - shift) and, if they are wanted, of its square */
#define MOMENTS(prefix, type) \
  REEL_INLINE gdouble \
  prefix##_sum_shifted (const type *x, gint64 n, gdouble shift, gdouble scale, gdouble *squares) \
  { \
    const F64 zero = f64_splat (0.0), centre = f64_splat (shift), factor = f64_splat (scale); \
    F64 sum[2] = { zero, zero }, square[2] = { zero, zero }; \
    F64Sums sums, square_sums; \
    gint round = 0; \
    sums.n_blocks = square_sums.n_blocks = 0; \
    for (gint64 i = 0; i < n; i += PAIR) \
      { \
        F64 d[2]; \
        if (round++ == BLOCK_ROUNDS) \
          { \
            f64_sums_push (&sums, sum[0] + sum[1]); \
            sum[0] = sum[1] = zero; \
            if (squares != NULL) \
              f64_sums_push (&square_sums, square[0] + square[1]); \
            square[0] = square[1] = zero; \
            round = 1; \
          } \
        if (n - i >= PAIR) \
          { \
            prefix##_load_pair (x + i, &d[0], &d[1]); \
            d[0] = (d[0] - centre) * factor; \
            d[1] = (d[1] - centre) * factor; \
          } \
        else \
          { \
            type last[PAIR] = { 0 }; \
            const gint64 left = n - i; \
            memcpy (last, x + i, (gsize) left * sizeof (type)); \
            prefix##_load_pair (last, &d[0], &d[1]); \
            d[0] = f64_select (f64_first (MIN (left, F64_LANES)), (d[0] - centre) * factor, zero); \
            d[1] = f64_select (f64_first (MAX (left - F64_LANES, 0)), (d[1] - centre) * factor, zero); \
          } \
        sum[0] += d[0]; \
        sum[1] += d[1]; \
        if (squares != NULL) \
          { \
            square[0] += d[0] * d[0]; \
            square[1] += d[1] * d[1]; \
          } \
      } \
    if (squares != NULL) \
      *squares = f64_sum_across (f64_sums_total (&square_sums, square[0] + square[1])); \
    return f64_sum_across (f64_sums_total (&sums, sum[0] + sum[1])); \
  } \
  \
  static void \
  prefix##_row_moments (const type *x, gint64 n, ReelMoments *moments) \
  { \
    gdouble mean = prefix##_sum_shifted (x, n, 0.0, 1.0, NULL) / (gdouble) n; \
    gdouble squares, rest; \
    /* Either the row has what is not finite, or its sum is too large. */ \
    if (!isfinite (mean)) \
      mean = prefix##_sum_shifted (x, n, 0.0, 0x1p-64, NULL) / (gdouble) n * 0x1p64; \
    rest = prefix##_sum_shifted (x, n, mean, 1.0, &squares) / (gdouble) n; \
    moments->mean = mean; \
    moments->rest = isfinite (rest) ? rest : 0.0; \
    moments->squares = isfinite (squares) ? MAX (0.0, squares - rest * rest * (gdouble) n) : squares; \
  } \
  \
  void \
  REEL_LOOP (moments_##prefix) REEL_MOMENTS_SIGNATURE \
  { \
    const type *x = x_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      if (n > 0) \
        prefix##_row_moments (x, n, &moments[row]); \
      else \
        moments[row] = (ReelMoments) { 0.0, 0.0, 0.0 }; \
  } \
  \
  void \
  REEL_LOOP (deviations_##prefix) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    type *y = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n, y += n) \
      { \
        ReelMoments moments = { 0.0, 0.0, 0.0 }; \
        if (n > 0) \
          prefix##_row_moments (x, n, &moments); \
        REEL_INDEPENDENT \
        for (gint64 i = 0; i < n; i++) \
          y[i] = (type) (((gdouble) x[i] - moments.mean) - moments.rest); \
      } \
  }

MOMENTS (f32, gfloat)
MOMENTS (f64, gdouble)
