/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/gemm.h"
#include "kernels/parallel.h"

#include <cblas.h>
#include <string.h>

#ifdef HAVE_OPENBLAS_GET_NUM_THREADS
int openblas_get_num_threads (void);
#endif

/* Multiplications a part has at least: below, the packing that BLAS does for each
 * call anew would cost more than a second thread gains. */
#define PART_WORK (6 * 1024 * 1024)
/* Parts are whole blocks of BLAS's inner kernels. */
#define PART_ALIGN 32

typedef struct
{
  ReelDType dtype;
  gint64 m, n, k;
  const ReelMatrix *a;
  const gint64 *a_offsets;
  const ReelMatrix *b;
  const gint64 *b_offsets;
  gchar *c;
  gint beta;
  gboolean split_rows;
  gint64 part_size;
  gint64 n_parts;               /* a batch */
} Product;

gboolean
_reel_gemm_takes (gint64 n_rows,
                  gint64 n_columns,
                  gint64 row_stride,
                  gint64 column_stride)
{
  /* BLAS counts in int. The stride of a single row or column is not used. */
  if ((n_rows > 1 && row_stride > G_MAXINT32) ||
      (n_columns > 1 && column_stride > G_MAXINT32))
    return FALSE;
  return (column_stride == 1 && row_stride >= MAX (n_columns, 1)) ||
         (row_stride == 1 && column_stride >= MAX (n_rows, 1)) ||
         (n_columns == 1 && row_stride >= 1) || (n_rows == 1 && column_stride >= 1);
}

/* How BLAS is told of a matrix: transposed or not, and its leading dimension. */
static CBLAS_TRANSPOSE
layout (const ReelMatrix *matrix,
        gint64            n_rows,
        gint64            n_columns,
        gint             *leading)
{
  gboolean by_rows = matrix->column_stride == 1 && matrix->row_stride >= n_columns;

  if (!by_rows && !(matrix->row_stride == 1 && matrix->column_stride >= n_rows))
    /* A single row or column: the stride that is not used may be anything. */
    by_rows = n_columns == 1;
  if (by_rows)
    *leading = (gint) MAX (n_rows == 1 ? n_columns : matrix->row_stride, 1);
  else
    *leading = (gint) MAX (n_columns == 1 ? n_rows : matrix->column_stride, 1);
  return by_rows ? CblasNoTrans : CblasTrans;
}

static void
matrix_vector (ReelDType         dtype,
               const ReelMatrix *matrix,
               gint64            n_rows,
               gint64            n_columns,
               gconstpointer     x,
               gint64            x_stride,
               gpointer          y,
               gint              beta)
{
  gint leading;
  CBLAS_TRANSPOSE transpose = layout (matrix, n_rows, n_columns, &leading);
  /* A stride that is not used may be 0, which BLAS refuses. */
  gint step = (gint) (n_columns == 1 ? 1 : x_stride);
  gint rows = (gint) (transpose == CblasNoTrans ? n_rows : n_columns);
  gint columns = (gint) (transpose == CblasNoTrans ? n_columns : n_rows);

  if (dtype == REEL_F32)
    cblas_sgemv (CblasRowMajor, transpose, rows, columns, 1, matrix->data, leading, x,
                 step, (gfloat) beta, y, 1);
  else
    cblas_dgemv (CblasRowMajor, transpose, rows, columns, 1, matrix->data, leading, x,
                 step, beta, y, 1);
}

static void
product_part (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  const Product *p = data;
  gint64 size = (gint64) reel_dtype_get_size (p->dtype);
  gint64 batch = begin / p->n_parts;
  gint64 first = begin % p->n_parts * p->part_size;
  gint64 m = p->split_rows ? MIN (p->part_size, p->m - first) : p->m;
  gint64 n = p->split_rows ? p->n : MIN (p->part_size, p->n - first);
  ReelMatrix a = *p->a, b = *p->b;
  gchar *c = p->c + batch * p->m * p->n * size;
  gint lda, ldb;

  a.data = (const gchar *) a.data + p->a_offsets[batch] * size;
  b.data = (const gchar *) b.data + p->b_offsets[batch] * size;
  if (p->split_rows)
    {
      a.data = (const gchar *) a.data + first * a.row_stride * size;
      c += first * p->n * size;
    }
  else
    {
      b.data = (const gchar *) b.data + first * b.column_stride * size;
      c += first * size;
    }

  if (p->n == 1 && p->k > 0)
    {
      matrix_vector (p->dtype, &a, m, p->k, b.data, b.row_stride, c, p->beta);
      return;
    }
  if (p->m == 1)
    {
      ReelMatrix transposed = { b.data, b.column_stride, b.row_stride };

      matrix_vector (p->dtype, &transposed, n, p->k, a.data, a.column_stride, c, p->beta);
      return;
    }
  {
    CBLAS_TRANSPOSE transpose_a = layout (&a, m, p->k, &lda);
    CBLAS_TRANSPOSE transpose_b = layout (&b, p->k, n, &ldb);

    if (p->dtype == REEL_F32)
      cblas_sgemm (CblasRowMajor, transpose_a, transpose_b, (gint) m, (gint) n,
                   (gint) p->k, 1, a.data, lda, b.data, ldb, (gfloat) p->beta,
                   (gpointer) c, (gint) p->n);
    else
      cblas_dgemm (CblasRowMajor, transpose_a, transpose_b, (gint) m, (gint) n,
                   (gint) p->k, 1, a.data, lda, b.data, ldb, p->beta, (gpointer) c,
                   (gint) p->n);
  }
}

/* BLAS with threads of its own must not be called from ours. */
static gboolean
blas_is_single_threaded (void)
{
#ifdef HAVE_OPENBLAS_GET_NUM_THREADS
  return openblas_get_num_threads () == 1;
#else
  return FALSE;
#endif
}

void
_reel_gemm (ReelDType         dtype,
            gint64            n_batches,
            gint64            m,
            gint64            n,
            gint64            k,
            const ReelMatrix *a,
            const gint64     *a_offsets,
            const ReelMatrix *b,
            const gint64     *b_offsets,
            gpointer          c,
            gint              beta)
{
  Product product = { dtype, m, n, k, a, a_offsets, b, b_offsets, c, beta, FALSE, 0, 1 };
  gint64 total, longest;
  gdouble work = (gdouble) m * (gdouble) n * (gdouble) k;

  if (n_batches == 0 || m == 0 || n == 0)
    return;
  if (k == 0)
    {
      if (beta == 0)
        memset (c, 0, (gsize) (n_batches * m * n) * reel_dtype_get_size (dtype));
      return;
    }
  /* Shape alone says how the work is split, so that the bits do too. */
  product.split_rows = m >= n;
  longest = product.split_rows ? m : n;
  product.part_size = longest;
  if (work >= 2.0 * PART_WORK)
    {
      gint64 n_parts = (gint64) MIN (work / PART_WORK, 64.0);

      product.part_size = (longest + n_parts - 1) / n_parts;
      product.part_size = (product.part_size + PART_ALIGN - 1) / PART_ALIGN * PART_ALIGN;
    }
  product.n_parts = (longest + product.part_size - 1) / product.part_size;
  total = n_batches * product.n_parts;
  /* Small products in a batch are not worth a thread each, nor one BLAS call. */
  if (total > 1 && work * (gdouble) n_batches >= PART_WORK && blas_is_single_threaded ())
    _reel_parallel_for (total, 1, product_part, &product);
  else
    for (gint64 i = 0; i < total; i++)
      product_part (i, i, i + 1, &product);
}
