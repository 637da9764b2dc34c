/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/shape.h"
#include "kernels/gemm.h"
#include "ops/ops-private.h"

/* y = x Wᵀ + b: what a layer of a network computes, in one product. */

/* Whether BLAS can take it as it lies. */
static gboolean
matrix_usable (const ReelArray *array)
{
  return array->rank == 2 && _reel_gemm_takes (array->shape[0], array->shape[1],
                                               array->strides[0], array->strides[1]);
}

/* Whether the rows of x are those of one matrix that BLAS can take. */
static gboolean
rows_usable (const ReelArray *x)
{
  return matrix_usable (x) || _reel_shape_is_contiguous (x->rank, x->shape, x->strides);
}

static gsize
room (const ReelArray *array)
{
  gsize size = reel_dtype_get_size (array->dtype);

  for (guint i = 0; i < array->rank; i++)
    size *= (gsize) array->shape[i];
  return (size + 63) & ~(gsize) 63;
}

static gboolean
infer_linear (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  const ReelArray *weight = &infer->inputs[1];
  const ReelArray *bias = infer->inputs[2].shape != NULL ? &infer->inputs[2] : NULL;
  ReelSpec *spec = &infer->outputs[0];
  g_autofree gchar *what = NULL;

  if (!_reel_check_floating (infer, 0, error) || !_reel_check_same_dtype (infer, error))
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
  if (_reel_shape_product (x->rank, x->shape) > G_MAXINT32 ||
      _reel_shape_product (2, weight->shape) > G_MAXINT32)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE,
                           "a size is more than BLAS can count");
      return FALSE;
    }
  _reel_spec_like (spec, x);
  spec->shape[spec->rank - 1] = weight->shape[0];
  if (!rows_usable (x))
    infer->workspace_size += room (x);
  if (!matrix_usable (weight))
    infer->workspace_size += room (weight);
  return TRUE;
}

/* A contiguous copy in the workspace, which moves behind it. */
static gpointer
pack (const ReelArray *array,
      gchar          **workspace)
{
  gint64 strides[REEL_MAX_AXES];
  ReelArray copy = *array;

  _reel_shape_contiguous_strides (array->rank, array->shape, strides);
  copy.data = *workspace;
  copy.strides = strides;
  _reel_copy_array (&copy, array);
  *workspace += room (array);
  return copy.data;
}

static gboolean
kernel_linear (const ReelKernelCall *call,
               GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  const ReelArray *weight = &call->inputs[1];
  const ReelArray *bias = &call->inputs[2];
  const ReelArray *y = &call->outputs[0];
  const gint64 n = weight->shape[0], k = weight->shape[1];
  const gint64 no_offset = 0;
  gchar *workspace = call->workspace;
  gint64 m = 1;
  ReelMatrix left, right;

  for (guint i = 0; i + 1 < x->rank; i++)
    m *= x->shape[i];
  left.data = x->data;
  left.row_stride = MAX (k, 1);
  left.column_stride = 1;
  if (matrix_usable (x))
    {
      left.row_stride = x->strides[0];
      left.column_stride = x->strides[1];
    }
  else if (!rows_usable (x))
    {
      left.data = pack (x, &workspace);
    }
  right.data = weight->data;
  right.row_stride = weight->strides[1];
  right.column_stride = weight->strides[0];
  if (!matrix_usable (weight))
    {
      right.data = pack (weight, &workspace);
      right.row_stride = 1;
      right.column_stride = MAX (k, 1);
    }
  if (bias->data != NULL)
    _reel_copy_array (y, bias);
  _reel_gemm (y->dtype, 1, m, n, k, &left, &no_offset, &right, &no_offset, y->data,
              bias->data != NULL);
  return TRUE;
}

/* All rows of x or of a cotangent as one matrix. */
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
  return reel_reshape (t, REEL_SHAPE (n_rows, n_columns));
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
    reel_rule_contribute (rule, 1, reel_matmul (reel_transpose (as_matrix (c, x, n), 0, 1),
                                                as_matrix (x, x, k)));
  if (rule->inputs[2] != NULL && reel_rule_wants (rule, 2))
    reel_rule_contribute (rule, 2, _reel_sum_to_shape_of (c, rule->inputs[2]));
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
      ReelTensor *part = reel_linear (rule->inputs[0], weight_dot, NULL);

      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  if (bias_dot != NULL)
    sum = sum != NULL ? reel_add (sum, bias_dot)
                      : reel_broadcast_to (bias_dot, y->rank, _reel_tensor_shape (y));
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
  ReelTensor *arguments[2] = { x, weight };
  ReelTensor *failed;

  if (!_reel_op_check_arguments ("linear", arguments, 2, &failed))
    return failed;
  /* The rows of x must lie in one piece, and BLAS must be able to take the weight. */
  if (!_reel_tensor_is_contiguous (x) &&
      !(x->rank == 2 && _reel_gemm_takes (x->dims[0], x->dims[1],
                                          _reel_tensor_strides (x)[0],
                                          _reel_tensor_strides (x)[1])))
    x = reel_contiguous (x);
  if (weight->rank == 2 && !_reel_gemm_takes (weight->dims[0], weight->dims[1],
                                              _reel_tensor_strides (weight)[0],
                                              _reel_tensor_strides (weight)[1]))
    weight = reel_contiguous (weight);
  return _reel_apply_3 (&_reel_op_linear, x, weight, bias, NULL, 0);
}
