/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/map.h"
#include "ops/views.h"

/* Two internal ops, each the transpose of the other. "region" looks at a part of a
 * tensor; "assemble" adds up any number of parts in a whole. A recorded sweep makes
 * one assemble of everything that flows into a value, so that T slices of one
 * tensor cost what they cover, to any order of derivative. */

/* The attributes of assemble: the result, and then a part an input. */
typedef struct
{
  guint32 dtype;
  guint32 rank;
  gint64 shape[REEL_MAX_AXES];
  ReelPart parts[];
} Assembly;

static gboolean
part_fits (const ReelPart *part,
           gint64      n_elements)
{
  return _reel_region_fits (part->rank, part->shape, &part->region, n_elements);
}

/* Programs do not apply this op, but they find it in the registry. */
static gboolean
check_part (const ReelInfer *infer,
            guint            i,
            gint64           n_elements,
            GError         **error)
{
  const Assembly *assembly = infer->attributes;
  const ReelPart *part = &assembly->parts[i];
  const ReelArray *x = &infer->inputs[i];
  gboolean is_whole = part->rank == G_MAXUINT32;
  g_autofree gchar *what = NULL;

  if (G_LIKELY (x->dtype == assembly->dtype &&
                _reel_shape_equal (x->rank, x->shape,
                                   is_whole ? assembly->rank : part->rank,
                                   is_whole ? assembly->shape : part->shape) &&
                (is_whole || part_fits (part, n_elements))))
    return TRUE;
  what = reel_infer_describe (infer, i, 1);
  g_set_error (error, REEL_ERROR,
               x->dtype != assembly->dtype ? REEL_ERROR_DTYPE : REEL_ERROR_SHAPE,
               "%s is not what part %u is to be", what, i);
  return FALSE;
}

static gboolean
infer_assemble (ReelInfer *infer,
                GError   **error)
{
  const Assembly *assembly = infer->attributes;
  ReelSpec *spec = &infer->outputs[0];
  gint64 n_elements;

  if (infer->n_inputs == 0 ||
      infer->attributes_size != sizeof (Assembly) + infer->n_inputs * sizeof (ReelPart))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE, "%u inputs are not the parts",
                   infer->n_inputs);
      return FALSE;
    }
  if (!_reel_shape_count (assembly->rank, assembly->shape, 1, &n_elements, NULL, error))
    return FALSE;
  for (guint i = 0; i < infer->n_inputs; i++)
    if (!check_part (infer, i, n_elements, error))
      return FALSE;
  spec->dtype = (ReelDType) assembly->dtype;
  spec->rank = assembly->rank;
  memcpy (spec->shape, assembly->shape, sizeof assembly->shape);
  return TRUE;
}

static gboolean
kernel_assemble (const ReelKernelCall *call,
                 GError              **error)
{
  const Assembly *assembly = call->attributes;
  const ReelArray *out = &call->outputs[0];
  gsize size = reel_dtype_get_size (out->dtype);
  guint first = 0;

  /* The contiguous output takes a first whole as it is. */
  if (assembly->parts[0].rank == G_MAXUINT32)
    {
      _reel_map_copy (&call->inputs[0], out);
      first = 1;
    }
  else
    {
      gsize n = 1;

      for (guint i = 0; i < out->rank; i++)
        n *= (gsize) out->shape[i];
      memset (out->data, 0, n * size);
    }
  for (guint i = first; i < call->n_inputs; i++)
    {
      const ReelPart *part = &assembly->parts[i];
      ReelArray destination = *out;

      if (part->rank != G_MAXUINT32)
        {
          destination.data = (gchar *) out->data + part->region.offset * (gint64) size;
          destination.rank = part->rank;
          destination.shape = part->shape;
          destination.strides = part->region.strides;
        }
      _reel_array_accumulate (&destination, &call->inputs[i]);
    }
  return TRUE;
}

static gboolean
vjp_assemble (ReelRule *rule,
              GError  **error)
{
  const Assembly *assembly = rule->attributes;

  for (guint i = 0; i < rule->n_inputs; i++)
    {
      const ReelPart *part = &assembly->parts[i];

      if (!reel_rule_wants (rule, i))
        continue;
      reel_rule_contribute (rule, i, part->rank == G_MAXUINT32
                                     ? rule->cotangents[0]
                                     : _reel_region (rule->cotangents[0], assembly->rank,
                                                     part->rank, part->shape,
                                                     &part->region));
    }
  return TRUE;
}

static gboolean
jvp_assemble (ReelRule *rule,
              GError  **error)
{
  const Assembly *assembly = rule->attributes;
  g_autofree ReelContribution *contributions = g_new (ReelContribution, rule->n_inputs);
  gint64 shape[REEL_MAX_AXES];
  guint n = 0, rank;

  for (guint i = 0; i < rule->n_inputs; i++)
    {
      if (rule->tangents[i] == NULL)
        continue;
      contributions[n].tensor = rule->tangents[i];
      contributions[n].is_region = assembly->parts[i].rank != G_MAXUINT32;
      contributions[n].region = assembly->parts[i].region;
      if (contributions[n].is_region)
        _reel_sweep_extend_region (rule->sweep, rule->outputs[0], assembly->parts[i].rank,
                                   &contributions[n].region);
      n++;
    }
  rank = _reel_sweep_shape (rule->sweep, rule->outputs[0], shape);
  reel_rule_set_tangent (rule, 0, _reel_assemble ((ReelDType) rule->outputs[0]->dtype, rank,
                                                  shape, contributions, n));
  return TRUE;
}

/* Samples: a whole and two overlapping parts; parts alone. The attributes end in
 * an array, so they are spelled out with their length. */

#define SAMPLE_ASSEMBLY(n) \
  const struct \
  { \
    guint32 dtype; \
    guint32 rank; \
    gint64 shape[REEL_MAX_AXES]; \
    ReelPart parts[n]; \
  }

static SAMPLE_ASSEMBLY (3) sample_whole = {
  REEL_F64, 2, { 3, 4 },
  { { G_MAXUINT32, 0, { 0 }, { 0, { 0 } } },
    { 1, 0, { 4 }, { 4, { 1 } } },
    { 2, 0, { 3, 2 }, { 3, { 4, -2 } } } }
};
static SAMPLE_ASSEMBLY (2) sample_parts = {
  REEL_F64, 2, { 3, 4 },
  { { 1, 0, { 3 }, { 1, { 4 } } },
    { 0, 0, { 0 }, { 11, { 0 } } } }
};

static const ReelSample assemble_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 },
                                         { REEL_F64, 1, { 4 }, -2, 2 },
                                         { REEL_F64, 2, { 3, 2 }, -2, 2 } },
    .n_inputs = 3, .attributes = &sample_whole, .attributes_size = sizeof sample_whole },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 1, { 3 }, -2, 2 },
                                         { REEL_F64, 0, { 0 }, -2, 2 } },
    .n_inputs = 2, .attributes = &sample_parts, .attributes_size = sizeof sample_parts },
};

static const ReelAttribute assemble_attributes[] = {
  REEL_ATTRIBUTE (Assembly, dtype, DTYPE, NULL),
  REEL_LIST_ATTRIBUTE (Assembly, shape, rank, SHAPE, NULL),
  REEL_ATTRIBUTE (Assembly, parts, PARTS, NULL),
};

const ReelOp _reel_op_assemble = {
  REEL_OP_INIT, .name = "assemble", REEL_ATTRIBUTES (assemble_attributes), .formula = "y = Σ parts, each in its place",
  .n_inputs = -1, .n_outputs = 1, .flags = REEL_OP_INTERNAL,
  .infer = infer_assemble, .kernel = kernel_assemble, .vjp = vjp_assemble,
  .jvp = jvp_assemble, .samples = assemble_samples,
  .n_samples = G_N_ELEMENTS (assemble_samples)
};

ReelTensor *
_reel_assemble (ReelDType               dtype,
                guint                   rank,
                const gint64           *shape,
                const ReelContribution *contributions,
                guint                   n_contributions)
{
  gsize size = sizeof (Assembly) + n_contributions * sizeof (ReelPart);
  g_autofree Assembly *assembly = g_malloc0 (size);
  g_autofree ReelTensor **inputs = g_new (ReelTensor *, n_contributions);

  assembly->dtype = dtype;
  assembly->rank = rank;
  memcpy (assembly->shape, shape, rank * sizeof (gint64));
  for (guint i = 0; i < n_contributions; i++)
    {
      ReelPart *part = &assembly->parts[i];
      ReelTensor *tensor = contributions[i].tensor;

      inputs[i] = tensor;
      part->rank = G_MAXUINT32;
      if (!contributions[i].is_region)
        continue;
      part->rank = tensor->rank;
      memcpy (part->shape, _reel_tensor_shape (tensor), tensor->rank * sizeof (gint64));
      part->region.offset = contributions[i].region.offset;
      memcpy (part->region.strides, contributions[i].region.strides,
              tensor->rank * sizeof (gint64));
    }
  return reel_apply (&_reel_op_assemble, inputs, n_contributions, assembly, size);
}

/* The view */

static gboolean
infer_region (ReelInfer *infer,
              GError   **error)
{
  const ReelPart *part = infer->attributes;
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *spec = &infer->outputs[0];
  guint n_kept = x->rank - MIN (x->rank, part->n_whole);

  if (!_reel_shape_is_contiguous (x->rank, x->shape, x->strides) ||
      x->rank < part->n_whole || n_kept + part->rank > REEL_MAX_AXES ||
      !part_fits (part, _reel_shape_product (part->n_whole, x->shape + n_kept)))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "%s is not contiguous, or does not have that region", what);
      return FALSE;
    }
  _reel_view_begin (spec, x);
  spec->rank = n_kept + part->rank;
  spec->offset = part->region.offset;
  memcpy (spec->shape + n_kept, part->shape, part->rank * sizeof (gint64));
  memcpy (spec->strides + n_kept, part->region.strides, part->rank * sizeof (gint64));
  _reel_view_end (spec);
  return TRUE;
}

static gboolean
vjp_region (ReelRule *rule,
            GError  **error)
{
  const ReelPart *part = rule->attributes;
  const ReelTensor *x = rule->inputs[0];
  guint n_kept = x->rank - part->n_whole;
  gint64 strides[REEL_MAX_AXES];

  if (rule->outputs[0]->n_elements == 0)
    return TRUE;
  _reel_shape_contiguous_strides (x->rank, _reel_tensor_shape (x), strides);
  memcpy (strides + n_kept, part->region.strides, part->rank * sizeof (gint64));
  reel_rule_contribute_region (rule, 0, rule->cotangents[0], strides, part->region.offset);
  return TRUE;
}

static gboolean
jvp_region (ReelRule *rule,
            GError  **error)
{
  const ReelPart *part = rule->attributes;

  reel_rule_set_tangent (rule, 0, _reel_region (rule->tangents[0], part->n_whole, part->rank,
                                                part->shape, &part->region));
  return TRUE;
}

static const ReelPart sample_region = { 2, 2, { 3, 2 }, { 3, { 4, -2 } } };

static const ReelSample region_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } },
    .n_inputs = 1, .attributes = &sample_region, .attributes_size = sizeof sample_region },
};

static const ReelAttribute region_attributes[] = {
  { "part", REEL_ATTRIBUTE_PARTS, 0, 0, NULL, NULL },
};

const ReelOp _reel_op_region = {
  REEL_OP_INIT, .name = "region", REEL_ATTRIBUTES (region_attributes), .formula = "y = a part of x;  x̄ = ȳ in its place",
  .n_inputs = 1, .n_outputs = 1, .flags = REEL_OP_INTERNAL | REEL_OP_VIEW,
  .infer = infer_region, .vjp = vjp_region, .jvp = jvp_region,
  .samples = region_samples, .n_samples = G_N_ELEMENTS (region_samples)
};

ReelTensor *
_reel_region (ReelTensor       *x,
              guint             n_whole,
              guint             rank,
              const gint64     *shape,
              const ReelRegion *region)
{
  ReelPart part;

  memset (&part, 0, sizeof part);
  part.rank = rank;
  part.n_whole = n_whole;
  part.region.offset = region->offset;
  memcpy (part.shape, shape, rank * sizeof (gint64));
  memcpy (part.region.strides, region->strides, rank * sizeof (gint64));
  if (!reel_tensor_is_error (x) && !_reel_tensor_is_contiguous (x))
    x = reel_contiguous (x);
  return _reel_apply_1 (&_reel_op_region, x, &part, sizeof part);
}
