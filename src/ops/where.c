/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

/* y = c ? a : b. Cotangents are selected, never multiplied by the condition: what
 * is not chosen gets 0 even where it is infinite. */

static gboolean
infer_where (ReelInfer *infer,
             GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  const ReelArray *inputs = infer->inputs;

  if (inputs[0].dtype != REEL_BOOL || inputs[1].dtype != inputs[2].dtype)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 3);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "needs a bool condition and two operands of one dtype, not %s", what);
      return FALSE;
    }
  _reel_spec_like (spec, &inputs[0]);
  spec->dtype = (ReelDType) inputs[1].dtype;
  for (guint i = 1; i < 3; i++)
    if (!_reel_shape_broadcast (spec->rank, spec->shape, inputs[i].rank,
                                inputs[i].shape, &spec->rank, spec->shape))
      {
        g_autofree gchar *what = reel_infer_describe (infer, 0, 3);

        g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "shapes do not broadcast: %s",
                     what);
        return FALSE;
      }
  return TRUE;
}

static gboolean
kernel_where (const ReelKernelCall *call,
              GError              **error)
{
  _reel_map_select (_reel_kernels ()->select[call->outputs[0].dtype], &call->inputs[0],
                    &call->inputs[1], &call->inputs[2], &call->outputs[0]);
  return TRUE;
}

static gboolean
vjp_where (ReelRule *rule,
           GError  **error)
{
  ReelTensor *c = rule->cotangents[0];
  ReelTensor *zero = _reel_full_like (rule->outputs[0], 0);

  if (reel_rule_wants (rule, 1))
    reel_rule_contribute (rule, 1, _reel_sum_to_shape (reel_where (rule->inputs[0], c, zero),
                                                       rule->outputs[0], rule->inputs[1]));
  if (reel_rule_wants (rule, 2))
    reel_rule_contribute (rule, 2, _reel_sum_to_shape (reel_where (rule->inputs[0], zero, c),
                                                       rule->outputs[0], rule->inputs[2]));
  return TRUE;
}

static gboolean
jvp_where (ReelRule *rule,
           GError  **error)
{
  ReelTensor *y = rule->outputs[0];
  ReelTensor *zero = _reel_full_like (y, 0);
  ReelTensor *operands[2];

  for (guint i = 0; i < 2; i++)
    operands[i] = rule->tangents[i + 1] != NULL
                  ? _reel_broadcast_from (rule->tangents[i + 1], rule->inputs[i + 1], y) : zero;
  reel_rule_set_tangent (rule, 0, reel_where (rule->inputs[0], operands[0], operands[1]));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_BOOL, 2, { 3, 4 }, 0, 2 },
                                         { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 3 },
  { .inputs = (const ReelSampleInput[]){ { REEL_BOOL, 1, { 4 }, 0, 2 },
                                         { REEL_F64, 2, { 3, 1 }, -2, 2 },
                                         { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 3 },
};

const ReelOp _reel_op_where = {
  REEL_OP_INIT, .name = "where", .onnx_name = "Where",
  .formula = "y = c ? a : b;  ā = c ? ȳ : 0, b̄ = c ? 0 : ȳ",
  .n_inputs = 3, .n_outputs = 1, .flags = REEL_OP_ELEMENTWISE, .vjp_reads_inputs = 1,
  .infer = infer_where, .kernel = kernel_where, .vjp = vjp_where, .jvp = jvp_where,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_where (ReelTensor *condition,
            ReelTensor *a,
            ReelTensor *b)
{
  return _reel_apply_3 (&_reel_op_where, condition, a, b, NULL, 0);
}
