/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Picking elements by tensors of indices, which are i64. Negative indices count
 * from the end. One that is out of range is an error that tells it and where it
 * is. Sums are formed in the order of the indices, whatever the number of
 * threads. */

/**
 * reel_gather:
 * @x: a tensor of one axis or more, of any dtype
 * @axis: along which axis
 * @index: i64, of @x's rank; its sizes but along @axis are at most @x's
 *
 * Picks an element of @x for each index: with axis 1 of 3,
 * yᵢⱼₖ = x[i, indexᵢⱼₖ, k] (PyTorch's gather). The cotangent of @x is a
 * [func@Reel.scatter_add] of ȳ.
 *
 * Fails with %REEL_ERROR_INDEX where @axis or an index is out of range, with
 * %REEL_ERROR_SHAPE where shapes do not fit, with %REEL_ERROR_DTYPE where @index
 * is not i64.
 *
 * Returns: (transfer none): a tensor of @index's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_gather (ReelTensor *x,
                         gint64      axis,
                         ReelTensor *index);

/**
 * reel_scatter_add:
 * @x: a tensor of one axis or more, of a numeric dtype
 * @axis: along which axis
 * @index: i64, of @x's rank; its sizes but along @axis are at most @x's
 * @source: of @x's dtype and rank, of @index's sizes or larger
 *
 * Adds elements of @source to a copy of @x: with axis 1 of 3,
 * y = x, then y[i, indexᵢⱼₖ, k] += sourceᵢⱼₖ for each place of @index (PyTorch's
 * scatter_add). The cotangent of @source is a [func@Reel.gather] of ȳ.
 *
 * Fails with %REEL_ERROR_INDEX where @axis or an index is out of range, with
 * %REEL_ERROR_SHAPE where shapes do not fit, with %REEL_ERROR_DTYPE where @index
 * is not i64, the dtypes of @x and @source differ or are bool.
 *
 * Returns: (transfer none): a tensor of @x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_scatter_add (ReelTensor *x,
                              gint64      axis,
                              ReelTensor *index,
                              ReelTensor *source);

/**
 * reel_index_select:
 * @x: a tensor of one axis or more, of any dtype
 * @axis: along which axis
 * @index: i64, of rank 1
 *
 * Picks whole slices: with axis 1 of 3, yᵢⱼₖ = x[i, indexⱼ, k].
 *
 * Fails with %REEL_ERROR_INDEX where @axis or an index is out of range, with
 * %REEL_ERROR_SHAPE where @index is not of rank 1, with %REEL_ERROR_DTYPE where it
 * is not i64.
 *
 * Returns: (transfer none): a tensor of @x's rank
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_index_select (ReelTensor *x,
                               gint64      axis,
                               ReelTensor *index);

/**
 * reel_embedding:
 * @weight: a table of one axis or more, of any dtype
 * @index: i64, of any shape
 *
 * Looks up rows of a table: y[i.., :] = weight[index[i..], :].
 *
 * Fails with %REEL_ERROR_INDEX where an index is out of range, with
 * %REEL_ERROR_SHAPE where @weight has no axis, with %REEL_ERROR_DTYPE where @index
 * is not i64.
 *
 * Returns: (transfer none): a tensor of @index's shape followed by that of a row
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_embedding (ReelTensor *weight,
                            ReelTensor *index);

/**
 * reel_one_hot:
 * @index: i64, of any shape
 * @n_classes: how many classes, at least 0
 * @dtype: the dtype of the result
 *
 * y[i.., c] = index[i..] = c ? 1 : 0. Never carries a gradient.
 *
 * Fails with %REEL_ERROR_INDEX where an index is out of range, with
 * %REEL_ERROR_VALUE where @n_classes is negative, with %REEL_ERROR_DTYPE where
 * @index is not i64.
 *
 * Returns: (transfer none): a tensor of @index's shape followed by @n_classes
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_one_hot (ReelTensor *index,
                          gint64      n_classes,
                          ReelDType   dtype);

/**
 * reel_dropout:
 * @x: a floating-point tensor
 * @probability: p, of an element to be dropped, from 0 to 1
 * @generator: where random numbers come from; one draw is taken of it
 *
 * Inverted dropout: yᵢ = mᵢ ? xᵢ / (1 - p) : 0, where the mᵢ are independent and
 * true with probability 1 - p. The mask is not stored: a sweep draws it again. With
 * p = 0 the result is @x, with p = 1 zeros.
 *
 * This is dropout while training; an evaluation leaves it out.
 *
 * Fails with %REEL_ERROR_VALUE where @probability is not from 0 to 1, with
 * %REEL_ERROR_DTYPE where @x is not of floating-point dtype.
 *
 * Returns: (transfer none): a tensor of @x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_dropout (ReelTensor    *x,
                          gdouble        probability,
                          ReelGenerator *generator);

/**
 * reel_uniform:
 * @generator: where random numbers come from; one draw is taken of it
 * @dtype: f32 or f64
 * @rank: how many axes
 * @shape: (array length=rank): sizes
 * @low: the least
 * @high: up to but without this
 *
 * Draws numbers, uniformly. While a tape records, the draw is a node of it, with the
 * generator's key and the number of the draw as attributes. The numbers are those of
 * [method@Reel.Generator.uniform].
 *
 * Returns: (transfer none): random numbers, which the current tape owns
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_uniform (ReelGenerator *generator,
                          ReelDType      dtype,
                          guint          rank,
                          const gint64  *shape,
                          gdouble        low,
                          gdouble        high);

/**
 * reel_normal:
 * @generator: where random numbers come from; one draw is taken of it
 * @dtype: f32 or f64
 * @rank: how many axes
 * @shape: (array length=rank): sizes
 * @mean: their mean
 * @standard_deviation: their standard deviation, not negative
 *
 * Draws normally distributed numbers, recorded as [func@Reel.uniform] is. The numbers
 * are those of [method@Reel.Generator.normal].
 *
 * Returns: (transfer none): random numbers, which the current tape owns
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_normal (ReelGenerator *generator,
                         ReelDType      dtype,
                         guint          rank,
                         const gint64  *shape,
                         gdouble        mean,
                         gdouble        standard_deviation);

/**
 * reel_bernoulli:
 * @generator: where random numbers come from; one draw is taken of it
 * @dtype: any
 * @rank: how many axes
 * @shape: (array length=rank): sizes
 * @probability: of a 1, from 0 to 1
 *
 * Draws zeros and ones, recorded as [func@Reel.uniform] is. The numbers are those of
 * [method@Reel.Generator.bernoulli].
 *
 * Returns: (transfer none): zeros and ones, which the current tape owns
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_bernoulli (ReelGenerator *generator,
                            ReelDType      dtype,
                            guint          rank,
                            const gint64  *shape,
                            gdouble        probability);

G_END_DECLS
