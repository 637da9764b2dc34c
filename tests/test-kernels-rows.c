/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reductions and softmax of every table of loops this machine can run, against
 * long double arithmetic. */

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* NAN is a float */
#define NOT_A_NUMBER __builtin_nan ("")

/* Tolerances, relative to the sum of the magnitudes that went in */
#define F32_SUM 6e-7L
#define F64_SUM (1e-15L * f64_slack)
/* Relative to what is wanted */
#define F32_ROW 1e-6L
#define F64_ROW (4e-15L * f64_slack)

static long double f64_slack = 1;

/* Whether long double has digits that f64 has not. Under valgrind, and on some
 * machines, it has none, and is no reference for f64. */
static gboolean
reference_is_wider (void)
{
  volatile long double one = 1, more;

  more = one + (long double) DBL_EPSILON / 4;

  return more != one;
}

#define N_ROWS 3

static const gint64 lengths[] = { 1,  2,  3,   4,   5,   7,   8,   9,    10,   15,   16,   17,  31,
                                  32, 33, 63,  64,  65,  100, 127, 128,  129,  255,  257,  1000,
                                  1023, 1024, 1025, 2049, 4097, 10007 };

static gdouble *
random_rows (gint64 n, guint32 seed)
{
  GRand *random = g_rand_new_with_seed (seed);
  gdouble *x = g_new (gdouble, n);

  /* Rounded to f32, so that both dtypes hold the same numbers */
  for (gint64 i = 0; i < n; i++)
    x[i] = (gdouble) (gfloat) g_rand_double_range (random, -3, 5);
  g_rand_free (random);

  return x;
}

static gfloat *
as_f32 (const gdouble *x, gint64 n)
{
  gfloat *y = g_new (gfloat, n);

  for (gint64 i = 0; i < n; i++)
    y[i] = (gfloat) x[i];

  return y;
}

static void
assert_near (gdouble got, long double wanted, long double tolerance)
{
  if (!(fabsl ((long double) got - wanted) <= tolerance))
    g_error ("got %.17g, wanted %.17Lg, tolerance %.3Lg", got, wanted, tolerance);
}

static void
test_sums (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (guint length = 0; length < G_N_ELEMENTS (lengths); length++)
    {
      const gint64 n = lengths[length];
      gdouble *x64 = random_rows (n * N_ROWS, (guint32) n);
      gfloat *x32 = as_f32 (x64, n * N_ROWS);
      gfloat sum32[N_ROWS], one32;
      gdouble sum64[N_ROWS];
      ReelMoments moments32[N_ROWS], moments64[N_ROWS];

      kernels->reduce[REEL_REDUCE_sum][REEL_F32] (N_ROWS, n, x32, sum32);
      kernels->reduce[REEL_REDUCE_sum][REEL_F64] (N_ROWS, n, x64, sum64);
      kernels->moments[REEL_F32](N_ROWS, n, x32, moments32);
      kernels->moments[REEL_F64](N_ROWS, n, x64, moments64);
      for (gint row = 0; row < N_ROWS; row++)
        {
          long double sum = 0, magnitude = 0, deviation = 0;

          for (gint64 i = 0; i < n; i++)
            {
              sum += (long double) x64[row * n + i];
              magnitude += fabsl ((long double) x64[row * n + i]);
            }
          for (gint64 i = 0; i < n; i++)
            deviation += powl ((long double) x64[row * n + i] - sum / n, 2);
          assert_near ((gdouble) sum32[row], sum, magnitude * F32_SUM);
          assert_near (sum64[row], sum, magnitude * F64_SUM);
          g_assert_cmpmem (&moments32[row], sizeof moments32[row], &moments64[row], sizeof moments64[row]);
          assert_near (moments64[row].squares, deviation, deviation * F64_ROW + 1e-28L);

          /* A row does not know its neighbours. */
          kernels->reduce[REEL_REDUCE_sum][REEL_F32] (1, n, x32 + row * n, &one32);
          g_assert_cmpmem (&one32, 4, &sum32[row], 4);
        }
      g_free (x64);
      g_free (x32);
    }
}

/* What a sequential sum in f32 would get wrong by 10 % */
static void
test_long_sum (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const gint64 n = 1 << 22;
  gfloat *x = g_new (gfloat, n), sum;

  for (gint64 i = 0; i < n; i++)
    x[i] = 0.1f;
  kernels->reduce[REEL_REDUCE_sum][REEL_F32] (1, n, x, &sum);
  assert_near ((gdouble) sum, (long double) 0.1f * n, 0.1L * n * F32_SUM);
  g_free (x);
}

static void
test_sum_columns (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gint64 n_rows[] = { 0, 1, 2, 15, 16, 17, 33, 100, 1797 };
  static const gint64 widths[] = { 1, 2, 3, 5, 8, 10, 16, 31, 64, 65, 133 };

  for (guint i = 0; i < G_N_ELEMENTS (n_rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (widths); j++)
      {
        const gint64 n = widths[j], stride = n + 3, size = MAX (n_rows[i] * stride - 3, n);
        gdouble *x64 = random_rows (size, j), *sum64 = g_new (gdouble, n);
        gfloat *x32 = as_f32 (x64, size), *sum32 = g_new (gfloat, n);

        kernels->sum_columns[REEL_F32](n_rows[i], n, x32, stride, sum32);
        kernels->sum_columns[REEL_F64](n_rows[i], n, x64, stride, sum64);
        for (gint64 column = 0; column < n; column++)
          {
            long double sum = 0, magnitude = 0;
            gfloat alone;

            for (gint64 row = 0; row < n_rows[i]; row++)
              {
                sum += (long double) x64[row * stride + column];
                magnitude += fabsl ((long double) x64[row * stride + column]);
              }
            assert_near ((gdouble) sum32[column], sum, magnitude * F32_SUM);
            assert_near (sum64[column], sum, magnitude * F64_SUM);
            kernels->sum_columns[REEL_F32](n_rows[i], 1, x32 + column, stride, &alone);
            g_assert_cmpmem (&alone, 4, &sum32[column], 4);
          }
        g_free (x64);
        g_free (x32);
        g_free (sum64);
        g_free (sum32);
      }
}

static void
test_extremes (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (guint length = 0; length < G_N_ELEMENTS (lengths); length++)
    for (gint with_nan = 0; with_nan < 2; with_nan++)
      {
        const gint64 n = lengths[length];
        gdouble *x64 = random_rows (n, 77);
        gfloat *x32;
        gint64 first[2] = { 0, 0 };
        static const ReelReduceId value_ids[] = { REEL_REDUCE_amax, REEL_REDUCE_amin };
        static const ReelReduceId index_ids[] = { REEL_REDUCE_argmax, REEL_REDUCE_argmin };

        for (gint64 i = 0; i < n; i++)
          x64[i] = floor (x64[i]); /* ties */
        if (with_nan)
          x64[n / 2] = x64[n - 1] = NOT_A_NUMBER;
        x32 = as_f32 (x64, n);
        for (gint64 i = 1; i < n; i++)
          {
            first[0] = x64[i] > x64[first[0]] ? i : first[0];
            first[1] = x64[i] < x64[first[1]] ? i : first[1];
          }
        if (with_nan)
          first[0] = first[1] = n / 2;
        for (gint k = 0; k < 2; k++)
          {
            gfloat value32;
            gdouble value64;
            gint64 index;

            kernels->reduce[value_ids[k]][REEL_F32] (1, n, x32, &value32);
            kernels->reduce[value_ids[k]][REEL_F64] (1, n, x64, &value64);
            g_assert_true (with_nan ? isnan (value32) : value32 == x32[first[k]]);
            g_assert_true (with_nan ? isnan (value64) : value64 == x64[first[k]]);
            kernels->reduce[index_ids[k]][REEL_F32] (1, n, x32, &index);
            g_assert_cmpint (index, ==, first[k]);
            kernels->reduce[index_ids[k]][REEL_F64] (1, n, x64, &index);
            g_assert_cmpint (index, ==, first[k]);
          }
        g_free (x64);
        g_free (x32);
      }
}

/* +0 is above -0, wherever they are. */
static void
test_signed_zeros (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (gint64 n = 2; n <= 70; n++)
    for (gint64 at = 0; at < n; at++)
      for (gint odd = 0; odd < 2; odd++)
        {
          gfloat x32[70], y32, max32, min32;
          gdouble x64[70], max64, min64;

          for (gint64 i = 0; i < n; i++)
            {
              x32[i] = (i == at) == (odd == 1) ? 0.0f : -0.0f;
              x64[i] = (gdouble) x32[i];
            }
          kernels->reduce[REEL_REDUCE_amax][REEL_F32] (1, n, x32, &max32);
          kernels->reduce[REEL_REDUCE_amin][REEL_F32] (1, n, x32, &min32);
          kernels->reduce[REEL_REDUCE_amax][REEL_F64] (1, n, x64, &max64);
          kernels->reduce[REEL_REDUCE_amin][REEL_F64] (1, n, x64, &min64);
          g_assert_true (max32 == 0 && min32 == 0 && max64 == 0 && min64 == 0);
          g_assert_true (!signbit (max32) && signbit (min32));
          g_assert_true (!signbit (max64) && signbit (min64));
          kernels->binary[REEL_BINARY_maximum][REEL_F32] (1, &x32[0], 1, &x32[at], 1, &y32, NULL);
          g_assert_true (!signbit (y32) == !(signbit (x32[0]) && signbit (x32[at])));
          kernels->binary[REEL_BINARY_minimum][REEL_F32] (1, &x32[0], 1, &x32[at], 1, &y32, NULL);
          g_assert_true (!signbit (y32) == (!signbit (x32[0]) && !signbit (x32[at])));
          kernels->binary[REEL_BINARY_maximum][REEL_F64] (n, x64, 1, &x64[at], 0, x64, NULL);
          g_assert_true (!signbit (x64[at]) == (odd == 1));
        }
}

/* The sum's own overflow is none of the moments'; means lie apart by less than f64
 * can say. */
static void
test_moments_edges (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const gdouble most[3] = { DBL_MAX, DBL_MAX, DBL_MAX }, apart[2] = { -DBL_MAX, DBL_MAX };
  const gfloat most32[2] = { FLT_MAX, FLT_MAX };
  const gdouble broken[3] = { 1, HUGE_VAL, 2 };
  gdouble far[1000];
  ReelMoments moments;
  long double sum = 0, squares = 0;

  kernels->moments[REEL_F64](1, 3, most, &moments);
  g_assert_true (moments.squares == 0);
  kernels->moments[REEL_F64](1, 2, apart, &moments);
  g_assert_true (isinf (moments.squares));
  kernels->moments[REEL_F32](1, 2, most32, &moments);
  g_assert_true (moments.squares == 0);
  kernels->moments[REEL_F64](1, 3, broken, &moments);
  g_assert_true (isnan (moments.squares));

  for (guint i = 0; i < G_N_ELEMENTS (far); i++)
    {
      far[i] = 1e8 + (gdouble) (i * 37 % 101) / 64;
      sum += (long double) far[i] - 1e8L;
    }
  for (guint i = 0; i < G_N_ELEMENTS (far); i++)
    squares += powl ((long double) far[i] - 1e8L - sum / G_N_ELEMENTS (far), 2);
  kernels->moments[REEL_F64](1, G_N_ELEMENTS (far), far, &moments);
  assert_near (moments.squares, squares, squares * F64_ROW);
  assert_near (moments.rest, sum / G_N_ELEMENTS (far) - ((long double) moments.mean - 1e8L), 1e-15L);
}

static void
test_empty_rows (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const gfloat none[1] = { 0 };
  ReelMoments moments[2];
  gfloat f32[2];
  gint64 i64[2];
  guint8 u8[2];

  kernels->reduce[REEL_REDUCE_sum][REEL_F32] (2, 0, none, f32);
  g_assert_true (f32[0] == 0 && f32[1] == 0);
  kernels->reduce[REEL_REDUCE_prod][REEL_F32] (2, 0, none, f32);
  g_assert_true (f32[0] == 1 && f32[1] == 1);
  kernels->reduce[REEL_REDUCE_amax][REEL_F32] (2, 0, none, f32);
  g_assert_true (isinf (f32[0]) && f32[0] < 0 && isinf (f32[1]));
  kernels->reduce[REEL_REDUCE_amin][REEL_F32] (2, 0, none, f32);
  g_assert_true (isinf (f32[0]) && f32[0] > 0);
  kernels->reduce[REEL_REDUCE_logsumexp][REEL_F32] (2, 0, none, f32);
  g_assert_true (isinf (f32[0]) && f32[0] < 0);
  kernels->moments[REEL_F32](2, 0, none, moments);
  g_assert_true (moments[1].squares == 0);
  kernels->reduce[REEL_REDUCE_prod][REEL_I32] (2, 0, none, i64);
  g_assert_cmpint (i64[1], ==, 1);
  kernels->reduce[REEL_REDUCE_any][REEL_BOOL] (2, 0, none, u8);
  g_assert_cmpint (u8[1], ==, 0);
  kernels->reduce[REEL_REDUCE_all][REEL_F32] (2, 0, none, u8);
  g_assert_cmpint (u8[1], ==, 1);
}

static void
test_softmax (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (guint length = 0; length < G_N_ELEMENTS (lengths); length++)
    {
      const gint64 n = lengths[length];
      gdouble *x64 = random_rows (n * N_ROWS, 5), *y64 = g_new (gdouble, n * N_ROWS), lse64[N_ROWS];
      gdouble *log64 = g_new (gdouble, n * N_ROWS), *g64 = random_rows (n * N_ROWS, 6);
      gdouble *slope64 = g_new (gdouble, n * N_ROWS), *log_slope64 = g_new (gdouble, n * N_ROWS);
      gfloat *x32 = as_f32 (x64, n * N_ROWS), *y32 = g_new (gfloat, n * N_ROWS), lse32[N_ROWS];
      gfloat *log32 = g_new (gfloat, n * N_ROWS), *g32 = as_f32 (g64, n * N_ROWS);
      gfloat *slope32 = as_f32 (g64, n * N_ROWS), *log_slope32 = as_f32 (g64, n * N_ROWS);

      kernels->softmax[REEL_F32](N_ROWS, n, x32, y32);
      kernels->softmax[REEL_F64](N_ROWS, n, x64, y64);
      kernels->log_softmax[REEL_F32](N_ROWS, n, x32, log32);
      kernels->log_softmax[REEL_F64](N_ROWS, n, x64, log64);
      kernels->reduce[REEL_REDUCE_logsumexp][REEL_F32] (N_ROWS, n, x32, lse32);
      kernels->reduce[REEL_REDUCE_logsumexp][REEL_F64] (N_ROWS, n, x64, lse64);
      /* in place of the cotangent */
      kernels->softmax_slope[REEL_F32](N_ROWS, n, y32, slope32, slope32);
      kernels->softmax_slope[REEL_F64](N_ROWS, n, y64, g64, slope64);
      kernels->log_softmax_slope[REEL_F32](N_ROWS, n, log32, log_slope32, log_slope32);
      kernels->log_softmax_slope[REEL_F64](N_ROWS, n, log64, g64, log_slope64);
      for (gint row = 0; row < N_ROWS; row++)
        {
          long double sum = 0, dot = 0, total = 0, lse;

          for (gint64 i = row * n; i < row * n + n; i++)
            sum += expl ((long double) x64[i]);
          lse = logl (sum);
          for (gint64 i = row * n; i < row * n + n; i++)
            {
              dot += (long double) g64[i] * expl ((long double) x64[i] - lse);
              total += (long double) g64[i];
            }
          assert_near ((gdouble) lse32[row], lse, fabsl (lse) * F32_ROW + 1e-6L);
          assert_near (lse64[row], lse, fabsl (lse) * F64_ROW + 1e-15L);
          for (gint64 i = row * n; i < row * n + n; i++)
            {
              const long double y = expl ((long double) x64[i] - lse);
              const long double slope = y * ((long double) g64[i] - dot);
              const long double log_slope = (long double) g64[i] - y * total;

              assert_near ((gdouble) y32[i], y, y * F32_ROW);
              assert_near (y64[i], y, y * F64_ROW);
              assert_near ((gdouble) log32[i], (long double) x64[i] - lse, 12 * F32_ROW);
              assert_near (log64[i], (long double) x64[i] - lse, 12 * F64_ROW);
              assert_near ((gdouble) slope32[i], slope, y * 12 * F32_ROW);
              assert_near (slope64[i], slope, y * 12 * F64_ROW);
              assert_near ((gdouble) log_slope32[i], log_slope,
                           (5 + y * n * 5) * 12 * F32_ROW);
              assert_near (log_slope64[i], log_slope, (5 + y * n * 5) * 12 * F64_ROW);
            }
        }
      kernels->softmax[REEL_F32](N_ROWS, n, x32, x32);
      g_assert_cmpmem (x32, (gint) (n * N_ROWS * 4), y32, (gint) (n * N_ROWS * 4));
      g_free (x64);
      g_free (y64);
      g_free (log64);
      g_free (g64);
      g_free (slope64);
      g_free (log_slope64);
      g_free (x32);
      g_free (y32);
      g_free (log32);
      g_free (g32);
      g_free (slope32);
      g_free (log_slope32);
    }
}

static gboolean
same (gdouble a, gdouble b)
{
  return isnan (a) ? isnan (b) : a == b;
}

static void
test_softmax_edges (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const gdouble inf = HUGE_VAL, nan = NOT_A_NUMBER;
  const struct
  {
    gdouble x[3], softmax[3], logsumexp;
  } cases[] = {
    { { -inf, -inf, -inf }, { 0, 0, 0 }, -inf },
    { { 1, inf, 2 }, { 0, 1, 0 }, inf },
    { { inf, -inf, inf }, { 0.5, 0, 0.5 }, inf },
    { { 1, nan, inf }, { nan, nan, nan }, nan },
    { { -inf, 3, -inf }, { 0, 1, 0 }, 3 },
    { { 0, 1e30, 0 }, { 0, 1, 0 }, (gdouble) 1e30f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gfloat *x32 = as_f32 (cases[i].x, 3), y32[3], log32[3], lse32;
      gdouble y64[3], log64[3], lse64;

      kernels->softmax[REEL_F32](1, 3, x32, y32);
      kernels->softmax[REEL_F64](1, 3, cases[i].x, y64);
      kernels->log_softmax[REEL_F32](1, 3, x32, log32);
      kernels->log_softmax[REEL_F64](1, 3, cases[i].x, log64);
      kernels->reduce[REEL_REDUCE_logsumexp][REEL_F32] (1, 3, x32, &lse32);
      kernels->reduce[REEL_REDUCE_logsumexp][REEL_F64] (1, 3, cases[i].x, &lse64);
      g_assert_true (same ((gdouble) lse32, cases[i].logsumexp));
      g_assert_true (same ((gdouble) (gfloat) lse64, cases[i].logsumexp));
      for (guint j = 0; j < 3; j++)
        {
          g_assert_true (same ((gdouble) y32[j], cases[i].softmax[j]));
          g_assert_true (same (y64[j], cases[i].softmax[j]));
          if (i != 5)
            {
              g_assert_true (same ((gdouble) log32[j], (gdouble) logf ((gfloat) cases[i].softmax[j])));
              g_assert_true (same (log64[j], log (cases[i].softmax[j])));
            }
        }
      /* A cotangent of zeros is absorbed by whatever came of that. */
      {
        gfloat zero32[3] = { 0, 0, 0 };
        gdouble zero64[3] = { 0, 0, 0 };

        kernels->softmax_slope[REEL_F32](1, 3, y32, zero32, zero32);
        kernels->log_softmax_slope[REEL_F32](1, 3, log32, zero32, zero32);
        kernels->softmax_slope[REEL_F64](1, 3, y64, zero64, zero64);
        kernels->log_softmax_slope[REEL_F64](1, 3, log64, zero64, zero64);
        for (guint j = 0; j < 3; j++)
          g_assert_true (zero32[j] == 0 && zero64[j] == 0);
      }
      g_free (x32);
    }
}

/* Rows that are sure of one element, alone or among others far below it: what is
 * left keeps its digits in values and slopes. */
static void
test_confident_rows (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble gaps[] = { 1, 5, 10, 20, 30, 80 };
  static const gint64 widths[] = { 2, 3, 10, 17, 64, 100 };

  for (guint g = 0; g < G_N_ELEMENTS (gaps); g++)
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
      for (gint64 at = 0; at < widths[w]; at += 7)
        {
          const gint64 n = widths[w];
          const long double others = (n - 1) * expl (-(long double) gaps[g]);
          const long double loss = log1pl (others), slope = others / (1 + others);
          gfloat x32[100] = { 0 }, y32[100], p32[100] = { 0 }, z32[100], lse32, one32 = 1;
          gdouble x64[100] = { 0 }, y64[100], p64[100] = { 0 }, z64[100], lse64, one64 = 1;

          for (gint64 i = 0; i < n; i++)
            x32[i] = (gfloat) (x64[i] = i == at ? 0 : -gaps[g]);
          p32[at] = 1;
          p64[at] = 1;
          kernels->reduce[REEL_REDUCE_logsumexp][REEL_F32] (1, n, x32, &lse32);
          kernels->reduce[REEL_REDUCE_logsumexp][REEL_F64] (1, n, x64, &lse64);
          assert_near ((gdouble) lse32, loss, loss * 2 * F32_ROW);
          assert_near (lse64, loss, loss * F64_ROW);
          kernels->log_softmax[REEL_F32](1, n, x32, y32);
          kernels->log_softmax[REEL_F64](1, n, x64, y64);
          assert_near ((gdouble) y32[at], -loss, loss * 2 * F32_ROW);
          assert_near (y64[at], -loss, loss * F64_ROW);
          kernels->log_softmax_slope[REEL_F32](1, n, y32, p32, z32);
          kernels->log_softmax_slope[REEL_F64](1, n, y64, p64, z64);
          assert_near ((gdouble) z32[at], slope, slope * 2 * F32_ROW);
          assert_near (z64[at], slope, slope * F64_ROW);
          kernels->softmax[REEL_F32](1, n, x32, y32);
          kernels->softmax[REEL_F64](1, n, x64, y64);
          kernels->softmax_slope[REEL_F32](1, n, y32, p32, z32);
          kernels->softmax_slope[REEL_F64](1, n, y64, p64, z64);
          assert_near ((gdouble) z32[at], slope / (1 + others), slope * 2 * F32_ROW);
          assert_near (z64[at], slope / (1 + others), slope * F64_ROW);
          for (gint by_index = 0; by_index < 2; by_index++)
            {
              const gint64 *index = by_index ? &at : NULL;

              kernels->cross_entropy[REEL_F32](1, n, x32, index, by_index ? NULL : p32, z32);
              kernels->cross_entropy[REEL_F64](1, n, x64, index, by_index ? NULL : p64, z64);
              assert_near ((gdouble) z32[0], loss, loss * 2 * F32_ROW);
              assert_near (z64[0], loss, loss * F64_ROW);
              kernels->cross_entropy_slope[REEL_F32](1, n, x32, index, by_index ? NULL : p32,
                                                     &one32, 0, 1, z32);
              kernels->cross_entropy_slope[REEL_F64](1, n, x64, index, by_index ? NULL : p64,
                                                     &one64, 0, 1, z64);
              assert_near ((gdouble) z32[at], -slope, slope * 2 * F32_ROW);
              assert_near (z64[at], -slope, slope * F64_ROW);
            }
        }
}

int
main (int argc, char **argv)
{
  static const gchar *const names[] = { "baseline", "avx2", "avx512" };
  static const struct
  {
    const gchar *name;
    GTestDataFunc run;
  } tests[] = {
    { "sums", test_sums },
    { "long-sum", test_long_sum },
    { "sum-columns", test_sum_columns },
    { "extremes", test_extremes },
    { "signed-zeros", test_signed_zeros },
    { "moments-edges", test_moments_edges },
    { "confident-rows", test_confident_rows },
    { "empty-rows", test_empty_rows },
    { "softmax", test_softmax },
    { "softmax-edges", test_softmax_edges },
  };

  g_test_init (&argc, &argv, NULL);
  if (!reference_is_wider ())
    f64_slack = 100;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
      {
        const ReelKernels *kernels = _reel_kernels_lookup (names[i]);
        gchar *path = g_strdup_printf ("/kernels/%s/%s", names[i], tests[j].name);

        if (kernels != NULL)
          g_test_add_data_func (path, kernels, tests[j].run);
        g_free (path);
      }

  return g_test_run ();
}
