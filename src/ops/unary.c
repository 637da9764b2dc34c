/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

#include <math.h>

/* The elementwise ops of one input, from the rows of kernels/unary-table.h. A row says its
 * slope once, as a function of the input or of the output; "<name>_backward" (ȳ, v) =
 * slope (v) · ȳ is an op of its own, which the vjp applies to a cotangent and the jvp to a
 * tangent. For derivatives of that one the row gives the slope's own derivative, the
 * curvature, as a composition of ops. */

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
  /* gives NULL for zero */
  ReelTensor *(*curvature) (ReelTensor    *v,
                            const gdouble *parameters);
} BackwardRow;

static const gdouble *
parameters_of (gconstpointer attributes)
{
  return attributes != NULL ? ((const Parameters *) attributes)->parameters : NULL;
}

static gboolean
check_numbers (const Row     *row,
               const gdouble *numbers,
               GError       **error)
{
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
  if (!check_numbers (row, parameters_of (infer->attributes), error))
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

/* A bool result, of anything */
static gboolean
infer_test (ReelInfer *infer,
            GError   **error)
{
  _reel_spec_like (&infer->outputs[0], &infer->inputs[0]);
  infer->outputs[0].dtype = REEL_BOOL;
  return TRUE;
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
  ReelTensor *curvature = row->curvature (rule->inputs[1], parameters_of (rule->attributes));

  if (curvature == NULL)
    return NULL;
  return _reel_mul_absorb (_reel_mul_absorb_both (c, rule->inputs[0]), curvature);
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

#define UNARY_X(function, name, ...) extern const ReelOp _reel_op_##name##_backward;
#define UNARY_Y(function, name, ...) extern const ReelOp _reel_op_##name##_backward;
#include "kernels/unary-table.h"

/* reel_gelu () chooses between these. */
ReelTensor *_reel_gelu_erf (ReelTensor *x);
ReelTensor *_reel_gelu_tanh (ReelTensor *x);

/* What flows through y = a x and y = x / a: a may be infinite, NaN or 0. */

static ReelTensor *
times (ReelTensor *t,
       gdouble     p)
{
  return isfinite (p) ? reel_mul_scalar (t, p)
                      : _reel_mul_absorb (t, _reel_number_like (t, p));
}

static ReelTensor *
over (ReelTensor *t,
      gdouble     p)
{
  return isfinite (p) && p != 0 ? reel_div_scalar (t, p)
                                : _reel_div_absorb (t, _reel_number_like (t, p));
}

/* Curvatures: derivatives of slopes, by what these are taken at. Shorter ones stand in the
 * table. */

static ReelTensor *
full (ReelTensor *v,
      gdouble     value)
{
  return _reel_full_like (v, value);
}

static ReelTensor *
cube (ReelTensor *x)
{
  return reel_mul (reel_square (x), x);
}

/* The slope of another op at t: f' (t) = backward of ones */
#define SLOPE_AT(name, t) \
  _reel_apply_2 (&_reel_op_##name##_backward, full (t, 1), t, NULL, 0)

static ReelTensor *
curvature_pow_scalar (ReelTensor *x,
                      gdouble     p)
{
  if (p == 0 || p == 1)
    return _reel_full_like (x, 0);
  return reel_mul_scalar (reel_pow_scalar (x, p - 2), p * (p - 1));
}

static ReelTensor *
curvature_tanh (ReelTensor *x)
{
  return reel_mul_scalar (reel_mul (reel_tanh (x), SLOPE_AT (tanh, x)), -2);
}

/* σ'' = σ' (1 - 2 σ), and 1 - 2 σ(x) = -tanh (x/2) */
static ReelTensor *
curvature_sigmoid (ReelTensor *x)
{
  return reel_neg (reel_mul (SLOPE_AT (sigmoid, x),
                             reel_tanh (reel_mul_scalar (x, 0.5))));
}

static ReelTensor *
curvature_elu (ReelTensor *x,
               gdouble     alpha)
{
  ReelTensor *zero = _reel_full_like (x, 0);

  return reel_where (reel_greater (x, zero), zero,
                     reel_mul_scalar (reel_exp (x), alpha));
}

/* φ(x) (2 - x²) */
static ReelTensor *
curvature_gelu (ReelTensor *x)
{
  ReelTensor *square = reel_square (x);
  ReelTensor *density = reel_mul_scalar (reel_exp (reel_mul_scalar (square, -0.5)),
                                         0.3989422804014326779);

  return reel_mul (density, reel_add_scalar (reel_neg (square), 2));
}

/* y = x/2 (1 + t) with t = tanh u, u = k (x + c x³):
 * y″ = t′ u′ + x/2 (t″ u′² + t′ u″) with t′, t″ by u */
static ReelTensor *
curvature_gelu_tanh (ReelTensor *x)
{
  const gdouble k = 0.7978845608028653559, c = 0.044715;
  ReelTensor *square = reel_square (x);
  ReelTensor *u = reel_mul_scalar (reel_mul (x, reel_add_scalar (reel_mul_scalar (square, c),
                                                                 1)), k);
  ReelTensor *u1 = reel_mul_scalar (reel_add_scalar (reel_mul_scalar (square, 3 * c), 1), k);
  ReelTensor *u2 = reel_mul_scalar (x, 6 * c * k);
  ReelTensor *t1 = SLOPE_AT (tanh, u);
  ReelTensor *t2 = curvature_tanh (u);
  ReelTensor *inner = reel_add (reel_mul (t2, reel_square (u1)), reel_mul (t1, u2));

  return reel_add (reel_mul (t1, u1), reel_mul (reel_mul_scalar (x, 0.5), inner));
}

/* σ'(x) (2 + x (1 - 2 σ(x))), and 1 - 2 σ(x) = -tanh (x/2) */
static ReelTensor *
curvature_silu (ReelTensor *x)
{
  ReelTensor *t = reel_tanh (reel_mul_scalar (x, 0.5));

  return reel_mul (SLOPE_AT (sigmoid, x),
                   reel_add_scalar (reel_neg (reel_mul (x, t)), 2));
}

/* -2 x · 2/√π exp (-x²) */
static ReelTensor *
curvature_erf (ReelTensor *x)
{
  return reel_mul (reel_mul_scalar (x, -2 * 1.1283791670955125739),
                   reel_exp (reel_neg (reel_square (x))));
}

/* y = x t with t = tanh (log (1 + exp x)): t' = σ (1 - t²), t″ = σ' (1 - t²) - 2 t t' σ,
 * y″ = 2 t' + x t″ */
static ReelTensor *
curvature_mish (ReelTensor *x)
{
  ReelTensor *s = reel_sigmoid (x);
  ReelTensor *t = reel_tanh (reel_softplus (x, 1));
  ReelTensor *rest = SLOPE_AT (tanh, reel_softplus (x, 1));
  ReelTensor *t1 = reel_mul (s, rest);
  ReelTensor *t2 = reel_sub (reel_mul (SLOPE_AT (sigmoid, x), rest),
                             reel_mul_scalar (reel_mul (reel_mul (t, t1), s), 2));

  return reel_add (reel_mul_scalar (t1, 2), reel_mul (x, t2));
}

/* -2 sign x / (1 + |x|)³ */
static ReelTensor *
curvature_softsign (ReelTensor *x)
{
  return reel_mul_scalar (reel_mul (reel_sign (x),
                                    reel_pow_scalar (reel_add_scalar (reel_abs (x), 1), -3)),
                          -2);
}

/* 1/3 between the bends */
static ReelTensor *
curvature_hardswish (ReelTensor *x)
{
  return reel_where (reel_less (reel_abs (x), full (x, 3)), full (x, 1. / 3), full (x, 0));
}

/* What is made of the table: the numbers by name */

#define NONE
#define ONE(name, default_, sample) { #name, REEL_ATTRIBUTE_F64, 0, 0, default_, NULL },
#define TWO(name, default_, sample, name_2, default_2, sample_2) \
  ONE (name, default_, sample) \
  { #name_2, REEL_ATTRIBUTE_F64, sizeof (gdouble), 0, default_2, NULL },
#define POWER ONE
#define END_OF_NUMBERS { NULL, REEL_ATTRIBUTE_F64, 0, 0, NULL, NULL }
#define NUMBERS(name, ...) \
  static const ReelAttribute numbers_of_##name[] = { __VA_ARGS__ END_OF_NUMBERS };
#define UNARY_X(function, name, onnx, numbers, ...) NUMBERS (name, numbers)
#define UNARY_Y(function, name, onnx, numbers, ...) NUMBERS (name, numbers)
#define UNARY_LINEAR(function, name, onnx, numbers, ...) NUMBERS (name, numbers)
#define UNARY_FLAT(function, name, onnx, numbers, ...) NUMBERS (name, numbers)
#include "kernels/unary-table.h"
#undef NONE
#undef ONE
#undef TWO

/* The bytes of an op's numbers: none, or room for two */
#define N_NUMBERS(name) (G_N_ELEMENTS (numbers_of_##name) - 1)
#define SIZE(name) (N_NUMBERS (name) > 0 ? sizeof (Parameters) : 0)

/* Curvatures and linear derivatives */

#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, value, \
                slope, curvature) \
  CURVATURE (name, curvature)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, value, slope, curvature) \
  CURVATURE (name, curvature)
#define CURVATURE(name, curvature) \
  static ReelTensor * \
  curve_of_##name (ReelTensor    *v, \
                   const gdouble *parameters) \
  { \
    const gdouble p G_GNUC_UNUSED = SIZE (name) > 0 ? parameters[0] : 0; \
 \
    return curvature; \
  }
#define UNARY_LINEAR(function, name, onnx, numbers, low, high, formula, value, derivative) \
  static ReelTensor * \
  derivative_of_##name (ReelTensor    *t, \
                        const gdouble *parameters) \
  { \
    const gdouble p G_GNUC_UNUSED = SIZE (name) > 0 ? parameters[0] : 0; \
 \
    return derivative; \
  }
#include "kernels/unary-table.h"

/* Descriptors */

#define NONE (0)
#define ONE(name, default_, sample) (sample)
#define TWO(name, default_, sample, name_2, default_2, sample_2) (sample, sample_2)
#define LIST(...) __VA_ARGS__
#define SAMPLE(name, n, low, high, y_low, y_high, numbers_) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 5 }, low, high }, \
                                         { REEL_F64, 2, { 3, 5 }, y_low, y_high } }, \
    .n_inputs = n, .attributes = &(const Parameters){ { LIST numbers_ } }, \
    .attributes_size = SIZE (name) }
#define UNARY(name_, onnx_, numbers_, low, high, formula_, reads_x, reads_y, ...) \
  static const Row row_##name_ = { .loop = REEL_UNARY_##name_, __VA_ARGS__ }; \
  static const ReelSample samples_##name_[] = { \
    SAMPLE (name_, 1, low, high, 0, 0, numbers_) \
  }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .attributes = numbers_of_##name_, .n_attributes = N_NUMBERS (name_), \
    .n_inputs = 1, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | REEL_OP_MAY_OVERWRITE, \
    .vjp_reads_inputs = reads_x, .vjp_reads_outputs = reads_y, \
    .infer = infer_unary, .kernel = kernel_unary, .vjp = vjp_unary, .jvp = jvp_unary, \
    .samples = samples_##name_, .n_samples = 1, .user_data = (gpointer) &row_##name_ \
  };
#define BACKWARD(name_, numbers_, low, high, formula_) \
  static const BackwardRow backward_row_##name_ = { REEL_SLOPE_##name_, curve_of_##name_ }; \
  static const ReelSample backward_samples_##name_[] = { \
    SAMPLE (name_, 2, -2, 2, low, high, numbers_) \
  }; \
  const ReelOp _reel_op_##name_##_backward = { \
    REEL_OP_INIT, .name = #name_ "_backward", .formula = "x̄ = ȳ " formula_, \
    .attributes = numbers_of_##name_, .n_attributes = N_NUMBERS (name_), \
    .n_inputs = 2, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | REEL_OP_INTERNAL | REEL_OP_MAY_OVERWRITE, \
    .vjp_reads_inputs = 3, .infer = _reel_infer_broadcast, .kernel = kernel_backward, \
    .vjp = vjp_backward, .jvp = jvp_backward, .samples = backward_samples_##name_, \
    .n_samples = 1, .user_data = (gpointer) &backward_row_##name_ \
  };

#define UNARY_X(function, name, onnx, numbers, low, high, formula, slope_formula, ...) \
  BACKWARD (name, numbers, low, high, slope_formula) \
  UNARY (name, onnx, numbers, low, high, formula ";  x̄ = ȳ " slope_formula, 1, 0, \
         .backward = &_reel_op_##name##_backward)
#define UNARY_Y(function, name, onnx, numbers, low, high, y_low, y_high, formula, \
                slope_formula, ...) \
  BACKWARD (name, numbers, y_low, y_high, slope_formula) \
  UNARY (name, onnx, numbers, low, high, formula ";  x̄ = ȳ " slope_formula, 0, 1, \
         .backward = &_reel_op_##name##_backward, .slope_of_output = TRUE)
#define UNARY_LINEAR(function, name, onnx, numbers, low, high, formula, ...) \
  UNARY (name, onnx, numbers, low, high, formula, 0, 0, .linear = derivative_of_##name)
#define UNARY_FLAT(function, name, onnx, numbers, low, high, formula, ...) \
  UNARY (name, onnx, numbers, low, high, formula, 0, 0, .linear = NULL)
#define UNARY_TEST(function, name_, onnx_, formula_, ...) \
  static const Row row_##name_ = { .loop = REEL_UNARY_##name_ }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_ELEMENTWISE | REEL_OP_NO_GRADIENT, \
    .infer = infer_test, .kernel = kernel_unary, .samples = test_samples, \
    .n_samples = G_N_ELEMENTS (test_samples), .user_data = (gpointer) &row_##name_ \
  };

static const ReelSample test_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } }, .n_inputs = 1 },
  { .inputs = (const ReelSampleInput[]){ { REEL_BOOL, 2, { 3, 4 }, 0, 2 } }, .n_inputs = 1 },
};

#include "kernels/unary-table.h"
#undef ONE
#undef TWO
#undef NONE

/* Functions: their arguments, and these as attributes */

#define NONE (ReelTensor *x) { const Parameters numbers = { { 0, 0 } };
#define ONE(name, default_, sample) \
  (ReelTensor *x, gdouble name) { const Parameters numbers = { { name, 0 } };
#define TWO(name, default_, sample, name_2, default_2, sample_2) \
  (ReelTensor *x, gdouble name, gdouble name_2) { \
    const Parameters numbers = { { name, name_2 } };
#define FUNCTION(function, name, ...) \
  ReelTensor * \
  function __VA_ARGS__ \
    return _reel_apply_1 (&_reel_op_##name, x, &numbers, SIZE (name)); \
  }
#define UNARY_X(function, name, onnx, numbers, ...) FUNCTION (function, name, numbers)
#define UNARY_Y(function, name, onnx, numbers, ...) FUNCTION (function, name, numbers)
#define UNARY_LINEAR(function, name, onnx, numbers, ...) FUNCTION (function, name, numbers)
#define UNARY_FLAT(function, name, onnx, numbers, ...) FUNCTION (function, name, numbers)
#define UNARY_TEST(function, name, ...) \
  ReelTensor * \
  function (ReelTensor *x) \
  { \
    return _reel_apply_1 (&_reel_op_##name, x, NULL, 0); \
  }
#include "kernels/unary-table.h"

ReelTensor *
reel_gelu (ReelTensor *x,
           ReelGelu    form)
{
  return form == REEL_GELU_TANH ? _reel_gelu_tanh (x) : _reel_gelu_erf (x);
}
