/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "ops/reduction.h"
#include "ops/rows.h"
#include "ops/views.h"

/* Internal ops around broadcasting. "spread" repeats a result along the axes that a
 * reduction took away: the transpose of sum, as a view. "sum_to_shape" sums over
 * what broadcasting repeated: the transpose of broadcast_to. */

typedef struct
{
  ReelAxes axes;
  gint64 sizes[REEL_MAX_AXES];  /* of these axes */
} Spread;

static gboolean
infer_spread (ReelInfer *infer,
              GError   **error)
{
  Spread *spread = infer->attributes;
  const ReelArray *t = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint rank = t->rank + (spread->axes.keep ? 0 : spread->axes.n);
  guint from = 0, repeated = 0;
  gboolean fits = rank <= REEL_MAX_AXES;

  if (!_reel_infer_axes (&spread->axes, rank, error))
    return FALSE;
  /* What is repeated must be there once. */
  for (guint i = 0; fits && spread->axes.keep && i < spread->axes.n; i++)
    fits = t->shape[(gint32) rank + spread->axes.axes[i]] == 1;
  if (!fits)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s is no result of a reduction",
                   what);
      return FALSE;
    }
  spec->dtype = (ReelDType) t->dtype;
  spec->rank = rank;
  spec->offset = 0;
  for (guint i = 0; i < rank; i++)
    if (repeated < spread->axes.n &&
        (gint32) rank + spread->axes.axes[repeated] == (gint32) i)
      {
        spec->shape[i] = spread->sizes[repeated++];
        spec->strides[i] = 0;
        from += spread->axes.keep ? 1 : 0;
      }
    else
      {
        spec->shape[i] = t->shape[from];
        spec->strides[i] = t->strides[from++];
      }
  return TRUE;
}

static gboolean
vjp_spread (ReelRule *rule,
            GError  **error)
{
  const Spread *spread = rule->attributes;

  reel_rule_contribute (rule, 0, _reel_apply_1 (&_reel_op_sum, rule->cotangents[0],
                                                &spread->axes, sizeof spread->axes));
  return TRUE;
}

static gboolean
jvp_spread (ReelRule *rule,
            GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample spread_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 } }, .n_inputs = 1,
    .attributes = &(const Spread){ { 1, FALSE, { -1 } }, { 4 } },
    .attributes_size = sizeof (Spread) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 1, 3, 1 }, -2, 2 } }, .n_inputs = 1,
    .attributes = &(const Spread){ { 2, TRUE, { -3, -1 } }, { 2, 4 } },
    .attributes_size = sizeof (Spread) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } }, .n_inputs = 1,
    .attributes = &(const Spread){ { 2, FALSE, { -2, -1 } }, { 2, 3 } },
    .attributes_size = sizeof (Spread) },
};

static const ReelAttribute spread_attributes[] = {
  { "axes", REEL_ATTRIBUTE_AXES, G_STRUCT_OFFSET (Spread, axes.axes),
    G_STRUCT_OFFSET (Spread, axes.n), NULL, NULL },
  { "sizes", REEL_ATTRIBUTE_SHAPE, G_STRUCT_OFFSET (Spread, sizes),
    G_STRUCT_OFFSET (Spread, axes.n), NULL, NULL },
  { "kept", REEL_ATTRIBUTE_BOOL, G_STRUCT_OFFSET (Spread, axes.keep), 0, NULL, NULL },
};

const ReelOp _reel_op_spread = {
  REEL_OP_INIT, .name = "spread", REEL_ATTRIBUTES (spread_attributes), .formula = "y = x repeated along axes;  x̄ = Σ ȳ",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_INTERNAL | REEL_OP_VIEW,
  .infer = infer_spread, .vjp = vjp_spread, .jvp = jvp_spread,
  .samples = spread_samples, .n_samples = G_N_ELEMENTS (spread_samples)
};

ReelTensor *
_reel_spread (ReelTensor     *t,
              ReelTensor     *x,
              const ReelAxes *axes)
{
  Spread spread;

  memset (&spread, 0, sizeof spread);
  spread.axes = *axes;
  for (guint i = 0; i < axes->n; i++)
    spread.sizes[i] = _reel_tensor_shape (x)[(gint32) x->rank + axes->axes[i]];
  return _reel_apply_1 (&_reel_op_spread, t, &spread, sizeof spread);
}

/* Sums to a shape */

/* The axes of x, by its shape, that broadcasting made of the target's. */
static void
repeated_axes (ReelAxes     *axes,
               guint         rank,
               const gint64 *shape,
               const ReelShape *target)
{
  memset (axes, 0, sizeof *axes);
  for (guint i = rank - target->n_old; i < rank; i++)
    if (i + target->rank < rank ||
        (target->shape[i + target->rank - rank] == 1 && shape[i] != 1))
      axes->axes[axes->n++] = (gint32) i - (gint32) rank;
}

static gboolean
infer_sum_to_shape (ReelInfer *infer,
                    GError   **error)
{
  const ReelShape *target = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  gint64 shape[REEL_MAX_AXES];
  const ReelArray *x = &infer->inputs[0];
  guint n_kept = x->rank - MIN (x->rank, target->n_old);
  ReelAxes axes;
  guint rank;

  _reel_spec_like (spec, x);
  if (!_reel_check_floating (infer, 0, error))
    return FALSE;
  if (x->rank < target->n_old || target->rank > target->n_old ||
      !_reel_shape_broadcast (target->n_old, x->shape + n_kept, target->rank, target->shape,
                              &rank, shape) ||
      !_reel_shape_equal (target->n_old, x->shape + n_kept, rank, shape))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);
      g_autofree gchar *wanted = _reel_shape_to_string (target->rank, target->shape);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s was not broadcast from %s", what,
                   wanted);
      return FALSE;
    }
  spec->rank = n_kept + target->rank;
  memcpy (spec->shape + n_kept, target->shape, target->rank * sizeof (gint64));
  repeated_axes (&axes, x->rank, x->shape, target);
  infer->workspace_size = _reel_reduce_workspace (REEL_REDUCE_sum, x, &axes);
  return TRUE;
}

static gboolean
kernel_sum_to_shape (const ReelKernelCall *call,
                     GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  ReelAxes axes;

  repeated_axes (&axes, x->rank, x->shape, call->attributes);
  _reel_reduce (REEL_REDUCE_sum, x, &axes, call->outputs[0].data, call->workspace);
  return TRUE;
}

static gboolean
vjp_sum_to_shape (ReelRule *rule,
                  GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_broadcast_from (rule->cotangents[0], rule->outputs[0],
                                                       rule->inputs[0]));
  return TRUE;
}

static gboolean
jvp_sum_to_shape (ReelRule *rule,
                  GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

#define SUM_SAMPLE(rank_, shape_, target_rank, target_shape) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 } }, .n_inputs = 1, \
    .attributes = &(const ReelShape){ rank_, target_rank, target_shape }, \
    .attributes_size = sizeof (ReelShape) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample sum_to_shape_samples[] = {
  SUM_SAMPLE (2, DIMS (3, 4), 1, DIMS (4)),
  SUM_SAMPLE (2, DIMS (3, 4), 2, DIMS (3, 1)),
  SUM_SAMPLE (3, DIMS (2, 3, 4), 2, DIMS (3, 1)),
  SUM_SAMPLE (2, DIMS (3, 4), 0, DIMS (0)),
};

const ReelOp _reel_op_sum_to_shape = {
  REEL_OP_INIT, .name = "sum_to_shape", REEL_ATTRIBUTES (_reel_shape_attributes),
  .formula = "y = Σ x over what broadcasting repeated;  x̄ = ȳ broadcast",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_INTERNAL,
  .infer = infer_sum_to_shape, .kernel = kernel_sum_to_shape, .vjp = vjp_sum_to_shape,
  .jvp = jvp_sum_to_shape, .samples = sum_to_shape_samples,
  .n_samples = G_N_ELEMENTS (sum_to_shape_samples)
};

ReelTensor *
_reel_sum_to_shape_from (ReelTensor   *t,
                         guint         rank,
                         const gint64 *shape,
                         ReelTensor   *to)
{
  if (_reel_shape_equal (rank, shape, to->rank, _reel_tensor_shape (to)))
    return t;
  return _reel_apply_shape (&_reel_op_sum_to_shape, t, rank, to->rank, _reel_tensor_shape (to));
}

ReelTensor *
_reel_sum_to_shape (ReelTensor *t,
                    ReelTensor *from,
                    ReelTensor *to)
{
  if (G_LIKELY (_reel_tensor_same_shape (from, to)))
    return t;
  return _reel_sum_to_shape_from (t, from->rank, _reel_tensor_shape (from), to);
}
