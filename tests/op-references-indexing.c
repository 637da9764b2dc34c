/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include "base/philox.h"

#include <math.h>
#include <string.h>

/* Ops that pick by indices, or at random. */

static guint
axis_of (const RefCall *call,
         guint          rank)
{
  gint32 axis = *(const gint32 *) call->attributes + (gint32) rank;

  ref_require (axis >= 0 && axis < (gint32) rank);
  return (guint) axis;
}

static gint64
index_at (const RefArray *index,
          gint64          i,
          gint64          size)
{
  gint64 number = (gint64) index->values[i];

  number += number < 0 ? size : 0;
  ref_require (number >= 0 && number < size);
  return number;
}

/* Position `at` of an index tensor in x, with the index for the axis */
static gint64
picked_place (const RefArray *x,
              const RefArray *index,
              gint64          i,
              guint           axis,
              const gint64   *at)
{
  gint64 place[REEL_MAX_AXES];

  memcpy (place, at, x->rank * sizeof (gint64));
  place[axis] = index_at (index, i, x->shape[axis]);
  return ref_flat (x->rank, x->shape, place);
}

static void
gather (RefCall *call)
{
  const RefArray *x = &call->inputs[0], *index = &call->inputs[1];
  gdouble *y = ref_output (call, 0, x->dtype, index->rank, index->shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  ref_require (index->rank == x->rank);
  for (gint64 i = 0; i < index->n; i++)
    {
      y[i] = x->values[picked_place (x, index, i, axis_of (call, x->rank), at)];
      (void) ref_next (index->rank, index->shape, at);
    }
}

static void
scatter_add (RefCall *call)
{
  const RefArray *x = &call->inputs[0], *index = &call->inputs[1], *source = &call->inputs[2];
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  if (x->n > 0)
    memcpy (y, x->values, (gsize) x->n * sizeof (gdouble));
  ref_require (index->rank == x->rank && source->rank == index->rank);
  for (gint64 i = 0; i < index->n; i++)
    {
      y[picked_place (x, index, i, axis_of (call, x->rank), at)] +=
        source->values[ref_flat (source->rank, source->shape, at)];
      (void) ref_next (index->rank, index->shape, at);
    }
}

static void
index_select (RefCall *call)
{
  const RefArray *x = &call->inputs[0], *index = &call->inputs[1];
  guint axis = axis_of (call, x->rank);
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gdouble *y;

  ref_require (index->rank == 1);
  memcpy (shape, x->shape, sizeof shape);
  shape[axis] = index->n;
  y = ref_output (call, 0, x->dtype, x->rank, shape);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    {
      y[i] = x->values[picked_place (x, index, at[axis], axis, at)];
      (void) ref_next (x->rank, shape, at);
    }
}

static void
index_add (RefCall *call)
{
  const RefArray *x = &call->inputs[0], *index = &call->inputs[1], *source = &call->inputs[2];
  guint axis = axis_of (call, x->rank);
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  if (x->n > 0)
    memcpy (y, x->values, (gsize) x->n * sizeof (gdouble));
  ref_require (index->rank == 1 && source->rank == x->rank);
  for (guint i = 0; i < x->rank; i++)
    ref_require (source->shape[i] == (i == axis ? index->n : x->shape[i]));
  for (gint64 i = 0; i < source->n; i++)
    {
      y[picked_place (x, index, at[axis], axis, at)] += source->values[i];
      (void) ref_next (source->rank, source->shape, at);
    }
}

static void
embedding (RefCall *call)
{
  const RefArray *weight = &call->inputs[0], *index = &call->inputs[1];
  gint64 row_size = ref_count (weight->rank - 1, weight->shape + 1);
  gint64 shape[REEL_MAX_AXES];
  gdouble *y;

  ref_require (weight->rank >= 1);
  memcpy (shape, index->shape, index->rank * sizeof (gint64));
  memcpy (shape + index->rank, weight->shape + 1, (weight->rank - 1) * sizeof (gint64));
  y = ref_output (call, 0, weight->dtype, index->rank + weight->rank - 1, shape);
  for (gint64 i = 0; i < index->n; i++)
    for (gint64 k = 0; k < row_size; k++)
      y[i * row_size + k] = weight->values[index_at (index, i, weight->shape[0]) * row_size +
                                           k];
}

static void
one_hot (RefCall *call)
{
  const struct
  {
    gint64 n_classes;
    guint32 dtype;
  } *attributes = call->attributes;
  const RefArray *index = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES];
  gdouble *y;

  memcpy (shape, index->shape, sizeof shape);
  shape[index->rank] = attributes->n_classes;
  y = ref_output (call, 0, (ReelDType) attributes->dtype, index->rank + 1, shape);
  for (gint64 i = 0; i < index->n; i++)
    y[i * attributes->n_classes + index_at (index, i, attributes->n_classes)] = 1;
}

/* That the mask is as random as it should be is for the generator's tests. */
static void
dropout (RefCall *call)
{
  const struct
  {
    guint64 key;
    guint64 offset;
    gdouble probability;
    gint64 n_elements;
  } *attributes = call->attributes;
  const RefArray *x = &call->inputs[0];
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);
  g_autofree guint8 *mask = g_new (guint8, attributes->n_elements);

  _reel_philox_bernoulli_u8 (attributes->key, attributes->offset, 0, attributes->n_elements,
                             1 - attributes->probability, mask);
  for (gint64 i = 0; i < x->n; i++)
    if (mask[i % attributes->n_elements] != 0)
      y[i] = x->values[i] / (1 - attributes->probability);
}

/* The numbers of a generator's own method: bits for a seed shall stay. */
static void
draw (RefCall *call)
{
  const struct
  {
    guint64 key;
    guint64 counter;
    gdouble numbers[2];
    guint32 dtype;
    gint32 no_generator;
    guint32 padding;
    guint32 rank;
    gint64 shape[REEL_MAX_AXES];
  } *what = call->attributes;
  g_autoptr (ReelGenerator) generator = reel_generator_new (what->key);
  ReelDType dtype = (ReelDType) what->dtype;
  g_autoptr (ReelTensor) numbers = NULL;
  gdouble *y = ref_output (call, 0, dtype, what->rank, what->shape);

  reel_generator_set_offset (generator, what->counter);
  if (g_str_equal (call->name, "uniform"))
    numbers = reel_generator_uniform (generator, dtype, what->rank, what->shape,
                                      what->numbers[0], what->numbers[1], NULL);
  else if (g_str_equal (call->name, "normal"))
    numbers = reel_generator_normal (generator, dtype, what->rank, what->shape,
                                     what->numbers[0], what->numbers[1], NULL);
  else
    numbers = reel_generator_bernoulli (generator, dtype, what->rank, what->shape,
                                        what->numbers[0], NULL);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    y[i] = dtype == REEL_F32
           ? (gdouble) ((const gfloat *) reel_tensor_get_data (numbers))[i]
           : ((const gdouble *) reel_tensor_get_data (numbers))[i];
}

const Reference ref_indexing[] = {
  { "gather", gather }, { "scatter_add", scatter_add }, { "index_select", index_select },
  { "index_add", index_add }, { "embedding", embedding }, { "one_hot", one_hot },
  { "dropout", dropout }, { "uniform", draw },
  { "normal", draw }, { "bernoulli", draw }, { NULL, NULL }
};
