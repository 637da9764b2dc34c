/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <string.h>

/* Ops between parts and the whole. */

/* A part of a whole: a position of the part lies in the whole's row-major layout
 * where strides and offset say. */
typedef struct
{
  guint32 rank;                 /* G_MAXUINT32: the whole */
  guint32 n_whole;
  gint64 shape[REEL_MAX_AXES];
  gint64 offset;
  gint64 strides[REEL_MAX_AXES];
} Part;

static gint64
place_in_whole (const Part   *part,
                const gint64 *at)
{
  gint64 place = part->offset;

  for (guint i = 0; i < part->rank; i++)
    place += at[i] * part->strides[i];
  return place;
}

static void
assemble (RefCall *call)
{
  const struct
  {
    guint32 dtype;
    guint32 rank;
    gint64 shape[REEL_MAX_AXES];
    Part parts[];
  } *assembly = call->attributes;
  gdouble *y = ref_output (call, 0, (ReelDType) assembly->dtype, assembly->rank,
                           assembly->shape);

  for (guint k = 0; k < call->n_inputs; k++)
    {
      const RefArray *x = &call->inputs[k];
      const Part *part = &assembly->parts[k];
      gint64 at[REEL_MAX_AXES] = { 0 };
      guint rank = part->rank == G_MAXUINT32 ? assembly->rank : part->rank;

      ref_require (x->rank == rank);
      for (guint axis = 0; axis < rank; axis++)
        ref_require (x->shape[axis] == (part->rank == G_MAXUINT32 ? assembly->shape[axis]
                                                                  : part->shape[axis]));
      for (gint64 i = 0; i < x->n; i++)
        {
          y[part->rank == G_MAXUINT32 ? i : place_in_whole (part, at)] += x->values[i];
          (void) ref_next (x->rank, x->shape, at);
        }
    }
}

/* The same of each whole that leading axes of x count */
static void
region (RefCall *call)
{
  const Part *part = call->attributes;
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gint64 n_whole;
  guint n_kept;
  gdouble *y;

  ref_require (x->rank >= part->n_whole);
  n_kept = x->rank - part->n_whole;
  n_whole = ref_count (part->n_whole, x->shape + n_kept);
  memcpy (shape, x->shape, n_kept * sizeof (gint64));
  memcpy (shape + n_kept, part->shape, part->rank * sizeof (gint64));
  y = ref_output (call, 0, x->dtype, n_kept + part->rank, shape);
  for (gint64 i = 0; i < call->outputs[0].n; i++)
    {
      gint64 place = place_in_whole (part, at + n_kept);

      ref_require (place >= 0 && place < n_whole);
      y[i] = x->values[ref_flat (n_kept, shape, at) * n_whole + place];
      (void) ref_next (n_kept + part->rank, shape, at);
    }
}

const Reference ref_parts[] = {
  { "assemble", assemble }, { "region", region }, { NULL, NULL }
};
