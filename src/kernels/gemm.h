/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/kernels.h"

#include <reel/reel-types.h>

/* Matrix products, for each of a batch:
 *   c = a b,  a[m, k], b[k, n], c[m, n]
 * plus a bias or what c held, if asked. Strides are in elements and may be
 * anything; c is contiguous, the batch outermost. Floats add with one rounding where
 * the instruction set can, integers wrap.
 *
 * An element of c is the same bits whatever else is in the product: terms are
 * added in order, in blocks of k whose sums are added in order. Where m or n is 1 and
 * the matrix is contiguous along k, lanes of a vector are summed side by side. */
typedef struct
{
  ReelDType dtype;
  gboolean accumulate;          /* c = c + a b; then there is no bias */

  guint n_batch_axes;
  const gint64 *batch_shape;
  const gint64 *a_batch_strides;
  const gint64 *b_batch_strides;

  /* The rows of a may lie along several axes; m is the product of their sizes. */
  guint n_row_axes;
  const gint64 *row_shape;
  const gint64 *a_row_strides;
  gint64 n, k;
  gint64 a_k_stride;
  gint64 b_k_stride;
  gint64 b_column_stride;
  gint64 bias_stride;           /* along n */

  gconstpointer a;
  gconstpointer b;
  gconstpointer bias;           /* or NULL */
  gpointer c;
} ReelProduct;

/* Split over threads. Never fails. */
void _reel_gemm (const ReelProduct *product);
/* The same with the kernels of one instruction set. */
void _reel_gemm_by (const ReelKernels *kernels,
                    const ReelProduct *product);

/* For the kernels: rows of a matrix, from `first` on. */
typedef struct
{
  gconstpointer data;
  guint n_axes;
  gint64 first;
  const gint64 *shape;
  const gint64 *strides;
} ReelRows;

/* How far row number i is from `data`, in elements. */
static inline gint64
_reel_row_offset (const ReelRows *rows,
                  gint64          i)
{
  gint64 offset = 0;

  i += rows->first;
  for (guint axis = rows->n_axes; axis-- > 1;)
    {
      offset += i % rows->shape[axis] * rows->strides[axis];
      i /= rows->shape[axis];
    }
  return rows->n_axes > 0 ? offset + i * rows->strides[0] : offset;
}

/* A block of c by one thread. */
struct _ReelProductPart
{
  gint64 m, n, k;
  ReelRows a;
  gint64 a_k_stride;
  gconstpointer b;
  gint64 b_k_stride;
  gint64 b_column_stride;
  gconstpointer bias;           /* in one piece along c, or NULL */
  gpointer c;
  gint64 c_stride;              /* from row to row */
  gboolean accumulate;
};

/* A thread's room for packed panels, of one size for all, aligned to 64 bytes and
 * freed with the thread; NULL where there is no memory, and then one panel at a time
 * is packed on the stack. */
#define REEL_GEMM_BUFFER_SIZE (1024 * 1024)
gpointer _reel_gemm_buffer (void);

/* By the CBLAS that the library was configured with; FALSE where it cannot. */
gboolean _reel_gemm_blas (ReelDType              dtype,
                          const ReelProductPart *part);
