/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-dtype.h>

/* Matrix products through CBLAS. Strides are in elements. */

typedef struct
{
  gconstpointer data;
  gint64 row_stride;
  gint64 column_stride;
} ReelMatrix;

/* Whether BLAS can take a matrix as it lies, transposed or not. */
gboolean _reel_gemm_takes (gint64 n_rows,
                           gint64 n_columns,
                           gint64 row_stride,
                           gint64 column_stride);

/* c = a b + beta c for each of n_batches; a is [m, k], b [k, n], c [m, n] and
 * contiguous, and the batch strides lead from one to the next. beta is 0 or 1.
 * Every size fits a BLAS integer. Split over threads by shape alone. */
void _reel_gemm (ReelDType         dtype,
                 gint64            n_batches,
                 gint64            m,
                 gint64            n,
                 gint64            k,
                 const ReelMatrix *a,
                 const gint64     *a_offsets,
                 const ReelMatrix *b,
                 const gint64     *b_offsets,
                 gpointer          c,
                 gint              beta);
