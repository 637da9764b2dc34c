/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

#include <string.h>

/* What ops do where derivatives do not exist, results are infinite, or there is
 * nothing to compute: each convention that the headers and docs/numerics.md name. */

#define INF ((gdouble) INFINITY)
#define NOT_A_NUMBER ((gdouble) NAN)

/* A few roundings */
#define CLOSE 1e-14
/* Of f32, after a million sums */
#define CLOSE_F32_SUM 1e-6

/* Failures name the line that expects, and the test goes on. */
#define expect(tensor, ...) expect_at (G_STRLOC, tensor, __VA_ARGS__)
#define expect_gradient(output, input, ...) \
  expect_gradient_at (G_STRLOC, output, input, NULL, __VA_ARGS__)
#define expect_gradient_by(output, input, cotangent, ...) \
  expect_gradient_at (G_STRLOC, output, input, cotangent, __VA_ARGS__)

static gboolean
is_close (gdouble found,
          gdouble expected)
{
  if (isnan (expected))
    return isnan (found);
  if (isinf (expected) || expected == 0)
    return found == expected;
  return fabs (found - expected) <= CLOSE * fabs (expected);
}

static void
expect_at (const gchar   *where,
           ReelTensor    *tensor,
           guint          n,
           const gdouble *expected)
{
  g_autofree gdouble *found = g_new (gdouble, n + 1);
  g_autoptr (GError) error = NULL;

  if (!reel_tensor_read (tensor, found, n * sizeof (gdouble), &error))
    {
      g_test_fail_printf ("%s: %s", where, error->message);
      return;
    }
  for (guint i = 0; i < n; i++)
    if (!is_close (found[i], expected[i]))
      g_test_fail_printf ("%s: element %u is %.17g, not %.17g", where, i, found[i],
                          expected[i]);
}

/* With a cotangent of ones where none is given */
static void
expect_gradient_at (const gchar   *where,
                    ReelTensor    *output,
                    ReelTensor    *input,
                    ReelTensor    *cotangent,
                    guint          n,
                    const gdouble *expected)
{
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (output, &rank);
  g_autoptr (ReelTensor) ones = reel_tensor_new_ones (REEL_F64, rank, shape, NULL);
  g_autoptr (ReelTensor) result = NULL;
  g_autoptr (GError) error = NULL;

  if (reel_vjp (&output, 1, cotangent != NULL ? &cotangent : &ones, &input, 1,
                REEL_GRAD_NONE, &result, &error))
    expect_at (where, result, n, expected);
  else
    g_test_fail_printf ("%s: %s", where, error->message);
}

static void
expect_op_error (ReelTape    *tape,
                 ReelTensor  *result,
                 gint         code,
                 const gchar *prefix)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tensor_is_error (result));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  reel_tape_clear_error (tape);
}

typedef ReelTensor *(*UnaryFunc) (ReelTensor *x);

/* A branch that is not taken contributes 0, however steep it is there. */
static void
test_masked (void)
{
  static const struct
  {
    UnaryFunc func;
    gdouble slope_at_4;
  } cases[] = {
    { reel_sqrt, 0.25 }, { reel_rsqrt, -0.0625 }, { reel_log, 0.25 },
    { reel_reciprocal, -0.0625 }, { reel_log1p, 0.2 },
  };
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (-1, 0, 4));
  g_autoptr (ReelTensor) zero = number (0);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ReelTensor *y = reel_where (reel_greater (x, zero), cases[i].func (x), zero);
      g_autoptr (ReelTensor) first = NULL;

      expect_gradient (y, x, NUMBERS (0, 0, cases[i].slope_at_4));
      /* and to the second order */
      first = gradient (total (y), x, REEL_GRAD_RECORD);
      g_assert_cmpfloat (reel_tensor_get_item (first, REEL_SHAPE (0)), ==, 0);
      {
        g_autoptr (ReelTensor) second = gradient (total (first), x, REEL_GRAD_NONE);

        g_assert_cmpfloat (reel_tensor_get_item (second, REEL_SHAPE (0)), ==, 0);
        g_assert_cmpfloat (reel_tensor_get_item (second, REEL_SHAPE (1)), ==, 0);
        g_assert_true (isfinite (reel_tensor_get_item (second, REEL_SHAPE (2))));
      }
    }
  {
    g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2));
    g_autoptr (ReelTensor) b = vector (NUMBERS (0, 4));
    g_autoptr (ReelTensor) half = number (0.5);
    ReelTensor *y = reel_where (reel_not_equal (b, zero), reel_div (a, b), zero);

    expect_gradient (y, a, NUMBERS (0, 0.25));
    expect_gradient (y, b, NUMBERS (0, -0.125));
    y = reel_where (reel_not_equal (b, zero), reel_pow (b, half), zero);
    expect_gradient (y, b, NUMBERS (0, 0.25));
  }
}

/* 0 · inf = 0 in every backward op whose slope may be infinite; else it is inf. */
static void
test_absorption (void)
{
  static const struct
  {
    UnaryFunc func;
    gdouble at;
    gdouble slope;
  } cases[] = {
    { reel_sqrt, 0, INF }, { reel_rsqrt, 0, -INF }, { reel_log, 0, INF },
    { reel_log1p, -1, INF }, { reel_reciprocal, 0, -INF }, { reel_exp, INF, INF },
  };
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) zero = number (0);
  g_autoptr (ReelTensor) one = number (1);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReelTensor) x = number (cases[i].at);
      g_autoptr (ReelTensor) tangent = NULL;
      g_autoptr (GError) error = NULL;
      ReelTensor *y = cases[i].func (x);

      expect_gradient_by (y, x, zero, NUMBERS (0));
      expect_gradient_by (y, x, one, NUMBERS (cases[i].slope));
      g_assert_true (reel_jvp (&y, 1, &x, &zero, 1, REEL_GRAD_NONE, &tangent, &error));
      expect (tangent, NUMBERS (0));
    }
  {
    g_autoptr (ReelTensor) p = number (0.5);
    ReelTensor *y = reel_div (one, zero);

    expect_gradient_by (y, one, zero, NUMBERS (0));
    expect_gradient_by (y, zero, zero, NUMBERS (0));
    y = reel_pow (zero, p);
    expect_gradient_by (y, zero, zero, NUMBERS (0));
    expect_gradient_by (y, zero, one, NUMBERS (INF));
    y = reel_pow_scalar (zero, 0.5);
    expect_gradient_by (y, zero, zero, NUMBERS (0));
    expect_gradient_by (y, zero, one, NUMBERS (INF));
  }
}

static void
test_kinks (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (-2, 0, 3));

  expect_gradient (reel_abs (x), x, NUMBERS (-1, 0, 1));
  expect_gradient (reel_relu (x), x, NUMBERS (0, 0, 1));
  expect_gradient (reel_sign (x), x, NUMBERS (0, 0, 0));
  expect_gradient (reel_floor (x), x, NUMBERS (0, 0, 0));
  expect_gradient (reel_ceil (x), x, NUMBERS (0, 0, 0));
  expect_gradient (reel_round (x), x, NUMBERS (0, 0, 0));
  expect_gradient (reel_leaky_relu (x, 0.25), x, NUMBERS (0.25, 0.25, 1));
  expect (reel_sign (x), NUMBERS (-1, 0, 1));
  {
    g_autoptr (ReelTensor) halves = vector (NUMBERS (-1.5, -0.5, 0.5, 1.5, 2.5));

    expect (reel_round (halves), NUMBERS (-2, 0, 0, 2, 2));
  }
}

static void
test_ties (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) b = vector (NUMBERS (2, 2, 2));
  g_autoptr (ReelTensor) tied = vector (NUMBERS (1, 3, 3, -2, -2, -2));
  const gint64 axis = 0;

  expect_gradient (reel_maximum (a, b), a, NUMBERS (0, 0.5, 1));
  expect_gradient (reel_maximum (a, b), b, NUMBERS (1, 0.5, 0));
  expect_gradient (reel_minimum (a, b), a, NUMBERS (1, 0.5, 0));
  expect_gradient (reel_minimum (a, b), b, NUMBERS (0, 0.5, 1));
  expect_gradient (reel_maximum (a, a), a, NUMBERS (1, 1, 1));
  expect_gradient (reel_maximum_scalar (a, 2), a, NUMBERS (0, 0.5, 1));
  expect_gradient (reel_minimum_scalar (a, 2), a, NUMBERS (1, 0.5, 0));
  expect_gradient (reel_amax (tied, 1, &axis, FALSE), tied, NUMBERS (0, 0.5, 0.5, 0, 0, 0));
  expect_gradient (reel_amin (tied, 1, &axis, FALSE), tied,
                   NUMBERS (0, 0, 0, 1 / 3., 1 / 3., 1 / 3.));
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_argmax (tied, 0, FALSE)), ==, 1);
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_argmin (tied, 0, FALSE)), ==, 3);
}

static void
test_clamp (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (-2, -1, 0, 1, 2));
  g_autoptr (ReelTensor) odd = vector (NUMBERS (NOT_A_NUMBER, INF, -INF));

  expect (reel_clamp (x, -1, 1), NUMBERS (-1, -1, 0, 1, 1));
  expect_gradient (reel_clamp (x, -1, 1), x, NUMBERS (0, 1, 1, 1, 0));
  expect_gradient (reel_clamp (x, -INF, 1), x, NUMBERS (1, 1, 1, 1, 0));
  expect_gradient (reel_clamp (x, -1, INF), x, NUMBERS (0, 1, 1, 1, 1));
  expect (reel_clamp (x, 1, -1), NUMBERS (-1, -1, -1, -1, -1));
  expect (reel_clamp (odd, -1, 1), NUMBERS (NOT_A_NUMBER, 1, -1));
  /* selected, not multiplied: 0 · inf would be NaN */
  {
    g_autoptr (ReelTensor) infinite = vector (NUMBERS (INF, 1, 1, 1, INF));

    expect_gradient_by (reel_clamp (x, -1, 1), x, infinite, NUMBERS (0, 1, 1, 1, 0));
    expect_gradient_by (reel_relu (x), x, infinite, NUMBERS (0, 0, 0, 1, INF));
  }
}

static void
test_pow (void)
{
  static const struct
  {
    gdouble a, b, y, by_a, by_b;
  } cases[] = {
    { 0, 0, 1, 0, 0 },
    { 0, 1, 0, 1, 0 },
    { 0, 2, 0, 0, 0 },
    { -2, 2, 4, -4, NOT_A_NUMBER },
    { -2, 3, -8, 12, NOT_A_NUMBER },
    { 2, 0, 1, 0, G_LN2 },
    { -2, 0, 1, 0, NOT_A_NUMBER },
    { 2, -1, 0.5, -0.25, 0.5 * G_LN2 },
  };
  SCOPE_TAPE (tape);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReelTensor) a = number (cases[i].a);
      g_autoptr (ReelTensor) b = number (cases[i].b);
      ReelTensor *y = reel_pow (a, b);

      expect (y, NUMBERS (cases[i].y));
      expect_gradient (y, a, NUMBERS (cases[i].by_a));
      expect_gradient (y, b, NUMBERS (cases[i].by_b));
      y = reel_pow_scalar (a, cases[i].b);
      expect (y, NUMBERS (cases[i].y));
      expect_gradient (y, a, NUMBERS (cases[i].by_a));
    }
}

static void
test_softmax (void)
{
  SCOPE_TAPE (tape);
  const gint64 axis = -1;
  const gdouble p = 1 / (1 + exp (1));
  g_autoptr (ReelTensor) masked = vector (NUMBERS (-INF, -INF));
  g_autoptr (ReelTensor) partly = vector (NUMBERS (-INF, 2));
  g_autoptr (ReelTensor) infinite = vector (NUMBERS (INF, 1, INF));
  g_autoptr (ReelTensor) plain = vector (NUMBERS (0, 1));
  g_autoptr (ReelTensor) large = vector (NUMBERS (1000, 1001));
  g_autoptr (ReelTensor) c = vector (NUMBERS (1, 2));

  expect (reel_logsumexp (masked, 1, &axis, FALSE), NUMBERS (-INF));
  expect_gradient (reel_logsumexp (masked, 1, &axis, FALSE), masked, NUMBERS (0, 0));
  expect (reel_logsumexp (partly, 1, &axis, FALSE), NUMBERS (2));
  expect_gradient (reel_logsumexp (partly, 1, &axis, FALSE), partly, NUMBERS (0, 1));
  expect (reel_logsumexp (infinite, 1, &axis, FALSE), NUMBERS (INF));
  expect_gradient (reel_logsumexp (infinite, 1, &axis, FALSE), infinite,
                   NUMBERS (0.5, 0, 0.5));
  expect_gradient (reel_logsumexp (plain, 1, &axis, FALSE), plain, NUMBERS (p, 1 - p));
  expect_gradient (reel_logsumexp (large, 1, &axis, FALSE), large, NUMBERS (p, 1 - p));

  expect (reel_softmax (masked, -1), NUMBERS (0, 0));
  expect_gradient_by (reel_softmax (masked, -1), masked, c, NUMBERS (0, 0));
  expect (reel_softmax (partly, -1), NUMBERS (0, 1));
  expect_gradient_by (reel_softmax (partly, -1), partly, c, NUMBERS (0, 0));
  expect (reel_softmax (infinite, -1), NUMBERS (0.5, 0, 0.5));
  expect (reel_softmax (large, -1), NUMBERS (p, 1 - p));

  expect (reel_log_softmax (masked, -1), NUMBERS (-INF, -INF));
  expect (reel_log_softmax (partly, -1), NUMBERS (-INF, 0));
  expect_gradient_by (reel_log_softmax (partly, -1), partly, c, NUMBERS (1, -1));
}

static void
test_prod (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) none = vector (NUMBERS (2, 3, 4));
  g_autoptr (ReelTensor) one = vector (NUMBERS (0, 2, 3));
  g_autoptr (ReelTensor) two = vector (NUMBERS (0, 2, 0));
  g_autoptr (ReelTensor) first = NULL;
  g_autoptr (ReelTensor) second = NULL;

  expect_gradient (reel_prod (none, REEL_ALL_AXES, FALSE), none, NUMBERS (12, 8, 6));
  expect_gradient (reel_prod (one, REEL_ALL_AXES, FALSE), one, NUMBERS (6, 0, 0));
  expect_gradient (reel_prod (two, REEL_ALL_AXES, FALSE), two, NUMBERS (0, 0, 0));
  /* ∂²/∂x₀∂x₂ = x₁ though the first derivatives are all 0 */
  first = gradient (reel_prod (two, REEL_ALL_AXES, FALSE), two, REEL_GRAD_RECORD);
  second = gradient (reel_select (first, 0, 0), two, REEL_GRAD_NONE);
  expect (second, NUMBERS (0, 0, 2));
}

static void
test_var (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) one = vector (NUMBERS (5));
  g_autoptr (ReelTensor) equal = vector (NUMBERS (5, 5, 5));
  g_autoptr (ReelTensor) far = vector (NUMBERS (1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16));

  expect (reel_var (one, REEL_ALL_AXES, 1, FALSE), NUMBERS (NOT_A_NUMBER));
  expect_gradient (reel_var (one, REEL_ALL_AXES, 1, FALSE), one, NUMBERS (NOT_A_NUMBER));
  expect (reel_var (one, REEL_ALL_AXES, 0, FALSE), NUMBERS (0));
  expect_gradient (reel_var (one, REEL_ALL_AXES, 0, FALSE), one, NUMBERS (0));
  expect_gradient (reel_var (equal, REEL_ALL_AXES, 1, FALSE), equal, NUMBERS (0, 0, 0));
  /* a large mean costs no digits */
  expect (reel_var (far, REEL_ALL_AXES, 1, FALSE), NUMBERS (30));
}

/* Slopes and values that a formula from the result would lose. */
static void
test_tails (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (-19.5, 18, 19.5, 300));
  g_autoptr (ReelTensor) far = vector (NUMBERS (-1000, 1000));
  g_autoptr (ReelTensor) near = vector (NUMBERS (1e-20, -1e-20));
  gdouble slopes[4], sigmoids[4];

  for (guint i = 0; i < 4; i++)
    {
      gdouble at = reel_tensor_get_item (x, REEL_SHAPE (i));

      slopes[i] = 1 / (cosh (at) * cosh (at));
      sigmoids[i] = exp (-fabs (at)) / ((1 + exp (-fabs (at))) * (1 + exp (-fabs (at))));
    }
  expect_gradient (reel_tanh (x), x, 4, slopes);
  expect_gradient (reel_sigmoid (x), x, 4, sigmoids);
  expect (reel_sigmoid (far), NUMBERS (0, 1));
  expect_gradient (reel_sigmoid (far), far, NUMBERS (0, 0));
  expect (reel_softplus (far, 1), NUMBERS (0, 1000));
  expect_gradient (reel_softplus (far, 1), far, NUMBERS (0, 1));
  expect (reel_silu (far), NUMBERS (0, 1000));
  expect_gradient (reel_silu (far), far, NUMBERS (0, 1));
  expect (reel_elu (far, 1), NUMBERS (-1, 1000));
  expect (reel_gelu (far, REEL_GELU_ERF), NUMBERS (0, 1000));
  expect (reel_gelu (far, REEL_GELU_TANH), NUMBERS (0, 1000));
  expect_gradient (reel_gelu (far, REEL_GELU_ERF), far, NUMBERS (0, 1));
  expect_gradient (reel_gelu (far, REEL_GELU_TANH), far, NUMBERS (0, 1));
  expect (reel_expm1 (near), NUMBERS (1e-20, -1e-20));
  expect (reel_log1p (near), NUMBERS (1e-20, -1e-20));
  expect (reel_elu (near, 1), NUMBERS (1e-20, -1e-20));
  /* b² would overflow */
  {
    g_autoptr (ReelTensor) a = number (1e200);
    g_autoptr (ReelTensor) b = number (1e200);

    expect_gradient (reel_div (a, b), b, NUMBERS (-1e-200));
  }
}

static void
test_cross_entropy (void)
{
  SCOPE_TAPE (tape);
  const gint64 classes[] = { 1 };
  g_autoptr (ReelTensor) target = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (1), classes,
                                                             sizeof classes, NULL);
  g_autoptr (ReelTensor) p = vector (NUMBERS (0, 1));
  g_autoptr (ReelTensor) x = vector (NUMBERS (1000, 0));
  g_autoptr (ReelTensor) masked = vector (NUMBERS (-INF, 1));
  ReelTensor *logits = reel_reshape (x, REEL_SHAPE (1, 2));
  ReelTensor *y = reel_cross_entropy (logits, target, REEL_REDUCTION_MEAN);

  expect (y, NUMBERS (1000));
  expect_gradient (y, x, NUMBERS (1, -1));
  y = reel_cross_entropy (x, p, REEL_REDUCTION_SUM);
  expect (y, NUMBERS (1000));
  expect_gradient (y, x, NUMBERS (1, -1));
  /* a probability of 0 where the logit is -inf counts nothing */
  y = reel_cross_entropy (masked, p, REEL_REDUCTION_SUM);
  expect (y, NUMBERS (0));
  expect_gradient (y, masked, NUMBERS (0, 0));
}

static void
test_no_elements (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) none = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (0), NULL);
  g_autoptr (ReelTensor) rows = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (2, 0), NULL);
  g_autoptr (ReelTensor) columns = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (0, 2), NULL);
  const gint64 last = -1;

  expect (reel_sum (none, REEL_ALL_AXES, FALSE), NUMBERS (0));
  expect (reel_sum (rows, 1, &last, FALSE), NUMBERS (0, 0));
  expect (reel_prod (rows, 1, &last, FALSE), NUMBERS (1, 1));
  expect (reel_mean (rows, 1, &last, FALSE), NUMBERS (NOT_A_NUMBER, NOT_A_NUMBER));
  expect (reel_logsumexp (rows, 1, &last, FALSE), NUMBERS (-INF, -INF));
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_any (none, REEL_ALL_AXES, FALSE)), ==, 0);
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_all (none, REEL_ALL_AXES, FALSE)), ==, 1);
  expect_op_error (tape, reel_amax (rows, 1, &last, FALSE), REEL_ERROR_VALUE, "amax: ");
  expect_op_error (tape, reel_amin (none, REEL_ALL_AXES, FALSE), REEL_ERROR_VALUE, "amin: ");
  expect_op_error (tape, reel_argmax (rows, -1, FALSE), REEL_ERROR_VALUE, "argmax: ");
  /* no results need no elements */
  g_assert_cmpint (reel_tensor_get_n_elements (reel_amax (columns, 1, &last, FALSE)), ==, 0);
  g_assert_cmpint (reel_tensor_get_n_elements (reel_softmax (rows, -1)), ==, 0);
  {
    ReelTensor *product = reel_matmul (rows, columns);
    g_autoptr (ReelTensor) result = NULL;

    expect (product, NUMBERS (0, 0, 0, 0));
    result = gradient (total (product), rows, REEL_GRAD_NONE);
    g_assert_cmpint (reel_tensor_get_size (result, 0), ==, 2);
    g_assert_cmpint (reel_tensor_get_size (result, 1), ==, 0);
  }
}

/* R8: products of sizes that overflow are errors. */
static void
test_overflow (void)
{
  SCOPE_TAPE (tape);
  const gint64 huge = (gint64) 1 << 40;
  g_autoptr (ReelTensor) one = number (1);
  g_autoptr (ReelTensor) none = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (0), NULL);
  g_autoptr (GError) error = NULL;
  ReelTensor *wide;

  g_assert_null (reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (huge, huge), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  expect_op_error (tape, reel_broadcast_to (one, REEL_SHAPE (huge, huge)), REEL_ERROR_SHAPE,
                   "broadcast_to: ");
  expect_op_error (tape, reel_reshape (one, REEL_SHAPE (huge, huge, huge)), REEL_ERROR_SHAPE,
                   "reshape: ");
  /* 2³² · 2³² = 0, modulo 2⁶⁴ */
  expect_op_error (tape, reel_reshape (none, REEL_SHAPE ((gint64) 1 << 32, (gint64) 1 << 32)),
                   REEL_ERROR_SHAPE, "reshape: ");
  wide = reel_broadcast_to (one, REEL_SHAPE (huge));
  g_assert_false (reel_tensor_is_error (wide));
  expect_op_error (tape, reel_add (reel_unsqueeze (wide, 0), reel_unsqueeze (wide, 1)),
                   REEL_ERROR_SHAPE, "add: ");
}

/* R6 and R7: the same bits wherever an element stands, NaN included. */
static void
test_positions (void)
{
  static const UnaryFunc funcs[] = {
    reel_neg, reel_abs, reel_sign, reel_square, reel_sqrt, reel_rsqrt, reel_reciprocal,
    reel_exp, reel_expm1, reel_log, reel_log1p, reel_sin, reel_cos, reel_tan, reel_tanh,
    reel_sigmoid, reel_relu, reel_silu, reel_erf, reel_floor, reel_ceil, reel_round,
  };
  const gdouble numbers[] = { 0.7, -1.3, NOT_A_NUMBER, 0, INF, -INF };
  enum { N = 37 };

  for (guint dtype = REEL_F32; dtype <= REEL_F64; dtype++)
    for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
      for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
        {
          SCOPE_TAPE (tape);
          g_autoptr (ReelTensor) x = reel_tensor_new_full ((ReelDType) dtype, REEL_SHAPE (N),
                                                           numbers[k], NULL);
          ReelTensor *y = funcs[i] (x);
          ReelTensor *shifted = funcs[i] (reel_narrow (x, 0, 1, N - 1));
          gdouble alone = reel_tensor_get_scalar (funcs[i] (reel_narrow (x, 0, 0, 1)));

          for (gint64 at = 0; at < N; at++)
            {
              gdouble here = reel_tensor_get_item (y, 1, &at);

              g_assert_true (memcmp (&here, &alone, sizeof here) == 0 ||
                             (isnan (here) && isnan (alone)));
              if (at == N - 1)
                continue;
              here = reel_tensor_get_item (shifted, 1, &at);
              g_assert_true (memcmp (&here, &alone, sizeof here) == 0 ||
                             (isnan (here) && isnan (alone)));
            }
        }
}

static void
test_nan (void)
{
  SCOPE_TAPE (tape);
  enum { N = 21 };
  g_autoptr (ReelTensor) one = number (1);

  for (gint64 at = 0; at < N; at++)
    {
      g_autoptr (ReelTensor) x = reel_tensor_new_full (REEL_F64, REEL_SHAPE (N), 2, NULL);
      ReelTensor *results[6];

      g_assert_true (reel_tensor_set_item (x, 1, &at, NOT_A_NUMBER, NULL));
      results[0] = reel_maximum (x, one);
      results[1] = reel_minimum (one, x);
      results[2] = reel_relu (x);
      results[3] = reel_clamp (x, 0, 1);
      results[4] = reel_maximum_scalar (x, 3);
      results[5] = reel_minimum_scalar (x, 3);
      for (guint i = 0; i < G_N_ELEMENTS (results); i++)
        for (gint64 k = 0; k < N; k++)
          g_assert_cmpint (isnan (reel_tensor_get_item (results[i], 1, &k)) != 0, ==, k == at);
      g_assert_true (isnan (reel_tensor_get_scalar (reel_amax (x, REEL_ALL_AXES, FALSE))));
      g_assert_true (isnan (reel_tensor_get_scalar (reel_amin (x, REEL_ALL_AXES, FALSE))));
      g_assert_cmpfloat (reel_tensor_get_scalar (reel_argmax (x, 0, FALSE)), ==, (gdouble) at);
    }
}

/* R5: long sums of f32 are pairwise. */
static void
test_long_sums (void)
{
  SCOPE_TAPE (tape);
  const gint64 n = 1000000;
  g_autoptr (ReelTensor) tenth = reel_tensor_new_full (REEL_F32, REEL_SHAPE (n), 0.1, NULL);
  gdouble expected = (gdouble) n * (gdouble) 0.1f;

  g_assert_cmpfloat (fabs (reel_tensor_get_scalar (total (tenth)) / expected - 1), <=,
                     CLOSE_F32_SUM);
}

static void
test_integers (void)
{
  SCOPE_TAPE (tape);
  const gint64 numbers[] = { 7, -7, G_MININT64, 5 }, others[] = { 2, 2, -1, 0 };
  const gint64 expected[] = { 3, -3, G_MININT64, 0 };
  g_autoptr (ReelTensor) a = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (4), numbers,
                                                        sizeof numbers, NULL);
  g_autoptr (ReelTensor) b = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (4), others,
                                                        sizeof others, NULL);
  gint64 found[4];

  g_assert_true (reel_tensor_read (reel_div (a, b), found, sizeof found, NULL));
  g_assert_cmpmem (found, sizeof found, expected, sizeof expected);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/edges/masked", test_masked);
  g_test_add_func ("/edges/absorption", test_absorption);
  g_test_add_func ("/edges/kinks", test_kinks);
  g_test_add_func ("/edges/ties", test_ties);
  g_test_add_func ("/edges/clamp", test_clamp);
  g_test_add_func ("/edges/pow", test_pow);
  g_test_add_func ("/edges/softmax", test_softmax);
  g_test_add_func ("/edges/prod", test_prod);
  g_test_add_func ("/edges/var", test_var);
  g_test_add_func ("/edges/tails", test_tails);
  g_test_add_func ("/edges/cross-entropy", test_cross_entropy);
  g_test_add_func ("/edges/no-elements", test_no_elements);
  g_test_add_func ("/edges/overflow", test_overflow);
  g_test_add_func ("/edges/positions", test_positions);
  g_test_add_func ("/edges/nan", test_nan);
  g_test_add_func ("/edges/long-sums", test_long_sums);
  g_test_add_func ("/edges/integers", test_integers);
  return g_test_run ();
}
