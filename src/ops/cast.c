/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* cast: the attribute is a dtype. Cotangents and tangents are cast likewise, as
 * far as both sides are of floating point. */

/* To the dtype it has: a view. */
static gboolean
infer_cast (ReelInfer *infer,
            GError   **error)
{
  const guint32 *dtype = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];

  if (!_reel_infer_dtype (*dtype, error))
    return FALSE;
  _reel_view_begin (spec, &infer->inputs[0]);
  spec->is_copy = spec->dtype != (ReelDType) *dtype;
  spec->dtype = (ReelDType) *dtype;
  return TRUE;
}

static gboolean
kernel_cast (const ReelKernelCall *call,
             GError              **error)
{
  _reel_map_cast (&call->inputs[0], &call->outputs[0]);
  return TRUE;
}

static gboolean
vjp_cast (ReelRule *rule,
          GError  **error)
{
  if (reel_dtype_is_floating (rule->inputs[0]->dtype))
    reel_rule_contribute (rule, 0, reel_cast (rule->cotangents[0],
                                              (ReelDType) rule->inputs[0]->dtype));
  return TRUE;
}

static gboolean
jvp_cast (ReelRule *rule,
          GError  **error)
{
  if (reel_dtype_is_floating (rule->outputs[0]->dtype))
    reel_rule_set_tangent (rule, 0, reel_cast (rule->tangents[0],
                                               (ReelDType) rule->outputs[0]->dtype));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const guint32){ REEL_F64 },
    .attributes_size = sizeof (guint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_I64, 2, { 3, 4 }, -9, 9 } },
    .n_inputs = 1, .attributes = &(const guint32){ REEL_F64 },
    .attributes_size = sizeof (guint32) },
};

static const ReelAttribute attributes[] = {
  { "dtype", REEL_ATTRIBUTE_DTYPE, 0, 0, NULL, NULL },
};

const ReelOp _reel_op_cast = {
  REEL_OP_INIT, .name = "cast", REEL_ATTRIBUTES (attributes), .onnx_name = "Cast",
  .formula = "y = x as another dtype;  x̄ = ȳ as x's dtype",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_cast, .kernel = kernel_cast, .vjp = vjp_cast, .jvp = jvp_cast,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_cast (ReelTensor *x,
           ReelDType   dtype)
{
  const guint32 attribute = (guint32) dtype;

  return _reel_apply_1 (&_reel_op_cast, x, &attribute, sizeof attribute);
}
