/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The f64 twins of simd-math.h, one element at a time, by libm */

#include <glib.h>
#include <math.h>

#define F64_SQRT_HALF 0.707106781186547524400844362105
#define F64_SQRT_HALF_REST -4.83364665672645657e-17         /* what that is rounded by */
#define F64_BELL_HEIGHT 0.398942280401432677939946059934   /* 1/√(2π) */
#define F64_ERF_SLOPE 1.12837916709551257389615890312      /* 2/√π */
#define F64_GELU_TANH_SCALE 1.59576912160573071175978423974 /* √(8/π) */
#define F64_GELU_TANH_SCALE_REST -9.96930880911092031e-17
#define F64_GELU_TANH_CUBIC 0.044715
#define F64_GELU_TANH_CUBIC_REST 2.19602114270855964e-18

static inline gdouble
f64_sign (gdouble x)
{
  return x != x ? x : x == 0.0 ? 0.0 : copysign (1.0, x);
}

/* NaN if either is; whatever the order, +0 is above -0 */
static inline gdouble
f64_maximum (gdouble a, gdouble b)
{
  return ((a > b) | (a != a) | ((a == b) & (copysign (1.0, a) > 0.0))) ? a : b;
}

static inline gdouble
f64_minimum (gdouble a, gdouble b)
{
  return ((a < b) | (a != a) | ((a == b) & (copysign (1.0, a) < 0.0))) ? a : b;
}

static inline gdouble
f64_clamp (gdouble x, gdouble least, gdouble most)
{
  const gdouble y = x < least ? least : x;

  return y > most ? most : y;
}

/* What the product of a and b lost to rounding, exactly, for |a|, |b| < 2^970. Where the
 * machine has no fused multiply-add, by parts of 26 bits (Dekker 1971). */
static inline gdouble
f64_product_rest (gdouble a, gdouble b, gdouble product)
{
#ifdef __FMA__
  return fma (a, b, -product);
#else
  const gdouble a_shifted = a * 134217729.0, b_shifted = b * 134217729.0;
  const gdouble a_high = a_shifted - (a_shifted - a), b_high = b_shifted - (b_shifted - b);
  const gdouble a_low = a - a_high, b_low = b - b_high;

  return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/* exp (-scale x²) for |x| <= 40. The square's rounding alone would cost x² ulp, so what it
 * lost, at most 2e-13, is put back. */
static inline gdouble
f64_bell (gdouble x, gdouble scale)
{
  const gdouble square = x * x;

  return exp (-scale * square) * (1.0 - scale * f64_product_rest (x, x, square));
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

/* value · s(gate), for a value above -1e6 (-inf · 0 would be NaN). exp in two halves, so that a result that is
 * not subnormal comes from no factor that is. `gate_rest` is what the gate lost to
 * rounding, which its exponential would multiply by as much as the gate. */
static inline gdouble
f64_gated (gdouble value, gdouble gate, gdouble gate_rest)
{
  gdouble half;

  if (!(gate < 0.0))
    return value / (1.0 + exp (-gate));
  half = exp (0.5 * gate);

  return value * half / (1.0 + half * half) * (half + half * gate_rest);
}

static inline gdouble
f64_silu (gdouble x)
{
  return f64_gated (x < -1000.0 ? -1000.0 : x, x, 0.0);
}

/* √(8/π) (x + 0.044715 x³), |x| <= 50, and what it lost */
static inline gdouble
f64_gelu_tanh_gate (gdouble x, gdouble *rest)
{
  const gdouble square = x * x;
  const gdouble cubic = F64_GELU_TANH_CUBIC * square;
  const gdouble sum = 1.0 + cubic;
  const gdouble sum_rest = cubic < 1.0 ? (1.0 - sum) + cubic : (cubic - sum) + 1.0;
  const gdouble linear = F64_GELU_TANH_SCALE * x;
  const gdouble gate = linear * sum;
  const gdouble cubic_rest = f64_product_rest (F64_GELU_TANH_CUBIC, square, cubic)
                             + F64_GELU_TANH_CUBIC * f64_product_rest (x, x, square)
                             + F64_GELU_TANH_CUBIC_REST * square;
  const gdouble linear_rest = f64_product_rest (F64_GELU_TANH_SCALE, x, linear)
                              + F64_GELU_TANH_SCALE_REST * x;

  *rest = f64_product_rest (linear, sum, gate) + linear * (sum_rest + cubic_rest)
          + linear_rest * sum;

  return gate;
}

static inline gdouble
f64_gelu_tanh (gdouble x)
{
  gdouble rest;
  const gdouble gate = f64_gelu_tanh_gate (f64_clamp (x, -50.0, 50.0), &rest);

  return f64_gated (x < -1000.0 ? -1000.0 : x, gate, rest);
}

/* Φ(x) for |x| <= 40, the normal distribution function. Left of 0 it falls by a factor
 * that the rounding of erfc's argument u would be multiplied with:
 * erfc (u + rest) = erfc (u) (1 - rest 2/√π exp (-u²) / erfc (u)), and that ratio is near
 * u + √(u² + 1.6). */
static inline gdouble
f64_normal_distribution (gdouble x)
{
  const gdouble u = -F64_SQRT_HALF * x;
  gdouble y = 0.5 * erfc (u);

  if (u > 0.0)
    y -= y * (u + sqrt (u * u + 1.6))
         * (f64_product_rest (-F64_SQRT_HALF, x, u) - F64_SQRT_HALF_REST * x);

  return y;
}

/* Beyond 40 the result is x or 0. */
static inline gdouble
f64_gelu (gdouble x)
{
  return x > 40.0 ? x : (x < -40.0 ? -40.0 : x) * f64_normal_distribution (x < -40.0 ? -40.0 : x);
}

/* Left of 0, where exp (t) is all there is, what t lost is put back. */
static inline gdouble
f64_softplus (gdouble x, gdouble beta)
{
  const gdouble t = x * beta;
  const gdouble bounded = t < 0.0 && t > -800.0 ? t : 0.0;
  const gdouble rest = bounded != 0.0 ? f64_product_rest (x, beta, t) : 0.0;
  const gdouble e = exp (-fabs (t));

  return (t > 0.0 ? x : 0.0) + log1p (e + e * rest) / beta;
}

/* The derivatives. Arguments are bounded where the result has settled, so that
 * inf · 0 does not come up. ------------------------------------------------- */

static inline gdouble
f64_erf_slope (gdouble x)
{
  return F64_ERF_SLOPE * f64_bell (f64_clamp (x, -40.0, 40.0), 1.0);
}

static inline gdouble
f64_gelu_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -40.0, 40.0);

  return f64_normal_distribution (bounded)
         + bounded * F64_BELL_HEIGHT * f64_bell (bounded, 0.5);
}

/* g = x s(2u): g' = s(2u) (1 + x (2u)' s(-2u)) */
static inline gdouble
f64_gelu_tanh_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -50.0, 50.0);
  const gdouble square = bounded * bounded;
  const gdouble gate_slope = F64_GELU_TANH_SCALE * (1.0 + 3.0 * F64_GELU_TANH_CUBIC * square);
  gdouble rest;
  const gdouble gate = f64_gelu_tanh_gate (bounded, &rest);

  return f64_gated (1.0 + bounded * gate_slope * f64_sigmoid (-gate), gate, rest);
}

static inline gdouble
f64_softplus_slope (gdouble x, gdouble beta)
{
  const gdouble t = x * beta;
  const gdouble bounded = t < 0.0 && t > -800.0 ? t : 0.0;
  const gdouble y = f64_sigmoid (t);

  return bounded != 0.0 ? y + y * f64_product_rest (x, beta, t) : y;
}

/* -1 / (2 x √x), by no power of x that the slope does not reach */
static inline gdouble
f64_rsqrt_slope (gdouble x)
{
  return -0.5 / sqrt (x) / x;
}

/* The derivative of aᵇ by a, b aᵇ⁻¹; 0 where b is 0. b - 1 may be rounded: then it is
 * neither odd nor even as it was, and a power of it is off by as much as the power is
 * large. aᵇ⁻¹ may overflow where b times it does not. */
static inline gdouble
f64_pow_slope (gdouble a, gdouble b)
{
  const gdouble magnitude = fabs (a);
  const gdouble less = b - 1.0;
  const gdouble taken = less - b;
  const gdouble rest = (b - (less - taken)) + (-1.0 - taken);
  gdouble y = pow (magnitude, less);

  if (b == 0.0)
    return 0.0;
  if (!isfinite (b) || magnitude == 0.0 || !isfinite (magnitude))
    y = y == 0.0 ? 0.0 : b * y;
  else if (y > G_MAXDOUBLE || y < 0x1p-1000)
    y = b * pow (magnitude, 0.5 * less) * pow (magnitude, 0.5 * less);
  else
    y = b * (rest != 0.0 ? y + y * (rest * log (magnitude)) : y);
  if (!signbit (a))
    return y;
  if (b != trunc (b))
    return a == 0.0 ? y : (gdouble) NAN;
  return fmod (b, 2.0) == 0.0 ? -y : y;
}

/* The derivative of y = a / b by b, -y / b, times a cotangent: in the order in which
 * nothing over- or underflows that the result does not. */
static inline gdouble
f64_div_slope (gdouble cotangent, gdouble b, gdouble y)
{
  const gdouble quotient = cotangent / b;

  return fabs (quotient) > G_MAXDOUBLE || fabs (quotient) < G_MINDOUBLE
         ? -(cotangent * y) / b : -quotient * y;
}

static inline gdouble
f64_silu_slope (gdouble x)
{
  const gdouble bounded = f64_clamp (x, -1000.0, 1000.0);

  return f64_sigmoid (bounded) * (1.0 + bounded * f64_sigmoid (-bounded));
}
