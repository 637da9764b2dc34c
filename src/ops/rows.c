/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/shape.h"
#include "kernels/parallel.h"
#include "ops/rows.h"

#define FEW 4

/* Elements that a part of a copy has */
#define COPY_GRAIN 65536

static gsize
round_up (gsize n_bytes)
{
  return (n_bytes + 63) & ~(gsize) 63;
}

guint32
_reel_axes_mask (const ReelAxes *axes,
                 guint           rank)
{
  guint32 mask = 0;

  for (guint i = 0; i < axes->n; i++)
    mask |= (guint32) 1 << ((gint32) rank + axes->axes[i]);
  return mask;
}

void
_reel_rows_init (ReelRows        *self,
                 const ReelArray *array,
                 guint            rank,
                 const gint64    *shape,
                 const ReelAxes  *axes)
{
  guint32 mask = _reel_axes_mask (axes, rank);
  gint64 strides[REEL_MAX_AXES];
  guint n = 0, n_kept = 0;

  _reel_shape_broadcast_strides (array, rank, shape, strides);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < rank; i++)
      {
        if ((mask >> i & 1) != pass)
          continue;
        self->shape[n] = shape[i];
        self->strides[n++] = strides[i];
        n_kept += pass == 0 ? 1 : 0;
      }
  self->n_rows = _reel_shape_product (n_kept, self->shape);
  self->n = _reel_shape_product (rank - n_kept, self->shape + n_kept);
  self->array.data = array->data;
  self->array.dtype = array->dtype;
  self->array.rank = rank;
  self->array.shape = self->shape;
  self->array.strides = self->strides;
  self->packed = _reel_shape_is_contiguous (rank, self->shape, self->strides);
  self->n_bytes = round_up ((gsize) self->n_rows * (gsize) self->n *
                            reel_dtype_get_size (array->dtype));
}

typedef struct
{
  const ReelArray *array;
  gchar *packed;
  gint64 n;                     /* elements for each of the first axis */
  gboolean back;
} Copy;

static void
copy_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const Copy *copy = data;
  gint64 size = (gint64) reel_dtype_get_size (copy->array->dtype);
  gint64 shape[REEL_MAX_AXES], strides[REEL_MAX_AXES];
  ReelArray array = *copy->array;
  ReelArray packed = array;

  for (guint i = 0; i < array.rank; i++)
    shape[i] = array.shape[i];
  shape[0] = end - begin;
  _reel_shape_contiguous_strides (array.rank, shape, strides);
  array.shape = shape;
  array.data = (gchar *) array.data + begin * array.strides[0] * size;
  packed.shape = shape;
  packed.strides = strides;
  packed.data = copy->packed + begin * copy->n * size;
  if (copy->back)
    _reel_copy_array (&array, &packed);
  else
    _reel_copy_array (&packed, &array);
}

static void
copy_rows (const ReelArray *array,
           gpointer         packed,
           gboolean         back)
{
  Copy copy = { array, packed, 1, back };

  for (guint i = 1; i < array->rank; i++)
    copy.n *= array->shape[i];
  if (array->rank == 0)
    memcpy (back ? array->data : packed, back ? packed : array->data,
            reel_dtype_get_size (array->dtype));
  else if (copy.n > 0)
    _reel_parallel_for (array->shape[0], MAX (1, COPY_GRAIN / copy.n), copy_part, &copy);
}

void
_reel_rows_pack (const ReelArray *source,
                 gpointer         destination)
{
  copy_rows (source, destination, FALSE);
}

void
_reel_rows_unpack (gconstpointer    source,
                   const ReelArray *destination)
{
  copy_rows (destination, (gpointer) source, TRUE);
}

gboolean
_reel_infer_rows (ReelInfer *infer,
                  ReelAxes  *axes,
                  GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  gint64 n_elements;
  ReelArray array;
  ReelRows rows;

  if (!_reel_infer_broadcast (infer, error) ||
      !_reel_check_floating (infer, 0, error) ||
      !_reel_infer_axes (axes, spec->rank, error) ||
      !_reel_shape_count (spec->rank, spec->shape, sizeof (gint64), &n_elements, NULL, error))
    return FALSE;
  for (guint i = 0; i <= infer->n_inputs; i++)
    {
      if (i < infer->n_inputs)
        {
          array = infer->inputs[i];
        }
      else
        {
          _reel_shape_contiguous_strides (spec->rank, spec->shape, spec->strides);
          array.data = NULL;
          array.dtype = spec->dtype;
          array.rank = spec->rank;
          array.shape = spec->shape;
          array.strides = spec->strides;
        }
      _reel_rows_init (&rows, &array, spec->rank, spec->shape, axes);
      if (!rows.packed)
        infer->workspace_size += rows.n_bytes;
    }
  return TRUE;
}

typedef struct
{
  const ReelKernelCall *call;
  ReelRowsFunc func;
  gconstpointer *inputs;
  gchar *output;
  gint64 n;
  gint64 size;
} RowsRun;

static void
rows_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const RowsRun *run = data;
  gint64 offset = begin * run->n * run->size;
  gconstpointer few[FEW];
  g_autofree gconstpointer *many = NULL;
  gconstpointer *inputs = few;

  if (run->call->n_inputs > FEW)
    inputs = many = g_new (gconstpointer, run->call->n_inputs);
  for (guint i = 0; i < run->call->n_inputs; i++)
    inputs[i] = (const gchar *) run->inputs[i] + offset;
  run->func (run->call, end - begin, run->n, inputs, run->output + offset, NULL);
}

gboolean
_reel_rows_run (const ReelKernelCall *call,
                const ReelAxes       *axes,
                ReelRowsFunc          func,
                gsize                 scratch_size,
                GError              **error)
{
  const ReelArray *out = &call->outputs[0];
  gchar *workspace = call->workspace;
  gconstpointer few[FEW];
  g_autofree gconstpointer *many = NULL;
  RowsRun run = { .call = call, .func = func, .inputs = few };
  ReelRows rows;

  if (call->n_inputs > FEW)
    run.inputs = many = g_new (gconstpointer, call->n_inputs);
  run.size = (gint64) reel_dtype_get_size (out->dtype);
  for (guint i = 0; i < call->n_inputs; i++)
    {
      _reel_rows_init (&rows, &call->inputs[i], out->rank, out->shape, axes);
      run.inputs[i] = rows.array.data;
      if (rows.packed)
        continue;
      _reel_rows_pack (&rows.array, workspace);
      run.inputs[i] = workspace;
      workspace += rows.n_bytes;
    }
  _reel_rows_init (&rows, out, out->rank, out->shape, axes);
  run.n = rows.n;
  run.output = rows.packed ? out->data : workspace;
  if (!rows.packed)
    workspace += rows.n_bytes;
  if (rows.n_rows == 0 || rows.n == 0)
    return TRUE;

  if (scratch_size > 0)
    func (call, rows.n_rows, rows.n, run.inputs, run.output, workspace);
  else
    _reel_parallel_for (rows.n_rows, MAX (1, REEL_GRAIN / rows.n), rows_part, &run);

  if (!rows.packed)
    _reel_rows_unpack (run.output, &rows.array);
  return TRUE;
}
