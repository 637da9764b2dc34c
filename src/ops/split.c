/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* split, the inverse of concat, and unbind, the inverse of stack: many views from
 * one node. Each output that has a cotangent contributes its region. */

typedef struct
{
  gint32 axis;                  /* from the end */
  guint32 n_sizes;
  gint64 sizes[];
} Split;

static gboolean
infer_split (ReelInfer *infer,
             GError   **error)
{
  const Split *split = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  gint64 start = 0;
  guint axis;

  if (!_reel_infer_axis (infer, split->axis, &axis, error))
    return FALSE;
  for (guint k = 0; k < split->n_sizes; k++)
    if (split->sizes[k] < 0 || __builtin_add_overflow (start, split->sizes[k], &start))
      start = G_MAXINT64;
  if (start != x->shape[axis] || split->n_sizes != infer->n_outputs)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);
      g_autofree gchar *sizes = _reel_shape_to_string (split->n_sizes, split->sizes);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "sizes %s do not add up to axis %u of %s", sizes, axis, what);
      return FALSE;
    }
  start = 0;
  for (guint k = 0; k < split->n_sizes; k++)
    {
      ReelSpec *spec = &infer->outputs[k];

      _reel_view_begin (spec, x);
      spec->shape[axis] = split->sizes[k];
      spec->offset = start * spec->strides[axis];
      _reel_view_end (spec);
      start += split->sizes[k];
    }
  return TRUE;
}

static gboolean
vjp_split (ReelRule *rule,
           GError  **error)
{
  const Split *split = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  guint axis = (guint) (split->axis + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  gint64 start = 0;

  if (x->n_elements == 0)
    return TRUE;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  for (guint k = 0; k < rule->n_outputs; k++)
    {
      if (rule->cotangents[k] != NULL && split->sizes[k] > 0)
        reel_rule_contribute_region (rule, 0, rule->cotangents[k], strides,
                                     start * strides[axis]);
      start += split->sizes[k];
    }
  return TRUE;
}

/* The same op of the tangent. */
static gboolean
jvp_outputs (ReelRule *rule,
             GError  **error)
{
  g_autofree ReelTensor **tangents = g_new (ReelTensor *, rule->n_outputs);

  (void) reel_apply_full (rule->op, rule->tangents, 1, rule->attributes,
                          rule->attributes_size, tangents, rule->n_outputs);
  for (guint k = 0; k < rule->n_outputs; k++)
    reel_rule_set_tangent (rule, k, tangents[k]);
  return TRUE;
}

/* The attributes end in an array, so the samples are spelled out with its length. */
#define SAMPLE_SPLIT(n) \
  const struct \
  { \
    gint32 axis; \
    guint32 n_sizes; \
    gint64 sizes[n]; \
  }

static SAMPLE_SPLIT (3) sample_columns = { -1, 3, { 2, 0, 3 } };
static SAMPLE_SPLIT (2) sample_rows = { -2, 2, { 1, 2 } };
static SAMPLE_SPLIT (1) sample_all = { -1, 1, { 4 } };

static const ReelSample split_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 5 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 3, .attributes = &sample_columns,
    .attributes_size = sizeof sample_columns },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 2 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 2, .attributes = &sample_rows,
    .attributes_size = sizeof sample_rows },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 4 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 1, .attributes = &sample_all,
    .attributes_size = sizeof sample_all },
};

static const ReelAttribute split_attributes[] = {
  REEL_LIST_ATTRIBUTE (Split, sizes, n_sizes, SHAPE, NULL),
  REEL_ATTRIBUTE (Split, axis, AXIS, NULL),
};

const ReelOp _reel_op_split = {
  REEL_OP_INIT, .name = "split", REEL_ATTRIBUTES (split_attributes), .onnx_name = "Split",
  .formula = "y₁, y₂, ... = the parts of x;  x̄ = ȳ₁, ȳ₂, ... in their places",
  .n_inputs = 1, .n_outputs = -1, .flags = REEL_OP_VIEW,
  .infer = infer_split, .vjp = vjp_split, .jvp = jvp_outputs,
  .samples = split_samples, .n_samples = G_N_ELEMENTS (split_samples)
};

static void
fill_failed (ReelTensor **outputs,
             guint        n_outputs)
{
  for (guint k = 0; k < n_outputs; k++)
    outputs[k] = _reel_tape_current ()->error_tensor;
}

gboolean
reel_split (ReelTensor   *x,
            guint         n_sizes,
            const gint64 *sizes,
            gint64        axis,
            ReelTensor  **outputs)
{
  g_autofree Split *split = NULL;
  ReelTensor *failed;
  gint32 from_end;
  gsize size;

  g_return_val_if_fail (n_sizes == 0 || outputs != NULL, FALSE);

  fill_failed (outputs, n_sizes);
  if (!_reel_op_check_arguments ("split", &x, 1, &failed) ||
      !_reel_axis_from_end ("split", x, axis, &from_end))
    return FALSE;
  if (n_sizes == 0)
    {
      _reel_op_fail ("split", REEL_ERROR_SHAPE, "needs at least one size");
      return FALSE;
    }
  if (sizes == NULL)
    {
      g_critical ("split: sizes is NULL");
      _reel_op_fail ("split", REEL_ERROR_NULL, "sizes is NULL");
      return FALSE;
    }
  size = sizeof (Split) + n_sizes * sizeof (gint64);
  split = g_malloc (size);
  split->axis = from_end;
  split->n_sizes = n_sizes;
  memcpy (split->sizes, sizes, n_sizes * sizeof (gint64));
  return reel_apply_full (&_reel_op_split, &x, 1, split, size, outputs, n_sizes);
}

ReelTensor **
reel_split_list (ReelTensor   *x,
                 guint         n_sizes,
                 const gint64 *sizes,
                 gint64        axis,
                 guint        *n_outputs)
{
  ReelTensor **outputs = g_new (ReelTensor *, n_sizes);

  (void) reel_split (x, n_sizes, sizes, axis, outputs);
  if (n_outputs != NULL)
    *n_outputs = n_sizes;
  return outputs;
}

/* unbind: the attribute is the axis, from the end of the input */

static gboolean
infer_unbind (ReelInfer *infer,
              GError   **error)
{
  const gint32 *from_end = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  guint axis;

  if (!_reel_infer_axis (infer, *from_end, &axis, error))
    return FALSE;
  if (x->shape[axis] != infer->n_outputs)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "axis %u of %s does not give %u tensors", axis, what, infer->n_outputs);
      return FALSE;
    }
  for (guint k = 0; k < infer->n_outputs; k++)
    {
      ReelSpec *spec = &infer->outputs[k];

      _reel_view_begin (spec, x);
      spec->offset = k * spec->strides[axis];
      _reel_view_drop_axis (spec, axis);
      _reel_view_end (spec);
    }
  return TRUE;
}

static gboolean
vjp_unbind (ReelRule *rule,
            GError  **error)
{
  const gint32 *from_end = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  guint axis = (guint) (*from_end + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  gint64 step;

  if (x->n_elements == 0)
    return TRUE;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  step = strides[axis];
  for (guint i = axis; i + 1 < x->rank; i++)
    strides[i] = strides[i + 1];
  for (guint k = 0; k < rule->n_outputs; k++)
    if (rule->cotangents[k] != NULL)
      reel_rule_contribute_region (rule, 0, rule->cotangents[k], strides, k * step);
  return TRUE;
}

static const ReelSample unbind_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 2 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 3, .attributes = &(const gint32){ -2 },
    .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 2, 3 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 3, .attributes = &(const gint32){ -1 },
    .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 2 }, -2, 2 } },
    .n_inputs = 1, .n_outputs = 2, .attributes = &(const gint32){ -1 },
    .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_unbind = {
  REEL_OP_INIT, .name = "unbind", REEL_ATTRIBUTES (_reel_axis_attributes),
  .formula = "yₖ = x[k];  x̄ = ȳ₀, ȳ₁, ... side by side",
  .n_inputs = 1, .n_outputs = -1, .flags = REEL_OP_VIEW,
  .infer = infer_unbind, .vjp = vjp_unbind, .jvp = jvp_outputs,
  .samples = unbind_samples, .n_samples = G_N_ELEMENTS (unbind_samples)
};

gboolean
reel_unbind (ReelTensor  *x,
             gint64       axis,
             ReelTensor **outputs,
             guint        n_outputs)
{
  ReelTensor *failed;
  gint32 from_end;

  g_return_val_if_fail (n_outputs == 0 || outputs != NULL, FALSE);

  fill_failed (outputs, n_outputs);
  if (!_reel_op_check_arguments ("unbind", &x, 1, &failed) ||
      !_reel_axis_from_end ("unbind", x, axis, &from_end))
    return FALSE;
  if (n_outputs == 0 && x->dims[from_end + x->rank] == 0)
    return TRUE;
  return reel_apply_full (&_reel_op_unbind, &x, 1, &from_end, sizeof from_end, outputs,
                          n_outputs);
}

ReelTensor **
reel_unbind_list (ReelTensor *x,
                  gint64      axis,
                  guint      *n_outputs)
{
  ReelTensor **outputs;
  ReelTensor *failed;
  gint32 from_end;
  gint64 n = -1;

  if (_reel_op_check_arguments ("unbind", &x, 1, &failed) &&
      _reel_axis_from_end ("unbind", x, axis, &from_end))
    n = x->dims[from_end + x->rank];
  if (n > G_MAXINT32)
    {
      /* a broadcast axis can be that long */
      _reel_op_fail ("unbind", REEL_ERROR_SHAPE, "%" G_GINT64_FORMAT " tensors are too many",
                     n);
      n = -1;
    }
  outputs = g_new (ReelTensor *, MAX (n, 1));
  if (n < 0 || !reel_unbind (x, axis, outputs, (guint) n))
    {
      n = 1;
      fill_failed (outputs, 1);
    }
  if (n_outputs != NULL)
    *n_outputs = (guint) n;
  return outputs;
}
