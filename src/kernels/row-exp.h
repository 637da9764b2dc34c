/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sum of the exponentials of a row, for the loops of softmax and the losses.
 *
 * All exponents are taken from the row's maximum, so that they stay at or below 0,
 * and the maximum's own term, 1, is left out: the logarithm of the sum is log1p of
 * what is left, which keeps its digits however sure the row is of its maximum. A
 * maximum that is not finite settles the row without any exp. */

#include "kernels/row-reduce.h"
#include "kernels/simd-math.h"

REEL_EXTREME_ROW (f32_max_row, above, -F32_INFINITE, f32, gfloat, F32, F32Mask, F32_LANES)
REEL_EXTREME_ROW (f64_max_row, above, -(gdouble) INFINITY, f64, gdouble, F64, F64Mask, F64_LANES)

/* exp (x - max), put in `to` if that is not NULL; what equals the maximum is counted
 * in `n_ties` and left out of the result. */
REEL_INLINE F32
f32_rest_step (F32 x, F32 max, gfloat *to, gint64 *n_ties)
{
  const F32Mask is_less = f32_less (x, max);
  const F32 e = f32_exp (x - max);

  if (to != NULL)
    f32_store (to, e);
  *n_ties += F32_LANES - f32_count (is_less);

  return f32_keep (is_less, e);
}

/* The sum of exp (x - max) over all of a row but one element that is the maximum,
 * which is finite; each also put in `to` if that is not NULL */
REEL_INLINE gfloat
f32_rest_row (const gfloat *x, gint64 n, gfloat max, gfloat *to)
{
  const F32 shift = f32_splat (max);
  F32 first = f32_splat (0.0f), second = first;
  F32Sums sums;
  gint64 i = 0, n_ties = -1;
  gint round = 0;

  sums.n_blocks = 0;
  for (; i + 2 * F32_LANES <= n; i += 2 * F32_LANES)
    {
      if (round++ == BLOCK_ROUNDS)
        {
          f32_sums_push (&sums, first + second);
          first = second = f32_splat (0.0f);
          round = 1;
        }
      first += f32_rest_step (f32_load (x + i), shift, to == NULL ? NULL : to + i, &n_ties);
      second += f32_rest_step (f32_load (x + i + F32_LANES), shift,
                               to == NULL ? NULL : to + i + F32_LANES, &n_ties);
    }
  if (i + F32_LANES <= n)
    {
      first += f32_rest_step (f32_load (x + i), shift, to == NULL ? NULL : to + i, &n_ties);
      i += F32_LANES;
    }
  if (i < n)
    {
      const F32 last = f32_load_part_or (x + i, n - i, -F32_INFINITE);

      second += f32_rest_step (last, shift, NULL, &n_ties);
      if (to != NULL)
        f32_store_part (to + i, f32_exp (last - shift), n - i);
    }

  return (gfloat) n_ties + f32_sum_across (f32_sums_total (&sums, first + second));
}

/* Pairwise down to runs of 64 */
static gdouble G_GNUC_UNUSED
f64_rest_sum (const gdouble *x, gint64 n, gdouble max, gdouble *to, gint64 *n_ties)
{
  gdouble sum = 0.0;

  if (n > 64)
    {
      sum = f64_rest_sum (x, n / 2, max, to, n_ties);
      return sum + f64_rest_sum (x + n / 2, n - n / 2, max, to == NULL ? NULL : to + n / 2,
                                 n_ties);
    }

  for (gint64 i = 0; i < n; i++)
    {
      const gdouble e = exp (x[i] - max);

      if (to != NULL)
        to[i] = e;
      if (x[i] == max)
        ++*n_ties;
      else
        sum += e;
    }

  return sum;
}

REEL_INLINE gdouble
f64_rest_row (const gdouble *x, gint64 n, gdouble max, gdouble *to)
{
  gint64 n_ties = -1;
  const gdouble sum = f64_rest_sum (x, n, max, to, &n_ties);

  return (gdouble) n_ties + sum;
}

/* A row whose maximum is -inf: all `least`; inf: 1/count, or its logarithm, at each
 * inf and `least` elsewhere; NaN: all NaN */
#define REEL_SETTLED_ROW(name, type) \
  REEL_INLINE type \
  name##_settled_share (const type *x, gint64 n, gboolean is_log) \
  { \
    gint64 n_infinite = 0; \
    for (gint64 i = 0; i < n; i++) \
      n_infinite += x[i] == (type) INFINITY; \
    return (type) (is_log ? -log ((gdouble) n_infinite) : 1.0 / (gdouble) n_infinite); \
  } \
  REEL_INLINE type \
  name##_settled (type x, type max, type share, type least) \
  { \
    return max != max ? max : x == (type) INFINITY ? share : least; \
  } \
  REEL_INLINE void \
  name##_settled_row (const type *x, gint64 n, type max, gboolean is_log, type *y) \
  { \
    const type share = name##_settled_share (x, n, is_log); \
    for (gint64 i = 0; i < n; i++) \
      y[i] = name##_settled (x[i], max, share, is_log ? -(type) INFINITY : 0); \
  }
REEL_SETTLED_ROW (f32, gfloat)
REEL_SETTLED_ROW (f64, gdouble)
#undef REEL_SETTLED_ROW
