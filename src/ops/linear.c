/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/gemm.h"
#include "ops/views.h"

/* y = x Wᵀ + b: what a layer of a network computes, in one product. */

static gboolean
infer_linear (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  const ReelArray *weight = &infer->inputs[1];
  const ReelArray *bias = infer->inputs[2].shape != NULL ? &infer->inputs[2] : NULL;
  ReelSpec *spec = &infer->outputs[0];
  g_autofree gchar *what = NULL;

  if (!_reel_check_number (infer, 0, error) || !_reel_check_same_dtype (infer, error))
    return FALSE;
  if (x->rank == 0 || weight->rank != 2 || (bias != NULL && bias->rank != 1))
    {
      what = reel_infer_describe (infer, 0, 3);
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "needs x[...,k], weight[n,k] and bias[n], not %s", what);
      return FALSE;
    }
  if (x->shape[x->rank - 1] != weight->shape[1] ||
      (bias != NULL && bias->shape[0] != weight->shape[0]))
    {
      what = reel_infer_describe (infer, 0, 3);
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "sizes differ where x[...,k], weight[n,k] and bias[n] must agree: %s",
                   what);
      return FALSE;
    }
  _reel_spec_like (spec, x);
  spec->shape[spec->rank - 1] = weight->shape[0];
  return TRUE;
}

static gboolean
kernel_linear (const ReelKernelCall *call,
               GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  const ReelArray *weight = &call->inputs[1];
  const ReelArray *bias = &call->inputs[2];
  const ReelArray *y = &call->outputs[0];
  ReelProduct product = {
    .dtype = y->dtype,
    .n_row_axes = x->rank - 1, .row_shape = x->shape, .a_row_strides = x->strides,
    .n = weight->shape[0], .k = weight->shape[1],
    .a_k_stride = x->strides[x->rank - 1],
    .b_k_stride = weight->strides[1], .b_column_stride = weight->strides[0],
    .a = x->data, .b = weight->data, .c = y->data
  };

  if (bias->data != NULL)
    {
      product.bias = bias->data;
      product.bias_stride = bias->strides[0];
    }
  _reel_gemm (&product);
  return TRUE;
}

/* All rows of x, or of a cotangent of y, as one matrix. */
static ReelTensor *
as_matrix (ReelTensor *t,
           ReelTensor *x,
           gint64      n_columns)
{
  gint64 n_rows = 1;

  if (x->rank == 2)
    return t;
  for (guint i = 0; i + 1 < x->rank; i++)
    n_rows *= x->dims[i];
  return _reel_reshape_last (t, x->rank, REEL_SHAPE (n_rows, n_columns));
}

static gboolean
vjp_linear (ReelRule *rule,
            GError  **error)
{
  ReelTensor *x = rule->inputs[0];
  ReelTensor *weight = rule->inputs[1];
  ReelTensor *c = rule->cotangents[0];
  gint64 n = reel_tensor_get_size (weight, 0);
  gint64 k = reel_tensor_get_size (weight, 1);

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, reel_matmul (c, weight));
  if (reel_rule_wants (rule, 1))
    reel_rule_contribute (rule, 1, reel_matmul (reel_transpose (as_matrix (c, x, n), -1, -2),
                                                as_matrix (x, x, k)));
  if (rule->inputs[2] != NULL && reel_rule_wants (rule, 2))
    reel_rule_contribute (rule, 2, _reel_sum_to_shape (c, rule->outputs[0],
                                                       rule->inputs[2]));
  return TRUE;
}

static gboolean
jvp_linear (ReelRule *rule,
            GError  **error)
{
  ReelTensor *y = rule->outputs[0];
  ReelTensor *x_dot = rule->tangents[0];
  ReelTensor *weight_dot = rule->tangents[1];
  ReelTensor *bias_dot = rule->inputs[2] != NULL ? rule->tangents[2] : NULL;
  ReelTensor *sum = NULL;

  if (x_dot != NULL)
    sum = reel_linear (x_dot, rule->inputs[1], NULL);
  if (weight_dot != NULL)
    {
      ReelTensor *x = rule->inputs[0];
      ReelTensor *part = reel_matmul (as_matrix (x, x, reel_tensor_get_size (x, -1)),
                                      reel_transpose (weight_dot, -1, -2));

      if (x->rank != 2)
        part = _reel_reshape_last (part, 2, y->rank, _reel_tensor_shape (y));

      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  if (bias_dot != NULL)
    {
      ReelTensor *part = _reel_broadcast_from (bias_dot, rule->inputs[2], y);

      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

#define DIMS(...) { __VA_ARGS__ }
#define SAMPLE(rank_x, x) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_x, x, -2, 2 }, \
                                         { REEL_F64, 2, { 3, 4 }, -2, 2 }, \
                                         { REEL_F64, 1, { 3 }, -2, 2 } }, \
    .n_inputs = 3 }

static const ReelSample samples[] = {
  SAMPLE (2, DIMS (5, 4)),
  SAMPLE (1, DIMS (4)),
  SAMPLE (3, DIMS (2, 3, 4)),
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 5, 4 }, -2, 2 },
                                         { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_F64, G_MAXUINT, { 0 }, 0, 0 } },
    .n_inputs = 3 },
};

const ReelOp _reel_op_linear = {
  REEL_OP_INIT, .name = "linear", .onnx_name = "Gemm",
  .formula = "y = x Wᵀ + b;  x̄ = ȳ W, W̄ = ȳᵀ x, b̄ = Σ ȳ",
  .n_inputs = 3, .n_outputs = 1, .optional_inputs = 4, .vjp_reads_inputs = 3,
  .infer = infer_linear, .kernel = kernel_linear, .vjp = vjp_linear, .jvp = jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_linear (ReelTensor *x,
             ReelTensor *weight,
             ReelTensor *bias)
{
  return _reel_apply_3 (&_reel_op_linear, x, weight, bias, NULL, 0);
}
