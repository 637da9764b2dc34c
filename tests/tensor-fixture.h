/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of tensors share. */

#include <reel/reel.h>

#include <math.h>

/* The macros of math.h are floats. */
#define NOT_A_NUMBER ((gdouble) NAN)
#define INFINITE ((gdouble) INFINITY)

#define assert_near(x, expected, tolerance) \
  g_assert_cmpfloat (fabs ((x) - (expected)), <=, tolerance)

/* A sanitizer's malloc () ends the program where memory is not to be had. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REEL_HAVE_SANITIZER_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REEL_HAVE_SANITIZER_MALLOC 1
#endif
#endif

/* Two roundings of a number near 1 */
#define ROUNDING_F32 2.4e-7
#define ROUNDING_F64 4.5e-16

#define assert_error_is(code) \
  G_STMT_START { \
    g_assert_error (error, REEL_ERROR, code); \
    g_clear_error (&error); \
  } G_STMT_END

#define assert_fails(call, code) \
  G_STMT_START { \
    g_assert_null (call); \
    assert_error_is (code); \
  } G_STMT_END

#define assert_refuses(call, code) \
  G_STMT_START { \
    g_assert_false (call); \
    assert_error_is (code); \
  } G_STMT_END

#define FIXTURE static inline G_GNUC_UNUSED

#define expect_critical(pattern) \
  g_test_expect_message ("Reel", G_LOG_LEVEL_CRITICAL, pattern)

FIXTURE gdouble
at (ReelTensor *tensor,
    gint64      i)
{
  return reel_tensor_get_item (tensor, 1, &i);
}

FIXTURE gdouble
at2 (ReelTensor *tensor,
     gint64      i,
     gint64      j)
{
  return reel_tensor_get_item (tensor, REEL_SHAPE (i, j));
}

FIXTURE void
assert_elements (ReelTensor    *tensor,
                 gint64         n,
                 const gdouble *expected)
{
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (tensor, &rank);

  g_assert_cmpint (reel_tensor_get_n_elements (tensor), ==, n);
  for (gint64 i = 0; i < n; i++)
    {
      gint64 place[REEL_MAX_AXES], left = i;

      for (guint axis = rank; axis-- > 0; left /= shape[axis])
        place[axis] = left % shape[axis];
      g_assert_cmpfloat (reel_tensor_get_item (tensor, rank, place), ==, expected[i]);
    }
}

#define ASSERT_ELEMENTS(tensor, ...) \
  assert_elements (tensor, G_N_ELEMENTS (((const gdouble[]){ __VA_ARGS__ })), \
                   (const gdouble[]){ __VA_ARGS__ })

FIXTURE ReelTensor *
range (ReelDType dtype,
       gint64    n)
{
  return reel_tensor_new_arange (dtype, 0, (gdouble) n, 1, NULL);
}
