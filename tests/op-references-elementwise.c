/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <math.h>

/* The elementwise ops: a function of numbers each. `p` are an op's parameters. */

typedef gdouble (*Function) (gdouble        x,
                             const gdouble *p);
typedef gdouble (*Function2) (gdouble a,
                              gdouble b);

#define FUNCTION(name, expression) \
  static gdouble \
  name (gdouble        x, \
        const gdouble *p) \
  { \
    return expression; \
  }
#define FUNCTION_2(name, expression) \
  static gdouble \
  name (gdouble a, \
        gdouble b) \
  { \
    return expression; \
  }

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

FUNCTION (neg, -x)
FUNCTION (abs_, fabs (x))
FUNCTION (sign, x > 0 ? 1 : x < 0 ? -1 : 0)
FUNCTION (square, x * x)
FUNCTION (sqrt_, sqrt (x))
FUNCTION (rsqrt, 1 / sqrt (x))
FUNCTION (reciprocal, 1 / x)
FUNCTION (exp_, exp (x))
FUNCTION (expm1_, expm1 (x))
FUNCTION (log_, log (x))
FUNCTION (log1p_, log1p (x))
FUNCTION (sin_, sin (x))
FUNCTION (cos_, cos (x))
FUNCTION (tan_, tan (x))
FUNCTION (tanh_, tanh (x))
FUNCTION (sigmoid_, sigmoid (x))
FUNCTION (relu, x > 0 ? x : 0)
FUNCTION (leaky_relu, x > 0 ? x : p[0] * x)
FUNCTION (elu, x > 0 ? x : p[0] * (exp (x) - 1))
FUNCTION (gelu, x * normal_distribution (x))
FUNCTION (gelu_tanh, x / 2 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x))))
FUNCTION (silu, x * sigmoid (x))
FUNCTION (softplus, log (1 + exp (p[0] * x)) / p[0])
FUNCTION (erf_, erf (x))
FUNCTION (floor_, floor (x))
FUNCTION (ceil_, ceil (x))
FUNCTION (round_, nearbyint (x))
FUNCTION (clamp, x < p[0] ? p[0] : x > p[1] ? p[1] : x)
FUNCTION (add_scalar, x + p[0])
FUNCTION (sub_scalar, x - p[0])
FUNCTION (mul_scalar, x * p[0])
FUNCTION (div_scalar, x / p[0])
FUNCTION (pow_scalar, pow (x, p[0]))
FUNCTION (maximum_scalar, x > p[0] ? x : p[0])
FUNCTION (minimum_scalar, x < p[0] ? x : p[0])

/* Slopes, of x or of the result, as each backward op takes it */
FUNCTION (slope_abs, x > 0 ? 1 : x < 0 ? -1 : 0)
FUNCTION (slope_square, 2 * x)
FUNCTION (slope_sqrt, 0.5 / x)
FUNCTION (slope_rsqrt, -0.5 * x * x * x)
FUNCTION (slope_reciprocal, -x * x)
FUNCTION (slope_exp, x)
FUNCTION (slope_expm1, exp (x))
FUNCTION (slope_log, 1 / x)
FUNCTION (slope_log1p, 1 / (1 + x))
FUNCTION (slope_sin, cos (x))
FUNCTION (slope_cos, -sin (x))
FUNCTION (slope_tan, 1 + x * x)
FUNCTION (slope_tanh, 1 / (cosh (x) * cosh (x)))
FUNCTION (slope_sigmoid, sigmoid (x) * (1 - sigmoid (x)))
FUNCTION (slope_relu, x > 0 ? 1 : 0)
FUNCTION (slope_leaky_relu, x > 0 ? 1 : p[0])
FUNCTION (slope_elu, x > 0 ? 1 : p[0] * exp (x))
FUNCTION (slope_gelu, normal_distribution (x) + x * normal_density (x))
FUNCTION (slope_gelu_tanh,
          0.5 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x))) +
          0.5 * x / pow (cosh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)), 2) *
          sqrt (2 / G_PI) * (1 + 3 * 0.044715 * x * x))
FUNCTION (slope_silu, sigmoid (x) + x * sigmoid (x) * (1 - sigmoid (x)))
FUNCTION (slope_softplus, sigmoid (p[0] * x))
FUNCTION (slope_erf, 2 / sqrt (G_PI) * exp (-x * x))
FUNCTION (slope_clamp, x >= p[0] && x <= p[1] ? 1 : 0)
FUNCTION (slope_pow_scalar, p[0] * pow (x, p[0] - 1))
FUNCTION (slope_maximum_scalar, x > p[0] ? 1 : x < p[0] ? 0 : 0.5)
FUNCTION (slope_minimum_scalar, x < p[0] ? 1 : x > p[0] ? 0 : 0.5)

FUNCTION_2 (add, a + b)
FUNCTION_2 (sub, a - b)
FUNCTION_2 (mul, a * b)
FUNCTION_2 (div_, a / b)
FUNCTION_2 (pow_, pow (a, b))
FUNCTION_2 (maximum, a > b ? a : b)
FUNCTION_2 (minimum, a < b ? a : b)
FUNCTION_2 (mul_absorb, a == 0 || b == 0 ? 0 : a * b)
FUNCTION_2 (div_absorb, a == 0 ? 0 : a / b)
FUNCTION_2 (equal, a == b)
FUNCTION_2 (not_equal, a != b)
FUNCTION_2 (less, a < b)
FUNCTION_2 (less_equal, a <= b)
FUNCTION_2 (greater, a > b)
FUNCTION_2 (greater_equal, a >= b)
FUNCTION_2 (logical_and, a != 0 && b != 0)
FUNCTION_2 (logical_or, a != 0 || b != 0)

#define UNARY(function) { #function, function, NULL, NULL }
#define UNARY_(name, function) { name, function, NULL, NULL }
#define SLOPE(name) { #name "_backward", NULL, slope_##name, NULL }
#define BINARY(function) { #function, NULL, NULL, function }

static const struct
{
  const gchar *name;
  Function unary;
  Function slope;
  Function2 binary;
} table[] = {
  UNARY (neg), UNARY_ ("abs", abs_), UNARY (sign), UNARY (square), UNARY_ ("sqrt", sqrt_),
  UNARY (rsqrt), UNARY (reciprocal), UNARY_ ("exp", exp_), UNARY_ ("expm1", expm1_),
  UNARY_ ("log", log_), UNARY_ ("log1p", log1p_), UNARY_ ("sin", sin_), UNARY_ ("cos", cos_),
  UNARY_ ("tan", tan_), UNARY_ ("tanh", tanh_), UNARY_ ("sigmoid", sigmoid_), UNARY (relu),
  UNARY (leaky_relu), UNARY (elu), UNARY (gelu), UNARY (gelu_tanh), UNARY (silu),
  UNARY (softplus), UNARY_ ("erf", erf_), UNARY_ ("floor", floor_), UNARY_ ("ceil", ceil_),
  UNARY_ ("round", round_), UNARY (clamp), UNARY (add_scalar), UNARY (sub_scalar),
  UNARY (mul_scalar), UNARY (div_scalar), UNARY (pow_scalar), UNARY (maximum_scalar),
  UNARY (minimum_scalar),
  SLOPE (abs), SLOPE (square), SLOPE (sqrt), SLOPE (rsqrt), SLOPE (reciprocal), SLOPE (exp),
  SLOPE (expm1), SLOPE (log), SLOPE (log1p), SLOPE (sin), SLOPE (cos), SLOPE (tan),
  SLOPE (tanh), SLOPE (sigmoid), SLOPE (relu), SLOPE (leaky_relu), SLOPE (elu), SLOPE (gelu),
  SLOPE (gelu_tanh), SLOPE (silu), SLOPE (softplus), SLOPE (erf), SLOPE (clamp),
  SLOPE (pow_scalar), SLOPE (maximum_scalar), SLOPE (minimum_scalar),
  BINARY (add), BINARY (sub), BINARY (mul), { "div", NULL, NULL, div_ },
  { "pow", NULL, NULL, pow_ }, BINARY (maximum), BINARY (minimum), BINARY (mul_absorb),
  BINARY (div_absorb), BINARY (equal), BINARY (not_equal), BINARY (less), BINARY (less_equal),
  BINARY (greater), BINARY (greater_equal), BINARY (logical_and), BINARY (logical_or),
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
unary (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  Function function = table[row_of (call->name)].unary;
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);

  for (gint64 i = 0; i < x->n; i++)
    y[i] = function (x->values[i], call->attributes);
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
logical_not (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y = ref_output (call, 0, REEL_BOOL, x->rank, x->shape);

  for (gint64 i = 0; i < x->n; i++)
    y[i] = x->values[i] == 0;
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

#define U(name) { #name, unary }
#define S(name) { #name, unary }, { #name "_backward", slope }
#define B(name) { #name, binary }
#define C(name) { #name, compare }

const Reference ref_elementwise[] = {
  U (neg), S (abs), U (sign), S (square), S (sqrt), S (rsqrt), S (reciprocal), S (exp),
  S (expm1), S (log), S (log1p), S (sin), S (cos), S (tan), S (tanh), S (sigmoid), S (relu),
  S (leaky_relu), S (elu), S (gelu), S (gelu_tanh), S (silu), S (softplus), S (erf),
  U (floor), U (ceil), U (round), S (clamp), U (add_scalar), U (sub_scalar), U (mul_scalar),
  U (div_scalar), S (pow_scalar), S (maximum_scalar), S (minimum_scalar),
  B (add), B (sub), B (mul), B (div), B (pow), B (maximum), B (minimum), B (mul_absorb),
  B (div_absorb), C (equal), C (not_equal), C (less), C (less_equal), C (greater),
  C (greater_equal), C (logical_and), C (logical_or), { "logical_not", logical_not },
  { "where", where }, { NULL, NULL }
};
