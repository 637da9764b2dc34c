/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/kernels.h"

const ReelExpression _reel_unary_expressions[REEL_N_UNARY] = {
#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, slope, \
                curvature) \
  [REEL_UNARY_##name] = { #value, #slope, FALSE },
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, slope, curvature) \
  [REEL_UNARY_##name] = { #value, #slope, TRUE },
#define UNARY_LINEAR(function, name, onnx, numbers, low, high, formula, value, derivative) \
  [REEL_UNARY_##name] = { #value, NULL, FALSE },
#define UNARY_FLAT(function, name, onnx, numbers, low, high, formula, value) \
  [REEL_UNARY_##name] = { #value, NULL, FALSE },
#define UNARY_TEST(function, name, onnx, formula, value) \
  [REEL_UNARY_##name] = { #value, NULL, FALSE },
#include "kernels/unary-table.h"
};

const ReelExpression _reel_binary_expressions[REEL_N_BINARY] = {
#define BINARY(function, name, onnx, flags, low, high, formula, value, by_a, by_b) \
  [REEL_BINARY_##name] = { #value, NULL, FALSE },
#include "kernels/binary-table.h"
  [REEL_BINARY_add_scaled] = { "a + p * b", NULL, FALSE },
};
