/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "ops/losses.h"
#include "ops/reduction.h"

/* Softmax and negative log-likelihood in one, from logits. With p the target's
 * probabilities, or 1 at its class:
 *
 *   y = -Σ p log softmax x,   x̄ = ȳ (softmax x Σ p - p)
 *
 * The backward op computes softmax x again rather than keep a tensor as large as
 * the logits. How both are computed is cross-entropy-kernels.c's. */

/* Logits are input number `x`, the target comes behind it. */
static gboolean
check_operands (const ReelInfer *infer,
                guint            x,
                GError         **error)
{
  const ReelArray *logits = &infer->inputs[x], *target = &infer->inputs[x + 1];
  g_autofree gchar *what = NULL;

  if (!_reel_check_floating (infer, x, error))
    return FALSE;
  if (!reel_dtype_is_floating (target->dtype))
    return _reel_loss_check_indices (infer, x, x + 1, error);
  if (G_LIKELY (logits->rank > 0 && target->dtype == logits->dtype &&
                _reel_shape_equal (logits->rank, logits->shape, target->rank, target->shape)))
    return TRUE;
  what = reel_infer_describe (infer, x, 2);
  g_set_error (error, REEL_ERROR,
               target->dtype == logits->dtype ? REEL_ERROR_SHAPE : REEL_ERROR_DTYPE,
               "probabilities must have the logits' dtype and shape, and these a last axis,"
               " the classes: %s", what);
  return FALSE;
}

static gboolean
infer_cross_entropy (ReelInfer *infer,
                     GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelArray x, target;

  if (!_reel_loss_check_reduction (loss->reduction, error) ||
      !check_operands (infer, 0, error))
    return FALSE;
  x = infer->inputs[0];
  target = infer->inputs[1];
  _reel_loss_shape (&infer->outputs[0], x.dtype, x.rank - 1, x.shape, loss->reduction);
  infer->workspace_size = _reel_loss_room (&x) + _reel_loss_room (&target);
  if (loss->reduction != REEL_REDUCTION_NONE)
    infer->workspace_size += (gsize) _reel_loss_count_rows (&x) * reel_dtype_get_size (x.dtype);
  return TRUE;
}

static gboolean
infer_cross_entropy_backward (ReelInfer *infer,
                              GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  ReelArray c, x, target;

  if (!_reel_loss_check_reduction (loss->reduction, error) ||
      !check_operands (infer, 1, error))
    return FALSE;
  c = infer->inputs[0];
  x = infer->inputs[1];
  target = infer->inputs[2];
  if (c.dtype != x.dtype)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, infer->n_inputs);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "dtypes differ: %s", what);
      return FALSE;
    }
  _reel_spec_like (spec, &infer->inputs[1]);
  infer->workspace_size = _reel_loss_room (&c) + _reel_loss_room (&x) +
                          _reel_loss_room (&target);
  return _reel_loss_check_cotangent (infer, x.rank, x.shape, x.rank - 1, loss->reduction,
                                     error);
}

/* Rules */

extern const ReelOp _reel_op_cross_entropy, _reel_op_cross_entropy_backward;

static ReelTensor *
backward (ReelTensor     *c,
          ReelTensor     *x,
          ReelTensor     *target,
          const ReelLoss *loss)
{
  return _reel_apply_3 (&_reel_op_cross_entropy_backward, c, x, target, loss, sizeof *loss);
}

/* The axes that the loss takes away from its logits. */
static void
loss_axes (ReelAxes       *axes,
           ReelTensor     *x,
           const ReelLoss *loss)
{
  memset (axes, 0, sizeof *axes);
  axes->n = loss->reduction == REEL_REDUCTION_NONE ? 1 : x->rank;
  for (guint i = 0; i < axes->n; i++)
    axes->axes[i] = (gint32) i - (gint32) axes->n;
}

static void
last_axis (ReelAxes *axes,
           gboolean  keep)
{
  memset (axes, 0, sizeof *axes);
  axes->n = 1;
  axes->keep = keep;
  axes->axes[0] = -1;
}

static ReelTensor *
divided (ReelTensor     *t,
         ReelTensor     *x,
         const ReelLoss *loss)
{
  gint64 n_rows = 1;

  if (loss->reduction != REEL_REDUCTION_MEAN)
    return t;
  for (guint i = 0; i + 1 < x->rank; i++)
    n_rows *= _reel_tensor_shape (x)[i];
  return reel_div_scalar (t, (gdouble) n_rows);
}

/* A cotangent of the loss at every logit. */
static ReelTensor *
spread (ReelTensor     *c,
        ReelTensor     *x,
        const ReelLoss *loss)
{
  ReelAxes axes;

  loss_axes (&axes, x, loss);
  return _reel_spread (divided (c, x, loss), x, &axes);
}

static ReelTensor *
collect (ReelTensor     *t,
         ReelTensor     *x,
         const ReelLoss *loss)
{
  ReelAxes axes;

  loss_axes (&axes, x, loss);
  return divided (_reel_apply_1 (&_reel_op_sum, t, &axes, sizeof axes), x, loss);
}

/* The derivative of the loss by the logits, applied to a tangent; `like` has the
 * loss's shape. */
static ReelTensor *
along_logits (ReelTensor     *t,
              ReelTensor     *x,
              ReelTensor     *target,
              ReelTensor     *like,
              const ReelLoss *loss)
{
  ReelLoss undivided = *loss;

  if (undivided.reduction == REEL_REDUCTION_MEAN)
    undivided.reduction = REEL_REDUCTION_SUM;
  return collect (_reel_mul_absorb (t, backward (_reel_full_like (like, 1), x, target,
                                                 &undivided)), x, loss);
}

static ReelTensor *
softmax_of (ReelTensor *x)
{
  ReelAxes axes;

  last_axis (&axes, TRUE);
  return _reel_apply_1 (&_reel_op_softmax, x, &axes, sizeof axes);
}

static ReelTensor *
sum_of_classes (ReelTensor *x)
{
  ReelAxes axes;

  last_axis (&axes, TRUE);
  return _reel_apply_1 (&_reel_op_sum, x, &axes, sizeof axes);
}

static gboolean
vjp_cross_entropy (ReelRule *rule,
                   GError  **error)
{
  const ReelLoss *loss = rule->attributes;
  ReelTensor *c = rule->cotangents[0];
  ReelTensor *x = rule->inputs[0], *target = rule->inputs[1];

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, backward (c, x, target, loss));
  if (reel_rule_wants (rule, 1))
    reel_rule_contribute (rule, 1, reel_neg (_reel_mul_absorb (spread (c, x, loss),
                                                               reel_log_softmax (x, -1))));
  return TRUE;
}

static gboolean
jvp_cross_entropy (ReelRule *rule,
                   GError  **error)
{
  ReelTensor *x = rule->inputs[0], *target = rule->inputs[1];
  ReelTensor *sum = NULL, *part;

  if (rule->tangents[0] != NULL)
    sum = along_logits (rule->tangents[0], x, target, rule->outputs[0], rule->attributes);
  if (rule->tangents[1] != NULL)
    {
      /* linear in the probabilities */
      part = reel_neg (collect (_reel_mul_absorb (rule->tangents[1],
                                                  reel_log_softmax (x, -1)),
                                x, rule->attributes));
      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

/* z = c (softmax x Σ p - p): what a tangent of x, or a cotangent of z, gives for
 * the other; the Jacobian is symmetric. */
static ReelTensor *
through_softmax (ReelTensor     *t,
                 ReelTensor     *c,
                 ReelTensor     *x,
                 ReelTensor     *target,
                 const ReelLoss *loss)
{
  ReelAxes axes;
  ReelTensor *z;

  last_axis (&axes, TRUE);
  z = _reel_apply_2 (&_reel_op_softmax_backward, t, softmax_of (x), &axes, sizeof axes);
  if (reel_dtype_is_floating (target->dtype))
    z = _reel_mul_absorb (z, sum_of_classes (target));
  return _reel_mul_absorb (spread (c, x, loss), z);
}

static gboolean
vjp_cross_entropy_backward (ReelRule *rule,
                            GError  **error)
{
  const ReelLoss *loss = rule->attributes;
  ReelTensor *g = rule->cotangents[0];
  ReelTensor *c = rule->inputs[0], *x = rule->inputs[1], *target = rule->inputs[2];

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, along_logits (g, x, target, c, loss));
  if (reel_rule_wants (rule, 1))
    reel_rule_contribute (rule, 1,
                          _reel_sum_to_shape (through_softmax (g, c, x, target, loss),
                                              rule->outputs[0], x));
  if (reel_rule_wants (rule, 2))
    {
      ReelTensor *dot = sum_of_classes (_reel_mul_absorb (g, softmax_of (x)));
      ReelTensor *p_bar = _reel_mul_absorb (spread (c, x, loss), reel_sub (dot, g));

      reel_rule_contribute (rule, 2, _reel_sum_to_shape (p_bar, rule->outputs[0], target));
    }
  return TRUE;
}

static gboolean
jvp_cross_entropy_backward (ReelRule *rule,
                            GError  **error)
{
  const ReelLoss *loss = rule->attributes;
  ReelTensor *c = rule->inputs[0], *x = rule->inputs[1], *target = rule->inputs[2];
  ReelTensor *z = rule->outputs[0];
  ReelTensor *parts[3] = { NULL, NULL, NULL };
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    parts[0] = backward (rule->tangents[0], x, target, loss);
  if (rule->tangents[1] != NULL)
    parts[1] = through_softmax (_reel_broadcast_from (rule->tangents[1], x, z), c, x, target,
                                loss);
  if (rule->tangents[2] != NULL)
    {
      ReelTensor *t = _reel_broadcast_from (rule->tangents[2], target, z);

      parts[2] = _reel_mul_absorb (spread (c, x, loss),
                                   reel_sub (_reel_mul_absorb (softmax_of (x),
                                                               sum_of_classes (t)), t));
    }
  for (guint i = 0; i < 3; i++)
    if (parts[i] != NULL)
      sum = sum != NULL ? reel_add (sum, parts[i]) : parts[i];
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

#define INDICES(rank_, shape_, target_shape, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_I64, rank_ - 1, target_shape, 0, 3 } }, \
    .n_inputs = 2, .attributes = &(const ReelLoss){ reduction_, 0, 0 }, \
    .attributes_size = sizeof (ReelLoss) }
#define PROBABILITIES(rank_, shape_, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_F64, rank_, shape_, 0.1, 0.9 } }, \
    .n_inputs = 2, .attributes = &(const ReelLoss){ reduction_, 0, 0 }, \
    .attributes_size = sizeof (ReelLoss) }
#define BACKWARD_INDICES(c_rank, c_shape, rank_, shape_, target_shape, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, c_rank, c_shape, -2, 2 }, \
                                         { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_I64, rank_ - 1, target_shape, 0, 3 } }, \
    .n_inputs = 3, .attributes = &(const ReelLoss){ reduction_, 0, 0 }, \
    .attributes_size = sizeof (ReelLoss) }
#define BACKWARD_PROBABILITIES(c_rank, c_shape, rank_, shape_, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, c_rank, c_shape, -2, 2 }, \
                                         { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_F64, rank_, shape_, 0.1, 0.9 } }, \
    .n_inputs = 3, .attributes = &(const ReelLoss){ reduction_, 0, 0 }, \
    .attributes_size = sizeof (ReelLoss) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  INDICES (2, DIMS (4, 3), DIMS (4), REEL_REDUCTION_MEAN),
  INDICES (3, DIMS (2, 2, 3), DIMS (2, 2), REEL_REDUCTION_NONE),
  INDICES (1, DIMS (3), DIMS (0), REEL_REDUCTION_SUM),
  PROBABILITIES (2, DIMS (4, 3), REEL_REDUCTION_MEAN),
  PROBABILITIES (3, DIMS (2, 2, 3), REEL_REDUCTION_NONE),
  PROBABILITIES (2, DIMS (2, 3), REEL_REDUCTION_SUM),
};

static const ReelSample backward_samples[] = {
  BACKWARD_INDICES (0, DIMS (0), 2, DIMS (4, 3), DIMS (4), REEL_REDUCTION_MEAN),
  BACKWARD_INDICES (1, DIMS (4), 2, DIMS (4, 3), DIMS (4), REEL_REDUCTION_NONE),
  BACKWARD_PROBABILITIES (0, DIMS (0), 2, DIMS (4, 3), REEL_REDUCTION_MEAN),
  BACKWARD_PROBABILITIES (2, DIMS (2, 2), 3, DIMS (2, 2, 3), REEL_REDUCTION_NONE),
};

const ReelOp _reel_op_cross_entropy = {
  REEL_OP_INIT, .name = "cross_entropy",
  .attributes = _reel_loss_attributes, .n_attributes = 1, .onnx_name = "SoftmaxCrossEntropyLoss",
  .formula = "y = -Σ p log softmax x;  x̄ = ȳ (softmax x Σ p - p), p̄ = -ȳ log softmax x",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 3, .infer = infer_cross_entropy,
  .kernel = _reel_cross_entropy_kernel, .vjp = vjp_cross_entropy, .jvp = jvp_cross_entropy,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

const ReelOp _reel_op_cross_entropy_backward = {
  REEL_OP_INIT, .name = "cross_entropy_backward",
  .attributes = _reel_loss_attributes, .n_attributes = 1, .formula = "x̄ = ȳ (softmax x Σ p - p)",
  .n_inputs = 3, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 7,
  .infer = infer_cross_entropy_backward, .kernel = _reel_cross_entropy_backward_kernel,
  .vjp = vjp_cross_entropy_backward, .jvp = jvp_cross_entropy_backward,
  .samples = backward_samples, .n_samples = G_N_ELEMENTS (backward_samples)
};

ReelTensor *
reel_cross_entropy (ReelTensor   *logits,
                    ReelTensor   *target,
                    ReelReduction reduction)
{
  ReelLoss loss;

  memset (&loss, 0, sizeof loss);
  loss.reduction = (guint32) reduction;
  return _reel_apply_2 (&_reel_op_cross_entropy, logits, target, &loss, sizeof loss);
}
