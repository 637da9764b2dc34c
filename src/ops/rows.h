/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Operands as rows: the axes that an op works along are brought last, so that a
 * kernel sees n_rows rows of n elements side by side. What does not lie that way is
 * copied into the workspace. */

#include "ops/ops-private.h"

typedef struct
{
  ReelArray array;              /* the axes permuted: kept ones, then `axes` */
  gint64 shape[REEL_MAX_AXES];
  gint64 strides[REEL_MAX_AXES];
  gint64 n_rows;
  gint64 n;
  gsize n_bytes;                /* room for a copy, a multiple of 64 */
  gboolean packed;              /* it lies as rows already */
} ReelRows;

/* Bit i: axis i from the front is one of `axes`. */
guint32 _reel_axes_mask (const ReelAxes *axes,
                         guint           rank);

/* `array` broadcast to a shape; `self` must stay where it is. */
void _reel_rows_init (ReelRows        *self,
                      const ReelArray *array,
                      guint            rank,
                      const gint64    *shape,
                      const ReelAxes  *axes);

/* Copies an array of any strides into contiguous memory, and back, on several
 * threads. */
void _reel_rows_pack   (const ReelArray *source,
                        gpointer         destination);
void _reel_rows_unpack (gconstpointer    source,
                        const ReelArray *destination);

/* Shape rule of an op of one output whose inputs broadcast to one shape, and which
 * works along axes: also sets the workspace that _reel_rows_run needs. */
gboolean _reel_infer_rows (ReelInfer *infer,
                           ReelAxes  *axes,
                           GError   **error);

/* Computes n_rows rows; inputs and output begin at the first of them. `scratch` is
 * what was asked for. */
typedef void (*ReelRowsFunc) (const ReelKernelCall *call,
                              gint64                n_rows,
                              gint64                n,
                              gconstpointer const  *inputs,
                              gpointer              output,
                              gpointer              scratch);

/* Runs `func` on all rows, parts of them on several threads, unless there is
 * scratch space, of `scratch_size` bytes behind the workspace of the shape rule:
 * then in one go. */
gboolean _reel_rows_run (const ReelKernelCall *call,
                         const ReelAxes       *axes,
                         ReelRowsFunc          func,
                         gsize                 scratch_size,
                         GError              **error);
