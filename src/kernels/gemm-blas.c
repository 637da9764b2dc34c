/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/gemm.h"

/* Products by a CBLAS, where the library was configured with one. */

#ifdef HAVE_CBLAS

#include "base/copy.h"

#include <cblas.h>

/* How BLAS is told of a matrix: transposed or not, and its leading dimension. FALSE
 * where it cannot take the matrix as it lies. */
static gboolean
layout (gint64           n_rows,
        gint64           n_columns,
        gint64           row_stride,
        gint64           column_stride,
        CBLAS_TRANSPOSE *transpose,
        gint            *leading)
{
  gint64 stride;

  /* The stride of a single row or column is not used. */
  if (n_rows == 1)
    row_stride = MAX (n_columns, row_stride);
  if (n_columns == 1)
    column_stride = MAX (n_rows, column_stride);
  *transpose = column_stride == 1 && row_stride >= n_columns ? CblasNoTrans : CblasTrans;
  if (*transpose == CblasTrans && !(row_stride == 1 && column_stride >= n_rows))
    return FALSE;
  stride = *transpose == CblasNoTrans ? row_stride : column_stride;
  *leading = (gint) MIN (stride, G_MAXINT32);
  return stride <= G_MAXINT32;
}

gboolean
_reel_gemm_blas (ReelDType              dtype,
                 const ReelProductPart *part)
{
  const gsize size = reel_dtype_get_size (dtype);
  const gint beta = part->accumulate || part->bias != NULL;
  const gint m = (gint) part->m, n = (gint) part->n, k = (gint) part->k;
  CBLAS_TRANSPOSE transpose_a, transpose_b;
  gint lda, ldb;
  gconstpointer a;

  if (!reel_dtype_is_floating (dtype) || part->a.n_axes != 1 ||
      MAX (MAX (part->m, part->n), MAX (part->k, part->c_stride)) > G_MAXINT32 ||
      !layout (part->m, part->k, part->a.strides[0], part->a_k_stride, &transpose_a, &lda) ||
      !layout (part->k, part->n, part->b_k_stride, part->b_column_stride, &transpose_b, &ldb))
    return FALSE;
  a = (const gchar *) part->a.data + _reel_row_offset (&part->a, 0) * (gint64) size;
  if (part->bias != NULL)
    for (gint64 i = 0; i < part->m; i++)
      _reel_copy_run (size, part->n, (gchar *) part->c + (gsize) (i * part->c_stride) * size,
                      1, part->bias, 1);
  if (dtype == REEL_F32)
    cblas_sgemm (CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, lda, part->b, ldb,
                 (gfloat) beta, part->c, (gint) part->c_stride);
  else
    cblas_dgemm (CblasRowMajor, transpose_a, transpose_b, m, n, k, 1, a, lda, part->b, ldb,
                 beta, part->c, (gint) part->c_stride);
  return TRUE;
}

#endif
