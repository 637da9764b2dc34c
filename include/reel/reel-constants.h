/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Tensors of one number, in the middle of an expression: the current tape owns them, and a
 * failure sticks to it. No gradient flows into them. A leaf that outlives the tape's reset
 * is made by [ctor@Reel.Tensor.new_full] and its like. */

/**
 * reel_full:
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @value: the number, which reel_dtype_check_number() must allow
 *
 * A tensor filled with one number.
 *
 * Returns: (transfer none): it, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_full (ReelDType     dtype,
                       guint         rank,
                       const gint64 *shape,
                       gdouble       value);

/**
 * reel_zeros:
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 *
 * A tensor of zeros.
 *
 * Returns: (transfer none): it, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_zeros (ReelDType     dtype,
                        guint         rank,
                        const gint64 *shape);

/**
 * reel_ones:
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 *
 * A tensor of ones.
 *
 * Returns: (transfer none): it, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_ones (ReelDType     dtype,
                       guint         rank,
                       const gint64 *shape);

/**
 * reel_full_like:
 * @x: a tensor
 * @value: the number
 *
 * A tensor of x's dtype and shape, filled with one number.
 *
 * Returns: (transfer none): it, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_full_like (ReelTensor *x,
                            gdouble     value);

/**
 * reel_zeros_like:
 * @x: a tensor
 *
 * Zeros of x's dtype and shape.
 *
 * Returns: (transfer none): them, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_zeros_like (ReelTensor *x);

/**
 * reel_ones_like:
 * @x: a tensor
 *
 * Ones of x's dtype and shape.
 *
 * Returns: (transfer none): them, or the tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_ones_like (ReelTensor *x);

G_END_DECLS
