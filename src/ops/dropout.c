/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/philox.h"
#include "kernels/map.h"
#include "kernels/parallel.h"
#include "ops/views.h"
#include "tensor/generator-private.h"

/* dropout: a multiplication by a mask that key and offset of a generator tell, so
 * that it need not be stored. It is linear and its own transpose: the rules apply
 * it again. Elements are selected, not multiplied by 0, which would make a NaN of
 * infinities. */

#define GRAIN 16384
#define BLOCK 1024

typedef struct
{
  guint64 key;
  guint64 offset;
  gdouble probability;
  /* The mask has so many elements and repeats itself: what a rule is applied to may
   * have more axes in front. */
  gint64 n_elements;
} Dropout;

typedef struct
{
  const Dropout *dropout;
  ReelDType dtype;
  gconstpointer x;
  gpointer y;
} Work;

/* A selection by bits: a branch on random bits is slow. */
#define APPLY(type, bits_type) \
  G_STMT_START { \
    const type *x = (const type *) work->x + begin; \
    type *y = (type *) work->y + begin; \
    const type scale = (type) (1 / (1 - work->dropout->probability)); \
    for (gint64 i = 0; i < n; i++) \
      { \
        const type scaled = x[i] * scale; \
        bits_type bits; \
 \
        memcpy (&bits, &scaled, sizeof bits); \
        bits &= (bits_type) 0 - mask[i]; \
        memcpy (&y[i], &bits, sizeof bits); \
      } \
  } G_STMT_END

static void
dropout_part (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  const Work *work = data;
  const Dropout *dropout = work->dropout;
  guint8 mask[BLOCK];

  while (begin < end)
    {
      gint64 first = begin % dropout->n_elements;
      gint64 n = MIN (MIN (BLOCK, end - begin), dropout->n_elements - first);

      _reel_philox_bernoulli_u8 (dropout->key, dropout->offset, first, n,
                                 1 - dropout->probability, mask);
      if (work->dtype == REEL_F32)
        APPLY (gfloat, guint32);
      else
        APPLY (gdouble, guint64);
      begin += n;
    }
}

/* Before the shape rule, in place of the number of elements */
#define NO_GENERATOR (-1)
#define NOT_COUNTED 0

static gboolean
infer_dropout (ReelInfer *infer,
               GError   **error)
{
  Dropout *dropout = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];

  if (dropout->n_elements == NO_GENERATOR)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NULL, "generator is NULL");
      return FALSE;
    }
  if (!(dropout->probability >= 0 && dropout->probability <= 1))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "the probability is from 0 to 1, not %g", dropout->probability);
      return FALSE;
    }
  if (dropout->n_elements == NOT_COUNTED)
    dropout->n_elements = MAX (_reel_shape_product (x->rank, x->shape), 1);
  _reel_view_begin (spec, x);
  spec->is_copy = dropout->probability > 0;
  return _reel_check_floating (infer, 0, error);
}

static gboolean
kernel_dropout (const ReelKernelCall *call,
                GError              **error)
{
  const ReelArray *x = &call->inputs[0], *y = &call->outputs[0];
  Work work = { call->attributes, y->dtype, x->data, y->data };
  gint64 n = 1;

  for (guint i = 0; i < y->rank; i++)
    n *= y->shape[i];
  if (n == 0)
    return TRUE;
  if (!_reel_shape_is_contiguous (x->rank, x->shape, x->strides))
    {
      _reel_map_copy (x, y);
      work.x = y->data;
    }
  _reel_parallel_for (n, GRAIN, dropout_part, &work);
  return TRUE;
}

static gboolean
vjp_dropout (ReelRule *rule,
             GError  **error)
{
  reel_rule_contribute (rule, 0, _reel_apply_1 (rule->op, rule->cotangents[0],
                                                rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Dropout){ 7, 3, 0.5, 12 },
    .attributes_size = sizeof (Dropout) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 9 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Dropout){ 1, 0, 0.25, 9 },
    .attributes_size = sizeof (Dropout) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &(const Dropout){ 1, 0, 1, 4 },
    .attributes_size = sizeof (Dropout) },
};

static const ReelAttribute attributes[] = {
  REEL_ATTRIBUTE (Dropout, probability, F64, NULL),
  REEL_ATTRIBUTE (Dropout, key, KEY, NULL),
  { "counter", REEL_ATTRIBUTE_COUNTER, G_STRUCT_OFFSET (Dropout, offset), 0, NULL, NULL },
  { "n_elements", REEL_ATTRIBUTE_I64, G_STRUCT_OFFSET (Dropout, n_elements), 0, "0", NULL },
};

const ReelOp _reel_op_dropout = {
  REEL_OP_INIT, .name = "dropout", REEL_ATTRIBUTES (attributes), .onnx_name = "Dropout",
  .formula = "y = m ? x / (1 - p) : 0;  x̄ = m ? ȳ / (1 - p) : 0",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_RANDOM | REEL_OP_VIEW,
  .infer = infer_dropout, .kernel = kernel_dropout, .vjp = vjp_dropout,
  .jvp = _reel_jvp_linear, .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_dropout (ReelTensor    *x,
              gdouble        probability,
              ReelGenerator *generator)
{
  Dropout dropout = { 0, 0, probability, generator != NULL ? NOT_COUNTED : NO_GENERATOR };

  if (generator != NULL)
    dropout.offset = _reel_generator_next (generator, &dropout.key);
  return _reel_apply_1 (&_reel_op_dropout, x, &dropout, sizeof dropout);
}
