/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "ops/reduction.h"
#include "ops/rows.h"

/* The reductions along axes: a row each. How they are computed is reduction.c's. */

typedef struct
{
  ReelReduceId loop;
  gboolean floating_only;
  gboolean needs_elements;      /* of none it has no value */
} Row;

/* Shape rules */

static gboolean
check_dtype (const ReelInfer *infer,
             const Row       *row,
             GError         **error)
{
  const ReelArray *x = &infer->inputs[0];

  if (row->floating_only)
    return _reel_check_floating (infer, 0, error);
  if (G_LIKELY (_reel_kernels ()->reduce[row->loop][x->dtype] != NULL))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "not defined for %s; reel_cast converts",
               reel_dtype_get_name ((ReelDType) x->dtype));
  return FALSE;
}

static gboolean
infer_reduce (ReelInfer *infer,
              GError   **error)
{
  const Row *row = infer->op->user_data;
  ReelAxes *axes = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  gint64 n_results;

  if (!check_dtype (infer, row, error) || !_reel_infer_axes (axes, x->rank, error))
    return FALSE;
  _reel_reduction_shape (spec, _reel_reduction_dtype (row->loop, x->dtype), x->rank,
                         x->shape, axes);
  /* Only where some result would be of no elements: no results need none. */
  if (row->needs_elements && _reel_reduction_count (x->rank, x->shape, axes) == 0)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      if (!_reel_shape_count (spec->rank, spec->shape, 1, &n_results, NULL, error))
        return FALSE;
      if (n_results > 0)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE, "of no elements has no value: %s",
                       what);
          return FALSE;
        }
    }
  infer->workspace_size = _reel_reduce_workspace (row->loop, x, axes);
  return TRUE;
}

static gboolean
kernel_reduce (const ReelKernelCall *call,
               GError              **error)
{
  const Row *row = call->op->user_data;

  _reel_reduce (row->loop, &call->inputs[0], call->attributes, call->outputs[0].data,
                call->workspace);
  return TRUE;
}

static gboolean
kernel_mean (const ReelKernelCall *call,
             GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  const ReelArray *out = &call->outputs[0];
  gdouble n = (gdouble) _reel_reduction_count (x->rank, x->shape, call->attributes);
  gint64 n_results = 1;

  for (guint i = 0; i < out->rank; i++)
    n_results *= out->shape[i];
  _reel_reduce (REEL_REDUCE_sum, x, call->attributes, out->data, call->workspace);
  _reel_kernels ()->unary[REEL_UNARY_div_scalar][out->dtype] (n_results, out->data, out->data,
                                                              &n);
  return TRUE;
}

/* Derivative rules */

ReelTensor *
_reel_reduce_along (const ReelOp   *op,
                    ReelTensor     *x,
                    const ReelAxes *axes,
                    gboolean        keep)
{
  ReelAxes attributes = *axes;

  attributes.keep = keep;
  return _reel_apply_1 (op, x, &attributes, sizeof attributes);
}

static gdouble
count_of (const ReelRule *rule)
{
  return (gdouble) _reel_reduction_count (rule->inputs[0]->rank,
                                          _reel_tensor_shape (rule->inputs[0]),
                                          rule->attributes);
}

static gboolean
vjp_sum (ReelRule *rule,
         GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_spread (rule->cotangents[0], rule->inputs[0],
                                               rule->attributes));
  return TRUE;
}

static gboolean
vjp_mean (ReelRule *rule,
          GError  **error)
{
  ReelTensor *share = reel_div_scalar (rule->cotangents[0], count_of (rule));

  reel_rule_contribute (rule, 0, _reel_spread (share, rule->inputs[0], rule->attributes));
  return TRUE;
}

static gboolean
jvp_linear (ReelRule *rule,
            GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

/* t · ∂y/∂x, t of x's shape. A zero tangent or cotangent absorbs infinite factors of
 * a product; what is no extreme gets nothing, not even of an infinite t. */
static ReelTensor *
weighted (ReelRule   *rule,
          ReelTensor *t)
{
  const Row *row = rule->op->user_data;
  ReelTensor *x = rule->inputs[0];
  ReelExtreme extreme;

  if (row->loop == REEL_REDUCE_prod)
    return _reel_mul_absorb (t, _reel_apply_1 (&_reel_op_prod_others, x, rule->attributes,
                                               rule->attributes_size));
  if (row->loop == REEL_REDUCE_logsumexp)
    return _reel_mul_absorb (t, _reel_apply_1 (&_reel_op_softmax, x, rule->attributes,
                                               rule->attributes_size));
  memset (&extreme, 0, sizeof extreme);
  extreme.axes = *(const ReelAxes *) rule->attributes;
  extreme.is_minimum = row->loop == REEL_REDUCE_amin;
  return _reel_mul_absorb (_reel_apply_1 (&_reel_op_extreme_weights, x, &extreme,
                                          sizeof extreme), t);
}

static gboolean
vjp_weighted (ReelRule *rule,
              GError  **error)
{
  reel_rule_contribute (rule, 0, weighted (rule, _reel_spread (rule->cotangents[0],
                                                               rule->inputs[0],
                                                               rule->attributes)));
  return TRUE;
}

static gboolean
jvp_weighted (ReelRule *rule,
              GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (&_reel_op_sum,
                                                 weighted (rule, rule->tangents[0]),
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

/* Samples */

#define SAMPLE(dtype_, rank_, shape_, low, high, ...) \
  { .inputs = (const ReelSampleInput[]){ { dtype_, rank_, shape_, low, high } }, \
    .n_inputs = 1, .attributes = &(const ReelAxes){ __VA_ARGS__ }, \
    .attributes_size = sizeof (ReelAxes) }
#define DIMS(...) { __VA_ARGS__ }

/* one axis, another kept, the first of two (columns), ends of three, all, rank 0 */
#define SAMPLES(name, low, high) \
  static const ReelSample samples_##name[] = { \
    SAMPLE (REEL_F64, 2, DIMS (3, 4), low, high, 1, FALSE, { -1 }), \
    SAMPLE (REEL_F64, 3, DIMS (2, 3, 4), low, high, 1, TRUE, { -2 }), \
    SAMPLE (REEL_F64, 2, DIMS (5, 3), low, high, 1, FALSE, { -2 }), \
    SAMPLE (REEL_F64, 3, DIMS (2, 3, 4), low, high, 2, FALSE, { -3, -1 }), \
    SAMPLE (REEL_F64, 2, DIMS (3, 2), low, high, 2, TRUE, { -2, -1 }), \
    SAMPLE (REEL_F64, 0, DIMS (0), low, high, 0, FALSE, { 0 }), \
  }

SAMPLES (sum, -2, 2);
SAMPLES (prod, 0.5, 1.5);

/* Rows */

static const ReelAttribute reduce_attributes[] = {
  REEL_LIST_ATTRIBUTE (ReelAxes, axes, n, AXES, "all"),
  REEL_ATTRIBUTE (ReelAxes, keep, BOOL, "false"),
};
static const ReelAttribute position_attributes[] = {
  { "axis", REEL_ATTRIBUTE_AXIS, G_STRUCT_OFFSET (ReelAxes, axes), 0, NULL, NULL },
  REEL_ATTRIBUTE (ReelAxes, keep, BOOL, "false"),
};

#define REDUCE(name_, onnx_, formula_, loop_, floating_, needs_, ...) \
  static const Row row_##name_ = { REEL_REDUCE_##loop_, floating_, needs_ }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .n_inputs = 1, .n_outputs = 1, .infer = infer_reduce, \
    .user_data = (gpointer) &row_##name_, __VA_ARGS__ \
  }
#define WITH_SAMPLES(name_) \
  .samples = samples_##name_, .n_samples = G_N_ELEMENTS (samples_##name_)
#define ALONG_AXES(name_) REEL_ATTRIBUTES (reduce_attributes), WITH_SAMPLES (name_)
#define ALONG_AXIS(name_) REEL_ATTRIBUTES (position_attributes), WITH_SAMPLES (name_)

REDUCE (sum, "ReduceSum", "y = Σ x;  x̄ = ȳ at each", sum, FALSE, FALSE,
        .kernel = kernel_reduce, .vjp = vjp_sum, .jvp = jvp_linear, ALONG_AXES (sum));
REDUCE (mean, "ReduceMean", "y = Σ x / n;  x̄ = ȳ / n at each", sum, TRUE, FALSE,
        .kernel = kernel_mean, .vjp = vjp_mean, .jvp = jvp_linear, ALONG_AXES (sum));
REDUCE (prod, "ReduceProd", "y = Π x;  x̄ᵢ = ȳ Π xⱼ over j ≠ i", prod, FALSE, FALSE,
        .kernel = kernel_reduce, .vjp_reads_inputs = 1, .vjp = vjp_weighted,
        .jvp = jvp_weighted, ALONG_AXES (prod));
REDUCE (amax, "ReduceMax", "y = max x;  x̄ = ȳ / count at the greatest, else 0", amax, FALSE,
        TRUE, .kernel = kernel_reduce, .vjp_reads_inputs = 1, .vjp = vjp_weighted,
        .jvp = jvp_weighted, ALONG_AXES (sum));
REDUCE (amin, "ReduceMin", "y = min x;  x̄ = ȳ / count at the least, else 0", amin, FALSE,
        TRUE, .kernel = kernel_reduce, .vjp_reads_inputs = 1, .vjp = vjp_weighted,
        .jvp = jvp_weighted, ALONG_AXES (sum));
REDUCE (logsumexp, "ReduceLogSumExp", "y = log Σ exp x;  x̄ = ȳ softmax x", logsumexp, TRUE,
        FALSE, .kernel = kernel_reduce, .vjp_reads_inputs = 1, .vjp = vjp_weighted,
        .jvp = jvp_weighted, ALONG_AXES (sum));
REDUCE (any, NULL, "y = whether one of x is not 0", any, FALSE, FALSE,
        .flags = REEL_OP_NO_GRADIENT, .kernel = kernel_reduce, ALONG_AXES (sum));
REDUCE (all, NULL, "y = whether none of x is 0", all, FALSE, FALSE,
        .flags = REEL_OP_NO_GRADIENT, .kernel = kernel_reduce, ALONG_AXES (sum));

static const ReelSample samples_position[] = {
  SAMPLE (REEL_F64, 2, DIMS (3, 4), -2, 2, 1, FALSE, { -1 }),
  SAMPLE (REEL_F64, 3, DIMS (2, 3, 4), -2, 2, 1, TRUE, { -2 }),
  SAMPLE (REEL_I64, 2, DIMS (5, 3), -9, 9, 1, FALSE, { -2 }),
};

REDUCE (argmax, "ArgMax", "y = the first place of max x", argmax, FALSE, TRUE,
        .flags = REEL_OP_NO_GRADIENT, .kernel = kernel_reduce, ALONG_AXIS (position));
REDUCE (argmin, "ArgMin", "y = the first place of min x", argmin, FALSE, TRUE,
        .flags = REEL_OP_NO_GRADIENT, .kernel = kernel_reduce, ALONG_AXIS (position));

/* The public functions */

static ReelTensor *
reduce (const ReelOp *op,
        ReelTensor   *x,
        guint         n_axes,
        const gint64 *axes,
        gboolean      keep)
{
  ReelAxes attributes;

  _reel_axes_init (&attributes, n_axes, axes, keep);
  return _reel_apply_1 (op, x, &attributes, sizeof attributes);
}

#define FUNCTION(name) \
  ReelTensor * \
  reel_##name (ReelTensor   *x, \
               guint         n_axes, \
               const gint64 *axes, \
               gboolean      keep) \
  { \
    return reduce (&_reel_op_##name, x, n_axes, axes, keep); \
  }
#define POSITION_FUNCTION(name) \
  ReelTensor * \
  reel_##name (ReelTensor *x, \
               gint64      axis, \
               gboolean    keep) \
  { \
    return reduce (&_reel_op_##name, x, 1, &axis, keep); \
  }

FUNCTION (sum)
FUNCTION (mean)
FUNCTION (prod)
FUNCTION (amax)
FUNCTION (amin)
FUNCTION (logsumexp)
FUNCTION (any)
FUNCTION (all)
POSITION_FUNCTION (argmax)
POSITION_FUNCTION (argmin)
