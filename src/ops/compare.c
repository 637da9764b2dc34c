/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

/* Comparison and logic: bool results, no gradient. */

static gboolean
infer_compare (ReelInfer *infer,
               GError   **error)
{
  if (!_reel_infer_broadcast (infer, error))
    return FALSE;
  infer->outputs[0].dtype = REEL_BOOL;
  return TRUE;
}

static gboolean
kernel_compare (const ReelKernelCall *call,
                GError              **error)
{
  ReelCompareId id = (ReelCompareId) GPOINTER_TO_UINT (call->op->user_data);

  _reel_map_binary (_reel_kernels ()->compare[id][call->inputs[0].dtype],
                    &call->inputs[0], &call->inputs[1], &call->outputs[0], NULL);
  return TRUE;
}

static const ReelSample compare_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 2 },
  { .inputs = (const ReelSampleInput[]){ { REEL_I64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_I64, 1, { 4 }, -2, 2 } },
    .n_inputs = 2 },
};

#define COMPARE(name_, onnx_, formula_) \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .n_inputs = 2, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | REEL_OP_NO_GRADIENT, \
    .infer = infer_compare, .kernel = kernel_compare, .samples = compare_samples, \
    .n_samples = G_N_ELEMENTS (compare_samples), \
    .user_data = GUINT_TO_POINTER (REEL_COMPARE_##name_) \
  }; \
  ReelTensor * \
  reel_##name_ (ReelTensor *a, \
                ReelTensor *b) \
  { \
    return _reel_apply_2 (&_reel_op_##name_, a, b, NULL, 0); \
  }

COMPARE (equal, "Equal", "y = (a = b)")
COMPARE (not_equal, NULL, "y = (a ≠ b)")
COMPARE (less, "Less", "y = (a < b)")
COMPARE (less_equal, "LessOrEqual", "y = (a ≤ b)")
COMPARE (greater, "Greater", "y = (a > b)")
COMPARE (greater_equal, "GreaterOrEqual", "y = (a ≥ b)")
COMPARE (logical_and, "And", "y = a and b")
COMPARE (logical_or, "Or", "y = a or b")
