/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Loops over raw contiguous memory. They know nothing of tensors or tapes:
 * src/ops walks shapes and strides and hands them runs of elements.
 *
 * The same sources are compiled once per instruction set; _reel_kernels () picks
 * a table once, at run time. Within one table body and tail of a loop agree bit
 * for bit, and results do not depend on alignment. */

#include <reel/reel-dtype.h>

/* Not every loop that may be vectorised can be: libm has no vectors. (Here, since Clang
 * looks a warning's place up where a table was included first.) */
#if defined (__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* Elementwise loops are made of unary-table.h and binary-table.h. Which dtypes have one is
 * said there: floats all, integers some, bool the tests. */

/* out = f(a, b), out is bool */
#define REEL_COMPARE_LOOPS(X) \
  X (equal) X (not_equal) X (less) X (less_equal) X (greater) X (greater_equal) \
  X (logical_and) X (logical_or)

/* Reductions of rows: out[r] = f(x[r * n] .. x[r * n + n - 1]), n >= 0. An empty
 * row gives the neutral element (sum 0, prod 1, any 0, all 1; amax, amin -inf
 * and inf, logsumexp -inf); callers refuse what has none.
 *   sum, prod      the dtype of x, except i32, u8 and bool: out is i64
 *   amax, amin     the dtype of x; a NaN wins
 *   argmax, argmin out is i64; the first of equals; a NaN wins
 *   any, all       out is bool, x any dtype (non-zero, NaN too, is true)
 *   logsumexp      f32, f64; max -inf gives -inf, max inf gives inf
 *   count_equal is not here: ties of amax are counted by sum. */
#define REEL_REDUCE_LOOPS(X) \
  X (sum) X (prod) X (amax) X (amin) X (argmax) X (argmin) X (any) X (all) \
  X (logsumexp)

typedef enum
{
#define UNARY_X(function, name, ...) REEL_UNARY_##name,
#define UNARY_Y(function, name, ...) REEL_UNARY_##name,
#define UNARY_LINEAR(function, name, ...) REEL_UNARY_##name,
#define UNARY_FLAT(function, name, ...) REEL_UNARY_##name,
#define UNARY_TEST(function, name, ...) REEL_UNARY_##name,
#include "kernels/unary-table.h"
  REEL_N_UNARY
} ReelUnaryId;

/* x̄ = slope (v) · ȳ of what has one */
typedef enum
{
#define UNARY_X(function, name, ...) REEL_SLOPE_##name,
#define UNARY_Y(function, name, ...) REEL_SLOPE_##name,
#include "kernels/unary-table.h"
  REEL_N_SLOPE
} ReelSlopeId;

typedef enum
{
#define BINARY(function, name, ...) REEL_BINARY_##name,
#include "kernels/binary-table.h"
  REEL_BINARY_add_scaled,       /* a + parameter b, floats only */
  REEL_N_BINARY
} ReelBinaryId;

/* The rows as C text, in the language of math-f32.h and math-f64.h: for what writes C of
 * chains of ops. */
typedef struct
{
  const gchar *value;           /* of x, or of a and b, and of the numbers p and q */
  const gchar *slope;           /* of g, v and the numbers; NULL: no row says one */
  gboolean slope_of_output;     /* v is y, not x */
} ReelExpression;

extern const ReelExpression _reel_unary_expressions[REEL_N_UNARY];
extern const ReelExpression _reel_binary_expressions[REEL_N_BINARY];

#define REEL_LOOP_ID(prefix, name) REEL_##prefix##_##name,
#define X(name) REEL_LOOP_ID (COMPARE, name)
typedef enum { REEL_COMPARE_LOOPS (X) REEL_N_COMPARE } ReelCompareId;
#undef X
#define X(name) REEL_LOOP_ID (REDUCE, name)
typedef enum { REEL_REDUCE_LOOPS (X) REEL_N_REDUCE } ReelReduceId;
#undef X

/* y may be x. */
typedef void (*ReelUnaryLoop)  (gint64         n,
                                gconstpointer  x,
                                gpointer       y,
                                const gdouble *parameters);
/* a_stride and b_stride are 1, or 0 for one element used n times. out may be a
 * or b where that one's stride is 1. For slopes a is ȳ and b is v. */
typedef void (*ReelBinaryLoop) (gint64         n,
                                gconstpointer  a,
                                gint64         a_stride,
                                gconstpointer  b,
                                gint64         b_stride,
                                gpointer       out,
                                const gdouble *parameters);
/* out[i] = condition[i] ? a[i] : b[i], by element size; strides 0 or 1 */
typedef void (*ReelSelectLoop) (gint64         n,
                                const guint8  *condition,
                                gint64         condition_stride,
                                gconstpointer  a,
                                gint64         a_stride,
                                gconstpointer  b,
                                gint64         b_stride,
                                gpointer       out);
typedef void (*ReelReduceLoop) (gint64         n_rows,
                                gint64         n,
                                gconstpointer  x,
                                gpointer       out);
/* y = f(x) for each row of n, in place allowed */
typedef void (*ReelRowLoop)    (gint64         n_rows,
                                gint64         n,
                                gconstpointer  x,
                                gpointer       y);
/* x̄ from y and ȳ for each row of n; out may be ȳ */
typedef void (*ReelRowSlopeLoop) (gint64        n_rows,
                                  gint64        n,
                                  gconstpointer y,
                                  gconstpointer cotangent,
                                  gpointer      out);
/* Of a row: mean + rest is its mean, squares the sum of (x - mean)². */
typedef struct
{
  gdouble mean;
  gdouble rest;
  gdouble squares;
} ReelMoments;

typedef void (*ReelMomentsLoop) (gint64         n_rows,
                                 gint64         n,
                                 gconstpointer  x,
                                 ReelMoments   *moments);
/* -Σ p log softmax x for each row of n; p is given by probabilities, or is 1 at the
 * row's index, which is checked before. */
typedef void (*ReelCrossEntropyLoop) (gint64        n_rows,
                                      gint64        n,
                                      gconstpointer x,
                                      const gint64 *indices,
                                      gconstpointer probabilities,
                                      gpointer      losses);
/* c (softmax x Σ p - p), c being the row's cotangent by the divisor; the cotangents'
 * stride is 1 or 0. */
typedef void (*ReelCrossEntropySlopeLoop) (gint64        n_rows,
                                           gint64        n,
                                           gconstpointer x,
                                           const gint64 *indices,
                                           gconstpointer probabilities,
                                           gconstpointer cotangent,
                                           gint64        cotangent_stride,
                                           gdouble       divisor,
                                           gpointer      out);
typedef void (*ReelCastLoop)   (gint64         n,
                                gconstpointer  x,
                                gpointer       y);

/* A block of a matrix product, kernels/gemm.h */
typedef struct _ReelProductPart ReelProductPart;
typedef void (*ReelProductLoop) (const ReelProductPart *part);

/* NULL where an operation has no loop for a dtype. */
typedef struct
{
  const gchar *name;            /* "baseline", "avx2", "avx512" */

  ReelUnaryLoop unary[REEL_N_UNARY][REEL_N_DTYPES];
  ReelBinaryLoop binary[REEL_N_BINARY][REEL_N_DTYPES];
  ReelBinaryLoop compare[REEL_N_COMPARE][REEL_N_DTYPES];
  ReelBinaryLoop slope[REEL_N_SLOPE][REEL_N_DTYPES];
  ReelReduceLoop reduce[REEL_N_REDUCE][REEL_N_DTYPES];

  /* out[j] = sum over i of x[i * row_stride + j] for j < n, rows combined in a
   * fixed order that depends on n_rows alone (pairwise over blocks of rows).
   * f32, f64 only; no workspace beyond the stack. */
  void (*sum_columns[REEL_N_DTYPES]) (gint64        n_rows,
                                      gint64        n,
                                      gconstpointer x,
                                      gint64        row_stride,
                                      gpointer      out);
  ReelMomentsLoop moments[REEL_N_DTYPES];
  ReelRowLoop deviations[REEL_N_DTYPES];       /* x - mean x */

  ReelRowLoop softmax[REEL_N_DTYPES];          /* a row of -inf gives zeros; with
                                                  infs: 1/count at each */
  ReelRowLoop log_softmax[REEL_N_DTYPES];
  ReelRowSlopeLoop softmax_slope[REEL_N_DTYPES];      /* y (ȳ Σ y - Σ y ȳ) */
  ReelRowSlopeLoop log_softmax_slope[REEL_N_DTYPES];  /* ȳ - exp(y) Σ ȳ */

  ReelCrossEntropyLoop cross_entropy[REEL_N_DTYPES];
  ReelCrossEntropySlopeLoop cross_entropy_slope[REEL_N_DTYPES];

  ReelSelectLoop select[REEL_N_DTYPES];
  ReelCastLoop cast[REEL_N_DTYPES][REEL_N_DTYPES];    /* [from][to]; to bool: x != 0;
                                                         float to integer truncates and
                                                         saturates, NaN gives 0 */

  /* Products of matrices, and of a matrix and a vector (n is 1): every dtype but bool */
  ReelProductLoop product[REEL_N_DTYPES];
  ReelProductLoop product_vector[REEL_N_DTYPES];
} ReelKernels;

/* The table for this machine: chosen once, at the first call, from any thread.
 * REEL_CPU=baseline|avx2|avx512 in the environment asks for a lesser one. */
const ReelKernels *_reel_kernels (void);

/* The table of that name, or NULL where this machine cannot run it. */
const ReelKernels *_reel_kernels_lookup (const gchar *name);
