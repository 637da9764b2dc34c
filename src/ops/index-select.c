/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/indexing.h"
#include "ops/views.h"

/* index_select and embedding pick whole slices; the internal index_add is the
 * transpose of both. */

extern const ReelOp _reel_op_index_add;

/* Below this part of a table its rows are added one by one, so that a lookup costs
 * what it covers and not the table. */
#define SPARSE_PART 8

/* Contributes c, slices along `axis` of x counted from the end, in the places that
 * `index`, of rank 1, tells. */
static void
contribute_slices (ReelRule   *rule,
                   gint32      axis,
                   ReelTensor *index,
                   ReelTensor *c)
{
  ReelTensor *x = rule->inputs[0];
  guint from_front = (guint) (axis + (gint32) x->rank);
  gint64 size = x->dims[from_front];
  g_autofree ReelTensor **slices = NULL;
  gint64 strides[REEL_MAX_AXES];
  gint64 step;
  guint n;

  /* The places become part of what is recorded, so this is for a sweep that is
   * not: other indices must be able to flow through a recorded one. */
  if (index->n_elements > size / SPARSE_PART ||
      _reel_tape_is_recording (_reel_tape_current ()))
    {
      ReelTensor *zeros = _reel_rule_batched (rule, _reel_full_like (x, 0));

      reel_rule_contribute (rule, 0, _reel_index_add (zeros, axis, index, c));
      return;
    }
  n = (guint) index->n_elements;
  slices = g_new (ReelTensor *, n);
  if (n == 0 || x->n_elements == 0 ||
      !reel_apply_full (&_reel_op_unbind, &c, 1, &axis, sizeof axis, slices, n))
    return;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  step = strides[from_front];
  for (guint i = from_front; i + 1 < x->rank; i++)
    strides[i] = strides[i + 1];
  for (guint k = 0; k < n; k++)
    {
      gint64 at = ((const gint64 *) index->data)[k * _reel_tensor_strides (index)[0]];

      reel_rule_contribute_region (rule, 0, slices[k], strides,
                                   (at < 0 ? at + size : at) * step);
    }
}

/* index_select: the attribute is the axis */

static gboolean
infer_index_select (ReelInfer *infer,
                    GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  const ReelArray *index = &infer->inputs[1];
  guint axis;

  _reel_spec_like (spec, &infer->inputs[0]);
  if (!_reel_check_index_dtype (infer, 1, error) ||
      !_reel_infer_axis (infer->attributes, infer->inputs[0].rank, &axis, error))
    return FALSE;
  if (index->rank != 1)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 1, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "needs indices of rank 1, not %s",
                   what);
      return FALSE;
    }
  spec->shape[axis] = index->shape[0];
  return TRUE;
}

static gboolean
kernel_index_select (const ReelKernelCall *call,
                     GError              **error)
{
  const gint32 *from_end = call->attributes;
  const ReelArray *x = &call->inputs[0], *index = &call->inputs[1];
  const ReelArray *out = &call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) x->rank);
  gint64 index_strides[REEL_MAX_AXES] = { 0 };
  gint64 strides[REEL_MAX_AXES];
  ReelIndexing indexing = {
    .dtype = out->dtype, .rank = out->rank, .shape = out->shape,
    .index = index->data, .index_strides = index_strides,
    .partner = out->data, .partner_strides = out->strides,
    .target = x->data, .target_strides = strides,
    .jump = x->strides[axis], .n_indices = x->shape[axis], .serial_axis = -1
  };

  if (!_reel_check_indices (index, x->shape[axis], (gint) axis, error))
    return FALSE;
  index_strides[axis] = index->strides[0];
  memcpy (strides, x->strides, x->rank * sizeof (gint64));
  strides[axis] = 0;
  _reel_indexing_take (&indexing);
  return TRUE;
}

static gboolean
vjp_index_select (ReelRule *rule,
                  GError  **error)
{
  const gint32 *from_end = rule->attributes;

  if (reel_rule_wants (rule, 0))
    contribute_slices (rule, *from_end, rule->inputs[1], rule->cotangents[0]);
  return TRUE;
}

static gboolean
jvp_index_select (ReelRule *rule,
            GError  **error)
{
  if (rule->tangents[0] != NULL)
    reel_rule_set_tangent (rule, 0, _reel_apply_2 (rule->op, rule->tangents[0],
                                                   rule->inputs[1], rule->attributes,
                                                   rule->attributes_size));
  return TRUE;
}

static const ReelSample index_select_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 3, 4, 2 }, -2, 2 },
                                         { REEL_I64, 1, { 5 }, -4, 4 } },
    .n_inputs = 2, .attributes = &(const gint32){ -2 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_I64, 1, { 2 }, 0, 3 } },
    .n_inputs = 2, .attributes = &(const gint32){ -2 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 2, 24 }, -2, 2 },
                                         { REEL_I64, 1, { 3 }, 0, 2 } },
    .n_inputs = 2, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_index_select = {
  REEL_OP_INIT, .name = "index_select", REEL_ATTRIBUTES (_reel_axis_attributes), .onnx_name = "Gather",
  .formula = "yᵢⱼ = x[i, indexⱼ];  x̄[i, indexⱼ] += ȳᵢⱼ",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 1 << 1,
  .infer = infer_index_select, .kernel = kernel_index_select, .vjp = vjp_index_select,
  .jvp = jvp_index_select, .samples = index_select_samples,
  .n_samples = G_N_ELEMENTS (index_select_samples)
};

ReelTensor *
reel_index_select (ReelTensor *x,
                   gint64      axis,
                   ReelTensor *index)
{
  ReelTensor *inputs[2] = { x, index };
  const gint32 attribute = _reel_axis (axis);

  return reel_apply (&_reel_op_index_select, inputs, 2, &attribute, sizeof attribute);
}

/* embedding */

static gboolean
infer_embedding (ReelInfer *infer,
                 GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  const ReelArray *weight = &infer->inputs[0];
  const ReelArray *index = &infer->inputs[1];

  if (!_reel_check_index_dtype (infer, 1, error))
    return FALSE;
  if (weight->rank == 0 || index->rank + weight->rank - 1 > REEL_MAX_AXES)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 2);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, weight->rank == 0
                   ? "needs a table, not %s" : "the ranks of %s add up to too many axes", what);
      return FALSE;
    }
  spec->dtype = (ReelDType) weight->dtype;
  spec->rank = index->rank + weight->rank - 1;
  for (guint i = 0; i < spec->rank; i++)
    spec->shape[i] = i < index->rank ? index->shape[i] : weight->shape[i - index->rank + 1];
  return TRUE;
}

static gboolean
kernel_embedding (const ReelKernelCall *call,
                  GError              **error)
{
  const ReelArray *weight = &call->inputs[0], *index = &call->inputs[1];
  const ReelArray *out = &call->outputs[0];
  gint64 index_strides[REEL_MAX_AXES] = { 0 };
  gint64 strides[REEL_MAX_AXES] = { 0 };
  ReelIndexing indexing = {
    .dtype = out->dtype, .rank = out->rank, .shape = out->shape,
    .index = index->data, .index_strides = index_strides,
    .partner = out->data, .partner_strides = out->strides,
    .target = weight->data, .target_strides = strides,
    .jump = weight->strides[0], .n_indices = weight->shape[0], .serial_axis = -1
  };

  if (!_reel_check_indices (index, weight->shape[0], 0, error))
    return FALSE;
  memcpy (index_strides, index->strides, index->rank * sizeof (gint64));
  memcpy (strides + index->rank, weight->strides + 1, (weight->rank - 1) * sizeof (gint64));
  _reel_indexing_take (&indexing);
  return TRUE;
}

static gboolean
vjp_embedding (ReelRule *rule,
               GError  **error)
{
  ReelTensor *weight = rule->inputs[0], *index = rule->inputs[1];
  ReelTensor *c = rule->cotangents[0];

  if (!reel_rule_wants (rule, 0))
    return TRUE;
  if (index->rank != 1)
    {
      gint64 shape[REEL_MAX_AXES];

      memcpy (shape, _reel_tensor_shape (weight), weight->rank * sizeof (gint64));
      shape[0] = index->n_elements;
      c = _reel_reshape_last (c, rule->outputs[0]->rank, weight->rank, shape);
      index = _reel_reshape_last (index, index->rank, 1, shape);
      if (reel_tensor_is_error (index) || reel_tensor_is_error (c))
        return FALSE;
    }
  contribute_slices (rule, -(gint32) weight->rank, index, c);
  return TRUE;
}

/* The rows of the tangent, along an axis that need not be its first. */
static gboolean
jvp_embedding (ReelRule *rule,
               GError  **error)
{
  ReelTensor *weight = rule->inputs[0], *index = rule->inputs[1], *y = rule->outputs[0];
  gint32 axis = -(gint32) weight->rank;
  gint64 n_indices = index->n_elements;
  ReelTensor *t;

  if (rule->tangents[0] == NULL)
    return TRUE;
  t = _reel_apply_2 (&_reel_op_index_select, rule->tangents[0],
                     _reel_reshape_last (index, index->rank, 1, &n_indices), &axis,
                     sizeof axis);
  reel_rule_set_tangent (rule, 0, index->rank == 1
                                  ? t : _reel_reshape_last (t, weight->rank, y->rank,
                                                            _reel_tensor_shape (y)));
  return TRUE;
}

static const ReelSample embedding_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 5, 3 }, -2, 2 },
                                         { REEL_I64, 2, { 2, 4 }, -5, 5 } },
    .n_inputs = 2 },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 20, 2 }, -2, 2 },
                                         { REEL_I64, 1, { 2 }, 0, 20 } },
    .n_inputs = 2 },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 4, 3 }, -2, 2 },
                                         { REEL_I64, 0, { 0 }, 0, 4 } },
    .n_inputs = 2 },
};

const ReelOp _reel_op_embedding = {
  REEL_OP_INIT, .name = "embedding",
  .formula = "yᵢ = weight[indexᵢ];  w̄[indexᵢ] += ȳᵢ",
  .n_inputs = 2, .n_outputs = 1, .vjp_reads_inputs = 1 << 1,
  .infer = infer_embedding, .kernel = kernel_embedding, .vjp = vjp_embedding,
  .jvp = jvp_embedding, .samples = embedding_samples,
  .n_samples = G_N_ELEMENTS (embedding_samples)
};

ReelTensor *
reel_embedding (ReelTensor *weight,
                ReelTensor *index)
{
  return _reel_apply_2 (&_reel_op_embedding, weight, index, NULL, 0);
}

/* index_add: base, index, source; the attribute is the axis */

static gboolean
infer_index_add (ReelInfer *infer,
                 GError   **error)
{
  const ReelArray *base = &infer->inputs[0];
  const ReelArray *index = &infer->inputs[1];
  const ReelArray *source = &infer->inputs[2];
  gboolean fits;
  guint axis;

  _reel_spec_like (&infer->outputs[0], base);
  if (!_reel_check_index_dtype (infer, 1, error) ||
      !_reel_infer_axis (infer->attributes, infer->inputs[0].rank, &axis, error))
    return FALSE;
  fits = base->dtype == source->dtype && base->dtype != REEL_BOOL && index->rank == 1 &&
         source->rank == base->rank;
  for (guint i = 0; fits && i < base->rank; i++)
    fits = source->shape[i] == (i == axis ? index->shape[0] : base->shape[i]);
  if (!fits)
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 3);

      g_set_error (error, REEL_ERROR,
                   base->dtype == source->dtype ? REEL_ERROR_SHAPE : REEL_ERROR_DTYPE,
                   "operands do not fit: %s", what);
    }
  return fits;
}

static gboolean
kernel_index_add (const ReelKernelCall *call,
                  GError              **error)
{
  const gint32 *from_end = call->attributes;
  const ReelArray *index = &call->inputs[1], *source = &call->inputs[2];
  const ReelArray *out = &call->outputs[0];
  guint axis = (guint) (*from_end + (gint32) out->rank);
  gint64 index_strides[REEL_MAX_AXES] = { 0 };
  gint64 strides[REEL_MAX_AXES];
  ReelIndexing indexing = {
    .dtype = out->dtype, .rank = source->rank, .shape = source->shape,
    .index = index->data, .index_strides = index_strides,
    .partner = source->data, .partner_strides = source->strides,
    .target = out->data, .target_strides = strides,
    .jump = out->strides[axis], .n_indices = out->shape[axis], .serial_axis = (gint) axis
  };

  if (!_reel_check_indices (index, out->shape[axis], (gint) axis, error))
    return FALSE;
  index_strides[axis] = index->strides[0];
  memcpy (strides, out->strides, out->rank * sizeof (gint64));
  strides[axis] = 0;
  _reel_map_copy (&call->inputs[0], out);
  _reel_indexing_add (&indexing);
  return TRUE;
}

static gboolean
vjp_index_add (ReelRule *rule,
               GError  **error)
{
  ReelTensor *c = rule->cotangents[0];

  reel_rule_contribute (rule, 0, c);
  if (reel_rule_wants (rule, 2))
    reel_rule_contribute (rule, 2, _reel_apply_2 (&_reel_op_index_select, c, rule->inputs[1],
                                                  rule->attributes, rule->attributes_size));
  return TRUE;
}

static gboolean
jvp_index_add (ReelRule *rule,
               GError  **error)
{
  const gint32 *from_end = rule->attributes;
  ReelTensor *base = rule->tangents[0], *source = rule->tangents[2];

  if (base == NULL && source != NULL)
    base = _reel_rule_batched (rule, _reel_full_like (rule->inputs[0], 0));
  if (base != NULL)
    reel_rule_set_tangent (rule, 0, source == NULL
                                    ? base : _reel_index_add (base, *from_end,
                                                              rule->inputs[1], source));
  return TRUE;
}

static const ReelSample index_add_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 4, 3 }, -2, 2 },
                                         { REEL_I64, 1, { 6 }, -4, 4 },
                                         { REEL_F64, 2, { 6, 3 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -2 }, .attributes_size = sizeof (gint32) },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 3, { 2, 3, 2 }, -2, 2 },
                                         { REEL_I64, 1, { 4 }, 0, 2 },
                                         { REEL_F64, 3, { 2, 3, 4 }, -2, 2 } },
    .n_inputs = 3, .attributes = &(const gint32){ -1 }, .attributes_size = sizeof (gint32) },
};

const ReelOp _reel_op_index_add = {
  REEL_OP_INIT, .name = "index_add", REEL_ATTRIBUTES (_reel_axis_attributes),
  .formula = "y = x; y[i, indexⱼ] += sᵢⱼ;  x̄ = ȳ, s̄ᵢⱼ = ȳ[i, indexⱼ]",
  .n_inputs = 3, .n_outputs = 1, .flags = REEL_OP_INTERNAL, .vjp_reads_inputs = 1 << 1,
  .infer = infer_index_add, .kernel = kernel_index_add, .vjp = vjp_index_add,
  .jvp = jvp_index_add, .samples = index_add_samples,
  .n_samples = G_N_ELEMENTS (index_add_samples)
};

ReelTensor *
_reel_index_add (ReelTensor *base,
                 gint32      axis,
                 ReelTensor *index,
                 ReelTensor *source)
{
  return _reel_apply_3 (&_reel_op_index_add, base, index, source, &axis, sizeof axis);
}
