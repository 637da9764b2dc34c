/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/row-exp.h"
#include "kernels/scalar-math.h"

/* logsumexp, softmax and log_softmax over rows, and the slopes of the last two. Where
 * a row is sure of one of its elements, 1 - softmax there is made of all the others. */

REEL_SUM_ROW (f64_sum_row, F64, F64Sums, f64, gdouble, F64_LANES, nothing, x)
REEL_SUM_ROW (f32_sum_row, F32, F32Sums, f32, gfloat, F32_LANES, nothing, x)
/* The sum of x (y - z), z being one number; where y is z, x may be anything. */
REEL_SUM_ROW (f32_dot_row, F32, F32Sums, f32, gfloat, F32_LANES, z,
              f32_keep (f32_not_equal (y, z), x * (y - z)))
REEL_SUM_ROW (f64_dot_row, F64, F64Sums, f64, gdouble, F64_LANES, z,
              f64_select (f64_not_equal (y, z), x * (y - z), f64_splat (0.0)))

/* Where the first that equals `value` is, which is there unless it is NaN */
#define FIND_ROW(prefix, type, LANES) \
  REEL_INLINE gint64 \
  prefix##_find (const type *x, gint64 n, type value) \
  { \
    gint64 i = 0; \
    while (i + LANES < n && \
           !prefix##_any (prefix##_equal (prefix##_load (x + i), prefix##_splat (value)))) \
      i += LANES; \
    while (i < n - 1 && x[i] != value) \
      i++; \
    return i; \
  } \
  \
  /* The sum of all but one */ \
  REEL_INLINE type \
  prefix##_sum_others (const type *x, gint64 n, gint64 without) \
  { \
    return prefix##_sum_row (x, x, without, 0) + \
           prefix##_sum_row (x + without + 1, x + without + 1, n - without - 1, 0); \
  }
FIND_ROW (f32, gfloat, F32_LANES)
FIND_ROW (f64, gdouble, F64_LANES)

void
REEL_LOOP (reduce_logsumexp_f32) REEL_REDUCE_SIGNATURE
{
  const gfloat *x = x_data;
  gfloat *out = out_data;

  for (gint64 row = 0; row < n_rows; row++, x += n)
    {
      const gfloat max = f32_max_row (x, n);

      out[row] = isfinite (max) ? max + f32_log1p (f32_splat (f32_rest_row (x, n, max, NULL)))[0] : max;
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

      out[row] = isfinite (max) ? max + log1p (f64_rest_row (x, n, max, NULL)) : max;
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

      scale = f32_splat (1.0f / (1.0f + f32_rest_row (x, n, max, y)));
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

      sum = 1.0 + f64_rest_row (x, n, max, y);
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

      rest = f32_log1p (f32_splat (f32_rest_row (x, n, max, NULL)));
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

      rest = log1p (f64_rest_row (x, n, max, NULL));
      for (gint64 i = 0; i < n; i++)
        y[i] = (x[i] - max) - rest;
    }
}

/* Slopes. Zeros absorb here too: a cotangent of zeros gives zeros. ----------- */

/* y (ȳ Σ y - Σ y ȳ), which is the same with any number taken off each ȳ. That of the
 * greatest y is taken, so that Σ is made of the others. */

REEL_INLINE F32
f32_softmax_slope (F32 y, F32 cotangent, F32 centre, F32 sum, F32 dot)
{
  const F32 zero = f32_splat (0.0f);
  const F32 shifted = cotangent - centre;
  const F32 difference = f32_keep (f32_not_equal (shifted, zero), shifted * sum) - dot;

  return f32_keep (f32_not_equal (difference, zero), y * difference);
}

void
REEL_LOOP (softmax_slope_f32) REEL_ROW_SLOPE_SIGNATURE
{
  const gfloat *y = y_data;
  const gfloat *cotangent = cotangent_data;
  gfloat *out = out_data;

  for (gint64 row = 0; n > 0 && row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const gfloat centre = cotangent[f32_find (y, n, f32_max_row (y, n))];
      const F32 shift = f32_splat (centre);
      const F32 dot = f32_splat (f32_dot_row (y, cotangent, n, centre));
      const F32 sum = f32_splat (f32_sum_row (y, y, n, 0.0f));
      gint64 i = 0;

      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (out + i, f32_softmax_slope (f32_load (y + i), f32_load (cotangent + i),
                                               shift, sum, dot));
      if (i < n)
        f32_store_part (out + i,
                        f32_softmax_slope (f32_load_part (y + i, n - i),
                                           f32_load_part (cotangent + i, n - i), shift, sum,
                                           dot),
                        n - i);
    }
}

void
REEL_LOOP (softmax_slope_f64) REEL_ROW_SLOPE_SIGNATURE
{
  const gdouble *y = y_data;
  const gdouble *cotangent = cotangent_data;
  gdouble *out = out_data;

  for (gint64 row = 0; n > 0 && row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const gdouble centre = cotangent[f64_find (y, n, f64_max_row (y, n))];
      const gdouble dot = f64_dot_row (y, cotangent, n, centre);
      const gdouble sum = f64_sum_row (y, y, n, 0.0);

      REEL_INDEPENDENT
      for (gint64 i = 0; i < n; i++)
        {
          const gdouble shifted = cotangent[i] - centre;
          const gdouble difference = (shifted == 0.0 ? 0.0 : shifted * sum) - dot;

          out[i] = difference == 0.0 ? 0.0 : y[i] * difference;
        }
    }
}

/* ȳ - exp (y) Σ ȳ. At a y of more than a half that cancels, and is written as
 * (1 - exp (y)) ȳ - exp (y) Σ of the others. */
#define SURE (-0.6931471805599453)

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

  for (gint64 row = 0; n > 0 && row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const F32 total = f32_splat (f32_sum_row (cotangent, cotangent, n, 0.0f));
      const gfloat max = f32_max_row (y, n);
      gfloat sure = 0.0f;
      gint64 at = -1;
      gint64 i = 0;

      if (max > (gfloat) SURE)
        {
          gdouble others;

          at = f32_find (y, n, max);
          others = (gdouble) f32_sum_others (cotangent, n, at);
          sure = (gfloat) ((cotangent[at] == 0.0f ? 0.0 : -expm1 ((gdouble) max) * (gdouble) cotangent[at]) -
                           (others == 0.0 ? 0.0 : exp ((gdouble) max) * others));
        }
      for (; i + F32_LANES <= n; i += F32_LANES)
        f32_store (out + i,
                   f32_log_softmax_slope (f32_load (y + i), f32_load (cotangent + i), total));
      if (i < n)
        f32_store_part (out + i,
                        f32_log_softmax_slope (f32_load_part (y + i, n - i),
                                               f32_load_part (cotangent + i, n - i), total),
                        n - i);
      if (at >= 0)
        out[at] = sure;
    }
}

void
REEL_LOOP (log_softmax_slope_f64) REEL_ROW_SLOPE_SIGNATURE
{
  const gdouble *y = y_data;
  const gdouble *cotangent = cotangent_data;
  gdouble *out = out_data;

  for (gint64 row = 0; n > 0 && row < n_rows; row++, y += n, cotangent += n, out += n)
    {
      const gdouble total = f64_sum_row (cotangent, cotangent, n, 0.0);
      const gdouble max = f64_max_row (y, n);
      gdouble sure = 0.0;
      gint64 at = -1;

      if (max > SURE)
        {
          gdouble others;

          at = f64_find (y, n, max);
          others = f64_sum_others (cotangent, n, at);
          sure = (cotangent[at] == 0.0 ? 0.0 : -expm1 (max) * cotangent[at]) -
                 (others == 0.0 ? 0.0 : exp (max) * others);
        }
      for (gint64 i = 0; i < n; i++)
        out[i] = total == 0.0 ? cotangent[i] : cotangent[i] - exp (y[i]) * total;
      if (at >= 0)
        out[at] = sure;
    }
}
