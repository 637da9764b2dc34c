/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* The tape as recorder and owner: threads' stacks, pauses, reset, what survives,
 * values of another tape, statistics. */

/* Stacks */

static void
test_stack (void)
{
  g_autoptr (ReelTape) a = reel_tape_new ();
  g_autoptr (ReelTape) b = reel_tape_new ();
  ReelTape *implicit = reel_tape_get_current ();

  g_assert_true (implicit != a && implicit != b);
  reel_tape_push (a);
  g_assert_true (reel_tape_get_current () == a);
  reel_tape_push (b);
  reel_tape_push (a);
  g_assert_true (reel_tape_get_current () == a);
  reel_tape_pop (a);
  g_assert_true (reel_tape_get_current () == b);

  /* not the top one: a critical and nothing happens */
  EXPECT_CRITICAL ("*reel_tape_pop*assertion*");
  reel_tape_pop (a);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tape_get_current () == b);
  reel_tape_pop (b);
  reel_tape_pop (a);
  g_assert_true (reel_tape_get_current () == implicit);

  EXPECT_CRITICAL ("*reel_tape_pop*assertion*");
  reel_tape_pop (a);
  EXPECT_CRITICAL ("*reel_tape_pop*assertion*");
  reel_tape_pop (implicit);
  EXPECT_CRITICAL ("*reel_tape_push*assertion*");
  reel_tape_push (implicit);
  EXPECT_CRITICAL ("*reel_tape_push*assertion*");
  reel_tape_push (NULL);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tape_get_current () == implicit);
}

static void
test_pushed_is_referenced (void)
{
  g_autoptr (ReelTensor) x = number (3);
  ReelTape *tape = reel_tape_new ();
  g_autoptr (ReelTensor) y = NULL;

  reel_tape_push (tape);
  reel_tape_unref (tape);       /* the stack's reference is the last */
  y = reel_tensor_ref (reel_square (x));
  g_assert_false (reel_tensor_is_leaf (y));
  reel_tape_pop (tape);
  g_assert_true (reel_tensor_is_leaf (y));
  g_assert_cmpfloat (reel_tensor_get_scalar (y), ==, 9);
}

static void
guarded (ReelTape   *tape,
         ReelTensor *x)
{
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  g_autoptr (ReelFramePusher) frame G_GNUC_UNUSED = reel_frame_pusher_new (tape);
  g_autoptr (ReelPauser) pauser G_GNUC_UNUSED = reel_pauser_new (tape);

  g_assert_true (reel_tape_get_current () == tape);
  g_assert_false (reel_tape_is_recording (tape));
  reel_tape_resume (tape);
  reel_exp (x);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 1);
  reel_tape_pause (tape);
  if (reel_tensor_get_rank (x) == 0)
    return;
  g_assert_not_reached ();
}

static void
test_guards (void)
{
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTensor) x = number (1);

  guarded (tape, x);
  g_assert_true (reel_tape_get_current () != tape);
  g_assert_true (reel_tape_is_recording (tape));
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);
  /* no frame is left open */
  EXPECT_CRITICAL ("*reel_tape_pop_frame_keep*n_frames*");
  g_assert_false (reel_tape_pop_frame (tape, NULL));
  g_test_assert_expected_messages ();
}

static void
test_implicit (void)
{
  ReelTape *implicit = reel_tape_get_current ();
  g_autoptr (ReelTensor) x = number_parameter (2);
  g_autoptr (GError) error = NULL;
  ReelTensor *y;

  g_assert_false (reel_tape_is_recording (implicit));
  y = reel_square (x);
  g_assert_cmpfloat (reel_tensor_get_scalar (y), ==, 4);
  g_assert_true (reel_tensor_is_leaf (y));
  g_assert_false (reel_tensor_get_requires_grad (y));
  g_assert_cmpuint (stats_of (implicit).n_nodes, ==, 0);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);

  /* it cannot be made to record */
  EXPECT_CRITICAL ("*reel_tape_resume*n_pauses*");
  reel_tape_resume (implicit);
  g_test_assert_expected_messages ();
  g_assert_false (reel_tape_is_recording (implicit));
  reset (implicit);
}

/* Pauses */

static void
test_pause (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (2);
  g_autoptr (GError) error = NULL;
  ReelTensor *paused, *y;

  reel_tape_pause (tape);
  reel_tape_pause (tape);
  reel_tape_resume (tape);
  g_assert_false (reel_tape_is_recording (tape));
  paused = reel_square (x);
  g_assert_true (reel_tensor_is_leaf (paused));
  g_assert_false (reel_tensor_get_requires_grad (paused));
  reel_tape_resume (tape);
  g_assert_true (reel_tape_is_recording (tape));
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);

  /* what was computed while paused is a constant afterwards */
  y = reel_mul (paused, x);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 1);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (4));

  /* and has no gradient, which is an error and not zero */
  g_assert_false (reel_backward (paused, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);

  EXPECT_CRITICAL ("*reel_tape_resume*n_pauses*");
  reel_tape_resume (tape);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tape_is_recording (tape));
}

static void
test_pause_survives_reset (void)
{
  SCOPE_TAPE (tape);

  reel_tape_pause (tape);
  reset (tape);
  g_assert_false (reel_tape_is_recording (tape));
  reel_tape_resume (tape);
  g_assert_true (reel_tape_is_recording (tape));
}

static void
test_steal (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) paused = NULL;
  g_autoptr (ReelTensor) recorded = NULL;
  g_autoptr (ReelTensor) leaf = NULL;

  reel_tape_pause (tape);
  reel_exp (x);
  paused = reel_tensor_steal (reel_neg (x));
  reel_exp (x);
  reel_tape_resume (tape);
  recorded = reel_tensor_steal (reel_square (x));
  leaf = reel_tensor_steal (x);
  g_assert_true (leaf == x);
  /* a recorded value stays the tape's: stealing it is a reference */
  g_assert_false (reel_tensor_is_leaf (recorded));
  reset (tape);
  assert_numbers (paused, NUMBERS (-1, -2, -3));
  assert_numbers (recorded, NUMBERS (1, 4, 9));
  g_assert_true (reel_tensor_is_leaf (recorded));
}

/* What a binding does with each result: its error comes out, the tape goes on. */
static void
test_claim (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) paused = NULL;
  g_autoptr (ReelTensor) failed = NULL;
  guint n_parts;
  g_autofree ReelTensor **parts = NULL;
  g_autofree ReelTensor **none = NULL;
  GError *error = NULL;

  g_assert_true (reel_tensor_claim (reel_square (x), &error));
  g_assert_true (reel_tensor_claim (x, &error));
  reel_tape_pause (tape);
  paused = reel_tensor_ref (reel_neg (x));
  g_assert_true (reel_tensor_claim (paused, &error));
  g_assert_true (reel_tensor_claim (paused, &error));
  reel_tape_resume (tape);
  g_assert_no_error (error);
  failed = reel_tensor_ref (reel_add (x, reel_sum (x, REEL_AXES (4), FALSE)));
  g_assert_false (reel_tensor_claim (failed, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_INDEX);
  g_clear_error (&error);
  g_assert_true (reel_tape_check (tape, &error));
  g_assert_false (reel_tensor_claim (failed, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_INDEX);
  g_clear_error (&error);
  reset (tape);
  assert_numbers (paused, NUMBERS (-1, -2, -3));

  parts = reel_split_by_size (x, 2, -1, &n_parts);
  g_assert_cmpuint (n_parts, ==, 2);
  assert_numbers (parts[0], NUMBERS (1, 2));
  assert_numbers (parts[1], NUMBERS (3));
  none = reel_split_by_size (x, 0, 0, &n_parts);
  g_assert_cmpuint (n_parts, ==, 1);
  g_assert_false (reel_tensor_claim (none[0], &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_VALUE);
  g_clear_error (&error);
}

/* What survives */

typedef enum
{
  BY_RESET,
  BY_FRAME,
  BY_DEATH
} End;

/* A referenced value outlives what recorded it, with its value, as a constant
 * leaf: it is no value of any tape, and no gradient flows through it. */
static void
test_survival (gconstpointer data)
{
  End end = (End) GPOINTER_TO_INT (data);
  ReelTape *tape = reel_tape_new ();
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) small = NULL;
  g_autoptr (ReelTensor) large = NULL;
  g_autoptr (ReelTensor) view = NULL;
  g_autoptr (ReelTensor) constant = NULL;
  g_autoptr (ReelTensor) partial = NULL;
  g_autoptr (GError) error = NULL;

  reel_tape_push (tape);
  reel_tape_push_frame (tape);
  large = reel_tensor_ref (reel_square (x));
  small = reel_tensor_ref (total (large));
  view = reel_tensor_ref (reel_slice (large, 0, 1, 3, 1));
  reel_tape_pause (tape);
  constant = reel_tensor_ref (reel_neg (x));
  reel_tape_resume (tape);
  reel_tensor_set_label (large, "large");
  g_assert_false (reel_tensor_is_leaf (large));
  g_assert_true (reel_tensor_get_requires_grad (large));

  if (end == BY_RESET)
    reset (tape);
  else if (end == BY_FRAME)
    g_assert_true (reel_tape_pop_frame (tape, NULL));
  reel_tape_pop (tape);
  if (end == BY_DEATH)
    g_clear_pointer (&tape, reel_tape_unref);

  assert_numbers (large, NUMBERS (1, 4, 9));
  assert_numbers (small, NUMBERS (14));
  assert_numbers (view, NUMBERS (4, 9));
  assert_numbers (constant, NUMBERS (-1, -2, -3));
  g_assert_cmpstr (reel_tensor_get_label (large), ==, "large");
  for (guint i = 0; i < 4; i++)
    {
      ReelTensor *survivor = ((ReelTensor *[]){ small, large, view, constant })[i];

      g_assert_true (reel_tensor_is_leaf (survivor));
      g_assert_false (reel_tensor_get_requires_grad (survivor));
    }

  {
    g_autoptr (ReelTape) next = reel_tape_new ();
    g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (next);
    ReelTensor *y;

    /* as an output it has no gradient, */
    g_assert_false (reel_grad (small, &x, 1, REEL_GRAD_NONE, &partial, &error));
    g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
    g_assert_null (partial);
    g_clear_error (&error);
    /* as an input it counts as a leaf, and nothing flows on to x */
    y = total (reel_mul (large, x));
    partial = gradient (y, large, REEL_GRAD_NONE);
    assert_numbers (partial, NUMBERS (1, 2, 3));
    assert_backward (y);
    assert_numbers (reel_tensor_get_grad (x), NUMBERS (1, 4, 9));
    /* it may be written as any leaf */
    g_assert_true (reel_tensor_fill (large, 7, &error));
    g_assert_no_error (error);
    g_assert_cmpfloat (reel_tensor_get_scalar (small), ==, 14);
  }
  g_clear_pointer (&tape, reel_tape_unref);
}

/* What nobody references goes, and the numbering begins anew: a stale number must
 * never be taken for a new value. */
static void
test_reset_numbering (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (ReelTensor) old = reel_tensor_ref (reel_square (x));
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *y;

  reset (tape);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);
  g_assert_cmpuint (stats_of (tape).n_values, ==, 0);
  y = reel_mul_scalar (x, 5);           /* has the number that `old` had */
  partial = gradient (reel_mul (y, old), x, REEL_GRAD_NONE);
  assert_numbers (partial, NUMBERS (45));
}

static void
test_reset_drops (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (10000);
  g_autoptr (ReelTensor) kept = NULL;
  ReelTapeStats empty, full, after;

  reel_exp (x);
  reset (tape);
  empty = stats_of (tape);
  for (guint i = 0; i < 10; i++)
    reel_exp (x);
  kept = reel_tensor_ref (reel_exp (x));
  full = stats_of (tape);
  g_assert_cmpuint (full.live_bytes, >=, empty.live_bytes + 11 * 80000);
  reset (tape);
  after = stats_of (tape);
  g_assert_cmpuint (after.live_bytes, <, empty.live_bytes + 2 * 80000);
  g_assert_cmpuint (after.live_bytes, >=, empty.live_bytes + 80000);
  g_assert_cmpuint (after.held_bytes, ==, full.held_bytes);
  g_assert_cmpuint (after.peak_bytes, >=, full.live_bytes);

  /* dropped memory is the tape's until it is trimmed */
  reel_tape_trim (tape);
  g_assert_cmpuint (stats_of (tape).held_bytes, <=, full.held_bytes - 9 * 80000);
}

/* A leaf is referenced by the node that used it. */
static void
test_leaves_are_kept (void)
{
  SCOPE_TAPE (tape);
  ReelTensor *x = number_parameter (3);
  g_autoptr (ReelTensor) other = number_parameter (4);
  ReelTensor *y = reel_mul (x, other);

  reel_tensor_unref (x);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (other), NUMBERS (3));
}

/* Another tape */

static void
test_other_tape (void)
{
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTape) first = reel_tape_new ();
  g_autoptr (ReelTape) second = reel_tape_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *y, *constant, *z;

  reel_tape_push (first);
  y = reel_square (x);
  reel_tensor_set_label (y, "squares");
  reel_tape_push (second);

  z = reel_add (x, y);
  g_assert_true (reel_tensor_is_error (z));
  g_assert_false (reel_tape_check (second, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  g_assert_nonnull (strstr (error->message, "reel_detach"));
  g_assert_nonnull (strstr (error->message, "f64[2] \"squares\""));
  g_assert_true (g_str_has_prefix (error->message, "add: "));
  g_clear_error (&error);
  reel_tape_clear_error (second);

  /* neither is its gradient to be had here, nor is it a cotangent or an input */
  g_assert_false (reel_backward_full (&y, 1, &x, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  g_clear_error (&error);
  z = reel_mul_scalar (x, 3);
  g_assert_false (reel_backward_full (&z, 1, &y, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  g_assert_nonnull (strstr (error->message, "reel_detach"));
  g_clear_error (&error);
  g_assert_false (reel_vjp (&z, 1, &x, &y, 1, REEL_GRAD_NONE, &partial, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  g_clear_error (&error);
  g_assert_null (reel_tensor_get_grad (x));

  constant = reel_detach (y);
  g_assert_true (reel_tensor_is_leaf (constant));
  z = total (reel_mul (x, constant));
  assert_backward (z);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (1, 4));
  reel_tape_pop (second);

  /* the first is untouched */
  reel_tensor_set_grad (x, NULL);
  assert_backward (total (y));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (2, 4));
  reel_tape_pop (first);

  /* nor does the implicit tape take a live value */
  z = reel_neg (y);
  g_assert_true (reel_tensor_is_error (z));
  g_assert_false (reel_tape_check (reel_tape_get_current (), &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  reset (reel_tape_get_current ());
}

/* Statistics and memory */

static gdouble
step (ReelTape   *tape,
      ReelTensor *x,
      ReelTensor *w)
{
  ReelTensor *loss = total (reel_square (reel_tanh (reel_matmul (x, w))));
  g_autoptr (GError) error = NULL;
  gdouble value = reel_tensor_get_scalar (loss);

  assert_backward (loss);
  g_assert_true (reel_tensor_add_scaled (w, reel_tensor_get_grad (w), -1e-4, &error));
  g_assert_no_error (error);
  reel_tensor_set_grad (w, NULL);
  reset (tape);
  return value;
}

/* A loop of constant shapes allocates nothing after its first turn. */
static void
test_no_mallocs (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = reel_tensor_new_full (REEL_F32, REEL_SHAPE (300, 200), .01, NULL);
  g_autoptr (ReelTensor) w = reel_tensor_new_full (REEL_F32, REEL_SHAPE (200, 100), .02, NULL);
  ReelTapeStats first;
  gdouble loss, before;

  reel_tensor_set_requires_grad (w, TRUE);
  before = step (tape, x, w);
  first = stats_of (tape);
  g_assert_cmpuint (first.n_mallocs, >, 0);
  for (guint i = 0; i < 5; i++)
    {
      ReelTapeStats stats;

      loss = step (tape, x, w);
      g_assert_cmpfloat (loss, <, before);
      before = loss;
      stats = stats_of (tape);
      g_assert_cmpuint (stats.n_mallocs, ==, first.n_mallocs);
      g_assert_cmpuint (stats.held_bytes, ==, first.held_bytes);
      g_assert_cmpuint (stats.peak_bytes, ==, first.peak_bytes);
      g_assert_cmpuint (stats.live_bytes, ==, first.live_bytes);
      g_assert_cmpuint (stats.n_pool_hits, >, first.n_pool_hits);
    }
}

static void
test_stats (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (1000);
  ReelTensor *parts[4];
  ReelTapeStats stats;

  g_assert_true (reel_split (x, REEL_SHAPE (250, 250, 250, 250), 0, parts));
  reel_add (parts[0], parts[3]);
  stats = stats_of (tape);
  g_assert_cmpuint (stats.n_nodes, ==, 2);
  g_assert_cmpuint (stats.n_values, ==, 5);
  g_assert_cmpuint (stats.live_bytes, >=, 2000);
  g_assert_cmpuint (stats.peak_bytes, >=, stats.live_bytes);
  g_assert_cmpuint (stats.held_bytes, >=, stats.peak_bytes);
}

static void
test_memory_limit (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (100000);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReelTensor) failed = NULL;
  ReelTensor *y = reel_exp (x);
  gboolean ok = TRUE;

  reel_tape_set_memory_limit (tape, (gsize) stats_of (tape).held_bytes + 2000000);
  for (guint i = 0; i < 10 && ok; i++)
    {
      y = reel_neg (y);
      ok = !reel_tensor_is_error (y);
    }
  g_assert_false (ok);
  failed = reel_tensor_ref (y);
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY);
  g_assert_cmpstr (error->message, ==, "neg: no memory for f64[100000]");
  g_clear_error (&error);

  /* room that is given back is room */
  reset (tape);
  y = reel_exp (x);
  g_assert_false (reel_tensor_is_error (y));
  assert_tape_ok (tape);
  reel_tape_set_memory_limit (tape, 0);
  for (guint i = 0; i < 10; i++)
    y = reel_neg (y);
  g_assert_false (reel_tensor_is_error (y));
}

/* Clearing an error never needs memory that the limit forbids. */
static void
test_limit_and_errors (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (GPtrArray) kept =
    g_ptr_array_new_with_free_func ((GDestroyNotify) reel_tensor_unref);
  g_autoptr (ReelTensor) x = number (1);

  reel_tape_set_memory_limit (tape, 1);
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (ReelTensor) wrong = vector (NUMBERS (1, 2));
      ReelTensor *y = reel_matmul (wrong, x);

      g_assert_true (reel_tensor_is_error (y));
      g_ptr_array_add (kept, reel_tensor_ref (y));
      reel_tape_clear_error (tape);
    }
}

static void
test_many_nodes (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (1);
  const guint n = 100000;

  for (guint turn = 0; turn < 2; turn++)
    {
      ReelTensor *y = x;

      for (guint i = 0; i < n; i++)
        y = reel_add (y, x);
      g_assert_cmpfloat (reel_tensor_get_scalar (y), ==, n + 1);
      g_assert_cmpuint (stats_of (tape).n_nodes, ==, n);
      assert_backward (y);
      assert_numbers (reel_tensor_get_grad (x), NUMBERS (n + 1));
      reel_tensor_set_grad (x, NULL);
      reset (tape);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tape/stack", test_stack);
  g_test_add_func ("/tape/pushed-is-referenced", test_pushed_is_referenced);
  g_test_add_func ("/tape/guards", test_guards);
  g_test_add_func ("/tape/implicit", test_implicit);
  g_test_add_func ("/tape/pause", test_pause);
  g_test_add_func ("/tape/pause-survives-reset", test_pause_survives_reset);
  g_test_add_func ("/tape/steal", test_steal);
  g_test_add_func ("/tape/claim", test_claim);
  g_test_add_data_func ("/tape/survival/reset", GINT_TO_POINTER (BY_RESET), test_survival);
  g_test_add_data_func ("/tape/survival/frame", GINT_TO_POINTER (BY_FRAME), test_survival);
  g_test_add_data_func ("/tape/survival/death", GINT_TO_POINTER (BY_DEATH), test_survival);
  g_test_add_func ("/tape/reset-numbering", test_reset_numbering);
  g_test_add_func ("/tape/reset-drops", test_reset_drops);
  g_test_add_func ("/tape/leaves-are-kept", test_leaves_are_kept);
  g_test_add_func ("/tape/other-tape", test_other_tape);
  g_test_add_func ("/tape/no-mallocs", test_no_mallocs);
  g_test_add_func ("/tape/stats", test_stats);
  g_test_add_func ("/tape/memory-limit", test_memory_limit);
  g_test_add_func ("/tape/limit-and-errors", test_limit_and_errors);
  g_test_add_func ("/tape/many-nodes", test_many_nodes);
  return g_test_run ();
}
