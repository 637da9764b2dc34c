/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f64.h"

/* g is the cotangent, v the value at which the slope is taken. A zero cotangent gives
 * zero, whatever the slope. */

#define NONE
#define ONE(...) const gdouble p = parameters[0];
#define TWO(...) ONE () const gdouble q = parameters[1];
#define POWER(...) ONE () const ReelPower less_one = reel_power_less_one (p);

#define SLOPE(name, numbers, slope) \
  REEL_INLINE gdouble \
  name##_slope_of (gdouble g, gdouble v, const gdouble *parameters) \
  { \
    numbers \
    return slope; \
  } \
  REEL_SCALAR_BINARY (slope_##name##_f64, gdouble, gdouble, , \
                      a == 0.0 ? 0.0 : name##_slope_of (a, b, parameters))
#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, \
                slope, curvature) \
  SLOPE (name, numbers, slope)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, slope, curvature) \
  SLOPE (name, numbers, slope)
#include "kernels/unary-table.h"
