/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every elementwise op of one input, a row each. Enumerations, prototypes, loops for each
 * dtype and instruction set, op descriptors, public functions, the C text of the expressions
 * (expressions.c) and the tests' lists are made of it: #include it with the macros below defined; those that are not vanish.
 *
 *   UNARY_X (function, name, onnx, numbers, low, high, formula, slope_formula,
 *            VALUE, SLOPE, CURVATURE)
 *   UNARY_Y (function, name, onnx, numbers, low, high, y_low, y_high, formula,
 *            slope_formula, VALUE, SLOPE, CURVATURE)
 *   UNARY_LINEAR (function, name, onnx, numbers, low, high, formula, VALUE, DERIVATIVE)
 *   UNARY_FLAT (function, name, onnx, numbers, low, high, formula, VALUE)
 *   UNARY_TEST (function, name, onnx, formula, VALUE)
 *   UNARY_INTEGER (name, VALUE)
 *
 * UNARY_X and UNARY_Y are differentiable, and say the slope as a function of x or of y;
 * the derivative of a linear op is an op; that of a flat one is 0. UNARY_TEST gives bool.
 * UNARY_INTEGER is the value for integers, where an op is defined for them.
 *
 *   function        the public function
 *   numbers         what stands beside x: NONE, ONE (name, default, sample), TWO (...);
 *                   POWER is a ONE of which kernels want to know more. The first is p, the
 *                   second q.
 *   low, high       samples lie between, where the derivative exists
 *   VALUE, SLOPE    in the language of math-f32.h and math-f64.h, for vectors of f32 and for
 *                   f64 alike: x, the numbers p and q; in SLOPE also g, the cotangent or
 *                   tangent that the slope is multiplied with, and v, which is x or y. A g
 *                   of 0 absorbs, without the row's doing. UNARY_INTEGER: I (add) and so on.
 *   CURVATURE       the derivative of the slope by v, in ops; NULL: it is 0
 *   DERIVATIVE      what becomes of t, in ops
 */

#ifndef UNARY_X
#define UNARY_X(...)
#endif
#ifndef UNARY_Y
#define UNARY_Y(...)
#endif
#ifndef UNARY_LINEAR
#define UNARY_LINEAR(...)
#endif
#ifndef UNARY_FLAT
#define UNARY_FLAT(...)
#endif
#ifndef UNARY_TEST
#define UNARY_TEST(...)
#endif
#ifndef UNARY_INTEGER
#define UNARY_INTEGER(...)
#endif

/* Linear --------------------------------------------------------------------- */

UNARY_LINEAR (reel_neg, neg, "Neg", NONE, -3, 3, "y = -x;  x̄ = -ȳ", -x, reel_neg (t))
UNARY_INTEGER (neg, I (neg) (x))
UNARY_LINEAR (reel_add_scalar, add_scalar, NULL, ONE (number, NULL, 1.5), -3, 3,
              "y = x + a;  x̄ = ȳ", x + p, t)
UNARY_INTEGER (add_scalar, I (add) (x, p))
UNARY_LINEAR (reel_sub_scalar, sub_scalar, NULL, ONE (number, NULL, 1.5), -3, 3,
              "y = x - a;  x̄ = ȳ", x - p, t)
UNARY_INTEGER (sub_scalar, I (sub) (x, p))
UNARY_LINEAR (reel_mul_scalar, mul_scalar, NULL, ONE (number, NULL, -1.5), -3, 3,
              "y = a x;  x̄ = a ȳ", x * p, times (t, p))
UNARY_INTEGER (mul_scalar, I (mul) (x, p))
UNARY_LINEAR (reel_div_scalar, div_scalar, NULL, ONE (number, NULL, -1.5), -3, 3,
              "y = x / a;  x̄ = ȳ / a", x / p, over (t, p))
UNARY_INTEGER (div_scalar, I (div) (x, p))
UNARY_LINEAR (reel_frac, frac, NULL, NONE, 0.1, 0.9, "y = x - trunc x;  x̄ = ȳ",
              x - F (trunc) (x), t)

/* Flat ----------------------------------------------------------------------- */

UNARY_FLAT (reel_sign, sign, "Sign", NONE, 0.1, 3, "y = sign x;  x̄ = 0", F (sign) (x))
UNARY_INTEGER (sign, I (sign) (x))
UNARY_FLAT (reel_floor, floor, "Floor", NONE, 0.1, 0.9, "y = ⌊x⌋;  x̄ = 0", F (floor) (x))
UNARY_FLAT (reel_ceil, ceil, "Ceil", NONE, 0.1, 0.9, "y = ⌈x⌉;  x̄ = 0", F (ceil) (x))
UNARY_FLAT (reel_round, round, "Round", NONE, 0.6, 1.4,
            "y = x rounded, halves to even;  x̄ = 0", F (round) (x))
UNARY_FLAT (reel_trunc, trunc, NULL, NONE, 0.1, 0.9, "y = x without its fraction;  x̄ = 0",
            F (trunc) (x))

UNARY_TEST (reel_isnan, isnan, "IsNaN", "y = (x ≠ x)", isnan ((gdouble) x))
UNARY_TEST (reel_isinf, isinf, "IsInf", "y = (|x| = ∞)", isinf ((gdouble) x))
UNARY_TEST (reel_isfinite, isfinite, NULL, "y = (|x| < ∞)", isfinite ((gdouble) x))
UNARY_TEST (reel_logical_not, logical_not, "Not", "y = not x", x == 0)

/* Piecewise linear ----------------------------------------------------------- */

UNARY_X (reel_abs, abs, "Abs", NONE, 0.1, 3, "y = |x|", "sign x",
         F (abs) (x), F (abs_slope) (g, v), NULL)
UNARY_INTEGER (abs, I (abs) (x))
UNARY_X (reel_relu, relu, "Relu", NONE, 0.1, 3, "y = max (x, 0)", "where x > 0, else 0",
         F (relu) (x), SELECT (LESS (N (0), v), g, N (0)), NULL)
UNARY_INTEGER (relu, x > 0 ? x : 0)
UNARY_X (reel_clamp, clamp, "Clip", TWO (minimum, "-inf", -2, maximum, "inf", 1), -1.9, 0.9,
         "y = min (max (x, low), high)", "where low <= x <= high, else 0",
         F (clamp) (x, p, q), SELECT (LESS_EQUAL (p, v), SELECT (LESS_EQUAL (v, q), g, N (0)), N (0)),
         NULL)
UNARY_INTEGER (clamp, (x < p ? p : x) > q ? q : (x < p ? p : x))
UNARY_X (reel_leaky_relu, leaky_relu, "LeakyRelu", ONE (negative_slope, "0.01", 0.1), -3, -0.1,
         "y = x > 0 ? x : a x", "(x > 0 ? 1 : a)",
         SELECT (LESS (N (0), x), x, x * p), SELECT (LESS (N (0), v), g, g * p), NULL)
UNARY_INTEGER (leaky_relu, x > 0 ? x : I (mul) (x, p))
UNARY_X (reel_maximum_scalar, maximum_scalar, NULL, ONE (number, NULL, 0.5), 0.6, 2,
         "y = max (x, a)", "(x > a ? 1 : x = a ? 1/2 : 0)",
         F (maximum) (x, p),
         SELECT (LESS (p, v), g, SELECT (EQUAL (v, p), g * N (0.5), N (0))), NULL)
UNARY_INTEGER (maximum_scalar, x > p ? x : p)
UNARY_X (reel_minimum_scalar, minimum_scalar, NULL, ONE (number, NULL, 0.5), -2, 0.4,
         "y = min (x, a)", "(x < a ? 1 : x = a ? 1/2 : 0)",
         F (minimum) (x, p),
         SELECT (LESS (v, p), g, SELECT (EQUAL (v, p), g * N (0.5), N (0))), NULL)
UNARY_INTEGER (minimum_scalar, x < p ? x : p)

/* Powers and roots ----------------------------------------------------------- */

UNARY_X (reel_square, square, NULL, NONE, -2, 2, "y = x²", "2 x",
         x * x, g * (v + v), full (v, 2))
UNARY_INTEGER (square, I (mul) (x, x))
UNARY_X (reel_pow_scalar, pow_scalar, NULL, POWER (number, NULL, 2.5), 0.5, 2, "y = xᵃ",
         "a xᵃ⁻¹", F (power) (x, power, p), F (power_slope) (g, v, less_one, p),
         curvature_pow_scalar (v, p))
UNARY_INTEGER (pow_scalar, I (pow) (x, p))
UNARY_Y (reel_sqrt, sqrt, "Sqrt", NONE, 0.2, 3, 0.3, 2, "y = √x", "/ (2 y)",
         F (sqrt) (x), g / (v + v), reel_mul_scalar (reel_reciprocal (reel_square (v)), -0.5))
UNARY_X (reel_rsqrt, rsqrt, NULL, NONE, 0.3, 3, "y = 1 / √x", "(-1 / (2 x √x))",
         N (1) / F (sqrt) (x), g * (N (-0.5) / F (sqrt) (v) / v),
         reel_mul_scalar (reel_div (reel_rsqrt (v), reel_square (v)), 0.75))
UNARY_Y (reel_cbrt, cbrt, NULL, NONE, 0.2, 3, 0.5, 2, "y = ∛x", "/ (3 y²)",
         F (cbrt) (x), g / (N (3) * v * v),
         reel_div_scalar (reel_pow_scalar (v, -3), -1.5))
UNARY_Y (reel_reciprocal, reciprocal, "Reciprocal", NONE, 0.3, 3, 0.3, 2, "y = 1 / x", "(-y²)",
         N (1) / x, -g * v * v, reel_mul_scalar (v, -2))

/* Exponentials and logarithms ------------------------------------------------ */

UNARY_Y (reel_exp, exp, "Exp", NONE, -2, 2, 0.2, 3, "y = exp x", "y",
         F (exp) (x), g * v, full (v, 1))
UNARY_Y (reel_exp2, exp2, NULL, NONE, -2, 2, 0.2, 3, "y = 2ˣ", "y log 2",
         F (exp2) (x), g * (v * N (M_LN2)), full (v, M_LN2))
UNARY_X (reel_expm1, expm1, NULL, NONE, -2, 2, "y = exp x - 1", "exp x",
         F (expm1) (x), g * F (exp) (v), reel_exp (v))
UNARY_X (reel_log, log, "Log", NONE, 0.3, 3, "y = log x", "/ x",
         F (log) (x), g / v, reel_neg (reel_reciprocal (reel_square (v))))
UNARY_X (reel_log2, log2, NULL, NONE, 0.3, 3, "y = log₂ x", "/ (x log 2)",
         F (log2) (x), g * N (M_LOG2E) / v,
         reel_mul_scalar (reel_reciprocal (reel_square (v)), -M_LOG2E))
UNARY_X (reel_log10, log10, NULL, NONE, 0.3, 3, "y = log₁₀ x", "/ (x log 10)",
         F (log10) (x), g * N (M_LOG10E) / v,
         reel_mul_scalar (reel_reciprocal (reel_square (v)), -M_LOG10E))
UNARY_X (reel_log1p, log1p, NULL, NONE, -0.5, 3, "y = log (1 + x)", "/ (1 + x)",
         F (log1p) (x), g / (v + N (1)),
         reel_neg (reel_reciprocal (reel_square (reel_add_scalar (v, 1)))))

/* Circles and hyperbolas ----------------------------------------------------- */

UNARY_X (reel_sin, sin, "Sin", NONE, -3, 3, "y = sin x", "cos x",
         F (sin) (x), g * F (cos) (v), reel_neg (reel_sin (v)))
UNARY_X (reel_cos, cos, "Cos", NONE, -3, 3, "y = cos x", "(-sin x)",
         F (cos) (x), -g * F (sin) (v), reel_neg (reel_cos (v)))
UNARY_Y (reel_tan, tan, "Tan", NONE, -1, 1, -2, 2, "y = tan x", "(1 + y²)",
         F (tan) (x), g * (v * v + N (1)), reel_mul_scalar (v, 2))
UNARY_X (reel_asin, asin, "Asin", NONE, -0.9, 0.9, "y = asin x", "/ √((1 - x) (1 + x))",
         F (asin) (x), g / F (sqrt) ((N (1) - v) * (N (1) + v)),
         reel_mul (v, cube (SLOPE_AT (asin, v))))
UNARY_X (reel_acos, acos, "Acos", NONE, -0.9, 0.9, "y = acos x", "(-1 / √((1 - x) (1 + x)))",
         F (acos) (x), -g / F (sqrt) ((N (1) - v) * (N (1) + v)),
         reel_mul (v, cube (SLOPE_AT (acos, v))))
UNARY_X (reel_atan, atan, "Atan", NONE, -3, 3, "y = atan x", "/ (1 + x²)",
         F (atan) (x), g / (v * v + N (1)),
         reel_mul_scalar (reel_mul (v, reel_square (SLOPE_AT (atan, v))), -2))
UNARY_X (reel_sinh, sinh, "Sinh", NONE, -2, 2, "y = sinh x", "cosh x",
         F (sinh) (x), g * F (cosh) (v), reel_sinh (v))
UNARY_X (reel_cosh, cosh, "Cosh", NONE, -2, 2, "y = cosh x", "sinh x",
         F (cosh) (x), g * F (sinh) (v), reel_cosh (v))
UNARY_X (reel_tanh, tanh, "Tanh", NONE, -2, 2, "y = tanh x", "4 σ(2x) σ(-2x)",
         F (tanh) (x), g * (N (4) * F (sigmoid_slope) (v + v)), curvature_tanh (v))
UNARY_X (reel_asinh, asinh, "Asinh", NONE, -3, 3, "y = asinh x", "/ √(1 + x²)",
         F (asinh) (x), g / F (hypot) (v, N (1)),
         reel_neg (reel_mul (v, cube (SLOPE_AT (asinh, v)))))
UNARY_X (reel_acosh, acosh, "Acosh", NONE, 1.2, 4, "y = acosh x", "/ (√(x - 1) √(x + 1))",
         F (acosh) (x), g / (F (sqrt) (v - N (1)) * F (sqrt) (v + N (1))),
         reel_neg (reel_mul (v, cube (SLOPE_AT (acosh, v)))))
UNARY_X (reel_atanh, atanh, "Atanh", NONE, -0.9, 0.9, "y = atanh x", "/ ((1 - x) (1 + x))",
         F (atanh) (x), g / ((N (1) - v) * (N (1) + v)),
         reel_mul_scalar (reel_mul (v, reel_square (SLOPE_AT (atanh, v))), 2))

/* Gates and activations ------------------------------------------------------ */

UNARY_X (reel_sigmoid, sigmoid, "Sigmoid", NONE, -3, 3, "y = σ(x) = 1 / (1 + exp (-x))",
         "σ(x) σ(-x)", F (sigmoid) (x), g * F (sigmoid_slope) (v), curvature_sigmoid (v))
UNARY_X (reel_log_sigmoid, log_sigmoid, NULL, NONE, -3, 3, "y = log σ(x)", "σ(-x)",
         -F (softplus) (-x, N (1)), g * F (sigmoid) (-v),
         reel_neg (SLOPE_AT (sigmoid, v)))
UNARY_X (reel_softplus, softplus, "Softplus", ONE (beta, "1", 1.5), -2, 2,
         "y = log (1 + exp (b x)) / b", "σ(b x)",
         F (softplus) (x, p), g * F (softplus_slope) (v, p),
         reel_mul_scalar (SLOPE_AT (sigmoid, reel_mul_scalar (v, p)), p))
UNARY_X (reel_elu, elu, "Elu", ONE (alpha, "1", 1.5), -2, -0.1,
         "y = x > 0 ? x : a (exp x - 1)", "(x > 0 ? 1 : a exp x)",
         SELECT (LESS (N (0), x), x, F (expm1) (x) * p),
         SELECT (LESS (N (0), v), g, g * (p * F (exp) (v))), curvature_elu (v, p))
UNARY_X (_reel_gelu_erf, gelu, "Gelu", NONE, -2, 2, "y = x Φ(x)", "(Φ(x) + x φ(x))",
         F (gelu) (x), g * F (gelu_slope) (v), curvature_gelu (v))
UNARY_X (_reel_gelu_tanh, gelu_tanh, NULL, NONE, -2, 2,
         "y = x/2 (1 + tanh (√(2/π) (x + 0.044715 x³)))", "y′",
         F (gelu_tanh) (x), g * F (gelu_tanh_slope) (v), curvature_gelu_tanh (v))
UNARY_X (reel_silu, silu, "Swish", NONE, -3, 3, "y = x σ(x)", "σ(x) (1 + x σ(-x))",
         F (silu) (x), g * F (silu_slope) (v), curvature_silu (v))
UNARY_X (reel_mish, mish, "Mish", NONE, -3, 3, "y = x tanh (log (1 + exp x))", "y′",
         F (mish) (x), g * F (mish_slope) (v), curvature_mish (v))
UNARY_X (reel_softsign, softsign, "Softsign", NONE, 0.1, 3, "y = x / (1 + |x|)",
         "/ (1 + |x|)²",
         SELECT (LESS (F (abs) (x), N (1)), x / (N (1) + F (abs) (x)),
                 F (copy_sign) (N (1) / (N (1) + N (1) / F (abs) (x)), x)),
         g / (N (1) + F (abs) (v)) / (N (1) + F (abs) (v)),
         curvature_softsign (v))
UNARY_X (reel_hardswish, hardswish, "HardSwish", NONE, -2.9, 2.9,
         "y = x min (max (x + 3, 0), 6) / 6", "(x < -3 ? 0 : x > 3 ? 1 : x/3 + 1/2)",
         SELECT (LESS_EQUAL (x, N (-3)), N (0),
                 SELECT (LESS_EQUAL (N (3), x), x, x * (x + N (3)) / N (6))),
         SELECT (LESS (v, N (-3)), N (0), SELECT (LESS (N (3), v), g, g * (v / N (3) + N (0.5)))),
         curvature_hardswish (v))

/* The error function --------------------------------------------------------- */

UNARY_X (reel_erf, erf, "Erf", NONE, -2, 2, "y = erf x", "2/√π exp (-x²)",
         F (erf) (x), g * F (erf_slope) (v), curvature_erf (v))
UNARY_X (reel_erfc, erfc, NULL, NONE, -2, 2, "y = 1 - erf x", "(-2/√π exp (-x²))",
         F (erfc) (x), -g * F (erf_slope) (v), reel_neg (curvature_erf (v)))

#undef UNARY_X
#undef UNARY_Y
#undef UNARY_LINEAR
#undef UNARY_FLAT
#undef UNARY_TEST
#undef UNARY_INTEGER
