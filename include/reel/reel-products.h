/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/**
 * reel_matmul:
 * @a: a tensor of numbers, of shape [..., m, k], or [k]
 * @b: of the same dtype and shape [..., k, n], or [k]
 *
 * The matrix product yᵢⱼ = Σₖ aᵢₖ bₖⱼ;  ā = ȳ bᵀ, b̄ = aᵀ ȳ.
 *
 * A vector @a counts as a row, a vector @b as a column, and the axis added is
 * dropped from the result; two vectors give their inner product. The axes before
 * the last two broadcast. Operands may be views of any strides, at the cost of no copy.
 * Integers wrap.
 *
 * Returns: (transfer none): y, of shape [..., m, n]
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_matmul (ReelTensor *a,
                         ReelTensor *b);

/**
 * reel_linear:
 * @x: a tensor of numbers, of shape [..., k]
 * @weight: of the same dtype and shape [n, k]
 * @bias: (nullable): of the same dtype and shape [n]
 *
 * y = x Wᵀ + b, in one op;  x̄ = ȳ W, W̄ = ȳᵀ x, b̄ = Σ ȳ.
 *
 * Returns: (transfer none): y, of shape [..., n]
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_linear (ReelTensor *x,
                         ReelTensor *weight,
                         ReelTensor *bias);

G_END_DECLS
