/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Comparisons, logic and choice, an element at a time. Results but that of where are bool;
 * no gradient flows through them. */

/**
 * reel_equal:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a = b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_equal (ReelTensor *a,
                        ReelTensor *b);

/**
 * reel_not_equal:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a ≠ b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_not_equal (ReelTensor *a,
                            ReelTensor *b);

/**
 * reel_less:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a < b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_less (ReelTensor *a,
                       ReelTensor *b);

/**
 * reel_less_equal:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a ≤ b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_less_equal (ReelTensor *a,
                             ReelTensor *b);

/**
 * reel_greater:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a > b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_greater (ReelTensor *a,
                          ReelTensor *b);

/**
 * reel_greater_equal:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a ≥ b, element by element; a NaN compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_greater_equal (ReelTensor *a,
                                ReelTensor *b);

/**
 * reel_logical_and:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a and b, where what is not 0 is true, element by element; a NaN
 * compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_logical_and (ReelTensor *a,
                              ReelTensor *b);

/**
 * reel_logical_or:
 * @a: a tensor
 * @b: a tensor
 *
 * Whether a or b, where what is not 0 is true, element by element; a NaN
 * compares as C's operators do.
 *
 * The operands have one dtype and shapes that broadcast. No gradient.
 *
 * Returns: (transfer none): a bool tensor of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_logical_or (ReelTensor *a,
                             ReelTensor *b);

/**
 * reel_logical_not:
 * @x: a tensor
 *
 * Whether x is 0, element by element. Any dtype. No gradient.
 *
 * Returns: (transfer none): a bool tensor of x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_logical_not (ReelTensor *x);

/**
 * reel_isnan:
 * @x: a tensor
 *
 * y = whether x is NaN. No gradient.
 *
 * Any dtype; integers are not.
 *
 * Returns: (transfer none): y, bool, of x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_isnan (ReelTensor *x);

/**
 * reel_isinf:
 * @x: a tensor
 *
 * y = whether x is infinite. No gradient.
 *
 * Any dtype; integers are not.
 *
 * Returns: (transfer none): y, bool, of x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_isinf (ReelTensor *x);

/**
 * reel_isfinite:
 * @x: a tensor
 *
 * y = whether x is neither infinite nor NaN. No gradient.
 *
 * Any dtype; integers are.
 *
 * Returns: (transfer none): y, bool, of x's shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_isfinite (ReelTensor *x);

/**
 * reel_where:
 * @condition: a bool tensor
 * @a: a tensor
 * @b: a tensor
 *
 * y = a where the condition holds, else b;  ā = ȳ there, else 0, and b̄ the
 * other way round: selected, never multiplied.
 *
 * @a and @b have one dtype; all three shapes broadcast.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_where (ReelTensor *condition,
                        ReelTensor *a,
                        ReelTensor *b);

G_END_DECLS
