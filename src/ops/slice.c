/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* slice and narrow, and select, which also drops the axis. Their cotangents are
 * contributed as regions, so that T slices of one tensor cost what they cover. */

/* start:stop:step. As recorded there is one form for all that mean the same: start and
 * stop within the axis, stop no farther than it must be, or REEL_TO_FRONT. */
typedef struct
{
  gint32 axis;                  /* from the end */
  gint32 padding;
  gint64 start;
  gint64 stop;
  gint64 step;
} Slice;

/* A stop that lies before the first element, going backwards */
#define REEL_TO_FRONT G_MININT64

/* NumPy's rule; returns how many elements there are. Open ends are far outside, so they
 * are clamped as any other. */
static gint64
slice_normalize (Slice *slice,
                 gint64 size)
{
  gint64 start = slice->start < 0 ? slice->start + size : slice->start;
  gint64 stop = slice->stop < 0 ? slice->stop + size : slice->stop;
  gint64 step = MAX (slice->step, -G_MAXINT64);
  gint64 length, last;

  if (step > 0)
    {
      start = CLAMP (start, 0, size);
      stop = CLAMP (stop, 0, size);
      length = stop > start ? (stop - start - 1) / step + 1 : 0;
    }
  else
    {
      start = CLAMP (start, -1, size - 1);
      stop = CLAMP (stop, -1, size - 1);
      length = start > stop ? (start - stop - 1) / -step + 1 : 0;
    }
  if (length <= 1)
    step = 1;
  last = start + (length > 1 ? (length - 1) * step : 0);
  slice->start = length > 0 ? start : 0;
  slice->step = step;
  if (length == 0)
    slice->stop = 0;
  else
    slice->stop = step > 0 ? last + 1 : last > 0 ? last - 1 : REEL_TO_FRONT;
  return length;
}

static gboolean
infer_slice (ReelInfer *infer,
             GError   **error)
{
  Slice *slice = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (&slice->axis, spec->rank, &axis, error))
    return FALSE;
  if (slice->step == 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_VALUE, "the step cannot be 0");
      return FALSE;
    }
  spec->shape[axis] = slice_normalize (slice, spec->shape[axis]);
  spec->offset = slice->start * spec->strides[axis];
  spec->strides[axis] *= slice->step;
  _reel_view_end (spec);
  return TRUE;
}

/* Contributes the cotangent to x[start::step] along an axis. */
static void
contribute_range (ReelRule *rule,
                  gint32    from_end,
                  gint64    start,
                  gint64    step)
{
  const ReelTensor *x = rule->inputs[0];
  guint axis = (guint) (from_end + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  gint64 offset;

  if (rule->outputs[0]->n_elements == 0)
    return;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  offset = start * strides[axis];
  strides[axis] *= step;
  reel_rule_contribute_region (rule, 0, rule->cotangents[0], strides, offset);
}

static gboolean
vjp_slice (ReelRule *rule,
           GError  **error)
{
  const Slice *slice = rule->attributes;

  contribute_range (rule, slice->axis, slice->start, slice->step);
  return TRUE;
}

#define SAMPLE(axis, start, stop, step, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, \
    .n_inputs = 1, \
    .attributes = &(const Slice){ axis, 0, start, stop, step }, \
    .attributes_size = sizeof (Slice) }
#define SHAPE(...) { __VA_ARGS__ }

static const ReelSample slice_samples[] = {
  SAMPLE (-2, 1, 3, 1, 2, SHAPE (4, 3)),
  SAMPLE (-1, 0, 5, 2, 2, SHAPE (2, 5)),
  SAMPLE (-2, 3, 0, -2, 3, SHAPE (2, 4, 3)),
  SAMPLE (-1, 2, REEL_TO_FRONT, -1, 2, SHAPE (2, 3)),
  SAMPLE (-1, 0, 0, 1, 2, SHAPE (2, 3)),
};

static const ReelAttribute slice_attributes[] = {
  REEL_ATTRIBUTE (Slice, axis, AXIS, NULL),
  REEL_ATTRIBUTE (Slice, start, I64, "0"),
  REEL_ATTRIBUTE (Slice, stop, I64, "9223372036854775807"),
  REEL_ATTRIBUTE (Slice, step, I64, "1"),
};

const ReelOp _reel_op_slice = {
  REEL_OP_INIT, .name = "slice", REEL_ATTRIBUTES (slice_attributes), .onnx_name = "Slice",
  .formula = "y = x[start:stop:step];  x̄ = ȳ in its place, 0 elsewhere",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_slice, .vjp = vjp_slice, .jvp = _reel_jvp_linear,
  .samples = slice_samples, .n_samples = G_N_ELEMENTS (slice_samples)
};

ReelTensor *
reel_slice (ReelTensor *x,
            gint64      axis,
            gint64      start,
            gint64      stop,
            gint64      step)
{
  const Slice slice = { _reel_axis (axis), 0, start, stop, step };

  return _reel_apply_1 (&_reel_op_slice, x, &slice, sizeof slice);
}

/* narrow: one run of an axis, which must be there. */

typedef struct
{
  gint32 axis;                  /* from the end */
  gint32 padding;
  gint64 start;
  gint64 length;
} Narrow;

static gboolean
infer_narrow (ReelInfer *infer,
              GError   **error)
{
  Narrow *narrow = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  gint64 size, first;
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (&narrow->axis, spec->rank, &axis, error))
    return FALSE;
  size = spec->shape[axis];
  first = narrow->start < 0 ? narrow->start + size : narrow->start;
  if (first < 0 || first > size || narrow->length < 0 || narrow->length > size - first)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "%" G_GINT64_FORMAT " elements from %" G_GINT64_FORMAT " are not within"
                   " axis %u of size %" G_GINT64_FORMAT, narrow->length, narrow->start, axis,
                   size);
      return FALSE;
    }
  narrow->start = first;
  spec->shape[axis] = narrow->length;
  spec->offset = narrow->length > 0 ? first * spec->strides[axis] : 0;
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_narrow (ReelRule *rule,
            GError  **error)
{
  const Narrow *narrow = rule->attributes;

  contribute_range (rule, narrow->axis, narrow->start, 1);
  return TRUE;
}

#define NARROW_SAMPLE(axis, start, length, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, \
    .n_inputs = 1, .attributes = &(const Narrow){ axis, 0, start, length }, \
    .attributes_size = sizeof (Narrow) }

static const ReelSample narrow_samples[] = {
  NARROW_SAMPLE (-2, 1, 2, 2, SHAPE (4, 3)),
  NARROW_SAMPLE (-1, 0, 5, 2, SHAPE (2, 5)),
  NARROW_SAMPLE (-1, 3, 0, 2, SHAPE (2, 3)),
};

static const ReelAttribute narrow_attributes[] = {
  REEL_ATTRIBUTE (Narrow, axis, AXIS, NULL),
  REEL_ATTRIBUTE (Narrow, start, I64, NULL),
  REEL_ATTRIBUTE (Narrow, length, I64, NULL),
};

const ReelOp _reel_op_narrow = {
  REEL_OP_INIT, .name = "narrow", REEL_ATTRIBUTES (narrow_attributes),
  .formula = "y = x[start:start+length];  x̄ = ȳ in its place, 0 elsewhere",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_narrow, .vjp = vjp_narrow, .jvp = _reel_jvp_linear,
  .samples = narrow_samples, .n_samples = G_N_ELEMENTS (narrow_samples)
};

ReelTensor *
_reel_slice_range (ReelTensor *x,
                   gint32      axis,
                   gint64      start,
                   gint64      length)
{
  const Narrow narrow = { axis, 0, start, length };

  return _reel_apply_1 (&_reel_op_narrow, x, &narrow, sizeof narrow);
}

ReelTensor *
reel_narrow (ReelTensor *x,
             gint64      axis,
             gint64      start,
             gint64      length)
{
  return _reel_slice_range (x, _reel_axis (axis), start, length);
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
  Select *select = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint axis;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (&select->axis, spec->rank, &axis, error))
    return FALSE;
  if (select->index < -spec->shape[axis] || select->index >= spec->shape[axis])
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "index %" G_GINT64_FORMAT " is out of range for axis %u of size %"
                   G_GINT64_FORMAT, select->index, axis, spec->shape[axis]);
      return FALSE;
    }
  if (select->index < 0)
    select->index += spec->shape[axis];
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
  return _reel_select_at (x, _reel_axis (axis), index);
}
