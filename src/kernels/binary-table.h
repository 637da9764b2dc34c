/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every elementwise op of two inputs, a row each, as unary-table.h.
 *
 *   BINARY (function, name, onnx, flags, low, high, formula, VALUE, PARTIAL_A, PARTIAL_B)
 *   BINARY_INTEGER (name, VALUE)
 *
 *   low, high       of the samples
 *   VALUE           of a and b, in the language of math-f32.h and math-f64.h
 *   PARTIAL_A, _B   t times the derivative by a or b, in ops of a, b and y, where t is a
 *                   cotangent or a tangent; NULL: it is 0
 *
 * The rules read what FLAGS names of the data: READS_A, READS_B, READS_Y. SPENDS: they read
 * t once, as the first input of an op.
 */

#ifndef BINARY
#define BINARY(...)
#endif
#ifndef BINARY_INTEGER
#define BINARY_INTEGER(...)
#endif

BINARY (reel_add, add, "Add", 0, -2, 2, "y = a + b;  ā = ȳ, b̄ = ȳ", a + b, t, t)
BINARY_INTEGER (add, I (add) (a, b))
BINARY (reel_sub, sub, "Sub", 0, -2, 2, "y = a - b;  ā = ȳ, b̄ = -ȳ", a - b, t, reel_neg (t))
BINARY_INTEGER (sub, I (sub) (a, b))
BINARY (reel_mul, mul, "Mul", READS_A | READS_B | SPENDS, -2, 2, "y = a b;  ā = b ȳ, b̄ = a ȳ",
        a * b, _reel_mul_absorb (t, b), _reel_mul_absorb (t, a))
BINARY_INTEGER (mul, I (mul) (a, b))
/* -(t/b) (a/b) rather than -t a / b²: b² may over- or underflow */
BINARY (reel_div, div, "Div", READS_B | READS_Y | SPENDS, 0.5, 2,
        "y = a / b;  ā = ȳ / b, b̄ = -(ȳ / b) y",
        a / b, _reel_div_absorb (t, b), reel_neg (_reel_mul_absorb (_reel_div_absorb (t, b), y)))
BINARY_INTEGER (div, I (div) (a, b))
BINARY (reel_pow, pow, "Pow", READS_A | READS_B | READS_Y | SPENDS, 0.5, 2,
        "y = aᵇ;  ā = b aᵇ⁻¹ ȳ, b̄ = y log a ȳ",
        F (pow) (a, b), _reel_mul_absorb (t, _reel_pow_slope (a, b)), pow_by_exponent (t, a, b, y))
BINARY_INTEGER (pow, I (pow) (a, b))
BINARY (reel_maximum, maximum, "Max", READS_A | READS_B, -2, 2,
        "y = max (a, b);  ȳ to the greater, half to each of equals",
        F (maximum) (a, b), share (t, reel_greater (a, b), a, b, y),
        share (t, reel_less (a, b), a, b, y))
BINARY_INTEGER (maximum, a > b ? a : b)
BINARY (reel_minimum, minimum, "Min", READS_A | READS_B, -2, 2,
        "y = min (a, b);  ȳ to the lesser, half to each of equals",
        F (minimum) (a, b), share (t, reel_less (a, b), a, b, y),
        share (t, reel_greater (a, b), a, b, y))
BINARY_INTEGER (minimum, a < b ? a : b)
BINARY (reel_atan2, atan2, NULL, READS_A | READS_B, 0.5, 2,
        "y = angle of (b, a);  ā = b/h² ȳ, b̄ = -a/h² ȳ, h² = a² + b²",
        F (atan2) (a, b), _reel_mul_absorb (t, direction (b, a, TRUE)),
        reel_neg (_reel_mul_absorb (t, direction (a, b, TRUE))))
BINARY (reel_hypot, hypot, NULL, READS_A | READS_B, 0.5, 2,
        "y = √(a² + b²);  ā = a/y ȳ, b̄ = b/y ȳ, 0 at the origin",
        F (hypot) (a, b), _reel_mul_absorb (t, direction (a, b, FALSE)),
        _reel_mul_absorb (t, direction (b, a, FALSE)))
BINARY (reel_copysign, copysign, NULL, READS_A | READS_Y, 0.5, 2,
        "y = |a| with the sign of b;  ā = ±ȳ, 0 where a is 0",
        F (copysign) (a, b), turned (t, a, y), NULL)
BINARY (reel_fmod, fmod, NULL, READS_A | READS_B | READS_Y, 0.7, 1.3,
        "y = a - b trunc (a/b);  ā = ȳ, b̄ = -trunc (a/b) ȳ",
        F (fmod) (a, b), t, reel_neg (_reel_mul_absorb (t, whole_quotient (a, b, y))))
BINARY_INTEGER (fmod, I (fmod) (a, b))
BINARY (reel_remainder, remainder, NULL, READS_A | READS_B | READS_Y, 0.7, 1.3,
        "y = a - b ⌊a/b⌋;  ā = ȳ, b̄ = -⌊a/b⌋ ȳ",
        F (remainder) (a, b), t, reel_neg (_reel_mul_absorb (t, whole_quotient (a, b, y))))
BINARY_INTEGER (remainder, I (remainder) (a, b))
BINARY (reel_logaddexp, logaddexp, NULL, READS_A | READS_B, -2, 2,
        "y = log (exp a + exp b);  ā = exp (a - y) ȳ, b̄ = exp (b - y) ȳ",
        F (logaddexp) (a, b), _reel_mul_absorb (t, weight (a, b)),
        _reel_mul_absorb (t, weight (b, a)))
BINARY (reel_xlogy, xlogy, NULL, READS_A | READS_B, 0.5, 2,
        "y = a log b, 0 where a is 0;  ā = log b ȳ, b̄ = a/b ȳ",
        SELECT (EQUAL (a, N (0)), SELECT (EQUAL (b, b), N (0), b), a * F (log) (b)),
        _reel_mul_absorb (t, log_unless_both (a, b)),
        _reel_mul_absorb (t, quotient_unless_zero (a, b)))

/* What derivative rules multiply cotangents and tangents with: one that is 0 absorbs
 * whatever it meets, and so do the derivatives of these. Both: either one does. */
BINARY (_reel_mul_absorb, mul_absorb, NULL, READS_A | READS_B | SPENDS | INTERNAL, -2, 2,
        "y = a b, 0 where a is 0;  ā = b ȳ, b̄ = a ȳ",
        SELECT (EQUAL (a, N (0)), N (0), a * b), _reel_mul_absorb (t, b),
        _reel_mul_absorb_both (t, a))
BINARY (_reel_mul_absorb_both, mul_absorb_both, NULL, READS_A | READS_B | SPENDS | INTERNAL,
        -2, 2, "y = a b, 0 where either is 0;  ā = b ȳ, b̄ = a ȳ",
        SELECT (EQUAL (a, N (0)), N (0), SELECT (EQUAL (b, N (0)), N (0), a * b)),
        _reel_mul_absorb_both (t, b), _reel_mul_absorb_both (t, a))
BINARY (_reel_div_absorb, div_absorb, NULL, READS_B | READS_Y | SPENDS | INTERNAL, 0.5, 2,
        "y = a / b, 0 where a is 0;  ā = ȳ / b, b̄ = -(ȳ / b) y",
        SELECT (EQUAL (a, N (0)), N (0), a / b), _reel_div_absorb (t, b),
        reel_neg (_reel_mul_absorb_both (_reel_div_absorb (t, b), y)))
/* b aᵇ⁻¹, 0 where b is 0: see F (pow_slope) */
BINARY (_reel_pow_slope, pow_slope, NULL, READS_A | READS_B | INTERNAL, 0.5, 2,
        "y = b aᵇ⁻¹;  ā = b (b - 1) aᵇ⁻² ȳ, b̄ = aᵇ⁻¹ (1 + b log a) ȳ",
        F (pow_slope) (a, b), _reel_mul_absorb (t, pow_curvature (a, b)),
        _reel_mul_absorb (t, pow_slope_by_exponent (a, b)))

#undef BINARY
#undef BINARY_INTEGER
