/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* broadcast_to and expand: axes of stride 0. */

static gboolean
infer_broadcast_to (ReelInfer *infer,
                    GError   **error)
{
  ReelShape *attributes = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint n_kept;
  gint64 shape[REEL_MAX_AXES];
  ReelArray old = *x;
  guint rank;

  if (!_reel_infer_shape (attributes, x, &n_kept, error))
    return FALSE;
  _reel_view_begin (spec, x);
  old.rank -= n_kept;
  old.shape += n_kept;
  old.strides += n_kept;
  if (!_reel_shape_broadcast (old.rank, old.shape, attributes->rank, attributes->shape, &rank,
                              shape) ||
      !_reel_shape_equal (rank, shape, attributes->rank, attributes->shape))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);
      g_autofree gchar *text = _reel_shape_to_string (attributes->rank, attributes->shape);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s does not broadcast to %s", what,
                   text);
      return FALSE;
    }
  spec->rank = n_kept + rank;
  memcpy (spec->shape + n_kept, shape, rank * sizeof (gint64));
  _reel_shape_broadcast_strides (&old, rank, shape, spec->strides + n_kept);
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_broadcast_to (ReelRule *rule,
                  GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_sum_to_shape (rule->cotangents[0], rule->outputs[0],
                                                     rule->inputs[0]));
  return TRUE;
}

#define SAMPLE(old_rank, old_shape, new_rank, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, old_rank, old_shape, -2, 2 } }, \
    .n_inputs = 1, \
    .attributes = &(const ReelShape){ old_rank, new_rank, { __VA_ARGS__ } }, \
    .attributes_size = sizeof (ReelShape) }
#define OLD(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (2, OLD (3, 1), 3, 2, 3, 4),
  SAMPLE (1, OLD (4), 2, 3, 4),
  SAMPLE (0, OLD (0), 2, 2, 3),
  SAMPLE (2, OLD (1, 3), 2, 0, 3),
};

const ReelOp _reel_op_broadcast_to = {
  REEL_OP_INIT, .name = "broadcast_to", REEL_ATTRIBUTES (_reel_shape_attributes), .onnx_name = "Expand",
  .formula = "y = x, repeated;  x̄ = Σ ȳ over the repetitions",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_broadcast_to, .vjp = vjp_broadcast_to, .jvp = _reel_jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_broadcast_to (ReelTensor   *x,
                   guint         rank,
                   const gint64 *shape)
{
  return _reel_apply_shape (&_reel_op_broadcast_to, x, REEL_ALL_OLD, rank, shape);
}

/* expand: -1 stands for the size there is. */

static gboolean
infer_expand (ReelInfer *infer,
              GError   **error)
{
  ReelShape *attributes = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  guint n_kept;

  if (!_reel_infer_shape (attributes, x, &n_kept, error))
    return FALSE;
  for (guint i = 0; i < attributes->rank; i++)
    {
      if (attributes->shape[i] != -1)
        continue;
      if (i + attributes->n_old < attributes->rank)
        {
          g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE,
                               "the size of a new axis cannot be -1");
          return FALSE;
        }
      if (attributes->n_old <= attributes->rank)
        attributes->shape[i] = x->shape[i + x->rank - attributes->rank];
    }
  return infer_broadcast_to (infer, error);
}

const ReelOp _reel_op_expand = {
  REEL_OP_INIT, .name = "expand", REEL_ATTRIBUTES (_reel_shape_attributes),
  .onnx_name = "Expand", .formula = "y = x, repeated;  x̄ = Σ ȳ over the repetitions",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_expand, .vjp = vjp_broadcast_to, .jvp = _reel_jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_expand (ReelTensor   *x,
             guint         rank,
             const gint64 *shape)
{
  return _reel_apply_shape (&_reel_op_expand, x, REEL_ALL_OLD, rank, shape);
}
