/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-integer.h"

/* Integers wrap; a number saturates to the tensor's dtype. */

#define NUMBERS(name, type) \
  const type p G_GNUC_UNUSED = parameters != NULL ? name##_from_f64 (parameters[0]) : 0; \
  const type q G_GNUC_UNUSED = parameters != NULL ? name##_from_f64 (parameters[1]) : 0;

#define I(function) i32_##function
#define UNARY_INTEGER(name, value) \
  REEL_SCALAR_UNARY (unary_##name##_i32, gint32, gint32, NUMBERS (i32, gint32), value)
#include "kernels/unary-table.h"
#undef I

#define I(function) i64_##function
#define UNARY_INTEGER(name, value) \
  REEL_SCALAR_UNARY (unary_##name##_i64, gint64, gint64, NUMBERS (i64, gint64), value)
#include "kernels/unary-table.h"
#undef I

#define I(function) u8_##function
#define UNARY_INTEGER(name, value) \
  REEL_SCALAR_UNARY (unary_##name##_u8, guint8, guint8, NUMBERS (u8, guint8), value)
#include "kernels/unary-table.h"
#undef I

/* Tests give bool, and take everything. */
#define TEST(name, type_name, type, value) \
  REEL_SCALAR_UNARY (unary_##name##_##type_name, type, guint8, , value)
#define UNARY_TEST(function, name, onnx, formula, value) \
  TEST (name, f32, gfloat, value) TEST (name, f64, gdouble, value) \
  TEST (name, i32, gint32, value) TEST (name, i64, gint64, value) \
  TEST (name, u8, guint8, value) TEST (name, bool, guint8, value)
#include "kernels/unary-table.h"
