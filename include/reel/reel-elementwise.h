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
 * reel_trunc:
 * @x: a tensor
 *
 * y = x without its fraction, toward zero;  x̄ = 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_trunc (ReelTensor *x);

/**
 * reel_frac:
 * @x: a tensor
 *
 * y = x - trunc x, of the sign of x;  x̄ = ȳ.
 *
 * Floating-point dtypes. NaN of an infinity.
 *
 * Returns: (transfer none): y, of x's dtype and shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_frac (ReelTensor *x);

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
 * reel_atan2:
 * @a: the ordinate
 * @b: the abscissa; the two broadcast
 *
 * y = the angle, from -π to π, of the point (b, a);  ā = ȳ b / h², b̄ = -ȳ a / h²
 * with h² = a² + b², 0 at the origin.
 *
 * As C's atan2(), of zeros and infinities too. Floating-point dtypes.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_atan2 (ReelTensor *a,
                        ReelTensor *b);

/**
 * reel_hypot:
 * @a: a tensor
 * @b: a tensor; the two broadcast
 *
 * y = √(a² + b²), without overflow on the way;  ā = ȳ a / y, b̄ = ȳ b / y, 0 at the
 * origin.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_hypot (ReelTensor *a,
                        ReelTensor *b);

/**
 * reel_copysign:
 * @a: the magnitude
 * @b: the sign; the two broadcast
 *
 * y = |a| with the sign of b;  ā = ȳ where the sign stays, else -ȳ, 0 where a is 0;
 * b̄ = 0.
 *
 * Floating-point dtypes. Zeros have signs.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_copysign (ReelTensor *a,
                           ReelTensor *b);

/**
 * reel_fmod:
 * @a: a tensor
 * @b: a tensor; the two broadcast
 *
 * y = a - b trunc (a / b), of the sign of a;  ā = ȳ, b̄ = -ȳ trunc (a / b).
 *
 * Any dtype but bool; of integers a remainder by 0 is 0, of floating-point numbers NaN.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_fmod (ReelTensor *a,
                       ReelTensor *b);

/**
 * reel_remainder:
 * @a: a tensor
 * @b: a tensor; the two broadcast
 *
 * y = a - b ⌊a / b⌋, of the sign of b, as Python's % has it;  ā = ȳ,
 * b̄ = -ȳ ⌊a / b⌋.
 *
 * Any dtype but bool; of integers a remainder by 0 is 0, of floating-point numbers NaN.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_remainder (ReelTensor *a,
                            ReelTensor *b);

/**
 * reel_logaddexp:
 * @a: a tensor
 * @b: a tensor; the two broadcast
 *
 * y = log (exp a + exp b), without overflow;  ā = ȳ exp (a - y), b̄ = ȳ exp (b - y).
 *
 * Floating-point dtypes. Of two that are -inf the gradients are 0, of two that are inf half each.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_logaddexp (ReelTensor *a,
                            ReelTensor *b);

/**
 * reel_xlogy:
 * @a: a tensor
 * @b: a tensor; the two broadcast
 *
 * y = a log b, 0 where a is 0 unless b is NaN;  ā = ȳ log b, 0 where both are 0;
 * b̄ = ȳ a / b, 0 where a is 0.
 *
 * Floating-point dtypes.
 *
 * Returns: (transfer none): y, of the broadcast shape
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_xlogy (ReelTensor *a,
                        ReelTensor *b);

G_END_DECLS
