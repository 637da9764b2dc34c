/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* Hooks on cotangents, and what a program may not do to a tape from inside one. */

typedef struct
{
  GString *log;
  const gchar *name;
  gdouble factor;               /* 0: no replacement */
  ReelTensor *remove_from;
  guint remove_id;
  ReelTensor *seen;
} Hook;

static ReelTensor *
hook_func (ReelTensor *tensor,
           ReelTensor *cotangent,
           gpointer    user_data,
           GError    **error)
{
  Hook *hook = user_data;

  g_string_append_printf (hook->log, "%s(%g)", hook->name,
                          reel_tensor_get_item (cotangent, reel_tensor_get_rank (cotangent),
                                                (const gint64[]){ 0 }));
  if (hook->remove_from != NULL)
    reel_tensor_remove_hook (g_steal_pointer (&hook->remove_from), hook->remove_id);
  if (hook->seen != NULL)
    reel_tensor_unref (hook->seen);
  hook->seen = reel_tensor_ref (cotangent);
  return hook->factor != 0 ? reel_mul_scalar (cotangent, hook->factor) : NULL;
}

static void
test_order (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (GString) log = g_string_new (NULL);
  Hook a = { .log = log, .name = "a" }, b = { .log = log, .name = "b" };
  Hook c = { .log = log, .name = "c" }, d = { .log = log, .name = "d" };
  g_autoptr (ReelTensor) x = number_parameter (3);
  ReelTensor *y = reel_square (x);
  ReelTensor *z = reel_mul_scalar (y, 5);

  reel_tensor_add_hook (x, hook_func, &a, NULL);
  reel_tensor_add_hook (y, hook_func, &b, NULL);
  reel_tensor_add_hook (y, hook_func, &c, NULL);
  reel_tensor_add_hook (z, hook_func, &d, NULL);
  assert_backward (z);
  /* from the loss down; those of one tensor as they were added */
  g_assert_cmpstr (log->str, ==, "d(1)b(5)c(5)a(30)");
  reel_tensor_unref (a.seen);
  reel_tensor_unref (b.seen);
  reel_tensor_unref (c.seen);
  reel_tensor_unref (d.seen);
}

/* Once a sweep and tensor, when everything has been added up. */
static void
test_complete (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (GString) log = g_string_new (NULL);
  Hook a = { .log = log, .name = "a" }, b = { .log = log, .name = "b" };
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (ReelTensor) partial = NULL;
  ReelTensor *y = reel_square (x);
  ReelTensor *z = reel_add (reel_mul (y, y), reel_add (y, x));

  reel_tensor_add_hook (y, hook_func, &a, NULL);
  reel_tensor_add_hook (x, hook_func, &b, NULL);
  partial = gradient (z, x, flags);
  g_assert_cmpstr (log->str, ==, "a(19)b(115)");
  assert_numbers (partial, NUMBERS (115));
  reel_tensor_unref (a.seen);
  reel_tensor_unref (b.seen);
}

/* What it returns goes on; the next hook sees it. */
static void
test_replace (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (GString) log = g_string_new (NULL);
  Hook a = { .log = log, .name = "a", .factor = 10 };
  Hook b = { .log = log, .name = "b", .factor = 0.5 };
  Hook c = { .log = log, .name = "c", .factor = -1 };
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_square (x);

  reel_tensor_add_hook (y, hook_func, &a, NULL);
  reel_tensor_add_hook (y, hook_func, &b, NULL);
  reel_tensor_add_hook (x, hook_func, &c, NULL);
  g_assert_true (reel_backward_full (&y, 1, NULL, flags, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (log->str, ==, "a(1)b(10)c(30)");
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (-30));
  /* what the hooks saw is as they saw it */
  assert_numbers (a.seen, NUMBERS (1));
  assert_numbers (b.seen, NUMBERS (10));
  assert_numbers (c.seen, NUMBERS (30));
  reel_tensor_unref (a.seen);
  reel_tensor_unref (b.seen);
  reel_tensor_unref (c.seen);
}

static ReelTensor *
wrong_shape_hook (ReelTensor *tensor,
                  ReelTensor *cotangent,
                  gpointer    user_data,
                  GError    **error)
{
  return user_data;
}

static void
test_replace_wrong (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (3, 4));
  g_autoptr (ReelTensor) wrong = vector (NUMBERS (1, 2, 3));
  g_autoptr (GError) error = NULL;
  ReelTensor *y = total (x);

  reel_tensor_add_hook (x, wrong_shape_hook, wrong, NULL);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "f64[2]"));
  g_assert_nonnull (strstr (error->message, "f64[3]"));
  g_assert_null (reel_tensor_get_grad (x));
  assert_tape_ok (tape);
}

static void
test_remove (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (GString) log = g_string_new (NULL);
  Hook a = { .log = log, .name = "a" }, b = { .log = log, .name = "b" };
  Hook c = { .log = log, .name = "c" };
  g_autoptr (ReelTensor) x = number_parameter (3);
  guint id_b;

  a.remove_from = x;
  a.remove_id = reel_tensor_add_hook (x, hook_func, &a, NULL);
  id_b = reel_tensor_add_hook (x, hook_func, &b, NULL);
  reel_tensor_add_hook (x, hook_func, &c, NULL);
  g_assert_cmpuint (a.remove_id, !=, 0);
  g_assert_cmpuint (a.remove_id, !=, id_b);

  /* the first removes itself, while the sweep walks the list; the others run */
  assert_backward (reel_square (x));
  g_assert_cmpstr (log->str, ==, "a(6)b(6)c(6)");
  assert_backward (reel_square (x));
  g_assert_cmpstr (log->str, ==, "a(6)b(6)c(6)b(6)c(6)");

  /* the second removes the one after it */
  b.remove_from = x;
  b.remove_id = id_b + 1;
  assert_backward (reel_square (x));
  g_assert_cmpstr (log->str, ==, "a(6)b(6)c(6)b(6)c(6)b(6)");
  EXPECT_CRITICAL ("no hook with id*");
  reel_tensor_remove_hook (x, id_b + 1);
  g_test_assert_expected_messages ();
  reel_tensor_unref (a.seen);
  reel_tensor_unref (b.seen);
  reel_tensor_unref (c.seen);
}

static void
count_notify (gpointer data)
{
  ++*(guint *) data;
}

static void
test_notify (void)
{
  ReelTensor *x = number_parameter (3);
  guint n = 0;
  guint id;

  reel_tensor_add_hook (x, wrong_shape_hook, &n, count_notify);
  id = reel_tensor_add_hook (x, wrong_shape_hook, &n, count_notify);
  reel_tensor_remove_hook (x, id);
  g_assert_cmpuint (n, ==, 1);
  reel_tensor_unref (x);
  g_assert_cmpuint (n, ==, 2);
}

/* Errors of a hook are errors of the sweep. */

typedef enum
{
  ERROR_SAID = 1 << 0,          /* in the GError */
  ERROR_OF_OP = 1 << 1          /* of an op it applied */
} HookError;

static ReelTensor *
failing_hook (ReelTensor *tensor,
              ReelTensor *cotangent,
              gpointer    user_data,
              GError    **error)
{
  HookError kind = (HookError) GPOINTER_TO_INT (user_data);
  ReelTensor *result = NULL;

  if ((kind & ERROR_OF_OP) != 0)
    {
      g_autoptr (ReelTensor) wrong = vector (NUMBERS (1, 2, 3));

      result = reel_add (cotangent, wrong);
      g_assert_true (reel_tensor_is_error (result));
    }
  if ((kind & ERROR_SAID) != 0)
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "the disk is on fire");
  return result;
}

static void
test_error (gconstpointer data)
{
  HookError kind = (HookError) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) w = parameter (NUMBERS (3, 4));
  g_autoptr (GError) error = NULL;
  ReelTensor *y, *loss;
  guint id;

  y = reel_mul (x, w);
  loss = total (reel_add (y, w));
  id = reel_tensor_add_hook (y, failing_hook, (gpointer) data, NULL);
  g_assert_false (reel_backward (loss, &error));
  if ((kind & ERROR_SAID) != 0)
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
  else
    g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  /* nothing has changed, although w had its part already */
  g_assert_null (reel_tensor_get_grad (x));
  g_assert_null (reel_tensor_get_grad (w));
  assert_tape_ok (tape);

  reel_tensor_remove_hook (y, id);
  assert_backward (loss);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (3, 4));
  assert_numbers (reel_tensor_get_grad (w), NUMBERS (2, 3));

  /* nor does a caller who does not listen hurt */
  reel_tensor_add_hook (y, failing_hook, (gpointer) data, NULL);
  g_assert_false (reel_backward (loss, NULL));
  assert_tape_ok (tape);
  assert_numbers (reel_tensor_get_grad (w), NUMBERS (2, 3));
}

/* What is refused while a tape is swept. */

static void
assert_busy (gboolean ok,
             GError **error)
{
  g_assert_false (ok);
  g_assert_error (*error, REEL_ERROR, REEL_ERROR_BUSY);
  g_clear_error (error);
}

static ReelTensor *
meddling_hook (ReelTensor *tensor,
               ReelTensor *cotangent,
               gpointer    user_data,
               GError    **error)
{
  ReelTape *tape = reel_tape_get_current ();
  ReelTensor **loss_and_input = user_data;
  ReelTensor *result = NULL;
  g_autoptr (GError) own = NULL;

  assert_busy (reel_tape_reset (tape, &own), &own);
  assert_busy (reel_tape_pop_frame (tape, &own), &own);
  assert_busy (reel_tape_pop_frame_keep (tape, &cotangent, 1, &own), &own);
  assert_busy (reel_backward (loss_and_input[0], &own), &own);
  assert_busy (reel_grad (loss_and_input[0], &loss_and_input[1], 1, REEL_GRAD_NONE,
                          &result, &own), &own);
  g_assert_null (result);
  assert_busy (reel_jvp (loss_and_input, 1, loss_and_input + 1, loss_and_input + 1, 1,
                         REEL_GRAD_NONE, &result, &own), &own);
  g_assert_null (result);
  EXPECT_CRITICAL ("*reel_tape_pop*hold*");
  reel_tape_pop (tape);
  g_test_assert_expected_messages ();

  /* A frame of its own is the hook's to pop, and so is another tape. */
  reel_tape_push_frame (tape);
  reel_exp (cotangent);
  g_assert_true (reel_tape_pop_frame (tape, &own));
  g_assert_no_error (own);
  {
    SCOPE_TAPE (other);
    g_autoptr (ReelTensor) v = number_parameter (5);

    assert_backward (reel_square (v));
    assert_numbers (reel_tensor_get_grad (v), NUMBERS (10));
  }
  reel_tape_push (tape);
  reel_tape_pop (tape);
  ++*(guint *) loss_and_input[2];
  return NULL;
}

static void
test_busy (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (GError) error = NULL;
  gpointer arguments[3];
  ReelTensor *y, *loss;
  guint n_calls = 0;

  reel_tape_push_frame (tape);
  y = reel_square (x);
  loss = reel_square (y);
  arguments[0] = loss;
  arguments[1] = x;
  arguments[2] = &n_calls;
  reel_tensor_add_hook (y, meddling_hook, arguments, NULL);
  reel_tensor_add_hook (x, meddling_hook, arguments, NULL);
  g_assert_true (reel_backward_full (&loss, 1, NULL, flags, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_calls, ==, 2);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (108));
  /* and afterwards it is allowed */
  g_assert_true (reel_tape_pop_frame (tape, &error));
  reset (tape);
}

/* A sweep inside a sweep: over what the hook recorded, and nothing from before. */

typedef struct
{
  ReelTensor *x;                /* a leaf of the sweep around */
  ReelTensor *old;              /* a value from before it */
  guint depth;
  guint n_calls;
} Nested;

static ReelTensor *
nesting_hook (ReelTensor *tensor,
              ReelTensor *cotangent,
              gpointer    user_data,
              GError    **error)
{
  Nested *nested = user_data;
  ReelTape *tape = reel_tape_get_current ();
  gboolean was_recording = reel_tape_is_recording (tape);
  g_autoptr (ReelTensor) p = number_parameter (4);
  g_autoptr (ReelTensor) g = NULL;
  g_autoptr (ReelTensor) dot = NULL;
  g_autoptr (GError) own = NULL;
  ReelTensor *z;

  nested->n_calls++;
  if (!was_recording)
    reel_tape_resume (tape);

  /* reverse, into .grad and as a result; forward; a second derivative */
  z = reel_mul (reel_square (p), reel_detach (cotangent));
  assert_backward (z);
  assert_numbers (reel_tensor_get_grad (p),
                  NUMBERS (8 * reel_tensor_get_scalar (cotangent)));
  g = gradient (z, p, REEL_GRAD_RECORD);
  dot = gradient (g, p, REEL_GRAD_NONE);
  assert_numbers (dot, NUMBERS (2 * reel_tensor_get_scalar (cotangent)));
  g_clear_pointer (&dot, reel_tensor_unref);
  g_assert_true (reel_jvp (&z, 1, &p, &p, 1, REEL_GRAD_NONE, &dot, &own));
  g_assert_no_error (own);
  assert_numbers (dot, NUMBERS (32 * reel_tensor_get_scalar (cotangent)));
  g_clear_pointer (&dot, reel_tensor_unref);

  /* an older value and an older leaf can be what it is differentiated by */
  z = reel_mul (nested->old, reel_mul (nested->x, p));
  dot = gradient (z, nested->old, REEL_GRAD_NONE);
  assert_numbers (dot, NUMBERS (4 * reel_tensor_get_scalar (nested->x)));

  /* but what led to it is the other sweep's */
  assert_busy (reel_backward (z, &own), &own);
  g_assert_false (reel_backward (z, &own));
  g_assert_nonnull (strstr (own->message, "reel_detach"));
  g_clear_error (&own);
  assert_tape_ok (tape);

  /* a hook of its own, which sweeps again */
  if (nested->depth > 0)
    {
      Nested inner = { p, z, nested->depth - 1, 0 };
      ReelTensor *w = reel_mul_scalar (p, 3);
      g_autoptr (ReelTensor) slope = NULL;

      reel_tensor_add_hook (w, nesting_hook, &inner, NULL);
      slope = gradient (reel_square (w), p, REEL_GRAD_NONE);
      assert_numbers (slope, NUMBERS (18 * 4));
      g_assert_cmpuint (inner.n_calls, ==, 1);
    }
  if (!was_recording)
    reel_tape_pause (tape);
  return NULL;
}

static void
test_nested (gconstpointer data)
{
  ReelGradFlags flags = (ReelGradFlags) GPOINTER_TO_INT (data);
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (GError) error = NULL;
  Nested nested = { x, NULL, 3, 0 };
  ReelTensor *y, *loss;

  for (guint turn = 1; turn <= 3; turn++)
    {
      y = reel_square (x);
      loss = reel_square (y);
      nested.old = y;
      nested.n_calls = 0;
      reel_tensor_set_grad (x, NULL);
      reel_tensor_add_hook (y, nesting_hook, &nested, NULL);
      g_assert_true (reel_backward_full (&loss, 1, NULL, flags, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (nested.n_calls, ==, 1);
      assert_numbers (reel_tensor_get_grad (x), NUMBERS (108));
      reel_tensor_set_grad (x, NULL);
      reset (tape);
    }
}

static ReelTensor *
sweeping_hook (ReelTensor *tensor,
               ReelTensor *cotangent,
               gpointer    user_data,
               GError    **error)
{
  g_autoptr (ReelTensor) g = NULL;

  /* the hook of this very tensor is not run inside itself */
  ++*(guint *) user_data;
  reel_tape_resume (reel_tape_get_current ());
  g = gradient (reel_square (tensor), tensor, REEL_GRAD_NONE);
  reel_tape_pause (reel_tape_get_current ());
  assert_numbers (g, NUMBERS (2 * reel_tensor_get_scalar (tensor)));
  return NULL;
}

static void
test_nested_hooks_itself (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  guint n_calls = 0;
  ReelTensor *y;

  reel_tensor_add_hook (x, sweeping_hook, &n_calls, NULL);
  y = reel_square (x);
  reel_tensor_add_hook (y, sweeping_hook, &n_calls, NULL);
  assert_backward (y);
  g_assert_cmpuint (n_calls, ==, 2);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (6));
}

static ReelTensor *
pushing_hook (ReelTensor *tensor,
              ReelTensor *cotangent,
              gpointer    user_data,
              GError    **error)
{
  reel_tape_push (user_data);
  return NULL;
}

static void
test_leaves_tape_pushed (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTape) other = reel_tape_new ();
  g_autoptr (ReelTensor) x = number_parameter (3);
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_square (x);

  reel_tensor_add_hook (y, pushing_hook, other, NULL);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE);
  g_assert_true (reel_tape_get_current () == other);
  reel_tape_pop (other);
  g_assert_null (reel_tensor_get_grad (x));
}

static ReelTensor *
resuming_hook (ReelTensor *tensor,
               ReelTensor *cotangent,
               gpointer    user_data,
               GError    **error)
{
  reel_tape_resume (user_data);
  return NULL;
}

/* A hook that resumes recording takes the sweep's own pause away: none is owed. */
static void
test_resumes (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (3);
  ReelTensor *y = reel_square (x);

  reel_tensor_add_hook (y, resuming_hook, tape, NULL);
  assert_backward (reel_mul_scalar (y, 2));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (12));
  g_assert_true (reel_tape_is_recording (tape));
}

static gdouble notified;

static ReelTensor *
idle_hook (ReelTensor *tensor,
           ReelTensor *cotangent,
           gpointer    user_data,
           GError    **error)
{
  return NULL;
}

static void
meddling_notify (gpointer user_data)
{
  ReelTape *tape = reel_tape_get_current ();
  g_autoptr (GError) error = NULL;

  g_assert_false (reel_tape_reset (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (reel_tape_is_recording (tape));
  notified += reel_tensor_get_scalar (reel_square (user_data));
}

/* What goes with a reset or a frame may run code of the program's. */
static void
test_notify_meddles (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number (3);
  g_autoptr (GError) error = NULL;
  ReelTapeStats stats;

  notified = 0;
  for (guint i = 0; i < 2; i++)
    {
      ReelTensor *y;

      reel_tape_push_frame (tape);
      y = reel_square (x);
      reel_tensor_add_hook (y, idle_hook, x, meddling_notify);
      reel_exp (reel_neg (y));
      g_assert_true (i == 0 ? reel_tape_pop_frame (tape, &error)
                            : reel_tape_reset (tape, &error));
      g_assert_no_error (error);
      g_assert_cmpfloat (notified, ==, 9 * (i + 1));
      g_assert_true (reel_tape_is_recording (tape));
      reel_tape_get_stats (tape, &stats);
      g_assert_cmpuint (stats.n_nodes, ==, 0);
      g_assert_cmpuint (stats.n_values, ==, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hooks/order", test_order);
  g_test_add_data_func ("/hooks/complete/paused", GINT_TO_POINTER (0), test_complete);
  g_test_add_data_func ("/hooks/complete/recorded", GINT_TO_POINTER (REEL_GRAD_RECORD),
                        test_complete);
  g_test_add_data_func ("/hooks/replace/paused", GINT_TO_POINTER (0), test_replace);
  g_test_add_data_func ("/hooks/replace/recorded", GINT_TO_POINTER (REEL_GRAD_RECORD),
                        test_replace);
  g_test_add_func ("/hooks/replace-wrong", test_replace_wrong);
  g_test_add_func ("/hooks/remove", test_remove);
  g_test_add_func ("/hooks/notify", test_notify);
  g_test_add_data_func ("/hooks/error/said", GINT_TO_POINTER (ERROR_SAID), test_error);
  g_test_add_data_func ("/hooks/error/of-op", GINT_TO_POINTER (ERROR_OF_OP), test_error);
  g_test_add_data_func ("/hooks/error/both", GINT_TO_POINTER (ERROR_SAID | ERROR_OF_OP),
                        test_error);
  g_test_add_data_func ("/hooks/busy/paused", GINT_TO_POINTER (0), test_busy);
  g_test_add_data_func ("/hooks/busy/recorded", GINT_TO_POINTER (REEL_GRAD_RECORD),
                        test_busy);
  g_test_add_data_func ("/hooks/nested/paused", GINT_TO_POINTER (0), test_nested);
  g_test_add_data_func ("/hooks/nested/recorded", GINT_TO_POINTER (REEL_GRAD_RECORD),
                        test_nested);
  g_test_add_func ("/hooks/nested/itself", test_nested_hooks_itself);
  g_test_add_func ("/hooks/leaves-tape-pushed", test_leaves_tape_pushed);
  g_test_add_func ("/hooks/resumes", test_resumes);
  g_test_add_func ("/hooks/notify-meddles", test_notify_meddles);
  return g_test_run ();
}
