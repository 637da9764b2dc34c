/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "kernels/gemm.h"
#include "ops/views.h"

/* y = a b. Operands are matrices in their last two axes; the rest broadcasts. */

static gboolean
refuse (ReelInfer   *infer,
        const gchar *message,
        GError     **error)
{
  g_autofree gchar *what = reel_infer_describe (infer, 0, 2);

  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s: %s", message, what);
  return FALSE;
}

static gboolean
infer_matmul (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *a = &infer->inputs[0];
  const ReelArray *b = &infer->inputs[1];
  ReelSpec *spec = &infer->outputs[0];
  const gint64 *a_shape = a->shape, *b_shape = b->shape;
  gint64 k_a, k_b;

  if (!_reel_check_number (infer, 0, error) || !_reel_check_same_dtype (infer, error))
    return FALSE;
  if (a->rank == 0 || b->rank == 0)
    return refuse (infer, "needs vectors or matrices, not a single number", error);
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
    return refuse (infer, "batch axes do not broadcast", error);
  spec->dtype = a->dtype;
  if (a->rank > 1)
    spec->shape[spec->rank++] = a_shape[a->rank - 2];
  if (b->rank > 1)
    spec->shape[spec->rank++] = b_shape[b->rank - 1];
  return TRUE;
}

/* The strides of an operand's batch axes along those of the result. */
static void
batch_strides (const ReelArray *operand,
               guint            rank,
               const gint64    *shape,
               gint64          *strides)
{
  ReelArray batch = *operand;

  batch.rank = operand->rank < 2 ? 0 : operand->rank - 2;
  _reel_shape_broadcast_strides (&batch, rank, shape, strides);
}

static gboolean
kernel_matmul (const ReelKernelCall *call,
               GError              **error)
{
  const ReelArray *a = &call->inputs[0];
  const ReelArray *b = &call->inputs[1];
  const ReelArray *y = &call->outputs[0];
  gint64 a_strides[REEL_MAX_AXES], b_strides[REEL_MAX_AXES];
  ReelProduct product = {
    .dtype = y->dtype,
    .n_batch_axes = y->rank - (a->rank > 1) - (b->rank > 1),
    .batch_shape = y->shape, .a_batch_strides = a_strides, .b_batch_strides = b_strides,
    .n = 1, .k = a->shape[a->rank - 1],
    .a_k_stride = a->strides[a->rank - 1], .b_k_stride = b->strides[0],
    .a = a->data, .b = b->data, .c = y->data
  };

  batch_strides (a, product.n_batch_axes, y->shape, a_strides);
  batch_strides (b, product.n_batch_axes, y->shape, b_strides);
  if (a->rank > 1)
    {
      product.n_row_axes = 1;
      product.row_shape = a->shape + a->rank - 2;
      product.a_row_strides = a->strides + a->rank - 2;
    }
  if (b->rank > 1)
    {
      product.n = b->shape[b->rank - 1];
      product.b_k_stride = b->strides[b->rank - 2];
      product.b_column_stride = b->strides[b->rank - 1];
    }
  _reel_gemm (&product);
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

/* The sum of a product over the batch axes of y that an operand does not have. */
static ReelTensor *
sum_to_operand (ReelRule   *rule,
                ReelTensor *product,
                guint       which)
{
  const ReelTensor *y = rule->outputs[0];
  ReelTensor *x = rule->inputs[which];
  guint n_batch_axes = y->rank - (rule->inputs[0]->rank > 1) - (rule->inputs[1]->rank > 1);
  guint n_own = MIN (x->rank, 2);
  gint64 shape[REEL_MAX_AXES];

  memcpy (shape, _reel_tensor_shape (y), n_batch_axes * sizeof (gint64));
  memcpy (shape + n_batch_axes, _reel_tensor_shape (x) + (x->rank - n_own),
          n_own * sizeof (gint64));
  return _reel_sum_to_shape_from (product, n_batch_axes + n_own, shape, x);
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
      reel_rule_contribute (rule, 0, sum_to_operand (rule, product, 0));
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
                                 _reel_reshape_last (c, rule->outputs[0]->rank,
                                                     REEL_SHAPE (rows, n)));
        }
      else
        {
          product = reel_matmul (reel_transpose (a, -1, -2), c);
          if (vector_b)
            product = reel_squeeze (product, 1, last);
          product = sum_to_operand (rule, product, 1);
        }
      reel_rule_contribute (rule, 1, product);
    }
  return TRUE;
}

/* A tangent as a matrix with as many batch axes as the result has, so that those of a
 * batched sweep stay in front of them all. */
static ReelTensor *
batched_operand (ReelRule *rule,
                 guint     which)
{
  const ReelTensor *x = rule->inputs[which];
  gboolean vector_a = rule->inputs[0]->rank == 1;
  gboolean vector_b = rule->inputs[1]->rank == 1;
  guint rank = rule->outputs[0]->rank + vector_a + vector_b;
  gint64 shape[REEL_MAX_AXES];
  guint n = 0;

  while (n + MAX (x->rank, 2) < rank)
    shape[n++] = 1;
  if (which == 0 && vector_a)
    shape[n++] = 1;
  for (guint i = 0; i < x->rank; i++)
    shape[n++] = x->dims[i];
  if (which == 1 && vector_b)
    shape[n++] = 1;
  return _reel_reshape_last (rule->tangents[which], x->rank, n, shape);
}

/* The product with one operand's tangent in its place. */
static ReelTensor *
product_with (ReelRule *rule,
              guint     which)
{
  const ReelTensor *y = rule->outputs[0];
  gboolean vector_a = rule->inputs[0]->rank == 1;
  gboolean vector_b = rule->inputs[1]->rank == 1;
  ReelTensor *a = which == 0 ? rule->tangents[0] : rule->inputs[0];
  ReelTensor *b = which == 1 ? rule->tangents[1] : rule->inputs[1];
  ReelTensor *product;

  if (_reel_rule_n_batch_axes (rule) == 0)
    return reel_matmul (a, b);
  a = which == 0 ? batched_operand (rule, 0) : as_row (a, vector_a);
  b = which == 1 ? batched_operand (rule, 1) : as_column (b, vector_b);
  product = reel_matmul (a, b);
  return vector_a || vector_b
         ? _reel_reshape_last (product, y->rank + vector_a + vector_b, y->rank,
                               _reel_tensor_shape (y))
         : product;
}

static gboolean
jvp_matmul (ReelRule *rule,
            GError  **error)
{
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    sum = product_with (rule, 0);
  if (rule->tangents[1] != NULL)
    {
      ReelTensor *part = product_with (rule, 1);

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
