/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/shape.h"
#include "kernels/kernels.h"
#include "ops/losses.h"
#include "ops/reduction.h"
#include "ops/views.h"

/* What the losses over classes share, nll, and mse. */

static const gchar *const reductions[] = { "none", "mean", "sum", NULL };

const ReelAttribute _reel_loss_attributes[2] = {
  { "reduction", REEL_ATTRIBUTE_ENUM, G_STRUCT_OFFSET (ReelLoss, reduction), 0, "mean",
    reductions },
  /* of a backward op */
  REEL_ATTRIBUTE (ReelLoss, n_classes, I64, "0"),
};

gboolean
_reel_loss_check_reduction (guint32  reduction,
                            GError **error)
{
  if (G_LIKELY (reduction <= REEL_REDUCTION_SUM))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE, "there is no reduction %d",
               (gint) reduction);
  return FALSE;
}

void
_reel_loss_shape (ReelSpec     *spec,
                  ReelDType     dtype,
                  guint         rank,
                  const gint64 *shape,
                  guint32       reduction)
{
  spec->dtype = dtype;
  spec->rank = reduction == REEL_REDUCTION_NONE ? rank : 0;
  for (guint i = 0; i < spec->rank; i++)
    spec->shape[i] = shape[i];
}

gboolean
_reel_loss_check_indices (const ReelInfer *infer,
                          guint            scores,
                          guint            target,
                          GError         **error)
{
  const ReelArray *x = &infer->inputs[scores], *t = &infer->inputs[target];
  g_autofree gchar *what = NULL;

  if (G_LIKELY (x->rank > 0 && t->dtype == REEL_I64 &&
                _reel_shape_equal (t->rank, t->shape, x->rank - 1u,
                                   x->shape)))
    return TRUE;
  what = reel_infer_describe (infer, scores, 2);
  if (t->dtype != REEL_I64)
    g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                 "class indices must be i64: %s; reel_cast converts", what);
  else
    g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                 "class indices must have the shape of the scores without the last axis,"
                 " the classes: %s", what);
  return FALSE;
}

gboolean
_reel_loss_check_cotangent (ReelInfer    *infer,
                            guint         rank,
                            const gint64 *rows_shape,
                            guint         rows_rank,
                            guint32       reduction,
                            GError      **error)
{
  const ReelArray *c = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint expected = reduction == REEL_REDUCTION_NONE ? rows_rank : 0;
  g_autofree gchar *what = NULL;
  guint extra;

  extra = c->rank - MIN (c->rank, expected);
  if (c->rank >= expected && extra + rank <= REEL_MAX_AXES &&
      _reel_shape_equal (expected, c->shape + extra, expected, rows_shape))
    {
      for (guint i = rank; i-- > 0;)
        spec->shape[extra + i] = spec->shape[i];
      for (guint i = 0; i < extra; i++)
        spec->shape[i] = c->shape[i];
      spec->rank = extra + rank;
      return TRUE;
    }
  what = reel_infer_describe (infer, 0, infer->n_inputs);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "the cotangent does not fit: %s", what);
  return FALSE;
}

gint64
_reel_array_count (const ReelArray *array)
{
  return _reel_shape_product (array->rank, array->shape);
}

gint64
_reel_loss_count_rows (const ReelArray *x)
{
  return _reel_shape_product (x->rank - 1, x->shape);
}

gsize
_reel_loss_room (const ReelArray *array)
{
  if (_reel_shape_is_contiguous (array->rank, array->shape, array->strides))
    return 0;
  return ((gsize) _reel_array_count (array) * reel_dtype_get_size (array->dtype) + 63) &
         ~(gsize) 63;
}

gconstpointer
_reel_loss_elements (const ReelArray *array,
                     gchar          **workspace)
{
  gint64 strides[REEL_MAX_AXES];
  ReelArray copy = *array;

  if (_reel_loss_room (array) == 0)
    return array->data;
  _reel_shape_contiguous_strides (array->rank, array->shape, strides);
  copy.data = *workspace;
  copy.strides = strides;
  _reel_copy_array (&copy, array);
  *workspace += _reel_loss_room (array);
  return copy.data;
}

gboolean
_reel_loss_check_range (const ReelArray *target,
                        const gint64    *indices,
                        gint64           n_classes,
                        GError         **error)
{
  gint64 n = _reel_array_count (target);
  gint64 position[REEL_MAX_AXES];
  g_autofree gchar *where = NULL;
  gint64 i = 0, left;

  while (i < n && indices[i] >= 0 && indices[i] < n_classes)
    i++;
  if (G_LIKELY (i == n))
    return TRUE;
  left = i;
  for (guint axis = target->rank; axis-- > 0;)
    {
      position[axis] = left % target->shape[axis];
      left /= target->shape[axis];
    }
  where = _reel_shape_to_string (target->rank, position);
  g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
               "class %" G_GINT64_FORMAT " at %s of the target is out of range: there are"
               " %" G_GINT64_FORMAT " classes", indices[i], where, n_classes);
  return FALSE;
}

void
_reel_loss_reduce (ReelDType     dtype,
                   gint64        n_rows,
                   gconstpointer losses,
                   guint32       reduction,
                   gpointer      out)
{
  gdouble n = (gdouble) n_rows;

  _reel_kernels ()->reduce[REEL_REDUCE_sum][dtype] (1, n_rows, losses, out);
  if (reduction == REEL_REDUCTION_MEAN)
    _reel_kernels ()->unary[REEL_UNARY_div_scalar][dtype] (1, out, out, &n);
}

/* nll: linear in the log-probabilities, with nll_backward for a transpose */

static gboolean
infer_nll (ReelInfer *infer,
           GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelArray target;

  if (!_reel_loss_check_reduction (loss->reduction, error) ||
      !_reel_check_floating (infer, 0, error) ||
      !_reel_loss_check_indices (infer, 0, 1, error))
    return FALSE;
  target = infer->inputs[1];
  _reel_loss_shape (&infer->outputs[0], (ReelDType) infer->inputs[0].dtype, target.rank,
                    target.shape, loss->reduction);
  infer->workspace_size = _reel_loss_room (&target);
  if (loss->reduction != REEL_REDUCTION_NONE)
    infer->workspace_size += (gsize) _reel_array_count (&target) *
                             reel_dtype_get_size (infer->outputs[0].dtype);
  return TRUE;
}

static gboolean
kernel_nll (const ReelKernelCall *call,
            GError              **error)
{
  const ReelLoss *loss = call->attributes;
  const ReelArray *x = &call->inputs[0], *target = &call->inputs[1];
  gint64 n_rows = _reel_array_count (target);
  gint64 n_classes = x->shape[x->rank - 1];
  gchar *workspace = call->workspace;
  const gint64 *indices = _reel_loss_elements (target, &workspace);
  gpointer losses = loss->reduction == REEL_REDUCTION_NONE ? call->outputs[0].data : workspace;

  if (!_reel_loss_check_range (target, indices, n_classes, error))
    return FALSE;
  for (gint64 row = 0; row < n_rows; row++)
    {
      gint64 offset = indices[row] * x->strides[x->rank - 1];
      gint64 left = row;

      for (guint axis = x->rank - 1; axis-- > 0;)
        {
          offset += left % x->shape[axis] * x->strides[axis];
          left /= x->shape[axis];
        }
      _reel_loss_set_number (x->dtype, losses, row,
                             -_reel_loss_number (x->dtype, x->data, offset));
    }
  if (loss->reduction != REEL_REDUCTION_NONE)
    _reel_loss_reduce (x->dtype, n_rows, losses, loss->reduction, call->outputs[0].data);
  return TRUE;
}

static gboolean
infer_nll_backward (ReelInfer *infer,
                    GError   **error)
{
  const ReelLoss *loss = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  ReelArray c, target;

  if (!_reel_loss_check_reduction (loss->reduction, error) ||
      !_reel_check_floating (infer, 0, error))
    return FALSE;
  c = infer->inputs[0];
  target = infer->inputs[1];
  if (target.dtype != REEL_I64)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "class indices must be i64, not %s",
                   reel_dtype_get_name (target.dtype));
      return FALSE;
    }
  _reel_loss_shape (spec, c.dtype, target.rank, target.shape, REEL_REDUCTION_NONE);
  spec->shape[spec->rank++] = loss->n_classes;
  infer->workspace_size = _reel_loss_room (&c) + _reel_loss_room (&target);
  return _reel_loss_check_cotangent (infer, spec->rank, target.shape, target.rank,
                                     loss->reduction, error);
}

static gboolean
kernel_nll_backward (const ReelKernelCall *call,
                     GError              **error)
{
  const ReelLoss *loss = call->attributes;
  const ReelArray *c = &call->inputs[0], *target = &call->inputs[1];
  const ReelArray *out = &call->outputs[0];
  gboolean by_row = loss->reduction == REEL_REDUCTION_NONE;
  gint64 n_rows = _reel_array_count (target);
  gdouble divisor = loss->reduction == REEL_REDUCTION_MEAN ? (gdouble) n_rows : 1;
  gint64 n_all_rows = n_rows == 0 ? 0 : _reel_array_count (c) * (by_row ? 1 : n_rows);
  gchar *workspace = call->workspace;
  gconstpointer cotangents = _reel_loss_elements (c, &workspace);
  const gint64 *indices = _reel_loss_elements (target, &workspace);

  if (!_reel_loss_check_range (target, indices, loss->n_classes, error))
    return FALSE;
  if (_reel_array_count (out) > 0)
    memset (out->data, 0,
            (gsize) _reel_array_count (out) * reel_dtype_get_size (out->dtype));
  for (gint64 row = 0; row < n_all_rows; row++)
    {
      gdouble cotangent = _reel_loss_number (c->dtype, cotangents, by_row ? row : row / n_rows);

      _reel_loss_set_number (out->dtype, out->data,
                             row * loss->n_classes + indices[row % n_rows],
                             -cotangent / divisor);
    }
  return TRUE;
}

extern const ReelOp _reel_op_nll, _reel_op_nll_backward;

static gboolean
vjp_nll (ReelRule *rule,
         GError  **error)
{
  const ReelTensor *x = rule->inputs[0];
  ReelLoss loss = *(const ReelLoss *) rule->attributes;

  loss.n_classes = _reel_tensor_shape (x)[x->rank - 1];
  reel_rule_contribute (rule, 0, _reel_apply_2 (&_reel_op_nll_backward, rule->cotangents[0],
                                                rule->inputs[1], &loss, sizeof loss));
  return TRUE;
}

/* nll of something with the last axes of `scores`: the row's losses first, since the
 * axes that are in front of them are not summed over. */
static ReelTensor *
nll_of_rows (ReelRule   *rule,
             ReelTensor *t,
             ReelTensor *scores)
{
  ReelTensor *target = rule->inputs[1];
  ReelLoss loss = *(const ReelLoss *) rule->attributes;
  guint32 reduction = loss.reduction;
  gint64 shape[REEL_MAX_AXES];
  guint rank = _reel_sweep_shape (rule->sweep, scores, shape) - 1;
  ReelTensor *losses;
  ReelAxes axes;

  loss.reduction = REEL_REDUCTION_NONE;
  losses = _reel_apply_2 (&_reel_op_nll, t,
                          _reel_apply_shape (&_reel_op_broadcast_to, target, target->rank, rank,
                                             shape), &loss, sizeof loss);
  if (reduction == REEL_REDUCTION_NONE)
    return losses;
  memset (&axes, 0, sizeof axes);
  axes.n = target->rank;
  for (guint i = 0; i < axes.n; i++)
    axes.axes[i] = (gint32) i - (gint32) axes.n;
  return _reel_apply_1 (reduction == REEL_REDUCTION_MEAN ? &_reel_op_mean : &_reel_op_sum,
                        losses, &axes, sizeof axes);
}

static gboolean
jvp_nll (ReelRule *rule,
         GError  **error)
{
  if (rule->tangents[0] != NULL)
    reel_rule_set_tangent (rule, 0, nll_of_rows (rule, rule->tangents[0], rule->inputs[0]));
  return TRUE;
}

static gboolean
jvp_nll_backward (ReelRule *rule,
                  GError  **error)
{
  if (rule->tangents[0] != NULL)
    reel_rule_set_tangent (rule, 0, _reel_apply_2 (rule->op, rule->tangents[0],
                                                   rule->inputs[1], rule->attributes,
                                                   rule->attributes_size));
  return TRUE;
}

static gboolean
vjp_nll_backward (ReelRule *rule,
                  GError  **error)
{
  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0, nll_of_rows (rule, rule->cotangents[0],
                                                rule->outputs[0]));
  return TRUE;
}

#define NLL_SAMPLE(rank_, shape_, target_shape_, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -3, -0.1 }, \
                                         { REEL_I64, rank_ - 1, target_shape_, 0, 3 } }, \
    .n_inputs = 2, .attributes = &(const ReelLoss){ reduction_, 0, 0 }, \
    .attributes_size = sizeof (ReelLoss) }
#define NLL_BACKWARD_SAMPLE(rank_, shape_, target_rank, target_shape_, reduction_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -2, 2 }, \
                                         { REEL_I64, target_rank, target_shape_, 0, 3 } }, \
    .n_inputs = 2, .attributes = &(const ReelLoss){ reduction_, 0, 3 }, \
    .attributes_size = sizeof (ReelLoss) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample nll_samples[] = {
  NLL_SAMPLE (2, DIMS (4, 3), DIMS (4), REEL_REDUCTION_MEAN),
  NLL_SAMPLE (3, DIMS (2, 2, 3), DIMS (2, 2), REEL_REDUCTION_NONE),
  NLL_SAMPLE (1, DIMS (3), DIMS (0), REEL_REDUCTION_SUM),
};

static const ReelSample nll_backward_samples[] = {
  NLL_BACKWARD_SAMPLE (0, DIMS (0), 1, DIMS (4), REEL_REDUCTION_MEAN),
  NLL_BACKWARD_SAMPLE (2, DIMS (2, 2), 2, DIMS (2, 2), REEL_REDUCTION_NONE),
  NLL_BACKWARD_SAMPLE (0, DIMS (0), 1, DIMS (4), REEL_REDUCTION_SUM),
};

const ReelOp _reel_op_nll = {
  REEL_OP_INIT, .name = "nll",
  .attributes = _reel_loss_attributes, .n_attributes = 1, .onnx_name = "NegativeLogLikelihoodLoss",
  .formula = "y = -x at the target's class;  x̄ = -ȳ there, else 0", .n_inputs = 2,
  .n_outputs = 1, .vjp_reads_inputs = 2, .infer = infer_nll, .kernel = kernel_nll,
  .vjp = vjp_nll, .jvp = jvp_nll, .samples = nll_samples,
  .n_samples = G_N_ELEMENTS (nll_samples)
};

const ReelOp _reel_op_nll_backward = {
  REEL_OP_INIT, .name = "nll_backward",
  .attributes = _reel_loss_attributes, .n_attributes = 2, .formula = "x̄ = -ȳ at the target's class, else 0",
  .n_inputs = 2, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 2,
  .infer = infer_nll_backward, .kernel = kernel_nll_backward, .vjp = vjp_nll_backward,
  .jvp = jvp_nll_backward, .samples = nll_backward_samples,
  .n_samples = G_N_ELEMENTS (nll_backward_samples)
};

ReelTensor *
reel_nll (ReelTensor   *log_probabilities,
          ReelTensor   *target_indices,
          ReelReduction reduction)
{
  ReelLoss loss;

  memset (&loss, 0, sizeof loss);
  loss.reduction = (guint32) reduction;
  return _reel_apply_2 (&_reel_op_nll, log_probabilities, target_indices, &loss, sizeof loss);
}

/* mse is made of other ops; broadcasting would hide a mistake, so it has none. */
ReelTensor *
reel_mse (ReelTensor   *x,
          ReelTensor   *y,
          ReelReduction reduction)
{
  ReelTensor *inputs[2] = { x, y };
  ReelTensor *failed, *squares;

  if (!_reel_op_check_arguments ("mse", inputs, 2, &failed))
    return failed;
  if ((guint) reduction > REEL_REDUCTION_SUM)
    return _reel_op_fail ("mse", REEL_ERROR_VALUE, "there is no reduction %d",
                          (gint) reduction);
  if (!_reel_tensor_same_shape (x, y) || x->dtype != y->dtype ||
      !reel_dtype_is_floating (x->dtype))
    {
      g_autofree gchar *what = _reel_describe_inputs (inputs, 2);
      gboolean shapes_differ = !_reel_tensor_same_shape (x, y);

      return _reel_op_fail ("mse", shapes_differ ? REEL_ERROR_SHAPE : REEL_ERROR_DTYPE,
                            "%s: %s", shapes_differ ? "shapes differ"
                                      : "needs two tensors of one floating-point dtype", what);
    }
  squares = reel_square (reel_sub (x, y));
  switch (reduction)
    {
    case REEL_REDUCTION_MEAN:
      return reel_mean (squares, REEL_ALL_AXES, FALSE);
    case REEL_REDUCTION_SUM:
      return reel_sum (squares, REEL_ALL_AXES, FALSE);
    case REEL_REDUCTION_NONE:
    default:
      return squares;
    }
}
