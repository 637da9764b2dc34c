/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

/* diagonal: one axis whose stride is the sum of two. */

typedef struct
{
  gint32 row_axis;              /* from the end */
  gint32 column_axis;
  gint64 offset;
} Diagonal;

/* Makes a diagonal of a layout that `strides` describes: drops two axes, adds one,
 * and returns where it begins. */
static gint64
diagonal_layout (const Diagonal *diagonal,
                 guint           row,
                 guint           column,
                 guint           rank,
                 gint64         *shape,
                 gint64         *strides)
{
  gint64 n_rows = shape[row], n_columns = shape[column];
  gint64 row_stride = strides[row], column_stride = strides[column];
  gint64 start = 0, length;
  guint n = 0;

  if (diagonal->offset >= 0)
    length = MIN (n_rows, n_columns - MIN (diagonal->offset, n_columns));
  else
    length = MIN (n_rows - MIN (-MAX (diagonal->offset, -G_MAXINT64), n_rows), n_columns);
  if (length > 0)
    start = diagonal->offset >= 0 ? diagonal->offset * column_stride
                                  : -diagonal->offset * row_stride;
  for (guint i = 0; i < rank; i++)
    {
      if (i == row || i == column)
        continue;
      shape[n] = shape[i];
      strides[n++] = strides[i];
    }
  shape[n] = length;
  strides[n] = row_stride + column_stride;
  return start;
}

static gboolean
infer_diagonal (ReelInfer *infer,
                GError   **error)
{
  Diagonal *diagonal = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint row, column;

  _reel_view_begin (spec, &infer->inputs[0]);
  if (!_reel_infer_axis (&diagonal->row_axis, spec->rank, &row, error) ||
      !_reel_infer_axis (&diagonal->column_axis, spec->rank, &column, error))
    return FALSE;
  if (row == column)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX, "axis %u is there twice", row);
      return FALSE;
    }
  spec->offset = diagonal_layout (diagonal, row, column, spec->rank, spec->shape,
                                  spec->strides);
  spec->rank--;
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_diagonal (ReelRule *rule,
              GError  **error)
{
  const Diagonal *diagonal = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  gint64 shape[REEL_MAX_AXES];
  gint64 strides[REEL_MAX_AXES];
  gint64 offset;

  if (rule->outputs[0]->n_elements == 0)
    return TRUE;
  memcpy (shape, _reel_tensor_shape (x), x->rank * sizeof (gint64));
  _reel_shape_contiguous_strides (x->rank, shape, strides);
  offset = diagonal_layout (diagonal, (guint) (diagonal->row_axis + (gint32) x->rank),
                            (guint) (diagonal->column_axis + (gint32) x->rank), x->rank,
                            shape, strides);
  reel_rule_contribute_region (rule, 0, rule->cotangents[0], strides, offset);
  return TRUE;
}

#define SAMPLE(row, column, offset, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, __VA_ARGS__, -2, 2 } }, \
    .n_inputs = 1, \
    .attributes = &(const Diagonal){ row, column, offset }, \
    .attributes_size = sizeof (Diagonal) }
#define SHAPE(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (-2, -1, 0, 2, SHAPE (3, 3)),
  SAMPLE (-2, -1, 1, 2, SHAPE (3, 4)),
  SAMPLE (-1, -3, -1, 3, SHAPE (2, 2, 3)),
  SAMPLE (-2, -1, 5, 2, SHAPE (3, 3)),
};

static const ReelAttribute attributes[] = {
  REEL_ATTRIBUTE (Diagonal, offset, I64, "0"),
  { "axis_a", REEL_ATTRIBUTE_AXIS, G_STRUCT_OFFSET (Diagonal, row_axis), 0, "0", NULL },
  { "axis_b", REEL_ATTRIBUTE_AXIS, G_STRUCT_OFFSET (Diagonal, column_axis), 0, "1", NULL },
};

const ReelOp _reel_op_diagonal = {
  REEL_OP_INIT, .name = "diagonal", REEL_ATTRIBUTES (attributes),
  .formula = "yᵢ = x[i, i + k];  x̄ = ȳ on the diagonal, 0 elsewhere",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_VIEW,
  .infer = infer_diagonal, .vjp = vjp_diagonal, .jvp = _reel_jvp_linear,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_diagonal (ReelTensor *x,
               gint64      offset,
               gint64      axis_a,
               gint64      axis_b)
{
  const Diagonal diagonal = { _reel_axis (axis_a), _reel_axis (axis_b), offset };

  return _reel_apply_1 (&_reel_op_diagonal, x, &diagonal, sizeof diagonal);
}
