/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* squeeze and unsqueeze: axes of size 1 go and come. */

static gboolean
infer_squeeze (ReelInfer *infer,
               GError   **error)
{
  ReelAxes *axes = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint rank = infer->inputs[0].rank, n = 0;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axes (axes, rank, error))
    return FALSE;
  /* Only those it drops are noted: what it does shall not depend on sizes that
   * another input may have. */
  for (guint i = 0; i < axes->n; i++)
    {
      guint axis = (guint) ((gint32) rank + axes->axes[i]);

      if (infer->inputs[0].shape[axis] != 1)
        continue;
      /* They rise, and dropping one moves those behind it toward the front. */
      _reel_view_drop_axis (spec, axis - n);
      axes->axes[n++] = axes->axes[i];
    }
  axes->n = n;
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_squeeze (ReelRule *rule,
             GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_reshape_as (rule->cotangents[0], rule->outputs[0],
                                                   rule->inputs[0]));
  return TRUE;
}

static const ReelSample squeeze_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 4, { 2, 1, 3, 1 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const ReelAxes){ 2, 0, { -3, -1 } },
    .attributes_size = sizeof (ReelAxes) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 1, 3, 1 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const ReelAxes){ 1, 0, { -3 } },
    .attributes_size = sizeof (ReelAxes) },
};

const ReelOp _reel_op_squeeze = {
  REEL_OP_INIT, .name = "squeeze", REEL_ATTRIBUTES (_reel_axes_attributes), .onnx_name = "Squeeze",
  .formula = "y = x without axes of size 1;  x̄ = ȳ with them",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_squeeze, .vjp = vjp_squeeze, .jvp = _reel_jvp_linear,
  .samples = squeeze_samples, .n_samples = G_N_ELEMENTS (squeeze_samples)
};

ReelTensor *
reel_squeeze (ReelTensor   *x,
              guint         n_axes,
              const gint64 *axes)
{
  ReelAxes attributes;

  _reel_axes_init (&attributes, n_axes, axes, FALSE);
  return _reel_apply_1 (&_reel_op_squeeze, x, &attributes, sizeof attributes);
}

/* unsqueeze's attribute: the new axis, from the end of the result */
static gboolean
infer_unsqueeze (ReelInfer *infer,
                 GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  guint rank = infer->inputs[0].rank;
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_new_axis (infer->attributes, rank, &axis, error))
    return FALSE;
  for (guint i = rank; i > axis; i--)
    {
      spec->shape[i] = spec->shape[i - 1];
      spec->strides[i] = spec->strides[i - 1];
    }
  spec->rank = rank + 1;
  spec->shape[axis] = 1;
  /* That of a contiguous tensor, where the rest is one. */
  spec->strides[axis] = axis < rank ? spec->shape[axis + 1] * spec->strides[axis + 1] : 1;
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_unsqueeze (ReelRule *rule,
               GError  **error)
{
  const gint32 *from_end = rule->attributes;
  ReelAxes axes;

  memset (&axes, 0, sizeof axes);
  axes.n = 1;
  axes.axes[0] = *from_end;
  reel_rule_contribute (rule, 0, _reel_apply_1 (&_reel_op_squeeze, rule->cotangents[0], &axes,
                                                sizeof axes));
  return TRUE;
}

static const ReelSample unsqueeze_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 3 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 3 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const gint32){ -3 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_unsqueeze = {
  REEL_OP_INIT, .name = "unsqueeze", REEL_ATTRIBUTES (_reel_axis_attributes), .onnx_name = "Unsqueeze",
  .formula = "y = x with one more axis, of size 1;  x̄ = ȳ without it",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_unsqueeze, .vjp = vjp_unsqueeze, .jvp = _reel_jvp_linear,
  .samples = unsqueeze_samples, .n_samples = G_N_ELEMENTS (unsqueeze_samples)
};

ReelTensor *
reel_unsqueeze (ReelTensor *x,
                gint64      axis)
{
  const gint32 attribute = _reel_axis (axis);

  return _reel_apply_1 (&_reel_op_unsqueeze, x, &attribute, sizeof attribute);
}
