/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* g_autofree for what is NULL but for the rare case, without a call then. */
#define REEL_RARELY_ALLOCATED __attribute__ ((cleanup (_reel_free_rare)))

static inline void
_reel_free_rare (gpointer pointer)
{
  gpointer memory = *(gpointer *) pointer;

  if (G_UNLIKELY (memory != NULL))
    g_free (memory);
}

/* Grows a buffer that keeps its contents; FALSE where there is no memory. To be
 * freed with free (). */
gboolean _reel_grow (gpointer *buffer,
                     gsize    *capacity,
                     gsize     needed,
                     gsize     element_size);
