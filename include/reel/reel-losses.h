/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/**
 * ReelReduction:
 * @REEL_REDUCTION_NONE: as they are
 * @REEL_REDUCTION_MEAN: their mean; of nothing it is NaN
 * @REEL_REDUCTION_SUM: their sum; of nothing it is 0
 *
 * What becomes of the losses of many.
 */
typedef enum
{
  REEL_REDUCTION_NONE = 0,
  REEL_REDUCTION_MEAN = 1,
  REEL_REDUCTION_SUM = 2
} ReelReduction;

/**
 * reel_cross_entropy:
 * @logits: a floating-point tensor x of shape [..., n_classes]
 * @target: classes, i64 of shape [...]; or probabilities p, of the dtype and shape
 *   of @logits
 * @reduction: none, mean or sum over all but the classes
 *
 * y = -Σ p log softmax x, where p is 1 at the target's class and 0 elsewhere if
 * classes are given;  x̄ = ȳ (softmax x Σ p - p), p̄ = -ȳ log softmax x.
 *
 * In one op, without overflow, and without the rounding of large logits that
 * cancel. The probabilities are taken as they are: they need not add up to 1. A
 * probability of 0 contributes 0 even where the logit is -∞. A class that is not in
 * [0, n_classes) is %REEL_ERROR_INDEX; nothing is ignored. For classes on another
 * axis, permute the logits before.
 *
 * Returns: (transfer none): y, of shape [...] or a single number
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_cross_entropy (ReelTensor   *logits,
                                ReelTensor   *target,
                                ReelReduction reduction);

/**
 * reel_nll:
 * @log_probabilities: a floating-point tensor x of shape [..., n_classes]
 * @target_indices: classes, i64 of shape [...]
 * @reduction: none, mean or sum over all but the classes
 *
 * The negative log-likelihood y = -x at the target's class;  x̄ = -ȳ there, 0
 * elsewhere.
 *
 * With [func@Reel.log_softmax] before it, it is [func@Reel.cross_entropy]. A class
 * that is not in [0, n_classes) is %REEL_ERROR_INDEX.
 *
 * Returns: (transfer none): y, of shape [...] or a single number
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_nll (ReelTensor   *log_probabilities,
                      ReelTensor   *target_indices,
                      ReelReduction reduction);

/**
 * reel_mse:
 * @x: a floating-point tensor
 * @y: of the same dtype and shape
 * @reduction: none, mean or sum over all elements
 *
 * The squared error z = (x - y)²;  x̄ = 2 z̄ (x - y), ȳ = -x̄.
 *
 * It does not broadcast: shapes that differ are %REEL_ERROR_SHAPE.
 *
 * Returns: (transfer none): z, of x's shape or a single number
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_mse (ReelTensor   *x,
                      ReelTensor   *y,
                      ReelReduction reduction);

G_END_DECLS
