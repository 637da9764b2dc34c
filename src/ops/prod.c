/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/reduction.h"
#include "ops/rows.h"

/* The derivatives of a product, without division, so that zeros do no harm.
 *
 * prod_others (x, t₁ … tₘ) is the coefficient of ε₁ … εₘ in the product, over j ≠ i,
 * of xⱼ + Σ εₖ tₖⱼ. With no t it is the gradient of the product. The form
 *
 *   Σᵢ cᵢ prod_others (x, t₁ … tₘ)ᵢ
 *
 * is symmetric in c, t₁ … tₘ and Π x is what it is a derivative of, so that all
 * derivatives of this op are the op again, with c or a tangent among the t:
 *
 *   x̄ = prod_others (x, t₁ … tₘ, c),  t̄ₖ = the same without tₖ
 *
 * Computed as prefix times suffix products, each of which has a coefficient for
 * every subset of the ε. */

#define MAX_FACTORS 10          /* of tangents; 2^10 coefficients */

static gsize
scratch_size (guint     n_inputs,
              gint64    n,
              ReelDType dtype)
{
  return n_inputs == 1 ? 0
                       : ((gsize) (n + 1) << (n_inputs - 1)) * reel_dtype_get_size (dtype);
}

/* One tangent row a factor; `prefix` and `suffix` hold a coefficient a subset. */
#define OTHERS(prefix_, type) \
  /* The product of all before i goes where the result will be. */ \
  static void \
  others_rows_##prefix_ (gint64        n_rows, \
                         gint64        n, \
                         gconstpointer input, \
                         gpointer      output) \
  { \
    const type *x = input; \
    type *y = output; \
 \
    for (gint64 row = 0; row < n_rows; row++, x += n, y += n) \
      { \
        type product = 1; \
 \
        for (gint64 i = 0; i < n; i++) \
          { \
            y[i] = product; \
            product *= x[i]; \
          } \
        product = 1; \
        for (gint64 i = n; i-- > 0;) \
          { \
            y[i] *= product; \
            product *= x[i]; \
          } \
      } \
  } \
 \
  /* out = in · (x + Σ εₖ tₖ), by coefficients; may be in place */ \
  static void \
  times_##prefix_ (guint        m, \
                   const type  *in, \
                   type         x, \
                   const type  *t, \
                   type        *out) \
  { \
    for (guint set = 1u << m; set-- > 0;) \
      { \
        type sum = in[set] * x; \
 \
        for (guint k = 0; k < m; k++) \
          if ((set >> k & 1) != 0) \
            sum += in[set & ~(1u << k)] * t[k]; \
        out[set] = sum; \
      } \
  } \
 \
  static void \
  jet_rows_##prefix_ (gint64               n_rows, \
                      gint64               n, \
                      guint                m, \
                      gconstpointer const *inputs, \
                      gpointer             output, \
                      gpointer             scratch) \
  { \
    gsize n_sets = (gsize) 1 << m; \
    type *before = scratch; \
    type *suffix = before + (gsize) n * n_sets; \
    type t[MAX_FACTORS]; \
 \
    for (gint64 row = 0; row < n_rows; row++) \
      { \
        const type *x = (const type *) inputs[0] + row * n; \
        type *y = (type *) output + row * n; \
 \
        for (gsize set = 0; set < n_sets; set++) \
          suffix[set] = before[set] = set == 0 ? 1 : 0; \
        for (gint64 i = 0; i + 1 < n; i++) \
          { \
            for (guint k = 0; k < m; k++) \
              t[k] = ((const type *) inputs[k + 1])[row * n + i]; \
            times_##prefix_ (m, before + (gsize) i * n_sets, x[i], t, \
                             before + (gsize) (i + 1) * n_sets); \
          } \
        for (gint64 i = n; i-- > 0;) \
          { \
            const type *prefix = before + (gsize) i * n_sets; \
            type sum = 0; \
 \
            for (gsize set = 0; set < n_sets; set++) \
              sum += prefix[set] * suffix[n_sets - 1 - set]; \
            y[i] = sum; \
            for (guint k = 0; k < m; k++) \
              t[k] = ((const type *) inputs[k + 1])[row * n + i]; \
            times_##prefix_ (m, suffix, x[i], t, suffix); \
          } \
      } \
  }

OTHERS (f32, gfloat)
OTHERS (f64, gdouble)

static void
others_rows (const ReelKernelCall *call,
             gint64                n_rows,
             gint64                n,
             gconstpointer const  *inputs,
             gpointer              output,
             gpointer              scratch)
{
  gboolean is_f32 = call->outputs[0].dtype == REEL_F32;

  if (call->n_inputs == 1)
    (is_f32 ? others_rows_f32 : others_rows_f64) (n_rows, n, inputs[0], output);
  else
    (is_f32 ? jet_rows_f32 : jet_rows_f64) (n_rows, n, call->n_inputs - 1, inputs, output,
                                            scratch);
}

static gboolean
infer_prod_others (ReelInfer *infer,
                   GError   **error)
{
  ReelAxes *axes = infer->attributes;
  const ReelSpec *spec = &infer->outputs[0];

  if (infer->n_inputs > MAX_FACTORS + 1)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "derivatives of a product are limited to order %d", MAX_FACTORS + 1);
      return FALSE;
    }
  if (!_reel_infer_rows (infer, axes, error))
    return FALSE;
  infer->workspace_size += scratch_size (infer->n_inputs,
                                         _reel_reduction_count (spec->rank, spec->shape,
                                                                axes),
                                         spec->dtype);
  return TRUE;
}

static gboolean
kernel_prod_others (const ReelKernelCall *call,
                    GError              **error)
{
  const ReelArray *out = &call->outputs[0];
  gint64 n = _reel_reduction_count (out->rank, out->shape, call->attributes);

  return _reel_rows_run (call, call->attributes, others_rows,
                         scratch_size (call->n_inputs, n, out->dtype), error);
}

/* With `factor` in the place of input number `without`, or behind all for 0. */
static ReelTensor *
others_with (ReelRule   *rule,
             guint       without,
             ReelTensor *factor)
{
  ReelTensor *inputs[MAX_FACTORS + 2];
  guint n = rule->n_inputs;

  for (guint i = 0; i < n; i++)
    inputs[i] = rule->inputs[i];
  inputs[without == 0 ? n++ : without] = factor;
  return reel_apply (rule->op, inputs, n, rule->attributes, rule->attributes_size);
}

static gboolean
vjp_prod_others (ReelRule *rule,
                 GError  **error)
{
  for (guint i = 0; i < rule->n_inputs; i++)
    if (reel_rule_wants (rule, i))
      reel_rule_contribute (rule, i,
                            _reel_sum_to_shape (others_with (rule, i, rule->cotangents[0]),
                                                rule->outputs[0], rule->inputs[i]));
  return TRUE;
}

static gboolean
jvp_prod_others (ReelRule *rule,
                 GError  **error)
{
  ReelTensor *sum = NULL;

  for (guint i = 0; i < rule->n_inputs; i++)
    {
      ReelTensor *part;

      if (rule->tangents[i] == NULL)
        continue;
      part = others_with (rule, i, _reel_broadcast_from (rule->tangents[i], rule->inputs[i],
                                                         rule->outputs[0]));
      sum = sum != NULL ? reel_add (sum, part) : part;
    }
  if (sum != NULL)
    reel_rule_set_tangent (rule, 0, sum);
  return TRUE;
}

#define SAMPLE(n_inputs_, rank_, shape_, ...) \
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, rank_, shape_, -1.5, 1.5 }, \
                                         { REEL_F64, rank_, shape_, -1.5, 1.5 }, \
                                         { REEL_F64, rank_, shape_, -1.5, 1.5 } }, \
    .n_inputs = n_inputs_, .attributes = &(const ReelAxes){ __VA_ARGS__ }, \
    .attributes_size = sizeof (ReelAxes) }
#define DIMS(...) { __VA_ARGS__ }

static const ReelSample samples[] = {
  SAMPLE (1, 2, DIMS (3, 4), 1, FALSE, { -1 }),
  SAMPLE (1, 3, DIMS (2, 3, 2), 2, TRUE, { -3, -1 }),
  SAMPLE (2, 2, DIMS (3, 4), 1, FALSE, { -1 }),
  SAMPLE (2, 2, DIMS (4, 3), 1, FALSE, { -2 }),
  SAMPLE (3, 1, DIMS (4), 1, FALSE, { -1 }),
};

static const ReelAttribute attributes[] = {
  REEL_LIST_ATTRIBUTE (ReelAxes, axes, n, AXES, NULL),
};

const ReelOp _reel_op_prod_others = {
  REEL_OP_INIT, .name = "prod_others", REEL_ATTRIBUTES (attributes),
  .formula = "yᵢ = Π xⱼ over j ≠ i, or of that the derivative along t₁ … tₘ;"
             "  x̄ = the derivative along t₁ … tₘ, ȳ",
  .n_inputs = -1, .n_outputs = 1, .flags = REEL_OP_INTERNAL,
  .vjp_reads_inputs = G_MAXUINT32, .infer = infer_prod_others,
  .kernel = kernel_prod_others, .vjp = vjp_prod_others, .jvp = jvp_prod_others,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};
