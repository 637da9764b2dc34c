/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <reel/reel-macros.h>

G_BEGIN_DECLS

/**
 * ReelDType:
 * @REEL_F32: IEEE 754 binary32, `float`
 * @REEL_F64: IEEE 754 binary64, `double`
 * @REEL_I32: two's complement 32 bit, `gint32`
 * @REEL_I64: two's complement 64 bit, `gint64`
 * @REEL_U8: unsigned 8 bit, `guint8`
 * @REEL_BOOL: one byte, 0 or 1
 *
 * The type of a tensor's elements.
 *
 * The values are part of the ABI; new ones are only ever appended. There is no
 * silent promotion between them: mixing two is an error that names
 * [func@Reel.cast].
 */
typedef enum /*< underscore_name=reel_dtype >*/
{
  REEL_F32 = 0,
  REEL_F64 = 1,
  REEL_I32 = 2,
  REEL_I64 = 3,
  REEL_U8 = 4,
  REEL_BOOL = 5
} ReelDType;

/**
 * REEL_N_DTYPES: (skip)
 *
 * How many dtypes this version knows.
 */
#define REEL_N_DTYPES 6

/**
 * reel_dtype_get_size:
 * @dtype: a dtype
 *
 * The size of one element: 4, 8, 4, 8, 1 and 1 for f32, f64, i32, i64, u8 and
 * bool.
 *
 * Returns: bytes an element
 */
REEL_AVAILABLE_IN_1_0
gsize reel_dtype_get_size (ReelDType dtype);

/**
 * reel_dtype_get_name:
 * @dtype: a dtype
 *
 * The short name that dumps and error messages use, such as "f32".
 *
 * Returns: (transfer none): a static string
 */
REEL_AVAILABLE_IN_1_0
const gchar *reel_dtype_get_name (ReelDType dtype);

/**
 * reel_dtype_is_floating:
 * @dtype: a dtype
 *
 * Whether @dtype is a floating-point type. Only such tensors have gradients.
 *
 * Returns: %TRUE for f32 and f64
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_dtype_is_floating (ReelDType dtype);

/**
 * reel_dtype_check_number:
 * @dtype: an element type
 * @number: a number
 * @error: return location for an error
 *
 * Checks that a number is one of @dtype: a floating-point dtype takes any, rounded,
 * bool takes any as a truth value, and the others take whole numbers of their range. Fails with %REEL_ERROR_DTYPE on a
 * fraction, a NaN or an infinity, and with %REEL_ERROR_VALUE out of range.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_dtype_check_number (ReelDType dtype,
                                  gdouble   number,
                                  GError  **error);

G_END_DECLS
