/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* A view of what is so already, in another header. */
static gboolean
infer_contiguous (ReelInfer *infer,
                  GError   **error)
{
  const ReelArray *x = &infer->inputs[0];

  _reel_view_begin (&infer->outputs[0], x);
  infer->outputs[0].is_copy = !_reel_shape_is_contiguous (x->rank, x->shape, x->strides);
  return TRUE;
}

static gboolean
kernel_contiguous (const ReelKernelCall *call,
                   GError              **error)
{
  _reel_map_copy (&call->inputs[0], &call->outputs[0]);
  return TRUE;
}

static gboolean
vjp_contiguous (ReelRule *rule,
                GError  **error)
{
  reel_rule_contribute (rule, 0, rule->cotangents[0]);
  return TRUE;
}

static gboolean
jvp_contiguous (ReelRule *rule,
                GError  **error)
{
  reel_rule_set_tangent (rule, 0, rule->tangents[0]);
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } }, .n_inputs = 1 },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } }, .n_inputs = 1 },
};

const ReelOp _reel_op_contiguous = {
  REEL_OP_INIT, .name = "contiguous", .onnx_name = "Identity", .formula = "y = x;  x̄ = ȳ",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_contiguous, .kernel = kernel_contiguous, .vjp = vjp_contiguous,
  .jvp = jvp_contiguous, .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_contiguous (ReelTensor *x)
{
  return _reel_apply_1 (&_reel_op_contiguous, x, NULL, 0);
}
