/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/parallel.h"
#include "kernels/variance.h"

#include <math.h>

/* Long rows are cut in parts, whose means and squared deviations are put together by
 * their counts: Chan, Golub and LeVeque, 1983. */

/* Rows whose moments lie on the stack at a time */
#define FEW 64

typedef struct
{
  ReelDType dtype;
  gint64 n;
  const gchar *x;
  gdouble scale;
  gchar *out;
  ReelMoments *moments;         /* of the parts of a long row */
} Run;

static gboolean
is_long (gint64 n)
{
  return n > 2 * REEL_GRAIN;
}

static gint64
count_parts (gint64 n)
{
  return n / REEL_GRAIN + (n % REEL_GRAIN != 0 ? 1 : 0);
}

gsize
_reel_variance_workspace (gint64 n)
{
  return is_long (n) ? (gsize) count_parts (n) * sizeof (ReelMoments) : 0;
}

static void
set_result (const Run *run,
            gint64     row,
            gdouble    squares)
{
  if (run->dtype == REEL_F32)
    ((gfloat *) run->out)[row] = (gfloat) (squares * run->scale);
  else
    ((gdouble *) run->out)[row] = squares * run->scale;
}

static void
rows_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const Run *run = data;
  gint64 row_size = run->n * (gint64) reel_dtype_get_size (run->dtype);
  ReelMoments moments[FEW];

  for (gint64 row = begin; row < end; row += FEW)
    {
      gint64 n_rows = MIN (FEW, end - row);

      _reel_kernels ()->moments[run->dtype] (n_rows, run->n, run->x + row * row_size, moments);
      for (gint64 i = 0; i < n_rows; i++)
        set_result (run, row + i, moments[i].squares);
    }
}

static void
long_row_part (gint64   part,
               gint64   begin,
               gint64   end,
               gpointer data)
{
  const Run *run = data;

  _reel_kernels ()->moments[run->dtype] (1, end - begin,
                                         run->x + begin *
                                         (gint64) reel_dtype_get_size (run->dtype),
                                         &run->moments[part]);
}

/* Means are taken as differences to the first part's, so that a row far from 0 keeps
 * its digits. */
static gdouble
combine_parts (const ReelMoments *moments,
               gint64             n)
{
  gint64 n_parts = count_parts (n);
  gdouble origin = moments[0].mean;
  gdouble mean = 0, squares = 0;
  gboolean finite = TRUE;

  for (gint64 i = 0; i < n_parts; i++)
    {
      gdouble weight = (gdouble) MIN (REEL_GRAIN, n - i * REEL_GRAIN) / (gdouble) n;

      mean += weight * ((moments[i].mean - origin) + moments[i].rest);
      finite = finite && isfinite (moments[i].mean);
    }
  for (gint64 i = 0; i < n_parts; i++)
    {
      gdouble count = (gdouble) MIN (REEL_GRAIN, n - i * REEL_GRAIN);
      gdouble deviation = ((moments[i].mean - origin) + moments[i].rest) - mean;

      squares += moments[i].squares + count * deviation * deviation;
    }
  /* Of finite means whose difference is too large to be held, so is the square. */
  return finite && isnan (squares) ? (gdouble) INFINITY : squares;
}

void
_reel_variance_rows (ReelDType     dtype,
                     gint64        n_rows,
                     gint64        n,
                     gconstpointer x,
                     gdouble       scale,
                     gpointer      out,
                     gpointer      workspace)
{
  Run run = { dtype, n, x, scale, out, workspace };

  if (!is_long (n))
    {
      _reel_parallel_for (n_rows, MAX (1, REEL_GRAIN / MAX (n, 1)), rows_part, &run);
      return;
    }
  for (gint64 row = 0; row < n_rows; row++)
    {
      _reel_parallel_for (n, REEL_GRAIN, long_row_part, &run);
      set_result (&run, row, combine_parts (run.moments, n));
      run.x += n * (gint64) reel_dtype_get_size (dtype);
    }
}
