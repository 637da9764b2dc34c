/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct
{
  gchar *data;          /* NULL: look for it */
  gchar *out;           /* NULL: write nothing */
  gint hidden;
  gint epochs;
  gint batch;           /* 0: all of them */
  gint threads;         /* 0: one a processor */
  gint64 seed;
  gdouble rate;
  gdouble momentum;
  gdouble noise;
  gboolean quiet;
} DigitsOptions;

gboolean digits_options_parse (DigitsOptions *self,
                               int           *argc,
                               char        ***argv,
                               GError       **error);
void digits_options_clear (DigitsOptions *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DigitsOptions, digits_options_clear)
