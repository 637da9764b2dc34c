/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of the tape and its sweeps share: small tensors of f64 from and
 * to plain numbers. */

#include <reel/reel.h>

#include <math.h>

/* Numbers in a row where a function takes their count and an array. */
#define NUMBERS(...) \
  (guint) (sizeof ((const gdouble[]){ __VA_ARGS__ }) / sizeof (gdouble)), \
  (const gdouble[]){ __VA_ARGS__ }

#define FIXTURE static inline G_GNUC_UNUSED

FIXTURE ReelTensor *
vector (guint          n,
        const gdouble *numbers)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (n), numbers,
                                                  n * sizeof (gdouble), &error);

  g_assert_no_error (error);
  return tensor;
}

FIXTURE ReelTensor *
parameter (guint          n,
           const gdouble *numbers)
{
  ReelTensor *tensor = vector (n, numbers);

  reel_tensor_set_requires_grad (tensor, TRUE);
  return tensor;
}

/* Of rank 0 */
FIXTURE ReelTensor *
number (gdouble value)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_scalar (REEL_F64, value, &error);

  g_assert_no_error (error);
  return tensor;
}

FIXTURE ReelTensor *
number_parameter (gdouble value)
{
  ReelTensor *tensor = number (value);

  reel_tensor_set_requires_grad (tensor, TRUE);
  return tensor;
}

FIXTURE ReelTensor *
ramp (gint64 n)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_arange (REEL_F64, 0, (gdouble) n, 1, &error);

  g_assert_no_error (error);
  return tensor;
}

FIXTURE ReelTensor *
total (ReelTensor *x)
{
  return reel_sum (x, REEL_ALL_AXES, FALSE);
}

FIXTURE void
assert_numbers (ReelTensor    *tensor,
                guint          n,
                const gdouble *expected)
{
  g_autofree gdouble *found = g_new (gdouble, n);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (tensor);
  g_assert_false (reel_tensor_is_error (tensor));
  g_assert_true (reel_tensor_read (tensor, found, n * sizeof (gdouble), &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (fabs (found[i] - expected[i]), <=,
                       1e-12 * fmax (1, fabs (expected[i])));
}

FIXTURE void
assert_backward (ReelTensor *loss)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = reel_backward (loss, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

/* The gradient of one number by one tensor, as a new reference. */
FIXTURE ReelTensor *
gradient (ReelTensor   *output,
          ReelTensor   *input,
          ReelGradFlags flags)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *result = NULL;
  gboolean ok = reel_grad (output, &input, 1, flags, &result, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  return result;
}

FIXTURE void
assert_tape_ok (ReelTape *tape)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tape_check (tape, &error));
  g_assert_no_error (error);
}

FIXTURE void
reset (ReelTape *tape)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tape_reset (tape, &error));
  g_assert_no_error (error);
}

FIXTURE ReelTapeStats
stats_of (ReelTape *tape)
{
  ReelTapeStats stats;

  reel_tape_get_stats (tape, &stats);
  return stats;
}

/* A tape that records until the end of the scope. Popped before it is unref-ed. */
#define SCOPE_TAPE(tape) \
  g_autoptr (ReelTape) tape = reel_tape_new (); \
  g_autoptr (ReelTapePusher) tape##_pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape)

#define EXPECT_CRITICAL(pattern) \
  g_test_expect_message ("Reel", G_LOG_LEVEL_CRITICAL, pattern)

#undef FIXTURE
