/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* cast: the attribute is a dtype. Cotangents and tangents are cast likewise, as
 * far as both sides are of floating point. */

static gboolean
infer_cast (ReelInfer *infer,
            GError   **error)
{
  const guint32 *dtype = infer->attributes;

  _reel_spec_like (&infer->outputs[0], &infer->inputs[0]);
  infer->outputs[0].dtype = (ReelDType) *dtype;
  return TRUE;
}

static gboolean
kernel_cast (const ReelKernelCall *call,
             GError              **error)
{
  if (call->inputs[0].dtype == call->outputs[0].dtype)
    _reel_map_copy (&call->inputs[0], &call->outputs[0]);
  else
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
  .n_inputs = 1, .n_outputs = 1,
  .infer = infer_cast, .kernel = kernel_cast, .vjp = vjp_cast, .jvp = jvp_cast,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_cast (ReelTensor *x,
           ReelDType   dtype)
{
  const guint32 attribute = (guint32) dtype;
  ReelTensor *failed;

  if (!_reel_op_check_arguments ("cast", &x, 1, &failed))
    return failed;
  if (G_UNLIKELY (attribute >= REEL_N_DTYPES))
    {
      g_critical ("cast: %u is no dtype", attribute);
      return _reel_op_fail ("cast", REEL_ERROR_DTYPE, "%u is no dtype", attribute);
    }
  if (x->dtype == attribute)
    return _reel_view_same (x);
  return _reel_apply_1 (&_reel_op_cast, x, &attribute, sizeof attribute);
}
