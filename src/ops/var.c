/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "kernels/variance.h"
#include "ops/reduction.h"
#include "ops/rows.h"

#include <math.h>

/* Variance, by two passes, and the internal op "deviations", x - mean x: linear and
 * its own transpose, so that var has derivatives of any order. */

typedef struct
{
  ReelAxes axes;
  gdouble correction;
} Var;

/* 1 / (n - correction); NaN where that is not positive */
static gdouble
var_scale (const Var    *var,
           guint         rank,
           const gint64 *shape)
{
  gdouble freedom = (gdouble) _reel_reduction_count (rank, shape, &var->axes) -
                    var->correction;

  return freedom > 0 ? 1 / freedom : (gdouble) NAN;
}

static gboolean
infer_var (ReelInfer *infer,
           GError   **error)
{
  Var *var = infer->attributes;
  ReelArray x;
  ReelRows rows;
  gint64 n_elements;

  x = infer->inputs[0];
  if (!_reel_check_floating (infer, 0, error) ||
      !_reel_infer_axes (&var->axes, x.rank, error) ||
      !_reel_shape_count (x.rank, x.shape, sizeof (gdouble), &n_elements, NULL, error))
    return FALSE;
  _reel_reduction_shape (&infer->outputs[0], x.dtype, x.rank, x.shape, &var->axes);
  _reel_rows_init (&rows, &x, x.rank, x.shape, &var->axes);
  infer->workspace_size = (rows.packed ? 0 : rows.n_bytes) +
                          (n_elements > 0 ? _reel_variance_workspace (rows.n) : 0);
  return TRUE;
}

static gboolean
kernel_var (const ReelKernelCall *call,
            GError              **error)
{
  const Var *var = call->attributes;
  const ReelArray *x = &call->inputs[0];
  gchar *workspace = call->workspace;
  gconstpointer data = x->data;
  ReelRows rows;

  _reel_rows_init (&rows, x, x->rank, x->shape, &var->axes);
  if (!rows.packed)
    {
      _reel_rows_pack (&rows.array, workspace);
      data = workspace;
      workspace += rows.n_bytes;
    }
  _reel_variance_rows ((ReelDType) x->dtype, rows.n_rows, rows.n, data,
                       var_scale (var, x->rank, x->shape), call->outputs[0].data, workspace);
  return TRUE;
}

extern const ReelOp _reel_op_deviations;

/* 2 / (n - correction) · (x - mean x) */
static ReelTensor *
var_deviations (ReelRule *rule)
{
  const Var *var = rule->attributes;

  return _reel_apply_1 (&_reel_op_deviations, rule->inputs[0], &var->axes, sizeof var->axes);
}

static ReelTensor *
var_scaled (ReelRule   *rule,
            ReelTensor *t)
{
  return reel_mul_scalar (t, 2 * var_scale (rule->attributes, rule->inputs[0]->rank,
                                            _reel_tensor_shape (rule->inputs[0])));
}

static gboolean
vjp_var (ReelRule *rule,
         GError  **error)
{
  const Var *var = rule->attributes;
  ReelTensor *spread = _reel_spread (var_scaled (rule, rule->cotangents[0]), rule->inputs[0],
                                     &var->axes);

  reel_rule_contribute (rule, 0, _reel_mul_absorb (spread, var_deviations (rule)));
  return TRUE;
}

static gboolean
jvp_var (ReelRule *rule,
         GError  **error)
{
  const Var *var = rule->attributes;
  ReelTensor *along = _reel_mul_absorb (rule->tangents[0], var_deviations (rule));

  reel_rule_set_tangent (rule, 0,
                         var_scaled (rule, _reel_apply_1 (&_reel_op_sum, along, &var->axes,
                                                          sizeof var->axes)));
  return TRUE;
}

#define DIMS(...) { __VA_ARGS__ }
#define VAR_SAMPLE(rank_, shape_, correction_, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 } }, .n_inputs = 1, \
    .attributes = &(const Var){ { __VA_ARGS__ }, correction_ }, .attributes_size = sizeof (Var) }

static const ReelSample var_samples[] = {
  VAR_SAMPLE (2, DIMS (3, 4), 0, 1, FALSE, { -1 }),
  VAR_SAMPLE (2, DIMS (5, 3), 1, 1, TRUE, { -2 }),
  VAR_SAMPLE (3, DIMS (2, 3, 4), 1, 2, FALSE, { -3, -1 }),
  VAR_SAMPLE (2, DIMS (3, 4), 0.5, 2, FALSE, { -2, -1 }),
};

static const ReelAttribute var_attributes[] = {
  { "axes", REEL_ATTRIBUTE_AXES, G_STRUCT_OFFSET (Var, axes.axes),
    G_STRUCT_OFFSET (Var, axes.n), "all", NULL },
  REEL_ATTRIBUTE (Var, correction, F64, "1"),
  { "keep", REEL_ATTRIBUTE_BOOL, G_STRUCT_OFFSET (Var, axes.keep), 0, "false", NULL },
};

const ReelOp _reel_op_var = {
  REEL_OP_INIT, .name = "var", REEL_ATTRIBUTES (var_attributes),
  .formula = "y = Σ (x - mean x)² / (n - c);  x̄ = 2 ȳ (x - mean x) / (n - c)",
  .n_inputs = 1, .n_outputs = 1, .vjp_reads_inputs = 1, .infer = infer_var,
  .kernel = kernel_var, .vjp = vjp_var, .jvp = jvp_var, .samples = var_samples,
  .n_samples = G_N_ELEMENTS (var_samples)
};

ReelTensor *
reel_var (ReelTensor   *x,
          guint         n_axes,
          const gint64 *axes,
          gdouble       correction,
          gboolean      keep)
{
  Var var = { .correction = correction };

  _reel_axes_init (&var.axes, n_axes, axes, keep);
  return _reel_apply_1 (&_reel_op_var, x, &var, sizeof var);
}

/* Deviations */

static gboolean
infer_deviations (ReelInfer *infer,
                  GError   **error)
{
  return _reel_infer_rows (infer, infer->attributes, error);
}

static void
deviations_rows (const ReelKernelCall *call,
                 gint64                n_rows,
                 gint64                n,
                 gconstpointer const  *inputs,
                 gpointer              output,
                 gpointer              scratch)
{
  _reel_kernels ()->deviations[call->outputs[0].dtype] (n_rows, n, inputs[0], output);
}

static gboolean
kernel_deviations (const ReelKernelCall *call,
                   GError              **error)
{
  return _reel_rows_run (call, call->attributes, deviations_rows, 0, error);
}

static gboolean
vjp_deviations (ReelRule *rule,
                GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0],
                                                rule->attributes, rule->attributes_size));
  return TRUE;
}

static gboolean
jvp_deviations (ReelRule *rule,
                GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}

#define DEVIATIONS_SAMPLE(rank_, shape_, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 } }, .n_inputs = 1, \
    .attributes = &(const ReelAxes){ __VA_ARGS__ }, .attributes_size = sizeof (ReelAxes) }

static const ReelSample deviations_samples[] = {
  DEVIATIONS_SAMPLE (2, DIMS (3, 4), 1, FALSE, { -1 }),
  DEVIATIONS_SAMPLE (2, DIMS (3, 4), 1, FALSE, { -2 }),
  DEVIATIONS_SAMPLE (3, DIMS (2, 3, 4), 2, TRUE, { -3, -1 }),
};

static const ReelAttribute deviations_attributes[] = {
  REEL_LIST_ATTRIBUTE (ReelAxes, axes, n, AXES, NULL),
};

const ReelOp _reel_op_deviations = {
  REEL_OP_INIT, .name = "deviations", REEL_ATTRIBUTES (deviations_attributes), .formula = "y = x - mean x;  x̄ = ȳ - mean ȳ",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .infer = infer_deviations,
  .kernel = kernel_deviations, .vjp = vjp_deviations, .jvp = jvp_deviations,
  .samples = deviations_samples, .n_samples = G_N_ELEMENTS (deviations_samples)
};
