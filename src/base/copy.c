/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/shape.h"

#include <string.h>

void
_reel_loop_init (ReelLoop            *loop,
                 guint                rank,
                 const gint64        *shape,
                 guint                n_operands,
                 const gint64 *const *strides)
{
  guint n = 0;

  loop->n_operands = n_operands;
  for (guint i = 0; i < rank; i++)
    {
      gboolean merge = n > 0;

      if (shape[i] == 1)
        continue;
      for (guint k = 0; merge && k < n_operands; k++)
        merge = loop->strides[k][n - 1] == strides[k][i] * shape[i];
      if (merge)
        loop->shape[n - 1] *= shape[i];
      else
        loop->shape[n++] = shape[i];
      for (guint k = 0; k < n_operands; k++)
        loop->strides[k][n - 1] = strides[k][i];
    }
  if (n == 0)
    {
      loop->shape[0] = 1;
      for (guint k = 0; k < n_operands; k++)
        loop->strides[k][0] = 1;
      n = 1;
    }
  loop->rank = n;
  loop->n_outer = 1;
  for (guint i = 0; i + 1 < n; i++)
    loop->n_outer *= loop->shape[i];
}

void
_reel_loop_index (const ReelLoop *loop,
                  gint64          outer,
                  gint64         *index)
{
  for (guint axis = loop->rank - 1; axis-- > 0;)
    {
      index[axis] = outer % loop->shape[axis];
      outer /= loop->shape[axis];
    }
}

void
_reel_loop_offsets (const ReelLoop *loop,
                    gint64          outer,
                    gint64         *offsets)
{
  gint64 index[REEL_MAX_AXES];

  _reel_loop_index (loop, outer, index);
  for (guint k = 0; k < loop->n_operands; k++)
    {
      offsets[k] = 0;
      for (guint axis = 0; axis + 1 < loop->rank; axis++)
        offsets[k] += index[axis] * loop->strides[k][axis];
    }
}

#define COPY_RUN(type) \
  G_STMT_START { \
    type *d = destination; \
    const type *s = source; \
    for (gint64 i = 0; i < n; i++) \
      d[i * destination_stride] = s[i * source_stride]; \
  } G_STMT_END

void
_reel_copy_run (gsize         element_size,
                gint64        n,
                gpointer      destination,
                gint64        destination_stride,
                gconstpointer source,
                gint64        source_stride)
{
  if (n > 0 && destination_stride == 1 && source_stride == 1)
    {
      memcpy (destination, source, (gsize) n * element_size);
      return;
    }
  switch (element_size)
    {
    case 1:
      COPY_RUN (guint8);
      break;
    case 4:
      COPY_RUN (guint32);
      break;
    default:
      COPY_RUN (guint64);
      break;
    }
}

/* A transposed copy in tiles, so that both sides stay in cache. */
#define TILE 16

static void
copy_tiled (gsize    size,
            gint64   n_rows,
            gint64   n_columns,
            gchar   *destination,
            gint64   destination_row,
            gint64   destination_column,
            const gchar *source,
            gint64   source_row,
            gint64   source_column)
{
  for (gint64 i = 0; i < n_rows; i += TILE)
    for (gint64 j = 0; j < n_columns; j += TILE)
      for (gint64 r = i; r < MIN (i + TILE, n_rows); r++)
        _reel_copy_run (size, MIN (TILE, n_columns - j),
                        destination + (r * destination_row + j * destination_column) *
                        (gint64) size, destination_column,
                        source + (r * source_row + j * source_column) * (gint64) size,
                        source_column);
}

void
_reel_copy_array (const ReelArray *destination,
                  const ReelArray *source)
{
  gint64 source_strides[REEL_MAX_AXES];
  const gint64 *strides[2] = { destination->strides, source_strides };
  gsize size = reel_dtype_get_size (destination->dtype);
  gint64 offsets[2] = { 0, 0 };
  gint64 index[REEL_MAX_AXES] = { 0 };
  ReelLoop loop;
  guint last;

  for (guint i = 0; i < destination->rank; i++)
    if (destination->shape[i] == 0)
      return;
  _reel_shape_broadcast_strides (source, destination->rank, destination->shape,
                                 source_strides);
  _reel_loop_init (&loop, destination->rank, destination->shape, 2, strides);
  last = loop.rank - 1;

  if (loop.rank >= 2 && loop.strides[1][last] != 1 && loop.strides[1][last - 1] == 1)
    {
      /* The last two axes are a transposition; walk what is outside them. */
      gint64 n_rows = loop.shape[last - 1];

      for (gint64 outer = 0; outer < loop.n_outer; outer += n_rows)
        {
          _reel_loop_offsets (&loop, outer, offsets);
          copy_tiled (size, n_rows, loop.shape[last],
                      (gchar *) destination->data + offsets[0] * (gint64) size,
                      loop.strides[0][last - 1], loop.strides[0][last],
                      (const gchar *) source->data + offsets[1] * (gint64) size,
                      loop.strides[1][last - 1], loop.strides[1][last]);
        }
      return;
    }
  for (gint64 outer = 0; outer < loop.n_outer; outer++)
    {
      _reel_copy_run (size, loop.shape[last],
                      (gchar *) destination->data + offsets[0] * (gint64) size,
                      loop.strides[0][last],
                      (const gchar *) source->data + offsets[1] * (gint64) size,
                      loop.strides[1][last]);
      _reel_loop_next (&loop, index, offsets);
    }
}
