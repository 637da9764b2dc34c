/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

/* Elementwise functions where they are singular, infinite, flat or bent: what the headers
 * and docs/numerics.md say of them. */

#define INF ((gdouble) INFINITY)
#define NOT_A_NUMBER ((gdouble) NAN)
#define CLOSE 1e-14

static void
expect (const gchar   *where,
        ReelTensor    *found,
        guint          n,
        const gdouble *expected)
{
  gdouble values[16];
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tensor_read (found, values, n * sizeof (gdouble), &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    if (isnan (expected[i]) ? !isnan (values[i])
        : isinf (expected[i]) || expected[i] == 0
        ? values[i] != expected[i] || signbit (values[i]) != signbit (expected[i])
        : !(fabs (values[i] - expected[i]) <= CLOSE * fabs (expected[i])))
      g_test_fail_printf ("%s: element %u is %.17g, not %.17g", where, i, values[i],
                          expected[i]);
}

static void
expect_gradient (const gchar   *where,
                 ReelTensor    *y,
                 ReelTensor    *x,
                 guint          n,
                 const gdouble *expected)
{
  g_autoptr (ReelTensor) found = gradient (total (y), x, REEL_GRAD_NONE);
  gdouble values[16];
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tensor_read (found, values, n * sizeof (gdouble), &error));
  for (guint i = 0; i < n; i++)
    if (isnan (expected[i]) ? !isnan (values[i])
        : isinf (expected[i]) ? values[i] != expected[i]
        : !(fabs (values[i] - expected[i]) <= CLOSE * fabs (expected[i])))
      g_test_fail_printf ("%s: gradient %u is %.17g, not %.17g", where, i, values[i],
                          expected[i]);
}

/* A function of one input: its values and slopes at places */
#define CHECK(function, places, values, slopes) \
  G_STMT_START { \
    SCOPE_TAPE (tape); \
    g_autoptr (ReelTensor) x = parameter (places); \
    ReelTensor *y = function (x); \
    expect (#function, y, values); \
    expect_gradient (#function, y, x, slopes); \
  } G_STMT_END
/* Of two inputs */
#define CHECK_2(function, as, bs, values, slopes_a, slopes_b) \
  G_STMT_START { \
    SCOPE_TAPE (tape); \
    g_autoptr (ReelTensor) a = parameter (as); \
    g_autoptr (ReelTensor) b = parameter (bs); \
    ReelTensor *y = function (a, b); \
    expect (#function, y, values); \
    expect_gradient (#function " by a", y, a, slopes_a); \
    expect_gradient (#function " by b", y, b, slopes_b); \
  } G_STMT_END

static void
test_activations (void)
{
  CHECK (reel_log_sigmoid, NUMBERS (-INF, -1e3, 0, 40, INF),
         NUMBERS (-INF, -1e3, -G_LN2, -4.248354255291589e-18, -0.0),
         NUMBERS (1, 1, 0.5, 4.248354255291589e-18, 0));
  CHECK (reel_softsign, NUMBERS (-INF, -1e308, 0, 1e308, INF), NUMBERS (-1, -1, 0, 1, 1),
         NUMBERS (0, 0, 1, 0, 0));
  CHECK (reel_hardswish, NUMBERS (-INF, -3, 0, 3, INF), NUMBERS (0, 0, 0, 3, INF),
         NUMBERS (0, -0.5, 0.5, 1.5, 1));
  CHECK (reel_mish, NUMBERS (-INF, 0, 50, INF), NUMBERS (-0.0, 0, 50, INF),
         NUMBERS (0, 0.6, 1, 1));
}

static void
test_functions (void)
{
  CHECK (reel_exp2, NUMBERS (-INF, -1074, 0, 1023, 1024), NUMBERS (0, 0x1p-1074, 1, 0x1p1023, INF),
         NUMBERS (0, 0x1p-1074, G_LN2, 0x1p1023 * G_LN2, INF));
  CHECK (reel_log2, NUMBERS (0, 8, -1), NUMBERS (-INF, 3, NOT_A_NUMBER),
         NUMBERS (INF, 1 / (8 * G_LN2), -1 / G_LN2));
  CHECK (reel_cbrt, NUMBERS (-27, 0, 8, INF), NUMBERS (-3, 0, 2, INF),
         NUMBERS (1. / 27, INF, 1. / 12, 0));
  CHECK (reel_asin, NUMBERS (-1, 0, 1, 2), NUMBERS (-G_PI_2, 0, G_PI_2, NOT_A_NUMBER),
         NUMBERS (INF, 1, INF, NOT_A_NUMBER));
  CHECK (reel_acos, NUMBERS (-1, 0, 1), NUMBERS (G_PI, G_PI_2, 0), NUMBERS (-INF, -1, -INF));
  CHECK (reel_atan, NUMBERS (-INF, 0, INF), NUMBERS (-G_PI_2, 0, G_PI_2), NUMBERS (0, 1, 0));
  CHECK (reel_asinh, NUMBERS (0, 1e200, INF), NUMBERS (0, 461.2101657793691, INF),
         NUMBERS (1, 1e-200, 0));
  CHECK (reel_acosh, NUMBERS (0.5, 1, 1e200), NUMBERS (NOT_A_NUMBER, 0, 461.2101657793691),
         NUMBERS (NOT_A_NUMBER, INF, 1e-200));
  CHECK (reel_atanh, NUMBERS (-1, 0, 1, 2), NUMBERS (-INF, 0, INF, NOT_A_NUMBER),
         NUMBERS (INF, 1, INF, -1. / 3));
  CHECK (reel_erfc, NUMBERS (-INF, 0, 27, INF), NUMBERS (2, 1, 5.237048923789256e-319, 0),
         NUMBERS (0, -2 / 1.7724538509055160273, -2.829943296779055e-317, 0));
  CHECK (reel_trunc, NUMBERS (-1.5, -0.5, 2.5, INF), NUMBERS (-1, -0.0, 2, INF),
         NUMBERS (0, 0, 0, 0));
  CHECK (reel_frac, NUMBERS (-1.5, 2.25, INF), NUMBERS (-0.5, 0.25, NOT_A_NUMBER),
         NUMBERS (1, 1, 1));
}

static void
test_pairs (void)
{
  CHECK_2 (reel_atan2, NUMBERS (0, 0, 1e200, -0.0), NUMBERS (0, -1, 1e200, -1),
           NUMBERS (0, G_PI, G_PI_4, -G_PI), NUMBERS (0, -1, 5e-201, -1),
           NUMBERS (0, 0, -5e-201, 0));
  CHECK_2 (reel_hypot, NUMBERS (0, 3e200, INF), NUMBERS (0, 4e200, 1), NUMBERS (0, 5e200, INF),
           NUMBERS (0, 0.6, NOT_A_NUMBER), NUMBERS (0, 0.8, 0));
  CHECK_2 (reel_copysign, NUMBERS (2, -2, 0, 3), NUMBERS (-0.0, 1, -1, 3),
           NUMBERS (-2, 2, -0.0, 3), NUMBERS (-1, -1, 0, 1), NUMBERS (0, 0, 0, 0));
  CHECK_2 (reel_fmod, NUMBERS (-7, 7, 1), NUMBERS (3, -3, 0), NUMBERS (-1, 1, NOT_A_NUMBER),
           NUMBERS (1, 1, 1), NUMBERS (2, 2, NOT_A_NUMBER));
  CHECK_2 (reel_remainder, NUMBERS (-7, 7, -6, -1), NUMBERS (3, -3, 3, INF),
           NUMBERS (2, -2, 0, INF), NUMBERS (1, 1, 1, 1), NUMBERS (3, 3, 2, NOT_A_NUMBER));
  CHECK_2 (reel_logaddexp, NUMBERS (1e3, -INF, INF, -INF), NUMBERS (1e3, -INF, INF, 2),
           NUMBERS (1e3 + G_LN2, -INF, INF, 2), NUMBERS (0.5, 0, 0.5, 0),
           NUMBERS (0.5, 0, 0.5, 1));
  CHECK_2 (reel_xlogy, NUMBERS (0, 0, 2, 0), NUMBERS (0, INF, 0, NOT_A_NUMBER),
           NUMBERS (0, 0, -INF, NOT_A_NUMBER), NUMBERS (0, INF, -INF, NOT_A_NUMBER),
           NUMBERS (0, 0, INF, 0));
}

/* Integers: remainders wrap and divide by nothing, and none is infinite. */
static void
test_integers (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (GError) error = NULL;
  const gint32 as[] = { -7, 7, G_MININT32, 5 }, bs[] = { 3, -3, -1, 0 };
  const gint32 truncated[] = { -1, 1, 0, 0 }, floored[] = { 2, -2, 0, 0 };
  gint32 found[4];
  guint8 truths[4];
  g_autoptr (ReelTensor) a = reel_tensor_new_from_data (REEL_I32, REEL_SHAPE (4), as, sizeof as,
                                                        &error);
  g_autoptr (ReelTensor) b = reel_tensor_new_from_data (REEL_I32, REEL_SHAPE (4), bs, sizeof bs,
                                                        &error);

  g_assert_true (reel_tensor_read (reel_fmod (a, b), found, sizeof found, &error));
  g_assert_cmpmem (found, sizeof found, truncated, sizeof truncated);
  g_assert_true (reel_tensor_read (reel_remainder (a, b), found, sizeof found, &error));
  g_assert_cmpmem (found, sizeof found, floored, sizeof floored);
  g_assert_true (reel_tensor_read (reel_isfinite (a), truths, sizeof truths, &error));
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (truths[i], ==, 1);
  g_assert_true (reel_tensor_is_error (reel_exp2 (a)));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_DTYPE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/edges/activations", test_activations);
  g_test_add_func ("/edges/functions", test_functions);
  g_test_add_func ("/edges/pairs", test_pairs);
  g_test_add_func ("/edges/integer-functions", test_integers);
  return g_test_run ();
}
