/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/parallel.h"
#include "ops/losses.h"
#include "ops/reduction.h"
#include "ops/rows.h"
#include "tensor/shape.h"

#include <math.h>

/* Softmax and negative log-likelihood in one, from logits. With p the target's
 * probabilities, or 1 at its class:
 *
 *   y = -Σ p log softmax x,   x̄ = ȳ (softmax x Σ p - p)
 *
 * The backward op computes softmax x again rather than keep it: it is as cheap as
 * reading it from memory. */

/* Logits that are looked at together */
#define BLOCK 512

static gboolean
by_index (const ReelArray *target)
{
  return target->dtype == REEL_I64;
}

/* Logits are input number `x`, the target comes behind it. */
static gboolean
check_operands (const ReelInfer *infer,
                guint            x,
                GError         **error)
{
  const ReelTensor *logits = infer->inputs[x], *target = infer->inputs[x + 1];
  g_autofree gchar *what = NULL;

  if (!_reel_check_floating (infer, x, error))
    return FALSE;
  if (!reel_dtype_is_floating (target->dtype))
    return _reel_loss_check_indices (infer, x, x + 1, error);
  if (G_LIKELY (logits->rank > 0 && target->dtype == logits->dtype &&
                _reel_tensor_same_shape (logits, target)))
    return TRUE;
  what = _reel_describe_inputs (&infer->inputs[x], 2);
  g_set_error (error, REEL_ERROR,
               target->dtype == logits->dtype ? REEL_ERROR_SHAPE : REEL_ERROR_DTYPE,
               "probabilities must have the logits' dtype and shape, and these a last axis,"
               " the classes: %s", what);
  return FALSE;
}

static gint64
count_rows (const ReelArray *x)
{
  gint64 n = 1;

  for (guint i = 0; i + 1 < x->rank; i++)
    n *= x->shape[i];
  return n;
}

/* Everything that a part of the rows needs to know */
typedef struct
{
  ReelDType dtype;
  gint64 n_classes;
  gint64 n_rows;
  const gchar *x;
  const gint64 *indices;        /* or */
  gconstpointer probabilities;
  gpointer losses;              /* of the forward op */
  gconstpointer cotangents;     /* of the backward op */
  gboolean one_cotangent;       /* for all rows */
  gdouble divisor;
  gchar *out;
} Run;

/* log softmax x = (x - max) - log_sum, but for maxima that are not finite */
typedef struct
{
  gdouble max;
  gdouble log_sum;
} Normalizer;

static gdouble
log_softmax_at (const Normalizer *normalizer,
                gdouble           x)
{
  if (G_LIKELY (isfinite (normalizer->max)))
    return (x - normalizer->max) - normalizer->log_sum;
  if (normalizer->max == (gdouble) INFINITY)
    return x == (gdouble) INFINITY ? -normalizer->log_sum : -(gdouble) INFINITY;
  return normalizer->max;
}

/* The sum of exponentials in blocks, the maximum taken off before: so the logarithm
 * of a sum near 1 keeps its digits. */
static Normalizer
normalizer_of (const Run   *run,
               const gchar *x)
{
  const ReelKernels *kernels = _reel_kernels ();
  gint64 size = (gint64) reel_dtype_get_size (run->dtype);
  Normalizer normalizer = { 0, 0 };
  _Alignas (64) gdouble block[BLOCK];
  gdouble sum = 0;
  union { gfloat f32; gdouble f64; } number;

  kernels->reduce[REEL_REDUCE_amax][run->dtype] (1, run->n_classes, x, &number);
  normalizer.max = _reel_loss_number (run->dtype, &number, 0);
  if (!isfinite (normalizer.max))
    {
      for (gint64 i = 0; i < run->n_classes; i++)
        sum += _reel_loss_number (run->dtype, x, i) == (gdouble) INFINITY;
      normalizer.log_sum = log (sum);
      return normalizer;
    }
  for (gint64 i = 0; i < run->n_classes; i += BLOCK)
    {
      gint64 n = MIN (BLOCK, run->n_classes - i);

      kernels->unary[REEL_UNARY_sub_scalar][run->dtype] (n, x + i * size, block,
                                                         &normalizer.max);
      kernels->reduce[REEL_REDUCE_logsumexp][run->dtype] (1, n, block, &number);
      if (n == run->n_classes)
        {
          normalizer.log_sum = _reel_loss_number (run->dtype, &number, 0);
          return normalizer;
        }
      sum += exp (_reel_loss_number (run->dtype, &number, 0));
    }
  normalizer.log_sum = log (sum);
  return normalizer;
}

static void
forward_part (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  const Run *run = data;
  gint64 n = run->n_classes;

  for (gint64 row = begin; row < end; row++)
    {
      const gchar *x = run->x + row * n * (gint64) reel_dtype_get_size (run->dtype);
      Normalizer normalizer = normalizer_of (run, x);
      gdouble loss = 0;

      if (run->indices != NULL)
        loss = log_softmax_at (&normalizer,
                               _reel_loss_number (run->dtype, x, run->indices[row]));
      else
        for (gint64 i = 0; i < n; i++)
          {
            gdouble p = _reel_loss_number (run->dtype, run->probabilities, row * n + i);

            if (p != 0)
              loss += p * log_softmax_at (&normalizer, _reel_loss_number (run->dtype, x, i));
          }
      _reel_loss_set_number (run->dtype, run->losses, row, -loss);
    }
}

/* Rows of the result, which may be those of several cotangents one after another. */
static void
backward_part (gint64   part,
               gint64   begin,
               gint64   end,
               gpointer data)
{
  const Run *run = data;
  const ReelKernels *kernels = _reel_kernels ();
  gint64 n = run->n_classes;
  gint64 row_size = n * (gint64) reel_dtype_get_size (run->dtype);
  gint64 n_rows;

  for (gint64 i = begin; i < end; i += n_rows)
    {
      n_rows = MIN (end - i, run->n_rows - i % run->n_rows);
      kernels->softmax[run->dtype] (n_rows, n, run->x + i % run->n_rows * row_size,
                                    run->out + i * row_size);
    }
  for (gint64 i = begin; i < end; i++)
    {
      gint64 row = i % run->n_rows;
      gdouble c = _reel_loss_number (run->dtype, run->cotangents,
                                     run->one_cotangent ? i / run->n_rows : i) / run->divisor;
      gchar *out = run->out + i * row_size;
      gdouble scale = c;

      if (c == 0)
        {
          memset (out, 0, (gsize) row_size);
          continue;
        }
      if (run->indices != NULL)
        {
          gint64 at = run->indices[row];

          _reel_loss_set_number (run->dtype, out, at,
                                 _reel_loss_number (run->dtype, out, at) - 1);
          kernels->unary[REEL_UNARY_mul_scalar][run->dtype] (n, out, out, &scale);
          continue;
        }
      scale = 0;
      for (gint64 j = 0; j < n; j++)
        scale += _reel_loss_number (run->dtype, run->probabilities, row * n + j);
      for (gint64 j = 0; j < n; j++)
        _reel_loss_set_number (run->dtype, out, j,
                               c * (_reel_loss_number (run->dtype, out, j) * scale -
                                    _reel_loss_number (run->dtype, run->probabilities,
                                                       row * n + j)));
    }
}

static gboolean
run_init (Run             *run,
          const ReelArray *x,
          const ReelArray *target,
          guint32          reduction,
          gchar          **workspace,
          GError         **error)
{
  memset (run, 0, sizeof *run);
  run->dtype = x->dtype;
  run->n_classes = x->shape[x->rank - 1];
  run->n_rows = count_rows (x);
  run->divisor = reduction == REEL_REDUCTION_MEAN ? (gdouble) run->n_rows : 1;
  run->one_cotangent = reduction != REEL_REDUCTION_NONE;
  run->x = _reel_loss_elements (x, workspace);
  if (!by_index (target))
    {
      run->probabilities = _reel_loss_elements (target, workspace);
      return TRUE;
    }
  run->indices = _reel_loss_elements (target, workspace);
  return _reel_loss_check_range (target, run->indices, run->n_classes, error);
}

static gint64
grain_of (const Run *run)
{
  return MAX (1, REEL_ROWS_GRAIN / MAX (run->n_classes, 1));
}

static gboolean
infer_cross_entropy (ReelInfer *infer,
                     GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelArray x, target;

  if (!check_operands (infer, 0, error))
    return FALSE;
  _reel_tensor_to_array (infer->inputs[0], &x);
  _reel_tensor_to_array (infer->inputs[1], &target);
  _reel_loss_shape (&infer->outputs[0], x.dtype, x.rank - 1, x.shape, loss->reduction);
  infer->workspace_size = _reel_loss_room (&x) + _reel_loss_room (&target);
  if (loss->reduction != REEL_REDUCTION_NONE)
    infer->workspace_size += (gsize) count_rows (&x) * reel_dtype_get_size (x.dtype);
  return TRUE;
}

static gboolean
kernel_cross_entropy (const ReelKernelCall *call,
                      GError              **error)
{
  const ReelLoss *loss = call->attributes;
  gboolean by_row = loss->reduction == REEL_REDUCTION_NONE;
  gchar *workspace = call->workspace;
  Run run;

  if (!run_init (&run, &call->inputs[0], &call->inputs[1], loss->reduction, &workspace, error))
    return FALSE;
  run.losses = by_row ? call->outputs[0].data : workspace;
  _reel_parallel_for (run.n_rows, grain_of (&run), forward_part, &run);
  if (!by_row)
    _reel_loss_reduce (run.dtype, run.n_rows, run.losses, loss->reduction,
                       call->outputs[0].data);
  return TRUE;
}

static gboolean
infer_cross_entropy_backward (ReelInfer *infer,
                              GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  ReelArray c, x, target;

  if (!check_operands (infer, 1, error))
    return FALSE;
  _reel_tensor_to_array (infer->inputs[0], &c);
  _reel_tensor_to_array (infer->inputs[1], &x);
  _reel_tensor_to_array (infer->inputs[2], &target);
  if (c.dtype != x.dtype)
    {
      g_autofree gchar *what = _reel_describe_inputs (infer->inputs, infer->n_inputs);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "dtypes differ: %s", what);
      return FALSE;
    }
  _reel_spec_like (spec, infer->inputs[1]);
  infer->workspace_size = _reel_loss_room (&c) + _reel_loss_room (&x) +
                          _reel_loss_room (&target);
  return _reel_loss_check_cotangent (infer, x.rank, x.shape, x.rank - 1, loss->reduction,
                                     error);
}

static gboolean
kernel_cross_entropy_backward (const ReelKernelCall *call,
                               GError              **error)
{
  const ReelLoss *loss = call->attributes;
  gchar *workspace = call->workspace;
  gint64 n_all_rows;
  Run run;

  if (!run_init (&run, &call->inputs[1], &call->inputs[2], loss->reduction, &workspace, error))
    return FALSE;
  run.cotangents = _reel_loss_elements (&call->inputs[0], &workspace);
  run.out = call->outputs[0].data;
  n_all_rows = count_rows (&call->outputs[0]);
  if (run.n_classes > 0)
    _reel_parallel_for (n_all_rows, grain_of (&run), backward_part, &run);
  return TRUE;
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
      part = _reel_apply_2 (rule->op, x, rule->tangents[1], rule->attributes,
                            rule->attributes_size);
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
                          _reel_sum_to_shape_of (through_softmax (g, c, x, target, loss), x));
  if (reel_rule_wants (rule, 2))
    {
      ReelTensor *dot = sum_of_classes (_reel_mul_absorb (g, softmax_of (x)));
      ReelTensor *p_bar = _reel_mul_absorb (spread (c, x, loss), reel_sub (dot, g));

      reel_rule_contribute (rule, 2, _reel_sum_to_shape_of (p_bar, target));
    }
  return TRUE;
}

static gboolean
jvp_cross_entropy_backward (ReelRule *rule,
                            GError  **error)
{
  const ReelLoss *loss = rule->attributes;
  ReelTensor *c = rule->inputs[0], *x = rule->inputs[1], *target = rule->inputs[2];
  ReelTensor *parts[3] = { NULL, NULL, NULL };
  ReelTensor *sum = NULL;

  if (rule->tangents[0] != NULL)
    parts[0] = backward (rule->tangents[0], x, target, loss);
  if (rule->tangents[1] != NULL)
    parts[1] = through_softmax (rule->tangents[1], c, x, target, loss);
  if (rule->tangents[2] != NULL)
    parts[2] = backward (c, x, rule->tangents[2], loss);
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
  REEL_OP_INIT, .name = "cross_entropy", .onnx_name = "SoftmaxCrossEntropyLoss",
  .formula = "y = -Σ p log softmax x;  x̄ = ȳ (softmax x Σ p - p), p̄ = -ȳ log softmax x",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 3, .infer = infer_cross_entropy,
  .kernel = kernel_cross_entropy, .vjp = vjp_cross_entropy, .jvp = jvp_cross_entropy,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

const ReelOp _reel_op_cross_entropy_backward = {
  REEL_OP_INIT, .name = "cross_entropy_backward", .formula = "x̄ = ȳ (softmax x Σ p - p)",
  .n_inputs = 3, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 7,
  .infer = infer_cross_entropy_backward, .kernel = kernel_cross_entropy_backward,
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
  if (!_reel_loss_check_reduction ("cross_entropy", reduction))
    return _reel_tape_current ()->error_tensor;
  return _reel_apply_2 (&_reel_op_cross_entropy, logits, target, &loss, sizeof loss);
}
