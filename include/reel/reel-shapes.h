/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Shape and layout. Any dtype; what is a *view* shares its operand's memory and
 * costs no copy. Axes may be counted from the end: -1 is the last. */

/**
 * reel_reshape:
 * @x: a tensor
 * @rank: how many axes the result has
 * @shape: (array length=rank) (nullable): sizes, outermost first; one may be -1
 *
 * The same elements in row-major order under another shape. A size of -1 is what
 * the others leave: n / ∏ of them. A view where @x's strides allow it, else a copy.
 *
 * Fails with %REEL_ERROR_SHAPE where the numbers of elements differ, a size is
 * below -1, two are -1, or one is -1 and the others multiply to 0.
 *
 * Returns: (transfer none): a tensor of @shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_reshape (ReelTensor   *x,
                          guint         rank,
                          const gint64 *shape);

/**
 * reel_flatten:
 * @x: a tensor
 * @first_axis: the first axis to merge
 * @last_axis: the last axis to merge, not before @first_axis
 *
 * Merges neighbouring axes into one: a [reshape][func@Reel.reshape], and a view
 * where that is one. A tensor of rank 0 becomes one of shape [1] (for the axes 0
 * and -1, also 0 and 0).
 *
 * Fails with %REEL_ERROR_INDEX where an axis is out of range, with
 * %REEL_ERROR_VALUE where @last_axis lies before @first_axis.
 *
 * Returns: (transfer none): a tensor of @last_axis - @first_axis axes less
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_flatten (ReelTensor *x,
                          gint64      first_axis,
                          gint64      last_axis);

/**
 * reel_permute:
 * @x: a tensor
 * @n_axes: the rank of @x; or 0, for all axes in reverse order
 * @axes: (array length=n_axes) (nullable): each axis once
 *
 * Axis i of the result is axis @axes[i] of @x. A view.
 *
 * Fails with %REEL_ERROR_SHAPE where @n_axes is not the rank, with
 * %REEL_ERROR_INDEX where an axis is out of range or there twice.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_permute (ReelTensor   *x,
                          guint         n_axes,
                          const gint64 *axes);

/**
 * reel_transpose:
 * @x: a tensor
 * @axis_a: an axis
 * @axis_b: an axis
 *
 * Exchanges two axes: for a matrix `reel_transpose (x, 0, 1)` is xᵀ. A view.
 *
 * Fails with %REEL_ERROR_INDEX where an axis is out of range.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_transpose (ReelTensor *x,
                            gint64      axis_a,
                            gint64      axis_b);

/**
 * reel_broadcast_to:
 * @x: a tensor
 * @rank: how many axes the result has
 * @shape: (array length=rank) (nullable): sizes, outermost first
 *
 * Repeats @x along axes of size 1 and new axes in front, by NumPy's rule. A view
 * with strides of 0. The cotangent is summed over what was repeated.
 *
 * Fails with %REEL_ERROR_SHAPE where @x does not broadcast to @shape.
 *
 * Returns: (transfer none): a view of @shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_broadcast_to (ReelTensor   *x,
                               guint         rank,
                               const gint64 *shape);

/**
 * reel_expand:
 * @x: a tensor
 * @rank: how many axes the result has, at least as many as @x
 * @shape: (array length=rank) (nullable): sizes, outermost first; -1 keeps that of
 *   @x
 *
 * [func@Reel.broadcast_to] in PyTorch's words.
 *
 * Fails with %REEL_ERROR_SHAPE where @x does not broadcast to @shape, or a new
 * axis has the size -1.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_expand (ReelTensor   *x,
                         guint         rank,
                         const gint64 *shape);

/**
 * reel_squeeze:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all of size 1
 * @axes: (array length=n_axes) (nullable): axes, in any order
 *
 * Drops axes of size 1. Axes named that have another size stay, as in PyTorch. A
 * view.
 *
 * Fails with %REEL_ERROR_INDEX where an axis is out of range or there twice.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_squeeze (ReelTensor   *x,
                          guint         n_axes,
                          const gint64 *axes);

/**
 * reel_unsqueeze:
 * @x: a tensor
 * @axis: where the new axis is in the result: -rank - 1 to rank
 *
 * Adds an axis of size 1. A view.
 *
 * Fails with %REEL_ERROR_INDEX where @axis is out of range.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_unsqueeze (ReelTensor *x,
                            gint64      axis);

/**
 * reel_slice:
 * @x: a tensor
 * @axis: along which axis
 * @start: the first element; negative ones count from the end
 * @stop: the end, not included; negative ones count from the end
 * @step: the distance, not 0; negative to go backwards
 *
 * The elements @start, @start + @step, ... before @stop, as NumPy's
 * `x[start:stop:step]`: ends out of range are clamped, and there may be no element
 * left. An end is open where it is far outside: %G_MININT64 is below the first
 * element, %G_MAXINT64 is behind the last; so `reel_slice (x, 0, G_MAXINT64,
 * G_MININT64, -1)` is the whole axis backwards. A view.
 *
 * Fails with %REEL_ERROR_INDEX where @axis is out of range, with
 * %REEL_ERROR_VALUE where @step is 0.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_slice (ReelTensor *x,
                        gint64      axis,
                        gint64      start,
                        gint64      stop,
                        gint64      step);

/**
 * reel_narrow:
 * @x: a tensor
 * @axis: along which axis
 * @start: the first element; negative ones count from the end
 * @length: how many elements, at least 0
 *
 * The elements @start to @start + @length - 1. Unlike [func@Reel.slice] it does not
 * clamp. A view.
 *
 * Fails with %REEL_ERROR_INDEX where @axis is out of range, or the elements are
 * not all within it.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_narrow (ReelTensor *x,
                         gint64      axis,
                         gint64      start,
                         gint64      length);

/**
 * reel_select:
 * @x: a tensor
 * @axis: along which axis
 * @index: which element; negative ones count from the end
 *
 * The slice at one index, without that axis: `x[index]` for axis 0. A view.
 *
 * Fails with %REEL_ERROR_INDEX where @axis or @index is out of range.
 *
 * Returns: (transfer none): a view of one axis less
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_select (ReelTensor *x,
                         gint64      axis,
                         gint64      index);

/**
 * reel_flip:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes, in any order
 *
 * Reverses the order of the elements along axes. A view with negative strides.
 *
 * Fails with %REEL_ERROR_INDEX where an axis is out of range or there twice.
 *
 * Returns: (transfer none): a view
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_flip (ReelTensor   *x,
                       guint         n_axes,
                       const gint64 *axes);

/**
 * reel_diagonal:
 * @x: a tensor of two axes or more
 * @offset: which diagonal: above the main one where positive, below where negative
 * @axis_a: the axis of rows
 * @axis_b: the axis of columns, another one
 *
 * yᵢ = x[i, i + offset] (x[i - offset, i] below): the two axes go, and their
 * diagonal becomes the last axis, of no elements where @offset lies outside. A
 * view.
 *
 * Fails with %REEL_ERROR_INDEX where an axis is out of range, or both are the same.
 *
 * Returns: (transfer none): a view of one axis less
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_diagonal (ReelTensor *x,
                           gint64      offset,
                           gint64      axis_a,
                           gint64      axis_b);

/**
 * reel_tril:
 * @x: a matrix, or a stack of matrices along leading axes
 * @diagonal: the last diagonal to keep: 0 is the main one, positive ones lie above
 *
 * The lower triangle: yᵢⱼ = j - i <= diagonal ? xᵢⱼ : 0.
 *
 * Fails with %REEL_ERROR_SHAPE where @x has fewer than two axes.
 *
 * Returns: (transfer none): a tensor of @x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tril (ReelTensor *x,
                       gint64      diagonal);

/**
 * reel_triu:
 * @x: a matrix, or a stack of matrices along leading axes
 * @diagonal: the first diagonal to keep: 0 is the main one, positive ones lie above
 *
 * The upper triangle: yᵢⱼ = j - i >= diagonal ? xᵢⱼ : 0.
 *
 * Fails with %REEL_ERROR_SHAPE where @x has fewer than two axes.
 *
 * Returns: (transfer none): a tensor of @x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_triu (ReelTensor *x,
                       gint64      diagonal);

/**
 * reel_concat:
 * @tensors: (array length=n_tensors): tensors of one dtype and rank, at least one
 * @n_tensors: how many
 * @axis: along which axis
 *
 * Puts tensors one behind the other along an axis. Their other sizes are the same.
 *
 * Fails with %REEL_ERROR_SHAPE where ranks or the other sizes differ, or there is no
 * tensor, with %REEL_ERROR_DTYPE where dtypes differ, and with %REEL_ERROR_INDEX
 * where @axis is out of range.
 *
 * Returns: (transfer none): a tensor whose size along @axis is the sum of theirs
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_concat (ReelTensor *const *tensors,
                         guint              n_tensors,
                         gint64             axis);

/**
 * reel_stack:
 * @tensors: (array length=n_tensors): tensors of one dtype and shape, at least one
 * @n_tensors: how many
 * @axis: where the new axis is in the result: -rank - 1 to rank
 *
 * Puts tensors side by side along a new axis of size @n_tensors.
 *
 * Fails with %REEL_ERROR_SHAPE where shapes differ or there is no tensor, with
 * %REEL_ERROR_DTYPE where dtypes differ, and with %REEL_ERROR_INDEX where @axis is
 * out of range.
 *
 * Returns: (transfer none): a tensor of one axis more
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_stack (ReelTensor *const *tensors,
                        guint              n_tensors,
                        gint64             axis);

/**
 * reel_split: (skip)
 * @x: a tensor
 * @n_sizes: how many parts, at least 1
 * @sizes: the parts' sizes, which add up to that of @x along @axis
 * @axis: along which axis
 * @outputs: (out caller-allocates): room for @n_sizes results
 *
 * Cuts a tensor into parts, the inverse of [func@Reel.concat]:
 * `reel_split (x, REEL_SHAPE (2, 3), 0, parts)`. The parts are views.
 *
 * Fails with %REEL_ERROR_INDEX where @axis is out of range, with %REEL_ERROR_SHAPE
 * where @sizes do not add up or one is negative. All of @outputs are the tape's
 * error tensor then.
 *
 * Returns: whether it succeeded
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_split (ReelTensor   *x,
                     guint         n_sizes,
                     const gint64 *sizes,
                     gint64        axis,
                     ReelTensor  **outputs);

/**
 * reel_split_list: (rename-to reel_split)
 * @x: a tensor
 * @n_sizes: how many parts, at least 1
 * @sizes: (array length=n_sizes): the parts' sizes, which add up to that of @x along
 *   @axis
 * @axis: along which axis
 * @n_outputs: (out): set to @n_sizes
 *
 * Cuts a tensor into parts, the inverse of [func@Reel.concat]. The parts are views.
 * On failure each is the tape's error tensor.
 *
 * Returns: (transfer container) (array length=n_outputs): the parts, free with
 *   g_free()
 */
REEL_AVAILABLE_IN_1_0
ReelTensor **reel_split_list (ReelTensor   *x,
                              guint         n_sizes,
                              const gint64 *sizes,
                              gint64        axis,
                              guint        *n_outputs);

/**
 * reel_split_by_size:
 * @x: a tensor
 * @size: the parts' size, positive
 * @axis: along which axis
 * @n_outputs: (out): how many parts there are, at least one
 *
 * Cuts a tensor into parts of one size, the last of which is smaller where @size
 * divides badly. The parts are views. Fails as [func@Reel.split] does, and with
 * %REEL_ERROR_VALUE where @size is not positive: there is one part then, the tape's
 * error tensor.
 *
 * Returns: (transfer container) (array length=n_outputs): the parts, free with
 *   g_free()
 */
REEL_AVAILABLE_IN_1_0
ReelTensor **reel_split_by_size (ReelTensor *x,
                                 gint64      size,
                                 gint64      axis,
                                 guint      *n_outputs);

/**
 * reel_unbind: (skip)
 * @x: a tensor
 * @axis: along which axis
 * @outputs: (out caller-allocates): room for @n_outputs results
 * @n_outputs: the size of @x along @axis
 *
 * All slices along an axis, without that axis, the inverse of [func@Reel.stack]:
 * yₖ = `reel_select (x, axis, k)`, recorded as one node. Views.
 *
 * Fails with %REEL_ERROR_INDEX where @axis is out of range, with %REEL_ERROR_SHAPE
 * where @n_outputs is not its size. All of @outputs are the tape's error tensor
 * then.
 *
 * Returns: whether it succeeded
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_unbind (ReelTensor  *x,
                      gint64       axis,
                      ReelTensor **outputs,
                      guint        n_outputs);

/**
 * reel_unbind_list: (rename-to reel_unbind)
 * @x: a tensor
 * @axis: along which axis
 * @n_outputs: (out): set to the size of @x along @axis
 *
 * All slices along an axis, without that axis, the inverse of [func@Reel.stack].
 * Views. On failure the only one is the tape's error tensor.
 *
 * Returns: (transfer container) (array length=n_outputs): the slices, free with
 *   g_free()
 */
REEL_AVAILABLE_IN_1_0
ReelTensor **reel_unbind_list (ReelTensor *x,
                               gint64      axis,
                               guint      *n_outputs);

/**
 * reel_contiguous:
 * @x: a tensor
 *
 * The same elements in row-major order without gaps: a copy, or a view where @x
 * lies like that already.
 *
 * Returns: (transfer none): a contiguous tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_contiguous (ReelTensor *x);

/**
 * reel_cast:
 * @x: a tensor
 * @dtype: the dtype of the result
 *
 * Converts the elements: to bool x ≠ 0; from floating point to integers toward
 * zero, with what is too large clamped and NaN made 0; between integers modulo the
 * range; else to the nearest. The cotangent is converted back; there is none through
 * an integer. A view where @x has @dtype already.
 *
 * Returns: (transfer none): a tensor of @dtype
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_cast (ReelTensor *x,
                       ReelDType   dtype);

/**
 * reel_detach:
 * @x: a tensor, also a value of another live tape
 *
 * The same elements as a constant: no gradient flows through it, and it is not
 * recorded. It shares @x's memory (a result of a few bytes is copied) and belongs to
 * the current tape's innermost frame. Writes to it count as writes to @x.
 *
 * Fails with %REEL_ERROR_RELEASED where a sweep has released the data.
 *
 * Returns: (transfer none): a constant
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_detach (ReelTensor *x);

G_END_DECLS
