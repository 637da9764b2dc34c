/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the loops-*.c files share: how a loop is named, which dtypes have it, and
 * the shapes of loop they are made from. Every loop is a function of its own,
 * named after the instruction set it is compiled for by -DREEL_KERNEL_ISA=...;
 * loops-table.c lists them all. */

#include "kernels/kernels.h"
#include "kernels/simd-arithmetic.h"

#ifndef REEL_KERNEL_ISA
#define REEL_KERNEL_ISA baseline
#endif

#define REEL_LOOP_PASTE(name, isa) _reel_##name##_##isa
#define REEL_LOOP_EXPAND(name, isa) REEL_LOOP_PASTE (name, isa)
#define REEL_LOOP(name) REEL_LOOP_EXPAND (name, REEL_KERNEL_ISA)

#define REEL_ROW_LOOPS(X) \
  X (softmax) X (log_softmax)

/* X (type's name, C type) */
#define REEL_FLOAT_TYPES(X) X (f32, gfloat) X (f64, gdouble)
#define REEL_INTEGER_TYPES(X) X (i32, gint32) X (i64, gint64) X (u8, guint8)
#define REEL_NUMERIC_TYPES(X) REEL_FLOAT_TYPES (X) REEL_INTEGER_TYPES (X)
#define REEL_ALL_TYPES(X) REEL_NUMERIC_TYPES (X) X (bool, guint8)

#define REEL_UNARY_SIGNATURE \
  (gint64 n, gconstpointer x_data, gpointer y_data, const gdouble *parameters)
#define REEL_BINARY_SIGNATURE \
  (gint64 n, gconstpointer a_data, gint64 a_stride, gconstpointer b_data, gint64 b_stride, \
   gpointer out_data, const gdouble *parameters)
#define REEL_REDUCE_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer x_data, gpointer out_data)
#define REEL_ROW_SLOPE_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer y_data, gconstpointer cotangent_data, gpointer out_data)
#define REEL_MOMENTS_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer x_data, ReelMoments *moments)
#define REEL_CROSS_ENTROPY_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer x_data, const gint64 *indices, \
   gconstpointer probabilities, gpointer losses_data)
#define REEL_CROSS_ENTROPY_SLOPE_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer x_data, const gint64 *indices, \
   gconstpointer probabilities, gconstpointer cotangent_data, gint64 cotangent_stride, \
   gdouble divisor, gpointer out_data)
#define REEL_SUM_COLUMNS_SIGNATURE \
  (gint64 n_rows, gint64 n, gconstpointer x_data, gint64 row_stride, gpointer out_data)
#define REEL_SELECT_SIGNATURE \
  (gint64 n, const guint8 *condition, gint64 condition_stride, \
   gconstpointer a_data, gint64 a_stride, gconstpointer b_data, gint64 b_stride, \
   gpointer out_data)
#define REEL_CAST_SIGNATURE (gint64 n, gconstpointer x_data, gpointer y_data)

/* Prototypes ---------------------------------------------------------------- */

#define REEL_UNARY_FLOAT_PROTOTYPES(function, name, ...) \
  void REEL_LOOP (unary_##name##_f32) REEL_UNARY_SIGNATURE; \
  void REEL_LOOP (unary_##name##_f64) REEL_UNARY_SIGNATURE;
#define REEL_UNARY_INTEGER_PROTOTYPES(name, ...) \
  void REEL_LOOP (unary_##name##_i32) REEL_UNARY_SIGNATURE; \
  void REEL_LOOP (unary_##name##_i64) REEL_UNARY_SIGNATURE; \
  void REEL_LOOP (unary_##name##_u8) REEL_UNARY_SIGNATURE;
#define REEL_SLOPE_PROTOTYPES(function, name, ...) \
  REEL_UNARY_FLOAT_PROTOTYPES (function, name) \
  void REEL_LOOP (slope_##name##_f32) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (slope_##name##_f64) REEL_BINARY_SIGNATURE;
#define UNARY_X REEL_SLOPE_PROTOTYPES
#define UNARY_Y REEL_SLOPE_PROTOTYPES
#define UNARY_LINEAR REEL_UNARY_FLOAT_PROTOTYPES
#define UNARY_FLAT REEL_UNARY_FLOAT_PROTOTYPES
#define UNARY_INTEGER REEL_UNARY_INTEGER_PROTOTYPES
#define UNARY_TEST(function, name, ...) \
  REEL_UNARY_FLOAT_PROTOTYPES (function, name) \
  REEL_UNARY_INTEGER_PROTOTYPES (name) \
  void REEL_LOOP (unary_##name##_bool) REEL_UNARY_SIGNATURE;
#include "kernels/unary-table.h"

#define BINARY(function, name, ...) \
  void REEL_LOOP (binary_##name##_f32) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (binary_##name##_f64) REEL_BINARY_SIGNATURE;
#define BINARY_INTEGER(name, ...) \
  void REEL_LOOP (binary_##name##_i32) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (binary_##name##_i64) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (binary_##name##_u8) REEL_BINARY_SIGNATURE;
#include "kernels/binary-table.h"
void REEL_LOOP (binary_add_scaled_f32) REEL_BINARY_SIGNATURE;
void REEL_LOOP (binary_add_scaled_f64) REEL_BINARY_SIGNATURE;

#define X(name) \
  void REEL_LOOP (compare_##name##_f32) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (compare_##name##_f64) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (compare_##name##_i32) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (compare_##name##_i64) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (compare_##name##_u8) REEL_BINARY_SIGNATURE; \
  void REEL_LOOP (compare_##name##_bool) REEL_BINARY_SIGNATURE;
REEL_COMPARE_LOOPS (X)
#undef X

/* Some dtypes have less: see loops-table.c. */
#define X(name) \
  void REEL_LOOP (reduce_##name##_f32) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (reduce_##name##_f64) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (reduce_##name##_i32) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (reduce_##name##_i64) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (reduce_##name##_u8) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (reduce_##name##_bool) REEL_REDUCE_SIGNATURE;
REEL_REDUCE_LOOPS (X)
#undef X

#define X(name, type) \
  void REEL_LOOP (sum_columns_##name) REEL_SUM_COLUMNS_SIGNATURE; \
  void REEL_LOOP (moments_##name) REEL_MOMENTS_SIGNATURE; \
  void REEL_LOOP (deviations_##name) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (cross_entropy_##name) REEL_CROSS_ENTROPY_SIGNATURE; \
  void REEL_LOOP (cross_entropy_slope_##name) REEL_CROSS_ENTROPY_SLOPE_SIGNATURE; \
  void REEL_LOOP (softmax_##name) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (log_softmax_##name) REEL_REDUCE_SIGNATURE; \
  void REEL_LOOP (softmax_slope_##name) REEL_ROW_SLOPE_SIGNATURE; \
  void REEL_LOOP (log_softmax_slope_##name) REEL_ROW_SLOPE_SIGNATURE;
REEL_FLOAT_TYPES (X)
#undef X

#define X(name, type) \
  void REEL_LOOP (product_##name) (const ReelProductPart *part); \
  void REEL_LOOP (product_vector_##name) (const ReelProductPart *part);
REEL_NUMERIC_TYPES (X)
#undef X

void REEL_LOOP (select_1) REEL_SELECT_SIGNATURE;
void REEL_LOOP (select_4) REEL_SELECT_SIGNATURE;
void REEL_LOOP (select_8) REEL_SELECT_SIGNATURE;

#define X(from, type) \
  void REEL_LOOP (cast_##from##_f32) REEL_CAST_SIGNATURE; \
  void REEL_LOOP (cast_##from##_f64) REEL_CAST_SIGNATURE; \
  void REEL_LOOP (cast_##from##_i32) REEL_CAST_SIGNATURE; \
  void REEL_LOOP (cast_##from##_i64) REEL_CAST_SIGNATURE; \
  void REEL_LOOP (cast_##from##_u8) REEL_CAST_SIGNATURE; \
  void REEL_LOOP (cast_##from##_bool) REEL_CAST_SIGNATURE;
REEL_ALL_TYPES (X)
#undef X

/* Shapes of loop ------------------------------------------------------------ */

/* A loop over scalars that the compiler vectorises: `expression` of `x` and of
 * what `prepare` declares. */
#define REEL_SCALAR_UNARY(name, from_type, to_type, prepare, expression) \
  void \
  REEL_LOOP (name) REEL_UNARY_SIGNATURE \
  { \
    const from_type *from = x_data; \
    to_type *to = y_data; \
    prepare \
    REEL_INDEPENDENT \
    for (gint64 i = 0; i < n; i++) \
      { \
        const from_type x = from[i]; \
        to[i] = (to_type) (expression); \
      } \
  }

/* The same over `a` and `b`, of which either may be one element used n times. The
 * four cases are four loops, each with its strides known. */
#define REEL_SCALAR_BINARY(name, from_type, to_type, prepare, expression) \
  REEL_INLINE void \
  name##_run (gint64 n, const from_type *a_from, gboolean a_moves, const from_type *b_from, \
              gboolean b_moves, to_type *to, const gdouble *parameters) \
  { \
    const from_type a_first = a_from[0]; \
    const from_type b_first = b_from[0]; \
    prepare \
    REEL_INDEPENDENT \
    for (gint64 i = 0; i < n; i++) \
      { \
        const from_type a = a_moves ? a_from[i] : a_first; \
        const from_type b = b_moves ? b_from[i] : b_first; \
        to[i] = (to_type) (expression); \
      } \
  } \
  REEL_BINARY_BY_STRIDE (name)

#define REEL_BINARY_BY_STRIDE(name) \
  void \
  REEL_LOOP (name) REEL_BINARY_SIGNATURE \
  { \
    if (n <= 0) \
      return; \
    if (a_stride != 0 && b_stride != 0) \
      name##_run (n, a_data, TRUE, b_data, TRUE, out_data, parameters); \
    else if (a_stride != 0) \
      name##_run (n, a_data, TRUE, b_data, FALSE, out_data, parameters); \
    else if (b_stride != 0) \
      name##_run (n, a_data, FALSE, b_data, TRUE, out_data, parameters); \
    else \
      name##_run (n, a_data, FALSE, b_data, FALSE, out_data, parameters); \
  }

/* Loops over vectors of f32. The tail is one more vector of which the last lanes
 * are unused. */
#define REEL_F32_UNARY(name, prepare, expression) \
  void \
  REEL_LOOP (name) REEL_UNARY_SIGNATURE \
  { \
    const gfloat *from = x_data; \
    gfloat *to = y_data; \
    gint64 i = 0; \
    prepare \
    for (; i + F32_LANES <= n; i += F32_LANES) \
      { \
        const F32 x = f32_load (from + i); \
        f32_store (to + i, expression); \
      } \
    if (i < n) \
      { \
        const F32 x = f32_load_part (from + i, n - i); \
        f32_store_part (to + i, expression, n - i); \
      } \
  }

#define REEL_F32_BINARY(name, prepare, expression) \
  REEL_INLINE void \
  name##_run (gint64 n, const gfloat *a_from, gboolean a_moves, const gfloat *b_from, \
              gboolean b_moves, gfloat *to, const gdouble *parameters) \
  { \
    const F32 a_first = f32_splat (a_from[0]); \
    const F32 b_first = f32_splat (b_from[0]); \
    gint64 i = 0; \
    prepare \
    for (; i + F32_LANES <= n; i += F32_LANES) \
      { \
        const F32 a = a_moves ? f32_load (a_from + i) : a_first; \
        const F32 b = b_moves ? f32_load (b_from + i) : b_first; \
        f32_store (to + i, expression); \
      } \
    if (i < n) \
      { \
        const F32 a = a_moves ? f32_load_part (a_from + i, n - i) : a_first; \
        const F32 b = b_moves ? f32_load_part (b_from + i, n - i) : b_first; \
        f32_store_part (to + i, expression, n - i); \
      } \
  } \
  REEL_BINARY_BY_STRIDE (name)
