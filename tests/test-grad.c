/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* What the gradient functions promise: where gradients go, of what, with which
 * cotangents, and what is refused. */

static void
test_backward_accumulates (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) constant = vector (NUMBERS (3, 4));
  g_autoptr (ReelTensor) unused = parameter (NUMBERS (5, 6));

  g_assert_null (reel_tensor_get_grad (x));
  assert_backward (total (reel_mul (x, constant)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 4));
  /* it belongs to the leaf: neither a reset nor a second sweep replaces it */
  reset (tape);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 4));
  assert_backward (total (reel_mul (x, constant)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (6, 8));
  assert_backward (total (reel_square (x)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (8, 12));
  g_assert_null (reel_tensor_get_grad (constant));
  g_assert_null (reel_tensor_get_grad (unused));

  reel_tensor_set_grad (x, NULL);
  g_assert_null (reel_tensor_get_grad (x));
  assert_backward (total (reel_square (x)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (2, 4));

  /* a gradient that the program gave is added to */
  reel_tensor_set_grad (x, constant);
  assert_backward (total (reel_square (x)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (5, 8));
}

/* A gradient that cannot be written in place, because it is expanded. */
static void
test_backward_into_expanded (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) one = number (1);
  ReelTensor *ones;

  reel_tape_pause (tape);
  ones = reel_broadcast_to (one, REEL_SHAPE (2));
  reel_tape_resume (tape);
  reel_tensor_set_grad (x, ones);
  assert_backward (total (reel_square (x)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 5));
  g_assert_cmpfloat (reel_tensor_get_scalar (one), ==, 1);
  reset (tape);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 5));
}

static void
test_backward_twice (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  ReelTensor *y = reel_mul (reel_square (x), x);

  /* the tape is retained: the same loss again, and another one that shares nodes */
  assert_backward (y);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (54));
  assert_backward (reel_neg (y));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (27));
}

static void
test_backward_full (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) u = vector (NUMBERS (10, 20));
  g_autoptr (ReelTensor) v = number (1000);
  g_autoptr (GError) error = NULL;
  ReelTensor *outputs[3];

  outputs[0] = reel_square (x);
  outputs[1] = total (x);
  outputs[2] = reel_mul_scalar (outputs[0], 0.5);
  g_assert_true (reel_backward_full (outputs, 3, (ReelTensor *[]){ u, v, u },
                                     REEL_GRAD_NONE, &error));
  g_assert_no_error (error);
  /* 2 x u + v + x u */
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (20 + 1000 + 10, 80 + 1000 + 40));

  /* one may be left to be one where it is a single number */
  reel_tensor_set_grad (x, NULL);
  g_assert_true (reel_backward_full (outputs, 2, (ReelTensor *[]){ u, NULL },
                                     REEL_GRAD_NONE, &error));
  g_assert_no_error (error);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (21, 81));

  /* an output twice counts twice */
  reel_tensor_set_grad (x, NULL);
  g_assert_true (reel_backward_full ((ReelTensor *[]){ outputs[1], outputs[1] }, 2, NULL,
                                     REEL_GRAD_NONE, &error));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (2, 2));

  /* cotangents that do not fit */
  g_assert_false (reel_backward_full (outputs, 1, &v, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (reel_backward_full (outputs, 2, NULL, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "f64[2]"));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (2, 2));
}

/* An output that depends on no parameter, or has no derivative, gives nothing;
 * beside one that does it does no harm. */
static void
test_backward_full_mixed (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (ReelTensor) constant = number (5);
  g_autoptr (GError) error = NULL;
  ReelTensor *outputs[3];

  outputs[0] = reel_square (x);
  outputs[1] = reel_tanh (constant);
  outputs[2] = reel_sign (constant);
  g_assert_true (reel_backward_full (outputs, 3, NULL, REEL_GRAD_NONE, &error));
  g_assert_no_error (error);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (6));
}

static void
test_refused (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) constant = vector (NUMBERS (3, 4));
  g_autoptr (ReelTensor) integers = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *result = constant;
  ReelTensor *y;

  /* not a single number */
  g_assert_false (reel_backward (reel_square (x), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "f64[2]"));
  g_clear_error (&error);
  /* of one element it may have any rank */
  assert_backward (reel_sum (x, REEL_ALL_AXES, TRUE));

  /* a leaf is not recorded */
  g_assert_false (reel_backward (x, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_clear_error (&error);
  /* depends on no parameter */
  g_assert_false (reel_backward (total (constant), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_clear_error (&error);
  reel_tape_pause (tape);
  y = total (x);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_assert_nonnull (strstr (error->message, "not recorded"));
  g_clear_error (&error);
  reel_tape_resume (tape);
  /* detached */
  g_assert_false (reel_backward (reel_detach (total (x)), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_clear_error (&error);

  /* only floating-point numbers have derivatives */
  integers = reel_tensor_new_arange (REEL_I64, 0, 3, 1, &error);
  g_assert_no_error (error);
  y = total (x);
  g_assert_false (reel_grad (y, &integers, 1, REEL_GRAD_NONE, &result, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_assert_null (result);
  g_clear_error (&error);
  y = total (integers);
  g_assert_false (reel_grad (y, &x, 1, REEL_GRAD_NONE, &result, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_clear_error (&error);

  EXPECT_CRITICAL ("*reel_backward*loss*");
  g_assert_false (reel_backward (NULL, NULL));
  EXPECT_CRITICAL ("*reel_grad*output*");
  g_assert_false (reel_grad (NULL, &x, 1, REEL_GRAD_NONE, &result, NULL));
  EXPECT_CRITICAL ("*reel_vjp*inputs*");
  g_assert_false (reel_grad (total (x), (ReelTensor *[]){ NULL }, 1, REEL_GRAD_NONE,
                             &result, NULL));
  g_test_assert_expected_messages ();
  assert_tape_ok (tape);
}

/* With respect to leaves that are no parameters, to values on the way, to the output
 * itself, to something twice, to what the output does not reach. */
static void
test_grad_inputs (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (ReelTensor) w = number (2);
  g_autoptr (ReelTensor) unused = vector (NUMBERS (7, 8));
  g_autoptr (GError) error = NULL;
  ReelTensor *middle = reel_mul (x, w);
  ReelTensor *y = reel_square (middle);
  ReelTensor *later = reel_neg (y);
  ReelTensor *inputs[] = { x, w, middle, y, x, unused, later };
  ReelTensor *partials[G_N_ELEMENTS (inputs)];

  g_assert_true (reel_grad (y, inputs, G_N_ELEMENTS (inputs), flags, partials, &error));
  g_assert_no_error (error);
  assert_numbers (partials[0], NUMBERS (24));
  assert_numbers (partials[1], NUMBERS (36));
  assert_numbers (partials[2], NUMBERS (12));
  assert_numbers (partials[3], NUMBERS (1));
  assert_numbers (partials[4], NUMBERS (24));
  g_assert_true (partials[0] != partials[4]);
  assert_numbers (partials[5], NUMBERS (0, 0));
  assert_numbers (partials[6], NUMBERS (0));
  /* nothing else was touched */
  g_assert_null (reel_tensor_get_grad (x));
  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      /* what is not recorded is the caller's to write */
      if ((flags & REEL_GRAD_RECORD) == 0)
        g_assert_true (reel_tensor_fill (partials[i], 0, &error));
      reel_tensor_unref (partials[i]);
    }

  g_assert_true (reel_grad (y, inputs, G_N_ELEMENTS (inputs), flags | REEL_GRAD_ALLOW_UNUSED,
                            partials, &error));
  assert_numbers (partials[4], NUMBERS (24));
  g_assert_null (partials[5]);
  g_assert_null (partials[6]);
  for (guint i = 0; i < 5; i++)
    reel_tensor_unref (partials[i]);
}

/* Only what lies between the outputs and the inputs is swept. */
static void
test_grad_is_partial (void)
{
  SCOPE_TAPE (tape);
  const guint n = 3;
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) partial = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *middle, *y;

  y = reel_exp (x);
  g_assert_true (reel_tensor_fill (x, 5, &error));      /* exp does not read it */
  middle = reel_square (x);
  g_assert_true (reel_tensor_fill (x, 6, &error));      /* square does, */
  y = total (reel_mul (reel_tanh (middle), y));
  /* but is no part of this */
  partial = gradient (y, middle, REEL_GRAD_NONE);
  g_assert_cmpint (reel_tensor_get_n_elements (partial), ==, n);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OVERWRITTEN);
}

/* Ops that have no gradient stop it: that is zero, not an error. */
static void
test_no_gradient_ops (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *y;

  y = total (reel_where (reel_greater (x, reel_neg (x)), reel_square (x), x));
  partial = gradient (y, x, REEL_GRAD_NONE);
  assert_numbers (partial, NUMBERS (2, 4));
}

static void
test_vjp (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) u = vector (NUMBERS (10, 20));
  g_autoptr (ReelTensor) partial = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *outputs[] = { reel_square (x), reel_exp (x) };
  ReelTensor **list;
  guint n = 99;

  g_assert_true (reel_vjp (outputs, 2, (ReelTensor *[]){ u, u }, &x, 1, REEL_GRAD_NONE,
                           &partial, &error));
  g_assert_no_error (error);
  assert_numbers (partial, NUMBERS (20 + 10 * exp (1), 80 + 20 * exp (2)));

  list = reel_gradients (outputs, 2, (ReelTensor *[]){ u, u }, 2, &x, 1, REEL_GRAD_NONE, &n,
                         &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (reel_tensor_equal (list[0], partial));
  reel_tensor_unref (list[0]);
  g_free (list);
  list = reel_gradients (outputs, 2, NULL, 0, &x, 1, REEL_GRAD_NONE, &n, &error);
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_assert_null (list);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_jvp (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) w = vector (NUMBERS (3, 4));
  g_autoptr (ReelTensor) v = vector (NUMBERS (10, 100));
  g_autoptr (GError) error = NULL;
  ReelTensor *middle = reel_mul (x, w);
  ReelTensor *outputs[] = { total (reel_square (middle)), reel_neg (w), middle };
  ReelTensor *results[3];
  ReelTensor **list;
  guint n = 99;

  g_assert_true (reel_jvp (outputs, 3, &x, &v, 1, REEL_GRAD_NONE, results, &error));
  g_assert_no_error (error);
  assert_numbers (results[0], NUMBERS (2 * 3 * 3 * 10 + 2 * 8 * 4 * 100));
  assert_numbers (results[1], NUMBERS (0, 0));
  assert_numbers (results[2], NUMBERS (30, 400));
  for (guint i = 0; i < 3; i++)
    reel_tensor_unref (results[i]);

  /* both inputs, one twice, a value on the way */
  g_assert_true (reel_jvp (outputs, 2, (ReelTensor *[]){ x, w, x },
                           (ReelTensor *[]){ v, v, v }, 3, REEL_GRAD_ALLOW_UNUSED, results,
                           &error));
  assert_numbers (results[0], NUMBERS (2 * 3 * (3 * 20 + 1 * 10) +
                                       2 * 8 * (4 * 200 + 2 * 100)));
  assert_numbers (results[1], NUMBERS (-10, -100));
  reel_tensor_unref (results[0]);
  reel_tensor_unref (results[1]);
  g_assert_true (reel_jvp (outputs, 2, &middle, &v, 1, REEL_GRAD_ALLOW_UNUSED, results,
                           &error));
  assert_numbers (results[0], NUMBERS (2 * 3 * 10 + 2 * 8 * 100));
  g_assert_null (results[1]);
  reel_tensor_unref (results[0]);
  assert_numbers (v, NUMBERS (10, 100));

  list = reel_tangents (outputs, 1, &middle, 1, &v, 1, REEL_GRAD_NONE, &n, &error);
  g_assert_cmpuint (n, ==, 1);
  assert_numbers (list[0], NUMBERS (1660));
  reel_tensor_unref (list[0]);
  g_free (list);
}

/* One of a node's outputs is an input of the sweep: it has its own tangent and what
 * flows to it, and the others get theirs. */
static void
test_jvp_several_outputs (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) v = vector (NUMBERS (10, 100));
  g_autoptr (ReelTensor) one = vector (NUMBERS (1));
  g_autoptr (GError) error = NULL;
  ReelTensor *parts[2];
  ReelTensor *result, *y;

  g_assert_true (reel_split (x, REEL_SHAPE (1, 1), 0, parts));
  y = reel_add (reel_mul_scalar (parts[0], 3), reel_mul_scalar (parts[1], 5));
  g_assert_true (reel_jvp (&y, 1, (ReelTensor *[]){ parts[0], x }, (ReelTensor *[]){ one, v },
                           2, REEL_GRAD_NONE, &result, &error));
  g_assert_no_error (error);
  assert_numbers (result, NUMBERS (3 * (1 + 10) + 5 * 100));
  reel_tensor_unref (result);
  g_assert_true (reel_jvp (&y, 1, (ReelTensor *[]){ parts[1], x }, (ReelTensor *[]){ one, v },
                           2, REEL_GRAD_NONE, &result, &error));
  g_assert_no_error (error);
  assert_numbers (result, NUMBERS (3 * 10 + 5 * (1 + 100)));
  reel_tensor_unref (result);
}

/* Neither of the two writes into what it was given, and both are exact transposes. */
static void
test_transposes (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (0.1, 0.2, 0.3));
  g_autoptr (ReelTensor) v = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) u = vector (NUMBERS (5, 6, 7));
  g_autoptr (ReelTensor) forward = NULL;
  g_autoptr (ReelTensor) back = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *a = reel_add (x, x);
  ReelTensor *y = reel_mul (reel_add (a, x), reel_tanh (a));

  g_assert_true (reel_jvp (&y, 1, &x, &v, 1, REEL_GRAD_NONE, &forward, &error));
  g_assert_true (reel_vjp (&y, 1, &u, &x, 1, REEL_GRAD_NONE, &back, &error));
  g_assert_no_error (error);
  assert_numbers (v, NUMBERS (1, 2, 3));
  assert_numbers (u, NUMBERS (5, 6, 7));
  g_assert_cmpfloat (fabs (reel_tensor_get_scalar (total (reel_mul (forward, u))) -
                           reel_tensor_get_scalar (total (reel_mul (back, v)))), <=, 1e-12);
}

/* A recorded .grad is a value of the tape until its reset. */
static void
test_recorded_grad (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (ReelTensor) first = NULL;
  g_autoptr (ReelTensor) second = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_mul (reel_square (x), x);

  g_assert_true (reel_backward_full (&y, 1, NULL, REEL_GRAD_RECORD, &error));
  g_assert_no_error (error);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (27));
  g_assert_false (reel_tensor_is_leaf (reel_tensor_get_grad (x)));
  second = gradient (reel_tensor_get_grad (x), x, REEL_GRAD_NONE);
  assert_numbers (second, NUMBERS (18));
  /* a plain sweep may not add into a recorded value */
  first = reel_tensor_ref (reel_tensor_get_grad (x));
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (54));
  assert_numbers (first, NUMBERS (27));
  reset (tape);
  g_assert_true (reel_tensor_is_leaf (reel_tensor_get_grad (x)));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (54));
  y = reel_square (x);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (60));
}

/* What became a parameter after the fact has no gradient, rather than a part of one:
 * only the first node leads to a parameter anyhow. */
static void
test_late_parameter (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = number_parameter (3);
  g_autoptr (ReelTensor) x = number (5);
  g_autoptr (ReelTensor) whole = NULL;
  ReelTensor *y = reel_add (reel_mul (a, x), reel_mul_scalar (x, 10));

  reel_tensor_set_requires_grad (x, TRUE);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (a), NUMBERS (5));
  g_assert_null (reel_tensor_get_grad (x));
  /* asked for by name, it has all of it */
  whole = gradient (y, x, REEL_GRAD_NONE);
  assert_numbers (whole, NUMBERS (13));
}

/* A cotangent may lie where a .grad is about to be written. */
static void
test_seed_is_a_grad (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = parameter (NUMBERS (3, 4));
  g_autoptr (ReelTensor) seed = vector (NUMBERS (1, 10));
  g_autoptr (ReelTensor) zeros = vector (NUMBERS (0, 0));
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_add (a, b);

  reel_tensor_set_grad (a, seed);
  reel_tensor_set_grad (b, zeros);
  g_assert_true (reel_backward_full (&y, 1, &seed, REEL_GRAD_NONE, &error));
  g_assert_no_error (error);
  assert_numbers (reel_tensor_get_grad (a), NUMBERS (2, 20));
  assert_numbers (reel_tensor_get_grad (b), NUMBERS (1, 10));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/grad/backward/accumulates", test_backward_accumulates);
  g_test_add_func ("/grad/backward/into-expanded", test_backward_into_expanded);
  g_test_add_func ("/grad/backward/twice", test_backward_twice);
  g_test_add_func ("/grad/backward/full", test_backward_full);
  g_test_add_func ("/grad/backward/full-mixed", test_backward_full_mixed);
  g_test_add_func ("/grad/backward/recorded", test_recorded_grad);
  g_test_add_func ("/grad/backward/late-parameter", test_late_parameter);
  g_test_add_func ("/grad/backward/seed-is-a-grad", test_seed_is_a_grad);
  g_test_add_func ("/grad/refused", test_refused);
  g_test_add_data_func ("/grad/inputs/paused", GINT_TO_POINTER (0), test_grad_inputs);
  g_test_add_data_func ("/grad/inputs/recorded", GINT_TO_POINTER (REEL_GRAD_RECORD),
                        test_grad_inputs);
  g_test_add_func ("/grad/is-partial", test_grad_is_partial);
  g_test_add_func ("/grad/no-gradient-ops", test_no_gradient_ops);
  g_test_add_func ("/grad/vjp", test_vjp);
  g_test_add_func ("/grad/jvp", test_jvp);
  g_test_add_func ("/grad/jvp-several-outputs", test_jvp_several_outputs);
  g_test_add_func ("/grad/transposes", test_transposes);
  return g_test_run ();
}
