/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* permute and transpose. */

/* Where each axis of the result comes from, counted from the end. Axes before
 * these stay in front. */
typedef struct
{
  guint32 n;                    /* or one of REEL_AXES_* before the shape rule */
  gint32 as_given;              /* before the shape rule: must name all axes */
  gint32 axes[REEL_MAX_AXES];
} Permutation;

#define SIZE(permutation) \
  (G_STRUCT_OFFSET (Permutation, axes) + (permutation)->n * sizeof (gint32))

static gboolean
infer_permute (ReelInfer *infer,
               GError   **error)
{
  Permutation *permutation = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint32 seen = 0;
  guint n_kept;

  _reel_view_begin (spec, x);
  if (!_reel_infer_list (permutation->n == REEL_AXES_NULL ? REEL_NO_LIST : 0, "axes", error))
    return FALSE;
  if (permutation->n == REEL_AXES_ALL)
    {
      permutation->n = x->rank;
      for (guint i = 0; i < x->rank; i++)
        permutation->axes[i] = -(gint32) i - 1;
    }
  if (permutation->as_given ? permutation->n != x->rank : permutation->n > x->rank)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%u axes are named for %s",
                   permutation->n, what);
      return FALSE;
    }
  permutation->as_given = FALSE;
  n_kept = x->rank - permutation->n;
  for (guint i = 0; i < permutation->n; i++)
    {
      gint32 axis = permutation->axes[i];
      guint from;

      if (!_reel_infer_axis (&permutation->axes[i], x->rank, &from, error))
        return FALSE;
      if (from < n_kept || (seen & (guint32) 1 << from) != 0)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX, "axis %d is there twice", axis);
          return FALSE;
        }
      seen |= (guint32) 1 << from;
      spec->shape[n_kept + i] = x->shape[from];
      spec->strides[n_kept + i] = x->strides[from];
    }
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_permute (ReelRule *rule,
             GError  **error)
{
  const Permutation *permutation = rule->attributes;
  gint32 n = (gint32) permutation->n;
  Permutation inverse;

  memset (&inverse, 0, sizeof inverse);
  inverse.n = permutation->n;
  for (gint32 i = 0; i < n; i++)
    inverse.axes[permutation->axes[i] + n] = i - n;
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0], &inverse,
                                                SIZE (&inverse)));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 3, 0, { -1, -3, -2 } },
    .attributes_size = sizeof (Permutation) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 2 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 2, 0, { -1, -2 } },
    .attributes_size = sizeof (Permutation) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 0, 0, { 0 } },
    .attributes_size = sizeof (Permutation) },
};

static const ReelAttribute attributes[] = {
  REEL_LIST_ATTRIBUTE (Permutation, axes, n, AXES, "all"),
};

const ReelOp _reel_op_permute = {
  REEL_OP_INIT, .name = "permute", REEL_ATTRIBUTES (attributes), .onnx_name = "Transpose",
  .formula = "y = x with its axes in another order;  x̄ = ȳ with them put back",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_permute, .vjp = vjp_permute, .jvp = _reel_jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_permute (ReelTensor   *x,
              guint         n_axes,
              const gint64 *axes)
{
  Permutation permutation;
  ReelAxes list;

  _reel_axes_init (&list, n_axes, axes, FALSE);
  permutation.n = list.n;
  permutation.as_given = TRUE;
  memcpy (permutation.axes, list.axes, sizeof permutation.axes);
  return _reel_apply_1 (&_reel_op_permute, x, &permutation, sizeof permutation);
}

/* transpose: two axes change places. It is its own inverse. */

typedef struct
{
  gint32 axis_a;
  gint32 axis_b;
} Transpose;

static gboolean
infer_transpose (ReelInfer *infer,
                 GError   **error)
{
  Transpose *transpose = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint a, b;

  if (!_reel_infer_axis (&transpose->axis_a, x->rank, &a, error) ||
      !_reel_infer_axis (&transpose->axis_b, x->rank, &b, error))
    return FALSE;
  _reel_view_begin (spec, x);
  spec->shape[a] = x->shape[b];
  spec->shape[b] = x->shape[a];
  if (a != b)
    {
      gint64 stride = spec->strides[a];

      spec->strides[a] = spec->strides[b];
      spec->strides[b] = stride;
    }
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_transpose (ReelRule *rule,
               GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0],
                                                rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample transpose_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Transpose){ -1, -3 },
    .attributes_size = sizeof (Transpose) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 2 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Transpose){ -2, -2 },
    .attributes_size = sizeof (Transpose) },
};

static const ReelAttribute transpose_attributes[] = {
  REEL_ATTRIBUTE (Transpose, axis_a, AXIS, "-2"),
  REEL_ATTRIBUTE (Transpose, axis_b, AXIS, "-1"),
};

const ReelOp _reel_op_transpose = {
  REEL_OP_INIT, .name = "transpose", REEL_ATTRIBUTES (transpose_attributes),
  .onnx_name = "Transpose", .formula = "y = x with two axes exchanged;  x̄ = ȳ likewise",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_transpose, .vjp = vjp_transpose, .jvp = _reel_jvp_linear,
  .samples = transpose_samples, .n_samples = G_N_ELEMENTS (transpose_samples)
};

ReelTensor *
reel_transpose (ReelTensor *x,
                gint64      axis_a,
                gint64      axis_b)
{
  const Transpose transpose = { _reel_axis (axis_a), _reel_axis (axis_b) };

  return _reel_apply_1 (&_reel_op_transpose, x, &transpose, sizeof transpose);
}
