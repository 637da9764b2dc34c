/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"

#include <reel/reel-dtype.h>
#include <reel/reel-error.h>

#include <math.h>

static const struct
{
  const gchar *name;
  gsize size;
  gboolean is_floating;
} dtypes[] = {
  [REEL_F32] = { "f32", 4, TRUE },
  [REEL_F64] = { "f64", 8, TRUE },
  [REEL_I32] = { "i32", 4, FALSE },
  [REEL_I64] = { "i64", 8, FALSE },
  [REEL_U8] = { "u8", 1, FALSE },
  [REEL_BOOL] = { "bool", 1, FALSE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (dtypes) == REEL_N_DTYPES);

gsize
reel_dtype_get_size (ReelDType dtype)
{
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, 0);

  return dtypes[dtype].size;
}

const gchar *
reel_dtype_get_name (ReelDType dtype)
{
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, "?");

  return dtypes[dtype].name;
}

gboolean
reel_dtype_is_floating (ReelDType dtype)
{
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, FALSE);

  return dtypes[dtype].is_floating;
}

gboolean
reel_dtype_check_number (ReelDType dtype,
                         gdouble   number,
                         GError  **error)
{
  static const struct
  {
    gdouble lowest, highest;
  } ranges[REEL_N_DTYPES] = {
    [REEL_I32] = { G_MININT32, G_MAXINT32 },
    /* As a double, the highest gint64 is one too many. */
    [REEL_I64] = { -0x1p63, 0x1p63 - 1024 },
    [REEL_U8] = { 0, G_MAXUINT8 },
  };
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, FALSE, REEL_ERROR_VALUE, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (dtypes[dtype].is_floating || dtype == REEL_BOOL)
    return TRUE;
  g_ascii_formatd (text, sizeof text, "%.17g", number);
  if (!isfinite (number) || number != trunc (number))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "the number %s is none of %s; reel_cast converts the tensor", text,
                   dtypes[dtype].name);
      return FALSE;
    }
  if (number < ranges[dtype].lowest || number > ranges[dtype].highest)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "the number %s is out of the range of %s", text, dtypes[dtype].name);
      return FALSE;
    }
  return TRUE;
}
