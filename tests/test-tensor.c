/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private-fixture.h"

/* --- Creation --- */

static void
test_create (void)
{
  for (guint k = 0; k < REEL_N_DTYPES; k++)
    {
      ReelDType dtype = (ReelDType) k;
      GError *error = NULL;
      g_autoptr (ReelTensor) zeros =
        reel_tensor_new_zeros (dtype, REEL_SHAPE (2, 3), &error);
      g_autoptr (ReelTensor) ones = reel_tensor_new_ones (dtype, REEL_SHAPE (2, 2), &error);
      g_autoptr (ReelTensor) full =
        reel_tensor_new_full (dtype, REEL_SHAPE (3), 7, &error);
      g_autoptr (ReelTensor) scalar = reel_tensor_new_scalar (dtype, 1, &error);
      g_autoptr (ReelTensor) eye = reel_tensor_new_eye (dtype, 2, 3, &error);
      g_autoptr (ReelTensor) tall = reel_tensor_new_eye (dtype, 3, 2, &error);
      g_autoptr (ReelTensor) taller = reel_tensor_new_eye (dtype, 300, 2, &error);
      g_autoptr (ReelTensor) steps = reel_tensor_new_arange (dtype, 0, 2, 1, &error);
      g_autoptr (ReelTensor) line = reel_tensor_new_linspace (dtype, 0, 1, 2, &error);
      g_autoptr (ReelTensor) empty =
        reel_tensor_new_zeros (dtype, REEL_SHAPE (3, 0), &error);
      gdouble seven = dtype == REEL_BOOL ? 1 : 7;
      guint rank = 9;
      const gint64 *shape = reel_tensor_get_shape (zeros, &rank);

      g_assert_no_error (error);
      g_assert_cmpuint (reel_tensor_get_dtype (zeros), ==, dtype);
      g_assert_cmpuint (reel_tensor_get_rank (zeros), ==, 2);
      g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (2, 3)));
      shape = reel_tensor_get_strides (zeros, &rank);
      g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (3, 1)));
      g_assert_cmpint (reel_tensor_get_size (zeros, 0), ==, 2);
      g_assert_cmpint (reel_tensor_get_size (zeros, -1), ==, 3);
      g_assert_true (reel_tensor_is_contiguous (zeros));
      g_assert_true (reel_tensor_is_leaf (zeros));
      g_assert_false (reel_tensor_is_error (zeros));
      g_assert_cmpuint (reel_tensor_get_address (zeros) % 64, ==, 0);
      g_assert_nonnull (scalar->storage);

      ASSERT_ELEMENTS (zeros, 0, 0, 0, 0, 0, 0);
      ASSERT_ELEMENTS (ones, 1, 1, 1, 1);
      ASSERT_ELEMENTS (full, seven, seven, seven);
      ASSERT_ELEMENTS (scalar, 1);
      g_assert_cmpuint (reel_tensor_get_rank (scalar), ==, 0);
      ASSERT_ELEMENTS (eye, 1, 0, 0, 0, 1, 0);
      ASSERT_ELEMENTS (tall, 1, 0, 0, 1, 0, 0);
      g_assert_cmpfloat (at2 (taller, 299, 1), ==, 0);
      ASSERT_ELEMENTS (steps, 0, 1);
      ASSERT_ELEMENTS (line, 0, 1);
      g_assert_cmpint (reel_tensor_get_n_elements (empty), ==, 0);
      g_assert_nonnull (reel_tensor_get_data (empty));
      g_assert_true (reel_tensor_fill (empty, 1, &error));
    }
}

/* To an integer a number is truncated and saturated. */
static void
test_convert (void)
{
  static const struct
  {
    ReelDType dtype;
    gdouble value;
    gdouble expected;
  } cases[] = {
    { REEL_I32, -1.9, -1 },
    { REEL_I32, 1.9, 1 },
    { REEL_I32, 1e10, G_MAXINT32 },
    { REEL_I32, -1e10, G_MININT32 },
    { REEL_I32, NOT_A_NUMBER, 0 },
    { REEL_I32, INFINITE, G_MAXINT32 },
    { REEL_I64, 1e300, (gdouble) G_MAXINT64 },
    { REEL_I64, -INFINITE, (gdouble) G_MININT64 },
    { REEL_I64, NOT_A_NUMBER, 0 },
    { REEL_I64, 4503599627370497.0, 4503599627370497.0 },
    { REEL_U8, -3, 0 },
    { REEL_U8, 255.9, 255 },
    { REEL_U8, 300, 255 },
    { REEL_U8, NOT_A_NUMBER, 0 },
    { REEL_BOOL, 0.25, 1 },
    { REEL_BOOL, -0.0, 0 },
    { REEL_BOOL, NOT_A_NUMBER, 1 },
    { REEL_F32, 1e300, INFINITE },
    { REEL_F32, 0.1, 0.10000000149011612 },
    { REEL_F64, 0.1, 0.1 },
  };
  g_autoptr (ReelTensor) highest = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReelTensor) tensor = reel_tensor_new_scalar (cases[i].dtype, 0, NULL);

      _reel_element_set (cases[i].dtype, tensor->data, cases[i].value);
      g_test_message ("%s %g", reel_dtype_get_name (cases[i].dtype), cases[i].value);
      g_assert_cmpfloat (reel_tensor_get_scalar (tensor), ==, cases[i].expected);
    }
  highest = reel_tensor_new_scalar (REEL_I64, 0, NULL);
  _reel_element_set (REEL_I64, highest->data, 0x1p63);
  g_assert_cmpint (*(const gint64 *) reel_tensor_get_data (highest), ==, G_MAXINT64);
}

static void
test_create_errors (void)
{
  const gint64 nine[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  GError *error = NULL;

  assert_fails (reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (2, -1), &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_ones (REEL_F32, 9, nine, &error), REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_full (REEL_F32, REEL_SHAPE (G_MAXINT64, 3), 1, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_full (REEL_F64, REEL_SHAPE (G_MAXINT64 / 4), 1, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_zeros (REEL_U8, REEL_SHAPE (G_MAXINT64), &error),
                REEL_ERROR_NO_MEMORY);
  assert_fails (reel_tensor_new_zeros (REEL_F64, REEL_SHAPE ((gint64) 1 << 50), &error),
                REEL_ERROR_NO_MEMORY);
  assert_fails (reel_tensor_new_eye (REEL_F32, -1, 2, &error), REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_eye (REEL_F32, G_MAXINT64, G_MAXINT64, &error),
                REEL_ERROR_SHAPE);
  /* The error may be ignored. */
  g_assert_null (reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (-1), NULL));

  expect_critical ("*rank == 0 || shape*");
  g_assert_null (reel_tensor_new_zeros (REEL_F32, 1, NULL, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NULL);
  g_clear_error (&error);
  expect_critical ("*dtype*");
  g_assert_null (reel_tensor_new_zeros ((ReelDType) 77, REEL_SCALAR_SHAPE, &error));
  g_test_assert_expected_messages ();
  g_assert_nonnull (error);
  g_clear_error (&error);
}

static void
test_arange (void)
{
  GError *error = NULL;
  g_autoptr (ReelTensor) up = reel_tensor_new_arange (REEL_F64, 1, 2, 0.25, &error);
  g_autoptr (ReelTensor) down = reel_tensor_new_arange (REEL_I32, 3, -2, -2, &error);
  g_autoptr (ReelTensor) none = reel_tensor_new_arange (REEL_F32, 3, 1, 1, &error);
  g_autoptr (ReelTensor) same = reel_tensor_new_arange (REEL_F32, 3, 3, -1, &error);

  g_assert_no_error (error);
  ASSERT_ELEMENTS (up, 1, 1.25, 1.5, 1.75);
  ASSERT_ELEMENTS (down, 3, 1, -1);
  g_assert_cmpint (reel_tensor_get_n_elements (none), ==, 0);
  g_assert_cmpint (reel_tensor_get_n_elements (same), ==, 0);

  assert_fails (reel_tensor_new_arange (REEL_F64, 0, 1, 0, &error), REEL_ERROR_VALUE);
  assert_fails (reel_tensor_new_arange (REEL_F64, NOT_A_NUMBER, 1, 1, &error),
                REEL_ERROR_VALUE);
  assert_fails (reel_tensor_new_arange (REEL_F64, 0, INFINITE, 1, &error),
                REEL_ERROR_VALUE);
  assert_fails (reel_tensor_new_arange (REEL_F64, 0, 1, NOT_A_NUMBER, &error),
                REEL_ERROR_VALUE);
  assert_fails (reel_tensor_new_arange (REEL_F64, 0, 1, 1e-300, &error), REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_arange (REEL_F64, -G_MAXDOUBLE, G_MAXDOUBLE, 1, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_arange (REEL_U8, 0, 1e17, 1, &error),
                REEL_ERROR_NO_MEMORY);
}

static void
test_linspace (void)
{
  GError *error = NULL;
  g_autoptr (ReelTensor) line = reel_tensor_new_linspace (REEL_F64, 0, 1, 5, &error);
  g_autoptr (ReelTensor) one = reel_tensor_new_linspace (REEL_F64, 2, 9, 1, &error);
  g_autoptr (ReelTensor) none = reel_tensor_new_linspace (REEL_F64, 2, 9, 0, &error);
  g_autoptr (ReelTensor) ends = reel_tensor_new_linspace (REEL_F64, 0, 1, 50, &error);
  g_autoptr (ReelTensor) wide =
    reel_tensor_new_linspace (REEL_F64, -G_MAXDOUBLE, G_MAXDOUBLE, 3, &error);

  g_assert_no_error (error);
  ASSERT_ELEMENTS (line, 0, 0.25, 0.5, 0.75, 1);
  ASSERT_ELEMENTS (one, 2);
  g_assert_cmpint (reel_tensor_get_n_elements (none), ==, 0);
  g_assert_cmpfloat (at (ends, -1), ==, 1);     /* 49 times 1/49 is less */
  ASSERT_ELEMENTS (wide, -G_MAXDOUBLE, 0, G_MAXDOUBLE);
  assert_fails (reel_tensor_new_linspace (REEL_F64, 0, 1, -1, &error), REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_linspace (REEL_F64, 0, NOT_A_NUMBER, 2, &error),
                REEL_ERROR_VALUE);
}

static void
test_from_data (void)
{
  const gfloat numbers[] = { 1, 2, 3, 4, 5, 6 };
  const guint8 truths[] = { 0, 1, 2, 255 };
  GError *error = NULL;
  g_autoptr (ReelTensor) tensor =
    reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (2, 3), numbers, sizeof numbers, &error);
  g_autoptr (ReelTensor) bools =
    reel_tensor_new_from_data (REEL_BOOL, REEL_SHAPE (4), truths, sizeof truths, &error);
  g_autoptr (ReelTensor) empty =
    reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (0), NULL, 0, &error);

  g_assert_no_error (error);
  ASSERT_ELEMENTS (tensor, 1, 2, 3, 4, 5, 6);
  g_assert_true (reel_tensor_get_data (tensor) != numbers);
  g_assert_cmpmem (reel_tensor_get_data (bools), 4, "\0\1\1\1", 4);
  g_assert_cmpint (reel_tensor_get_n_elements (empty), ==, 0);
  assert_fails (reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (2, 3), numbers, 20, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (-1), numbers, 4, &error),
                REEL_ERROR_SHAPE);
  expect_critical ("*data != NULL*");
  g_assert_null (reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (1), NULL, 4, &error));
  g_test_assert_expected_messages ();
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NULL);
  g_clear_error (&error);
}

static void
count_call (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_take_data (void)
{
  const gint64 nine[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  gdouble memory[4] = { 1, 2, 3, 4 };
  guint n_calls = 0;
  GError *error = NULL;
  ReelTensor *tensor, *view;

  tensor = reel_tensor_new_take_data (REEL_F64, REEL_SHAPE (2, 2), memory, sizeof memory,
                                      count_call, &n_calls, &error);
  g_assert_no_error (error);
  g_assert_true (reel_tensor_get_data (tensor) == memory);
  memory[3] = 9;
  g_assert_cmpfloat (at2 (tensor, 1, 1), ==, 9);
  g_assert_true (reel_tensor_fill (tensor, 5, &error));
  g_assert_cmpfloat (memory[0], ==, 5);
  view = view_of (tensor, 1, STRIDES (2), STRIDES (1), 2);
  reel_tensor_unref (tensor);
  g_assert_cmpuint (n_calls, ==, 0);
  g_assert_true (reel_tensor_get_data (view) == memory + 2);
  reel_tensor_unref (view);
  g_assert_cmpuint (n_calls, ==, 1);

#define TAKE(rank, shape, data, n_bytes) \
  reel_tensor_new_take_data (REEL_F64, rank, shape, data, n_bytes, count_call, &n_calls, \
                             &error)
  assert_fails (TAKE (1, STRIDES (4), memory, 24), REEL_ERROR_SHAPE);
  assert_fails (TAKE (1, STRIDES (-4), memory, 32), REEL_ERROR_SHAPE);
  assert_fails (TAKE (9, nine, memory, 8), REEL_ERROR_SHAPE);
  assert_fails (TAKE (1, STRIDES (2), (gchar *) memory + 4, 16), REEL_ERROR_VALUE);
  g_assert_cmpuint (n_calls, ==, 1);

  /* Nothing to free, and nothing at all; neither memory is the library's to reuse. */
  tensor = reel_tensor_new_take_data (REEL_F64, REEL_SHAPE (4), memory, sizeof memory, NULL,
                                      NULL, &error);
  g_assert_false (_reel_tensor_owns_data (tensor));
  reel_tensor_unref (tensor);
  tensor = TAKE (1, STRIDES (0), NULL, 0);
  g_assert_nonnull (reel_tensor_get_data (tensor));
  reel_tensor_unref (tensor);
  g_assert_cmpuint (n_calls, ==, 2);
}

static void
test_copy (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_I32, 6);
  g_autoptr (ReelTensor) view =
    view_of (tensor, 2, STRIDES (3, 2), STRIDES (-1, 3), 2);
  GError *error = NULL;
  g_autoptr (ReelTensor) copy = NULL;

  reel_tensor_set_label (view, "view");
  copy = reel_tensor_copy (view, &error);
  g_assert_no_error (error);
  ASSERT_ELEMENTS (copy, 2, 5, 1, 4, 0, 3);
  g_assert_true (reel_tensor_is_contiguous (copy));
  g_assert_null (reel_tensor_get_label (copy));
  g_assert_true (copy->storage != tensor->storage);
}

/* --- Views, comparison --- */

static void
test_view_of_empty (void)
{
  const gint64 huge = G_MAXINT64 / 2;
  g_autoptr (ReelTensor) empty =
    reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (huge, 0, huge), NULL);
  g_autoptr (ReelTensor) view =
    view_of (empty, 4, STRIDES (0, huge, huge, 4), STRIDES (1, 1, 1, 1), 77);
  g_autoptr (ReelTensor) copy = reel_tensor_copy (view, NULL);
  g_autoptr (ReelTensor) full = range (REEL_F32, 3);
  g_autoptr (ReelTensor) none =
    view_of (full, 3, STRIDES (huge, huge, 0), STRIDES (0, 0, 1), 77);

  g_assert_cmpint (reel_tensor_get_n_elements (none), ==, 0);
  g_assert_cmpint (reel_tensor_get_n_elements (view), ==, 0);
  g_assert_true (reel_tensor_is_contiguous (view));
  g_assert_true (reel_tensor_get_data (view) == reel_tensor_get_data (empty));
  g_assert_true (reel_tensor_equal (view, copy));
  g_assert_true (reel_tensor_assign (view, copy, NULL));
}

static void
test_view (void)
{
  ReelTensor *tensor = range (REEL_F32, 6);
  g_autoptr (ReelTensor) row = view_of (tensor, 1, STRIDES (3), STRIDES (1), 3);
  g_autoptr (ReelTensor) column = view_of (tensor, 1, STRIDES (2), STRIDES (3), 1);

  /* The storage outlives the tensor that it was made for. */
  reel_tensor_unref (tensor);
  g_assert_true (reel_tensor_is_contiguous (row));
  g_assert_false (reel_tensor_is_contiguous (column));
  ASSERT_ELEMENTS (row, 3, 4, 5);
  ASSERT_ELEMENTS (column, 1, 4);
  g_assert_true (reel_tensor_fill (row, 9, NULL));
  ASSERT_ELEMENTS (column, 1, 9);
  g_assert_cmpuint (version_of (column), ==, 1);
}

static void
test_equal (void)
{
  for (guint k = 0; k < REEL_N_DTYPES; k++)
    {
      ReelDType dtype = (ReelDType) k;
      g_autoptr (ReelTensor) a = reel_tensor_new_eye (dtype, 3, 3, NULL);
      g_autoptr (ReelTensor) b = view_of (a, 2, STRIDES (3, 3), STRIDES (1, 3), 0);
      g_autoptr (ReelTensor) c = reel_tensor_copy (a, NULL);
      g_autoptr (ReelTensor) row = view_of (a, 1, STRIDES (9), STRIDES (1), 0);
      g_autoptr (ReelTensor) other =
        reel_tensor_new_eye (dtype == REEL_U8 ? REEL_BOOL : REEL_U8, 3, 3, NULL);

      g_assert_true (reel_tensor_equal (a, b));
      g_assert_true (reel_tensor_all_close (a, b, 0, 0, FALSE));
      g_assert_false (reel_tensor_equal (a, row));
      g_assert_false (reel_tensor_all_close (a, row, 9, 9, TRUE));
      g_assert_false (reel_tensor_equal (a, other));
      g_assert_false (reel_tensor_all_close (a, other, 9, 9, TRUE));
      g_assert_true (reel_tensor_set_item (c, REEL_SHAPE (2, 1), 1, NULL));
      g_assert_false (reel_tensor_equal (a, c));
      g_assert_false (reel_tensor_equal (c, b));
      g_assert_false (reel_tensor_all_close (a, c, 0, 0.5, FALSE));
      g_assert_true (reel_tensor_all_close (a, c, 0, 1, FALSE));
      g_assert_true (reel_tensor_all_close (a, c, 1, 0, FALSE));
      g_assert_false (reel_tensor_all_close (c, a, 1, 0, FALSE));
    }
}

static gboolean
close_doubles (gdouble  a,
               gdouble  b,
               gdouble  relative,
               gdouble  absolute,
               gboolean equal_nan)
{
  g_autoptr (ReelTensor) x = reel_tensor_new_scalar (REEL_F64, a, NULL);
  g_autoptr (ReelTensor) y = reel_tensor_new_scalar (REEL_F64, b, NULL);

  return reel_tensor_all_close (x, y, relative, absolute, equal_nan);
}

static void
test_close (void)
{
  const gint64 large[] = { G_MAXINT64, G_MININT64 };
  const gint64 near[] = { G_MAXINT64 - 1, G_MININT64 };
  g_autoptr (ReelTensor) nan = reel_tensor_new_scalar (REEL_F32, NOT_A_NUMBER, NULL);
  g_autoptr (ReelTensor) zero = reel_tensor_new_scalar (REEL_F32, 0, NULL);
  g_autoptr (ReelTensor) negative_zero = reel_tensor_new_scalar (REEL_F32, -0.0, NULL);
  g_autoptr (ReelTensor) x =
    reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (2), large, sizeof large, NULL);
  g_autoptr (ReelTensor) y =
    reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (2), near, sizeof near, NULL);

  g_assert_false (reel_tensor_equal (nan, nan));
  g_assert_false (reel_tensor_all_close (nan, nan, 1, 1, FALSE));
  g_assert_true (reel_tensor_all_close (nan, nan, 0, 0, TRUE));
  g_assert_true (reel_tensor_equal (zero, negative_zero));

  g_assert_true (close_doubles (1, 1.25, 0.2, 0, FALSE));
  g_assert_false (close_doubles (1.25, 1, 0.2, 0, FALSE));
  g_assert_true (close_doubles (-1, -1.25, 0.1, 0.125, FALSE));
  g_assert_false (close_doubles (1, NOT_A_NUMBER, 9, 9, TRUE));
  g_assert_true (close_doubles (INFINITE, INFINITE, 0, 0, FALSE));
  g_assert_false (close_doubles (INFINITE, -INFINITE, 1, 1, FALSE));
  g_assert_false (close_doubles (1, INFINITE, 1, 1, FALSE));
  g_assert_false (close_doubles (INFINITE, 1, 1, 1, FALSE));

  /* As doubles these would be the same. */
  g_assert_false (reel_tensor_equal (x, y));
  g_assert_false (reel_tensor_all_close (x, y, 0, 0.5, FALSE));
  g_assert_true (reel_tensor_all_close (x, y, 0, 1, FALSE));
}

/* --- What hangs on a tensor --- */

static void
test_label (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (64, 784), NULL);
  gchar *text = reel_tensor_describe (tensor);

  g_assert_cmpstr (text, ==, "f32[64,784]");
  g_free (text);
  g_assert_null (reel_tensor_get_label (tensor));
  reel_tensor_set_label (tensor, NULL);
  reel_tensor_set_label (tensor, "the x");
  reel_tensor_set_label (tensor, reel_tensor_get_label (tensor));
  g_assert_cmpstr (reel_tensor_get_label (tensor), ==, "the x");
  reel_tensor_set_label (tensor, reel_tensor_get_label (tensor) + 4);
  text = reel_tensor_describe (tensor);
  g_assert_cmpstr (text, ==, "f32[64,784] \"x\"");
  g_free (text);
  reel_tensor_set_label (tensor, NULL);
  g_assert_null (reel_tensor_get_label (tensor));
}

static void
test_grad (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (3), NULL);
  g_autoptr (ReelTensor) integers = reel_tensor_new_zeros (REEL_I32, REEL_SHAPE (3), NULL);
  g_autoptr (ReelTensor) longer = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (4), NULL);
  ReelTensor *grad = reel_tensor_new_ones (REEL_F32, REEL_SHAPE (3), NULL);

  g_assert_false (reel_tensor_get_requires_grad (tensor));
  reel_tensor_set_requires_grad (tensor, TRUE);
  g_assert_true (reel_tensor_get_requires_grad (tensor));
  expect_critical ("*is_floating*");
  reel_tensor_set_requires_grad (integers, TRUE);
  g_assert_false (reel_tensor_get_requires_grad (integers));

  g_assert_null (reel_tensor_get_grad (tensor));
  reel_tensor_set_grad (tensor, NULL);
  reel_tensor_set_grad (tensor, grad);
  g_assert_true (reel_tensor_get_grad (tensor) == grad);
  reel_tensor_set_grad (tensor, grad);
  reel_tensor_unref (grad);
  ASSERT_ELEMENTS (reel_tensor_get_grad (tensor), 1, 1, 1);
  expect_critical ("*grad*");
  reel_tensor_set_grad (tensor, longer);
  expect_critical ("*grad*");
  reel_tensor_set_grad (tensor, integers);
  g_assert_true (reel_tensor_get_grad (tensor) == grad);
  reel_tensor_set_grad (tensor, NULL);
  g_assert_null (reel_tensor_get_grad (tensor));
  reel_tensor_set_requires_grad (tensor, FALSE);
  g_assert_false (reel_tensor_get_requires_grad (tensor));
  g_test_assert_expected_messages ();
}

static ReelTensor *
keep (ReelTensor *tensor,
      ReelTensor *cotangent,
      gpointer    user_data,
      GError    **error)
{
  return NULL;
}

static void
test_hooks (void)
{
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (3), NULL);
  guint n_calls = 0;
  guint first = reel_tensor_add_hook (tensor, keep, &n_calls, count_call);
  guint second = reel_tensor_add_hook (tensor, keep, &n_calls, count_call);
  guint third = reel_tensor_add_hook (tensor, keep, NULL, NULL);

  g_assert_cmpuint (first, !=, 0);
  g_assert_cmpuint (second, !=, 0);
  g_assert_cmpuint (first, !=, second);
  reel_tensor_remove_hook (tensor, first);
  g_assert_cmpuint (n_calls, ==, 1);
  expect_critical ("*no hook*");
  reel_tensor_remove_hook (tensor, first);
  expect_critical ("*id*");
  reel_tensor_remove_hook (tensor, 0);
  g_test_assert_expected_messages ();
  reel_tensor_remove_hook (tensor, third);
  reel_tensor_unref (tensor);
  g_assert_cmpuint (n_calls, ==, 2);
}

#define N_THREADS 4
#define N_ROUNDS 20000

static gpointer
use_tensor (gpointer data)
{
  ReelTensor *tensor = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      ReelTensor *same = reel_tensor_ref (tensor);

      if (i % 100 == 0)
        {
          g_autoptr (ReelTensor) view = view_of (tensor, 1, STRIDES (2), STRIDES (1), 1);

          g_assert_cmpfloat (at (view, 1), ==, 2);
        }
      reel_tensor_unref (same);
    }
  reel_tensor_unref (tensor);
  return NULL;
}

/* The last of several threads frees it, once. */
static void
test_threads (void)
{
  guint n_calls = 0;
  gfloat memory[] = { 0, 1, 2 };
  ReelTensor *tensor =
    reel_tensor_new_take_data (REEL_F32, REEL_SHAPE (3), memory, sizeof memory, count_call,
                               &n_calls, NULL);
  GThread *threads[N_THREADS];

  _reel_tensor_set_value (tensor, 1);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("use", use_tensor, reel_tensor_ref (tensor));
  /* as a tape lets go */
  _reel_tensor_set_value (tensor, REEL_VALUE_LEAF);
  reel_tensor_unref (tensor);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
test_boxed (void)
{
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F32, REEL_SCALAR_SHAPE, NULL);
  GValue value = G_VALUE_INIT;

  g_value_init (&value, REEL_TYPE_TENSOR);
  g_value_take_boxed (&value, tensor);
  g_assert_true (g_value_dup_boxed (&value) == tensor);
  reel_tensor_unref (tensor);
  g_value_unset (&value);
}

static void
test_null (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_F32, 3);

  for (guint i = 0; i < 5; i++)
    expect_critical ("*!= NULL*");
  g_assert_null (reel_tensor_get_data (NULL));
  g_assert_false (reel_tensor_fill (NULL, 1, NULL));
  g_assert_false (reel_tensor_equal (tensor, NULL));
  g_assert_false (reel_tensor_assign (tensor, NULL, NULL));
  g_assert_null (reel_tensor_to_string (NULL));
  expect_critical ("*axis*");
  g_assert_cmpint (reel_tensor_get_size (tensor, 1), ==, 0);
  g_test_assert_expected_messages ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tensor/create", test_create);
  g_test_add_func ("/tensor/create/convert", test_convert);
  g_test_add_func ("/tensor/create/errors", test_create_errors);
  g_test_add_func ("/tensor/create/arange", test_arange);
  g_test_add_func ("/tensor/create/linspace", test_linspace);
  g_test_add_func ("/tensor/create/from-data", test_from_data);
  g_test_add_func ("/tensor/create/take-data", test_take_data);
  g_test_add_func ("/tensor/create/copy", test_copy);
  g_test_add_func ("/tensor/view", test_view);
  g_test_add_func ("/tensor/view/empty", test_view_of_empty);
  g_test_add_func ("/tensor/equal", test_equal);
  g_test_add_func ("/tensor/close", test_close);
  g_test_add_func ("/tensor/label", test_label);
  g_test_add_func ("/tensor/grad", test_grad);
  g_test_add_func ("/tensor/hooks", test_hooks);
  g_test_add_func ("/tensor/threads", test_threads);
  g_test_add_func ("/tensor/boxed", test_boxed);
  g_test_add_func ("/tensor/null", test_null);
  return g_test_run ();
}
