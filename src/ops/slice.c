/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* slice and narrow, and select, which also drops the axis. Their cotangents are
 * contributed as regions, so that T slices of one tensor cost what they cover. */

typedef struct
{
  gint32 axis;                  /* from the end */
  gint32 padding;
  gint64 start;
  gint64 step;
  gint64 length;
} Slice;

static gboolean
infer_slice (ReelInfer *infer,
             GError   **error)
{
  const Slice *slice = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  gint64 size, last;
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (infer, slice->axis, &axis, error))
    return FALSE;
  size = spec->shape[axis];
  if (slice->length < 0 ||
      (slice->length > 0 &&
       (slice->start < 0 || slice->start >= size ||
        __builtin_mul_overflow (slice->length - 1, slice->step, &last) ||
        __builtin_add_overflow (slice->start, last, &last) || last < 0 || last >= size)))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "%" G_GINT64_FORMAT " elements from %" G_GINT64_FORMAT " are not within"
                   " axis %u of size %" G_GINT64_FORMAT, slice->length, slice->start, axis,
                   size);
      return FALSE;
    }
  spec->shape[axis] = slice->length;
  if (slice->length > 0)
    spec->offset = slice->start * spec->strides[axis];
  /* The stride of a single element is never used, and the product may be large. */
  if (slice->length > 1)
    spec->strides[axis] *= slice->step;
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_slice (ReelRule *rule,
           GError  **error)
{
  const Slice *slice = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  guint axis = (guint) (slice->axis + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  gint64 offset;

  if (rule->outputs[0]->n_elements == 0)
    return TRUE;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  offset = slice->start * strides[axis];
  if (slice->length > 1)
    strides[axis] *= slice->step;
  reel_rule_contribute_region (rule, 0, rule->cotangents[0], strides, offset);
  return TRUE;
}

#define SAMPLE(axis, start, step, length, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, \
    .n_inputs = 1, \
    .attributes = &(const Slice){ axis, 0, start, step, length }, \
    .attributes_size = sizeof (Slice) }
#define SHAPE(...) { __VA_ARGS__ }

static const ReelSample slice_samples[] = {
  SAMPLE (-2, 1, 1, 2, 2, SHAPE (4, 3)),
  SAMPLE (-1, 0, 2, 3, 2, SHAPE (2, 5)),
  SAMPLE (-2, 3, -2, 2, 3, SHAPE (2, 4, 3)),
  SAMPLE (-1, 0, 1, 0, 2, SHAPE (2, 3)),
};

static const ReelAttribute slice_attributes[] = {
  REEL_ATTRIBUTE (Slice, axis, AXIS, NULL),
  REEL_ATTRIBUTE (Slice, start, I64, NULL),
  REEL_ATTRIBUTE (Slice, length, I64, NULL),
  REEL_ATTRIBUTE (Slice, step, I64, "1"),
};

const ReelOp _reel_op_slice = {
  REEL_OP_INIT, .name = "slice", REEL_ATTRIBUTES (slice_attributes), .onnx_name = "Slice",
  .formula = "y = x[start:stop:step];  x̄ = ȳ in its place, 0 elsewhere",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_slice, .vjp = vjp_slice, .jvp = _reel_jvp_linear,
  .samples = slice_samples, .n_samples = G_N_ELEMENTS (slice_samples)
};

static ReelTensor *
apply_slice (ReelTensor *x,
             gint32      axis,
             gint64      start,
             gint64      step,
             gint64      length)
{
  /* One form for all that mean the same. */
  const Slice slice = { axis, 0, length > 0 ? start : 0, length > 1 ? step : 1, length };

  return _reel_apply_1 (&_reel_op_slice, x, &slice, sizeof slice);
}

ReelTensor *
_reel_slice_range (ReelTensor *x,
                   gint32      axis,
                   gint64      start,
                   gint64      length)
{
  return apply_slice (x, axis, start, 1, length);
}

ReelTensor *
reel_slice (ReelTensor *x,
            gint64      axis,
            gint64      start,
            gint64      stop,
            gint64      step)
{
  ReelTensor *failed;
  gint32 from_end;
  gint64 size, length;

  if (!_reel_op_check_arguments ("slice", &x, 1, &failed))
    return failed;
  if (!_reel_axis_from_end ("slice", x, axis, &from_end))
    return _reel_tape_current ()->error_tensor;
  if (step == 0)
    return _reel_op_fail ("slice", REEL_ERROR_VALUE, "the step cannot be 0");
  size = x->dims[from_end + x->rank];

  /* NumPy's rule. Open ends are far outside, so they are clamped as any other. */
  if (start < 0)
    start += size;
  if (stop < 0)
    stop += size;
  if (step > 0)
    {
      start = CLAMP (start, 0, size);
      stop = CLAMP (stop, 0, size);
      length = stop > start ? (stop - start - 1) / step + 1 : 0;
    }
  else
    {
      step = MAX (step, -G_MAXINT64);
      start = CLAMP (start, -1, size - 1);
      stop = CLAMP (stop, -1, size - 1);
      length = start > stop ? (start - stop - 1) / -step + 1 : 0;
    }
  return apply_slice (x, from_end, start, step, length);
}

ReelTensor *
reel_narrow (ReelTensor *x,
             gint64      axis,
             gint64      start,
             gint64      length)
{
  ReelTensor *failed;
  gint32 from_end;
  gint64 size, first;

  if (!_reel_op_check_arguments ("narrow", &x, 1, &failed))
    return failed;
  if (!_reel_axis_from_end ("narrow", x, axis, &from_end))
    return _reel_tape_current ()->error_tensor;
  size = x->dims[from_end + x->rank];
  first = start < 0 ? start + size : start;
  if (first < 0 || first > size || length < 0 || length > size - first)
    return _reel_op_fail ("narrow", REEL_ERROR_INDEX,
                          "%" G_GINT64_FORMAT " elements from %" G_GINT64_FORMAT " are not"
                          " within axis %d of size %" G_GINT64_FORMAT, length, start,
                          from_end + x->rank, size);
  return apply_slice (x, from_end, first, 1, length);
}

/* select */

typedef struct
{
  gint32 axis;                  /* from the end */
  gint32 padding;
  gint64 index;
} Select;

static gboolean
infer_select (ReelInfer *infer,
              GError   **error)
{
  const Select *select = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (infer, select->axis, &axis, error))
    return FALSE;
  if (select->index < 0 || select->index >= spec->shape[axis])
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "index %" G_GINT64_FORMAT " is out of range for axis %u of size %"
                   G_GINT64_FORMAT, select->index, axis, spec->shape[axis]);
      return FALSE;
    }
  spec->offset = select->index * spec->strides[axis];
  _reel_view_drop_axis (spec, axis);
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_select (ReelRule *rule,
            GError  **error)
{
  const Select *select = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  guint axis = (guint) (select->axis + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  gint64 offset;

  if (rule->outputs[0]->n_elements == 0)
    return TRUE;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  offset = select->index * strides[axis];
  for (guint i = axis; i + 1 < x->rank; i++)
    strides[i] = strides[i + 1];
  reel_rule_contribute_region (rule, 0, rule->cotangents[0], strides, offset);
  return TRUE;
}

static const ReelSample select_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Select){ -2, 0, 1 },
    .attributes_size = sizeof (Select) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Select){ -1, 0, 3 },
    .attributes_size = sizeof (Select) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Select){ -1, 0, 0 },
    .attributes_size = sizeof (Select) },
};

static const ReelAttribute select_attributes[] = {
  REEL_ATTRIBUTE (Select, axis, AXIS, NULL),
  REEL_ATTRIBUTE (Select, index, I64, NULL),
};

const ReelOp _reel_op_select = {
  REEL_OP_INIT, .name = "select", REEL_ATTRIBUTES (select_attributes),
  .formula = "y = x[i];  x̄ = ȳ in its place, 0 elsewhere",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_select, .vjp = vjp_select, .jvp = _reel_jvp_linear,
  .samples = select_samples, .n_samples = G_N_ELEMENTS (select_samples)
};

ReelTensor *
_reel_select_at (ReelTensor *x,
                 gint32      axis,
                 gint64      index)
{
  const Select select = { axis, 0, index };

  return _reel_apply_1 (&_reel_op_select, x, &select, sizeof select);
}

ReelTensor *
reel_select (ReelTensor *x,
             gint64      axis,
             gint64      index)
{
  ReelTensor *failed;
  gint32 from_end;
  gint64 size;

  if (!_reel_op_check_arguments ("select", &x, 1, &failed))
    return failed;
  if (!_reel_axis_from_end ("select", x, axis, &from_end))
    return _reel_tape_current ()->error_tensor;
  size = x->dims[from_end + x->rank];
  if (index < -size || index >= size)
    return _reel_op_fail ("select", REEL_ERROR_INDEX,
                          "index %" G_GINT64_FORMAT " is out of range for axis %d of size %"
                          G_GINT64_FORMAT, index, from_end + x->rank, size);
  return _reel_select_at (x, from_end, index < 0 ? index + size : index);
}
