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
count_split (ReelInfer *infer,
             gint64    *n_outputs,
             GError   **error)
{
  const Split *split = infer->attributes;

  *n_outputs = split->n_sizes;
  return TRUE;
}

static gboolean
infer_split (ReelInfer *infer,
             GError   **error)
{
  Split *split = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  gint64 start = 0;
  guint axis;

  if (!_reel_infer_list (split->n_sizes, "sizes", error) ||
      !_reel_infer_axis (&split->axis, x->rank, &axis, error))
    return FALSE;
  if (split->n_sizes == 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE, "needs at least one size");
      return FALSE;
    }
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
  REEL_ATTRIBUTE (Split, axis, AXIS, "0"),
};

const ReelOp _reel_op_split = {
  REEL_OP_INIT, .name = "split", REEL_ATTRIBUTES (split_attributes), .onnx_name = "Split",
  .formula = "y₁, y₂, ... = the parts of x;  x̄ = ȳ₁, ȳ₂, ... in their places",
  .n_inputs = 1, .n_outputs = -1, .flags = REEL_OP_VIEW,
  .count_outputs = count_split, .infer = infer_split, .vjp = vjp_split, .jvp = jvp_outputs,
  .samples = split_samples, .n_samples = G_N_ELEMENTS (split_samples)
};

gboolean
reel_split (ReelTensor   *x,
            guint         n_sizes,
            const gint64 *sizes,
            gint64        axis,
            ReelTensor  **outputs)
{
  gsize size = sizeof (Split) + n_sizes * sizeof (gint64);
  g_autofree Split *split = g_malloc0 (size);

  split->axis = _reel_axis (axis);
  split->n_sizes = n_sizes > 0 && sizes == NULL ? REEL_NO_LIST : n_sizes;
  if (n_sizes > 0 && sizes != NULL)
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

ReelTensor **
reel_split_by_size (ReelTensor *x,
                    gint64      size,
                    gint64      axis,
                    guint      *n_outputs)
{
  g_autofree gint64 *sizes = NULL;
  gint64 whole = 0, n = 1;

  if (n_outputs != NULL)
    *n_outputs = 1;
  if (size <= 0)
    {
      ReelTensor **outputs = g_new (ReelTensor *, 1);

      outputs[0] = _reel_op_fail ("split", REEL_ERROR_VALUE,
                                  "the size %" G_GINT64_FORMAT " is not positive", size);
      return outputs;
    }
  /* (what is wrong with axis or x, split itself says) */
  if (x != NULL && axis >= -(gint64) x->rank && axis < x->rank)
    whole = _reel_tensor_shape (x)[axis < 0 ? axis + x->rank : axis];
  if (whole > 0)
    n = whole / size + (whole % size != 0);
  sizes = n <= G_MAXUINT32 ? g_try_new (gint64, n) : NULL;
  if (sizes == NULL)
    {
      ReelTensor **outputs = g_new (ReelTensor *, 1);

      outputs[0] = _reel_op_fail ("split", REEL_ERROR_NO_MEMORY,
                                  "no memory for %" G_GINT64_FORMAT " parts", n);
      return outputs;
    }
  for (gint64 i = 0; i < n; i++)
    sizes[i] = MIN (size, whole - i * size);
  return reel_split_list (x, (guint) n, sizes, axis, n_outputs);
}

/* unbind: the attribute is the axis, from the end of the input */

static gboolean
count_unbind (ReelInfer *infer,
              gint64    *n_outputs,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  guint axis;

  if (!_reel_infer_axis (infer->attributes, x->rank, &axis, error))
    return FALSE;
  *n_outputs = x->shape[axis];
  return TRUE;
}

static gboolean
infer_unbind (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  guint axis;

  if (!_reel_infer_axis (infer->attributes, x->rank, &axis, error))
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
  REEL_OP_INIT, .name = "unbind", REEL_ATTRIBUTES (_reel_first_axis_attributes),
  .formula = "yₖ = x[k];  x̄ = ȳ₀, ȳ₁, ... side by side",
  .n_inputs = 1, .n_outputs = -1, .flags = REEL_OP_VIEW,
  .count_outputs = count_unbind, .infer = infer_unbind, .vjp = vjp_unbind, .jvp = jvp_outputs,
  .samples = unbind_samples, .n_samples = G_N_ELEMENTS (unbind_samples)
};

gboolean
reel_unbind (ReelTensor  *x,
             gint64       axis,
             ReelTensor **outputs,
             guint        n_outputs)
{
  const gint32 attribute = _reel_axis (axis);

  return reel_apply_full (&_reel_op_unbind, &x, 1, &attribute, sizeof attribute, outputs,
                          n_outputs);
}

ReelTensor **
reel_unbind_list (ReelTensor *x,
                  gint64      axis,
                  guint      *n_outputs)
{
  const gint32 attribute = _reel_axis (axis);

  return _reel_apply_list (&_reel_op_unbind, &x, 1, &attribute, sizeof attribute, n_outputs);
}
