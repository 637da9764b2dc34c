/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/reduction.h"
#include "ops/rows.h"

/* What each element weighs in a maximum or minimum: 1 / count at those equal to it,
 * 0 elsewhere; where it is NaN the NaNs share. Piecewise constant, so it has no
 * gradient of its own. */

#define WEIGHTS_ROWS(prefix, type) \
  static void \
  weights_rows_##prefix (gint64        n_rows, \
                         gint64        n, \
                         gconstpointer input, \
                         gpointer      output, \
                         ReelReduceId  loop, \
                         ReelDType     dtype) \
  { \
    const type *x = input; \
    type *w = output; \
 \
    for (gint64 row = 0; row < n_rows; row++, x += n, w += n) \
      { \
        gint64 count = 0; \
        type extreme, share; \
        gboolean is_nan; \
 \
        _reel_kernels ()->reduce[loop][dtype] (1, n, x, &extreme); \
        is_nan = extreme != extreme; \
        for (gint64 i = 0; i < n; i++) \
          count += is_nan ? x[i] != x[i] : x[i] == extreme; \
        share = 1 / (type) count; \
        for (gint64 i = 0; i < n; i++) \
          w[i] = (is_nan ? x[i] != x[i] : x[i] == extreme) ? share : 0; \
      } \
  }

WEIGHTS_ROWS (f32, gfloat)
WEIGHTS_ROWS (f64, gdouble)

static void
weights_rows (const ReelKernelCall *call,
              gint64                n_rows,
              gint64                n,
              gconstpointer const  *inputs,
              gpointer              output,
              gpointer              scratch)
{
  const ReelExtreme *extreme = call->attributes;
  ReelReduceId loop = extreme->is_minimum ? REEL_REDUCE_amin : REEL_REDUCE_amax;
  ReelDType dtype = call->outputs[0].dtype;

  if (dtype == REEL_F32)
    weights_rows_f32 (n_rows, n, inputs[0], output, loop, dtype);
  else
    weights_rows_f64 (n_rows, n, inputs[0], output, loop, dtype);
}

static gboolean
infer_extreme_weights (ReelInfer *infer,
                       GError   **error)
{
  ReelExtreme *extreme = infer->attributes;

  return _reel_infer_rows (infer, &extreme->axes, error);
}

static gboolean
kernel_extreme_weights (const ReelKernelCall *call,
                        GError              **error)
{
  const ReelExtreme *extreme = call->attributes;

  return _reel_rows_run (call, &extreme->axes, weights_rows, 0, error);
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } }, .n_inputs = 1,
    .attributes = &(const ReelExtreme){ { 1, FALSE, { -1 } }, FALSE },
    .attributes_size = sizeof (ReelExtreme) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } }, .n_inputs = 1,
    .attributes = &(const ReelExtreme){ { 2, FALSE, { -3, -1 } }, TRUE },
    .attributes_size = sizeof (ReelExtreme) },
};

static const ReelAttribute attributes[] = {
  { "axes", REEL_ATTRIBUTE_AXES, G_STRUCT_OFFSET (ReelExtreme, axes.axes),
    G_STRUCT_OFFSET (ReelExtreme, axes.n), NULL, NULL },
  REEL_ATTRIBUTE (ReelExtreme, is_minimum, BOOL, NULL),
};

const ReelOp _reel_op_extreme_weights = {
  REEL_OP_INIT, .name = "extreme_weights", REEL_ATTRIBUTES (attributes),
  .formula = "y = 1 / count where x is the greatest (least), else 0", .n_inputs = 1,
  .n_outputs = 1, .flags = REEL_OP_INTERNAL | REEL_OP_NO_GRADIENT,
  .infer = infer_extreme_weights, .kernel = kernel_extreme_weights, .samples = samples,
  .n_samples = G_N_ELEMENTS (samples)
};
