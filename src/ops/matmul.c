/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "kernels/gemm.h"
#include "ops/ops-private.h"

/* y = a b. Operands are matrices in their last two axes; the rest broadcasts. */

/* One operand brought to the form [batch..., rows, columns]. */
typedef struct
{
  guint n_batch_axes;
  gint64 shape[REEL_MAX_AXES + 1];
  gint64 strides[REEL_MAX_AXES + 1];
} Operand;

static void
operand_init (Operand      *operand,
              guint         rank,
              const gint64 *shape,
              const gint64 *strides,
              gboolean      is_left)
{
  operand->n_batch_axes = rank < 2 ? 0 : rank - 2;
  for (guint i = 0; i < rank; i++)
    {
      operand->shape[i] = shape[i];
      operand->strides[i] = strides[i];
    }
  if (rank == 1)
    {
      guint vector = is_left ? 1 : 0;

      operand->shape[vector] = shape[0];
      operand->strides[vector] = strides[0];
      operand->shape[1 - vector] = 1;
      operand->strides[1 - vector] = MAX (shape[0], 1) * MAX (strides[0], 1);
    }
}

static gboolean
operand_usable (const Operand *operand)
{
  guint n = operand->n_batch_axes;

  return _reel_gemm_takes (operand->shape[n], operand->shape[n + 1],
                           operand->strides[n], operand->strides[n + 1]);
}

static gboolean
infer_matmul (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *a = &infer->inputs[0];
  const ReelArray *b = &infer->inputs[1];
  ReelSpec *spec = &infer->outputs[0];
  const gint64 *a_shape, *b_shape;
  Operand operands[2];
  gint64 k_a, k_b, longest;

  if (!_reel_check_floating (infer, 0, error) || !_reel_check_same_dtype (infer, error))
    return FALSE;
  a_shape = a->shape;
  b_shape = b->shape;
  if (a->rank == 0 || b->rank == 0)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 2);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "needs vectors or matrices, not a single number: %s", what);
      return FALSE;
    }
  k_a = a_shape[a->rank - 1];
  k_b = b_shape[b->rank == 1 ? 0 : b->rank - 2];
  if (k_a != k_b)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 2);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "inner dimensions differ: %s (%" G_GINT64_FORMAT " vs %"
                   G_GINT64_FORMAT ")", what, k_a, k_b);
      return FALSE;
    }
  if (!_reel_shape_broadcast (a->rank < 2 ? 0 : a->rank - 2u, a_shape,
                              b->rank < 2 ? 0 : b->rank - 2u, b_shape, &spec->rank,
                              spec->shape))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 2);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "batch axes do not broadcast: %s", what);
      return FALSE;
    }
  spec->dtype = (ReelDType) a->dtype;
  if (a->rank > 1)
    spec->shape[spec->rank++] = a_shape[a->rank - 2];
  if (b->rank > 1)
    spec->shape[spec->rank++] = b_shape[b->rank - 1];
  longest = k_a;
  for (guint i = 0; i < spec->rank; i++)
    longest = MAX (longest, spec->shape[i]);
  if (longest > G_MAXINT32)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE,
                           "a size is more than BLAS can count");
      return FALSE;
    }
  for (guint i = 0; i < 2; i++)
    {
      const ReelArray *x = &infer->inputs[i];

      operand_init (&operands[i], x->rank, x->shape,
                    x->strides, i == 0);
      if (!operand_usable (&operands[i]))
        infer->workspace_size += ((gsize) _reel_shape_product (x->rank, x->shape) *
                                  reel_dtype_get_size (spec->dtype) + 63) & ~(gsize) 63;
    }
  return TRUE;
}

/* Where an operand's matrices begin, for each batch of the result; a copy of it
 * first where BLAS cannot take it as it lies. */
static void
place_operand (const ReelArray *array,
               gboolean         is_left,
               guint            n_batch_axes,
               const gint64    *batch_shape,
               gint64           n_batches,
               gchar          **workspace,
               ReelMatrix      *matrix,
               gint64          *offsets)
{
  Operand operand;
  gint64 strides[REEL_MAX_AXES];
  ReelArray packed = *array;
  ReelArray batch;

  operand_init (&operand, array->rank, array->shape, array->strides, is_left);
  if (!operand_usable (&operand))
    {
      gsize n = reel_dtype_get_size (array->dtype);

      _reel_shape_contiguous_strides (array->rank, array->shape, strides);
      packed.strides = strides;
      packed.data = *workspace;
      _reel_copy_array (&packed, array);
      for (guint i = 0; i < array->rank; i++)
        n *= (gsize) array->shape[i];
      *workspace += (n + 63) & ~(gsize) 63;
      operand_init (&operand, array->rank, array->shape, strides, is_left);
    }
  matrix->data = packed.data;
  matrix->row_stride = operand.strides[operand.n_batch_axes];
  matrix->column_stride = operand.strides[operand.n_batch_axes + 1];

  batch.rank = operand.n_batch_axes;
  batch.shape = operand.shape;
  batch.strides = operand.strides;
  _reel_shape_broadcast_strides (&batch, n_batch_axes, batch_shape, strides);
  for (gint64 i = 0; i < n_batches; i++)
    {
      gint64 rest = i;

      offsets[i] = 0;
      for (guint axis = n_batch_axes; axis-- > 0;)
        {
          offsets[i] += rest % batch_shape[axis] * strides[axis];
          rest /= batch_shape[axis];
        }
    }
}

static gboolean
kernel_matmul (const ReelKernelCall *call,
               GError              **error)
{
  const ReelArray *a = &call->inputs[0];
  const ReelArray *b = &call->inputs[1];
  const ReelArray *y = &call->outputs[0];
  guint n_batch_axes = y->rank - (a->rank > 1) - (b->rank > 1);
  gint64 m = a->rank > 1 ? a->shape[a->rank - 2] : 1;
  gint64 n = b->rank > 1 ? b->shape[b->rank - 1] : 1;
  gint64 k = a->shape[a->rank - 1];
  gint64 n_batches = 1;
  gint64 few[16];
  g_autofree gint64 *many = NULL;
  gint64 *offsets = few;
  gchar *workspace = call->workspace;
  ReelMatrix left, right;

  for (guint i = 0; i < n_batch_axes; i++)
    n_batches *= y->shape[i];
  if (n_batches > 8)
    {
      offsets = many = g_try_new (gint64, 2 * n_batches);
      if (many == NULL)
        {
          g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                               "no memory for the batches");
          return FALSE;
        }
    }
  place_operand (a, TRUE, n_batch_axes, y->shape, n_batches, &workspace, &left, offsets);
  place_operand (b, FALSE, n_batch_axes, y->shape, n_batches, &workspace, &right,
                 offsets + n_batches);
  /* Many rows times one matrix are one product. */
  if (n_batches > 1 && b->rank <= 2 && left.column_stride == 1 && left.row_stride == k &&
      m * n_batches <= G_MAXINT32)
    {
      gboolean dense = TRUE;

      for (gint64 i = 1; i < n_batches && dense; i++)
        dense = offsets[i] == offsets[0] + i * m * k;
      if (dense)
        {
          offsets[1] = offsets[n_batches];
          m *= n_batches;
          n_batches = 1;
        }
    }
  _reel_gemm (y->dtype, n_batches, m, n, k, &left, offsets, &right, offsets + n_batches,
              y->data, 0);
  return TRUE;
}

/* Vectors as the matrices they count as. */
static ReelTensor *
as_row (ReelTensor *x,
        gboolean    is_vector)
{
  return is_vector ? reel_unsqueeze (x, -2) : x;
}

static ReelTensor *
as_column (ReelTensor *x,
           gboolean    is_vector)
{
  return is_vector ? reel_unsqueeze (x, -1) : x;
}

static gboolean
vjp_matmul (ReelRule *rule,
            GError  **error)
{
  gboolean vector_a = rule->inputs[0]->rank == 1;
  gboolean vector_b = rule->inputs[1]->rank == 1;
  ReelTensor *c = as_row (as_column (rule->cotangents[0], vector_b), vector_a);
  const gint64 last[] = { -1 }, before[] = { -2 };

  if (reel_rule_wants (rule, 0))
    {
      ReelTensor *b = as_column (rule->inputs[1], vector_b);
      ReelTensor *product = reel_matmul (c, reel_transpose (b, -1, -2));

      if (vector_a)
        product = reel_squeeze (product, 1, before);
      reel_rule_contribute (rule, 0, _reel_sum_to_shape_of (product, rule->inputs[0]));
    }
  if (reel_rule_wants (rule, 1))
    {
      ReelTensor *a = as_row (rule->inputs[0], vector_a);
      ReelTensor *product;

      if (!reel_tensor_is_error (a) && a->rank > 2 && rule->inputs[1]->rank == 2)
        {
          /* One product instead of one a batch and a sum: what is batch for a is
           * summed over anyway. */
          const gint64 k = reel_tensor_get_size (a, -1);
          const gint64 n = reel_tensor_get_size (rule->inputs[1], -1);
          gint64 rows = 1;

          for (guint i = 0; i + 1 < a->rank; i++)
            rows *= a->dims[i];

          product = reel_matmul (reel_transpose (reel_reshape (a, REEL_SHAPE (rows, k)), 0, 1),
                                 reel_reshape (c, REEL_SHAPE (rows, n)));
        }
      else
        {
          product = reel_matmul (reel_transpose (a, -1, -2), c);
        }
      if (vector_b)
        product = reel_squeeze (product, 1, last);
      reel_rule_contribute (rule, 1, _reel_sum_to_shape_of (product, rule->inputs[1]));
    }
  return TRUE;
}

static gboolean
jvp_matmul (ReelRule *rule,
            GError  **error)
{
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    sum = reel_matmul (rule->tangents[0], rule->inputs[1]);
  if (rule->tangents[1] != NULL)
    {
      ReelTensor *part = reel_matmul (rule->inputs[0], rule->tangents[1]);

      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

#define DIMS(...) { __VA_ARGS__ }
#define SAMPLE(rank_a, a, rank_b, b) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_a, a, -2, 2 }, \
                                         { REEL_F64, rank_b, b, -2, 2 } }, \
    .n_inputs = 2 }

static const ReelSample samples[] = {
  SAMPLE (2, DIMS (3, 4), 2, DIMS (4, 2)),
  SAMPLE (1, DIMS (4), 1, DIMS (4)),
  SAMPLE (1, DIMS (4), 2, DIMS (4, 3)),
  SAMPLE (2, DIMS (3, 4), 1, DIMS (4)),
  SAMPLE (3, DIMS (2, 3, 4), 2, DIMS (4, 2)),
  SAMPLE (3, DIMS (2, 3, 4), 1, DIMS (4)),
  SAMPLE (1, DIMS (4), 3, DIMS (2, 4, 3)),
  SAMPLE (4, DIMS (2, 1, 3, 4), 3, DIMS (2, 4, 2)),
  SAMPLE (2, DIMS (3, 4), 3, DIMS (2, 4, 2)),
};

const ReelOp _reel_op_matmul = {
  REEL_OP_INIT, .name = "matmul", .onnx_name = "MatMul",
  .formula = "y = a b;  ā = ȳ bᵀ, b̄ = aᵀ ȳ",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 3,
  .infer = infer_matmul, .kernel = kernel_matmul, .vjp = vjp_matmul, .jvp = jvp_matmul,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_matmul (ReelTensor *a,
             ReelTensor *b)
{
  return _reel_apply_2 (&_reel_op_matmul, a, b, NULL, 0);
}
