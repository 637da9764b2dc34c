/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The language of the tables, for f64: one element at a time, by libm. */

#include "kernels/power.h"
#include "kernels/scalar-math.h"
#include "kernels/simd.h"

#define V gdouble
#define F(function) f64_##function
#define N(number) ((gdouble) (number))
#define SELECT(condition, a, b) ((condition) ? (a) : (b))
#define LESS(a, b) ((a) < (b))
#define LESS_EQUAL(a, b) ((a) <= (b))
#define EQUAL(a, b) ((a) == (b))

#define LIBM(name, function) \
  REEL_INLINE gdouble f64_##name (gdouble x) { return function (x); }
LIBM (abs, fabs) LIBM (floor, floor) LIBM (ceil, ceil) LIBM (round, rint) LIBM (trunc, trunc)
LIBM (sqrt, sqrt) LIBM (cbrt, cbrt)
LIBM (exp, exp) LIBM (exp2, exp2) LIBM (expm1, expm1)
LIBM (log, log) LIBM (log2, log2) LIBM (log10, log10) LIBM (log1p, log1p)
LIBM (sin, sin) LIBM (cos, cos) LIBM (tan, tan) LIBM (asin, asin) LIBM (acos, acos)
LIBM (atan, atan) LIBM (sinh, sinh) LIBM (cosh, cosh) LIBM (tanh, tanh)
LIBM (asinh, asinh) LIBM (acosh, acosh) LIBM (atanh, atanh)
LIBM (erf, erf) LIBM (erfc, erfc)
#undef LIBM

#define LIBM(name, function) \
  REEL_INLINE gdouble f64_##name (gdouble a, gdouble b) { return function (a, b); }
LIBM (pow, pow) LIBM (atan2, atan2) LIBM (hypot, hypot) LIBM (fmod, fmod)
LIBM (copysign, copysign) LIBM (copy_sign, copysign)
#undef LIBM

REEL_INLINE gdouble
f64_relu (gdouble x)
{
  return ((x > 0.0) | (x != x)) ? x : 0.0;
}

REEL_INLINE gdouble
f64_abs_slope (gdouble g, gdouble x)
{
  return x > 0.0 ? g : x < 0.0 ? -g : x == 0.0 ? 0.0 : x;
}

/* x² as pow rounds it; the other powers are pow's. */
REEL_INLINE gdouble
f64_power (gdouble x, ReelPower power, gdouble p)
{
  return power == REEL_POWER_TWO ? x * x : pow (x, p);
}

REEL_INLINE gdouble
f64_power_slope (gdouble g, gdouble x, ReelPower less_one, gdouble p)
{
  return p == 0.0 ? 0.0 : less_one == REEL_POWER_ONE ? g * (x + x) : g * f64_pow_slope (x, p);
}

#include "kernels/math-generic.h"
