/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <math.h>

/* The elementwise ops: a function of numbers each. `p` are an op's parameters. */

typedef gdouble (*Function) (gdouble        x,
                             const gdouble *p);
typedef gdouble (*Function2) (gdouble a,
                              gdouble b);

static gdouble
sigmoid (gdouble x)
{
  return 1 / (1 + exp (-x));
}

static gdouble
normal_distribution (gdouble x)
{
  return 0.5 * erfc (-x / G_SQRT2);
}

static gdouble
normal_density (gdouble x)
{
  return exp (-0.5 * x * x) / sqrt (2 * G_PI);
}

static gdouble
gelu_gate (gdouble x)
{
  return sqrt (2 / G_PI) * (x + 0.044715 * x * x * x);
}

/* A row an op: VALUE of x; SLOPE also of what its slope is taken at, x or the result, again
 * as x; TEST gives bool; BINARY and COMPARE of a and b. */
#define REFERENCES(VALUE, SLOPE, TEST, BINARY, COMPARE) \
  VALUE (neg, -x) \
  VALUE (add_scalar, x + p[0]) \
  VALUE (sub_scalar, x - p[0]) \
  VALUE (mul_scalar, x * p[0]) \
  VALUE (div_scalar, x / p[0]) \
  VALUE (frac, fmod (x, 1)) \
  VALUE (sign, x > 0 ? 1 : x < 0 ? -1 : 0) \
  VALUE (floor, floor (x)) \
  VALUE (ceil, ceil (x)) \
  VALUE (round, nearbyint (x)) \
  VALUE (trunc, x < 0 ? ceil (x) : floor (x)) \
  TEST (isnan, x != x) \
  TEST (isinf, fabs (x) == HUGE_VAL) \
  TEST (isfinite, fabs (x) < HUGE_VAL) \
  TEST (logical_not, x == 0) \
  SLOPE (abs, fabs (x), x > 0 ? 1 : x < 0 ? -1 : 0) \
  SLOPE (relu, x > 0 ? x : 0, x > 0 ? 1 : 0) \
  SLOPE (clamp, x < p[0] ? p[0] : x > p[1] ? p[1] : x, x >= p[0] && x <= p[1] ? 1 : 0) \
  SLOPE (leaky_relu, x > 0 ? x : p[0] * x, x > 0 ? 1 : p[0]) \
  SLOPE (maximum_scalar, x > p[0] ? x : p[0], x > p[0] ? 1 : x < p[0] ? 0 : 0.5) \
  SLOPE (minimum_scalar, x < p[0] ? x : p[0], x < p[0] ? 1 : x > p[0] ? 0 : 0.5) \
  SLOPE (square, x * x, 2 * x) \
  SLOPE (pow_scalar, pow (x, p[0]), p[0] * pow (x, p[0] - 1)) \
  SLOPE (sqrt, sqrt (x), 0.5 / x) \
  SLOPE (rsqrt, 1 / sqrt (x), -0.5 * pow (x, -1.5)) \
  SLOPE (cbrt, copysign (pow (fabs (x), 1. / 3), x), 1 / (3 * x * x)) \
  SLOPE (reciprocal, 1 / x, -x * x) \
  SLOPE (exp, exp (x), x) \
  SLOPE (exp2, pow (2, x), x * log (2)) \
  SLOPE (expm1, expm1 (x), exp (x)) \
  SLOPE (log, log (x), 1 / x) \
  SLOPE (log2, log (x) / log (2), 1 / (x * log (2))) \
  SLOPE (log10, log (x) / log (10), 1 / (x * log (10))) \
  SLOPE (log1p, log1p (x), 1 / (1 + x)) \
  SLOPE (sin, sin (x), cos (x)) \
  SLOPE (cos, cos (x), -sin (x)) \
  SLOPE (tan, tan (x), 1 + x * x) \
  SLOPE (asin, atan2 (x, sqrt (1 - x * x)), 1 / sqrt (1 - x * x)) \
  SLOPE (acos, atan2 (sqrt (1 - x * x), x), -1 / sqrt (1 - x * x)) \
  SLOPE (atan, atan2 (x, 1), 1 / (1 + x * x)) \
  SLOPE (sinh, (exp (x) - exp (-x)) / 2, (exp (x) + exp (-x)) / 2) \
  SLOPE (cosh, (exp (x) + exp (-x)) / 2, (exp (x) - exp (-x)) / 2) \
  SLOPE (tanh, tanh (x), 1 / (cosh (x) * cosh (x))) \
  SLOPE (asinh, log (x + sqrt (x * x + 1)), 1 / sqrt (x * x + 1)) \
  SLOPE (acosh, log (x + sqrt (x * x - 1)), 1 / sqrt (x * x - 1)) \
  SLOPE (atanh, 0.5 * log ((1 + x) / (1 - x)), 1 / (1 - x * x)) \
  SLOPE (sigmoid, sigmoid (x), sigmoid (x) * (1 - sigmoid (x))) \
  SLOPE (log_sigmoid, log (sigmoid (x)), sigmoid (-x)) \
  SLOPE (softplus, log (1 + exp (p[0] * x)) / p[0], sigmoid (p[0] * x)) \
  SLOPE (elu, x > 0 ? x : p[0] * (exp (x) - 1), x > 0 ? 1 : p[0] * exp (x)) \
  SLOPE (gelu, x * normal_distribution (x), normal_distribution (x) + x * normal_density (x)) \
  SLOPE (gelu_tanh, x / 2 * (1 + tanh (gelu_gate (x))), \
         0.5 * (1 + tanh (gelu_gate (x))) + \
         0.5 * x / pow (cosh (gelu_gate (x)), 2) * sqrt (2 / G_PI) * (1 + 3 * 0.044715 * x * x)) \
  SLOPE (silu, x * sigmoid (x), sigmoid (x) + x * sigmoid (x) * (1 - sigmoid (x))) \
  SLOPE (mish, x * tanh (log (1 + exp (x))), \
         tanh (log (1 + exp (x))) + x * sigmoid (x) / pow (cosh (log (1 + exp (x))), 2)) \
  SLOPE (softsign, x / (1 + fabs (x)), 1 / pow (1 + fabs (x), 2)) \
  SLOPE (hardswish, x < -3 ? 0 : x > 3 ? x : x * (x + 3) / 6, \
         x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5) \
  SLOPE (erf, erf (x), 2 / sqrt (G_PI) * exp (-x * x)) \
  SLOPE (erfc, 1 - erf (x), -2 / sqrt (G_PI) * exp (-x * x)) \
  BINARY (add, a + b) \
  BINARY (sub, a - b) \
  BINARY (mul, a * b) \
  BINARY (div, a / b) \
  BINARY (pow, pow (a, b)) \
  BINARY (maximum, a > b ? a : b) \
  BINARY (minimum, a < b ? a : b) \
  BINARY (atan2, atan2 (a, b)) \
  BINARY (hypot, sqrt (a * a + b * b)) \
  BINARY (copysign, signbit (b) ? -fabs (a) : fabs (a)) \
  BINARY (fmod, a - b * trunc (a / b)) \
  BINARY (remainder, a - b * floor (a / b)) \
  BINARY (logaddexp, log (exp (a) + exp (b))) \
  BINARY (xlogy, a == 0 ? 0 : a * log (b)) \
  BINARY (mul_absorb, a == 0 ? 0 : a * b) \
  BINARY (mul_absorb_both, a == 0 || b == 0 ? 0 : a * b) \
  BINARY (div_absorb, a == 0 ? 0 : a / b) \
  BINARY (pow_slope, b * pow (a, b - 1)) \
  COMPARE (equal, a == b) \
  COMPARE (not_equal, a != b) \
  COMPARE (less, a < b) \
  COMPARE (less_equal, a <= b) \
  COMPARE (greater, a > b) \
  COMPARE (greater_equal, a >= b) \
  COMPARE (logical_and, a != 0 && b != 0) \
  COMPARE (logical_or, a != 0 || b != 0)

#define VALUE(name, value) \
  static gdouble \
  value_of_##name (gdouble        x, \
                   const gdouble *p) \
  { \
    return value; \
  }
#define SLOPE(name, value, slope) \
  VALUE (name, value) \
  static gdouble \
  slope_of_##name (gdouble        x, \
                   const gdouble *p) \
  { \
    return slope; \
  }
#define BINARY(name, value) \
  static gdouble \
  value_of_##name (gdouble a, \
                   gdouble b) \
  { \
    return value; \
  }
REFERENCES (VALUE, SLOPE, VALUE, BINARY, BINARY)
#undef VALUE
#undef SLOPE
#undef BINARY

static const struct
{
  const gchar *name;
  Function unary;
  Function slope;
  Function2 binary;
} table[] = {
#define VALUE(name, value) { #name, value_of_##name, NULL, NULL },
#define SLOPE(name, value, slope) \
  { #name, value_of_##name, NULL, NULL }, { #name "_backward", NULL, slope_of_##name, NULL },
#define BINARY(name, value) { #name, NULL, NULL, value_of_##name },
  REFERENCES (VALUE, SLOPE, VALUE, BINARY, BINARY)
#undef VALUE
#undef SLOPE
#undef BINARY
};

static guint
row_of (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return i;
  g_error ("no row named %s", name);
}

static void
unary_as (RefCall  *call,
          ReelDType dtype)
{
  const RefArray *x = &call->inputs[0];
  Function function = table[row_of (call->name)].unary;
  gdouble *y = ref_output (call, 0, dtype, x->rank, x->shape);

  for (gint64 i = 0; i < x->n; i++)
    y[i] = function (x->values[i], call->attributes);
}

static void
unary (RefCall *call)
{
  unary_as (call, call->inputs[0].dtype);
}

static void
test (RefCall *call)
{
  unary_as (call, REEL_BOOL);
}

/* The two operands' broadcast shape */
static gdouble *
binary_output (RefCall  *call,
               ReelDType dtype)
{
  gint64 shape[REEL_MAX_AXES];
  guint rank = 0;

  for (guint i = 0; i < call->n_inputs; i++)
    ref_broadcast_shape (&rank, shape, &call->inputs[i]);
  return ref_output (call, 0, dtype, rank, shape);
}

static void
slope (RefCall *call)
{
  Function function = table[row_of (call->name)].slope;
  gdouble *y = binary_output (call, call->inputs[0].dtype);
  const RefArray *out = &call->outputs[0];
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; i < out->n; i++)
    {
      gdouble g = ref_broadcast (&call->inputs[0], out->rank, at);

      if (g != 0)
        y[i] = g * function (ref_broadcast (&call->inputs[1], out->rank, at),
                             call->attributes);
      (void) ref_next (out->rank, out->shape, at);
    }
}

static void
binary_as (RefCall  *call,
           ReelDType dtype)
{
  Function2 function = table[row_of (call->name)].binary;
  gdouble *y = binary_output (call, dtype);
  const RefArray *out = &call->outputs[0];
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; i < out->n; i++)
    {
      y[i] = function (ref_broadcast (&call->inputs[0], out->rank, at),
                       ref_broadcast (&call->inputs[1], out->rank, at));
      (void) ref_next (out->rank, out->shape, at);
    }
}

static void
binary (RefCall *call)
{
  binary_as (call, call->inputs[0].dtype);
}

static void
compare (RefCall *call)
{
  binary_as (call, REEL_BOOL);
}

static void
where (RefCall *call)
{
  gdouble *y = binary_output (call, call->inputs[1].dtype);
  const RefArray *out = &call->outputs[0];
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; i < out->n; i++)
    {
      gboolean chosen = ref_broadcast (&call->inputs[0], out->rank, at) != 0;

      y[i] = ref_broadcast (&call->inputs[chosen ? 1 : 2], out->rank, at);
      (void) ref_next (out->rank, out->shape, at);
    }
}

const Reference ref_elementwise[] = {
#define VALUE(name, value) { #name, unary },
#define SLOPE(name, value, slope_) { #name, unary }, { #name "_backward", slope },
#define TEST(name, value) { #name, test },
#define BINARY(name, value) { #name, binary },
#define COMPARE(name, value) { #name, compare },
  REFERENCES (VALUE, SLOPE, TEST, BINARY, COMPARE)
  { "where", where }, { NULL, NULL }
};
