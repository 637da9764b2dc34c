/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

/* No elements and an axis as long as can be counted: products of the other sizes, and of
 * strides and bytes, must not overflow. UBSan watches. */

static ReelTensor *
empty (guint         rank,
       const gint64 *shape)
{
  GError *error = NULL;
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F64, rank, shape, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_shape (ReelTensor   *x,
              guint         rank,
              const gint64 *shape)
{
  g_autoptr (GError) error = NULL;
  guint x_rank;
  const gint64 *x_shape = reel_tensor_get_shape (x, &x_rank);

  (void) reel_tape_check (reel_tape_get_current (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (x_rank, ==, rank);
  for (guint i = 0; i < rank; i++)
    g_assert_cmpint (x_shape[i], ==, shape[i]);
}

static void
assert_refused (ReelTape   *tape,
                ReelTensor *x)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_tensor_is_error (x));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  reel_tape_clear_error (tape);
}

static void
test_joined (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = empty (REEL_SHAPE (0, G_MAXINT64));
  ReelTensor *two[2] = { x, x };

  assert_shape (reel_concat (two, 2, 0), REEL_SHAPE (0, G_MAXINT64));
  assert_shape (reel_stack (two, 2, 0), REEL_SHAPE (2, 0, G_MAXINT64));
  assert_shape (reel_stack (two, 2, 2), REEL_SHAPE (0, G_MAXINT64, 2));
  assert_refused (tape, reel_concat (two, 2, 1));
}

static void
test_reduced (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = empty (REEL_SHAPE (G_MAXINT64, 3, 0));
  ReelTensor *(*const reductions[]) (ReelTensor *, guint, const gint64 *, gboolean) = {
    reel_sum, reel_mean, reel_prod, reel_logsumexp
  };

  for (guint i = 0; i < G_N_ELEMENTS (reductions); i++)
    {
      assert_shape (reductions[i] (x, REEL_AXES (0), FALSE), REEL_SHAPE (3, 0));
      assert_shape (reductions[i] (x, REEL_AXES (1), FALSE), REEL_SHAPE (G_MAXINT64, 0));
      assert_shape (reductions[i] (x, REEL_ALL_AXES, FALSE), REEL_SCALAR_SHAPE);
      assert_refused (tape, reductions[i] (x, REEL_AXES (2), FALSE));
    }
  assert_shape (reel_var (x, REEL_AXES (0), 1, FALSE), REEL_SHAPE (3, 0));
  assert_shape (reel_var (x, REEL_ALL_AXES, 1, FALSE), REEL_SCALAR_SHAPE);
  assert_refused (tape, reel_var (x, REEL_AXES (2), 1, FALSE));
  assert_shape (reel_softmax (x, 1), REEL_SHAPE (G_MAXINT64, 3, 0));
}

static void
test_reshaped (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = empty (REEL_SHAPE (G_MAXINT64, 3, 0));

  assert_shape (reel_flatten (x, 1, 2), REEL_SHAPE (G_MAXINT64, 0));
  assert_shape (reel_flatten (x, 0, 2), REEL_SHAPE (0));
  assert_refused (tape, reel_flatten (x, 0, 1));
  assert_shape (reel_reshape (x, REEL_SHAPE (0, G_MAXINT64, 5)),
                REEL_SHAPE (0, G_MAXINT64, 5));
  assert_refused (tape, reel_reshape (x, REEL_SHAPE (G_MAXINT64, 3, -1)));
  assert_shape (reel_transpose (x, 0, 2), REEL_SHAPE (0, 3, G_MAXINT64));
  assert_shape (reel_narrow (x, 0, 5, G_MAXINT64 - 5), REEL_SHAPE (G_MAXINT64 - 5, 3, 0));
  assert_shape (reel_add (reel_transpose (x, 0, 2), reel_transpose (x, 0, 2)),
                REEL_SHAPE (0, 3, G_MAXINT64));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/huge/joined", test_joined);
  g_test_add_func ("/huge/reduced", test_reduced);
  g_test_add_func ("/huge/reshaped", test_reshaped);
  return g_test_run ();
}
