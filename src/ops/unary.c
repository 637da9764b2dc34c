/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

#include <math.h>

/* The elementwise ops of one input: a row each. A row says its slope once, as a
 * function of the input or of the output; "<name>_backward" (ȳ, v) = slope (v) · ȳ
 * is an op of its own, which the vjp applies to a cotangent and the jvp to a
 * tangent. For derivatives of that one the row gives the slope's own derivative,
 * the curvature, as a composition of ops. */

typedef struct
{
  gdouble parameters[2];
} Parameters;

typedef struct
{
  ReelUnaryId loop;

  /* One of these two; neither: the derivative is zero. */
  ReelTensor *(*linear) (ReelTensor    *t,
                         const gdouble *parameters);
  const ReelOp *backward;
  gboolean slope_of_output;     /* v is y, not x */
} Row;

typedef struct
{
  ReelSlopeId loop;
  /* NULL: zero */
  ReelTensor *(*curvature) (ReelTensor    *v,
                            const gdouble *parameters);
} BackwardRow;

static const gdouble *
parameters_of (gconstpointer attributes)
{
  return ((const Parameters *) attributes)->parameters;
}

static gboolean
check_numbers (const Row        *row,
               const Parameters *given,
               GError          **error)
{
  const gdouble *numbers = given->parameters;

  if (G_UNLIKELY (row->loop == REEL_UNARY_softplus && !(fabs (numbers[0]) > 0)))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE, "beta must not be %g", numbers[0]);
      return FALSE;
    }
  if (G_UNLIKELY (row->loop == REEL_UNARY_clamp &&
                  (isnan (numbers[0]) || isnan (numbers[1]))))
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_VALUE, "the bounds must not be NaN");
      return FALSE;
    }
  return TRUE;
}

static gboolean
infer_unary (ReelInfer *infer,
             GError   **error)
{
  const Row *row = infer->op->user_data;
  const ReelArray *x = &infer->inputs[0];

  _reel_spec_like (&infer->outputs[0], x);
  if (!check_numbers (row, infer->attributes, error))
    return FALSE;
  if (G_LIKELY (_reel_kernels ()->unary[row->loop][x->dtype] != NULL))
    return TRUE;
  if (x->dtype == REEL_BOOL)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_DTYPE,
                           "not defined for bool; reel_cast converts");
      return FALSE;
    }
  return _reel_check_floating (infer, 0, error);
}

static gboolean
kernel_unary (const ReelKernelCall *call,
              GError              **error)
{
  const Row *row = call->op->user_data;

  _reel_map_unary (_reel_kernels ()->unary[row->loop][call->inputs[0].dtype],
                   &call->inputs[0], &call->outputs[0],
                   parameters_of (call->attributes));
  return TRUE;
}

/* The derivative is diagonal, so transposed or not it is the same. */
static ReelTensor *
derive_unary (ReelRule   *rule,
              ReelTensor *t)
{
  const Row *row = rule->op->user_data;

  if (row->linear != NULL)
    return row->linear (t, parameters_of (rule->attributes));
  if (row->backward == NULL)
    return NULL;
  return _reel_apply_2 (row->backward, t,
                        row->slope_of_output ? rule->outputs[0] : rule->inputs[0],
                        rule->attributes, rule->attributes_size);
}

static gboolean
vjp_unary (ReelRule *rule,
           GError  **error)
{
  ReelTensor *gradient;

  _reel_rule_spend (rule, 0);
  gradient = derive_unary (rule, rule->cotangents[0]);
  if (gradient != NULL)
    reel_rule_contribute (rule, 0, gradient);
  return TRUE;
}

static gboolean
jvp_unary (ReelRule *rule,
           GError  **error)
{
  ReelTensor *tangent = derive_unary (rule, rule->tangents[0]);

  if (tangent != NULL)
    reel_rule_set_tangent (rule, 0, tangent);
  return TRUE;
}

static gboolean
kernel_backward (const ReelKernelCall *call,
                 GError              **error)
{
  const BackwardRow *row = call->op->user_data;

  _reel_map_binary (_reel_kernels ()->slope[row->loop][call->inputs[0].dtype],
                    &call->inputs[0], &call->inputs[1], &call->outputs[0],
                    parameters_of (call->attributes));
  return TRUE;
}

/* c · g · curvature (v): what flows from, or into, v. */
static ReelTensor *
derive_slope (ReelRule   *rule,
              ReelTensor *c)
{
  const BackwardRow *row = rule->op->user_data;

  if (row->curvature == NULL)
    return NULL;
  return _reel_mul_absorb (_reel_mul_absorb (c, rule->inputs[0]),
                           row->curvature (rule->inputs[1],
                                           parameters_of (rule->attributes)));
}

static gboolean
vjp_backward (ReelRule *rule,
              GError  **error)
{
  ReelTensor *c = rule->cotangents[0];
  ReelTensor *v_bar;

  if (reel_rule_wants (rule, 0))
    reel_rule_contribute (rule, 0,
                          _reel_sum_to_shape (_reel_apply_2 (rule->op, c, rule->inputs[1],
                                                             rule->attributes,
                                                             rule->attributes_size),
                                              rule->outputs[0], rule->inputs[0]));
  if (reel_rule_wants (rule, 1) && (v_bar = derive_slope (rule, c)) != NULL)
    reel_rule_contribute (rule, 1, _reel_sum_to_shape (v_bar, rule->outputs[0],
                                                       rule->inputs[1]));
  return TRUE;
}

static gboolean
jvp_backward (ReelRule *rule,
              GError  **error)
{
  ReelTensor *tangent = NULL;
  ReelTensor *part;

  if (rule->tangents[0] != NULL)
    tangent = _reel_apply_2 (rule->op,
                             _reel_broadcast_from (rule->tangents[0], rule->inputs[0],
                                                   rule->outputs[0]),
                             rule->inputs[1], rule->attributes, rule->attributes_size);
  if (rule->tangents[1] != NULL &&
      (part = derive_slope (rule, _reel_broadcast_from (rule->tangents[1], rule->inputs[1],
                                                        rule->outputs[0]))) != NULL)
    tangent = tangent != NULL ? reel_add (tangent, part) : part;
  if (tangent != NULL)
    reel_rule_set_tangent (rule, 0, tangent);
  return TRUE;
}

/* Slopes at t of another op, for curvatures: f' (t) = backward of ones. */
#define SLOPE_AT(name, t, parameters) \
  _reel_apply_2 (&_reel_op_##name##_backward, _reel_full_like (t, 1), t, parameters, \
                 sizeof (Parameters))

static const Parameters no_parameters = { { 0, 0 } };

/* Linear ops */

static ReelTensor *
linear_neg (ReelTensor    *t,
            const gdouble *parameters)
{
  return reel_neg (t);
}

static ReelTensor *
linear_identity (ReelTensor    *t,
                 const gdouble *parameters)
{
  return t;
}

static ReelTensor *
linear_mul_scalar (ReelTensor    *t,
                   const gdouble *parameters)
{
  return reel_mul_scalar (t, parameters[0]);
}

static ReelTensor *
linear_div_scalar (ReelTensor    *t,
                   const gdouble *parameters)
{
  return reel_div_scalar (t, parameters[0]);
}

/* Curvatures: the derivatives of the slopes that kernels.h lists, by their v */

extern const ReelOp _reel_op_tanh_backward, _reel_op_sigmoid_backward;

static ReelTensor *
curvature_square (ReelTensor    *x,
                  const gdouble *parameters)
{
  return _reel_full_like (x, 2);
}

static ReelTensor *
curvature_pow_scalar (ReelTensor    *x,
                      const gdouble *parameters)
{
  gdouble p = parameters[0];

  if (p == 0 || p == 1)
    return _reel_full_like (x, 0);
  return reel_mul_scalar (reel_pow_scalar (x, p - 2), p * (p - 1));
}

static ReelTensor *
curvature_sqrt (ReelTensor    *y,
                const gdouble *parameters)
{
  return reel_mul_scalar (reel_reciprocal (reel_square (y)), -0.5);
}

static ReelTensor *
curvature_rsqrt (ReelTensor    *y,
                 const gdouble *parameters)
{
  return reel_mul_scalar (reel_square (y), -1.5);
}

static ReelTensor *
curvature_reciprocal (ReelTensor    *y,
                      const gdouble *parameters)
{
  return reel_mul_scalar (y, -2);
}

static ReelTensor *
curvature_exp (ReelTensor    *y,
               const gdouble *parameters)
{
  return _reel_full_like (y, 1);
}

static ReelTensor *
curvature_expm1 (ReelTensor    *x,
                 const gdouble *parameters)
{
  return reel_exp (x);
}

static ReelTensor *
curvature_log (ReelTensor    *x,
               const gdouble *parameters)
{
  return reel_neg (reel_reciprocal (reel_square (x)));
}

static ReelTensor *
curvature_log1p (ReelTensor    *x,
                 const gdouble *parameters)
{
  return curvature_log (reel_add_scalar (x, 1), parameters);
}

static ReelTensor *
curvature_sin (ReelTensor    *x,
               const gdouble *parameters)
{
  return reel_neg (reel_sin (x));
}

static ReelTensor *
curvature_cos (ReelTensor    *x,
               const gdouble *parameters)
{
  return reel_neg (reel_cos (x));
}

static ReelTensor *
curvature_tan (ReelTensor    *y,
               const gdouble *parameters)
{
  return reel_mul_scalar (y, 2);
}

static ReelTensor *
curvature_tanh (ReelTensor    *x,
                const gdouble *parameters)
{
  return reel_mul_scalar (reel_mul (reel_tanh (x), SLOPE_AT (tanh, x, &no_parameters)), -2);
}

/* σ'' = σ' (1 - 2 σ), and 1 - 2 σ(x) = -tanh (x/2) */
static ReelTensor *
curvature_sigmoid (ReelTensor    *x,
                   const gdouble *parameters)
{
  return reel_neg (reel_mul (SLOPE_AT (sigmoid, x, &no_parameters),
                             reel_tanh (reel_mul_scalar (x, 0.5))));
}

static ReelTensor *
curvature_elu (ReelTensor    *x,
               const gdouble *parameters)
{
  ReelTensor *zero = _reel_full_like (x, 0);

  return reel_where (reel_greater (x, zero), zero,
                     reel_mul_scalar (reel_exp (x), parameters[0]));
}

/* φ(x) (2 - x²) */
static ReelTensor *
curvature_gelu (ReelTensor    *x,
                const gdouble *parameters)
{
  ReelTensor *square = reel_square (x);
  ReelTensor *density = reel_mul_scalar (reel_exp (reel_mul_scalar (square, -0.5)),
                                         0.3989422804014326779);

  return reel_mul (density, reel_add_scalar (reel_neg (square), 2));
}

/* y = x/2 (1 + t) with t = tanh u, u = k (x + c x³):
 * y″ = t′ u′ + x/2 (t″ u′² + t′ u″) with t′, t″ by u */
static ReelTensor *
curvature_gelu_tanh (ReelTensor    *x,
                     const gdouble *parameters)
{
  const gdouble k = 0.7978845608028653559, c = 0.044715;
  ReelTensor *square = reel_square (x);
  ReelTensor *u = reel_mul_scalar (reel_mul (x, reel_add_scalar (reel_mul_scalar (square, c),
                                                                 1)), k);
  ReelTensor *u1 = reel_mul_scalar (reel_add_scalar (reel_mul_scalar (square, 3 * c), 1), k);
  ReelTensor *u2 = reel_mul_scalar (x, 6 * c * k);
  ReelTensor *t1 = SLOPE_AT (tanh, u, &no_parameters);
  ReelTensor *t2 = curvature_tanh (u, parameters);
  ReelTensor *inner = reel_add (reel_mul (t2, reel_square (u1)), reel_mul (t1, u2));

  return reel_add (reel_mul (t1, u1), reel_mul (reel_mul_scalar (x, 0.5), inner));
}

/* σ'(x) (2 + x (1 - 2 σ(x))), and 1 - 2 σ(x) = -tanh (x/2) */
static ReelTensor *
curvature_silu (ReelTensor    *x,
                const gdouble *parameters)
{
  ReelTensor *t = reel_tanh (reel_mul_scalar (x, 0.5));

  return reel_mul (SLOPE_AT (sigmoid, x, &no_parameters),
                   reel_add_scalar (reel_neg (reel_mul (x, t)), 2));
}

static ReelTensor *
curvature_softplus (ReelTensor    *x,
                    const gdouble *parameters)
{
  return reel_mul_scalar (SLOPE_AT (sigmoid, reel_mul_scalar (x, parameters[0]),
                                    &no_parameters), parameters[0]);
}

/* -2 x · 2/√π exp (-x²) */
static ReelTensor *
curvature_erf (ReelTensor    *x,
               const gdouble *parameters)
{
  return reel_mul (reel_mul_scalar (x, -2 * 1.1283791670955125739),
                   reel_exp (reel_neg (reel_square (x))));
}

/* Samples */

#define SAMPLE(low, high, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 5 }, low, high }, \
                                         { REEL_F64, 2, { 3, 5 }, low, high } }, \
    .n_inputs = 1, \
    .attributes = &(const Parameters){ { __VA_ARGS__ } }, \
    .attributes_size = sizeof (Parameters) }
#define BACKWARD_SAMPLE(low, high, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 5 }, -2, 2 }, \
                                         { REEL_F64, 2, { 3, 5 }, low, high } }, \
    .n_inputs = 2, \
    .attributes = &(const Parameters){ { __VA_ARGS__ } }, \
    .attributes_size = sizeof (Parameters) }

/* The numbers of an op, by the names that its function gives them */

#define NUMBER(name, i, default_) \
  { name, REEL_ATTRIBUTE_F64, (i) * sizeof (gdouble), 0, default_, NULL }
#define NUMBERS_none .n_attributes = 0
#define NUMBERS_number REEL_ATTRIBUTES (number_rows)
#define NUMBERS_bounds REEL_ATTRIBUTES (bounds_rows)
#define NUMBERS_negative_slope REEL_ATTRIBUTES (negative_slope_rows)
#define NUMBERS_alpha REEL_ATTRIBUTES (alpha_rows)
#define NUMBERS_beta REEL_ATTRIBUTES (beta_rows)

static const ReelAttribute number_rows[] = { NUMBER ("number", 0, NULL) };
static const ReelAttribute bounds_rows[] = {
  NUMBER ("minimum", 0, "-inf"), NUMBER ("maximum", 1, "inf")
};
static const ReelAttribute negative_slope_rows[] = { NUMBER ("negative_slope", 0, "0.01") };
static const ReelAttribute alpha_rows[] = { NUMBER ("alpha", 0, "1") };
static const ReelAttribute beta_rows[] = { NUMBER ("beta", 0, "1") };

/* Rows */

#define UNARY(name_, numbers_, onnx_, formula_, fields_, reads_x, reads_y, low, high, ...) \
  static const Row row_##name_ = fields_; \
  static const ReelSample samples_##name_[] = { SAMPLE (low, high, __VA_ARGS__) }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, NUMBERS_##numbers_, .onnx_name = onnx_, \
    .formula = formula_, .n_inputs = 1, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | REEL_OP_MAY_OVERWRITE, \
    .vjp_reads_inputs = reads_x, .vjp_reads_outputs = reads_y, \
    .infer = infer_unary, .kernel = kernel_unary, .vjp = vjp_unary, .jvp = jvp_unary, \
    .samples = samples_##name_, .n_samples = 1, .user_data = (gpointer) &row_##name_ \
  }

#define ROW(...) { __VA_ARGS__ }

/* the derivative is zero */
#define FLAT(name, numbers, onnx, formula, low, high) \
  UNARY (name, numbers, onnx, formula, ROW (.loop = REEL_UNARY_##name), 0, 0, low, high, 0)
#define LINEAR(name, numbers, onnx, formula, linear_func, ...) \
  UNARY (name, numbers, onnx, formula, \
         ROW (.loop = REEL_UNARY_##name, .linear = linear_func), 0, 0, -3, 3, __VA_ARGS__)
#define BACKWARD(name_, numbers_, formula_, curvature_, low, high, ...) \
  static const BackwardRow backward_row_##name_ = { REEL_SLOPE_##name_, curvature_ }; \
  static const ReelSample backward_samples_##name_[] = { \
    BACKWARD_SAMPLE (low, high, __VA_ARGS__) \
  }; \
  const ReelOp _reel_op_##name_##_backward = { \
    REEL_OP_INIT, .name = #name_ "_backward", NUMBERS_##numbers_, .formula = formula_, \
    .n_inputs = 2, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | REEL_OP_INTERNAL | REEL_OP_MAY_OVERWRITE, \
    .vjp_reads_inputs = 3, .infer = _reel_infer_broadcast, .kernel = kernel_backward, \
    .vjp = vjp_backward, .jvp = jvp_backward, .samples = backward_samples_##name_, \
    .n_samples = 1, .user_data = (gpointer) &backward_row_##name_ \
  }
#define OF_X(name, numbers, onnx, formula, slope, curvature, low, high, ...) \
  BACKWARD (name, numbers, "x̄ = ȳ " slope, curvature, low, high, __VA_ARGS__); \
  UNARY (name, numbers, onnx, formula ";  x̄ = ȳ " slope, \
         ROW (.loop = REEL_UNARY_##name, .backward = &_reel_op_##name##_backward), 1, 0, \
         low, high, __VA_ARGS__)
#define OF_Y(name, numbers, onnx, formula, slope, curvature, low, high, y_low, y_high, ...) \
  BACKWARD (name, numbers, "x̄ = ȳ " slope, curvature, y_low, y_high, __VA_ARGS__); \
  UNARY (name, numbers, onnx, formula ";  x̄ = ȳ " slope, \
         ROW (.loop = REEL_UNARY_##name, .backward = &_reel_op_##name##_backward, \
              .slope_of_output = TRUE), 0, 1, low, high, __VA_ARGS__)

LINEAR (neg, none, "Neg", "y = -x;  x̄ = -ȳ", linear_neg, 0);
LINEAR (add_scalar, number, NULL, "y = x + a;  x̄ = ȳ", linear_identity, 1.5);
LINEAR (sub_scalar, number, NULL, "y = x - a;  x̄ = ȳ", linear_identity, 1.5);
LINEAR (mul_scalar, number, NULL, "y = a x;  x̄ = a ȳ", linear_mul_scalar, -1.5);
LINEAR (div_scalar, number, NULL, "y = x / a;  x̄ = ȳ / a", linear_div_scalar, -1.5);

FLAT (sign, none, "Sign", "y = sign x;  x̄ = 0", 0.1, 3);
FLAT (floor, none, "Floor", "y = ⌊x⌋;  x̄ = 0", 0.1, 0.9);
FLAT (ceil, none, "Ceil", "y = ⌈x⌉;  x̄ = 0", 0.1, 0.9);
FLAT (round, none, "Round", "y = x rounded, halves to even;  x̄ = 0", 0.6, 1.4);

OF_X (abs, none, "Abs", "y = |x|", "sign x", NULL, 0.1, 3, 0);
OF_X (square, none, NULL, "y = x²", "2 x", curvature_square, -2, 2, 0);
OF_X (relu, none, "Relu", "y = max (x, 0)", "where x > 0, else 0", NULL, 0.1, 3, 0);
OF_X (clamp, bounds, "Clip", "y = min (max (x, low), high)",
      "where low <= x <= high, else 0", NULL, -1.9, 0.9, -2, 1);
OF_X (leaky_relu, negative_slope, "LeakyRelu", "y = x > 0 ? x : a x", "(x > 0 ? 1 : a)",
      NULL, -3, -0.1, 0.1);
OF_X (pow_scalar, number, NULL, "y = xᵃ", "a xᵃ⁻¹", curvature_pow_scalar, 0.5, 2, 2.5);
OF_X (maximum_scalar, number, NULL, "y = max (x, a)", "(x > a ? 1 : x = a ? 1/2 : 0)", NULL,
      0.6, 2, 0.5);
OF_X (minimum_scalar, number, NULL, "y = min (x, a)", "(x < a ? 1 : x = a ? 1/2 : 0)", NULL,
      -2, 0.4, 0.5);
OF_Y (sqrt, none, "Sqrt", "y = √x", "/ (2 y)", curvature_sqrt, 0.2, 3, 0.3, 2, 0);
OF_Y (rsqrt, none, NULL, "y = 1 / √x", "(-y³ / 2)", curvature_rsqrt, 0.2, 3, 0.3, 2, 0);
OF_Y (reciprocal, none, "Reciprocal", "y = 1 / x", "(-y²)", curvature_reciprocal, 0.3, 3,
      0.3, 2, 0);
OF_Y (exp, none, "Exp", "y = exp x", "y", curvature_exp, -2, 2, 0.2, 3, 0);
OF_X (expm1, none, NULL, "y = exp x - 1", "exp x", curvature_expm1, -2, 2, 0);
OF_X (log, none, "Log", "y = log x", "/ x", curvature_log, 0.3, 3, 0);
OF_X (log1p, none, NULL, "y = log (1 + x)", "/ (1 + x)", curvature_log1p, -0.5, 3, 0);
OF_X (sin, none, "Sin", "y = sin x", "cos x", curvature_sin, -3, 3, 0);
OF_X (cos, none, "Cos", "y = cos x", "(-sin x)", curvature_cos, -3, 3, 0);
OF_Y (tan, none, "Tan", "y = tan x", "(1 + y²)", curvature_tan, -1, 1, -2, 2, 0);
OF_X (tanh, none, "Tanh", "y = tanh x", "4 σ(2x) σ(-2x)", curvature_tanh, -2, 2, 0);
OF_X (sigmoid, none, "Sigmoid", "y = σ(x) = 1 / (1 + exp (-x))", "σ(x) σ(-x)",
      curvature_sigmoid, -3, 3, 0);
OF_X (elu, alpha, "Elu", "y = x > 0 ? x : a (exp x - 1)", "(x > 0 ? 1 : a exp x)",
      curvature_elu, -2, -0.1, 1.5);
OF_X (gelu, none, "Gelu", "y = x Φ(x)", "(Φ(x) + x φ(x))", curvature_gelu, -2, 2, 0);
OF_X (gelu_tanh, none, NULL, "y = x/2 (1 + tanh (√(2/π) (x + 0.044715 x³)))", "y′",
      curvature_gelu_tanh, -2, 2, 0);
OF_X (silu, none, "Swish", "y = x σ(x)", "σ(x) (1 + x σ(-x))", curvature_silu, -3, 3, 0);
OF_X (softplus, beta, "Softplus", "y = log (1 + exp (b x)) / b", "σ(b x)",
      curvature_softplus, -2, 2, 1.5);
OF_X (erf, none, "Erf", "y = erf x", "2/√π exp (-x²)", curvature_erf, -2, 2, 0);

/* The public functions */

#define FUNCTION(name) \
  ReelTensor * \
  reel_##name (ReelTensor *x) \
  { \
    return _reel_apply_1 (&_reel_op_##name, x, &no_parameters, sizeof (Parameters)); \
  }

#define FUNCTION_1(name, parameter) \
  ReelTensor * \
  reel_##name (ReelTensor *x, \
               gdouble     parameter) \
  { \
    const Parameters attributes = { { parameter, 0 } }; \
 \
    return _reel_apply_1 (&_reel_op_##name, x, &attributes, sizeof attributes); \
  }

FUNCTION (neg)
FUNCTION (abs)
FUNCTION (sign)
FUNCTION (square)
FUNCTION (sqrt)
FUNCTION (rsqrt)
FUNCTION (reciprocal)
FUNCTION (exp)
FUNCTION (expm1)
FUNCTION (log)
FUNCTION (log1p)
FUNCTION (sin)
FUNCTION (cos)
FUNCTION (tan)
FUNCTION (tanh)
FUNCTION (sigmoid)
FUNCTION (relu)
FUNCTION (silu)
FUNCTION (erf)
FUNCTION (floor)
FUNCTION (ceil)
FUNCTION (round)

FUNCTION_1 (leaky_relu, negative_slope)
FUNCTION_1 (elu, alpha)
FUNCTION_1 (add_scalar, number)
FUNCTION_1 (sub_scalar, number)
FUNCTION_1 (mul_scalar, number)
FUNCTION_1 (div_scalar, number)
FUNCTION_1 (pow_scalar, number)
FUNCTION_1 (maximum_scalar, number)
FUNCTION_1 (minimum_scalar, number)

ReelTensor *
reel_softplus (ReelTensor *x,
               gdouble     beta)
{
  const Parameters attributes = { { beta, 0 } };

  return _reel_apply_1 (&_reel_op_softplus, x, &attributes, sizeof attributes);
}

ReelTensor *
reel_clamp (ReelTensor *x,
            gdouble     minimum,
            gdouble     maximum)
{
  const Parameters attributes = { { minimum, maximum } };

  return _reel_apply_1 (&_reel_op_clamp, x, &attributes, sizeof attributes);
}

ReelTensor *
reel_gelu (ReelTensor *x,
           ReelGelu    form)
{
  return _reel_apply_1 (form == REEL_GELU_TANH ? &_reel_op_gelu_tanh : &_reel_op_gelu, x,
                        &no_parameters, sizeof (Parameters));
}
