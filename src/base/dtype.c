/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <reel/reel-dtype.h>

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
