/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"
#include "tensor/generator-private.h"

/* Random draws: ops without inputs. A generator's key and the number of the draw are
 * attributes, so that a tape says which numbers these are, and a replay with other
 * counters draws others. */

typedef struct
{
  guint64 key;
  guint64 counter;
  gdouble numbers[2];           /* what the distribution is like */
  guint32 dtype;
  gint32 no_generator;          /* before the shape rule */
  guint32 padding;
  guint32 rank;
  gint64 shape[REEL_MAX_AXES];
} Draw;

static gboolean
infer_draw (ReelInfer *infer,
            GError   **error)
{
  const Draw *draw = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  ReelDrawCheck check = (ReelDrawCheck) infer->op->user_data;

  if (draw->no_generator)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NULL, "generator is NULL");
      return FALSE;
    }
  if (!_reel_infer_dtype (draw->dtype, error) ||
      !_reel_infer_list (draw->rank, "shape", error) ||
      !check ((ReelDType) draw->dtype, draw->numbers[0], draw->numbers[1], error))
    return FALSE;
  if (draw->rank > REEL_MAX_RANK)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "the result would have rank %u, more than %d", draw->rank, REEL_MAX_RANK);
      return FALSE;
    }
  spec->dtype = (ReelDType) draw->dtype;
  spec->rank = draw->rank;
  memcpy (spec->shape, draw->shape, draw->rank * sizeof (gint64));
  return TRUE;
}

#define KERNEL(name) \
  static gboolean \
  kernel_##name (const ReelKernelCall *call, \
                 GError              **error) \
  { \
    const Draw *draw = call->attributes; \
    const ReelArray *out = &call->outputs[0]; \
 \
    _reel_draw_##name (draw->key, draw->counter, out->dtype, \
                       _reel_shape_product (out->rank, out->shape), draw->numbers[0], \
                       draw->numbers[1], out->data); \
    return TRUE; \
  }

KERNEL (uniform)
KERNEL (normal)
KERNEL (bernoulli)

#define NUMBER(name, i) \
  { name, REEL_ATTRIBUTE_F64, G_STRUCT_OFFSET (Draw, numbers) + (i) * sizeof (gdouble), 0, \
    NULL, NULL }
#define ROWS_BEFORE \
  REEL_ATTRIBUTE (Draw, key, KEY, NULL), REEL_ATTRIBUTE (Draw, counter, COUNTER, NULL), \
  REEL_ATTRIBUTE (Draw, dtype, DTYPE, "f32"), \
  REEL_LIST_ATTRIBUTE (Draw, shape, rank, SHAPE, NULL)

static const ReelAttribute uniform_attributes[] = {
  ROWS_BEFORE, NUMBER ("low", 0), NUMBER ("high", 1)
};
static const ReelAttribute normal_attributes[] = {
  ROWS_BEFORE, NUMBER ("mean", 0), NUMBER ("standard_deviation", 1)
};
static const ReelAttribute bernoulli_attributes[] = { ROWS_BEFORE, NUMBER ("probability", 0) };

static const ReelSample samples[] = {
  { .inputs = NULL, .n_inputs = 0, .attributes_size = sizeof (Draw),
    .attributes = &(const Draw){ 7, 3, { 0.25, 0.75 }, REEL_F64, 0, 0, 2, { 3, 5 } } },
  { .inputs = NULL, .n_inputs = 0, .attributes_size = sizeof (Draw),
    .attributes = &(const Draw){ 1, 0, { 0.5, 0.5 }, REEL_F32, 0, 0, 1, { 9 } } },
};

#define DRAW(name_, onnx_, formula_) \
  const ReelOp _reel_op_##name_ = { \
    REEL_OP_INIT, .name = #name_, REEL_ATTRIBUTES (name_##_attributes), .onnx_name = onnx_, \
    .formula = formula_, .n_inputs = 0, .n_outputs = 1, \
    .flags = REEL_OP_RANDOM | REEL_OP_NO_GRADIENT, .infer = infer_draw, \
    .kernel = kernel_##name_, .samples = samples, .n_samples = G_N_ELEMENTS (samples), \
    .user_data = (gpointer) _reel_draw_check_##name_ \
  }

DRAW (uniform, "RandomUniform", "y = random numbers from low to high");
DRAW (normal, "RandomNormal", "y = random numbers of mean and standard deviation");
DRAW (bernoulli, NULL, "y = random zeros and ones");

static ReelTensor *
apply_draw (const ReelOp  *op,
            ReelGenerator *generator,
            ReelDType      dtype,
            guint          rank,
            const gint64  *shape,
            gdouble        a,
            gdouble        b)
{
  Draw draw = { .numbers = { a, b }, .dtype = (guint32) dtype,
                .no_generator = generator == NULL,
                .rank = rank > 0 && shape == NULL ? REEL_NO_LIST : rank };

  if (generator != NULL)
    draw.counter = _reel_generator_next (generator, &draw.key);
  if (shape != NULL)
    memcpy (draw.shape, shape, MIN (rank, REEL_MAX_AXES) * sizeof (gint64));
  return reel_apply (op, NULL, 0, &draw, sizeof draw);
}

ReelTensor *
reel_uniform (ReelGenerator *generator,
              ReelDType      dtype,
              guint          rank,
              const gint64  *shape,
              gdouble        low,
              gdouble        high)
{
  return apply_draw (&_reel_op_uniform, generator, dtype, rank, shape, low, high);
}

ReelTensor *
reel_normal (ReelGenerator *generator,
             ReelDType      dtype,
             guint          rank,
             const gint64  *shape,
             gdouble        mean,
             gdouble        standard_deviation)
{
  return apply_draw (&_reel_op_normal, generator, dtype, rank, shape, mean,
                     standard_deviation);
}

ReelTensor *
reel_bernoulli (ReelGenerator *generator,
                ReelDType      dtype,
                guint          rank,
                const gint64  *shape,
                gdouble        probability)
{
  return apply_draw (&_reel_op_bernoulli, generator, dtype, rank, shape, probability, 0);
}
