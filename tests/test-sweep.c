/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* How cotangents add up without aliasing, what many slices cost, sweeps over a
 * tape that grows meanwhile, and data that is released on the way. */

/* Shared cotangents */

/* Every op here hands one tensor on to two places. */
static void
test_shared (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) w = parameter (NUMBERS (3, 4));
  g_autoptr (GError) error = NULL;
  ReelTensor *a, *b, *y;

  /* y = (x + w) + (x + x) + w², all in one */
  a = reel_add (x, w);
  b = reel_add (x, x);
  y = total (reel_add (reel_add (a, b), reel_mul (w, w)));
  g_assert_true (reel_backward_full (&y, 1, NULL, flags, &error));
  g_assert_no_error (error);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 3));
  assert_numbers (reel_tensor_get_grad (w), NUMBERS (7, 9));
  g_assert_true (reel_tensor_get_data (reel_tensor_get_grad (x)) !=
                 reel_tensor_get_data (reel_tensor_get_grad (w)));
}

/* z = a + b gives both the same cotangent; adding to one's gradient later must not
 * show in the other's. */
static void
test_shared_grad (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = parameter (NUMBERS (1, 2, 3, 4));
  g_autoptr (ReelTensor) b = parameter (NUMBERS (5, 6, 7, 8));
  g_autoptr (ReelTensor) c = parameter (NUMBERS (9, 9, 9, 9));
  g_autoptr (ReelTensor) seed = vector (NUMBERS (1, 10, 100, 1000));
  g_autoptr (GError) error = NULL;
  const gint64 square[] = { 2, 2 };

  for (guint turn = 1; turn <= 3; turn++)
    {
      ReelTensor *flat = reel_reshape (reel_reshape (c, 2, square), REEL_SHAPE (4));
      ReelTensor *z = reel_add (reel_add (a, b), flat);

      g_assert_true (reel_backward_full (&z, 1, &seed, turn == 1 ? flags : REEL_GRAD_NONE,
                                         &error));
      g_assert_no_error (error);
      reset (tape);
      assert_numbers (reel_tensor_get_grad (a),
                      NUMBERS (turn, 10 * turn, 100 * turn, 1000 * turn));
      assert_numbers (reel_tensor_get_grad (b),
                      NUMBERS (turn, 10 * turn, 100 * turn, 1000 * turn));
      assert_numbers (reel_tensor_get_grad (c),
                      NUMBERS (turn, 10 * turn, 100 * turn, 1000 * turn));
    }
  assert_numbers (seed, NUMBERS (1, 10, 100, 1000));
}

static ReelTensor *
keep_hook (ReelTensor *tensor,
           ReelTensor *cotangent,
           gpointer    user_data,
           GError    **error)
{
  *(ReelTensor **) user_data = reel_tensor_ref (cotangent);
  return NULL;
}

/* Nothing that somebody else can see is ever added to: the seed, what a hook saw,
 * the cotangent of another value, a view of one. */
static void
test_no_aliasing (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3, 4));
  g_autoptr (ReelTensor) seed = vector (NUMBERS (1, 1, 1, 1));
  g_autoptr (ReelTensor) other_seed = vector (NUMBERS (5, 5, 5, 5));
  g_autoptr (ReelTensor) at_y = NULL;
  g_autoptr (ReelTensor) at_z = NULL;
  g_autoptr (ReelTensor) at_u = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *partials[3] = { NULL };
  const gint64 square[] = { 2, 2 };
  ReelTensor *u, *y, *z;

  u = reel_mul_scalar (x, 1);
  y = reel_add (u, u);                                  /* ȳ goes to ū twice */
  z = reel_add (reel_reshape (reel_reshape (y, 2, square), REEL_SHAPE (4)), u);
  reel_tensor_add_hook (y, keep_hook, &at_y, NULL);
  reel_tensor_add_hook (z, keep_hook, &at_z, NULL);
  reel_tensor_add_hook (u, keep_hook, &at_u, NULL);
  g_assert_true (reel_vjp ((ReelTensor *[]){ z, y, z }, 3,
                           (ReelTensor *[]){ seed, other_seed, other_seed },
                           (ReelTensor *[]){ x, y, z }, 3, flags, partials, &error));
  g_assert_no_error (error);
  assert_numbers (seed, NUMBERS (1, 1, 1, 1));
  assert_numbers (other_seed, NUMBERS (5, 5, 5, 5));
  assert_numbers (at_z, NUMBERS (6, 6, 6, 6));
  assert_numbers (at_y, NUMBERS (11, 11, 11, 11));
  assert_numbers (at_u, NUMBERS (28, 28, 28, 28));
  assert_numbers (partials[0], NUMBERS (28, 28, 28, 28));
  assert_numbers (partials[1], NUMBERS (11, 11, 11, 11));
  assert_numbers (partials[2], NUMBERS (6, 6, 6, 6));
  /* what comes out is the caller's alone */
  reset (tape);
  g_assert_true (reel_tensor_fill (partials[1], 0, &error));
  g_assert_true (reel_tensor_fill (partials[2], 0, &error));
  g_assert_no_error (error);
  assert_numbers (at_y, NUMBERS (11, 11, 11, 11));
  assert_numbers (at_z, NUMBERS (6, 6, 6, 6));
  assert_numbers (partials[0], NUMBERS (28, 28, 28, 28));
  for (guint i = 0; i < 3; i++)
    reel_tensor_unref (partials[i]);
}

/* Many ways from one value to another */
static void
test_diamonds (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (1.5);
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *y = x;

  for (guint i = 0; i < 30; i++)
    y = reel_add (y, y);                                /* 2³⁰ paths */
  y = reel_mul (y, reel_neg (y));
  partial = gradient (y, x, flags);
  assert_numbers (partial, NUMBERS (-2 * 1.5 * ldexp (1, 60)));
}

/* Slices */

/* Work is memory traffic, and memory is what the statistics count: n slices of a
 * tensor of n numbers would cost n² numbers if each made a whole cotangent. */
static void
slices (guint         n,
        ReelGradFlags flags,
        gboolean      select,
        gboolean      of_value)
{
  const guint width = 4;
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTensor) x = reel_tensor_new_ones (REEL_F64, REEL_SHAPE (n, width), NULL);
  g_autoptr (ReelTensor) partial = NULL;
  g_autofree gdouble *found = g_new (gdouble, n * width);
  g_autoptr (GError) error = NULL;
  ReelTensor *base, *sum = NULL;
  ReelTapeStats before, after;

  reel_tape_push (tape);
  reel_tensor_set_requires_grad (x, TRUE);
  base = of_value ? reel_mul_scalar (x, 1) : x;
  for (guint i = 0; i < n; i++)
    {
      ReelTensor *part = select ? reel_select (base, 0, i)
                                : reel_slice (base, 0, i, i + 1, 1);

      part = reel_mul_scalar (part, i + 1.);
      sum = sum == NULL ? part : reel_add (sum, part);
    }
  sum = total (sum);
  before = stats_of (tape);
  partial = gradient (sum, x, flags);
  after = stats_of (tape);

  g_assert_true (reel_tensor_read (partial, found, n * width * sizeof (gdouble), &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n * width; i++)
    g_assert_cmpfloat (found[i], ==, i / width + 1.);
  if ((flags & REEL_GRAD_RECORD) != 0)
    {
      g_autoptr (ReelTensor) again = NULL;
      ReelTapeStats last;

      /* a slice costs a few headers and its own numbers */
      g_assert_cmpuint (after.peak_bytes - before.peak_bytes, <=, n * (guint64) 3000 + 100000);
      g_assert_cmpuint (after.n_nodes - before.n_nodes, <=, n * 4 + 10);
      /* and the derivative of that is no dearer */
      before = stats_of (tape);
      again = gradient (total (reel_square (partial)), x, REEL_GRAD_RECORD);
      last = stats_of (tape);
      g_assert_cmpuint (last.n_nodes - before.n_nodes, <=, n * 6 + 20);
    }
  else
    {
      const guint64 whole = n * width * sizeof (gdouble) * 5 / 4;

      g_assert_cmpuint (after.n_nodes, ==, before.n_nodes);
      g_assert_cmpuint (after.live_bytes, <=, before.live_bytes + whole + 1000);
      /* never two sums at once: each slice is added to the one there is */
      g_assert_cmpuint (after.peak_bytes - before.peak_bytes, <=,
                        whole * (of_value ? 2 : 1) + 10000);
    }
  reel_tape_pop (tape);
}

static void
test_slices (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);

  for (guint kind = 0; kind < 4; kind++)
    {
      slices (1000, flags, (kind & 1) != 0, (kind & 2) != 0);
      slices (20000, flags, (kind & 1) != 0, (kind & 2) != 0);
    }
}

/* Parts that overlap, reversed ones, and wholes between them. */
static void
test_regions (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3, 4, 5, 6));
  g_autoptr (ReelTensor) w = vector (NUMBERS (1, 10, 100));
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *value = reel_mul_scalar (x, 1);
  ReelTensor *y;

  y = total (reel_mul (reel_slice (value, 0, 0, 3, 1), w));
  y = reel_add (y, total (reel_mul (reel_slice (value, 0, 5, 2, -1), w)));
  y = reel_add (y, total (value));
  y = reel_add (y, total (reel_mul (reel_slice (value, 0, 1, 6, 2), w)));
  y = reel_add (y, total (reel_mul_scalar (value, 1000)));
  partial = gradient (y, x, flags);
  assert_numbers (partial, NUMBERS (1002, 1012, 1101, 1111, 1011, 1102));
}

/* Growth during a sweep */

/* The tape grows by more chunks than it had while it is swept. */
static void
test_growth (void)
{
  SCOPE_TAPE (tape);
  const guint n = 5000;
  g_autoptr (ReelTensor) x = number_parameter (1.01);
  g_autoptr (ReelTensor) first = NULL;
  g_autoptr (ReelTensor) second = NULL;
  g_autoptr (ReelTensor) third = NULL;
  ReelTapeStats before, after;
  ReelTensor *y = x;

  for (guint i = 1; i < n; i++)
    y = reel_mul (y, x);                                /* xⁿ */
  before = stats_of (tape);
  first = gradient (y, x, REEL_GRAD_RECORD);
  after = stats_of (tape);
  g_assert_cmpuint (after.n_nodes, >, 2 * before.n_nodes);
  g_assert_cmpuint (after.n_mallocs, >, before.n_mallocs);
  second = gradient (first, x, REEL_GRAD_RECORD);
  third = gradient (second, x, REEL_GRAD_NONE);
  g_assert_cmpfloat (fabs (reel_tensor_get_scalar (first) / (n * pow (1.01, n - 1)) - 1),
                     <, 1e-9);
  g_assert_cmpfloat (fabs (reel_tensor_get_scalar (second) /
                           ((gdouble) n * (n - 1) * pow (1.01, n - 2)) - 1), <, 1e-9);
  g_assert_cmpfloat (fabs (reel_tensor_get_scalar (third) /
                           ((gdouble) n * (n - 1) * (n - 2) * pow (1.01, n - 3)) - 1),
                     <, 1e-9);
}

/* f (x) = Σ tanh (x)² · exp (-x): H v in three ways. */
static ReelTensor *
test_function (ReelTensor *x)
{
  return total (reel_mul (reel_square (reel_tanh (x)), reel_exp (reel_neg (x))));
}

static void
test_hvp (void)
{
  SCOPE_TAPE (tape);
  const gdouble points[] = { -0.7, 0.3, 1.9 };
  g_autoptr (ReelTensor) x = parameter (3, points);
  g_autoptr (ReelTensor) v = vector (NUMBERS (1, -2, 0.5));
  g_autoptr (ReelTensor) g = NULL;
  g_autoptr (ReelTensor) forward = NULL;
  g_autoptr (ReelTensor) twice = NULL;
  g_autoptr (ReelTensor) dot = NULL;
  g_autoptr (GError) error = NULL;

  g = gradient (test_function (x), x, REEL_GRAD_RECORD);
  /* forward over reverse */
  g_assert_true (reel_jvp (&g, 1, &x, &v, 1, REEL_GRAD_NONE, &forward, &error));
  g_assert_no_error (error);
  /* reverse over reverse, as a vjp and through ⟨g, v⟩ */
  g_assert_true (reel_vjp (&g, 1, &v, &x, 1, REEL_GRAD_NONE, &twice, &error));
  g_assert_no_error (error);
  dot = gradient (total (reel_mul (g, v)), x, REEL_GRAD_NONE);
  g_assert_true (reel_tensor_all_close (forward, twice, 1e-12, 1e-12, FALSE));
  g_assert_true (reel_tensor_all_close (dot, twice, 1e-12, 1e-12, FALSE));
  /* against differences of the gradient */
  for (guint i = 0; i < 3; i++)
    {
      const gdouble vs[] = { 1, -2, 0.5 };
      const gdouble h = 1e-5;
      gdouble ends[2];

      for (guint side = 0; side < 2; side++)
        {
          gdouble moved[3];
          g_autoptr (ReelTensor) at = NULL;
          g_autoptr (ReelTensor) slope = NULL;

          for (guint k = 0; k < 3; k++)
            moved[k] = points[k] + (side == 0 ? -h : h) * vs[k];
          at = parameter (3, moved);
          slope = gradient (test_function (at), at, REEL_GRAD_NONE);
          ends[side] = reel_tensor_get_item (slope, REEL_SHAPE (i));
        }
      g_assert_cmpfloat (fabs (reel_tensor_get_item (twice, REEL_SHAPE (i)) -
                               (ends[1] - ends[0]) / (2 * h)), <=, 1e-7);
    }
}

/* Gradients of what is linear are on the tape too, so that the next order exists:
 * it is zero. */
static void
test_recorded_constants (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (2);
  g_autoptr (ReelTensor) w = number_parameter (5);
  g_autoptr (ReelTensor) unused = number_parameter (7);
  ReelTensor *inputs[3] = { x, w, unused };
  ReelTensor *partials[3] = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_grad (reel_add (x, w), inputs, 3, REEL_GRAD_RECORD, partials, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (ReelTensor) second = NULL;

      assert_numbers (partials[i], NUMBERS (i < 2 ? 1 : 0));
      g_assert_false (reel_tensor_is_leaf (partials[i]));
      second = gradient (partials[i], x, REEL_GRAD_NONE);
      assert_numbers (second, NUMBERS (0));
    }
  g_assert_true (partials[0] != partials[1]);
  for (guint i = 0; i < 3; i++)
    reel_tensor_unref (partials[i]);
}

/* Released data */

static void
test_release (void)
{
  SCOPE_TAPE (tape);
  const guint n = 10000;
  g_autoptr (ReelTensor) x = ramp (n);
  g_autoptr (ReelTensor) kept = NULL;
  g_autoptr (ReelTensor) root = NULL;
  g_autoptr (ReelTensor) seed = ramp (n);
  g_autoptr (GError) error = NULL;
  ReelTensor *chain[8], *y, *z;
  ReelTapeStats before, after;

  reel_tensor_set_requires_grad (x, TRUE);
  y = reel_mul_scalar (x, 1e-4);
  for (guint i = 0; i < 8; i++)
    y = chain[i] = reel_tanh (y);
  kept = reel_tensor_ref (chain[3]);
  before = stats_of (tape);
  g_assert_true (reel_backward_full (&y, 1, &seed, REEL_GRAD_RELEASE, &error));
  g_assert_no_error (error);
  after = stats_of (tape);

  /* seven of nine went: but for what is referenced and the output */
  g_assert_cmpuint (after.live_bytes, <=, before.live_bytes - 7 * n * 8 + n * 8 + 200);
  g_assert_nonnull (reel_tensor_get_data (kept));
  g_assert_nonnull (reel_tensor_get_data (y));
  g_assert_null (reel_tensor_get_data (chain[0]));
  g_assert_true (isnan (reel_tensor_get_item (chain[0], REEL_SHAPE (0))));
  g_assert_null (reel_tensor_get_bytes (chain[0], &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_clear_error (&error);

  z = reel_neg (chain[0]);
  g_assert_true (reel_tensor_is_error (z));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_assert_cmpstr (error->message, ==,
                   "neg: the data of f64[10000] was released by a sweep");
  g_clear_error (&error);
  reel_tape_clear_error (tape);
  z = reel_detach (chain[0]);
  g_assert_true (reel_tensor_is_error (z));
  reel_tape_clear_error (tape);

  /* a second sweep says so, and changes nothing */
  root = reel_tensor_copy (reel_tensor_get_grad (x), &error);
  g_assert_false (reel_backward_full (&y, 1, &seed, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_assert_nonnull (strstr (error->message, "tanh: its derivative needs f64[10000], which an"
                                            " earlier sweep has released"));
  g_clear_error (&error);
  g_assert_true (reel_tensor_equal (root, reel_tensor_get_grad (x)));

  /* nor can it be a cotangent */
  g_assert_false (reel_backward_full (&y, 1, &chain[0], REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_clear_error (&error);
  g_assert_false (reel_backward_full ((ReelTensor *[]){ y, y }, 2,
                                      (ReelTensor *[]){ seed, chain[0] }, REEL_GRAD_NONE,
                                      &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_clear_error (&error);
  assert_tape_ok (tape);

  /* after a reset all is as before */
  reset (tape);
  y = total (reel_mul_scalar (x, 2));
  assert_backward (y);
}

/* The memory of a released sweep stays flat: cotangents reuse what values leave. */
static void
test_release_gradient (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (0.1, 0.2, 0.3));
  g_autoptr (ReelTensor) plain = NULL;
  g_autoptr (ReelTensor) released = NULL;
  ReelTensor *y;

  plain = gradient (test_function (x), x, REEL_GRAD_NONE);
  y = test_function (x);
  released = gradient (y, x, REEL_GRAD_RELEASE);
  g_assert_true (reel_tensor_equal (plain, released));
  g_assert_false (isnan (reel_tensor_get_scalar (y)));
}

/* Overwriting */

static ReelTensor *
tanh_of_first (ReelTensor *a,
                 ReelTensor *b)
{
  return reel_tanh (a);
}

static ReelTensor *
negative_of_second (ReelTensor *a,
                    ReelTensor *b)
{
  return reel_neg (reel_mul_scalar (b, 3));
}

static ReelTensor *
chosen (ReelTensor *a,
        ReelTensor *b)
{
  return reel_where (reel_greater (a, b), reel_exp (a), reel_log (b));
}

static guint n_hooked;

static ReelTensor *
keep_sight (ReelTensor *tensor,
            ReelTensor *cotangent,
            gpointer    user_data,
            GError    **error)
{
  ReelTensor **seen = user_data;

  n_hooked++;
  g_assert_null (*seen);
  *seen = reel_tensor_copy (cotangent, error);
  return NULL;
}

/* A plain sweep may write a derivative over a cotangent that nothing reads any more. A
 * recorded one never does: both must agree, for parameters, for a value on the way
 * that is itself asked for, and in what a hook sees. */
static void
test_overwriting (void)
{
  ReelTensor *(*const functions[]) (ReelTensor *, ReelTensor *) = {
    reel_add, reel_sub, reel_mul, reel_div, reel_pow, reel_maximum, reel_minimum,
    tanh_of_first, negative_of_second, chosen,
  };

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      g_autoptr (ReelTensor) a = parameter (NUMBERS (1, 2, 3, 4, 5));
      g_autoptr (ReelTensor) b = parameter (NUMBERS (3, 2.5, 2, 1.5, 1));
      ReelTensor *results[2][4] = { { NULL } };

      for (guint recorded = 0; recorded < 2; recorded++)
        {
          SCOPE_TAPE (tape);
          g_autoptr (GError) error = NULL;
          ReelTensor *middle = functions[i] (a, b);
          /* exp gives a cotangent of its own memory to what is below */
          ReelTensor *y = total (reel_exp (reel_mul_scalar (middle, 0.1)));

          reel_tensor_add_hook (middle, keep_sight, &results[recorded][3], NULL);
          n_hooked = 0;
          g_assert_true (reel_vjp (&y, 1, NULL, (ReelTensor *[]){ a, b, middle }, 3,
                                   recorded ? REEL_GRAD_RECORD : REEL_GRAD_NONE,
                                   results[recorded], &error));
          g_assert_no_error (error);
          g_assert_cmpuint (n_hooked, ==, 1);
          g_assert_true (reel_tensor_equal (results[recorded][2], results[recorded][3]));

          /* and where nothing but the parameters is looked at */
          middle = functions[i] (a, b);
          y = total (reel_exp (reel_mul_scalar (middle, 0.1)));
          assert_backward (y);
          if (reel_tensor_get_grad (a) != NULL)
            g_assert_true (reel_tensor_all_close (reel_tensor_get_grad (a),
                                                  results[recorded][0], 1e-14, 1e-14,
                                                  FALSE));
          if (reel_tensor_get_grad (b) != NULL)
            g_assert_true (reel_tensor_all_close (reel_tensor_get_grad (b),
                                                  results[recorded][1], 1e-14, 1e-14,
                                                  FALSE));
          reel_tensor_set_grad (a, NULL);
          reel_tensor_set_grad (b, NULL);
        }
      for (guint k = 0; k < 4; k++)
        {
          g_assert_true (reel_tensor_all_close (results[0][k], results[1][k], 1e-14, 1e-14,
                                                FALSE));
          reel_tensor_unref (results[0][k]);
          reel_tensor_unref (results[1][k]);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const gchar *name;
    GTestDataFunc func;
  } both[] = {
    { "shared", test_shared },
    { "shared-grad", test_shared_grad },
    { "no-aliasing", test_no_aliasing },
    { "diamonds", test_diamonds },
    { "slices", test_slices },
    { "regions", test_regions },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    for (guint recorded = 0; recorded < 2; recorded++)
      {
        g_autofree gchar *path = g_strdup_printf ("/sweep/%s/%s", both[i].name,
                                                  recorded ? "recorded" : "paused");

        g_test_add_data_func (path, GINT_TO_POINTER (recorded ? REEL_GRAD_RECORD : 0),
                              both[i].func);
      }
  g_test_add_func ("/sweep/overwriting", test_overwriting);
  g_test_add_func ("/sweep/growth", test_growth);
  g_test_add_func ("/sweep/hvp", test_hvp);
  g_test_add_func ("/sweep/recorded-constants", test_recorded_constants);
  g_test_add_func ("/sweep/release", test_release);
  g_test_add_func ("/sweep/release-gradient", test_release_gradient);
  return g_test_run ();
}
