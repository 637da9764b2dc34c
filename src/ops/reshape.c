/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* reshape and flatten: views where there are strides for the new shape, else copies. */

/* Puts a size for -1. */
static gboolean
resolve_size (ReelInfer *infer,
              ReelShape *attributes,
              guint      n_kept,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  gint64 n_elements = _reel_shape_product (attributes->n_old, x->shape + n_kept);
  guint n_open = 0, open = 0;
  gint64 product;
  g_autofree gchar *what = NULL;
  g_autofree gchar *text = NULL;

  for (guint i = 0; i < attributes->rank; i++)
    if (attributes->shape[i] == -1)
      {
        open = i;
        n_open++;
      }
  if (n_open == 0)
    return TRUE;
  text = _reel_shape_to_string (attributes->rank, attributes->shape);
  if (n_open > 1)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "only one size can be -1, not as in %s", text);
      return FALSE;
    }
  attributes->shape[open] = 1;
  if (_reel_shape_count (attributes->rank, attributes->shape, 1, &product, NULL, NULL) &&
      product > 0 && n_elements % product == 0)
    {
      attributes->shape[open] = n_elements / product;
      return TRUE;
    }
  what = reel_infer_describe (infer, 0, 1);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "%s has %" G_GINT64_FORMAT " elements: no size fits for -1 in %s", what,
               n_elements, text);
  return FALSE;
}

/* The result's shape is there: strides for it, or a copy. */
static gboolean
infer_strides (ReelInfer *infer,
               GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  gint64 n_old = _reel_shape_product (x->rank, x->shape), n_elements = -1;
  g_autofree gchar *what = NULL;
  g_autofree gchar *shape = NULL;

  spec->dtype = x->dtype;
  spec->offset = 0;
  if (!_reel_shape_count (spec->rank, spec->shape, 1, &n_elements, NULL, error))
    return FALSE;
  if (G_LIKELY (n_elements == n_old))
    {
      spec->is_copy = !_reel_shape_view_strides (x->rank, x->shape, x->strides, spec->rank,
                                                 spec->shape, spec->strides);
      return TRUE;
    }
  what = reel_infer_describe (infer, 0, 1);
  shape = _reel_shape_to_string (spec->rank, spec->shape);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "%s has %" G_GINT64_FORMAT " elements, %s has %" G_GINT64_FORMAT, what, n_old,
               shape, n_elements);
  return FALSE;
}

static gboolean
infer_reshape (ReelInfer *infer,
               GError   **error)
{
  ReelShape *attributes = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint n_kept;

  if (!_reel_infer_shape (attributes, x, &n_kept, error) ||
      !resolve_size (infer, attributes, n_kept, error))
    return FALSE;
  spec->rank = n_kept + attributes->rank;
  for (guint i = 0; i < spec->rank; i++)
    spec->shape[i] = i < n_kept ? x->shape[i] : attributes->shape[i - n_kept];
  return infer_strides (infer, error);
}

static gboolean
kernel_reshape (const ReelKernelCall *call,
                GError              **error)
{
  gint64 strides[REEL_MAX_AXES];
  ReelArray out = call->inputs[0];

  _reel_shape_contiguous_strides (out.rank, out.shape, strides);
  out.strides = strides;
  out.data = call->outputs[0].data;
  _reel_map_copy (&call->inputs[0], &out);
  return TRUE;
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
  .infer = infer_reshape, .kernel = kernel_reshape, .vjp = vjp_reshape, .jvp = jvp_reshape,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
_reel_reshape_last (ReelTensor   *x,
                    guint         n_old,
                    guint         rank,
                    const gint64 *shape)
{
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
reel_reshape (ReelTensor   *x,
              guint         rank,
              const gint64 *shape)
{
  return _reel_apply_shape (&_reel_op_reshape, x, REEL_ALL_OLD, rank, shape);
}

/* flatten */

typedef struct
{
  gint32 first_axis;
  gint32 last_axis;
} Flatten;

static gboolean
infer_flatten (ReelInfer *infer,
               GError   **error)
{
  Flatten *flatten = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  gint64 merged = 1;
  guint first, last;

  /* A number counts as a vector of one. */
  if (!_reel_infer_axis (&flatten->first_axis, MAX (x->rank, 1), &first, error) ||
      !_reel_infer_axis (&flatten->last_axis, MAX (x->rank, 1), &last, error))
    return FALSE;
  if (last < first)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "the last axis, %u, lies before the first, %u", last, first);
      return FALSE;
    }
  /* Of an empty tensor the product of some sizes may be too large. */
  if (x->rank > 0 &&
      !_reel_shape_count (last - first + 1, x->shape + first, 1, &merged, NULL, error))
    return FALSE;
  spec->rank = 0;
  for (guint i = 0; i < first; i++)
    spec->shape[spec->rank++] = x->shape[i];
  spec->shape[spec->rank++] = merged;
  for (guint i = last + 1; i < x->rank; i++)
    spec->shape[spec->rank++] = x->shape[i];
  return infer_strides (infer, error);
}

#define FLATTEN_SAMPLE(first, last, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, .n_inputs = 1, \
    .attributes = &(const Flatten){ first, last }, .attributes_size = sizeof (Flatten) }

static const ReelSample flatten_samples[] = {
  FLATTEN_SAMPLE (-3, -2, 3, OLD (2, 3, 4)),
  FLATTEN_SAMPLE (-3, -1, 3, OLD (2, 3, 4)),
  FLATTEN_SAMPLE (-1, -1, 0, OLD (0)),
  FLATTEN_SAMPLE (-2, -1, 3, OLD (2, 0, 4)),
};

static const ReelAttribute flatten_attributes[] = {
  REEL_ATTRIBUTE (Flatten, first_axis, AXIS, "0"),
  REEL_ATTRIBUTE (Flatten, last_axis, AXIS, "-1"),
};

const ReelOp _reel_op_flatten = {
  REEL_OP_INIT, .name = "flatten", REEL_ATTRIBUTES (flatten_attributes),
  .onnx_name = "Flatten", .formula = "y = x with axes made one;  x̄ = ȳ in x's shape",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_flatten, .kernel = kernel_reshape, .vjp = vjp_reshape, .jvp = jvp_reshape,
  .samples = flatten_samples, .n_samples = G_N_ELEMENTS (flatten_samples)
};

ReelTensor *
reel_flatten (ReelTensor *x,
              gint64      first_axis,
              gint64      last_axis)
{
  const Flatten flatten = { _reel_axis (first_axis), _reel_axis (last_axis) };

  return _reel_apply_1 (&_reel_op_flatten, x, &flatten, sizeof flatten);
}
