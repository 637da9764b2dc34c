/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/ops-private.h"

#include <math.h>

/* The elementwise ops of two inputs that broadcast, from the rows of
 * kernels/binary-table.h. A row gives, for either side, the product of the partial derivative
 * with a cotangent or tangent; the vjp sums that over what was repeated, the jvp adds both
 * sides up. */

/* NULL: zero */
typedef ReelTensor *(*PartialFunc) (ReelTensor *t,
                                    ReelTensor *a,
                                    ReelTensor *b,
                                    ReelTensor *y);

typedef struct
{
  ReelBinaryId loop;
  PartialFunc partials[2];
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
        ReelTensor *t;

        if (row->reads_once && (side == 1 || !reel_rule_wants (rule, 1)))
          _reel_rule_spend (rule, 0);
        t = partial (rule, side, rule->cotangents[0]);
        if (t != NULL)
          reel_rule_contribute (rule, side, _reel_sum_to_shape (t, rule->outputs[0],
                                                                rule->inputs[side]));
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
      if (t != NULL)
        sum = sum != NULL ? reel_add (sum, t) : t;
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
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

/* t y log a, 0 where a is 0 and b >= 0 */
static ReelTensor *
pow_by_exponent (ReelTensor *t,
                 ReelTensor *a,
                 ReelTensor *b,
                 ReelTensor *y)
{
  ReelTensor *flat = reel_logical_and (reel_equal (a, _reel_full_like (a, 0)),
                                       reel_greater_equal (b, _reel_full_like (b, 0)));

  return _reel_mul_absorb (t, reel_where (flat, _reel_full_like (y, 0),
                                          _reel_mul_absorb (y, reel_log (a))));
}

/* b (b - 1) aᵇ⁻² = (b - 1) (slope / a) */
static ReelTensor *
pow_curvature (ReelTensor *a,
               ReelTensor *b)
{
  return reel_mul (b, _reel_pow_slope (a, reel_sub_scalar (b, 1)));
}

/* aᵇ⁻¹ + slope log a */
static ReelTensor *
pow_slope_by_exponent (ReelTensor *a,
                       ReelTensor *b)
{
  return reel_add (reel_pow (a, reel_sub_scalar (b, 1)),
                   _reel_mul_absorb (_reel_pow_slope (a, b), reel_log (a)));
}

/* a / h, h = √(a² + b²), or a / h² by two divisions that do not overflow; 0 at the origin */
static ReelTensor *
direction (ReelTensor *a,
           ReelTensor *b,
           gboolean    per_length)
{
  ReelTensor *h = reel_hypot (a, b);
  ReelTensor *zero = _reel_full_like (h, 0);
  ReelTensor *ratio = reel_div (a, h);

  return reel_where (reel_equal (h, zero), zero, per_length ? reel_div (ratio, h) : ratio);
}

/* t, or -t where copysign turned the sign; 0 where a is 0 */
static ReelTensor *
turned (ReelTensor *t,
        ReelTensor *a,
        ReelTensor *y)
{
  ReelTensor *zero = _reel_full_like (y, 0);

  return reel_where (reel_equal (y, zero), zero,
                     reel_where (reel_equal (a, y), t, reel_neg (t)));
}

/* How often b was taken from a */
static ReelTensor *
whole_quotient (ReelTensor *a,
                ReelTensor *b,
                ReelTensor *y)
{
  return reel_round (reel_div (reel_sub (a, y), b));
}

/* exp (a - log (exp a + exp b)) = σ (a - b): of two that are infinite half each, and none of
 * two that are -∞ */
static ReelTensor *
weight (ReelTensor *a,
        ReelTensor *b)
{
  ReelTensor *share_of_a = reel_sigmoid (reel_sub (a, b));
  ReelTensor *zero = _reel_full_like (share_of_a, 0);
  ReelTensor *half = _reel_full_like (share_of_a, 0.5);
  ReelTensor *lowest = _reel_full_like (a, -HUGE_VAL);

  return reel_where (reel_equal (a, lowest), zero,
                     reel_where (reel_equal (a, b), half, share_of_a));
}

/* log b, 0 where a and b are 0 */
static ReelTensor *
log_unless_both (ReelTensor *a,
                 ReelTensor *b)
{
  ReelTensor *both = reel_logical_and (reel_equal (a, _reel_full_like (a, 0)),
                                       reel_equal (b, _reel_full_like (b, 0)));

  return reel_where (both, _reel_full_like (b, 0), reel_log (b));
}

/* a / b, 0 where a is 0 */
static ReelTensor *
quotient_unless_zero (ReelTensor *a,
                      ReelTensor *b)
{
  return _reel_div_absorb (a, b);
}

/* What is made of the table: partial derivatives */

#define BINARY(function, name, onnx, flags, low, high, formula, value, by_a, by_b) \
  PARTIAL (name, a, by_a) \
  PARTIAL (name, b, by_b)
#define PARTIAL(name, side, derivative) \
  static ReelTensor * \
  name##_by_##side (ReelTensor *t, \
                    ReelTensor *a, \
                    ReelTensor *b, \
                    ReelTensor *y) \
  { \
    return derivative; \
  }
#include "kernels/binary-table.h"

/* Descriptors and functions. Samples: equal shapes, both ways of broadcasting, rank 0. */

#define READS_A 1
#define READS_B 2
#define READS_Y 4
#define SPENDS 8
#define INTERNAL 16

#define BOTH(shape_rank_a, shape_a, shape_rank_b, shape_b, low, high) \
  { .inputs = (const ReelSampleInput[]){ \
      { REEL_F64, shape_rank_a, shape_a, low, high }, \
      { REEL_F64, shape_rank_b, shape_b, low, high } }, \
    .n_inputs = 2 }
#define DIMS(...) { __VA_ARGS__ }

#define BINARY(function, name_, onnx_, flags_, low, high, formula_, ...) \
  static const Row row_##name_ = { REEL_BINARY_##name_, { name_##_by_a, name_##_by_b }, \
                                   ((flags_) & SPENDS) != 0 }; \
  static const ReelSample samples_##name_[] = { \
    BOTH (2, DIMS (3, 4), 2, DIMS (3, 4), low, high), \
    BOTH (2, DIMS (3, 4), 1, DIMS (4), low, high), \
    BOTH (2, DIMS (3, 1), 3, DIMS (2, 1, 4), low, high), \
    BOTH (0, DIMS (0), 1, DIMS (5), low, high), \
  }; \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, .onnx_name = onnx_, .formula = formula_, \
    .n_inputs = 2, .n_outputs = 1, \
    .flags = REEL_OP_ELEMENTWISE | \
             (((flags_) & INTERNAL) != 0 ? REEL_OP_INTERNAL | REEL_OP_MAY_OVERWRITE : 0), \
    .vjp_reads_inputs = (flags_) & 3, .vjp_reads_outputs = ((flags_) & READS_Y) != 0, \
    .infer = infer_binary, .kernel = kernel_binary, .vjp = vjp_binary, .jvp = jvp_binary, \
    .samples = samples_##name_, .n_samples = G_N_ELEMENTS (samples_##name_), \
    .user_data = (gpointer) &row_##name_ \
  }; \
  ReelTensor * \
  function (ReelTensor *a, \
            ReelTensor *b) \
  { \
    return _reel_apply_2 (&_reel_op_##name_, a, b, NULL, 0); \
  }
#include "kernels/binary-table.h"
