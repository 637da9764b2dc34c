/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the views share. */

#include "ops/ops-private.h"

/* A shape as an attribute: what it makes of the last `n_old` axes of the input.
 * Axes before them stay, so that a rule may apply it to what has more of them.
 * Only as much as `rank` says is recorded. */
typedef struct
{
  guint32 n_old;
  guint32 rank;
  gint64 shape[REEL_MAX_AXES];
} ReelShape;

/* The attribute of an argument, as it is. */
#define REEL_ALL_OLD G_MAXUINT32
void _reel_shape_init (ReelShape    *self,
                       guint32       n_old,
                       guint         rank,
                       const gint64 *shape);

/* A shape rule begins with this: how many axes of x stay in front, and whether there
 * is a shape of no more axes than there may be. */
gboolean _reel_infer_shape (ReelShape       *self,
                            const ReelArray *x,
                            guint           *n_kept,
                            GError         **error);

/* Applies an op of one input whose attribute is a ReelShape. */
ReelTensor *_reel_apply_shape (const ReelOp *op,
                               ReelTensor   *x,
                               guint32       n_old,
                               guint         rank,
                               const gint64 *shape);

/* Gives the last axes of x, which are of `from`'s shape, the shape of `to`. */
ReelTensor *_reel_reshape_as (ReelTensor *x,
                              ReelTensor *from,
                              ReelTensor *to);

/* Gives the last n_old axes of x another shape. */
ReelTensor *_reel_reshape_last (ReelTensor   *x,
                                guint         n_old,
                                guint         rank,
                                const gint64 *shape);

/* `length` elements from `start` on along an axis counted from the end. */
ReelTensor *_reel_slice_range (ReelTensor *x,
                               gint32      axis,
                               gint64      start,
                               gint64      length);

/* The slice at `index` along an axis counted from the end, without that axis. */
ReelTensor *_reel_select_at (ReelTensor *x,
                             gint32      axis,
                             gint64      index);

/* A shape rule of a view begins with all of the first input, and changes that. Of
 * an empty input the strides are 0, so that no product of them overflows. */
void _reel_view_begin (ReelSpec        *spec,
                       const ReelArray *x);
void _reel_view_end (ReelSpec *spec);
void _reel_view_drop_axis (ReelSpec *spec,
                           guint     axis);

/* The jvp rule of a linear op of one input: ẏ = f(ẋ), with the same attributes. */
gboolean _reel_jvp_linear (ReelRule *rule,
                           GError  **error);

/* shape, and how many axes it stands for */
extern const ReelAttribute _reel_shape_attributes[2];
/* axes alone */
extern const ReelAttribute _reel_axes_attributes[1];
/* an axis as all there is */
extern const ReelAttribute _reel_axis_attributes[1];
/* the same, by default the first */
extern const ReelAttribute _reel_first_axis_attributes[1];

extern const ReelOp _reel_op_broadcast_to;
extern const ReelOp _reel_op_reshape;
extern const ReelOp _reel_op_slice;
extern const ReelOp _reel_op_select;
extern const ReelOp _reel_op_unbind;
