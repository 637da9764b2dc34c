/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel.h>

#define DIGITS_N_PIXELS 64
#define DIGITS_N_CLASSES 10

/* Pictures and what they show. */
typedef struct
{
  ReelTensor *pixels;   /* f32[n, 64], normalised */
  ReelTensor *labels;   /* i64[n], 0 to 9 */
} DigitsSet;

typedef struct
{
  DigitsSet train;
  DigitsSet test;
} Digits;

/* Where the digits lie when nobody says. Free the result with g_free(). */
gchar *digits_find_file (const gchar *program);

gboolean digits_load (Digits      *self,
                      const gchar *file,
                      GError     **error);
void digits_clear (Digits *self);

/* Makes a share of the training labels wrong; sets how many these are. */
gboolean digits_add_noise (Digits        *self,
                           gdouble        share,
                           ReelGenerator *generator,
                           gint64        *n_wrong,
                           GError       **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Digits, digits_clear)
