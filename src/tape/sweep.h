/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reverse and the forward sweep. They know no op: derivative rules say what
 * flows from a node's outputs to its inputs, or the other way. */

#include "tape/attribute.h"
#include "tape/tape-private.h"

#include <reel/reel-grad.h>

/* Whether a part of that shape lies within a contiguous whole of so many elements: a
 * wrong one would read or write elsewhere. */
gboolean _reel_region_fits (guint             rank,
                            const gint64     *shape,
                            const ReelRegion *region,
                            gint64            n_elements);

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

typedef struct
{
  ReelTape *tape;
  ReelGradFlags flags;
  ReelAssembleFunc assemble;
  guint64 first;                /* values [first, end) may carry something */
  guint64 end;
  ReelSlot *slots;              /* by value number - first */
  guint8 *marks;                /* likewise, REEL_MARK_*; NULL: by requires-grad */
  ReelLeafTable *leaves;
  guint n_batch_axes;           /* in front of all that it carries: many sweeps in one */
  gint64 batch_shape[REEL_MAX_BATCH_AXES];
  gboolean all_leaves;          /* note every parameter, not only those noted before */
  ReelTensor **results;         /* of a jvp rule in progress */
  GError *error;                /* the first that a contribution met */
} ReelSweep;

enum
{
  REEL_MARK_WANTED = 1 << 0,    /* depends on an input of the sweep */
  REEL_MARK_TARGET = 1 << 1     /* is one: its cotangent is kept */
};

/* A sweep over [first, end) of the tape: takes its buffers, and unless REEL_GRAD_RECORD
 * pauses it. FALSE with an error where one is running or memory is short. */
gboolean _reel_sweep_begin (ReelSweep       *sweep,
                            ReelTape        *tape,
                            ReelGradFlags    flags,
                            guint64          first,
                            guint64          end,
                            ReelAssembleFunc assemble,
                            GError         **error);
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

/* Gives everything back; what slots still hold is dropped. */
void _reel_sweep_end (ReelSweep *sweep);

/* Marks what depends on the targets noted before: leaves in the table, values by
 * REEL_MARK_TARGET. */
gboolean _reel_sweep_alloc_marks (ReelSweep *sweep,
                                  GError   **error);
void _reel_sweep_mark_dependents (ReelSweep *sweep);

/* Adds to a slot: `like` is the tensor whose cotangent it is. */
gboolean _reel_slot_add (ReelSweep        *sweep,
                         ReelSlot         *slot,
                         ReelTensor       *like,
                         ReelTensor       *cotangent,
                         const ReelRegion *region,
                         GError          **error);
/* Makes one tensor of what a slot holds; the slot keeps the reference. */
gboolean _reel_slot_combine (ReelSweep  *sweep,
                             ReelSlot   *slot,
                             ReelTensor *like,
                             GError    **error);
void _reel_slot_clear (ReelSweep *sweep,
                       ReelSlot  *slot);

/* The slot of a leaf: NULL where none is noted and `add` is FALSE, or memory is
 * short. Valid until the next call that adds. */
ReelSlot *_reel_leaf_table_get (ReelLeafTable *table,
                                ReelTensor    *tensor,
                                gboolean       add);
void _reel_leaf_table_clear (ReelLeafTable *table);

/* Plays the values from the highest down: their slots were filled from outside. */
gboolean _reel_sweep_reverse (ReelSweep *sweep,
                              GError   **error);

/* Plays [first, end) upwards. */
gboolean _reel_sweep_forward (ReelSweep *sweep,
                              GError   **error);

/* Says in a vjp rule that it reads a cotangent in one more op only, as that op's first
 * input. Where the sweep alone owns the memory, an op with REEL_OP_MAY_OVERWRITE then
 * takes it for its result: one pass over memory less. */
void _reel_rule_spend (ReelRule *rule,
                       guint     output);

/* Whether what a node's vjp or jvp rule reads is still there. */
gboolean _reel_node_check_saved (const ReelNode *node,
                                 GError        **error);
