/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* reshape and flatten. The op is always a view; where only a copy will do, the
 * functions make it contiguous first. */

static gboolean
infer_reshape (ReelInfer *infer,
               GError   **error)
{
  const ReelShape *attributes = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  g_autofree gchar *what = NULL;
  g_autofree gchar *shape = NULL;
  guint n_kept = x->rank - MIN (x->rank, attributes->n_old);
  gint64 n_old = _reel_shape_product (x->rank, x->shape), n_elements = -1;

  spec->dtype = (ReelDType) x->dtype;
  spec->rank = n_kept + attributes->rank;
  spec->offset = 0;
  if (spec->rank > REEL_MAX_AXES || x->rank < attributes->n_old)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "ranks %u and %u do not fit",
                   x->rank, spec->rank);
      return FALSE;
    }
  for (guint i = 0; i < spec->rank; i++)
    spec->shape[i] = i < n_kept ? x->shape[i] : attributes->shape[i - n_kept];
  if (!_reel_shape_count (spec->rank, spec->shape, 1, &n_elements, NULL, error))
    return FALSE;
  if (G_LIKELY (n_elements == n_old &&
                _reel_shape_view_strides (x->rank, x->shape,
                                          x->strides, spec->rank, spec->shape,
                                          spec->strides)))
    return TRUE;

  what = reel_infer_describe (infer, 0, 1);
  shape = _reel_shape_to_string (spec->rank, spec->shape);
  if (n_elements != n_old)
    g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                 "%s has %" G_GINT64_FORMAT " elements, %s has %" G_GINT64_FORMAT, what,
                 n_old, shape, n_elements);
  else
    g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                 "%s does not lie in memory so that a view could have the shape %s;"
                 " reel_contiguous copies", what, shape);
  return FALSE;
}

static gboolean
vjp_reshape (ReelRule *rule,
             GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_reshape_as (rule->cotangents[0], rule->outputs[0],
                                                   rule->inputs[0]));
  return TRUE;
}

static gboolean
jvp_reshape (ReelRule *rule,
             GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_reshape_as (rule->tangents[0], rule->inputs[0],
                                                    rule->outputs[0]));
  return TRUE;
}

#define SAMPLE(old_rank, old_shape, new_rank, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, old_rank, old_shape, -2, 2 } }, \
    .n_inputs = 1, \
    .attributes = &(const ReelShape){ old_rank, new_rank, { __VA_ARGS__ } }, \
    .attributes_size = sizeof (ReelShape) }
#define OLD(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (2, OLD (3, 4), 3, 2, 1, 6),
  SAMPLE (3, OLD (2, 1, 3), 1, 6),
  SAMPLE (1, OLD (1), 0, 0),
  SAMPLE (0, OLD (0), 2, 1, 1),
  SAMPLE (2, OLD (0, 3), 3, 2, 0, 5),
};

const ReelOp _reel_op_reshape = {
  REEL_OP_INIT, .name = "reshape", REEL_ATTRIBUTES (_reel_shape_attributes), .onnx_name = "Reshape",
  .formula = "y = x in another shape;  x̄ = ȳ in x's shape",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_reshape, .vjp = vjp_reshape, .jvp = jvp_reshape,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
_reel_reshape_last (ReelTensor   *x,
                    guint         n_old,
                    guint         rank,
                    const gint64 *shape)
{
  if (!reel_tensor_is_error (x) && !_reel_tensor_is_contiguous (x) && x->rank >= n_old &&
      x->rank - n_old + rank <= REEL_MAX_AXES)
    {
      gint64 whole[REEL_MAX_AXES];
      gint64 strides[REEL_MAX_AXES];
      guint n_kept = x->rank - n_old;
      gint64 n_elements = -1;

      for (guint i = 0; i < n_kept + rank; i++)
        whole[i] = i < n_kept ? x->dims[i] : shape[i - n_kept];
      /* What does not fit is left to the shape rule. */
      if (_reel_shape_count (n_kept + rank, whole, 1, &n_elements, NULL, NULL) &&
          n_elements == x->n_elements &&
          !_reel_shape_view_strides (x->rank, _reel_tensor_shape (x), _reel_tensor_strides (x),
                                     n_kept + rank, whole, strides))
        x = reel_contiguous (x);
    }
  return _reel_apply_shape (&_reel_op_reshape, x, n_old, rank, shape);
}

ReelTensor *
_reel_reshape_as (ReelTensor *x,
                  ReelTensor *from,
                  ReelTensor *to)
{
  return _reel_reshape_last (x, from->rank, to->rank, _reel_tensor_shape (to));
}

ReelTensor *
_reel_view_same (ReelTensor *x)
{
  return _reel_apply_shape (&_reel_op_reshape, x, x->rank, x->rank, _reel_tensor_shape (x));
}

/* Puts a size for -1; FALSE with the sticky error. */
static gboolean
resolve_shape (ReelTensor   *x,
               guint         rank,
               const gint64 *shape,
               gint64       *resolved)
{
  gint64 product = 1;
  guint n_open = 0, open = 0;

  for (guint i = 0; i < rank; i++)
    {
      resolved[i] = shape[i];
      if (shape[i] == -1)
        {
          open = i;
          n_open++;
        }
      else if (shape[i] < 0 || __builtin_mul_overflow (product, shape[i], &product))
        {
          /* the shape rule says what is wrong, and an overflow may not be: with a
           * zero behind it */
          product = 0;
        }
    }
  if (n_open == 1 && product > 0 && x->n_elements % product == 0)
    {
      resolved[open] = x->n_elements / product;
    }
  else if (n_open > 0)
    {
      g_autofree gchar *what = reel_tensor_describe (x);
      g_autofree gchar *text = _reel_shape_to_string (rank, shape);

      if (n_open > 1)
        _reel_op_fail ("reshape", REEL_ERROR_SHAPE, "only one size can be -1, not as in %s",
                       text);
      else
        _reel_op_fail ("reshape", REEL_ERROR_SHAPE,
                       "%s has %" G_GINT64_FORMAT " elements: no size fits for -1 in %s",
                       what, x->n_elements, text);
      return FALSE;
    }
  return TRUE;
}

ReelTensor *
reel_reshape (ReelTensor   *x,
              guint         rank,
              const gint64 *shape)
{
  gint64 resolved[REEL_MAX_AXES];
  ReelTensor *failed;

  if (!_reel_op_check_arguments ("reshape", &x, 1, &failed))
    return failed;
  if (!_reel_check_shape_argument ("reshape", rank, shape) ||
      !resolve_shape (x, rank, shape, resolved))
    return _reel_tape_current ()->error_tensor;
  return _reel_reshape_last (x, x->rank, rank, resolved);
}

ReelTensor *
reel_flatten (ReelTensor *x,
              gint64      first_axis,
              gint64      last_axis)
{
  gint64 shape[REEL_MAX_AXES];
  ReelTensor *failed;
  gint32 first, last;
  guint rank = 0;
  gint64 merged = 1;

  if (!_reel_op_check_arguments ("flatten", &x, 1, &failed))
    return failed;
  if (x->rank == 0 && (first_axis == 0 || first_axis == -1) &&
      (last_axis == 0 || last_axis == -1))
    return _reel_reshape_last (x, 0, 1, (const gint64[]){ 1 });
  if (!_reel_axis_from_end ("flatten", x, first_axis, &first) ||
      !_reel_axis_from_end ("flatten", x, last_axis, &last))
    return _reel_tape_current ()->error_tensor;
  if (last < first)
    return _reel_op_fail ("flatten", REEL_ERROR_VALUE,
                          "the last axis, %" G_GINT64_FORMAT ", lies before the first, %"
                          G_GINT64_FORMAT, last_axis, first_axis);
  for (gint32 axis = -(gint32) x->rank; axis < 0; axis++)
    {
      gint64 size = x->dims[axis + x->rank];

      if (axis < first || axis > last)
        {
          shape[rank++] = size;
          continue;
        }
      /* Of an empty tensor the product of some sizes may be too large. */
      if (__builtin_mul_overflow (merged, size, &merged))
        return _reel_op_fail ("flatten", REEL_ERROR_SHAPE,
                              "the merged axis would be too long");
      if (axis == last)
        shape[rank++] = merged;
    }
  return _reel_reshape_last (x, x->rank, rank, shape);
}
