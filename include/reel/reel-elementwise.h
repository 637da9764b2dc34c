/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/* Elementwise operations. In each formula ȳ is the cotangent of the result y and x̄
 * that of the operand x. A zero cotangent absorbs: it stays 0 even where the
 * derivative is infinite or NaN, so that a masked branch cannot spoil a gradient
 * (see docs/numerics.md). */

/**
 * reel_neg:
 * @x: a tensor
 *
 * y = -x.
 *
 * Any dtype but bool; unsigned numbers wrap.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_neg (ReelTensor *x);

/**
 * reel_abs:
 * @x: a tensor
 *
 * y = |x|;  x̄ = ȳ sign x, 0 at 0.
 *
 * Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_abs (ReelTensor *x);

/**
 * reel_sign:
 * @x: a tensor
 *
 * y = -1, 0 or 1;  x̄ = 0.
 *
 * NaN stays NaN. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sign (ReelTensor *x);

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
 * y = 1 / √x;  x̄ = -ȳ y³ / 2, 0 where ȳ is 0.
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
 * reel_floor:
 * @x: a tensor
 *
 * y = ⌊x⌋;  x̄ = 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_floor (ReelTensor *x);

/**
 * reel_ceil:
 * @x: a tensor
 *
 * y = ⌈x⌉;  x̄ = 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_ceil (ReelTensor *x);

/**
 * reel_round:
 * @x: a tensor
 *
 * y = x rounded, halves to even;  x̄ = 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_round (ReelTensor *x);

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
 * reel_clamp:
 * @x: a tensor
 * @minimum: the lower bound; -INFINITY for none
 * @maximum: the upper bound; INFINITY for none
 *
 * y = min (max (x, minimum), maximum);  x̄ = ȳ inside and on the bounds, else
 * 0.
 *
 * NaN stays NaN. Any dtype but bool. Where minimum > maximum the result is
 * maximum.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_clamp (ReelTensor *x,
                        gdouble     minimum,
                        gdouble     maximum);

/**
 * reel_add_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = x + number;  x̄ = ȳ.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_add_scalar (ReelTensor *x,
                             gdouble     number);

/**
 * reel_sub_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = x - number;  x̄ = ȳ.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sub_scalar (ReelTensor *x,
                             gdouble     number);

/**
 * reel_mul_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = x · number;  x̄ = number · ȳ.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_mul_scalar (ReelTensor *x,
                             gdouble     number);

/**
 * reel_div_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = x / number;  x̄ = ȳ / number.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_div_scalar (ReelTensor *x,
                             gdouble     number);

/**
 * reel_pow_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = xⁿᵘᵐᵇᵉʳ;  x̄ = number · xⁿᵘᵐᵇᵉʳ⁻¹ ȳ, 0 for number = 0.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_pow_scalar (ReelTensor *x,
                             gdouble     number);

/**
 * reel_maximum_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = max (x, number);  x̄ = ȳ where x is greater, ȳ/2 where equal, else 0.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_maximum_scalar (ReelTensor *x,
                                 gdouble     number);

/**
 * reel_minimum_scalar:
 * @x: a tensor
 * @number: the other operand
 *
 * y = min (x, number);  x̄ = ȳ where x is less, ȳ/2 where equal, else 0.
 *
 * @number takes the dtype of @x. Any dtype but bool.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_minimum_scalar (ReelTensor *x,
                                 gdouble     number);

/**
 * reel_add:
 * @a: a tensor
 * @b: a tensor
 *
 * y = a + b;  ā = ȳ, b̄ = ȳ.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_add (ReelTensor *a,
                      ReelTensor *b);

/**
 * reel_sub:
 * @a: a tensor
 * @b: a tensor
 *
 * y = a - b;  ā = ȳ, b̄ = -ȳ.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_sub (ReelTensor *a,
                      ReelTensor *b);

/**
 * reel_mul:
 * @a: a tensor
 * @b: a tensor
 *
 * y = a ⊙ b, the Hadamard product;  ā = b ȳ, b̄ = a ȳ.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_mul (ReelTensor *a,
                      ReelTensor *b);

/**
 * reel_div:
 * @a: a tensor
 * @b: a tensor
 *
 * y = a / b;  ā = ȳ / b, b̄ = -(ȳ / b) y, 0 where ȳ is 0.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated. Integers truncate towards zero; a
 * division by 0 gives 0.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_div (ReelTensor *a,
                      ReelTensor *b);

/**
 * reel_pow:
 * @a: a tensor
 * @b: a tensor
 *
 * y = aᵇ;  ā = b aᵇ⁻¹ ȳ, 0 where b is 0;  b̄ = y log a ȳ, 0 where a is 0 and b
 * >= 0.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated. The derivative by the exponent is NaN for
 * a negative base.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_pow (ReelTensor *a,
                      ReelTensor *b);

/**
 * reel_maximum:
 * @a: a tensor
 * @b: a tensor
 *
 * y = max (a, b);  the greater gets ȳ, equals get ȳ/2 each.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated. A NaN wins.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_maximum (ReelTensor *a,
                          ReelTensor *b);

/**
 * reel_minimum:
 * @a: a tensor
 * @b: a tensor
 *
 * y = min (a, b);  the lesser gets ȳ, equals get ȳ/2 each.
 *
 * The operands have one dtype, not bool, and shapes that broadcast; cotangents
 * are summed over what was repeated. A NaN wins.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_minimum (ReelTensor *a,
                          ReelTensor *b);

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
