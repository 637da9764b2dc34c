/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

/* The elementwise ops of two inputs that broadcast: a row each. A row gives, for
 * either side, the product of the partial derivative with a cotangent or tangent;
 * the vjp sums that over what was repeated, the jvp adds both sides up. */

typedef ReelTensor *(*PartialFunc) (ReelTensor *t,
                                    ReelTensor *a,
                                    ReelTensor *b,
                                    ReelTensor *y);

typedef struct
{
  ReelBinaryId loop;
  PartialFunc partials[2];      /* NULL: the identity */
  gboolean reads_once;          /* t goes into one op, as its first input */
} Row;

static gboolean
infer_binary (ReelInfer *infer,
              GError   **error)
{
  const Row *row = infer->op->user_data;

  if (!_reel_infer_broadcast (infer, error))
    return FALSE;
  if (G_LIKELY (_reel_kernels ()->binary[row->loop][infer->inputs[0].dtype] != NULL))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
               "not defined for %s; reel_cast converts",
               reel_dtype_get_name ((ReelDType) infer->inputs[0].dtype));
  return FALSE;
}

static gboolean
kernel_binary (const ReelKernelCall *call,
               GError              **error)
{
  const Row *row = call->op->user_data;

  _reel_map_binary (_reel_kernels ()->binary[row->loop][call->inputs[0].dtype],
                    &call->inputs[0], &call->inputs[1], &call->outputs[0], NULL);
  return TRUE;
}

static ReelTensor *
partial (ReelRule   *rule,
         guint       side,
         ReelTensor *t)
{
  const Row *row = rule->op->user_data;

  if (row->partials[side] == NULL)
    return t;
  return row->partials[side] (t, rule->inputs[0], rule->inputs[1], rule->outputs[0]);
}

static gboolean
vjp_binary (ReelRule *rule,
            GError  **error)
{
  const Row *row = rule->op->user_data;

  for (guint side = 0; side < 2; side++)
    if (reel_rule_wants (rule, side))
      {
        if (row->reads_once && (side == 1 || !reel_rule_wants (rule, 1)))
          _reel_rule_spend (rule, 0);
        reel_rule_contribute (rule, side,
                              _reel_sum_to_shape (partial (rule, side,
                                                           rule->cotangents[0]),
                                                  rule->outputs[0], rule->inputs[side]));
      }
  return TRUE;
}

static gboolean
jvp_binary (ReelRule *rule,
            GError  **error)
{
  ReelTensor *sum = NULL;

  for (guint side = 0; side < 2; side++)
    {
      ReelTensor *t = rule->tangents[side];

      if (t == NULL)
        continue;
      t = partial (rule, side,
                   _reel_broadcast_from (t, rule->inputs[side], rule->outputs[0]));
      sum = sum != NULL ? reel_add (sum, t) : t;
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

static ReelTensor *
partial_sub_b (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  return reel_neg (t);
}

static ReelTensor *
partial_mul_a (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  return _reel_mul_absorb (t, b);
}

static ReelTensor *
partial_mul_b (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  return _reel_mul_absorb (t, a);
}

static ReelTensor *
partial_div_a (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  return _reel_div_absorb (t, b);
}

/* -(t/b) (a/b) rather than -t a / b²: b² may over- or underflow */
static ReelTensor *
partial_div_b (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  return reel_neg (_reel_mul_absorb (_reel_div_absorb (t, b), y));
}

/* t b a^(b-1), 0 where b is 0 */
static ReelTensor *
partial_pow_a (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  ReelTensor *zero = _reel_full_like (b, 0);
  ReelTensor *slope = reel_mul (b, reel_pow (a, reel_sub_scalar (b, 1)));

  return _reel_mul_absorb (t, reel_where (reel_equal (b, zero), zero, slope));
}

/* t y log a, 0 where a is 0 and b >= 0 */
static ReelTensor *
partial_pow_b (ReelTensor *t,
               ReelTensor *a,
               ReelTensor *b,
               ReelTensor *y)
{
  ReelTensor *zero_a = _reel_full_like (a, 0);
  ReelTensor *zero_b = _reel_full_like (b, 0);
  ReelTensor *flat = reel_logical_and (reel_equal (a, zero_a),
                                       reel_greater_equal (b, zero_b));

  return _reel_mul_absorb (t, reel_where (flat, _reel_full_like (y, 0),
                                          _reel_mul_absorb (y, reel_log (a))));
}

/* t where `wins`, t/2 where both are equal, else 0 */
static ReelTensor *
share (ReelTensor *t,
       ReelTensor *wins,
       ReelTensor *a,
       ReelTensor *b,
       ReelTensor *y)
{
  ReelTensor *zero = _reel_full_like (y, 0);

  return reel_where (wins, t,
                     reel_where (reel_equal (a, b), reel_mul_scalar (t, 0.5), zero));
}

static ReelTensor *
partial_maximum_a (ReelTensor *t,
                   ReelTensor *a,
                   ReelTensor *b,
                   ReelTensor *y)
{
  return share (t, reel_greater (a, b), a, b, y);
}

static ReelTensor *
partial_maximum_b (ReelTensor *t,
                   ReelTensor *a,
                   ReelTensor *b,
                   ReelTensor *y)
{
  return share (t, reel_less (a, b), a, b, y);
}

/* Samples: equal shapes, both ways of broadcasting, rank 0 */

#define BOTH(shape_rank_a, shape_a, shape_rank_b, shape_b, low, high) \
  { .inputs = (const ReelSampleInput[]){ \
      { REEL_F64, shape_rank_a, shape_a, low, high }, \
      { REEL_F64, shape_rank_b, shape_b, low, high } }, \
    .n_inputs = 2 }
#define DIMS(...) { __VA_ARGS__ }

#define BINARY(name_, onnx_, formula_, extra_flags, reads_inputs, reads_outputs, low, high, \
               reads_once_, ...) \
  static const Row row_##name_ = { REEL_BINARY_##name_, { __VA_ARGS__ }, reads_once_ }; \
  static const ReelSample samples_##name_[] = { \
    BOTH (2, DIMS (3, 4), 2, DIMS (3, 4), low, high), \
    BOTH (2, DIMS (3, 4), 1, DIMS (4), low, high), \
    BOTH (2, DIMS (3, 1), 3, DIMS (2, 1, 4), low, high), \
    BOTH (0, DIMS (0), 1, DIMS (5), low, high), \
  }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .n_inputs = 2, .n_outputs = 1, .flags = REEL_OP_ELEMENTWISE | (extra_flags), \
    .vjp_reads_inputs = reads_inputs, .vjp_reads_outputs = reads_outputs, \
    .infer = infer_binary, .kernel = kernel_binary, .vjp = vjp_binary, .jvp = jvp_binary, \
    .samples = samples_##name_, .n_samples = G_N_ELEMENTS (samples_##name_), \
    .user_data = (gpointer) &row_##name_ \
  }

BINARY (add, "Add", "y = a + b;  ā = ȳ, b̄ = ȳ", 0, 0, 0, -2, 2, FALSE, NULL, NULL);
BINARY (sub, "Sub", "y = a - b;  ā = ȳ, b̄ = -ȳ", 0, 0, 0, -2, 2, FALSE, NULL, partial_sub_b);
BINARY (mul, "Mul", "y = a b;  ā = b ȳ, b̄ = a ȳ", 0, 3, 0, -2, 2, TRUE, partial_mul_a,
        partial_mul_b);
BINARY (div, "Div", "y = a / b;  ā = ȳ / b, b̄ = -(ȳ / b) y", 0, 2, 1, 0.5, 2, TRUE,
        partial_div_a, partial_div_b);
BINARY (pow, "Pow", "y = aᵇ;  ā = b aᵇ⁻¹ ȳ, b̄ = y log a ȳ", 0, 3, 1, 0.5, 2, TRUE,
        partial_pow_a, partial_pow_b);
BINARY (maximum, "Max", "y = max (a, b);  ȳ to the greater, half to each of equals", 0, 3, 0,
        -2, 2, FALSE, partial_maximum_a, partial_maximum_b);
BINARY (minimum, "Min", "y = min (a, b);  ȳ to the lesser, half to each of equals", 0, 3, 0,
        -2, 2, FALSE, partial_maximum_b, partial_maximum_a);
BINARY (mul_absorb, NULL, "y = a b, 0 where a is 0;  ā = b ȳ, b̄ = a ȳ",
        REEL_OP_INTERNAL | REEL_OP_MAY_OVERWRITE, 3, 0, -2, 2, TRUE, partial_mul_a,
        partial_mul_b);
BINARY (div_absorb, NULL, "y = a / b, 0 where a is 0;  ā = ȳ / b, b̄ = -(ȳ / b) y",
        REEL_OP_INTERNAL | REEL_OP_MAY_OVERWRITE, 2, 1, 0.5, 2, TRUE, partial_div_a,
        partial_div_b);

#define FUNCTION(function, name) \
  ReelTensor * \
  function (ReelTensor *a, \
            ReelTensor *b) \
  { \
    return _reel_apply_2 (&_reel_op_##name, a, b, NULL, 0); \
  }

FUNCTION (reel_add, add)
FUNCTION (reel_sub, sub)
FUNCTION (reel_mul, mul)
FUNCTION (reel_div, div)
FUNCTION (reel_pow, pow)
FUNCTION (reel_maximum, maximum)
FUNCTION (reel_minimum, minimum)
FUNCTION (_reel_mul_absorb, mul_absorb)
FUNCTION (_reel_div_absorb, div_absorb)
