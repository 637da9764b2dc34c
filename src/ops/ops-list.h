/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every op of the library, once: #include with X (name) defined. */

/* unary.c */
#define UNARY_X(function, name, ...) X (name) X (name##_backward)
#define UNARY_Y(function, name, ...) X (name) X (name##_backward)
#define UNARY_LINEAR(function, name, ...) X (name)
#define UNARY_FLAT(function, name, ...) X (name)
#define UNARY_TEST(function, name, ...) X (name)
#include "kernels/unary-table.h"
/* binary.c */
#define BINARY(function, name, ...) X (name)
#include "kernels/binary-table.h"
/* compare.c */
X (equal)
X (not_equal)
X (less)
X (less_equal)
X (greater)
X (greater_equal)
X (logical_and)
X (logical_or)
/* where.c */
X (where)
/* assemble.c */
X (assemble)
X (region)
/* matmul.c, linear.c */
X (matmul)
X (linear)
/* shapes: reshape.c to cast.c */
X (reshape)
X (flatten)
X (permute)
X (transpose)
X (broadcast_to)
X (expand)
X (squeeze)
X (unsqueeze)
X (slice)
X (narrow)
X (select)
X (flip)
X (diagonal)
X (tril)
X (triu)
X (concat)
X (stack)
X (split)
X (unbind)
X (contiguous)
X (cast)
/* gather.c, index-select.c, one-hot.c, dropout.c */
X (gather)
X (scatter_add)
X (index_select)
X (embedding)
X (index_add)
X (one_hot)
X (dropout)
/* random.c */
X (uniform)
X (normal)
X (bernoulli)
/* reduce.c, extreme.c, prod.c, var.c, spread.c */
X (sum)
X (mean)
X (prod)
X (amax)
X (amin)
X (logsumexp)
X (any)
X (all)
X (argmax)
X (argmin)
X (extreme_weights)
X (prod_others)
X (var)
X (deviations)
X (spread)
X (sum_to_shape)
/* softmax.c */
X (softmax)
X (softmax_backward)
X (log_softmax)
X (log_softmax_backward)
/* losses.c, cross-entropy.c */
X (nll)
X (nll_backward)
X (cross_entropy)
X (cross_entropy_backward)
