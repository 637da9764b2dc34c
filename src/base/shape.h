/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Arithmetic of shapes, strides and axes. Sizes are checked for overflow. */

#include <reel/reel-error.h>
#include <reel/reel-types.h>

/* Inline, for what is asked for every value. */
static inline gboolean
_reel_dtype_is_floating (guint dtype)
{
  return dtype == REEL_F32 || dtype == REEL_F64;
}

/* The product of the sizes, and the bytes of that many elements. */
gboolean _reel_shape_count (guint         rank,
                            const gint64 *shape,
                            gsize         element_size,
                            gint64       *n_elements,
                            gsize        *n_bytes,
                            GError      **error);

/* The product of sizes of a tensor: 0 where one of them is, whatever the others are;
 * of some sizes of an empty tensor, which may be more than can be counted, no more
 * than G_MAXINT64. */
gint64 _reel_shape_product (guint         n_sizes,
                            const gint64 *sizes);

/* Row-major strides. */
void _reel_shape_contiguous_strides (guint         rank,
                                     const gint64 *shape,
                                     gint64       *strides);
gboolean _reel_shape_is_contiguous (guint         rank,
                                    const gint64 *shape,
                                    const gint64 *strides);
static inline gboolean
_reel_shape_equal (guint         rank_a,
                   const gint64 *a,
                   guint         rank_b,
                   const gint64 *b)
{
  if (rank_a != rank_b)
    return FALSE;
  for (guint i = 0; i < rank_a; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

/* "[2,3]"; to be freed */
gchar *_reel_shape_to_string (guint         rank,
                              const gint64 *shape);

/* Counts an axis from the front: -rank <= axis < rank, or an error. */
gboolean _reel_axis_from_front (gint64   axis,
                                guint    rank,
                                guint   *from_front,
                                GError **error);

/* NumPy's rule: aligned at the end, each pair equal or one of them 1. `shape` may
 * be one of the operands. FALSE where they do not fit. */
gboolean _reel_shape_broadcast (guint         rank_a,
                                const gint64 *a,
                                guint         rank_b,
                                const gint64 *b,
                                guint        *rank,
                                gint64       *shape);

/* The strides of an operand broadcast to a shape: 0 along repeated axes. */
void _reel_shape_broadcast_strides (const ReelArray *array,
                                    guint            rank,
                                    const gint64    *shape,
                                    gint64          *strides);

/* Strides that give `shape` on the same memory, as reshape needs; FALSE where
 * only a copy will do. */
gboolean _reel_shape_view_strides (guint         rank,
                                   const gint64 *shape,
                                   const gint64 *strides,
                                   guint         new_rank,
                                   const gint64 *new_shape,
                                   gint64       *new_strides);
