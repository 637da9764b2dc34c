/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-math.h"

#define F64_UNARY(name, prepare, expression) \
  REEL_SCALAR_UNARY (unary_##name##_f64, gdouble, gdouble, prepare, expression)
#define NUMBER const gdouble p = parameters[0];

F64_UNARY (neg, , -x)
F64_UNARY (abs, , fabs (x))
F64_UNARY (sign, , f64_sign (x))
F64_UNARY (square, , x * x)
F64_UNARY (relu, , ((x > 0.0) | (x != x)) ? x : 0.0)
F64_UNARY (clamp,
           const gdouble least = parameters[0];
           const gdouble most = parameters[1];,
           f64_clamp (x, least, most))
F64_UNARY (leaky_relu, NUMBER, x > 0.0 ? x : x * p)
F64_UNARY (add_scalar, NUMBER, x + p)
F64_UNARY (sub_scalar, NUMBER, x - p)
F64_UNARY (mul_scalar, NUMBER, x * p)
F64_UNARY (div_scalar, NUMBER, x / p)
F64_UNARY (maximum_scalar, NUMBER, f64_maximum (x, p))
F64_UNARY (minimum_scalar, NUMBER, f64_minimum (x, p))

F64_UNARY (sqrt, , sqrt (x))
F64_UNARY (rsqrt, , 1.0 / sqrt (x))
F64_UNARY (reciprocal, , 1.0 / x)
F64_UNARY (exp, , exp (x))
F64_UNARY (expm1, , expm1 (x))
F64_UNARY (log, , log (x))
F64_UNARY (log1p, , log1p (x))
F64_UNARY (sin, , sin (x))
F64_UNARY (cos, , cos (x))
F64_UNARY (tan, , tan (x))
F64_UNARY (tanh, , tanh (x))
F64_UNARY (sigmoid, , f64_sigmoid (x))
F64_UNARY (elu, NUMBER, x > 0.0 ? x : p * expm1 (x))
F64_UNARY (gelu, , f64_gelu (x))
F64_UNARY (gelu_tanh, , f64_gelu_tanh (x))
F64_UNARY (silu, , f64_silu (x))
F64_UNARY (softplus, NUMBER, f64_softplus (x, p))
F64_UNARY (erf, , erf (x))
F64_UNARY (floor, , floor (x))
F64_UNARY (ceil, , ceil (x))
F64_UNARY (round, , rint (x))

/* x² as pow rounds it; the other powers are pow's. */
void
REEL_LOOP (unary_pow_scalar_f64) REEL_UNARY_SIGNATURE
{
  const gdouble *x = x_data;
  const gdouble p = parameters[0];
  gdouble *y = y_data;

  if (p == 2.0)
    REEL_LOOP (unary_square_f64) (n, x_data, y_data, NULL);
  else
    for (gint64 i = 0; i < n; i++)
      y[i] = pow (x[i], p);
}
