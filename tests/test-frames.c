/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* Frames: what goes when one is popped, what is kept and as what, and that the
 * tape around goes on as if nothing had been. */

static void
pop_keep (ReelTape          *tape,
          ReelTensor *const *tensors,
          guint              n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tape_pop_frame_keep (tape, tensors, n, &error));
  g_assert_no_error (error);
}

static void
test_drops (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (1000);
  ReelTapeStats before, inside, after;

  reel_neg (x);
  before = stats_of (tape);
  reel_tape_push_frame (tape);
  for (guint i = 0; i < 50; i++)
    reel_exp (x);
  reel_tape_pause (tape);
  for (guint i = 0; i < 50; i++)
    reel_exp (x);
  reel_tape_resume (tape);
  inside = stats_of (tape);
  g_assert_cmpuint (inside.n_nodes, ==, 51);
  g_assert_cmpuint (inside.live_bytes, >=, before.live_bytes + 100 * 8000);
  pop_keep (tape, NULL, 0);
  after = stats_of (tape);
  g_assert_cmpuint (after.n_nodes, ==, 1);
  g_assert_cmpuint (after.n_values, ==, 1);
  g_assert_cmpuint (after.live_bytes, ==, before.live_bytes);
  g_assert_cmpuint (after.held_bytes, ==, inside.held_bytes);
}

/* Recorded values that are kept become constants of the frame around. */
static void
test_keep_recorded (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (GError) error = NULL;
  ReelTensor *kept, *y;

  reel_tape_push_frame (tape);
  reel_exp (x);
  kept = reel_square (x);
  g_assert_false (reel_tensor_is_leaf (kept));
  pop_keep (tape, &kept, 1);
  g_assert_true (reel_tensor_is_leaf (kept));
  g_assert_false (reel_tensor_get_requires_grad (kept));
  assert_numbers (kept, NUMBERS (1, 4));
  g_assert_false (reel_backward_full (&kept, 1, &x, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);

  y = total (reel_mul (kept, x));
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (1, 4));
}

static void
test_keep_outward (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2));
  ReelTensor *y;
  guint64 empty;

  reel_neg (x);
  reset (tape);
  empty = stats_of (tape).live_bytes;
  reel_tape_pause (tape);
  reel_tape_push_frame (tape);
  reel_tape_push_frame (tape);
  y = reel_neg (x);
  pop_keep (tape, &y, 1);
  assert_numbers (y, NUMBERS (-1, -2));
  /* now the outer frame's: it may be kept again, */
  pop_keep (tape, &y, 1);
  assert_numbers (y, NUMBERS (-1, -2));
  /* and goes at last with the tape's contents */
  reset (tape);
  reel_tape_resume (tape);
  g_assert_cmpuint (stats_of (tape).live_bytes, ==, empty);

  reel_tape_push_frame (tape);
  reel_tape_push_frame (tape);
  y = reel_neg (x);
  pop_keep (tape, &y, 1);
  g_assert_cmpuint (stats_of (tape).live_bytes, >, empty);
  pop_keep (tape, NULL, 0);
  g_assert_cmpuint (stats_of (tape).live_bytes, ==, empty);
}

static void
test_keep_twice (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2));
  ReelTensor *y, *paused;
  guint64 empty;

  reel_neg (x);
  reset (tape);
  empty = stats_of (tape).live_bytes;
  reel_tape_push_frame (tape);
  y = reel_neg (x);
  reel_tape_pause (tape);
  paused = reel_exp (x);
  reel_tape_resume (tape);
  pop_keep (tape, (ReelTensor *[]){ y, paused, y, NULL, paused, y }, 6);
  assert_numbers (y, NUMBERS (-1, -2));
  /* one reference only: it goes at reset */
  reset (tape);
  g_assert_cmpuint (stats_of (tape).live_bytes, ==, empty);
}

/* What is not of the frame stays where it is, as what it is. */
static void
test_keep_from_outside (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTape) other = reel_tape_new ();
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *outside, *paused, *foreign, *foreign_paused;

  reel_tape_push (other);
  reel_neg (x);
  foreign = reel_neg (x);
  reel_tape_pause (other);
  reel_neg (x);
  foreign_paused = reel_exp (reel_neg (x));
  reel_tape_pop (other);

  outside = reel_square (x);
  reel_tape_pause (tape);
  paused = reel_neg (x);
  reel_tape_resume (tape);
  reel_tape_push_frame (tape);
  reel_exp (x);
  pop_keep (tape, (ReelTensor *[]){ outside, paused, x, foreign, foreign_paused }, 5);

  g_assert_false (reel_tensor_is_leaf (outside));
  g_assert_false (reel_tensor_is_leaf (foreign));
  partial = gradient (total (reel_mul (outside, paused)), x, REEL_GRAD_NONE);
  assert_numbers (partial, NUMBERS (-2, -8));
  reset (tape);
  assert_numbers (foreign, NUMBERS (-1, -2));
  assert_numbers (foreign_paused, NUMBERS (exp (-1), exp (-2)));
}

/* Kept results may share memory with what went. */
static void
test_keep_views (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (100);
  ReelTensor *view, *next;

  reel_tape_push_frame (tape);
  view = reel_slice (reel_neg (x), 0, 97, 100, 1);
  pop_keep (tape, &view, 1);
  for (guint i = 0; i < 10; i++)
    next = reel_exp (x);
  assert_numbers (view, NUMBERS (-97, -98, -99));
  g_assert_cmpfloat (reel_tensor_get_item (next, REEL_SHAPE (0)), ==, 1);
}

/* Numbers go on where the frame began, and the gradient takes ops recorded before
 * and after it together. Frames cross the chunks that nodes lie in. */
static void
test_gradient_around (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (2);
  ReelTensor *before, *after, *y;

  before = reel_square (x);
  for (guint i = 0; i < n; i++)
    before = reel_add (before, x);
  for (guint turn = 0; turn < 3; turn++)
    {
      reel_tape_push_frame (tape);
      y = before;
      for (guint i = 0; i < 2 * n + turn * 1000; i++)
        y = reel_mul_scalar (y, 0.999);
      /* also a sweep inside the frame */
      assert_backward (reel_add (y, reel_square (x)));
      reel_tensor_set_grad (x, NULL);
      pop_keep (tape, NULL, 0);
      g_assert_cmpuint (stats_of (tape).n_values, ==, n + 1);
    }
  after = reel_mul (before, x);         /* x³ + n x² */
  for (guint i = 0; i < n; i++)
    after = reel_add (after, x);
  g_assert_cmpuint (stats_of (tape).n_values, ==, 2 * n + 2);
  g_assert_cmpfloat (reel_tensor_get_scalar (after), ==, 8 + n * 4. + n * 2.);
  assert_backward (after);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (12 + n * 4. + n));
}

/* A node larger than a chunk, and smaller ones around it. */
static void
test_large_nodes (void)
{
  const guint n = 40000;
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (2);
  g_autofree ReelTensor **many = g_new (ReelTensor *, n);

  for (guint turn = 0; turn < 3; turn++)
    {
      ReelTensor *y;

      for (guint i = 0; i < n; i++)
        many[i] = i % 2 == 0 ? reel_neg (x) : x;
      reel_tape_push_frame (tape);
      y = reel_stack (many, n, 0);
      if (turn == 1)
        {
          pop_keep (tape, NULL, 0);
          y = reel_stack (many, n, 0);
        }
      y = total (reel_square (y));
      assert_backward (y);
      assert_numbers (reel_tensor_get_grad (x), NUMBERS (4. * n));
      reel_tensor_set_grad (x, NULL);
      g_assert_cmpuint (stats_of (tape).n_nodes, ==, n / 2 + 3);
      reset (tape);
      /* many small ones over what the large one left */
      y = x;
      for (guint i = 0; i < 1000; i++)
        y = reel_add (y, x);
      assert_backward (y);
      assert_numbers (reel_tensor_get_grad (x), NUMBERS (1001));
      reel_tensor_set_grad (x, NULL);
      reset (tape);
    }
}

static void
test_reset_drops_frames (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number (2);

  reel_tape_push_frame (tape);
  reel_neg (x);
  reel_tape_push_frame (tape);
  reset (tape);
  EXPECT_CRITICAL ("*reel_tape_pop_frame_keep*n_frames*");
  g_assert_false (reel_tape_pop_frame (tape, NULL));
  g_test_assert_expected_messages ();
}

/* Results of a thread's implicit tape go with its frames too. */
static void
test_implicit (void)
{
  ReelTape *implicit = reel_tape_get_current ();
  g_autoptr (ReelTensor) x = ramp (1000);
  guint64 live;

  reel_exp (x);
  reset (implicit);
  live = stats_of (implicit).live_bytes;
  for (guint i = 0; i < 100; i++)
    {
      ReelTensor *y;

      reel_tape_push_frame (implicit);
      y = reel_neg (reel_exp (x));
      g_assert_cmpfloat (reel_tensor_get_item (y, REEL_SHAPE (0)), ==, -1);
      pop_keep (implicit, NULL, 0);
      g_assert_cmpuint (stats_of (implicit).live_bytes, ==, live);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frames/drops", test_drops);
  g_test_add_func ("/frames/keep-recorded", test_keep_recorded);
  g_test_add_func ("/frames/keep-outward", test_keep_outward);
  g_test_add_func ("/frames/keep-twice", test_keep_twice);
  g_test_add_func ("/frames/keep-from-outside", test_keep_from_outside);
  g_test_add_func ("/frames/keep-views", test_keep_views);
  g_test_add_data_func ("/frames/gradient-around/few", GUINT_TO_POINTER (3),
                        test_gradient_around);
  g_test_add_data_func ("/frames/gradient-around/many", GUINT_TO_POINTER (3000),
                        test_gradient_around);
  g_test_add_func ("/frames/large-nodes", test_large_nodes);
  g_test_add_func ("/frames/reset-drops-frames", test_reset_drops_frames);
  g_test_add_func ("/frames/implicit", test_implicit);
  return g_test_run ();
}
