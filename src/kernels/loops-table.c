/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"

/* The table of one instruction set */

extern const ReelKernels REEL_LOOP (kernels);

#define FLOATS(name) \
  [REEL_F32] = REEL_LOOP (name##_f32), \
  [REEL_F64] = REEL_LOOP (name##_f64)
#define NUMBERS(name) \
  FLOATS (name), \
  [REEL_I32] = REEL_LOOP (name##_i32), \
  [REEL_I64] = REEL_LOOP (name##_i64), \
  [REEL_U8] = REEL_LOOP (name##_u8)
#define ALL(name) NUMBERS (name), [REEL_BOOL] = REEL_LOOP (name##_bool)

G_STATIC_ASSERT (REEL_N_DTYPES == 6);

#define REEL_TO_STRING(isa) #isa
#define REEL_ISA_NAME(isa) REEL_TO_STRING (isa)

const ReelKernels REEL_LOOP (kernels) = {
  .name = REEL_ISA_NAME (REEL_KERNEL_ISA),

  .unary = {
#define UNARY_X(function, name, ...) [REEL_UNARY_##name] = { FLOATS (unary_##name) },
#define UNARY_Y(function, name, ...) [REEL_UNARY_##name] = { FLOATS (unary_##name) },
#define UNARY_LINEAR(function, name, ...) [REEL_UNARY_##name] = { FLOATS (unary_##name) },
#define UNARY_FLAT(function, name, ...) [REEL_UNARY_##name] = { FLOATS (unary_##name) },
#define UNARY_TEST(function, name, ...) [REEL_UNARY_##name] = { ALL (unary_##name) },
#include "kernels/unary-table.h"
#define UNARY_INTEGER(name, ...) \
  [REEL_UNARY_##name][REEL_I32] = REEL_LOOP (unary_##name##_i32), \
  [REEL_UNARY_##name][REEL_I64] = REEL_LOOP (unary_##name##_i64), \
  [REEL_UNARY_##name][REEL_U8] = REEL_LOOP (unary_##name##_u8),
#include "kernels/unary-table.h"
  },

  .binary = {
#define BINARY(function, name, ...) [REEL_BINARY_##name] = { FLOATS (binary_##name) },
#include "kernels/binary-table.h"
    [REEL_BINARY_add_scaled] = { FLOATS (binary_add_scaled) },
#define BINARY_INTEGER(name, ...) \
  [REEL_BINARY_##name][REEL_I32] = REEL_LOOP (binary_##name##_i32), \
  [REEL_BINARY_##name][REEL_I64] = REEL_LOOP (binary_##name##_i64), \
  [REEL_BINARY_##name][REEL_U8] = REEL_LOOP (binary_##name##_u8),
#include "kernels/binary-table.h"
  },

  .compare = {
#define X(name) [REEL_COMPARE_##name] = { ALL (compare_##name) },
    REEL_COMPARE_LOOPS (X)
#undef X
  },

  .slope = {
#define UNARY_X(function, name, ...) [REEL_SLOPE_##name] = { FLOATS (slope_##name) },
#define UNARY_Y(function, name, ...) [REEL_SLOPE_##name] = { FLOATS (slope_##name) },
#include "kernels/unary-table.h"
  },

  .reduce = {
    [REEL_REDUCE_sum] = { ALL (reduce_sum) },
    [REEL_REDUCE_prod] = { ALL (reduce_prod) },
    [REEL_REDUCE_amax] = { ALL (reduce_amax) },
    [REEL_REDUCE_amin] = { ALL (reduce_amin) },
    [REEL_REDUCE_argmax] = { ALL (reduce_argmax) },
    [REEL_REDUCE_argmin] = { ALL (reduce_argmin) },
    [REEL_REDUCE_any] = { ALL (reduce_any) },
    [REEL_REDUCE_all] = { ALL (reduce_all) },
    [REEL_REDUCE_logsumexp] = { FLOATS (reduce_logsumexp) },
  },

  .sum_columns = { FLOATS (sum_columns) },
  .moments = { FLOATS (moments) },
  .deviations = { FLOATS (deviations) },
  .softmax = { FLOATS (softmax) },
  .log_softmax = { FLOATS (log_softmax) },
  .softmax_slope = { FLOATS (softmax_slope) },
  .log_softmax_slope = { FLOATS (log_softmax_slope) },

  .cross_entropy = { FLOATS (cross_entropy) },
  .cross_entropy_slope = { FLOATS (cross_entropy_slope) },

  .select = {
    [REEL_F32] = REEL_LOOP (select_4),
    [REEL_F64] = REEL_LOOP (select_8),
    [REEL_I32] = REEL_LOOP (select_4),
    [REEL_I64] = REEL_LOOP (select_8),
    [REEL_U8] = REEL_LOOP (select_1),
    [REEL_BOOL] = REEL_LOOP (select_1),
  },

  .cast = {
    [REEL_F32] = { ALL (cast_f32) },
    [REEL_F64] = { ALL (cast_f64) },
    [REEL_I32] = { ALL (cast_i32) },
    [REEL_I64] = { ALL (cast_i64) },
    [REEL_U8] = { ALL (cast_u8) },
    [REEL_BOOL] = { ALL (cast_bool) },
  },

  .product = { NUMBERS (product) },
  .product_vector = { NUMBERS (product_vector) },
};
