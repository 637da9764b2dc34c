/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is too long for a row of the tables, written once: math-f32.h and math-f64.h
 * #include it with V, F, N, SELECT and the comparisons defined. */

/* x tanh (log (1 + exp x)) is x n / (n + 2) with n = eˣ (eˣ + 2). Beyond 20 it is x, and
 * below -1000 it is 0, where -inf · 0 would be NaN. */
REEL_INLINE V
F (mish) (V x)
{
  const V bounded = F (maximum) (x, N (-1000));
  const V e = F (exp) (F (minimum) (bounded, N (20)));
  const V n = e * (e + N (2));

  return SELECT (LESS (N (20), x), x, bounded * (n / (n + N (2))));
}

REEL_INLINE V
F (mish_slope) (V x)
{
  const V bounded = F (minimum) (F (maximum) (x, N (-1000)), N (20));
  const V e = F (exp) (bounded);
  const V n = e * (e + N (2));
  const V m = n + N (2);

  return SELECT (LESS (N (20), x), N (1), n / m + bounded * (N (4) * e * (N (1) + e) / m) / m);
}

/* log (exp a + exp b) */
REEL_INLINE V
F (logaddexp) (V a, V b)
{
  const V rest = F (log1p) (F (exp) (-F (abs) (a - b)));

  return SELECT (EQUAL (a, b), a + N (M_LN2), F (maximum) (a, b) + rest);
}

/* a - b ⌊a/b⌋: fmod, brought to the sign of b */
REEL_INLINE V
F (remainder) (V a, V b)
{
  const V rest = F (fmod) (a, b);
  const V signs = F (copy_sign) (N (1), rest) * F (copy_sign) (N (1), b);

  return SELECT (EQUAL (rest, N (0)), F (copy_sign) (N (0), b),
                 SELECT (LESS (signs, N (0)), rest + b, rest));
}
