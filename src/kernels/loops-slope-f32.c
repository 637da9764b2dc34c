/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f32.h"

/* g is the cotangent, v the value at which the slope is taken. A zero cotangent gives
 * zero, whatever the slope. */

#define NONE
#define ONE(...) const F32 p = f32_splat ((gfloat) parameters[0]);
#define TWO(...) ONE () const F32 q = f32_splat ((gfloat) parameters[1]);
#define POWER(...) \
  const gfloat p = (gfloat) parameters[0]; \
  const ReelPower less_one = reel_power_less_one ((gdouble) p);

#define SLOPE(name, numbers, slope) \
  REEL_INLINE F32 \
  name##_slope_of (F32 g, F32 v, const gdouble *parameters) \
  { \
    numbers \
    return slope; \
  } \
  REEL_F32_BINARY (slope_##name##_f32, , \
                   f32_keep (f32_not_equal (a, N (0)), name##_slope_of (a, b, parameters)))
#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, \
                slope, curvature) \
  SLOPE (name, numbers, slope)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, slope, curvature) \
  SLOPE (name, numbers, slope)
#include "kernels/unary-table.h"
