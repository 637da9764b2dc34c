/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

/* tril and triu: one triangle of matrices; the other is set to 0, whatever it was.
 * The attribute is the diagonal. Each is its own transpose. */

static gboolean
infer_triangle (ReelInfer *infer,
                GError   **error)
{
  g_autofree gchar *what = NULL;

  _reel_spec_like (&infer->outputs[0], &infer->inputs[0]);
  if (G_LIKELY (infer->inputs[0].rank >= 2))
    return TRUE;
  what = reel_infer_describe (infer, 0, 1);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "needs a matrix, not %s", what);
  return FALSE;
}

/* The columns of row `row` from `begin` to before `end` are cleared. */
static void
clear_columns (const ReelArray *matrices,
               gint64           row,
               gint64           begin,
               gint64           end)
{
  gsize size = reel_dtype_get_size (matrices->dtype);
  gint64 n_columns = matrices->shape[matrices->rank - 1];

  if (end > begin)
    memset ((gchar *) matrices->data + (row * n_columns + begin) * (gint64) size, 0,
            (gsize) (end - begin) * size);
}

static gboolean
kernel_triangle (const ReelKernelCall *call,
                 gboolean              lower)
{
  const ReelArray *out = &call->outputs[0];
  gint64 n_rows = out->shape[out->rank - 2], n_columns = out->shape[out->rank - 1];
  gint64 diagonal = *(const gint64 *) call->attributes;
  gint64 n_matrices = 1;

  for (guint i = 0; i + 2 < out->rank; i++)
    n_matrices *= out->shape[i];
  if (n_matrices == 0 || n_rows == 0 || n_columns == 0)
    return TRUE;
  _reel_map_copy (&call->inputs[0], out);
  diagonal = CLAMP (diagonal, -n_rows, n_columns);
  for (gint64 m = 0; m < n_matrices; m++)
    for (gint64 i = 0; i < n_rows; i++)
      {
        if (lower)
          clear_columns (out, m * n_rows + i, MAX (i + diagonal + 1, 0), n_columns);
        else
          clear_columns (out, m * n_rows + i, 0, MIN (i + diagonal, n_columns));
      }
  return TRUE;
}

static gboolean
kernel_tril (const ReelKernelCall *call,
             GError              **error)
{
  return kernel_triangle (call, TRUE);
}

static gboolean
kernel_triu (const ReelKernelCall *call,
             GError              **error)
{
  return kernel_triangle (call, FALSE);
}

static gboolean
vjp_triangle (ReelRule *rule,
              GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0],
                                                rule->attributes, rule->attributes_size));
  return TRUE;
}

static gboolean
jvp_triangle (ReelRule *rule,
              GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

#define SAMPLE(diagonal, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, \
    .n_inputs = 1, .attributes = &(const gint64){ diagonal }, \
    .attributes_size = sizeof (gint64) }
#define SHAPE(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (0, 2, SHAPE (3, 4)),
  SAMPLE (1, 2, SHAPE (4, 3)),
  SAMPLE (-1, 3, SHAPE (2, 3, 3)),
  SAMPLE (9, 2, SHAPE (2, 3)),
};

static const ReelAttribute attributes[] = {
  { "diagonal", REEL_ATTRIBUTE_I64, 0, 0, "0", NULL },
};

const ReelOp _reel_op_tril = {
  REEL_OP_INIT, .name = "tril", REEL_ATTRIBUTES (attributes), .onnx_name = "Trilu",
  .formula = "yᵢⱼ = j - i <= k ? xᵢⱼ : 0;  x̄ᵢⱼ = j - i <= k ? ȳᵢⱼ : 0",
  .n_inputs = 1, .n_outputs = 1,
  .infer = infer_triangle, .kernel = kernel_tril, .vjp = vjp_triangle, .jvp = jvp_triangle,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

const ReelOp _reel_op_triu = {
  REEL_OP_INIT, .name = "triu", REEL_ATTRIBUTES (attributes), .onnx_name = "Trilu",
  .formula = "yᵢⱼ = j - i >= k ? xᵢⱼ : 0;  x̄ᵢⱼ = j - i >= k ? ȳᵢⱼ : 0",
  .n_inputs = 1, .n_outputs = 1,
  .infer = infer_triangle, .kernel = kernel_triu, .vjp = vjp_triangle, .jvp = jvp_triangle,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_tril (ReelTensor *x,
           gint64      diagonal)
{
  return _reel_apply_1 (&_reel_op_tril, x, &diagonal, sizeof diagonal);
}

ReelTensor *
reel_triu (ReelTensor *x,
           gint64      diagonal)
{
  return _reel_apply_1 (&_reel_op_triu, x, &diagonal, sizeof diagonal);
}
