/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

#include <string.h>

/* What programs do with tensors that are no longer theirs to use: each is an error or a
 * critical that says what to do, and never a crash or a plausible number. */

/* Every way of using a tensor fails, with that code and those words. */
static void
assert_unusable (ReelTape    *tape,
                 ReelTensor  *tensor,
                 ReelError    code,
                 const gchar *words)
{
  gdouble numbers[8];
  gsize size = (gsize) reel_tensor_get_n_elements (tensor) * sizeof (gdouble);
  g_autoptr (ReelTensor) other = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) p = number_parameter (2);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  const gint64 zero[2] = { 0, 0 };
  ReelTensor *y;

  /* getters and data pointers */
  g_assert_true (isnan (reel_tensor_get_item (tensor, reel_tensor_get_rank (tensor), zero)));
  g_assert_null (reel_tensor_get_data (tensor));
  g_assert_cmpuint (reel_tensor_get_address (tensor), ==, 0);
  g_assert_false (reel_tensor_read (tensor, numbers, size, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, words));
  g_clear_error (&error);
  g_assert_null (reel_tensor_get_bytes (tensor, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_clear_error (&error);
  g_assert_null (reel_tensor_copy (tensor, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_clear_error (&error);
  g_assert_false (reel_tensor_equal (tensor, other));
  g_assert_false (reel_tensor_assign (other, tensor, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_clear_error (&error);
  /* printing */
  text = reel_tensor_to_string (tensor);
  g_assert_null (strstr (text, "77"));
  /* ops, views, and what is no op */
  for (guint i = 0; i < 3; i++)
    {
      y = i == 0 ? reel_square (tensor) : i == 1 ? reel_flatten (tensor, 0, -1)
                                                 : reel_detach (tensor);
      g_assert_true (reel_tensor_is_error (y));
      g_assert_false (reel_tape_check (tape, &error));
      g_assert_error (error, REEL_ERROR, (gint) code);
      g_assert_nonnull (strstr (error->message, words));
      g_clear_error (&error);
      reel_tape_clear_error (tape);
    }
  /* a sweep's seed */
  y = reel_mul (p, other);
  g_assert_false (reel_backward_full (&y, 1, &tensor, REEL_GRAD_NONE, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_clear_error (&error);
  assert_tape_ok (tape);
}

/* After a reset */

static void
test_kept_over_reset (gconstpointer data)
{
  gboolean by_frame = GPOINTER_TO_INT (data) == 1;
  gboolean paused = GPOINTER_TO_INT (data) == 2;
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) state = number (0);
  g_autoptr (GError) error = NULL;
  ReelTensor *kept;

  if (by_frame)
    reel_tape_push_frame (tape);
  if (paused)
    reel_tape_pause (tape);
  kept = reel_square (x);
  reel_tensor_set_label (kept, "state");
  if (by_frame)
    g_assert_true (reel_tape_pop_frame (tape, &error));
  else
    reset (tape);
  if (paused)
    reel_tape_resume (tape);
  /* what comes in between takes no header of it */
  for (guint i = 0; i < 100; i++)
    reel_square (x);
  g_assert_true (reel_tensor_is_error (kept));
  assert_unusable (tape, kept, REEL_ERROR_RELEASED, "reel_tensor_ref");
  assert_unusable (tape, kept, REEL_ERROR_RELEASED, "reel_tensor_assign");
  g_assert_false (reel_backward (kept, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_clear_error (&error);
  g_assert_false (reel_tensor_fill (kept, 1, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_RELEASED);
  g_clear_error (&error);

  /* the first try at truncated backpropagation through time, and what it is told */
  kept = state;
  for (guint step = 0; step < 3; step++)
    {
      ReelTensor *next = reel_tanh (reel_add (kept, total (x)));

      if (step == 0)
        {
          g_assert_false (reel_tensor_is_error (next));
        }
      else
        {
          g_assert_false (reel_backward (next, &error));
          g_assert_nonnull (strstr (error->message, "add: f64[] went with a reset"));
          g_clear_error (&error);
          break;
        }
      kept = next;
      reset (tape);
    }
  reset (tape);
}

/* One that somebody references while it is dead is theirs, and no more. */
static void
test_referenced_when_dead (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  ReelTensor *kept = reel_square (x);

  reset (tape);
  reel_tensor_ref (kept);
  reset (tape);
  reset (tape);
  g_assert_true (reel_tensor_is_error (reel_square (kept)));
  reel_tape_clear_error (tape);
  reel_tensor_unref (kept);
}

/* References */

static void
test_last_reference (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) stolen = NULL;
  ReelTensor *failed, *before;

  for (guint turn = 0; turn < 3; turn++)
    {
      EXPECT_CRITICAL ("*last reference of f64?3? is its tape's*");
      {
        g_autoptr (ReelTensor) y = reel_square (x);

        g_assert_nonnull (y);
      }
      g_test_assert_expected_messages ();
      /* nothing is lost */
      before = reel_square (x);
      EXPECT_CRITICAL ("*autoptr*");
      reel_tensor_unref (before);
      g_test_assert_expected_messages ();
      assert_numbers (before, NUMBERS (1, 4, 9));
      assert_backward (total (before));

      /* unrecorded results, errors, and what a reset has dropped */
      reel_tape_pause (tape);
      before = reel_square (x);
      EXPECT_CRITICAL ("*last reference*");
      reel_tensor_unref (before);
      g_test_assert_expected_messages ();
      assert_numbers (before, NUMBERS (1, 4, 9));
      reel_tape_resume (tape);
      failed = reel_add (x, reel_reshape (x, REEL_SHAPE (5)));
      EXPECT_CRITICAL ("*last reference*");
      reel_tensor_unref (failed);
      g_test_assert_expected_messages ();
      g_assert_false (reel_tape_check (tape, NULL));
      reset (tape);
      EXPECT_CRITICAL ("*last reference*");
      reel_tensor_unref (before);
      g_test_assert_expected_messages ();
      EXPECT_CRITICAL ("*last reference*");
      reel_tensor_unref (failed);
      g_test_assert_expected_messages ();
    }

  /* references of one's own are dropped as ever */
  reel_tensor_unref (reel_tensor_ref (reel_square (x)));
  reel_tape_pause (tape);
  stolen = reel_tensor_steal (reel_square (x));
  reel_tape_resume (tape);
}

/* Error tensors */

static void
test_cleared_error (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) y = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) survivor = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *bad[50];

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      bad[i] = i % 2 == 0 ? reel_add (x, y) : reel_matmul (x, y);
      g_assert_true (reel_tensor_is_error (bad[i]));
      reel_tape_clear_error (tape);
      /* headers are asked for in between */
      reel_square (x);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      /* each with its own message still */
      g_assert_null (reel_tensor_get_bytes (bad[i], &error));
      g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
      g_assert_true (g_str_has_prefix (error->message, i % 2 == 0 ? "add: " : "matmul: "));
      g_clear_error (&error);
      g_assert_true (reel_tensor_is_error (reel_neg (bad[i])));
      g_assert_false (reel_tape_check (tape, &error));
      g_assert_true (g_str_has_prefix (error->message, i % 2 == 0 ? "add: " : "matmul: "));
      g_clear_error (&error);
      reel_tape_clear_error (tape);
    }
  survivor = reel_tensor_ref (bad[7]);
  reset (tape);
  g_assert_null (reel_tensor_get_bytes (survivor, &error));
  g_assert_true (g_str_has_prefix (error->message, "matmul: "));
}

/* Memory that is written under what promises not to change */

static ReelTensor *
look_at (ReelTensor *a,
         guint       how)
{
  switch (how)
    {
    case 0:
      return reel_reshape (a, REEL_SHAPE (3));
    case 1:
      return reel_flatten (reel_unsqueeze (a, 0), 0, -1);
    case 2:
      return reel_slice (a, 0, 0, 3, 1);
    case 3:
      return reel_expand (a, REEL_SHAPE (3));
    default:
      return reel_detach (a);
    }
}

static void
test_written_base (gconstpointer data)
{
  guint how = GPOINTER_TO_UINT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) kept = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *y = look_at (a, how);
  ReelTensor *sum = total (y);

  assert_numbers (y, NUMBERS (1, 2, 3));
  reel_tensor_set_label (y, "view");
  g_assert_true (reel_tensor_fill (a, 77, &error));
  assert_unusable (tape, y, REEL_ERROR_OVERWRITTEN, "\"view\" shares the memory");
  assert_unusable (tape, y, REEL_ERROR_OVERWRITTEN, "reel_tensor_fill");
  /* what was computed of it before is as it was, and so is a new look */
  assert_numbers (sum, NUMBERS (6));
  assert_numbers (look_at (a, how), NUMBERS (77, 77, 77));
  /* a leaf after the reset, it shares memory as leaves do */
  kept = reel_tensor_ref (y);
  reset (tape);
  assert_numbers (kept, NUMBERS (77, 77, 77));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/lifetimes/kept-over/reset", GINT_TO_POINTER (0),
                        test_kept_over_reset);
  g_test_add_data_func ("/lifetimes/kept-over/frame", GINT_TO_POINTER (1),
                        test_kept_over_reset);
  g_test_add_data_func ("/lifetimes/kept-over/reset-paused", GINT_TO_POINTER (2),
                        test_kept_over_reset);
  g_test_add_func ("/lifetimes/referenced-when-dead", test_referenced_when_dead);
  g_test_add_func ("/lifetimes/last-reference", test_last_reference);
  g_test_add_func ("/lifetimes/cleared-error", test_cleared_error);
  for (guint how = 0; how < 5; how++)
    {
      const gchar *const names[] = { "reshape", "flatten", "slice", "expand", "detach" };
      g_autofree gchar *path = g_strconcat ("/lifetimes/written-base/", names[how], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (how), test_written_base);
    }
  return g_test_run ();
}
