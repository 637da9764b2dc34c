/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private-fixture.h"

/* --- Reading and writing --- */

static void
test_items (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_F32, 6);
  g_autoptr (ReelTensor) grid = view_of (tensor, 2, STRIDES (2, 3), STRIDES (3, 1), 0);
  g_autoptr (ReelTensor) one = view_of (tensor, 2, STRIDES (1, 1), STRIDES (9, 9), 4);
  GError *error = NULL;

  g_assert_cmpfloat (at2 (grid, 1, 2), ==, 5);
  g_assert_cmpfloat (at2 (grid, -1, -3), ==, 3);
  g_assert_cmpfloat (reel_tensor_get_scalar (one), ==, 4);
  expect_critical ("*index 2 is out of range along axis 0 of f32?2,3?*");
  g_assert_true (isnan (at2 (grid, 2, 0)));
  expect_critical ("*index -4 is out of range along axis 1*");
  g_assert_true (isnan (at2 (grid, 0, -4)));
  expect_critical ("*1 indices for an element of f32?2,3?*");
  g_assert_true (isnan (at (grid, 0)));
  expect_critical ("*n_elements == 1*");
  g_assert_true (isnan (reel_tensor_get_scalar (grid)));
  g_test_assert_expected_messages ();

  g_assert_true (reel_tensor_set_item (grid, REEL_SHAPE (-1, 0), 7.5, &error));
  g_assert_no_error (error);
  ASSERT_ELEMENTS (tensor, 0, 1, 2, 7.5, 4, 5);
  assert_refuses (reel_tensor_set_item (grid, REEL_SHAPE (0, 3), 1, &error),
                  REEL_ERROR_INDEX);
  assert_refuses (reel_tensor_set_item (grid, REEL_SHAPE (0), 1, &error), REEL_ERROR_INDEX);
  g_assert_cmpuint (version_of (tensor), ==, 1);
}

static void
test_read_scalar (void)
{
  g_autoptr (ReelTensor) grid = range (REEL_F32, 6);
  g_autoptr (ReelTensor) number = NULL, integer = NULL;
  const gint64 large = ((gint64) 1 << 62) + 1;
  GError *error = NULL;
  gdouble read = 0;
  gint64 exact = 0;

  number = reel_tensor_new_scalar (REEL_F64, 2.5, &error);
  integer = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (1, 1), &large, sizeof large,
                                       &error);
  g_assert_no_error (error);
  g_assert_true (reel_tensor_read_scalar (number, &read, &exact, &error));
  g_assert_cmpfloat (read, ==, 2.5);
  g_assert_cmpint (exact, ==, 0);
  g_assert_true (reel_tensor_read_scalar (integer, NULL, &exact, &error));
  g_assert_cmpint (exact, ==, large);
  assert_refuses (reel_tensor_read_scalar (grid, &read, NULL, &error), REEL_ERROR_SHAPE);
  g_assert_true (isnan (read));
}

/* What a dtype cannot hold is refused wherever a number enters a leaf. */
static void
test_numbers (void)
{
  static const struct
  {
    ReelDType dtype;
    gdouble number;
    gint code;                  /* -1: none */
  } cases[] = {
    { REEL_F32, 0.1, -1 },
    { REEL_F32, (gdouble) NAN, -1 },
    { REEL_I32, 0x1p31 - 1, -1 },
    { REEL_I32, 0x1p31, REEL_ERROR_VALUE },
    { REEL_I64, -0x1p63, -1 },
    { REEL_I64, 0x1p63, REEL_ERROR_VALUE },
    { REEL_U8, 255, -1 },
    { REEL_U8, -1, REEL_ERROR_VALUE },
    { REEL_U8, 0.5, REEL_ERROR_DTYPE },
    { REEL_U8, (gdouble) INFINITY, REEL_ERROR_DTYPE },
    { REEL_BOOL, 0.5, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReelTensor) leaf = range (cases[i].dtype, 2);
      g_autoptr (ReelTensor) made = NULL;
      GError *error = NULL;

      made = reel_tensor_new_scalar (cases[i].dtype, cases[i].number, &error);
      if (cases[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_true (reel_tensor_fill (leaf, cases[i].number, &error));
          g_assert_true (reel_tensor_set_item (leaf, REEL_SHAPE (0), cases[i].number, &error));
          continue;
        }
      g_assert_null (made);
      g_assert_error (error, REEL_ERROR, cases[i].code);
      g_clear_error (&error);
      assert_refuses (reel_tensor_fill (leaf, cases[i].number, &error), cases[i].code);
      assert_refuses (reel_tensor_set_item (leaf, REEL_SHAPE (0), cases[i].number, &error),
                      cases[i].code);
      assert_refuses (reel_dtype_check_number (cases[i].dtype, cases[i].number, &error),
                      cases[i].code);
      g_assert_cmpuint (version_of (leaf), ==, 0);
    }
}

static void
test_read (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_I64, 6);
  g_autoptr (ReelTensor) view = view_of (tensor, 2, STRIDES (3, 2), STRIDES (-1, 3), 2);
  g_autoptr (ReelTensor) expanded = view_of (tensor, 2, STRIDES (2, 2), STRIDES (0, 1), 1);
  g_autoptr (ReelTensor) huge =
    view_of (tensor, 2, STRIDES ((gint64) 1 << 29, (gint64) 1 << 29), STRIDES (0, 0), 0);
  GError *error = NULL;
  gint64 buffer[6];

  g_assert_true (reel_tensor_read (view, buffer, sizeof buffer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (buffer[0], ==, 2);
  g_assert_cmpint (buffer[1], ==, 5);
  g_assert_cmpint (buffer[5], ==, 3);
  ASSERT_ELEMENTS (expanded, 1, 2, 1, 2);
  g_assert_true (reel_tensor_get_data (view) == (gint64 *) tensor->data + 2);
  g_assert_cmpuint (reel_tensor_get_address (view), ==, (gsize) reel_tensor_get_data (view));
  assert_refuses (reel_tensor_read (view, buffer, 40, &error), REEL_ERROR_SHAPE);
#ifndef REEL_HAVE_SANITIZER_MALLOC
  assert_fails (reel_tensor_get_bytes (huge, &error), REEL_ERROR_NO_MEMORY);
#endif
  assert_fails (reel_tensor_copy (huge, &error), REEL_ERROR_NO_MEMORY);
  g_assert_cmpuint (version_of (tensor), ==, 0);
}

/* Every write counts once, names its function, and reaches only its elements. */
static void
test_write (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_F64, 8);
  g_autoptr (ReelTensor) view = view_of (tensor, 2, STRIDES (2, 2), STRIDES (-4, 2), 5);
  const gdouble numbers[] = { 10, 11, 12, 13 };
  GError *error = NULL;
  gdouble *data;

  g_assert_true (reel_tensor_write (view, numbers, sizeof numbers, &error));
  ASSERT_ELEMENTS (tensor, 0, 12, 2, 13, 4, 10, 6, 11);
  g_assert_cmpuint (version_of (tensor), ==, 1);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_write");
  g_assert_true (reel_tensor_fill (view, -1, &error));
  ASSERT_ELEMENTS (tensor, 0, -1, 2, -1, 4, -1, 6, -1);
  g_assert_cmpuint (version_of (tensor), ==, 2);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_fill");
  g_assert_true (reel_tensor_set_item (view, REEL_SHAPE (1, 1), 3, &error));
  ASSERT_ELEMENTS (view, -1, -1, -1, 3);
  g_assert_cmpuint (version_of (tensor), ==, 3);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_set_item");
  g_assert_true (reel_tensor_scale (view, 2, &error));
  ASSERT_ELEMENTS (tensor, 0, -2, 2, 6, 4, -2, 6, -2);
  g_assert_cmpuint (version_of (tensor), ==, 4);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_scale");
  g_assert_true (reel_tensor_add_scaled (view, view, 0.5, &error));
  ASSERT_ELEMENTS (tensor, 0, -3, 2, 9, 4, -3, 6, -3);
  g_assert_cmpuint (version_of (tensor), ==, 5);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_add_scaled");
  g_assert_true (reel_tensor_assign (view, view, &error));
  g_assert_cmpuint (version_of (tensor), ==, 6);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_assign");
  data = reel_tensor_get_writable_data (tensor, &error);
  data[0] = 100;
  g_assert_cmpuint (version_of (view), ==, 7);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_get_writable_data");
  g_assert_cmpuint (reel_tensor_get_writable_address (view, &error), ==,
                    (gsize) (data + 5));
  g_assert_cmpuint (version_of (tensor), ==, 8);
  g_assert_cmpstr (tensor->storage->last_writer, ==, "reel_tensor_get_writable_address");
  g_assert_no_error (error);
  ASSERT_ELEMENTS (tensor, 100, -3, 2, 9, 4, -3, 6, -3);

  g_assert_true (reel_tensor_write (tensor, data + 0, 64, &error));
  assert_refuses (reel_tensor_write (view, numbers, 24, &error), REEL_ERROR_SHAPE);
  g_assert_cmpuint (version_of (tensor), ==, 9);
}

static void
test_write_bool (void)
{
  GError *error = NULL;
  g_autoptr (ReelTensor) tensor = reel_tensor_new_zeros (REEL_BOOL, REEL_SHAPE (3), &error);

  g_assert_true (reel_tensor_write (tensor, "\5\0\1", 3, &error));
  g_assert_cmpmem (reel_tensor_get_data (tensor), 3, "\1\0\1", 3);
  g_assert_true (reel_tensor_fill (tensor, 0.5, &error));
  g_assert_cmpmem (reel_tensor_get_data (tensor), 3, "\1\1\1", 3);
}

static void
test_assign (void)
{
  GError *error = NULL;
  g_autoptr (ReelTensor) tensor = range (REEL_I32, 6);
  g_autoptr (ReelTensor) low = view_of (tensor, 1, STRIDES (5), STRIDES (1), 0);
  g_autoptr (ReelTensor) high = view_of (tensor, 1, STRIDES (5), STRIDES (1), 1);
  g_autoptr (ReelTensor) back = view_of (tensor, 1, STRIDES (6), STRIDES (-1), 5);
  g_autoptr (ReelTensor) reals = range (REEL_F32, 6);
  g_autoptr (ReelTensor) other = range (REEL_I32, 5);
  gint32 memory[4] = { 1, 2, 3, 4 };
  g_autoptr (ReelTensor) whole = NULL;
  g_autoptr (ReelTensor) part = NULL;

  g_assert_true (reel_tensor_assign (high, low, &error));
  ASSERT_ELEMENTS (tensor, 0, 0, 1, 2, 3, 4);
  g_assert_true (reel_tensor_assign (low, high, &error));
  ASSERT_ELEMENTS (tensor, 0, 1, 2, 3, 4, 4);
  g_assert_true (reel_tensor_assign (tensor, back, &error));
  ASSERT_ELEMENTS (tensor, 4, 4, 3, 2, 1, 0);
  g_assert_true (reel_tensor_assign (high, other, &error));
  ASSERT_ELEMENTS (tensor, 4, 0, 1, 2, 3, 4);
  g_assert_no_error (error);
  assert_refuses (reel_tensor_assign (tensor, reals, &error), REEL_ERROR_DTYPE);
  assert_refuses (reel_tensor_assign (tensor, other, &error), REEL_ERROR_SHAPE);

  /* Two storages over one memory overlap as well. */
  whole = reel_tensor_new_take_data (REEL_I32, REEL_SHAPE (3), memory, 12, NULL, NULL, NULL);
  part = reel_tensor_new_take_data (REEL_I32, REEL_SHAPE (3), memory + 1, 12, NULL, NULL,
                                    NULL);
  g_assert_true (reel_tensor_assign (part, whole, &error));
  g_assert_cmpint (memory[3], ==, 3);
  g_assert_cmpint (memory[2], ==, 2);
}

/* y += f x, the same bits for any strides */
static void
test_add_scaled (void)
{
  for (ReelDType dtype = REEL_F32; dtype <= REEL_F64; dtype++)
    {
      gdouble rounding = dtype == REEL_F32 ? ROUNDING_F32 : ROUNDING_F64;
      GError *error = NULL;
      g_autoptr (ReelTensor) y = reel_tensor_new_linspace (dtype, 0, 1, 101, &error);
      g_autoptr (ReelTensor) x = reel_tensor_new_linspace (dtype, 2, 1, 101, &error);
      g_autoptr (ReelTensor) before = reel_tensor_copy (y, &error);
      g_autoptr (ReelTensor) wide = reel_tensor_new_zeros (dtype, REEL_SHAPE (202), &error);
      g_autoptr (ReelTensor) sparse = view_of (wide, 1, STRIDES (101), STRIDES (-2), 201);
      g_autoptr (ReelTensor) low = view_of (wide, 1, STRIDES (101), STRIDES (1), 0);
      g_autoptr (ReelTensor) wrong = reel_tensor_new_zeros (dtype, REEL_SHAPE (100), &error);
      g_autoptr (ReelTensor) copy = NULL;

      g_assert_true (reel_tensor_assign (sparse, y, &error));
      g_assert_true (reel_tensor_add_scaled (y, x, 0.1, &error));
      g_assert_true (reel_tensor_add_scaled (sparse, x, 0.1, &error));
      g_assert_no_error (error);
      g_assert_true (reel_tensor_equal (y, sparse));
      for (gint64 i = 0; i < 101; i++)
        assert_near (at (y, i), at (before, i) + 0.1 * at (x, i), rounding);
      g_assert_true (reel_tensor_scale (y, 0.3, &error));
      g_assert_true (reel_tensor_scale (sparse, 0.3, &error));
      g_assert_true (reel_tensor_equal (y, sparse));
      for (gint64 i = 0; i < 101; i++)
        assert_near (at (y, i), 0.3 * (at (before, i) + 0.1 * at (x, i)), rounding);
      for (gint64 i = 0; i < 202; i += 2)
        g_assert_cmpfloat (at (wide, i), ==, 0);

      /* Where it does overlap, the old values count. */
      copy = reel_tensor_copy (low, &error);
      g_assert_true (reel_tensor_assign (y, sparse, &error));
      g_assert_true (reel_tensor_add_scaled (sparse, low, 2, &error));
      g_assert_true (reel_tensor_add_scaled (y, copy, 2, &error));
      g_assert_true (reel_tensor_equal (y, sparse));
      assert_refuses (reel_tensor_add_scaled (y, wrong, 1, &error), REEL_ERROR_SHAPE);
    }
}

static void
test_update_errors (void)
{
  g_autoptr (ReelTensor) singles = range (REEL_F32, 3);
  g_autoptr (ReelTensor) doubles = range (REEL_F64, 3);
  g_autoptr (ReelTensor) integers = range (REEL_I32, 3);
  GError *error = NULL;

  assert_refuses (reel_tensor_add_scaled (singles, doubles, 1, &error), REEL_ERROR_DTYPE);
  assert_refuses (reel_tensor_add_scaled (integers, integers, 1, &error), REEL_ERROR_DTYPE);
  assert_refuses (reel_tensor_scale (integers, 1, &error), REEL_ERROR_DTYPE);
  g_assert_cmpuint (version_of (singles) + version_of (integers), ==, 0);
}

/* --- What must not be written or cannot be read --- */

/* None of the functions that write may do so. */
static void
assert_not_writable (ReelTensor *tensor,
                     gint        code)
{
  gfloat numbers[6] = { 0 };
  GError *error = NULL;

  g_assert_null (reel_tensor_get_writable_data (tensor, &error));
  assert_error_is (code);
  g_assert_cmpuint (reel_tensor_get_writable_address (tensor, &error), ==, 0);
  assert_error_is (code);
  assert_refuses (reel_tensor_write (tensor, numbers, sizeof numbers, &error), code);
  assert_refuses (reel_tensor_set_item (tensor, REEL_SHAPE (0, 0), 1, &error), code);
  assert_refuses (reel_tensor_fill (tensor, 1, &error), code);
  assert_refuses (reel_tensor_assign (tensor, tensor, &error), code);
  assert_refuses (reel_tensor_add_scaled (tensor, tensor, 1, &error), code);
  assert_refuses (reel_tensor_scale (tensor, 2, &error), code);
}

static void
assert_not_readable (ReelTensor *tensor,
                     gint        code)
{
  g_autoptr (ReelTensor) leaf = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (2, 3), NULL);
  gfloat numbers[6];
  GError *error = NULL;

  g_assert_null (reel_tensor_get_data (tensor));
  g_assert_cmpuint (reel_tensor_get_address (tensor), ==, 0);
  g_assert_true (isnan (at2 (tensor, 0, 0)));
  g_assert_true (isnan (reel_tensor_get_scalar (tensor)));
  assert_fails (reel_tensor_get_bytes (tensor, &error), code);
  assert_refuses (reel_tensor_read (tensor, numbers, sizeof numbers, &error), code);
  assert_fails (reel_tensor_copy (tensor, &error), code);
  assert_refuses (reel_tensor_assign (leaf, tensor, &error), code);
  assert_refuses (reel_tensor_add_scaled (leaf, tensor, 1, &error), code);
  g_assert_false (reel_tensor_equal (tensor, tensor));
  g_assert_false (reel_tensor_all_close (leaf, tensor, 1, 1, TRUE));
}

static void
test_recorded (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_ones (REEL_F32, REEL_SHAPE (2, 3), NULL);
  GError *error = NULL;

  reel_tensor_set_label (tensor, "loss");
  _reel_tensor_set_value (tensor, 12);
  g_assert_false (reel_tensor_is_leaf (tensor));
  assert_not_writable (tensor, REEL_ERROR_READ_ONLY);
  g_assert_cmpuint (version_of (tensor), ==, 0);
  g_assert_false (reel_tensor_fill (tensor, 1, &error));
  g_assert_nonnull (strstr (error->message, "f32[2,3] \"loss\""));
  g_clear_error (&error);

  /* Reading is allowed, and noticed. */
  g_assert_cmpuint (_reel_tensor_flags (tensor) & REEL_TENSOR_OBSERVED, ==, 0);
  g_assert_cmpfloat (at2 (tensor, 0, 0), ==, 1);
  g_assert_cmpuint (_reel_tensor_flags (tensor) & REEL_TENSOR_OBSERVED, !=, 0);

  expect_critical ("*recorded*");
  reel_tensor_set_requires_grad (tensor, TRUE);
  g_test_assert_expected_messages ();

  /* What a tape owns without having recorded it is a leaf. */
  _reel_tensor_set_value (tensor, REEL_VALUE_OWNED | 3);
  g_assert_true (reel_tensor_is_leaf (tensor));
  g_assert_true (reel_tensor_fill (tensor, 1, &error));
  _reel_tensor_set_value (tensor, REEL_VALUE_LEAF);
}

static void
test_observed (void)
{
  gfloat numbers[6];

  for (guint i = 0; i < 9; i++)
    {
      g_autoptr (ReelTensor) tensor =
        reel_tensor_new_ones (REEL_F32, REEL_SHAPE (2, 3), NULL);
      g_autoptr (ReelTensor) other = reel_tensor_copy (tensor, NULL);
      g_autoptr (ReelTensor) copy = NULL;

      g_assert_nonnull (reel_tensor_get_data (tensor));
      g_assert_cmpuint (_reel_tensor_flags (tensor) & REEL_TENSOR_OBSERVED, ==, 0);
      _reel_tensor_set_value (tensor, 12);
      if (i == 0)
        reel_tensor_get_data (tensor);
      else if (i == 1)
        reel_tensor_get_address (tensor);
      else if (i == 2)
        reel_tensor_read (tensor, numbers, sizeof numbers, NULL);
      else if (i == 3)
        g_bytes_unref (reel_tensor_get_bytes (tensor, NULL));
      else if (i == 4)
        g_free (reel_tensor_to_string (tensor));
      else if (i == 5)
        reel_tensor_equal (other, tensor);
      else if (i == 6)
        reel_tensor_all_close (other, tensor, 0, 0, FALSE);
      else if (i == 7)
        copy = reel_tensor_copy (tensor, NULL);
      else
        reel_tensor_assign (other, tensor, NULL);
      g_assert_cmpuint (_reel_tensor_flags (tensor) & REEL_TENSOR_OBSERVED, !=, 0);
      _reel_tensor_set_value (tensor, REEL_VALUE_LEAF);
    }
}

static void
test_released (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_ones (REEL_F32, REEL_SHAPE (2, 3), NULL);

  _reel_tensor_release_data (tensor, NULL);
  assert_not_writable (tensor, REEL_ERROR_RELEASED);
  assert_not_readable (tensor, REEL_ERROR_RELEASED);
}

static void
test_error_tensor (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_ones (REEL_F32, REEL_SHAPE (2, 3), NULL);

  _reel_tensor_set_flags (tensor, REEL_TENSOR_ERROR);
  g_assert_true (reel_tensor_is_error (tensor));
  assert_not_writable (tensor, REEL_ERROR_FAILED);
  assert_not_readable (tensor, REEL_ERROR_FAILED);
  _reel_tensor_ensure_extra (tensor)->error =
    g_error_new_literal (REEL_ERROR, REEL_ERROR_SHAPE, "shapes do not fit");
  assert_not_writable (tensor, REEL_ERROR_SHAPE);
  assert_not_readable (tensor, REEL_ERROR_SHAPE);
}

static void
test_expanded (void)
{
  g_autoptr (ReelTensor) tensor = range (REEL_F32, 3);
  g_autoptr (ReelTensor) expanded = view_of (tensor, 2, STRIDES (2, 3), STRIDES (0, 1), 0);
  g_autoptr (ReelTensor) single = view_of (tensor, 2, STRIDES (1, 3), STRIDES (0, 1), 0);
  g_autoptr (ReelTensor) empty = view_of (tensor, 2, STRIDES (2, 0), STRIDES (0, 1), 0);
  GError *error = NULL;

  ASSERT_ELEMENTS (expanded, 0, 1, 2, 0, 1, 2);
  assert_not_writable (expanded, REEL_ERROR_READ_ONLY);
  g_assert_cmpuint (version_of (tensor), ==, 0);
  g_assert_true (reel_tensor_fill (single, 4, &error));
  g_assert_true (reel_tensor_fill (empty, 5, &error));
  g_assert_no_error (error);
  ASSERT_ELEMENTS (tensor, 4, 4, 4);
}

/* A result of a few bytes lies in the header. */
static void
test_inline (void)
{
  g_autoptr (ReelTensor) tensor =
    _reel_tensor_new_sized (_reel_pool_get_shared (), REEL_F32, REEL_SHAPE (2), 2, TRUE);
  GError *error = NULL;

  g_assert_null (tensor->storage);
  g_assert_true (reel_tensor_fill (tensor, 3, &error));
  g_assert_true (reel_tensor_set_item (tensor, REEL_SHAPE (1), 4, &error));
  g_assert_true (reel_tensor_scale (tensor, 2, &error));
  g_assert_no_error (error);
  ASSERT_ELEMENTS (tensor, 6, 8);
  g_assert_cmpuint (version_of (tensor), ==, 3);
  g_assert_true (reel_tensor_get_data (tensor) == tensor->inline_data);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tensor/items", test_items);
  g_test_add_func ("/tensor/read", test_read);
  g_test_add_func ("/tensor/write", test_write);
  g_test_add_func ("/tensor/write/bool", test_write_bool);
  g_test_add_func ("/tensor/assign", test_assign);
  g_test_add_func ("/tensor/add-scaled", test_add_scaled);
  g_test_add_func ("/tensor/update-errors", test_update_errors);
  g_test_add_func ("/tensor/recorded", test_recorded);
  g_test_add_func ("/tensor/observed", test_observed);
  g_test_add_func ("/tensor/released", test_released);
  g_test_add_func ("/tensor/error", test_error_tensor);
  g_test_add_func ("/tensor/numbers", test_numbers);
  g_test_add_func ("/tensor/read-scalar", test_read_scalar);
  g_test_add_func ("/tensor/expanded", test_expanded);
  g_test_add_func ("/tensor/inline", test_inline);
  return g_test_run ();
}
