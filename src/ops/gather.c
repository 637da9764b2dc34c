/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/indexing.h"
#include "ops/views.h"

/* gather and scatter_add, each the transpose of the other. The attribute of either
 * is the axis, from the end. */

extern const ReelOp _reel_op_gather;
extern const ReelOp _reel_op_scatter_add;

/* x, index, and source or not: one rank, and index no larger than the others. */
static gboolean
check_shapes (const ReelInfer *infer,
              GError         **error)
{
  const ReelArray *x = &infer->inputs[0];
  const ReelArray *index = &infer->inputs[1];
  const ReelArray *source = infer->n_inputs > 2 ? &infer->inputs[2] : NULL;
  g_autofree gchar *what = NULL;
  gboolean fits = index->rank == x->rank && (source == NULL || source->rank == x->rank);
  guint axis;

  if (!_reel_check_index_dtype (infer, 1, error) ||
      !_reel_infer_axis (infer->attributes, x->rank, &axis, error))
    return FALSE;
  for (guint i = 0; fits && i < x->rank; i++)
    fits = (i == axis || index->shape[i] <= x->shape[i]) &&
           (source == NULL || index->shape[i] <= source->shape[i]);
  if (G_LIKELY (fits))
    return TRUE;
  what = reel_infer_describe (infer, 0, infer->n_inputs);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "needs one rank, and indices of no larger sizes but along axis %u, not %s",
               axis, what);
  return FALSE;
}

static gboolean
infer_gather (ReelInfer *infer,
              GError   **error)
{
  _reel_spec_like (&infer->outputs[0], &infer->inputs[1]);
  infer->outputs[0].dtype = (ReelDType) infer->inputs[0].dtype;
  return check_shapes (infer, error);
}

static gboolean
kernel_gather (const ReelKernelCall *call,
               GError              **error)
{
  const gint32 *from_end = call->attributes;
  const ReelArray *x = &call->inputs[0], *index = &call->inputs[1];
  const ReelArray *out = &call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) x->rank);
  gint64 strides[REEL_MAX_AXES];
  ReelIndexing indexing = {
    .dtype = out->dtype, .rank = out->rank, .shape = out->shape,
    .index = index->data, .index_strides = index->strides,
    .partner = out->data, .partner_strides = out->strides,
    .target = x->data, .target_strides = strides,
    .jump = x->strides[axis], .n_indices = x->shape[axis], .serial_axis = -1
  };

  if (!_reel_check_indices (index, x->shape[axis], (gint) axis, error))
    return FALSE;
  memcpy (strides, x->strides, x->rank * sizeof (gint64));
  strides[axis] = 0;
  _reel_indexing_take (&indexing);
  return TRUE;
}

static ReelTensor *
apply_scatter_add (ReelTensor *x,
                   gint32      axis,
                   ReelTensor *index,
                   ReelTensor *source)
{
  return _reel_apply_3 (&_reel_op_scatter_add, x, index, source, &axis, sizeof axis);
}

static gboolean
vjp_gather (ReelRule *rule,
            GError  **error)
{
  const gint32 *from_end = rule->attributes;

  if (reel_rule_wants (rule, 0))
    {
      ReelTensor *zeros = _reel_rule_batched (rule, _reel_full_like (rule->inputs[0], 0));

      reel_rule_contribute (rule, 0,
                            apply_scatter_add (zeros, *from_end,
                                               _reel_rule_batched (rule, rule->inputs[1]),
                                               rule->cotangents[0]));
    }
  return TRUE;
}

static gboolean
jvp_gather (ReelRule *rule,
            GError  **error)
{
  if (rule->tangents[0] != NULL)
    reel_rule_set_tangent (rule, 0,
                           _reel_apply_2 (rule->op, rule->tangents[0],
                                          _reel_rule_batched (rule, rule->inputs[1]),
                                          rule->attributes, rule->attributes_size));
  return TRUE;
}

static const ReelSample gather_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_I64, 2, { 3, 5 }, -4, 4 } },
    .n_inputs = 2, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 3, 4, 2 }, -2, 2 },
                                         { REEL_I64, 3, { 5, 3, 2 }, 0, 3 } },
    .n_inputs = 2, .attributes = &(const gint32){ -3 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 4 }, -2, 2 },
                                         { REEL_I64, 1, { 6 }, 0, 4 } },
    .n_inputs = 2, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_gather = {
  REEL_OP_INIT, .name = "gather", REEL_ATTRIBUTES (_reel_axis_attributes), .onnx_name = "GatherElements",
  .formula = "yᵢⱼ = x[i, indexᵢⱼ];  x̄[i, indexᵢⱼ] += ȳᵢⱼ",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 1 << 1,
  .infer = infer_gather, .kernel = kernel_gather, .vjp = vjp_gather, .jvp = jvp_gather,
  .samples = gather_samples, .n_samples = G_N_ELEMENTS (gather_samples)
};

ReelTensor *
reel_gather (ReelTensor *x,
             gint64      axis,
             ReelTensor *index)
{
  ReelTensor *inputs[2] = { x, index };
  const gint32 attribute = _reel_axis (axis);

  return reel_apply (&_reel_op_gather, inputs, 2, &attribute, sizeof attribute);
}

/* scatter_add */

static gboolean
infer_scatter_add (ReelInfer *infer,
                   GError   **error)
{
  const ReelArray *inputs = infer->inputs;

  _reel_spec_like (&infer->outputs[0], &inputs[0]);
  if (inputs[0].dtype != inputs[2].dtype || inputs[0].dtype == REEL_BOOL)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 3);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "needs two tensors of one numeric dtype, not %s", what);
      return FALSE;
    }
  return check_shapes (infer, error);
}

static gboolean
kernel_scatter_add (const ReelKernelCall *call,
                    GError              **error)
{
  const gint32 *from_end = call->attributes;
  const ReelArray *index = &call->inputs[1], *source = &call->inputs[2];
  const ReelArray *out = &call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) out->rank);
  gint64 strides[REEL_MAX_AXES];
  ReelIndexing indexing = {
    .dtype = out->dtype, .rank = index->rank, .shape = index->shape,
    .index = index->data, .index_strides = index->strides,
    .partner = source->data, .partner_strides = source->strides,
    .target = out->data, .target_strides = strides,
    .jump = out->strides[axis], .n_indices = out->shape[axis], .serial_axis = (gint) axis
  };

  if (!_reel_check_indices (index, out->shape[axis], (gint) axis, error))
    return FALSE;
  memcpy (strides, out->strides, out->rank * sizeof (gint64));
  strides[axis] = 0;
  _reel_map_copy (&call->inputs[0], out);
  _reel_indexing_add (&indexing);
  return TRUE;
}

static gboolean
vjp_scatter_add (ReelRule *rule,
                 GError  **error)
{
  ReelTensor *c = rule->cotangents[0];
  ReelTensor *index = rule->inputs[1], *source = rule->inputs[2];

  reel_rule_contribute (rule, 0, c);
  if (reel_rule_wants (rule, 2) && index->n_elements > 0)
    {
      ReelTensor *part = _reel_apply_2 (&_reel_op_gather, c,
                                        _reel_rule_batched (rule, index), rule->attributes,
                                        rule->attributes_size);
      gint64 strides[REEL_MAX_AXES];

      /* The source may be larger than what was taken of it. */
      _reel_shape_contiguous_strides (source->rank, _reel_tensor_shape (source), strides);
      if (_reel_tensor_same_shape (source, index))
        reel_rule_contribute (rule, 2, part);
      else
        reel_rule_contribute_region (rule, 2, part, strides, 0);
    }
  return TRUE;
}

static gboolean
jvp_scatter_add (ReelRule *rule,
                 GError  **error)
{
  const gint32 *from_end = rule->attributes;
  ReelTensor *x = rule->tangents[0], *source = rule->tangents[2];

  if (x == NULL && source != NULL)
    x = _reel_rule_batched (rule, _reel_full_like (rule->inputs[0], 0));
  if (x != NULL)
    reel_rule_set_tangent (rule, 0, source == NULL
                                    ? x
                                    : apply_scatter_add (x, *from_end,
                                                         _reel_rule_batched (rule,
                                                                             rule->inputs[1]),
                                                         source));
  return TRUE;
}

static const ReelSample scatter_add_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_I64, 2, { 3, 5 }, -4, 4 },
                                         { REEL_F64, 2, { 3, 5 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 3, 4, 2 }, -2, 2 },
                                         { REEL_I64, 3, { 5, 3, 2 }, 0, 3 },
                                         { REEL_F64, 3, { 6, 3, 3 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -3 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 },
                                         { REEL_I64, 1, { 6 }, 0, 3 },
                                         { REEL_F64, 1, { 6 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_scatter_add = {
  REEL_OP_INIT, .name = "scatter_add", REEL_ATTRIBUTES (_reel_axis_attributes),
  .formula = "y = x; y[i, indexᵢⱼ] += sourceᵢⱼ;  x̄ = ȳ, s̄ᵢⱼ = ȳ[i, indexᵢⱼ]",
  .n_inputs = 3, .n_outputs = 1, .vjp_reads_inputs = 1 << 1,
  .infer = infer_scatter_add, .kernel = kernel_scatter_add, .vjp = vjp_scatter_add,
  .jvp = jvp_scatter_add, .samples = scatter_add_samples,
  .n_samples = G_N_ELEMENTS (scatter_add_samples)
};

ReelTensor *
reel_scatter_add (ReelTensor *x,
                  gint64      axis,
                  ReelTensor *index,
                  ReelTensor *source)
{
  ReelTensor *inputs[3] = { x, index, source };
  const gint32 attribute = _reel_axis (axis);

  return reel_apply (&_reel_op_scatter_add, inputs, 3, &attribute, sizeof attribute);
}
