/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* flip: negative strides. It is its own inverse. */

static gboolean
infer_flip (ReelInfer *infer,
            GError   **error)
{
  ReelAxes *axes = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axes (axes, spec->rank, error))
    return FALSE;
  for (guint i = 0; i < axes->n; i++)
    {
      guint axis = (guint) ((gint32) spec->rank + axes->axes[i]);

      if (spec->shape[axis] <= 1)
        continue;
      spec->offset += (spec->shape[axis] - 1) * spec->strides[axis];
      spec->strides[axis] = -spec->strides[axis];
    }
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_flip (ReelRule *rule,
          GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0],
                                                rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const ReelAxes){ 2, 0, { -2, -1 } },
    .attributes_size = sizeof (ReelAxes) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 2 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const ReelAxes){ 1, 0, { -2 } },
    .attributes_size = sizeof (ReelAxes) },
};

const ReelOp _reel_op_flip = {
  REEL_OP_INIT, .name = "flip", REEL_ATTRIBUTES (_reel_axes_attributes), .formula = "y = x in reverse order;  x̄ = ȳ in reverse order",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_flip, .vjp = vjp_flip, .jvp = _reel_jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_flip (ReelTensor   *x,
           guint         n_axes,
           const gint64 *axes)
{
  ReelAxes attributes;

  _reel_axes_init (&attributes, n_axes, axes, FALSE);
  return _reel_apply_1 (&_reel_op_flip, x, &attributes, sizeof attributes);
}
