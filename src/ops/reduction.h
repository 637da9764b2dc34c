/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How every reduction along axes is carried out. */

#include "kernels/kernels.h"
#include "ops/ops-private.h"

/* dtype and shape of what is left of a shape */
void _reel_reduction_shape (ReelSpec       *spec,
                            ReelDType       dtype,
                            guint           rank,
                            const gint64   *shape,
                            const ReelAxes *axes);

/* How many elements each result is made of. */
gint64 _reel_reduction_count (guint           rank,
                              const gint64   *shape,
                              const ReelAxes *axes);

/* The dtype of the results. */
ReelDType _reel_reduction_dtype (ReelReduceId id,
                                 ReelDType    dtype);

/* The bytes that _reel_reduce needs besides. */
gsize _reel_reduce_workspace (ReelReduceId     id,
                              const ReelArray *x,
                              const ReelAxes  *axes);

/* Reduces along axes into contiguous `out`. */
void _reel_reduce (ReelReduceId     id,
                   const ReelArray *x,
                   const ReelAxes  *axes,
                   gpointer         out,
                   gpointer         workspace);

/* The op `op`, a reduction, along the axes of another's attributes, with or
 * without keeping them. */
ReelTensor *_reel_reduce_along (const ReelOp   *op,
                                ReelTensor     *x,
                                const ReelAxes *axes,
                                gboolean        keep);

/* Undoes the shape of a reduction of something like x: `t` repeated along the
 * axes. */
ReelTensor *_reel_spread (ReelTensor     *t,
                          ReelTensor     *x,
                          const ReelAxes *axes);

/* The attributes of extreme_weights. */
typedef struct
{
  ReelAxes axes;
  gint32 is_minimum;
} ReelExtreme;

extern const ReelOp _reel_op_sum, _reel_op_mean, _reel_op_softmax, _reel_op_softmax_backward,
                    _reel_op_log_softmax, _reel_op_prod_others, _reel_op_extreme_weights;
