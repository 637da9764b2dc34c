/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/reduction.h"
#include "ops/rows.h"

/* softmax and log_softmax, and the internal ops that carry cotangents back through
 * them. The attributes are a list of axes: gradients of reductions along several
 * axes use these ops too. */

static gboolean
infer_softmax (ReelInfer *infer,
               GError   **error)
{
  return _reel_infer_rows (infer, infer->attributes, error);
}

#define KERNEL(name) \
  static void \
  name##_rows (const ReelKernelCall *call, \
               gint64                n_rows, \
               gint64                n, \
               gconstpointer const  *inputs, \
               gpointer              output, \
               gpointer              scratch) \
  { \
    _reel_kernels ()->name[call->outputs[0].dtype] (n_rows, n, inputs[0], output); \
  } \
  static gboolean \
  kernel_##name (const ReelKernelCall *call, \
                 GError              **error) \
  { \
    return _reel_rows_run (call, call->attributes, name##_rows, 0, error); \
  }
#define SLOPE_KERNEL(name) \
  static void \
  name##_backward_rows (const ReelKernelCall *call, \
                        gint64                n_rows, \
                        gint64                n, \
                        gconstpointer const  *inputs, \
                        gpointer              output, \
                        gpointer              scratch) \
  { \
    _reel_kernels ()->name##_slope[call->outputs[0].dtype] (n_rows, n, inputs[1], inputs[0], \
                                                            output); \
  } \
  static gboolean \
  kernel_##name##_backward (const ReelKernelCall *call, \
                            GError              **error) \
  { \
    return _reel_rows_run (call, call->attributes, name##_backward_rows, 0, error); \
  }

KERNEL (softmax)
KERNEL (log_softmax)
SLOPE_KERNEL (softmax)
SLOPE_KERNEL (log_softmax)

/* Σ a b along the axes, kept; a zero of a absorbs */
static ReelTensor *
dot (ReelRule   *rule,
     ReelTensor *a,
     ReelTensor *b)
{
  return _reel_reduce_along (&_reel_op_sum, _reel_mul_absorb (a, b), rule->attributes, TRUE);
}

static ReelTensor *
total (ReelRule   *rule,
       ReelTensor *x)
{
  return _reel_reduce_along (&_reel_op_sum, x, rule->attributes, TRUE);
}

static ReelTensor *
backward (ReelRule     *rule,
          const ReelOp *op,
          ReelTensor   *t,
          ReelTensor   *y)
{
  return _reel_apply_2 (op, t, y, rule->attributes, rule->attributes_size);
}

/* softmax: its Jacobian is symmetric. */

static gboolean
vjp_softmax (ReelRule *rule,
             GError  **error)
{
  reel_rule_contribute (rule, 0, backward (rule, &_reel_op_softmax_backward,
                                           rule->cotangents[0], rule->outputs[0]));
  return TRUE;
}

static gboolean
jvp_softmax (ReelRule *rule,
             GError  **error)
{
  reel_rule_set_tangent (rule, 0, backward (rule, &_reel_op_softmax_backward,
                                            rule->tangents[0], rule->outputs[0]));
  return TRUE;
}

/* z = y (c Σ y - Σ y c). Σ y is 1, but only with it is z what is computed: differences
 * of c weighed by y. */
static ReelTensor *
centred (ReelRule   *rule,
         ReelTensor *c,
         ReelTensor *y)
{
  return reel_sub (_reel_mul_absorb (c, total (rule, y)), dot (rule, c, y));
}

static gboolean
vjp_softmax_backward (ReelRule *rule,
                      GError  **error)
{
  ReelTensor *g = rule->cotangents[0];
  ReelTensor *c = rule->inputs[0], *y = rule->inputs[1];

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, _reel_sum_to_shape (backward (rule, rule->op, g, y),
                                                       rule->outputs[0], c));
  if (reel_rule_wants (rule, 1))
    {
      ReelTensor *weighted = _reel_mul_absorb (g, y);
      ReelTensor *others = reel_sub (dot (rule, weighted, c),
                                     _reel_mul_absorb (c, total (rule, weighted)));
      ReelTensor *y_bar = reel_add (_reel_mul_absorb (g, centred (rule, c, y)), others);

      reel_rule_contribute (rule, 1, _reel_sum_to_shape (y_bar, rule->outputs[0], y));
    }
  return TRUE;
}

static gboolean
jvp_softmax_backward (ReelRule *rule,
                      GError  **error)
{
  ReelTensor *c = rule->inputs[0], *y = rule->inputs[1];
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    sum = backward (rule, rule->op,
                    _reel_broadcast_from (rule->tangents[0], c, rule->outputs[0]), y);
  if (rule->tangents[1] != NULL)
    {
      ReelTensor *t = _reel_broadcast_from (rule->tangents[1], y, rule->outputs[0]);
      ReelTensor *part = reel_add (_reel_mul_absorb (t, centred (rule, c, y)),
                                   _reel_mul_absorb (centred (rule, c, t), y));

      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

/* log_softmax */

extern const ReelOp _reel_op_log_softmax_backward;

static gboolean
vjp_log_softmax (ReelRule *rule,
                 GError  **error)
{
  reel_rule_contribute (rule, 0, backward (rule, &_reel_op_log_softmax_backward,
                                           rule->cotangents[0], rule->outputs[0]));
  return TRUE;
}

static gboolean
jvp_log_softmax (ReelRule *rule,
                 GError  **error)
{
  ReelTensor *t = rule->tangents[0];

  reel_rule_set_tangent (rule, 0, reel_sub (t, dot (rule, t, reel_exp (rule->outputs[0]))));
  return TRUE;
}

/* z = c - exp y Σ c */

static gboolean
vjp_log_softmax_backward (ReelRule *rule,
                          GError  **error)
{
  ReelTensor *g = rule->cotangents[0];
  ReelTensor *c = rule->inputs[0], *y = rule->inputs[1];
  ReelTensor *weighted = _reel_mul_absorb (g, reel_exp (y));

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, _reel_sum_to_shape (reel_sub (g, total (rule, weighted)),
                                                       rule->outputs[0], c));
  if (reel_rule_wants (rule, 1))
    reel_rule_contribute (rule, 1,
                          _reel_sum_to_shape (reel_neg (_reel_mul_absorb (weighted,
                                                                          total (rule, c))),
                                              rule->outputs[0], y));
  return TRUE;
}

static gboolean
jvp_log_softmax_backward (ReelRule *rule,
                          GError  **error)
{
  ReelTensor *c = rule->inputs[0], *y = rule->inputs[1];
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    sum = backward (rule, rule->op,
                    _reel_broadcast_from (rule->tangents[0], c, rule->outputs[0]), y);
  if (rule->tangents[1] != NULL)
    {
      ReelTensor *t = _reel_broadcast_from (rule->tangents[1], y, rule->outputs[0]);
      ReelTensor *weighted = _reel_mul_absorb (t, reel_exp (y));
      ReelTensor *part = _reel_mul_absorb (weighted, total (rule, c));

      sum = sum != NULL ? reel_sub (sum, part) : reel_neg (part);
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

#define SAMPLE(n_inputs_, rank_, shape_, low, high, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_F64, rank_, shape_, low, high } }, \
    .n_inputs = n_inputs_, .attributes = &(const ReelAxes){ __VA_ARGS__ }, \
    .attributes_size = sizeof (ReelAxes) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (1, 2, DIMS (3, 4), 0, 1, 1, TRUE, { -1 }),
  SAMPLE (1, 2, DIMS (4, 3), 0, 1, 1, TRUE, { -2 }),
  SAMPLE (1, 3, DIMS (2, 3, 4), 0, 1, 1, TRUE, { -2 }),
  SAMPLE (1, 1, DIMS (5), 0, 1, 1, TRUE, { -1 }),
  SAMPLE (1, 3, DIMS (2, 3, 4), 0, 1, 2, FALSE, { -3, -1 }),
};

static const ReelSample softmax_backward_samples[] = {
  SAMPLE (2, 2, DIMS (3, 4), 0.1, 0.9, 1, TRUE, { -1 }),
  SAMPLE (2, 2, DIMS (4, 3), 0.1, 0.9, 1, TRUE, { -2 }),
  SAMPLE (2, 3, DIMS (2, 3, 4), 0.1, 0.9, 2, FALSE, { -3, -1 }),
};

static const ReelSample log_softmax_backward_samples[] = {
  SAMPLE (2, 2, DIMS (3, 4), -2, -0.1, 1, TRUE, { -1 }),
  SAMPLE (2, 2, DIMS (4, 3), -2, -0.1, 1, TRUE, { -2 }),
  SAMPLE (2, 3, DIMS (2, 3, 4), -2, -0.1, 2, FALSE, { -3, -1 }),
};

static const ReelAttribute attributes[] = {
  { "axis", REEL_ATTRIBUTE_AXES, G_STRUCT_OFFSET (ReelAxes, axes),
    G_STRUCT_OFFSET (ReelAxes, n), "[-1]", NULL },
};

const ReelOp _reel_op_softmax = {
  REEL_OP_INIT, .name = "softmax", REEL_ATTRIBUTES (attributes), .onnx_name = "Softmax",
  .formula = "y = exp x / Σ exp x;  x̄ = y (ȳ - Σ y ȳ)", .n_inputs = 1, .n_outputs = 1,
  .vjp_reads_outputs = 1, .infer = infer_softmax, .kernel = kernel_softmax,
  .vjp = vjp_softmax, .jvp = jvp_softmax, .samples = samples,
  .n_samples = G_N_ELEMENTS (samples)
};

const ReelOp _reel_op_softmax_backward = {
  REEL_OP_INIT, .name = "softmax_backward", REEL_ATTRIBUTES (attributes), .formula = "x̄ = y (ȳ Σ y - Σ y ȳ)",
  .n_inputs = 2, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 3,
  .infer = infer_softmax, .kernel = kernel_softmax_backward, .vjp = vjp_softmax_backward,
  .jvp = jvp_softmax_backward, .samples = softmax_backward_samples,
  .n_samples = G_N_ELEMENTS (softmax_backward_samples)
};

const ReelOp _reel_op_log_softmax = {
  REEL_OP_INIT, .name = "log_softmax", REEL_ATTRIBUTES (attributes), .onnx_name = "LogSoftmax",
  .formula = "y = x - log Σ exp x;  x̄ = ȳ - exp y Σ ȳ", .n_inputs = 1, .n_outputs = 1,
  .vjp_reads_outputs = 1, .infer = infer_softmax, .kernel = kernel_log_softmax,
  .vjp = vjp_log_softmax, .jvp = jvp_log_softmax, .samples = samples,
  .n_samples = G_N_ELEMENTS (samples)
};

const ReelOp _reel_op_log_softmax_backward = {
  REEL_OP_INIT, .name = "log_softmax_backward", REEL_ATTRIBUTES (attributes), .formula = "x̄ = ȳ - exp y Σ ȳ",
  .n_inputs = 2, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 3,
  .infer = infer_softmax, .kernel = kernel_log_softmax_backward,
  .vjp = vjp_log_softmax_backward, .jvp = jvp_log_softmax_backward,
  .samples = log_softmax_backward_samples,
  .n_samples = G_N_ELEMENTS (log_softmax_backward_samples)
};

static ReelTensor *
apply (const ReelOp *op,
       ReelTensor   *x,
       gint64        axis)
{
  ReelAxes axes;

  _reel_axes_init (&axes, 1, &axis, TRUE);
  return _reel_apply_1 (op, x, &axes, sizeof axes);
}

ReelTensor *
reel_softmax (ReelTensor *x,
              gint64      axis)
{
  return apply (&_reel_op_softmax, x, axis);
}

ReelTensor *
reel_log_softmax (ReelTensor *x,
                  gint64      axis)
{
  return apply (&_reel_op_log_softmax, x, axis);
}
