/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f64.h"

#define NONE
#define ONE(...) const gdouble p = parameters[0];
#define TWO(...) ONE () const gdouble q = parameters[1];
#define POWER(...) ONE () const ReelPower power = reel_power (p);

#define F64_UNARY(name, numbers, value) \
  REEL_SCALAR_UNARY (unary_##name##_f64, gdouble, gdouble, numbers, value)
#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, ...) \
  F64_UNARY (name, numbers, value)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, ...) \
  F64_UNARY (name, numbers, value)
#define UNARY_LINEAR(function, name, onnx, numbers, low, high, formula, value, derivative) \
  F64_UNARY (name, numbers, value)
#define UNARY_FLAT(function, name, onnx, numbers, low, high, formula, value) \
  F64_UNARY (name, numbers, value)
#include "kernels/unary-table.h"
