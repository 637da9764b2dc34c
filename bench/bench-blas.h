/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A CBLAS to compare with, if this machine has one: the library that
 * REEL_BENCH_BLAS names, or OpenBLAS, BLIS, or the reference. */

#include <glib.h>

/* What cblas.h calls them */
#define BLAS_ROW_MAJOR 101
#define BLAS_AS_IS 111
#define BLAS_TRANSPOSED 112

#define BLAS_FUNCTIONS(name, type) \
  typedef void (*name##Gemm) (int order, int transpose_a, int transpose_b, int m, int n, \
                              int k, type alpha, const type *a, int lda, const type *b, \
                              int ldb, type beta, type *c, int ldc); \
  typedef void (*name##Gemv) (int order, int transpose, int m, int n, type alpha, \
                              const type *a, int lda, const type *x, int x_step, \
                              type beta, type *y, int y_step);
BLAS_FUNCTIONS (F32, gfloat)
BLAS_FUNCTIONS (F64, gdouble)
#undef BLAS_FUNCTIONS

typedef struct
{
  gchar name[64];               /* of the library, and of its kernels where it says so */
  F32Gemm sgemm;
  F64Gemm dgemm;
  F32Gemv sgemv;
  F64Gemv dgemv;
} BenchBlas;

/* NULL where there is none. */
const BenchBlas *bench_blas (void);
