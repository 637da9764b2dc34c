/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/kernels.h"
#include "kernels/parallel.h"
#include "ops/losses.h"

/* What cross-entropy.c computes: which rows a part of the work has. */

/* Everything that a part of the rows needs to know */
typedef struct
{
  ReelDType dtype;
  gint64 size;                  /* of an element */
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

static gconstpointer
probabilities_at (const Run *run,
                  gint64     row)
{
  return run->probabilities == NULL
         ? NULL : run->probabilities + row * run->n_classes * run->size;
}

static const gint64 *
indices_at (const Run *run,
            gint64     row)
{
  return run->indices == NULL ? NULL : run->indices + row;
}

static void
forward_part (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  const Run *run = data;

  _reel_kernels ()->cross_entropy[run->dtype] (end - begin, run->n_classes,
                                               run->x + begin * run->n_classes * run->size,
                                               indices_at (run, begin),
                                               probabilities_at (run, begin),
                                               (gchar *) run->losses + begin * run->size);
}

/* Rows of the result, which may be those of several cotangents one after another. */
static void
backward_part (gint64   part,
               gint64   begin,
               gint64   end,
               gpointer data)
{
  const Run *run = data;
  gint64 row_size = run->n_classes * run->size;
  gint64 n_rows;

  for (gint64 i = begin; i < end; i += n_rows)
    {
      gint64 row = i % run->n_rows;
      gint64 at = run->one_cotangent ? i / run->n_rows : i;

      n_rows = MIN (end - i, run->n_rows - row);
      _reel_kernels ()->cross_entropy_slope[run->dtype] (
        n_rows, run->n_classes, run->x + row * row_size, indices_at (run, row),
        probabilities_at (run, row), (const gchar *) run->cotangents + at * run->size,
        run->one_cotangent ? 0 : 1, run->divisor, run->out + i * row_size);
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
  run->size = (gint64) reel_dtype_get_size (run->dtype);
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
  return MAX (1, REEL_GRAIN / MAX (run->n_classes, 1));
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
  _reel_parallel_for (run.n_rows, grain_of (&run), forward_part, &run);
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
