/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* What networks put between their products, an element at a time. Written as in
 * reel-elementwise.h: ȳ is the cotangent of the result, x̄ that of x. */

/**
 * reel_sigmoid:
 * @x: a tensor
 *
 * y = σ(x) = 1 / (1 + e⁻ˣ);  x̄ = ȳ σ(x) σ(-x).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sigmoid (ReelTensor *x);

/**
 * reel_relu:
 * @x: a tensor
 *
 * y = max (x, 0);  x̄ = ȳ where x > 0, else 0.
 *
 * NaN stays NaN. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_relu (ReelTensor *x);

/**
 * reel_silu:
 * @x: a tensor
 *
 * y = x σ(x);  x̄ = ȳ σ(x) (1 + x σ(-x)).
 *
 * Also called swish. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_silu (ReelTensor *x);

/**
 * ReelGelu:
 * @REEL_GELU_ERF: the exact form, x Φ(x)
 * @REEL_GELU_TANH: x/2 (1 + tanh (√(2/π) (x + 0.044715 x³)))
 *
 * Two forms of the Gaussian error linear unit.
 */
typedef enum
{
  REEL_GELU_ERF = 0,
  REEL_GELU_TANH = 1
} ReelGelu;

/**
 * reel_gelu:
 * @x: a tensor
 * @form: exact or approximate
 *
 * y = x Φ(x), with Φ the normal distribution function;  x̄ = ȳ (Φ(x) + x
 * φ(x)).
 *
 * Hendrycks and Gimpel 2016, section 2, which also gives the approximation by
 * tanh. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_gelu (ReelTensor *x,
                       ReelGelu    form);

/**
 * reel_leaky_relu:
 * @x: a tensor
 * @negative_slope: the slope for negative numbers, usually 0.01
 *
 * y = x where x > 0, else negative_slope · x;  x̄ = ȳ, or negative_slope · ȳ.
 *
 * Floating-point dtypes (integers: the product is truncated).
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_leaky_relu (ReelTensor *x,
                             gdouble     negative_slope);

/**
 * reel_elu:
 * @x: a tensor
 * @alpha: the bound for negative numbers, usually 1
 *
 * y = x where x > 0, else α (eˣ - 1);  x̄ = ȳ, or ȳ α eˣ.
 *
 * Clevert, Unterthiner and Hochreiter 2015, eq. 15. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_elu (ReelTensor *x,
                      gdouble     alpha);

/**
 * reel_softplus:
 * @x: a tensor
 * @beta: the sharpness, not 0, usually 1
 *
 * y = log (1 + exp (β x)) / β, without overflow;  x̄ = ȳ σ(β x).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_softplus (ReelTensor *x,
                           gdouble     beta);

/**
 * reel_log_sigmoid:
 * @x: a tensor
 *
 * y = log σ(x) = min (x, 0) - log (1 + exp (-|x|));  x̄ = ȳ σ(-x).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log_sigmoid (ReelTensor *x);

/**
 * reel_mish:
 * @x: a tensor
 *
 * y = x tanh (log (1 + exp x)).
 *
 * Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function". Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_mish (ReelTensor *x);

/**
 * reel_softsign:
 * @x: a tensor
 *
 * y = x / (1 + |x|);  x̄ = ȳ / (1 + |x|)².
 *
 * Floating-point dtypes. ±1 at ±inf.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_softsign (ReelTensor *x);

/**
 * reel_hardswish:
 * @x: a tensor
 *
 * y = x min (max (x + 3, 0), 6) / 6;  x̄ = 0 where x < -3, ȳ where x > 3, else
 * ȳ (x/3 + 1/2).
 *
 * Howard et al. 2019, "Searching for MobileNetV3", section 5.2. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_hardswish (ReelTensor *x);

G_END_DECLS
