/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

#include <float.h>

/* Numbers that plainer formulas lose: variances of long rows, and rows of logits that
 * are sure of one class. */

/* Relative: a few roundings */
#define CLOSE_F64 1e-14
#define CLOSE_F32 1e-6

static void
assert_close (gdouble found,
              gdouble expected,
              gdouble tolerance)
{
  if (!(fabs (found - expected) <= tolerance * fabs (expected)))
    g_error ("found %.17g, expected %.17g", found, expected);
}

static ReelTensor *
variance (ReelTensor *x)
{
  return reel_var (x, REEL_ALL_AXES, 0, FALSE);
}

/* One block, a few, and many with a short last one; far from 0, where the means of
 * blocks differ by less than f64 can say. */
static void
test_long_variances (void)
{
  static const gint64 sizes[] = { 1000, 32768, 32769, 100000, 1000003 };
  SCOPE_TAPE (tape);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gint64 n = sizes[i], sum = 0, squares = 0;
      g_autofree gdouble *numbers = g_new (gdouble, n);
      g_autofree gfloat *near = g_new (gfloat, n);
      g_autoptr (ReelTensor) x = NULL, y = NULL;
      gdouble expected;

      for (gint64 k = 0; k < n; k++)
        {
          gint64 step = k * 37 % 101;

          numbers[k] = 1e8 + (gdouble) step / 64;
          near[k] = 4096 + (gfloat) step / 64;
          sum += step;
          squares += step * step;
        }
      expected = ((gdouble) squares - (gdouble) sum * (gdouble) sum / (gdouble) n) /
                 (gdouble) n / 4096;
      x = reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (n), numbers,
                                     (gsize) n * sizeof (gdouble), NULL);
      y = reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (n), near,
                                     (gsize) n * sizeof (gfloat), NULL);
      assert_close (reel_tensor_get_scalar (variance (x)), expected, CLOSE_F64);
      assert_close (reel_tensor_get_scalar (variance (y)), expected, CLOSE_F32);
    }
}

static void
test_variances_of_the_greatest (void)
{
  static const gint64 sizes[] = { 2, 100000 };
  SCOPE_TAPE (tape);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (ReelTensor) f64 = reel_tensor_new_full (REEL_F64, REEL_SHAPE (sizes[i]), DBL_MAX,
                                                         NULL);
      g_autoptr (ReelTensor) f32 = reel_tensor_new_full (REEL_F32, REEL_SHAPE (sizes[i]),
                                                         (gdouble) FLT_MAX, NULL);
      gint64 first = 0;

      g_assert_cmpfloat (reel_tensor_get_scalar (variance (f64)), ==, 0);
      g_assert_cmpfloat (reel_tensor_get_scalar (variance (f32)), ==, 0);
      g_assert_true (reel_tensor_set_item (f64, 1, &first, -DBL_MAX, NULL));
      g_assert_true (isinf (reel_tensor_get_scalar (variance (f64))));
    }
}

/* The loss of [gap, 0] for the first class, its gradient and Hessian, by class index
 * and by probabilities, and log_softmax's */
static void
test_sure_rows (void)
{
  static const gdouble gaps[] = { 3, 10, 20, 30 };
  static const gdouble sure[] = { 1, 0 };
  const gint64 first = 0, at[2] = { 0, 1 };
  SCOPE_TAPE (tape);

  for (guint i = 0; i < 3 * 2 * G_N_ELEMENTS (gaps); i++)
    {
      gdouble gap = gaps[i % G_N_ELEMENTS (gaps)];
      guint way = i / G_N_ELEMENTS (gaps) % 3;
      ReelDType dtype = i < 3 * G_N_ELEMENTS (gaps) ? REEL_F32 : REEL_F64;
      gdouble tolerance = dtype == REEL_F32 ? 2 * CLOSE_F32 : CLOSE_F64;
      gdouble tail = 1 / (1 + exp (gap)), hessian = tail * (1 - tail);
      g_autoptr (ReelTensor) x = reel_tensor_new_zeros (dtype, REEL_SHAPE (2), NULL);
      g_autoptr (ReelTensor) p = reel_tensor_new_zeros (dtype, REEL_SHAPE (2), NULL);
      g_autoptr (ReelTensor) one = reel_tensor_new_ones (dtype, 0, NULL, NULL);
      g_autoptr (ReelTensor) index = reel_tensor_new_zeros (REEL_I64, 0, NULL, NULL);
      g_autoptr (ReelTensor) gradient = NULL, second = NULL;
      g_autoptr (GError) error = NULL;
      ReelTensor *loss;

      g_assert_true (reel_tensor_set_item (x, 1, &first, gap, NULL));
      g_assert_true (reel_tensor_set_item (p, 1, &first, sure[0], NULL));
      loss = way == 0 ? reel_cross_entropy (x, index, REEL_REDUCTION_SUM)
           : way == 1 ? reel_cross_entropy (x, p, REEL_REDUCTION_SUM)
           : reel_neg (reel_sum (reel_mul (p, reel_log_softmax (x, 0)), REEL_ALL_AXES, FALSE));
      assert_close (reel_tensor_get_scalar (loss), log1p (exp (-gap)), tolerance);
      g_assert_true (reel_vjp (&loss, 1, &one, &x, 1, REEL_GRAD_RECORD, &gradient, &error));
      assert_close (reel_tensor_get_item (gradient, 1, &at[0]), -tail, tolerance);
      assert_close (reel_tensor_get_item (gradient, 1, &at[1]), tail, tolerance);
      g_assert_true (reel_vjp (&gradient, 1, &p, &x, 1, REEL_GRAD_NONE, &second, &error));
      assert_close (reel_tensor_get_item (second, 1, &at[0]), hessian, tolerance);
      assert_close (reel_tensor_get_item (second, 1, &at[1]), -hessian, tolerance);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/accuracy/long-variances", test_long_variances);
  g_test_add_func ("/accuracy/variances-of-the-greatest", test_variances_of_the_greatest);
  g_test_add_func ("/accuracy/sure-rows", test_sure_rows);
  return g_test_run ();
}
