/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-math.h"

/* a is the cotangent, b the value at which the slope is taken. */

#define NUMBER const gdouble p = parameters[0];

/* A zero cotangent gives zero, whatever the slope. */
#define SLOPE(name, prepare, expression) \
  REEL_SCALAR_BINARY (slope_##name##_f64, gdouble, gdouble, prepare, \
                      a == 0.0 ? 0.0 : (expression))

SLOPE (abs, , b > 0.0 ? a : b < 0.0 ? -a : b == 0.0 ? 0.0 : b)
SLOPE (square, , a * (b + b))
SLOPE (relu, , b > 0.0 ? a : 0.0)
SLOPE (clamp,
       const gdouble least = parameters[0];
       const gdouble most = parameters[1];,
       ((least <= b) & (b <= most)) ? a : 0.0)
SLOPE (leaky_relu, NUMBER, b > 0.0 ? a : a * p)
SLOPE (pow_scalar, NUMBER,
       p == 0.0 ? 0.0 : p == 2.0 ? a * (b + b) : a * f64_pow_slope (b, p))
SLOPE (maximum_scalar, NUMBER, b > p ? a : b == p ? 0.5 * a : 0.0)
SLOPE (minimum_scalar, NUMBER, b < p ? a : b == p ? 0.5 * a : 0.0)
SLOPE (sqrt, , a / (b + b))
SLOPE (rsqrt, , a * -0.5 * b * b * b)
SLOPE (reciprocal, , -a * b * b)
SLOPE (exp, , a * b)
SLOPE (expm1, , a * exp (b))
SLOPE (log, , a / b)
SLOPE (log1p, , a / (1.0 + b))
SLOPE (sin, , a * cos (b))
SLOPE (cos, , -a * sin (b))
SLOPE (tan, , a * (1.0 + b * b))
SLOPE (tanh, , a * (4.0 * f64_sigmoid_slope (2.0 * b)))
SLOPE (sigmoid, , a * f64_sigmoid_slope (b))
SLOPE (elu, NUMBER, b > 0.0 ? a : a * (p * exp (b)))
SLOPE (gelu, , a * f64_gelu_slope (b))
SLOPE (gelu_tanh, , a * f64_gelu_tanh_slope (b))
SLOPE (silu, , a * f64_silu_slope (b))
SLOPE (softplus, NUMBER, a * f64_softplus_slope (b, p))
SLOPE (erf, , a * f64_erf_slope (b))
