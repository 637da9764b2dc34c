/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Reductions along axes, each axis named once, in any order:
 * `reel_sum (x, REEL_AXES (0, -1), FALSE)`, or `reel_sum (x, REEL_ALL_AXES, FALSE)`
 * for all of them, to a single number. An axis that is out of range or there twice
 * is %REEL_ERROR_INDEX. In each formula ȳ is the cotangent of the result y and x̄
 * that of x; a zero cotangent stays zero whatever the derivative. Floating-point
 * sums are pairwise, in an order that depends on the shape alone. */

/**
 * reel_sum:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = Σ x;  x̄ = ȳ at each element.
 *
 * Any dtype; of integers and bool the sum is i64 and wraps. Of no elements it is 0.
 *
 * Returns: (transfer none): y, of x's dtype or i64, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sum (ReelTensor   *x,
                      guint         n_axes,
                      const gint64 *axes,
                      gboolean      keep);

/**
 * reel_mean:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = Σ x / n;  x̄ = ȳ / n at each of the n elements.
 *
 * Floating-point dtypes. Of no elements it is NaN.
 *
 * Returns: (transfer none): y, of x's dtype, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_mean (ReelTensor   *x,
                       guint         n_axes,
                       const gint64 *axes,
                       gboolean      keep);

/**
 * reel_prod:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = Π x;  x̄ᵢ = ȳ Π xⱼ over j ≠ i.
 *
 * The derivative is computed without division, so zeros do it no harm. Any dtype;
 * of integers and bool the product is i64 and wraps. Of no elements it is 1.
 *
 * Returns: (transfer none): y, of x's dtype or i64, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_prod (ReelTensor   *x,
                       guint         n_axes,
                       const gint64 *axes,
                       gboolean      keep);

/**
 * reel_amax:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = max x;  x̄ = ȳ / count at the greatest, 0 elsewhere.
 *
 * Equals share the cotangent evenly. A NaN wins. Any dtype. Of no elements it has
 * no value, which is %REEL_ERROR_VALUE.
 *
 * Returns: (transfer none): y, of x's dtype, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_amax (ReelTensor   *x,
                       guint         n_axes,
                       const gint64 *axes,
                       gboolean      keep);

/**
 * reel_amin:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = min x;  x̄ = ȳ / count at the least, 0 elsewhere.
 *
 * Equals share the cotangent evenly. A NaN wins. Any dtype. Of no elements it has
 * no value, which is %REEL_ERROR_VALUE.
 *
 * Returns: (transfer none): y, of x's dtype, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_amin (ReelTensor   *x,
                       guint         n_axes,
                       const gint64 *axes,
                       gboolean      keep);

/**
 * reel_logsumexp:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = log Σ exp x;  x̄ = ȳ exp (x - y).
 *
 * The maximum is taken off before, so nothing overflows. Where all are -∞, or there
 * are no elements, y is -∞ and x̄ 0; where some are +∞, so is y, and these share the
 * cotangent. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_logsumexp (ReelTensor   *x,
                            guint         n_axes,
                            const gint64 *axes,
                            gboolean      keep);

/**
 * reel_any:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = whether one of x is not 0.
 *
 * Any dtype; NaN is not 0. Of no elements it is false. It has no gradient.
 *
 * Returns: (transfer none): y, bool, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_any (ReelTensor   *x,
                      guint         n_axes,
                      const gint64 *axes,
                      gboolean      keep);

/**
 * reel_all:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @keep: whether they stay, with size 1
 *
 * y = whether none of x is 0.
 *
 * Any dtype; NaN is not 0. Of no elements it is true. It has no gradient.
 *
 * Returns: (transfer none): y, bool, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_all (ReelTensor   *x,
                      guint         n_axes,
                      const gint64 *axes,
                      gboolean      keep);

/**
 * reel_var:
 * @x: a tensor
 * @n_axes: how many axes; 0 for all
 * @axes: (array length=n_axes) (nullable): axes; negative ones count from the end
 * @correction: what is taken off the count: 0 for the variance of a population, 1
 *   for the unbiased estimate from a sample
 * @keep: whether the axes stay, with size 1
 *
 * y = Σ (x - mean x)² / (n - c);  x̄ = 2 ȳ (x - mean x) / (n - c).
 *
 * In two passes, so a large mean costs no digits. Where n - c is not positive, y is
 * NaN and so is x̄. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype, without the axes or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_var (ReelTensor   *x,
                      guint         n_axes,
                      const gint64 *axes,
                      gdouble       correction,
                      gboolean      keep);

/**
 * reel_argmax:
 * @x: a tensor
 * @axis: an axis; negative ones count from the end
 * @keep: whether it stays, with size 1
 *
 * y = the place of the greatest along an axis, the first of equals.
 *
 * The first NaN wins. Any dtype; it has no gradient. Of no elements it has no value:
 * %REEL_ERROR_VALUE. For the place in the whole of a tensor reshape it to one axis
 * before: `reel_argmax (reel_reshape (x, REEL_SHAPE (-1)), 0, FALSE)`.
 *
 * Returns: (transfer none): y, i64, without the axis or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_argmax (ReelTensor *x,
                         gint64      axis,
                         gboolean    keep);

/**
 * reel_argmin:
 * @x: a tensor
 * @axis: an axis; negative ones count from the end
 * @keep: whether it stays, with size 1
 *
 * y = the place of the least along an axis, the first of equals.
 *
 * The first NaN wins. Any dtype; it has no gradient. Of no elements it has no value:
 * %REEL_ERROR_VALUE. For the place in the whole of a tensor reshape it to one axis
 * before: `reel_argmin (reel_reshape (x, REEL_SHAPE (-1)), 0, FALSE)`.
 *
 * Returns: (transfer none): y, i64, without the axis or with size 1 there
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_argmin (ReelTensor *x,
                         gint64      axis,
                         gboolean    keep);

/**
 * reel_softmax:
 * @x: a tensor
 * @axis: an axis; negative ones count from the end
 *
 * y = exp x / Σ exp x;  x̄ = y (ȳ - Σ y ȳ), sums along the axis.
 *
 * The maximum is taken off before. Where all are -∞, as in a row that is masked
 * entirely, y and x̄ are 0. Where some are +∞, these share evenly. Floating-point
 * dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_softmax (ReelTensor *x,
                          gint64      axis);

/**
 * reel_log_softmax:
 * @x: a tensor
 * @axis: an axis; negative ones count from the end
 *
 * y = x - log Σ exp x;  x̄ = ȳ - exp y Σ ȳ, sums along the axis.
 *
 * More precise than the logarithm of [func@Reel.softmax]. Where all are -∞, so is
 * y, and ȳ passes through as it is. Where some are +∞, these share evenly and the
 * others are -∞. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log_softmax (ReelTensor *x,
                              gint64      axis);

G_END_DECLS
