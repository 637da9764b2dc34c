/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Powers, roots, exponentials, logarithms, and functions of angles, an element at a time.
 * Written as in reel-elementwise.h: ȳ is the cotangent of the result, x̄ that of x, and a
 * ȳ of 0 absorbs. */

/**
 * reel_square:
 * @x: a tensor
 *
 * y = x²;  x̄ = 2 x ȳ.
 *
 * Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_square (ReelTensor *x);

/**
 * reel_sqrt:
 * @x: a tensor
 *
 * y = √x;  x̄ = ȳ / (2 y), 0 where ȳ is 0.
 *
 * Floating-point dtypes; NaN for negative x.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sqrt (ReelTensor *x);

/**
 * reel_rsqrt:
 * @x: a tensor
 *
 * y = 1 / √x;  x̄ = -ȳ / (2 x √x), 0 where ȳ is 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_rsqrt (ReelTensor *x);

/**
 * reel_reciprocal:
 * @x: a tensor
 *
 * y = 1 / x;  x̄ = -ȳ y², 0 where ȳ is 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_reciprocal (ReelTensor *x);

/**
 * reel_exp:
 * @x: a tensor
 *
 * y = eˣ;  x̄ = ȳ y.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_exp (ReelTensor *x);

/**
 * reel_expm1:
 * @x: a tensor
 *
 * y = eˣ - 1, exact near 0;  x̄ = ȳ eˣ.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_expm1 (ReelTensor *x);

/**
 * reel_log:
 * @x: a tensor
 *
 * y = log x, the natural one;  x̄ = ȳ / x, 0 where ȳ is 0.
 *
 * Floating-point dtypes; -inf at 0, NaN for negative x.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log (ReelTensor *x);

/**
 * reel_log1p:
 * @x: a tensor
 *
 * y = log (1 + x), exact near 0;  x̄ = ȳ / (1 + x), 0 where ȳ is 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log1p (ReelTensor *x);

/**
 * reel_sin:
 * @x: a tensor
 *
 * y = sin x;  x̄ = ȳ cos x.
 *
 * Radians. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sin (ReelTensor *x);

/**
 * reel_cos:
 * @x: a tensor
 *
 * y = cos x;  x̄ = -ȳ sin x.
 *
 * Radians. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_cos (ReelTensor *x);

/**
 * reel_tan:
 * @x: a tensor
 *
 * y = tan x;  x̄ = ȳ (1 + y²).
 *
 * Radians. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tan (ReelTensor *x);

/**
 * reel_tanh:
 * @x: a tensor
 *
 * y = tanh x;  x̄ = ȳ (1 - y²), computed as 4 σ(2x) σ(-2x) ȳ, which does not
 * cancel.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tanh (ReelTensor *x);

/**
 * reel_erf:
 * @x: a tensor
 *
 * y = erf x = 2/√π ∫₀ˣ exp (-t²) dt;  x̄ = ȳ 2/√π exp (-x²).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_erf (ReelTensor *x);

/**
 * reel_cbrt:
 * @x: a tensor
 *
 * y = ∛x;  x̄ = ȳ / (3 y²), 0 where ȳ is 0.
 *
 * Floating-point dtypes. The real root, of negative x too.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_cbrt (ReelTensor *x);

/**
 * reel_exp2:
 * @x: a tensor
 *
 * y = 2ˣ;  x̄ = ȳ y log 2.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_exp2 (ReelTensor *x);

/**
 * reel_log2:
 * @x: a tensor
 *
 * y = log₂ x;  x̄ = ȳ / (x log 2), 0 where ȳ is 0.
 *
 * Floating-point dtypes. -inf at 0, NaN below.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log2 (ReelTensor *x);

/**
 * reel_log10:
 * @x: a tensor
 *
 * y = log₁₀ x;  x̄ = ȳ / (x log 10), 0 where ȳ is 0.
 *
 * Floating-point dtypes. -inf at 0, NaN below.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_log10 (ReelTensor *x);

/**
 * reel_sinh:
 * @x: a tensor
 *
 * y = (eˣ - e⁻ˣ) / 2;  x̄ = ȳ cosh x.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sinh (ReelTensor *x);

/**
 * reel_cosh:
 * @x: a tensor
 *
 * y = (eˣ + e⁻ˣ) / 2;  x̄ = ȳ sinh x.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_cosh (ReelTensor *x);

/**
 * reel_asin:
 * @x: a tensor
 *
 * y = the angle from -π/2 to π/2 whose sine is x;  x̄ = ȳ / √((1 - x) (1 + x)), 0
 * where ȳ is 0.
 *
 * Floating-point dtypes. NaN beyond ±1.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_asin (ReelTensor *x);

/**
 * reel_acos:
 * @x: a tensor
 *
 * y = the angle from 0 to π whose cosine is x;  x̄ = -ȳ / √((1 - x) (1 + x)), 0
 * where ȳ is 0.
 *
 * Floating-point dtypes. NaN beyond ±1.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_acos (ReelTensor *x);

/**
 * reel_atan:
 * @x: a tensor
 *
 * y = the angle from -π/2 to π/2 whose tangent is x;  x̄ = ȳ / (1 + x²).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_atan (ReelTensor *x);

/**
 * reel_asinh:
 * @x: a tensor
 *
 * y = log (x + √(x² + 1));  x̄ = ȳ / √(1 + x²).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_asinh (ReelTensor *x);

/**
 * reel_acosh:
 * @x: a tensor
 *
 * y = log (x + √(x² - 1));  x̄ = ȳ / (√(x - 1) √(x + 1)), 0 where ȳ is 0.
 *
 * Floating-point dtypes. NaN below 1.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_acosh (ReelTensor *x);

/**
 * reel_atanh:
 * @x: a tensor
 *
 * y = log ((1 + x) / (1 - x)) / 2;  x̄ = ȳ / ((1 - x) (1 + x)), 0 where ȳ is 0.
 *
 * Floating-point dtypes. ±inf at ±1, NaN beyond.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_atanh (ReelTensor *x);

/**
 * reel_erfc:
 * @x: a tensor
 *
 * y = 1 - erf x, without the cancellation for large x;  x̄ = -ȳ 2/√π exp (-x²).
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_erfc (ReelTensor *x);

G_END_DECLS
