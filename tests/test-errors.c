/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* Sticky errors: kept by the tape, passed on by ops, reported where the expression
 * ends; and values that were written since a node read them. */

static ReelTensor *
zeros (guint         rank,
       const gint64 *shape)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F32, rank, shape, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_message (ReelTape    *tape,
                ReelError    code,
                const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, (gint) code);
  g_assert_cmpstr (error->message, ==, message);
  /* reporting clears nothing */
  g_assert_false (reel_tape_check (tape, NULL));
}

static void
test_message (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = zeros (REEL_SHAPE (64, 784));
  g_autoptr (ReelTensor) w = zeros (REEL_SHAPE (512, 256));
  g_autoptr (ReelTensor) v = vector (NUMBERS (1, 2));
  ReelTensor *y = reel_matmul (x, w);

  g_assert_true (reel_tensor_is_error (y));
  assert_message (tape, REEL_ERROR_SHAPE,
                  "matmul: inner dimensions differ: f32[64,784] x f32[512,256]"
                  " (784 vs 512)");
  reel_tape_clear_error (tape);
  assert_tape_ok (tape);

  /* labels tell which */
  reel_tensor_set_label (x, "images");
  reel_tensor_set_label (w, "hidden.weight");
  reel_matmul (x, w);
  assert_message (tape, REEL_ERROR_SHAPE,
                  "matmul: inner dimensions differ: f32[64,784] \"images\" x f32[512,256]"
                  " \"hidden.weight\" (784 vs 512)");
  reel_tape_clear_error (tape);

  reel_add (x, w);
  assert_message (tape, REEL_ERROR_SHAPE,
                  "add: shapes do not broadcast: f32[64,784] \"images\" x f32[512,256]"
                  " \"hidden.weight\"");
  reel_tape_clear_error (tape);
  reel_mul (v, x);
  assert_message (tape, REEL_ERROR_DTYPE,
                  "mul: dtypes differ: f64[2] x f32[64,784] \"images\"; reel_cast converts");
}

/* Views of one number that are larger than any memory: an error, whatever the
 * arithmetic of their sizes comes to. */
static void
test_too_large (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) bytes = reel_tensor_new_zeros (REEL_U8, REEL_SHAPE (1, 2), NULL);
  const gint64 axes[] = { 0, 2 };
  g_autoptr (GError) error = NULL;

  /* 2^61 partial sums of 8 bytes */
  reel_sum (reel_broadcast_to (bytes, REEL_SHAPE ((gint64) 1 << 60, 2, 2)),
            G_N_ELEMENTS (axes), axes, FALSE);
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY);
}

/* The first stays, whatever comes after it, until it is cleared. */
static void
test_first_is_kept (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (GError) error = NULL;
  ReelTensor *partial = a;
  ReelTensor *good = reel_square (x);
  ReelTensor *bad = reel_add (a, b);
  const gchar *message = "add: shapes do not broadcast: f64[2] x f64[3]";

  g_assert_true (reel_tensor_is_error (bad));
  g_assert_true (reel_tensor_is_error (reel_mul (reel_exp (bad), b)));
  g_assert_true (reel_tensor_is_error (reel_matmul (b, a)));
  g_assert_true (reel_tensor_is_error (reel_sum (a, REEL_AXES (7), FALSE)));
  /* every op passes it on, also one whose operands are fine */
  g_assert_true (reel_tensor_is_error (reel_square (x)));
  g_assert_true (reel_tensor_is_error (reel_detach (x)));
  g_assert_true (reel_tensor_is_error (reel_sum (x, REEL_ALL_AXES, FALSE)));
  assert_message (tape, REEL_ERROR_SHAPE, message);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 1);

  /* the calls that end an expression report a copy */
  g_assert_false (reel_backward (good, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);
  g_assert_false (reel_backward (bad, &error));
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);
  g_assert_false (reel_grad (good, &x, 1, REEL_GRAD_NONE, &partial, &error));
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (partial);
  g_clear_error (&error);
  g_assert_null (reel_tensor_get_grad (x));
  assert_message (tape, REEL_ERROR_SHAPE, message);

  reel_tape_clear_error (tape);
  /* values from before are as good as ever */
  assert_backward (good);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (6));

  reel_add (a, b);
  g_assert_false (reel_tape_check (tape, NULL));
  reset (tape);
  assert_tape_ok (tape);
}

/* What there is to read of an error tensor */
static void
test_error_tensor (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) bad = NULL;
  g_autoptr (GError) error = NULL;
  gdouble number = 5;
  guint rank = 9;

  bad = reel_tensor_ref (reel_add (a, b));
  g_assert_cmpuint (reel_tensor_get_rank (bad), ==, 0);
  g_assert_nonnull (reel_tensor_get_shape (bad, &rank));
  g_assert_cmpuint (rank, ==, 0);
  g_assert_true (isnan (reel_tensor_get_scalar (bad)));
  g_assert_true (isnan (reel_tensor_get_item (bad, REEL_SCALAR_SHAPE)));
  g_assert_null (reel_tensor_get_data (bad));
  g_assert_cmpuint (reel_tensor_get_address (bad), ==, 0);
  g_assert_false (reel_tensor_get_requires_grad (bad));
  g_assert_false (reel_tensor_read (bad, &number, sizeof number, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_null (reel_tensor_get_bytes (bad, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (reel_tensor_fill (bad, 1, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (reel_tensor_assign (a, a, NULL) && reel_tensor_assign (a, bad, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);

  /* Whoever kept it keeps its message: used again it fails again. */
  reel_tape_clear_error (tape);
  assert_tape_ok (tape);
  g_assert_true (reel_tensor_is_error (bad));
  g_assert_true (reel_tensor_is_error (reel_neg (bad)));
  assert_message (tape, REEL_ERROR_SHAPE, "add: shapes do not broadcast: f64[2] x f64[3]");
  reset (tape);
  g_assert_false (reel_backward (bad, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  assert_tape_ok (tape);
}

/* On another tape the error comes along, as a copy. */
static void
test_copied (void)
{
  g_autoptr (ReelTape) first = reel_tape_new ();
  g_autoptr (ReelTape) second = reel_tape_new ();
  g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = vector (NUMBERS (1, 2, 3));
  const gchar *message = "add: shapes do not broadcast: f64[2] x f64[3]";
  ReelTensor *bad;

  reel_tape_push (first);
  bad = reel_add (a, b);
  reel_tape_push (second);
  assert_tape_ok (second);
  g_assert_true (reel_tensor_is_error (reel_neg (bad)));
  assert_message (second, REEL_ERROR_SHAPE, message);
  reel_tape_clear_error (first);
  assert_message (second, REEL_ERROR_SHAPE, message);
  reset (second);
  assert_tape_ok (second);
  reel_tape_pop (second);
  reel_tape_pop (first);
}

/* A programmer's error is a critical, and an error tensor even then. */
static void
test_null (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2));
  ReelTensor *y;

  EXPECT_CRITICAL ("add: input 1 is NULL");
  y = reel_add (x, NULL);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tensor_is_error (y));
  assert_message (tape, REEL_ERROR_NULL, "add: input 1 is NULL");
  reel_tape_clear_error (tape);

  EXPECT_CRITICAL ("*NULL*");
  y = reel_sum (NULL, REEL_ALL_AXES, FALSE);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tensor_is_error (y));
  assert_message (tape, REEL_ERROR_NULL, "sum: input 0 is NULL");
  reel_tape_clear_error (tape);

  EXPECT_CRITICAL ("*NULL*");
  y = reel_slice (NULL, 0, 0, 1, 1);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tensor_is_error (y));
  reel_tape_clear_error (tape);

  EXPECT_CRITICAL ("*reel_apply*op*");
  y = reel_apply (NULL, &x, 1, NULL, 0);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tensor_is_error (y));
}

/* Overwritten values */

static void
assert_overwritten (ReelTensor  *loss,
                    const gchar *op,
                    const gchar *operand,
                    const gchar *writer)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (reel_backward (loss, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OVERWRITTEN);
  g_assert_nonnull (strstr (error->message, op));
  g_assert_nonnull (strstr (error->message, operand));
  g_assert_nonnull (strstr (error->message, writer));
}

static void
test_overwritten (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) source = vector (NUMBERS (5, 6));
  g_autoptr (GError) error = NULL;
  ReelTensor *y;

  reel_tensor_set_label (x, "weights");
  y = total (reel_square (x));
  g_assert_true (reel_tensor_fill (x, 3, &error));
  assert_overwritten (y, "square", "f64[2] \"weights\"", "reel_tensor_fill");
  y = total (reel_square (x));
  g_assert_true (reel_tensor_assign (x, source, &error));
  assert_overwritten (y, "square", "weights", "reel_tensor_assign");
  y = total (reel_mul (source, x));
  g_assert_true (reel_tensor_add_scaled (x, source, 1, &error));
  assert_overwritten (y, "mul", "weights", "reel_tensor_add_scaled");
  y = total (reel_mul (source, x));
  g_assert_true (reel_tensor_set_item (x, REEL_SHAPE (0), 1, &error));
  assert_overwritten (y, "mul", "weights", "reel_tensor_set_item");
  y = total (reel_square (x));
  g_assert_nonnull (reel_tensor_get_writable_data (x, &error));
  assert_overwritten (y, "square", "weights", "reel_tensor_get_writable_data");
  g_assert_no_error (error);
  g_assert_null (reel_tensor_get_grad (x));
  assert_tape_ok (tape);

  /* what is recorded after the write reads the new value */
  y = total (reel_square (x));
  assert_backward (y);
}

/* A write reaches all views of the memory. */
static void
test_overwritten_through_views (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3, 4));
  g_autoptr (ReelTensor) part = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *y, *sum, *detached;

  /* through a view of the leaf, made while paused */
  reel_tape_pause (tape);
  part = reel_tensor_steal (reel_slice (x, 0, 3, 4, 1));
  reel_tape_resume (tape);
  y = total (reel_square (x));
  g_assert_true (reel_tensor_fill (part, 7, &error));
  g_assert_no_error (error);
  assert_numbers (x, NUMBERS (1, 2, 3, 7));
  assert_overwritten (y, "square", "f64[4]", "reel_tensor_fill");

  /* a recorded view of the leaf is a value, */
  y = reel_slice (x, 0, 0, 2, 1);
  g_assert_false (reel_tensor_fill (y, 0, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY);
  g_clear_error (&error);
  /* that a rule saved, and the leaf is written */
  y = total (reel_square (y));
  g_assert_true (reel_tensor_fill (x, 9, &error));
  assert_overwritten (y, "square", "f64[2]", "reel_tensor_fill");

  /* a detached value shares its memory with what it came from, which saved it */
  y = reel_exp (x);
  sum = total (y);
  detached = reel_detach (y);
  g_assert_true (reel_tensor_fill (detached, 0, &error));
  assert_overwritten (sum, "exp", "f64[4]", "reel_tensor_fill");
  /* the value no longer says what it said, the detached tensor what it was given */
  g_assert_null (reel_tensor_get_data (y));
  g_assert_true (reel_tensor_is_error (reel_neg (y)));
  reel_tape_clear_error (tape);
  assert_numbers (detached, NUMBERS (0, 0, 0, 0));
  assert_numbers (reel_exp (detached), NUMBERS (1, 1, 1, 1));
}

static void
test_recorded_is_read_only (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_neg (x);

  g_assert_null (reel_tensor_get_writable_data (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (reel_tensor_add_scaled (y, x, 1, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_cmpuint (reel_tensor_get_writable_address (y, &error), ==, 0);
  g_assert_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY);
  assert_numbers (y, NUMBERS (-1, -2));
}

/* What no rule reads may change: the update of a parameter between two sweeps. */
static void
test_harmless_writes (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = parameter (NUMBERS (1, 2));
  g_autoptr (GError) error = NULL;
  ReelTensor *y;

  y = total (reel_tanh (reel_add (reel_neg (x), b)));
  g_assert_true (reel_tensor_fill (x, 100, &error));
  g_assert_true (reel_tensor_scale (b, 100, &error));
  g_assert_no_error (error);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (-1, -1));
  assert_numbers (reel_tensor_get_grad (b), NUMBERS (1, 1));
}

/* Memory that runs out in the middle of a sweep */
static void
test_no_memory_in_sweep (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = ramp (50000);
  g_autoptr (ReelTensor) w = ramp (50000);
  g_autoptr (ReelTensor) before = NULL;
  g_autoptr (GError) error = NULL;
  ReelTapeStats start, after;
  guint n_failures = 0;
  gboolean ok = FALSE;
  ReelTensor *loss, *y = x;

  reel_tensor_set_requires_grad (x, TRUE);
  reel_tensor_set_requires_grad (w, TRUE);
  for (guint i = 0; i < 4; i++)
    y = reel_tanh (reel_add (reel_mul (y, w), reel_mul (x, y)));
  loss = total (y);
  reel_tensor_set_grad (w, x);
  before = reel_tensor_copy (x, NULL);
  start = stats_of (tape);

  /* at every place where it can */
  for (gsize room = 0; !ok; room += 300000)
    {
      ReelTapeStats failed;

      reel_tape_set_memory_limit (tape, (gsize) start.held_bytes + room + 1);
      if ((flags & REEL_GRAD_RECORD) != 0)
        reel_tape_push_frame (tape);
      ok = reel_backward_full (&loss, 1, NULL, flags, &error);
      if (ok)
        break;
      n_failures++;
      g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY);
      g_clear_error (&error);
      assert_tape_ok (tape);
      g_assert_null (reel_tensor_get_grad (x));
      g_assert_true (reel_tensor_equal (reel_tensor_get_grad (w), before));
      if ((flags & REEL_GRAD_RECORD) != 0)
        g_assert_true (reel_tape_pop_frame (tape, &error));
      failed = stats_of (tape);
      g_assert_cmpuint (failed.live_bytes, ==, start.live_bytes);
      reel_tape_trim (tape);
    }
  g_assert_cmpuint (n_failures, >=, 3);
  g_assert_nonnull (reel_tensor_get_grad (x));
  reel_tape_set_memory_limit (tape, 0);
  reset (tape);
  after = stats_of (tape);
  g_assert_cmpuint (after.live_bytes, <, start.live_bytes);
  loss = total (reel_square (x));
  assert_backward (loss);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/errors/message", test_message);
  g_test_add_func ("/errors/too-large", test_too_large);
  g_test_add_func ("/errors/first-is-kept", test_first_is_kept);
  g_test_add_func ("/errors/error-tensor", test_error_tensor);
  g_test_add_func ("/errors/copied", test_copied);
  g_test_add_func ("/errors/null", test_null);
  g_test_add_func ("/errors/overwritten", test_overwritten);
  g_test_add_func ("/errors/overwritten-through-views", test_overwritten_through_views);
  g_test_add_func ("/errors/recorded-is-read-only", test_recorded_is_read_only);
  g_test_add_func ("/errors/harmless-writes", test_harmless_writes);
  g_test_add_data_func ("/errors/no-memory-in-sweep/paused", GINT_TO_POINTER (0),
                        test_no_memory_in_sweep);
  g_test_add_data_func ("/errors/no-memory-in-sweep/recorded",
                        GINT_TO_POINTER (REEL_GRAD_RECORD), test_no_memory_in_sweep);
  return g_test_run ();
}
