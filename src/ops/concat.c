/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* concat along an axis, and stack along a new one. The attribute of either is the
 * axis, from the end of the result. */

static gboolean
infer_concat (ReelInfer *infer,
              GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  guint axis;

  if (infer->n_inputs == 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE, "needs at least one tensor");
      return FALSE;
    }
  _reel_spec_like (spec, &infer->inputs[0]);
  if (!_reel_check_same_dtype (infer, error) ||
      !_reel_infer_axis (infer->attributes, spec->rank, &axis, error))
    return FALSE;
  for (guint k = 1; k < infer->n_inputs; k++)
    {
      const ReelArray *x = &infer->inputs[k];
      gboolean fits = x->rank == spec->rank;

      for (guint i = 0; fits && i < spec->rank; i++)
        fits = i == axis || x->shape[i] == spec->shape[i];
      if (fits && __builtin_add_overflow (spec->shape[axis], x->shape[axis],
                                          &spec->shape[axis]))
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                       "axis %u would be longer than can be counted", axis);
          return FALSE;
        }
      if (!fits)
        {
          g_autofree gchar *first = reel_infer_describe (infer, 0, 1);
          g_autofree gchar *what = reel_infer_describe (infer, k, 1);

          g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                       "shapes differ outside axis %u: %s, but input %u is %s", axis, first,
                       k, what);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
kernel_concat (const ReelKernelCall *call,
               GError              **error)
{
  const gint32 *from_end = call->attributes;
  ReelArray part = call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) part.rank);
  gint64 step = part.strides[axis] * (gint64) reel_dtype_get_size (part.dtype);

  for (guint k = 0; k < call->n_inputs; k++)
    {
      part.shape = call->inputs[k].shape;
      _reel_map_copy (&call->inputs[k], &part);
      part.data = (gchar *) part.data + part.shape[axis] * step;
    }
  return TRUE;
}

static gboolean
vjp_concat (ReelRule *rule,
            GError  **error)
{
  const gint32 *from_end = rule->attributes;
  gint64 start = 0;

  for (guint k = 0; k < rule->n_inputs; k++)
    {
      const ReelTensor *x = rule->inputs[k];
      gint64 length = x->dims[*from_end + x->rank];

      if (reel_rule_wants (rule, k))
        reel_rule_contribute (rule, k, _reel_slice_range (rule->cotangents[0], *from_end,
                                                          start, length));
      start += length;
    }
  return TRUE;
}

/* The same op of the tangents, with zeros for those that are left out. */
static gboolean
jvp_n_ary (ReelRule *rule,
           GError  **error)
{
  g_autofree ReelTensor **tangents = g_new (ReelTensor *, rule->n_inputs);

  for (guint k = 0; k < rule->n_inputs; k++)
    tangents[k] = rule->tangents[k] != NULL
                  ? rule->tangents[k]
                  : _reel_rule_batched (rule, _reel_full_like (rule->inputs[k], 0));
  reel_rule_set_tangent (rule, 0, reel_apply (rule->op, tangents, rule->n_inputs,
                                              rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample concat_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 3 }, -2, 2 },
                                         { REEL_F64, 2, { 1, 3 }, -2, 2 },
                                         { REEL_F64, 2, { 3, 3 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -2 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 2 }, -2, 2 },
                                         { REEL_F64, 3, { 2, 3, 0 }, -2, 2 },
                                         { REEL_F64, 3, { 2, 3, 1 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_concat = {
  REEL_OP_INIT, .name = "concat", REEL_ATTRIBUTES (_reel_first_axis_attributes), .onnx_name = "Concat",
  .formula = "y = x₁, x₂, ... one behind the other;  x̄ₖ = its part of ȳ",
  .n_inputs = -1, .n_outputs = 1,
  .infer = infer_concat, .kernel = kernel_concat, .vjp = vjp_concat, .jvp = jvp_n_ary,
  .samples = concat_samples, .n_samples = G_N_ELEMENTS (concat_samples)
};

ReelTensor *
reel_concat (ReelTensor *const *tensors,
             guint              n_tensors,
             gint64             axis)
{
  const gint32 attribute = _reel_axis (axis);

  return reel_apply (&_reel_op_concat, tensors, n_tensors, &attribute, sizeof attribute);
}

/* stack */

static gboolean
infer_stack (ReelInfer *infer,
             GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  guint axis;

  if (infer->n_inputs == 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE, "needs at least one tensor");
      return FALSE;
    }
  _reel_spec_like (spec, &infer->inputs[0]);
  if (!_reel_check_same_dtype (infer, error) ||
      !_reel_infer_new_axis (infer->attributes, spec->rank, &axis, error))
    return FALSE;
  for (guint k = 1; k < infer->n_inputs; k++)
    if (!_reel_shape_equal (spec->rank, spec->shape, infer->inputs[k].rank,
                            infer->inputs[k].shape))
      {
        g_autofree gchar *first = reel_infer_describe (infer, 0, 1);
        g_autofree gchar *what = reel_infer_describe (infer, k, 1);

        g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                     "shapes differ: %s, but input %u is %s", first, k, what);
        return FALSE;
      }
  for (guint i = spec->rank; i > axis; i--)
    spec->shape[i] = spec->shape[i - 1];
  spec->shape[axis] = infer->n_inputs;
  spec->rank++;
  return TRUE;
}

static gboolean
kernel_stack (const ReelKernelCall *call,
              GError              **error)
{
  const gint32 *from_end = call->attributes;
  const ReelArray *out = &call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) out->rank);
  gint64 step = out->strides[axis] * (gint64) reel_dtype_get_size (out->dtype);
  gint64 strides[REEL_MAX_AXES];
  ReelArray part = call->inputs[0];

  for (guint i = 0; i < part.rank; i++)
    strides[i] = out->strides[i < axis ? i : i + 1];
  part.data = out->data;
  part.strides = strides;
  for (guint k = 0; k < call->n_inputs; k++)
    {
      _reel_map_copy (&call->inputs[k], &part);
      part.data = (gchar *) part.data + step;
    }
  return TRUE;
}

static gboolean
vjp_stack (ReelRule *rule,
           GError  **error)
{
  const gint32 *from_end = rule->attributes;

  for (guint k = 0; k < rule->n_inputs; k++)
    if (reel_rule_wants (rule, k))
      reel_rule_contribute (rule, k, _reel_select_at (rule->cotangents[0], *from_end, k));
  return TRUE;
}

static const ReelSample stack_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 3 }, -2, 2 },
                                         { REEL_F64, 2, { 2, 3 }, -2, 2 },
                                         { REEL_F64, 2, { 2, 3 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -2 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 },
                                         { REEL_F64, 1, { 3 }, -2, 2 } },
    .n_inputs = 2, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 },
                                         { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 2, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_stack = {
  REEL_OP_INIT, .name = "stack", REEL_ATTRIBUTES (_reel_first_axis_attributes),
  .formula = "y = x₁, x₂, ... side by side;  x̄ₖ = ȳ[k]",
  .n_inputs = -1, .n_outputs = 1,
  .infer = infer_stack, .kernel = kernel_stack, .vjp = vjp_stack, .jvp = jvp_n_ary,
  .samples = stack_samples, .n_samples = G_N_ELEMENTS (stack_samples)
};

ReelTensor *
reel_stack (ReelTensor *const *tensors,
            guint              n_tensors,
            gint64             axis)
{
  const gint32 attribute = _reel_axis (axis);

  return reel_apply (&_reel_op_stack, tensors, n_tensors, &attribute, sizeof attribute);
}
