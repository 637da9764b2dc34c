/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "ops/reduction.h"
#include "ops/rows.h"

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

typedef struct
{
  guint32 rank;
  gint32 padding;
  gint64 shape[REEL_MAX_AXES];
} Target;

/* The axes of x, by its shape, that broadcasting made of the target's. */
static void
repeated_axes (ReelAxes     *axes,
               guint         rank,
               const gint64 *shape,
               const Target *target)
{
  memset (axes, 0, sizeof *axes);
  for (guint i = 0; i < rank; i++)
    if (i + target->rank < rank ||
        (target->shape[i + target->rank - rank] == 1 && shape[i] != 1))
      axes->axes[axes->n++] = (gint32) i - (gint32) rank;
}

static gboolean
infer_sum_to_shape (ReelInfer *infer,
                    GError   **error)
{
  const Target *target = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  gint64 shape[REEL_MAX_AXES];
  ReelArray array;
  ReelAxes axes;
  guint rank;

  array = infer->inputs[0];
  spec->dtype = array.dtype;
  spec->rank = target->rank;
  memcpy (spec->shape, target->shape, sizeof target->shape);
  if (!_reel_check_floating (infer, 0, error))
    return FALSE;
  if (target->rank > array.rank ||
      !_reel_shape_broadcast (array.rank, array.shape, target->rank, target->shape, &rank,
                              shape) ||
      !_reel_shape_equal (array.rank, array.shape, rank, shape))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);
      g_autofree gchar *wanted = _reel_shape_to_string (target->rank, target->shape);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s was not broadcast from %s", what,
                   wanted);
      return FALSE;
    }
  repeated_axes (&axes, array.rank, array.shape, target);
  infer->workspace_size = _reel_reduce_workspace (REEL_REDUCE_sum, &array, &axes);
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
  reel_rule_contribute (rule, 0, reel_broadcast_to (rule->cotangents[0], rule->inputs[0]->rank,
                                                    _reel_tensor_shape (rule->inputs[0])));
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
    .attributes = &(const Target){ target_rank, 0, target_shape }, \
    .attributes_size = sizeof (Target) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample sum_to_shape_samples[] = {
  SUM_SAMPLE (2, DIMS (3, 4), 1, DIMS (4)),
  SUM_SAMPLE (2, DIMS (3, 4), 2, DIMS (3, 1)),
  SUM_SAMPLE (3, DIMS (2, 3, 4), 2, DIMS (3, 1)),
  SUM_SAMPLE (2, DIMS (3, 4), 0, DIMS (0)),
};

static const ReelAttribute sum_to_shape_attributes[] = {
  REEL_LIST_ATTRIBUTE (Target, shape, rank, SHAPE, NULL),
};

const ReelOp _reel_op_sum_to_shape = {
  REEL_OP_INIT, .name = "sum_to_shape", REEL_ATTRIBUTES (sum_to_shape_attributes),
  .formula = "y = Σ x over what broadcasting repeated;  x̄ = ȳ broadcast",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_INTERNAL,
  .infer = infer_sum_to_shape, .kernel = kernel_sum_to_shape, .vjp = vjp_sum_to_shape,
  .jvp = jvp_sum_to_shape, .samples = sum_to_shape_samples,
  .n_samples = G_N_ELEMENTS (sum_to_shape_samples)
};

ReelTensor *
_reel_sum_to_shape_of (ReelTensor *cotangent,
                       ReelTensor *x)
{
  Target target;

  if (reel_tensor_is_error (cotangent) || _reel_tensor_same_shape (cotangent, x))
    return cotangent;
  memset (&target, 0, sizeof target);
  target.rank = x->rank;
  memcpy (target.shape, _reel_tensor_shape (x), x->rank * sizeof (gint64));
  return _reel_apply_1 (&_reel_op_sum_to_shape, cotangent, &target, sizeof target);
}
