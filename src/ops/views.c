/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* What the views share. */

const ReelAttribute _reel_shape_attributes[2] = {
  REEL_LIST_ATTRIBUTE (ReelShape, shape, rank, SHAPE, NULL),
  { "n_old", REEL_ATTRIBUTE_I32, 0, 0, "-1", NULL },
};
const ReelAttribute _reel_axes_attributes[1] = {
  REEL_LIST_ATTRIBUTE (ReelAxes, axes, n, AXES, "all"),
};
const ReelAttribute _reel_axis_attributes[1] = {
  { "axis", REEL_ATTRIBUTE_AXIS, 0, 0, NULL, NULL },
};

gboolean
_reel_check_shape_argument (const gchar  *op,
                            guint         rank,
                            const gint64 *shape)
{
  if (G_UNLIKELY (rank > REEL_MAX_RANK))
    {
      _reel_op_fail (op, REEL_ERROR_SHAPE, "the result would have rank %u, more than %d",
                     rank, REEL_MAX_RANK);
      return FALSE;
    }
  if (G_UNLIKELY (rank > 0 && shape == NULL))
    {
      g_critical ("%s: shape is NULL", op);
      _reel_op_fail (op, REEL_ERROR_NULL, "shape is NULL");
      return FALSE;
    }
  return TRUE;
}

gboolean
_reel_check_axes_argument (const gchar  *op,
                           guint         n_axes,
                           const gint64 *axes)
{
  if (G_LIKELY (n_axes == 0 || axes != NULL))
    return TRUE;
  g_critical ("%s: axes is NULL", op);
  _reel_op_fail (op, REEL_ERROR_NULL, "axes is NULL");
  return FALSE;
}

ReelTensor *
_reel_apply_shape (const ReelOp *op,
                   ReelTensor   *x,
                   guint         n_old,
                   guint         rank,
                   const gint64 *shape)
{
  ReelShape attributes;

  attributes.n_old = n_old;
  attributes.rank = rank;
  for (guint i = 0; i < rank; i++)
    attributes.shape[i] = shape[i];
  return _reel_apply_1 (op, x, &attributes,
                        G_STRUCT_OFFSET (ReelShape, shape) + rank * sizeof (gint64));
}

gboolean
_reel_new_axis_from_end (const gchar *op,
                         ReelTensor  *x,
                         gint64       axis,
                         gint32      *from_end)
{
  gint64 rank = x->rank + 1;

  if (axis < -rank || axis >= rank)
    {
      _reel_op_fail (op, REEL_ERROR_INDEX, "axis %" G_GINT64_FORMAT " is out of range: the"
                     " result has the axes %d to %d", axis, (gint) -rank, (gint) rank - 1);
      return FALSE;
    }
  *from_end = (gint32) (axis < 0 ? axis : axis - rank);
  return TRUE;
}

void
_reel_view_begin (ReelSpec        *spec,
                  const ReelArray *x)
{
  gboolean is_empty = _reel_shape_product (x->rank, x->shape) == 0;

  _reel_spec_like (spec, x);
  for (guint i = 0; i < x->rank; i++)
    spec->strides[i] = is_empty ? 0 : x->strides[i];
  spec->offset = 0;
}

void
_reel_view_end (ReelSpec *spec)
{
  for (guint i = 0; i < spec->rank; i++)
    if (spec->shape[i] == 0)
      {
        _reel_shape_contiguous_strides (spec->rank, spec->shape, spec->strides);
        spec->offset = 0;
        return;
      }
}

void
_reel_view_drop_axis (ReelSpec *spec,
                      guint     axis)
{
  spec->rank--;
  for (guint i = axis; i < spec->rank; i++)
    {
      spec->shape[i] = spec->shape[i + 1];
      spec->strides[i] = spec->strides[i + 1];
    }
}

gboolean
_reel_infer_axis (const ReelInfer *infer,
                  gint32           from_end,
                  guint           *axis,
                  GError         **error)
{
  return _reel_axis_from_front (from_end, infer->inputs[0].rank, axis, error);
}

gboolean
_reel_jvp_linear (ReelRule *rule,
                  GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}
