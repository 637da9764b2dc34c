/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f32.h"

#define NONE
#define ONE(...) const F32 p = f32_splat ((gfloat) parameters[0]);
#define TWO(...) ONE () const F32 q = f32_splat ((gfloat) parameters[1]);
#define POWER(...) \
  const gfloat p = (gfloat) parameters[0]; \
  const ReelPower power = reel_power (parameters[0]);

#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, ...) \
  REEL_F32_UNARY (unary_##name##_f32, numbers, value)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, ...) \
  REEL_F32_UNARY (unary_##name##_f32, numbers, value)
#define UNARY_LINEAR(function, name, onnx, numbers, low, high, formula, value, derivative) \
  REEL_F32_UNARY (unary_##name##_f32, numbers, value)
#define UNARY_FLAT(function, name, onnx, numbers, low, high, formula, value) \
  REEL_F32_UNARY (unary_##name##_f32, numbers, value)
#include "kernels/unary-table.h"
