/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a sweep knows: its range, what it carries, for whom. A tape keeps the states that
 * rest, with their memory, so that a loop that repeats itself allocates nothing. */

#include "tape/attribute.h"
#include "tape/leaf-table.h"
#include "tape/tape-private.h"

#include <reel/reel-grad.h>

/* How many axes a sweep may put in front of what it carries. */
#define REEL_MAX_BATCH_AXES (REEL_MAX_AXES - REEL_MAX_RANK)

/* What a sweep carries for one value: NULL for zero; a tensor; or, tagged by the
 * lowest bit, a GArray of ReelContribution that are to be combined. */
typedef gpointer ReelSlot;

typedef struct
{
  ReelTensor *tensor;
  gboolean is_region;
  ReelRegion region;
} ReelContribution;

/* Makes one tensor of parts that add up in it: the one op that a sweep needs, handed to
 * it from above. */
typedef ReelTensor *(*ReelAssembleFunc) (ReelDType               dtype,
                                         guint                   rank,
                                         const gint64           *shape,
                                         const ReelContribution *contributions,
                                         guint                   n_contributions);

enum
{
  REEL_MARK_WANTED = 1 << 0,    /* depends on an input of the sweep */
  REEL_MARK_TARGET = 1 << 1     /* is one: its cotangent is kept */
};

struct _ReelSweep
{
  ReelHold hold;                /* of the tape; the sweep around this one is in it */
  ReelSweep *next;              /* of those that rest */
  ReelTape *tape;
  ReelGradFlags flags;
  ReelAssembleFunc assemble;
  guint64 first;                /* values [first, end) may carry something */
  guint64 end;
  guint64 floor;                /* nodes below belong to the sweep around this one */
  ReelTensor *hooked;           /* whose hooks are running */
  guint n_batch_axes;           /* in front of all that it carries: many sweeps in one */
  gint64 batch_shape[REEL_MAX_BATCH_AXES];
  gboolean all_leaves;          /* note every parameter, not only those noted before */

  ReelSlot *slots;              /* by value number - first; at rest all NULL */
  gsize slots_capacity;
  guint8 *marks;                /* likewise, REEL_MARK_*; NULL: by requires-grad */
  guint8 *marks_memory;
  gsize marks_capacity;
  ReelLeafTable leaves;         /* at rest empty */
};

/* One that rests, or a new one, with room for n values. NULL with an error where there
 * is no memory. */
ReelSweep *_reel_sweep_take (ReelTape *tape,
                             guint64   n_values,
                             GError  **error);
void _reel_sweep_give_back (ReelSweep *sweep);
/* All that rest. */
void _reel_sweep_free_all (ReelTape *tape);

gboolean _reel_sweep_alloc_marks (ReelSweep *sweep,
                                  GError   **error);

/* Makes it many sweeps in one: cotangents and tangents have `n_axes` more axes in front,
 * of these sizes. Rules need not know, as long as they do not look at what they are
 * given. */
gboolean _reel_sweep_set_batch (ReelSweep    *sweep,
                                guint         n_axes,
                                const gint64 *shape,
                                GError      **error);
/* The shape of a cotangent or tangent of `like`; returns its rank. */
guint _reel_sweep_shape (const ReelSweep  *sweep,
                         const ReelTensor *like,
                         gint64           *shape);
/* A region of one element of the batch as that of all. */
void _reel_sweep_extend_region (const ReelSweep  *sweep,
                                const ReelTensor *like,
                                guint             rank,
                                ReelRegion       *region);

static inline gboolean
_reel_sweep_is_target (const ReelSweep *sweep,
                       guint64          value)
{
  return sweep->marks != NULL &&
         (sweep->marks[value - sweep->first] & REEL_MARK_TARGET) != 0;
}

/* Whether the cotangent of a node's input is of use. */
static inline gboolean
_reel_sweep_wants (ReelSweep           *sweep,
                   const ReelNodeInput *input)
{
  if (input->tensor == NULL || !_reel_dtype_is_floating (input->tensor->dtype))
    return FALSE;
  if ((input->value & REEL_INPUT_LEAF) == 0)
    {
      if (sweep->marks == NULL)
        return (_reel_tensor_flags (input->tensor) & REEL_TENSOR_DIFFERENTIABLE) != 0;
      return input->value >= sweep->first && sweep->marks[input->value - sweep->first] != 0;
    }
  if (sweep->all_leaves)
    return (input->value & REEL_INPUT_PARAMETER) != 0 &&
           (_reel_tensor_flags (input->tensor) & REEL_TENSOR_PARAMETER) != 0;
  return _reel_leaf_table_get (&sweep->leaves, input->tensor, FALSE) != NULL;
}
