/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/element.h"

#include <math.h>

/* One element as a double, and back. */

gdouble
_reel_element_get (ReelDType     dtype,
                   gconstpointer element)
{
  switch (dtype)
    {
    case REEL_F32:
      return (gdouble) *(const gfloat *) element;
    case REEL_F64:
      return *(const gdouble *) element;
    case REEL_I32:
      return *(const gint32 *) element;
    case REEL_I64:
      return (gdouble) *(const gint64 *) element;
    case REEL_U8:
      return *(const guint8 *) element;
    case REEL_BOOL:
      return *(const guint8 *) element != 0;
    default:
      g_return_val_if_reached ((gdouble) NAN);
    }
}

static gint64
saturate (gdouble value,
          gint64  lowest,
          gint64  highest)
{
  if (isnan (value))
    return 0;
  if (value <= (gdouble) lowest)
    return lowest;
  /* As a double, the highest gint64 is one too many. */
  if (value >= (gdouble) highest)
    return highest;
  return (gint64) value;
}

void
_reel_element_set (ReelDType dtype,
                   gpointer  element,
                   gdouble   value)
{
  switch (dtype)
    {
    case REEL_F32:
      *(gfloat *) element = (gfloat) value;
      break;
    case REEL_F64:
      *(gdouble *) element = value;
      break;
    case REEL_I32:
      *(gint32 *) element = (gint32) saturate (value, G_MININT32, G_MAXINT32);
      break;
    case REEL_I64:
      *(gint64 *) element = saturate (value, G_MININT64, G_MAXINT64);
      break;
    case REEL_U8:
      *(guint8 *) element = (guint8) saturate (value, 0, G_MAXUINT8);
      break;
    case REEL_BOOL:
      *(guint8 *) element = value != 0;
      break;
    default:
      g_return_if_reached ();
    }
}
