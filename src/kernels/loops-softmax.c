/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/row-reduce.h"
#include "kernels/scalar-math.h"
#include "kernels/simd-math.h"

/* logsumexp, softmax and log_softmax over rows. All subtract the row's maximum
 * first, so exp stays at or below 1. A maximum that is not finite settles the row
 * without any exp. */

REEL_EXTREME_ROW (f32_max_row, greater, -F32_INFINITE, f32, gfloat, F32, F32Mask, F32_LANES)
REEL_EXTREME_ROW (f64_max_row, greater, -(gdouble) INFINITY, f64, gdouble, F64, F64Mask, F64_LANES)

REEL_SUM_ROW (f64_sum_row, F64, F64Sums, f64, gdouble, F64_LANES, nothing, x)
REEL_SUM_ROW (f32_sum_row, F32, F32Sums, f32, gfloat, F32_LANES, nothing, x)
/* y is the cotangent; a zero there absorbs. */
REEL_SUM_ROW (f32_dot_row, F32, F32Sums, f32, gfloat, F32_LANES, nothing,
              f32_keep (f32_not_equal (y, f32_splat (0.0f)), x * y))
REEL_SUM_ROW (f64_dot_row, F64, F64Sums, f64, gdouble, F64_LANES, nothing,
              f64_select (f64_not_equal (y, f64_splat (0.0)), x * y, f64_splat (0.0)))

/* The sum of exp (x - max), each also put in `to` if that is not NULL */
REEL_INLINE gfloat
f32_exp_row (const gfloat *x, gint64 n, gfloat max, gfloat *to)
{
  const F32 shift = f32_splat (max);
  F32 first = f32_splat (0.0f), second = first;
  F32Sums sums;
  gint64 i = 0;
  gint round = 0;

  sums.n_blocks = 0;
  for (; i + 2 * F32_LANES <= n; i += 2 * F32_LANES)
    {
      const F32 a = f32_exp (f32_load (x + i) - shift);
      const F32 b = f32_exp (f32_load (x + i + F32_LANES) - shift);

      if (to != NULL)
        {
          f32_store (to + i, a);
          f32_store (to + i + F32_LANES, b);
        }
      if (round++ == BLOCK_ROUNDS)
        {
          f32_sums_push (&sums, first + second);
          first = second = f32_splat (0.0f);
          round = 1;
        }
      first += a;
      second += b;
    }
  if (i + F32_LANES <= n)
    {
      const F32 a = f32_exp (f32_load (x + i) - shift);

      if (to != NULL)
        f32_store (to + i, a);
      first += a;
      i += F32_LANES;
    }
  if (i < n)
    {
      const F32 a = f32_exp (f32_load_part_or (x + i, n - i, -F32_INFINITE) - shift);

      if (to != NULL)
        f32_store_part (to + i, a, n - i);
      second += a;
    }

  return f32_sum_across (f32_sums_total (&sums, first + second));
}

/* Pairwise down to runs of 64 */
static gdouble
f64_exp_row (const gdouble *x, gint64 n, gdouble max)
{
  gdouble sum = 0.0;

  if (n > 64)
    return f64_exp_row (x, n / 2, max) + f64_exp_row (x + n / 2, n - n / 2, max);

  for (gint64 i = 0; i < n; i++)
    sum += exp (x[i] - max);

  return sum;
}

REEL_INLINE gfloat
f32_log_one (gfloat x)
{
  return f32_log (f32_splat (x))[0];
}

/* A row whose maximum is -inf: all `at_least`; inf: 1/count, by `share`, at each
 * inf and `at_least` elsewhere; NaN: all NaN */
#define SETTLED_ROW(name, type) \
  static void \
  name##_settled_row (const type *x, gint64 n, type max, gboolean is_log, type *y) \
  { \
    const type least = is_log ? -(type) INFINITY : 0; \
    gint64 n_infinite = 0; \
    type share; \
    for (gint64 i = 0; i < n; i++) \
      n_infinite += x[i] == (type) INFINITY; \
    share = (type) (is_log ? -log ((gdouble) n_infinite) : 1.0 / (gdouble) n_infinite); \
    for (gint64 i = 0; i < n; i++) \
      y[i] = max != max ? max : x[i] == (type) INFINITY ? share : least; \
  }
REEL_FLOAT_TYPES (SETTLED_ROW)

void
REEL_LOOP (reduce_logsumexp_f32) REEL_REDUCE_SIGNATURE
{
  const gfloat *x = x_data;
  gfloat *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n)
    {
      const gfloat max = f32_max_row (x, n);

      out[row] = isfinite (max) ? max + f32_log_one (f32_exp_row (x, n, max, NULL)) : max;
    }
}

void
REEL_LOOP (reduce_logsumexp_f64) REEL_REDUCE_SIGNATURE
{
  const gdouble *x = x_data;
  gdouble *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n)
    {
      const gdouble max = f64_max_row (x, n);

      out[row] = isfinite (max) ? max + log (f64_exp_row (x, n, max)) : max;
    }
}

void
REEL_LOOP (softmax_f32) REEL_REDUCE_SIGNATURE
{
  const gfloat *x = x_data;
  gfloat *y = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n, y += n)
    {
      const gfloat max = f32_max_row (x, n);
      F32 scale;
      gint64 i = 0;

      if (!isfinite (max))
        {
          f32_settled_row (x, n, max, FALSE, y);
          continue;
        }

      scale = f32_splat (1.0f / f32_exp_row (x, n, max, y));
      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (y + i, f32_load (y + i) * scale);
      if (i < n)
        f32_store_part (y + i, f32_load_part (y + i, n - i) * scale, n - i);
    }
}

void
REEL_LOOP (softmax_f64) REEL_REDUCE_SIGNATURE
{
  const gdouble *x = x_data;
  gdouble *y = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n, y += n)
    {
      const gdouble max = f64_max_row (x, n);
      gdouble sum;

      if (!isfinite (max))
        {
          f64_settled_row (x, n, max, FALSE, y);
          continue;
        }

      for (gint64 i = 0; i < n; i++)
        y[i] = exp (x[i] - max);
      sum = f64_sum_row (y, y, n, 0.0);
      for (gint64 i = 0; i < n; i++)
        y[i] /= sum;
    }
}

void
REEL_LOOP (log_softmax_f32) REEL_REDUCE_SIGNATURE
{
  const gfloat *x = x_data;
  gfloat *y = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n, y += n)
    {
      const gfloat max = f32_max_row (x, n);
      const F32 shift = f32_splat (max);
      F32 rest;
      gint64 i = 0;

      if (!isfinite (max))
        {
          f32_settled_row (x, n, max, TRUE, y);
          continue;
        }

      rest = f32_log (f32_splat (f32_exp_row (x, n, max, NULL)));
      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (y + i, (f32_load (x + i) - shift) - rest);
      if (i < n)
        f32_store_part (y + i, (f32_load_part (x + i, n - i) - shift) - rest, n - i);
    }
}

void
REEL_LOOP (log_softmax_f64) REEL_REDUCE_SIGNATURE
{
  const gdouble *x = x_data;
  gdouble *y = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n, y += n)
    {
      const gdouble max = f64_max_row (x, n);
      gdouble rest;

      if (!isfinite (max))
        {
          f64_settled_row (x, n, max, TRUE, y);
          continue;
        }

      rest = log (f64_exp_row (x, n, max));
      for (gint64 i = 0; i < n; i++)
        y[i] = (x[i] - max) - rest;
    }
}

/* Slopes. Zeros absorb here too: a cotangent of zeros gives zeros. ----------- */

REEL_INLINE F32
f32_softmax_slope (F32 y, F32 cotangent, F32 dot)
{
  const F32 difference = cotangent - dot;

  return f32_keep (f32_not_equal (difference, f32_splat (0.0f)), y * difference);
}

void
REEL_LOOP (softmax_slope_f32) REEL_ROW_SLOPE_SIGNATURE
{
  const gfloat *y = y_data;
  const gfloat *cotangent = cotangent_data;
  gfloat *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const F32 dot = f32_splat (f32_dot_row (y, cotangent, n, 0.0f));
      gint64 i = 0;

      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (out + i, f32_softmax_slope (f32_load (y + i), f32_load (cotangent + i), dot));
      if (i < n)
        f32_store_part (out + i,
                        f32_softmax_slope (f32_load_part (y + i, n - i),
                                           f32_load_part (cotangent + i, n - i), dot),
                        n - i);
    }
}

void
REEL_LOOP (softmax_slope_f64) REEL_ROW_SLOPE_SIGNATURE
{
  const gdouble *y = y_data;
  const gdouble *cotangent = cotangent_data;
  gdouble *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const gdouble dot = f64_dot_row (y, cotangent, n, 0.0);

      REEL_INDEPENDENT
      for (gint64 i = 0; i < n; i++)
        {
          const gdouble difference = cotangent[i] - dot;

          out[i] = difference == 0.0 ? 0.0 : y[i] * difference;
        }
    }
}

REEL_INLINE F32
f32_log_softmax_slope (F32 y, F32 cotangent, F32 total)
{
  return cotangent - f32_keep (f32_not_equal (total, f32_splat (0.0f)), f32_exp (y) * total);
}

void
REEL_LOOP (log_softmax_slope_f32) REEL_ROW_SLOPE_SIGNATURE
{
  const gfloat *y = y_data;
  const gfloat *cotangent = cotangent_data;
  gfloat *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const F32 total = f32_splat (f32_sum_row (cotangent, cotangent, n, 0.0f));
      gint64 i = 0;

      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (out + i,
                   f32_log_softmax_slope (f32_load (y + i), f32_load (cotangent + i), total));
      if (i < n)
        f32_store_part (out + i,
                        f32_log_softmax_slope (f32_load_part (y + i, n - i),
                                               f32_load_part (cotangent + i, n - i), total),
                        n - i);
    }
}

void
REEL_LOOP (log_softmax_slope_f64) REEL_ROW_SLOPE_SIGNATURE
{
  const gdouble *y = y_data;
  const gdouble *cotangent = cotangent_data;
  gdouble *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const gdouble total = f64_sum_row (cotangent, cotangent, n, 0.0);

      for (gint64 i = 0; i < n; i++)
        out[i] = total == 0.0 ? cotangent[i] : cotangent[i] - exp (y[i]) * total;
    }
}
