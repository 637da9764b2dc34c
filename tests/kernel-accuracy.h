/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Errors of loops against long double arithmetic. */

#include <float.h>
#include <glib.h>
#include <math.h>

/* Tolerances, in units in the last place */
#define EXACT 0.0
#define ROUNDED 0.5001
#define CORE 1.0     /* exp, log */
#define CLOSE 2.0    /* log1p, expm1, tanh, sin, cos, erf */
#define COMPOSED 4.0 /* what is made of two of these */
#define TAIL 5.0     /* gelu, left of -4 */

/* What loops with parameters are run with: the first is 0.7 as f32 has it */
static const gdouble parameters[2] = { 0.699999988079071044921875, 2.5 };

#define SQRT_HALF 0.707106781186547524400844362104849L

static inline long double ref_sigmoid (long double x) { return 1 / (1 + expl (-x)); }
static inline long double ref_normal (long double x) { return erfcl (-x * SQRT_HALF) / 2; }

/* Whether long double has digits that f64 has not. Under valgrind, and on some
 * machines, it has none, and is no reference for f64. */
static inline gboolean
reference_is_wider (void)
{
  volatile long double one = 1, more;

  more = one + (long double) DBL_EPSILON / 4;

  return more != one;
}

typedef long double (*Reference) (long double x);

/* |got - wanted| in units of the last of `digits` bits of `wanted` */
static inline gdouble
error_ulp (gdouble got, long double wanted, gint digits, gint least_exponent, gdouble largest)
{
  gint exponent;

  if (isnan (wanted) || isnan (got))
    return isnan (wanted) && isnan (got) ? 0 : HUGE_VAL;
  if (isinf (got))
    return fabsl (wanted) > (long double) largest && (wanted > 0) == (got > 0) ? 0 : HUGE_VAL;
  if (isinf (wanted))
    return HUGE_VAL;
  frexpl (wanted, &exponent);
  exponent = MAX (exponent, least_exponent);

  return (gdouble) ldexpl (fabsl ((long double) got - wanted), digits - exponent);
}

static inline gdouble
f32_error (gfloat got, long double wanted)
{
  return error_ulp ((gdouble) got, wanted, 24, -125, (gdouble) FLT_MAX);
}

static inline gdouble
f64_error (gdouble got, long double wanted)
{
  return error_ulp (got, wanted, 53, -1021, DBL_MAX);
}
