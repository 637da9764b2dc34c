/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The f64 twins of simd-math.h, one element at a time, by libm */

#include <glib.h>
#include <math.h>

#define F64_SQRT_HALF 0.707106781186547524400844362105
#define F64_BELL_HEIGHT 0.398942280401432677939946059934   /* 1/√(2π) */
#define F64_ERF_SLOPE 1.12837916709551257389615890312      /* 2/√π */
#define F64_GELU_TANH_SCALE 1.59576912160573071175978423974 /* √(8/π) */
#define F64_GELU_TANH_CUBIC 0.044715

static inline gdouble
f64_sign (gdouble x)
{
  return x != x ? x : x == 0.0 ? 0.0 : copysign (1.0, x);
}

static inline gdouble
f64_maximum (gdouble a, gdouble b)
{
  return ((a > b) | (a != a)) ? a : b;
}

static inline gdouble
f64_minimum (gdouble a, gdouble b)
{
  return ((a < b) | (a != a)) ? a : b;
}

static inline gdouble
f64_clamp (gdouble x, gdouble least, gdouble most)
{
  const gdouble y = x < least ? least : x;

  return y > most ? most : y;
}

static inline gdouble
f64_sigmoid (gdouble x)
{
  const gdouble e = exp (-fabs (x));

  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/* s(x) s(-x) */
static inline gdouble
f64_sigmoid_slope (gdouble x)
{
  const gdouble e = exp (-fabs (x));

  return e / ((1.0 + e) * (1.0 + e));
}

/* value · s(gate), which is 0 and not NaN where the gate shuts before the value
 * ends; -1000 is far beyond where. exp in two halves, so that a result that is
 * not subnormal comes from no factor that is. */
static inline gdouble
f64_gated (gdouble value, gdouble gate)
{
  gdouble half;

  if (!(gate < 0.0))
    return value / (1.0 + exp (-gate));
  if (value < -1000.0)
    value = -1000.0;
  half = exp (0.5 * gate);

  return value * half / (1.0 + half * half) * half;
}

static inline gdouble
f64_silu (gdouble x)
{
  return f64_gated (x, x);
}

static inline gdouble
f64_gelu_tanh (gdouble x)
{
  return f64_gated (x, F64_GELU_TANH_SCALE * x * (1.0 + F64_GELU_TANH_CUBIC * x * x));
}

/* Φ(x), the normal distribution function */
static inline gdouble
f64_normal_distribution (gdouble x)
{
  return 0.5 * erfc (-F64_SQRT_HALF * x);
}

/* Beyond 40 the result is x or 0. Left of 0 the error grows as x² ulp, by the
 * rounding of erfc's argument. */
static inline gdouble
f64_gelu (gdouble x)
{
  return (x < -40.0 ? -40.0 : x) * f64_normal_distribution (x);
}

static inline gdouble
f64_softplus (gdouble x, gdouble beta)
{
  const gdouble t = x * beta;

  return (t > 0.0 ? x : 0.0) + log1p (exp (-fabs (t))) / beta;
}

/* The derivatives. Arguments are bounded where the result has settled, so that
 * inf · 0 does not come up. ------------------------------------------------- */

static inline gdouble
f64_gelu_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -40.0, 40.0);

  return f64_normal_distribution (bounded)
         + bounded * F64_BELL_HEIGHT * exp (-0.5 * bounded * bounded);
}

/* g = x s(2u): g' = s(2u) + x s(2u) s(-2u) (2u)' */
static inline gdouble
f64_gelu_tanh_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -50.0, 50.0);
  const gdouble square = bounded * bounded;
  const gdouble gate = F64_GELU_TANH_SCALE * bounded * (1.0 + F64_GELU_TANH_CUBIC * square);
  const gdouble gate_slope = F64_GELU_TANH_SCALE * (1.0 + 3.0 * F64_GELU_TANH_CUBIC * square);

  return f64_sigmoid (gate) + bounded * gate_slope * f64_sigmoid_slope (gate);
}

static inline gdouble
f64_silu_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -1000.0, 1000.0);

  return f64_sigmoid (bounded) * (1.0 + bounded * f64_sigmoid (-bounded));
}
