/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tensor/tensor-private.h"

#include <locale.h>
#include <math.h>

/* The macros of math.h are floats. */
#define NOT_A_NUMBER ((gdouble) NAN)
#define INFINITE ((gdouble) INFINITY)

/* What is expected here was printed by NumPy 1.24 with precision=4 and
 * floatmode='maxprec'. */

static ReelTensor *
tensor_of (ReelDType      dtype,
           guint          rank,
           const gint64  *shape,
           const gdouble *values)
{
  ReelTensor *tensor = reel_tensor_new_zeros (dtype, rank, shape, NULL);

  for (gint64 i = 0; i < reel_tensor_get_n_elements (tensor); i++)
    _reel_element_set (dtype, (gchar *) tensor->data +
                              (gsize) i * reel_dtype_get_size (dtype), values[i]);
  return tensor;
}

static void
assert_prints (ReelTensor  *tensor,
               const gchar *expected)
{
  g_autofree gchar *text = reel_tensor_to_string (tensor);

  g_assert_cmpstr (text, ==, expected);
}

#define CHECK(dtype, shape, expected, ...) \
  G_STMT_START { \
    const gdouble values_[] = { __VA_ARGS__ }; \
    g_autoptr (ReelTensor) tensor_ = tensor_of (dtype, shape, values_); \
    assert_prints (tensor_, expected); \
  } G_STMT_END

static void
test_float (void)
{
  CHECK (REEL_F64, REEL_SHAPE (2, 2), "[[1.     2.5   ]\n [3.     4.1234]]",
         1, 2.5, 3, 4.1234);
  CHECK (REEL_F32, REEL_SHAPE (2, 2), "[[1.     2.5   ]\n [3.     4.1234]]",
         1, 2.5, 3, 4.1234);
  CHECK (REEL_F64, REEL_SHAPE (2), "[0. 0.]", 0, 0);
  CHECK (REEL_F64, REEL_SHAPE (2), "[-0.  1.]", -0.0, 1);
  CHECK (REEL_F64, REEL_SHAPE (2), "[-1.5  2. ]", -1.5, 2);
  CHECK (REEL_F64, REEL_SHAPE (2), "[0.3    0.1235]", 0.30000001, 0.123456);
  CHECK (REEL_F64, REEL_SHAPE (2), "[2. 1.]", 2.00005, 0.99999);
  CHECK (REEL_F64, REEL_SHAPE (2), "[   1. 1000.]", 1, 1000);
  CHECK (REEL_F64, REEL_SHAPE (1), "[99999999.]", 99999999);
  /* Before the point all digits count. */
  CHECK (REEL_F32, REEL_SHAPE (2), "[99999992.        0.]", 99999992, 0);
}

static void
test_scientific (void)
{
  CHECK (REEL_F64, REEL_SHAPE (1), "[1.e+08]", 1e8);
  CHECK (REEL_F64, REEL_SHAPE (2), "[1.e-05 1.e+00]", 1e-5, 1);
  CHECK (REEL_F64, REEL_SHAPE (2), "[1.0000e+00 1.0015e+03]", 1, 1001.5);
  CHECK (REEL_F64, REEL_SHAPE (2), "[ 1.e+100 -1.e-300]", 1e100, -1e-300);
  CHECK (REEL_F64, REEL_SHAPE (2), "[1.e+100 1.e+000]", 1e100, 1);
  CHECK (REEL_F64, REEL_SHAPE (1), "[5.e-324]", 5e-324);
  CHECK (REEL_F32, REEL_SHAPE (2), "[1.0000e-01 1.6777e+07]", 0.1, 16777216);
  CHECK (REEL_F32, REEL_SHAPE (1), "[3.4028e+38]", 3.4028234663852886e38);
}

static void
test_special (void)
{
  CHECK (REEL_F64, REEL_SHAPE (3), "[ nan  inf -inf]", NOT_A_NUMBER, INFINITE, -INFINITE);
  CHECK (REEL_F64, REEL_SHAPE (2), "[ nan 1.25]", NOT_A_NUMBER, 1.25);
  CHECK (REEL_F64, REEL_SHAPE (2), "[  -inf 1.e+10]", -INFINITE, 1e10);
  CHECK (REEL_F32, REEL_SHAPE (1), "[inf]", INFINITE);
}

static void
test_integer (void)
{
  const gint64 extremes[] = { G_MININT64, G_MAXINT64 };
  g_autoptr (ReelTensor) exact =
    reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (2), extremes, sizeof extremes, NULL);

  CHECK (REEL_I32, REEL_SHAPE (2, 2), "[[  1 -20]\n [300   4]]", 1, -20, 300, 4);
  CHECK (REEL_U8, REEL_SHAPE (3), "[  0 255   7]", 0, 255, 7);
  CHECK (REEL_BOOL, REEL_SHAPE (2, 2), "[[ True False]\n [ True  True]]", 1, 0, 1, 1);
  CHECK (REEL_BOOL, REEL_SHAPE (1), "[ True]", 1);
  assert_prints (exact, "[-9223372036854775808  9223372036854775807]");
}

static void
test_scalar (void)
{
  CHECK (REEL_F64, REEL_SCALAR_SHAPE, "3.25", 3.25);
  CHECK (REEL_F64, REEL_SCALAR_SHAPE, "3.1416", 3.14159265);
  CHECK (REEL_F32, REEL_SCALAR_SHAPE, "nan", NOT_A_NUMBER);
  CHECK (REEL_I32, REEL_SCALAR_SHAPE, "-7", -7);
  CHECK (REEL_BOOL, REEL_SCALAR_SHAPE, "True", 1);
}

static void
test_axes (void)
{
  CHECK (REEL_F64, REEL_SHAPE (2, 2, 2),
         "[[[1.  2. ]\n  [3.  4. ]]\n\n [[5.  6. ]\n  [7.  8.5]]]",
         1, 2, 3, 4, 5, 6, 7, 8.5);
  CHECK (REEL_I32, REEL_SHAPE (2, 1, 1, 1), "[[[[1]]]\n\n\n [[[2]]]]", 1, 2);
  CHECK (REEL_I32, REEL_SHAPE (0), "[]", 0);
  CHECK (REEL_F32, REEL_SHAPE (2, 0, 3), "[]", 0);
}

static void
test_wrapped (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_arange (REEL_F64, -3, 42, 1.5, NULL);
  g_autoptr (ReelTensor) rows = NULL;
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;

  assert_prints (tensor,
                 "[-3.  -1.5  0.   1.5  3.   4.5  6.   7.5  9.  10.5 12.  13.5 15.  16.5\n"
                 " 18.  19.5 21.  22.5 24.  25.5 27.  28.5 30.  31.5 33.  34.5 36.  37.5\n"
                 " 39.  40.5]");
  rows = reel_tensor_new_full (REEL_I32, REEL_SHAPE (2, 19), 1234, NULL);
  text = reel_tensor_to_string (rows);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpuint (strlen (lines[i]), <=, 75);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
}

static void
test_summarised (void)
{
  g_autoptr (ReelTensor) line = reel_tensor_new_arange (REEL_I64, 0, 2000, 1, NULL);
  g_autoptr (ReelTensor) table = reel_tensor_new_arange (REEL_I64, 0, 24, 1, NULL);
  g_autoptr (ReelTensor) grid = NULL;
  g_autoptr (ReelTensor) fractions = reel_tensor_new_linspace (REEL_F64, 0, 1, 7, NULL);
  const gint64 shape[] = { 4, 6 };
  const gint64 strides[] = { 6, 1 };
  gchar *text;

  assert_prints (line, "[   0    1    2 ... 1997 1998 1999]");
  grid = _reel_tensor_new_view (_reel_pool_get_shared (), table, 2, shape, strides, 0);
  text = reel_tensor_format (grid, 5, 1, 4);
  g_assert_cmpstr (text, ==, "[[ 0 ...  5]\n ...\n [18 ... 23]]");
  g_free (text);
  /* Not more than the threshold: all of it */
  text = reel_tensor_format (table, 24, 1, 4);
  g_assert_null (strstr (text, "..."));
  g_free (text);
  /* An axis of two edges has nothing to leave out. */
  text = reel_tensor_format (grid, 5, 2, 4);
  g_assert_cmpstr (text, ==, "[[ 0  1 ...  4  5]\n [ 6  7 ... 10 11]\n"
                   " [12 13 ... 16 17]\n [18 19 ... 22 23]]");
  g_free (text);
  text = reel_tensor_format (fractions, 5, 2, 2);
  g_assert_cmpstr (text, ==, "[0.   0.17 ... 0.83 1.  ]");
  g_free (text);
  text = reel_tensor_format (grid, 5, 0, 4);
  g_assert_cmpstr (text, ==, "[...]");
  g_free (text);
  text = reel_tensor_format (table, 5, G_MAXINT64, 4);
  g_assert_null (strstr (text, "..."));
  g_free (text);
}

static void
test_precision (void)
{
  const gdouble values[] = { 0.1, 1.0 / 3 };
  g_autoptr (ReelTensor) tensor = tensor_of (REEL_F64, REEL_SHAPE (2), values);
  gchar *text = reel_tensor_format (tensor, 10, 3, 0);

  g_assert_cmpstr (text, ==, "[0. 0.]");
  g_free (text);
  text = reel_tensor_format (tensor, 10, 3, 8);
  g_assert_cmpstr (text, ==, "[0.1        0.33333333]");
  g_free (text);
  text = reel_tensor_format (tensor, 10, 3, G_MAXUINT);
  g_assert_cmpstr (text, ==, "[0.1                0.3333333333333333]");
  g_free (text);
}

/* Views print what they show, not what their storage holds. */
static void
test_view (void)
{
  g_autoptr (ReelTensor) tensor = reel_tensor_new_arange (REEL_F32, 0, 6, 1, NULL);
  const gint64 shape[] = { 3, 2 };
  const gint64 strides[] = { -1, 3 };
  const gint64 repeated[] = { 0, 1 };
  g_autoptr (ReelTensor) view =
    _reel_tensor_new_view (_reel_pool_get_shared (), tensor, 2, shape, strides, 2);
  g_autoptr (ReelTensor) expanded =
    _reel_tensor_new_view (_reel_pool_get_shared (), tensor, 2, shape, repeated, 4);

  assert_prints (view, "[[2. 5.]\n [1. 4.]\n [0. 3.]]");
  assert_prints (expanded, "[[4. 5.]\n [4. 5.]\n [4. 5.]]");
}

static void
test_no_data (void)
{
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (2), NULL);

  _reel_tensor_release_data (tensor, NULL);
  assert_prints (tensor, "released");
  reel_tensor_unref (tensor);

  tensor = reel_tensor_new_zeros (REEL_F32, REEL_SCALAR_SHAPE, NULL);
  _reel_tensor_set_flags (tensor, REEL_TENSOR_ERROR);
  assert_prints (tensor, "error: an operand is an error tensor");
  _reel_tensor_ensure_extra (tensor)->error =
    g_error_new_literal (REEL_ERROR, REEL_ERROR_SHAPE, "shapes do not fit");
  assert_prints (tensor, "error: shapes do not fit");
  reel_tensor_unref (tensor);
}

/* A point is a point, also where the language writes a comma. */
static void
test_locale (void)
{
  static const gchar *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                          "fr_FR.utf8" };
  g_autofree gchar *before = g_strdup (setlocale (LC_NUMERIC, NULL));
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (locales) && !found; i++)
    found = setlocale (LC_NUMERIC, locales[i]) != NULL;
  if (!found)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  CHECK (REEL_F64, REEL_SHAPE (2), "[1.5    0.1235]", 1.5, 0.123456);
  CHECK (REEL_F64, REEL_SHAPE (2), "[1.5e+10 1.0e+00]", 1.5e10, 1);
  setlocale (LC_NUMERIC, before);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tensor-print/float", test_float);
  g_test_add_func ("/tensor-print/scientific", test_scientific);
  g_test_add_func ("/tensor-print/special", test_special);
  g_test_add_func ("/tensor-print/integer", test_integer);
  g_test_add_func ("/tensor-print/scalar", test_scalar);
  g_test_add_func ("/tensor-print/axes", test_axes);
  g_test_add_func ("/tensor-print/wrapped", test_wrapped);
  g_test_add_func ("/tensor-print/summarised", test_summarised);
  g_test_add_func ("/tensor-print/precision", test_precision);
  g_test_add_func ("/tensor-print/view", test_view);
  g_test_add_func ("/tensor-print/no-data", test_no_data);
  g_test_add_func ("/tensor-print/locale", test_locale);
  return g_test_run ();
}
