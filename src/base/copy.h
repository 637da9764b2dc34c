/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

/* How an operation on operands of one shape becomes loops: axes that can be one
 * are merged, those of size 1 dropped, so that the last is the longest run. */
#define REEL_LOOP_OPERANDS 4

typedef struct
{
  guint rank;                   /* at least 1 */
  guint n_operands;
  gint64 n_outer;               /* runs: the product of all sizes but the last */
  gint64 shape[REEL_MAX_AXES];
  gint64 strides[REEL_LOOP_OPERANDS][REEL_MAX_AXES];    /* in elements */
} ReelLoop;

/* strides[k]: the strides of operand k along `shape`, 0 where it is broadcast. */
void _reel_loop_init (ReelLoop            *loop,
                      guint                rank,
                      const gint64        *shape,
                      guint                n_operands,
                      const gint64 *const *strides);

/* The offsets, in elements, at which run number `outer` begins. */
void _reel_loop_offsets (const ReelLoop *loop,
                         gint64          outer,
                         gint64         *offsets);

/* From one run to the next; `index` holds shape's outer indices, 0 at first. */
static inline void
_reel_loop_next (const ReelLoop *loop,
                 gint64         *index,
                 gint64         *offsets)
{
  for (guint axis = loop->rank - 1; axis-- > 0;)
    {
      if (++index[axis] < loop->shape[axis])
        {
          for (guint k = 0; k < loop->n_operands; k++)
            offsets[k] += loop->strides[k][axis];
          return;
        }
      index[axis] = 0;
      for (guint k = 0; k < loop->n_operands; k++)
        offsets[k] -= loop->strides[k][axis] * (loop->shape[axis] - 1);
    }
}

/* Splits a run number into the outer indices. */
void _reel_loop_index (const ReelLoop *loop,
                       gint64          outer,
                       gint64         *index);

/* Copies n elements of a size (1, 4 or 8 bytes) between strides in elements. */
void _reel_copy_run (gsize         element_size,
                     gint64        n,
                     gpointer      destination,
                     gint64        destination_stride,
                     gconstpointer source,
                     gint64        source_stride);

/* Copies between arrays of one dtype; source is broadcast to destination's shape.
 * They must not overlap. */
void _reel_copy_array (const ReelArray *destination,
                       const ReelArray *source);
