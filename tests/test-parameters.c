/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

/* Lists of parameters, and constants that a tape owns. */

static void
test_descent (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelParameters) parameters = reel_parameters_new ();
  g_autoptr (GError) error = NULL;
  ReelTensor *w = reel_parameters_add (parameters, number (1));
  ReelTensor *unused = reel_parameters_add (parameters, number (7));
  guint n = 0;

  g_assert_true (reel_parameters_get_tensors (parameters, &n)[1] == unused);
  g_assert_cmpuint (n, ==, 2);
  for (guint step = 0; step < 50; step++)
    {
      ReelTensor *rest = reel_sub (reel_square (w), reel_full_like (w, 2));

      g_assert_true (reel_parameters_backward (parameters, reel_square (rest), &error));
      g_assert_no_error (error);
      g_assert_true (reel_parameters_add_scaled_gradients (parameters, -0.05, &error));
      g_assert_no_error (error);
      reset (tape);
    }
  assert_numbers (w, NUMBERS (G_SQRT2));
  /* the loss did not reach it */
  g_assert_null (reel_tensor_get_grad (unused));
  assert_numbers (unused, NUMBERS (7));
}

static void
test_errors (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelParameters) parameters = reel_parameters_new ();
  g_autoptr (GError) error = NULL;
  ReelTensor *w;

  w = reel_parameters_add (parameters, reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (-1), NULL));
  g_assert_true (reel_tensor_is_error (w));
  reel_parameters_add (parameters, reel_tensor_new_zeros (REEL_I32, REEL_SHAPE (2), NULL));
  g_assert_false (reel_parameters_backward (parameters, reel_square (w), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NULL);
  g_clear_error (&error);
  g_assert_false (reel_parameters_add_scaled_gradients (parameters, 1, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NULL);
  reel_tape_clear_error (tape);
}

static void
test_constants (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));

  assert_numbers (reel_zeros (REEL_F64, REEL_SHAPE (2)), NUMBERS (0, 0));
  assert_numbers (reel_ones (REEL_F64, REEL_SCALAR_SHAPE), NUMBERS (1));
  assert_numbers (reel_full (REEL_F64, REEL_SHAPE (1, 2), -3), NUMBERS (-3, -3));
  assert_numbers (reel_zeros_like (x), NUMBERS (0, 0, 0));
  assert_numbers (reel_mul (x, reel_ones_like (x)), NUMBERS (1, 2, 3));
  g_assert_false (reel_tensor_get_requires_grad (reel_ones_like (x)));
  /* no node but the product's */
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 1);

  g_assert_true (reel_tensor_is_error (reel_zeros (REEL_F64, REEL_SHAPE (2, -1))));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  reel_tape_clear_error (tape);
  g_clear_error (&error);
  g_assert_true (reel_tensor_is_error (reel_full (REEL_U8, REEL_SHAPE (2), 300)));
  g_assert_false (reel_tape_check (tape, &error));
  reel_tape_clear_error (tape);
  g_assert_true (reel_tensor_is_error (reel_zeros (REEL_F64, REEL_SHAPE (G_MAXINT64, 2))));
  reel_tape_clear_error (tape);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/parameters/descent", test_descent);
  g_test_add_func ("/parameters/errors", test_errors);
  g_test_add_func ("/parameters/constants", test_constants);
  return g_test_run ();
}
