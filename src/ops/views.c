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
const ReelAttribute _reel_first_axis_attributes[1] = {
  { "axis", REEL_ATTRIBUTE_AXIS, 0, 0, "0", NULL },
};

void
_reel_shape_init (ReelShape    *self,
                  guint32       n_old,
                  guint         rank,
                  const gint64 *shape)
{
  memset (self, 0, sizeof *self);
  self->n_old = n_old;
  self->rank = rank > 0 && shape == NULL ? REEL_NO_LIST : rank;
  for (guint i = 0; shape != NULL && i < MIN (rank, REEL_MAX_AXES); i++)
    self->shape[i] = shape[i];
}

gboolean
_reel_infer_shape (ReelShape       *self,
                   const ReelArray *x,
                   guint           *n_kept,
                   GError         **error)
{
  if (!_reel_infer_list (self->rank, "shape", error))
    return FALSE;
  if (self->n_old == REEL_ALL_OLD)
    self->n_old = x->rank;
  if (self->n_old > x->rank)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "rank %u is too low to reshape %u axes", x->rank, self->n_old);
      return FALSE;
    }
  *n_kept = x->rank - self->n_old;
  if (G_LIKELY (self->rank <= REEL_MAX_AXES && *n_kept + self->rank <= REEL_MAX_AXES))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "the result would have rank %u, more than %d", *n_kept + self->rank,
               REEL_MAX_RANK);
  return FALSE;
}

ReelTensor *
_reel_apply_shape (const ReelOp *op,
                   ReelTensor   *x,
                   guint32       n_old,
                   guint         rank,
                   const gint64 *shape)
{
  ReelShape attributes;

  _reel_shape_init (&attributes, n_old, rank, shape);
  return _reel_apply_1 (op, x, &attributes,
                        G_STRUCT_OFFSET (ReelShape, shape) +
                        MIN (rank, REEL_MAX_AXES) * sizeof (gint64));
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
_reel_jvp_linear (ReelRule *rule,
                  GError  **error)
{
  reel_rule_set_tangent (rule, 0, _reel_apply_1 (rule->op, rule->tangents[0],
                                                 rule->attributes, rule->attributes_size));
  return TRUE;
}
