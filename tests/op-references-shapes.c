/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <math.h>
#include <string.h>

/* Ops that move elements. The attributes have the layouts that the ops' files
 * give them, said again here: what they mean is part of what is tested. */

typedef struct
{
  guint32 n;
  gint32 keep;
  gint32 axes[REEL_MAX_AXES];
} Axes;

typedef struct
{
  guint32 n_old;
  guint32 rank;
  gint64 shape[REEL_MAX_AXES];
} Shape;

static guint
from_front (gint32 axis,
            guint  rank)
{
  axis += (gint32) rank;
  ref_require (axis >= 0 && axis < (gint32) rank);
  return (guint) axis;
}

static gboolean
has_axis (const Axes *axes,
          guint       axis,
          guint       rank)
{
  for (guint i = 0; i < axes->n; i++)
    if (from_front (axes->axes[i], rank) == axis)
      return TRUE;
  return FALSE;
}

static void
copy_values (RefCall       *call,
             guint          rank,
             const gint64  *shape)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y;

  ref_require (ref_count (rank, shape) == x->n);
  y = ref_output (call, 0, x->dtype, rank, shape);
  if (x->n > 0)
    memcpy (y, x->values, (gsize) x->n * sizeof (gdouble));
}

static void
same (RefCall *call)
{
  copy_values (call, call->inputs[0].rank, call->inputs[0].shape);
}

/* The last axes of x replaced */
static guint
replaced_shape (const RefArray *x,
                const Shape    *by,
                gint64         *shape)
{
  guint n_kept = x->rank - by->n_old;

  ref_require (x->rank >= by->n_old);
  memcpy (shape, x->shape, n_kept * sizeof (gint64));
  memcpy (shape + n_kept, by->shape, by->rank * sizeof (gint64));
  return n_kept + by->rank;
}

static void
reshape (RefCall *call)
{
  gint64 shape[REEL_MAX_AXES];
  guint rank = replaced_shape (&call->inputs[0], call->attributes, shape);

  copy_values (call, rank, shape);
}

static void
broadcast_to (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  const Shape *by = call->attributes;
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  guint rank = replaced_shape (x, by, shape);
  guint n_kept = x->rank - by->n_old, n_new = rank - x->rank;
  RefArray wide = *x;
  gdouble *y;

  ref_require (by->n_old <= by->rank && rank <= REEL_MAX_RANK);
  wide.rank = rank;
  for (guint i = n_kept; i < rank; i++)
    {
      wide.shape[i] = i < n_kept + n_new ? 1 : x->shape[i - n_new];
      ref_require (wide.shape[i] == 1 || wide.shape[i] == shape[i]);
    }
  y = ref_output (call, 0, x->dtype, rank, shape);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    {
      y[i] = ref_broadcast (&wide, rank, at);
      (void) ref_next (rank, shape, at);
    }
}

static void
permute (RefCall *call)
{
  const struct { guint32 n; gint32 as_given; gint32 axes[]; } *permutation = call->attributes;
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  guint from[REEL_MAX_AXES];
  guint n_kept = x->rank - permutation->n;
  gdouble *y;

  ref_require (x->rank >= permutation->n);
  for (guint i = 0; i < x->rank; i++)
    {
      from[i] = i < n_kept ? i : from_front (permutation->axes[i - n_kept], x->rank);
      shape[i] = x->shape[from[i]];
    }
  y = ref_output (call, 0, x->dtype, x->rank, shape);
  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 source[REEL_MAX_AXES];

      for (guint k = 0; k < x->rank; k++)
        source[from[k]] = at[k];
      y[i] = x->values[ref_flat (x->rank, x->shape, source)];
      (void) ref_next (x->rank, shape, at);
    }
}

static void
transpose (RefCall *call)
{
  const gint32 *axes = call->attributes;
  const RefArray *x = &call->inputs[0];
  guint a = from_front (axes[0], x->rank), b = from_front (axes[1], x->rank);
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gdouble *y;

  memcpy (shape, x->shape, sizeof shape);
  shape[a] = x->shape[b];
  shape[b] = x->shape[a];
  y = ref_output (call, 0, x->dtype, x->rank, shape);
  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 source[REEL_MAX_AXES];

      memcpy (source, at, sizeof source);
      source[a] = at[b];
      source[b] = at[a];
      y[i] = x->values[ref_flat (x->rank, x->shape, source)];
      (void) ref_next (x->rank, shape, at);
    }
}

static void
flatten (RefCall *call)
{
  const gint32 *axes = call->attributes;
  const RefArray *x = &call->inputs[0];
  guint first = (guint) (axes[0] + (gint32) MAX (x->rank, 1));
  guint last = (guint) (axes[1] + (gint32) MAX (x->rank, 1));
  gint64 shape[REEL_MAX_AXES] = { 0 };
  guint rank = 0;

  for (guint i = 0; i < MAX (x->rank, 1); i++)
    {
      gint64 size = i < x->rank ? x->shape[i] : 1;

      if (i > first && i <= last)
        shape[rank - 1] *= size;
      else
        shape[rank++] = size;
    }
  copy_values (call, rank, shape);
}

static void
squeeze (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES];
  guint rank = 0;

  for (guint i = 0; i < x->rank; i++)
    if (x->shape[i] != 1 || !has_axis (call->attributes, i, x->rank))
      shape[rank++] = x->shape[i];
  copy_values (call, rank, shape);
}

static void
unsqueeze (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  guint axis = from_front (*(const gint32 *) call->attributes, x->rank + 1);
  gint64 shape[REEL_MAX_AXES];

  for (guint i = 0; i <= x->rank; i++)
    shape[i] = i < axis ? x->shape[i] : i == axis ? 1 : x->shape[i - 1];
  copy_values (call, x->rank + 1, shape);
}

/* Elements start, start + step, ... of an axis, as output k */
static void
take_range (RefCall *call,
            guint    k,
            guint    axis,
            gint64   start,
            gint64   step,
            gint64   length)
{
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gdouble *y;

  if (length > 0)
    ref_require (start >= 0 && start + (length - 1) * step < x->shape[axis]);
  memcpy (shape, x->shape, sizeof shape);
  shape[axis] = length;
  y = ref_output (call, k, x->dtype, x->rank, shape);
  for (gint64 i = 0; i < call->outputs[k].n; i++)
    {
      gint64 source[REEL_MAX_AXES];

      memcpy (source, at, sizeof source);
      source[axis] = start + at[axis] * step;
      y[i] = x->values[ref_flat (x->rank, x->shape, source)];
      (void) ref_next (x->rank, shape, at);
    }
}

static void
drop_axis (RefArray *array,
           guint     axis)
{
  memmove (array->shape + axis, array->shape + axis + 1,
           (array->rank - axis - 1) * sizeof (gint64));
  array->rank--;
}

static void
slice (RefCall *call)
{
  const struct
  {
    gint32 axis;
    gint32 padding;
    gint64 start;
    gint64 stop;
    gint64 step;
  } *range = call->attributes;
  guint axis = from_front (range->axis, call->inputs[0].rank);
  gint64 size = call->inputs[0].shape[axis];
  gint64 start = range->start < 0 ? range->start + size : range->start;
  gint64 stop = range->stop < 0 ? range->stop + size : range->stop;
  gint64 length = 0;

  /* as Python does */
  if (range->step > 0)
    for (start = MAX (start, 0); start + length * range->step < MIN (stop, size);)
      length++;
  else
    for (start = MIN (start, size - 1); start + length * range->step > MAX (stop, -1);)
      length++;
  take_range (call, 0, axis, start, range->step, length);
}

static void
narrow (RefCall *call)
{
  const struct
  {
    gint32 axis;
    gint32 padding;
    gint64 start;
    gint64 length;
  } *range = call->attributes;
  guint axis = from_front (range->axis, call->inputs[0].rank);

  ref_require (range->start >= 0 && range->length >= 0 &&
               range->start + range->length <= call->inputs[0].shape[axis]);
  take_range (call, 0, axis, range->start, 1, range->length);
}

static void
select_ (RefCall *call)
{
  const struct
  {
    gint32 axis;
    gint32 padding;
    gint64 index;
  } *which = call->attributes;
  guint axis = from_front (which->axis, call->inputs[0].rank);

  take_range (call, 0, axis, which->index, 1, 1);
  drop_axis (&call->outputs[0], axis);
}

static void
split (RefCall *call)
{
  const struct
  {
    gint32 axis;
    guint32 n_sizes;
    gint64 sizes[];
  } *parts = call->attributes;
  gint64 start = 0;

  for (guint k = 0; k < parts->n_sizes; k++)
    {
      take_range (call, k, from_front (parts->axis, call->inputs[0].rank), start, 1,
                  parts->sizes[k]);
      start += parts->sizes[k];
    }
  ref_require (start == call->inputs[0].shape[from_front (parts->axis, call->inputs[0].rank)]);
}

static void
unbind (RefCall *call)
{
  guint axis = from_front (*(const gint32 *) call->attributes, call->inputs[0].rank);

  ref_require (call->inputs[0].shape[axis] == call->n_outputs);
  for (guint k = 0; k < call->n_outputs; k++)
    {
      take_range (call, k, axis, k, 1, 1);
      drop_axis (&call->outputs[k], axis);
    }
}

static void
flip (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 source[REEL_MAX_AXES];

      for (guint k = 0; k < x->rank; k++)
        source[k] = has_axis (call->attributes, k, x->rank) ? x->shape[k] - 1 - at[k] : at[k];
      y[i] = x->values[ref_flat (x->rank, x->shape, source)];
      (void) ref_next (x->rank, x->shape, at);
    }
}

static void
diagonal (RefCall *call)
{
  const struct
  {
    gint32 row_axis;
    gint32 column_axis;
    gint64 offset;
  } *which = call->attributes;
  const RefArray *x = &call->inputs[0];
  guint row = from_front (which->row_axis, x->rank);
  guint column = from_front (which->column_axis, x->rank);
  gint64 first_row = MAX (-which->offset, 0), first_column = MAX (which->offset, 0);
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  guint n = 0;
  gdouble *y;

  for (guint i = 0; i < x->rank; i++)
    if (i != row && i != column)
      shape[n++] = x->shape[i];
  shape[n] = MAX (0, MIN (x->shape[row] - first_row, x->shape[column] - first_column));
  y = ref_output (call, 0, x->dtype, n + 1, shape);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    {
      gint64 source[REEL_MAX_AXES];
      guint k = 0;

      for (guint axis = 0; axis < x->rank; axis++)
        source[axis] = axis == row ? first_row + at[n]
                                   : axis == column ? first_column + at[n] : at[k++];
      y[i] = x->values[ref_flat (x->rank, x->shape, source)];
      (void) ref_next (n + 1, shape, at);
    }
}

static void
triangle (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gint64 k = *(const gint64 *) call->attributes;
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  ref_require (x->rank >= 2);
  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 above = at[x->rank - 1] - at[x->rank - 2];

      if (g_str_equal (call->name, "tril") ? above <= k : above >= k)
        y[i] = x->values[i];
      (void) ref_next (x->rank, x->shape, at);
    }
}

/* Copies input k into the output from `start` on along an axis. */
static void
put_range (RefCall        *call,
           const RefArray *x,
           guint           axis,
           gint64          start)
{
  RefArray *out = &call->outputs[0];
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 target[REEL_MAX_AXES];

      memcpy (target, at, sizeof target);
      target[axis] += start;
      out->values[ref_flat (out->rank, out->shape, target)] = x->values[i];
      (void) ref_next (x->rank, x->shape, at);
    }
}

static void
concat (RefCall *call)
{
  const RefArray *first = &call->inputs[0];
  guint axis = from_front (*(const gint32 *) call->attributes, first->rank);
  gint64 shape[REEL_MAX_AXES];
  gint64 start = 0;

  memcpy (shape, first->shape, sizeof shape);
  for (guint k = 1; k < call->n_inputs; k++)
    {
      const RefArray *x = &call->inputs[k];

      ref_require (x->rank == first->rank);
      for (guint i = 0; i < x->rank; i++)
        ref_require (i == axis || x->shape[i] == first->shape[i]);
      shape[axis] += x->shape[axis];
    }
  (void) ref_output (call, 0, first->dtype, first->rank, shape);
  for (guint k = 0; k < call->n_inputs; k++)
    {
      put_range (call, &call->inputs[k], axis, start);
      start += call->inputs[k].shape[axis];
    }
}

static void
stack (RefCall *call)
{
  const RefArray *first = &call->inputs[0];
  guint axis = from_front (*(const gint32 *) call->attributes, first->rank + 1);
  RefArray with_axis = *first;

  memmove (with_axis.shape + axis + 1, with_axis.shape + axis,
           (first->rank - axis) * sizeof (gint64));
  with_axis.shape[axis] = call->n_inputs;
  with_axis.rank++;
  (void) ref_output (call, 0, first->dtype, with_axis.rank, with_axis.shape);
  with_axis.shape[axis] = 1;
  for (guint k = 0; k < call->n_inputs; k++)
    {
      ref_require_same_shape (&call->inputs[k], first);
      with_axis.values = call->inputs[k].values;
      put_range (call, &with_axis, axis, k);
    }
}

static void
cast (RefCall *call)
{
  ReelDType dtype = (ReelDType) *(const guint32 *) call->attributes;
  const RefArray *x = &call->inputs[0];
  gdouble *y = ref_output (call, 0, dtype, x->rank, x->shape);

  for (gint64 i = 0; i < x->n; i++)
    y[i] = dtype == REEL_BOOL ? x->values[i] != 0
                              : reel_dtype_is_floating (dtype) ? x->values[i]
                                                               : trunc (x->values[i]);
}

/* x repeated along axes of the result */
static void
spread (RefCall *call)
{
  const struct
  {
    Axes axes;
    gint64 sizes[REEL_MAX_AXES];
  } *attributes = call->attributes;
  const Axes *axes = &attributes->axes;
  const RefArray *x = &call->inputs[0];
  guint rank = x->rank + (axes->keep ? 0 : axes->n);
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  guint from = 0, k = 0;
  gdouble *y;

  for (guint i = 0; i < rank; i++)
    if (has_axis (axes, i, rank))
      {
        shape[i] = attributes->sizes[k++];
        ref_require (!axes->keep || x->shape[from] == 1);
        from += axes->keep ? 1 : 0;
      }
    else
      {
        shape[i] = x->shape[from++];
      }
  y = ref_output (call, 0, x->dtype, rank, shape);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    {
      gint64 source = 0;

      for (guint axis = 0; axis < rank; axis++)
        if (!has_axis (axes, axis, rank))
          source = source * shape[axis] + at[axis];
      y[i] = x->values[source];
      (void) ref_next (rank, shape, at);
    }
}

const Reference ref_shapes[] = {
  { "reshape", reshape }, { "permute", permute }, { "flatten", flatten },
  { "transpose", transpose }, { "narrow", narrow }, { "expand", broadcast_to },
  { "broadcast_to", broadcast_to },
  { "squeeze", squeeze }, { "unsqueeze", unsqueeze }, { "slice", slice },
  { "select", select_ }, { "flip", flip }, { "diagonal", diagonal }, { "tril", triangle },
  { "triu", triangle }, { "concat", concat }, { "stack", stack }, { "split", split },
  { "unbind", unbind }, { "contiguous", same }, { "cast", cast }, { "spread", spread },
  { NULL, NULL }
};
