/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* permute and transpose. */

/* Where each axis of the result comes from, counted from the end. Axes before
 * these stay in front. */
typedef struct
{
  guint32 n;
  gint32 axes[REEL_MAX_AXES];
} Permutation;

#define SIZE(permutation) \
  (G_STRUCT_OFFSET (Permutation, axes) + (permutation)->n * sizeof (gint32))

static gboolean
infer_permute (ReelInfer *infer,
               GError   **error)
{
  const Permutation *permutation = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint n_kept = x->rank - MIN (x->rank, permutation->n);

  _reel_view_begin (spec, x);
  if (x->rank < permutation->n)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "rank %u is too low to permute %u axes",
                   x->rank, permutation->n);
      return FALSE;
    }
  for (guint i = 0; i < permutation->n; i++)
    {
      guint from;

      if (!_reel_infer_axis (infer, permutation->axes[i], &from, error))
        return FALSE;
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

  inverse.n = permutation->n;
  for (gint32 i = 0; i < n; i++)
    inverse.axes[permutation->axes[i] + n] = i - n;
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0], &inverse,
                                                SIZE (&inverse)));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 3, { -1, -3, -2 } },
    .attributes_size = sizeof (Permutation) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 2 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 2, { -1, -2 } },
    .attributes_size = sizeof (Permutation) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Permutation){ 0, { 0 } },
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
  ReelTensor *failed;
  guint seen = 0;

  if (!_reel_op_check_arguments ("permute", &x, 1, &failed))
    return failed;
  if (n_axes != 0 && n_axes != x->rank)
    {
      g_autofree gchar *what = reel_tensor_describe (x);

      return _reel_op_fail ("permute", REEL_ERROR_SHAPE, "%u axes are named for %s", n_axes,
                            what);
    }
  if (!_reel_check_axes_argument ("permute", n_axes, axes))
    return _reel_tape_current ()->error_tensor;
  permutation.n = x->rank;
  for (guint i = 0; i < x->rank; i++)
    {
      permutation.axes[i] = -(gint32) i - 1;
      if (n_axes == 0)
        continue;
      if (!_reel_axis_from_end ("permute", x, axes[i], &permutation.axes[i]))
        return _reel_tape_current ()->error_tensor;
      if ((seen & 1u << -permutation.axes[i]) != 0)
        return _reel_op_fail ("permute", REEL_ERROR_INDEX,
                              "axis %" G_GINT64_FORMAT " is there twice", axes[i]);
      seen |= 1u << -permutation.axes[i];
    }
  return _reel_apply_1 (&_reel_op_permute, x, &permutation, SIZE (&permutation));
}

ReelTensor *
reel_transpose (ReelTensor *x,
                gint64      axis_a,
                gint64      axis_b)
{
  Permutation permutation;
  ReelTensor *failed;
  gint32 a, b;

  if (!_reel_op_check_arguments ("transpose", &x, 1, &failed))
    return failed;
  if (!_reel_axis_from_end ("transpose", x, axis_a, &a) ||
      !_reel_axis_from_end ("transpose", x, axis_b, &b))
    return _reel_tape_current ()->error_tensor;
  /* no more axes than it moves */
  permutation.n = (guint32) -MIN (a, b);
  for (guint i = 0; i < permutation.n; i++)
    permutation.axes[i] = (gint32) i - (gint32) permutation.n;
  permutation.axes[a + (gint32) permutation.n] = b;
  permutation.axes[b + (gint32) permutation.n] = a;
  return _reel_apply_1 (&_reel_op_permute, x, &permutation, SIZE (&permutation));
}
