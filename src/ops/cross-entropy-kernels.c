/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/kernels.h"
#include "kernels/parallel.h"
#include "ops/losses.h"
#include "ops/rows.h"

#include <math.h>

/* What cross-entropy.c computes, row by row, parts of the rows on several threads. */

/* Logits that are looked at together */
#define BLOCK 512

/* Everything that a part of the rows needs to know */
typedef struct
{
  ReelDType dtype;
  gint64 n_classes;
  gint64 n_rows;
  const gchar *x;
  const gint64 *indices;        /* or */
  const gchar *probabilities;
  gpointer losses;              /* of the forward op */
  gconstpointer cotangents;     /* of the backward op */
  gboolean one_cotangent;       /* for all rows */
  gdouble divisor;
  gchar *out;
} Run;

typedef union
{
  gfloat f32;
  gdouble f64;
} Number;

static const gchar *
probabilities_at (const Run *run,
                  gint64     first)
{
  return run->probabilities + first * (gint64) reel_dtype_get_size (run->dtype);
}

/* log softmax x = (x - max) - log_sum, but for maxima that are not finite */
typedef struct
{
  gdouble max;
  gdouble log_sum;
} Normalizer;

static gdouble
log_softmax_at (const Normalizer *normalizer,
                gdouble           x)
{
  if (G_LIKELY (isfinite (normalizer->max)))
    return (x - normalizer->max) - normalizer->log_sum;
  if (normalizer->max == (gdouble) INFINITY)
    return x == (gdouble) INFINITY ? -normalizer->log_sum : -(gdouble) INFINITY;
  return normalizer->max;
}

/* The sum of exponentials in blocks, the maximum taken off before: so the logarithm
 * of a sum near 1 keeps its digits. */
static Normalizer
normalizer_of (const Run   *run,
               const gchar *x)
{
  const ReelKernels *kernels = _reel_kernels ();
  gint64 size = (gint64) reel_dtype_get_size (run->dtype);
  Normalizer normalizer = { 0, 0 };
  _Alignas (64) gdouble block[BLOCK];
  gdouble sum = 0;
  Number number;

  kernels->reduce[REEL_REDUCE_amax][run->dtype] (1, run->n_classes, x, &number);
  normalizer.max = _reel_loss_number (run->dtype, &number, 0);
  if (!isfinite (normalizer.max))
    {
      for (gint64 i = 0; i < run->n_classes; i++)
        sum += _reel_loss_number (run->dtype, x, i) == (gdouble) INFINITY;
      normalizer.log_sum = log (sum);
      return normalizer;
    }
  for (gint64 i = 0; i < run->n_classes; i += BLOCK)
    {
      gint64 n = MIN (BLOCK, run->n_classes - i);

      kernels->unary[REEL_UNARY_sub_scalar][run->dtype] (n, x + i * size, block,
                                                         &normalizer.max);
      kernels->reduce[REEL_REDUCE_logsumexp][run->dtype] (1, n, block, &number);
      sum += exp (_reel_loss_number (run->dtype, &number, 0));
    }
  normalizer.log_sum = log (sum);
  return normalizer;
}

/* Rows of Σ p log softmax x, from the logarithms, which are overwritten; a zero
 * probability absorbs. */
static void
weighted_sums (const Run *run,
               gint64     n_rows,
               gint64     n,
               gint64     first,
               gpointer   logarithms,
               gpointer   sums)
{
  const ReelKernels *kernels = _reel_kernels ();

  kernels->binary[REEL_BINARY_mul_absorb][run->dtype] (n_rows * n,
                                                       probabilities_at (run, first), 1,
                                                       logarithms, 1, logarithms, NULL);
  kernels->reduce[REEL_REDUCE_sum][run->dtype] (n_rows, n, logarithms, sums);
}

/* y = c (y Σ p - p) */
static void
subtract_probabilities (const Run *run,
                        gint64     row,
                        gdouble    c,
                        gpointer   y)
{
  const ReelKernels *kernels = _reel_kernels ();
  gint64 n = run->n_classes;
  const gchar *p = probabilities_at (run, row * n);
  Number number;
  gdouble sum;

  kernels->reduce[REEL_REDUCE_sum][run->dtype] (1, n, p, &number);
  sum = _reel_loss_number (run->dtype, &number, 0);
  kernels->unary[REEL_UNARY_mul_scalar][run->dtype] (n, y, y, &sum);
  kernels->binary[REEL_BINARY_sub][run->dtype] (n, y, 1, p, 1, y, NULL);
  kernels->unary[REEL_UNARY_mul_scalar][run->dtype] (n, y, y, &c);
}

/* Several short rows at a time. */
static void
forward_short_part (gint64   part,
                    gint64   begin,
                    gint64   end,
                    gpointer data)
{
  const Run *run = data;
  const ReelKernels *kernels = _reel_kernels ();
  gint64 n = run->n_classes;
  gint64 size = (gint64) reel_dtype_get_size (run->dtype);
  _Alignas (64) gdouble block[BLOCK];
  gint64 n_rows;

  for (gint64 row = begin; row < end; row += n_rows)
    {
      gchar *losses = (gchar *) run->losses + row * size;

      n_rows = MIN (end - row, BLOCK / MAX (n, 1));
      kernels->log_softmax[run->dtype] (n_rows, n, run->x + row * n * size, block);
      if (run->indices != NULL)
        for (gint64 i = 0; i < n_rows; i++)
          _reel_loss_set_number (run->dtype, losses, i,
                                 _reel_loss_number (run->dtype, block,
                                                    i * n + run->indices[row + i]));
      else
        weighted_sums (run, n_rows, n, row * n, block, losses);
      kernels->unary[REEL_UNARY_neg][run->dtype] (n_rows, losses, losses, NULL);
    }
}

/* -Σ p log softmax x of a long row, in blocks. */
static gdouble
long_row_loss (const Run   *run,
               const gchar *x,
               gint64       row)
{
  Normalizer normalizer = normalizer_of (run, x);
  ReelUnaryLoop subtract = _reel_kernels ()->unary[REEL_UNARY_sub_scalar][run->dtype];
  gint64 size = (gint64) reel_dtype_get_size (run->dtype);
  _Alignas (64) gdouble block[BLOCK];
  Number number;
  gdouble sum = 0;

  if (run->indices != NULL)
    return -log_softmax_at (&normalizer,
                            _reel_loss_number (run->dtype, x, run->indices[row]));
  for (gint64 i = 0; i < run->n_classes; i += BLOCK)
    {
      gint64 n = MIN (BLOCK, run->n_classes - i);

      if (isfinite (normalizer.max))
        {
          subtract (n, x + i * size, block, &normalizer.max);
          subtract (n, block, block, &normalizer.log_sum);
        }
      else
        {
          for (gint64 j = 0; j < n; j++)
            _reel_loss_set_number (run->dtype, block, j,
                                   log_softmax_at (&normalizer,
                                                   _reel_loss_number (run->dtype, x, i + j)));
        }
      weighted_sums (run, 1, n, row * run->n_classes + i, block, &number);
      sum += _reel_loss_number (run->dtype, &number, 0);
    }
  return -sum;
}

static void
forward_long_part (gint64   part,
                   gint64   begin,
                   gint64   end,
                   gpointer data)
{
  const Run *run = data;
  gint64 row_size = run->n_classes * (gint64) reel_dtype_get_size (run->dtype);

  for (gint64 row = begin; row < end; row++)
    _reel_loss_set_number (run->dtype, run->losses, row,
                           long_row_loss (run, run->x + row * row_size, row));
}

/* Rows of the result, which may be those of several cotangents one after another. */
static void
backward_part (gint64   part,
               gint64   begin,
               gint64   end,
               gpointer data)
{
  const Run *run = data;
  const ReelKernels *kernels = _reel_kernels ();
  gint64 n = run->n_classes;
  gint64 row_size = n * (gint64) reel_dtype_get_size (run->dtype);
  gint64 n_rows;

  for (gint64 i = begin; i < end; i += n_rows)
    {
      n_rows = MIN (end - i, run->n_rows - i % run->n_rows);
      kernels->softmax[run->dtype] (n_rows, n, run->x + i % run->n_rows * row_size,
                                    run->out + i * row_size);
    }
  for (gint64 i = begin; i < end; i++)
    {
      gint64 row = i % run->n_rows;
      gdouble c = _reel_loss_number (run->dtype, run->cotangents,
                                     run->one_cotangent ? i / run->n_rows : i) / run->divisor;
      gchar *out = run->out + i * row_size;

      if (c == 0)
        {
          memset (out, 0, (gsize) row_size);
        }
      else if (run->indices != NULL)
        {
          gint64 at = run->indices[row];

          _reel_loss_set_number (run->dtype, out, at,
                                 _reel_loss_number (run->dtype, out, at) - 1);
          kernels->unary[REEL_UNARY_mul_scalar][run->dtype] (n, out, out, &c);
        }
      else
        {
          subtract_probabilities (run, row, c, out);
        }
    }
}

static gboolean
run_init (Run             *run,
          const ReelArray *x,
          const ReelArray *target,
          guint32          reduction,
          gchar          **workspace,
          GError         **error)
{
  memset (run, 0, sizeof *run);
  run->dtype = x->dtype;
  run->n_classes = x->shape[x->rank - 1];
  run->n_rows = _reel_loss_count_rows (x);
  run->divisor = reduction == REEL_REDUCTION_MEAN ? (gdouble) run->n_rows : 1;
  run->one_cotangent = reduction != REEL_REDUCTION_NONE;
  run->x = _reel_loss_elements (x, workspace);
  if (target->dtype != REEL_I64)
    {
      run->probabilities = _reel_loss_elements (target, workspace);
      return TRUE;
    }
  run->indices = _reel_loss_elements (target, workspace);
  return _reel_loss_check_range (target, run->indices, run->n_classes, error);
}

static gint64
grain_of (const Run *run)
{
  return MAX (1, REEL_ROWS_GRAIN / MAX (run->n_classes, 1));
}

gboolean
_reel_cross_entropy_kernel (const ReelKernelCall *call,
                            GError              **error)
{
  const ReelLoss *loss = call->attributes;
  gboolean by_row = loss->reduction == REEL_REDUCTION_NONE;
  gchar *workspace = call->workspace;
  Run run;

  if (!run_init (&run, &call->inputs[0], &call->inputs[1], loss->reduction, &workspace, error))
    return FALSE;
  run.losses = by_row ? call->outputs[0].data : workspace;
  _reel_parallel_for (run.n_rows, grain_of (&run),
                      run.n_classes <= BLOCK ? forward_short_part : forward_long_part, &run);
  if (!by_row)
    _reel_loss_reduce (run.dtype, run.n_rows, run.losses, loss->reduction,
                       call->outputs[0].data);
  return TRUE;
}

gboolean
_reel_cross_entropy_backward_kernel (const ReelKernelCall *call,
                                     GError              **error)
{
  const ReelLoss *loss = call->attributes;
  gchar *workspace = call->workspace;
  gint64 n_all_rows;
  Run run;

  if (!run_init (&run, &call->inputs[1], &call->inputs[2], loss->reduction, &workspace, error))
    return FALSE;
  run.cotangents = _reel_loss_elements (&call->inputs[0], &workspace);
  run.out = call->outputs[0].data;
  n_all_rows = _reel_loss_count_rows (&call->outputs[0]);
  if (run.n_classes > 0)
    _reel_parallel_for (n_all_rows, grain_of (&run), backward_part, &run);
  return TRUE;
}
