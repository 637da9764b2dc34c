/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/indexing.h"

typedef struct
{
  gint64 n_classes;
  guint32 dtype;
  guint32 padding;
} OneHot;

static gboolean
infer_one_hot (ReelInfer *infer,
               GError   **error)
{
  const OneHot *one_hot = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  guint rank = infer->inputs[0].rank;

  _reel_spec_like (spec, &infer->inputs[0]);
  if (!_reel_infer_dtype (one_hot->dtype, error) ||
      !_reel_check_index_dtype (infer, 0, error))
    return FALSE;
  if (one_hot->n_classes < 0)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "the number of classes cannot be %" G_GINT64_FORMAT, one_hot->n_classes);
      return FALSE;
    }
  if (rank >= REEL_MAX_AXES)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "rank %u is as high as can be", rank);
      return FALSE;
    }
  spec->dtype = (ReelDType) one_hot->dtype;
  spec->shape[rank] = one_hot->n_classes;
  spec->rank = rank + 1;
  return TRUE;
}

static gboolean
kernel_one_hot (const ReelKernelCall *call,
                GError              **error)
{
  const ReelArray *index = &call->inputs[0], *out = &call->outputs[0];
  const gint64 *strides[1] = { index->strides };
  gint64 n_classes = out->shape[out->rank - 1];
  gint64 size = (gint64) reel_dtype_get_size (out->dtype);
  gint64 at[REEL_MAX_AXES] = { 0 };
  gint64 offset = 0;
  gint64 n = 1;
  gchar *row = out->data;
  ReelLoop loop;

  if (!_reel_check_indices (index, n_classes, (gint) index->rank, error))
    return FALSE;
  for (guint i = 0; i < index->rank; i++)
    n *= index->shape[i];
  if (n == 0 || n_classes == 0)
    return TRUE;
  memset (out->data, 0, (gsize) (n * n_classes * size));
  _reel_loop_init (&loop, index->rank, index->shape, 1, strides);
  for (gint64 outer = 0; outer < loop.n_outer; outer++)
    {
      const gint64 *run = (const gint64 *) index->data + offset;

      for (gint64 i = 0; i < loop.shape[loop.rank - 1]; i++)
        {
          gint64 class = run[i * loop.strides[0][loop.rank - 1]];

          class += class < 0 ? n_classes : 0;
          _reel_element_set (out->dtype, row + class * size, 1);
          row += n_classes * size;
        }
      _reel_loop_next (&loop, at, &offset);
    }
  return TRUE;
}

static const ReelSample samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_I64, 2, { 2, 3 }, 0, 4 } },
    .n_inputs = 1, .attributes = &(const OneHot){ 4, REEL_F64, 0 },
    .attributes_size = sizeof (OneHot) },
  { .inputs = (const ReelSampleInput[]){ { REEL_I64, 0, { 0 }, -3, 3 } },
    .n_inputs = 1, .attributes = &(const OneHot){ 3, REEL_F32, 0 },
    .attributes_size = sizeof (OneHot) },
};

static const ReelAttribute attributes[] = {
  REEL_ATTRIBUTE (OneHot, n_classes, I64, NULL),
  REEL_ATTRIBUTE (OneHot, dtype, DTYPE, "f32"),
};

const ReelOp _reel_op_one_hot = {
  REEL_OP_INIT, .name = "one_hot", REEL_ATTRIBUTES (attributes), .onnx_name = "OneHot",
  .formula = "y[i, c] = indexᵢ = c ? 1 : 0",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_NO_GRADIENT,
  .infer = infer_one_hot, .kernel = kernel_one_hot,
  .samples = samples, .n_samples = G_N_ELEMENTS (samples)
};

ReelTensor *
reel_one_hot (ReelTensor *index,
              gint64      n_classes,
              ReelDType   dtype)
{
  const OneHot one_hot = { n_classes, (guint32) dtype, 0 };

  return _reel_apply_1 (&_reel_op_one_hot, index, &one_hot, sizeof one_hot);
}
