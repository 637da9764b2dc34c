/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/grow.h"

#include <stdlib.h>

gboolean
_reel_grow (gpointer *buffer,
            gsize    *capacity,
            gsize     needed,
            gsize     element_size)
{
  /* Not by doubling: a sweep asks for all its slots at once. */
  gsize size = MAX (*capacity + *capacity / 2, MAX (needed, 64));
  gpointer grown;

  if (needed <= *capacity)
    return TRUE;
  if (size > G_MAXSSIZE / element_size)
    return FALSE;
  grown = realloc (*buffer, size * element_size);
  if (grown == NULL)
    return FALSE;
  *buffer = grown;
  *capacity = size;
  return TRUE;
}
