/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-error.h>
#include <reel/reel-generator.h>

/* One draw: returns its offset, which no other draw of this generator has, and the
 * key, for the functions of philox.h. From any thread. */
guint64 _reel_generator_next (ReelGenerator *self,
                              guint64       *key);

/* Whether numbers of that kind can be drawn: of `a` and `b` uniform has the ends, normal
 * mean and standard deviation, bernoulli the probability. */
typedef gboolean (*ReelDrawCheck) (ReelDType dtype,
                                   gdouble   a,
                                   gdouble   b,
                                   GError  **error);
gboolean _reel_draw_check_uniform   (ReelDType dtype,
                                     gdouble   a,
                                     gdouble   b,
                                     GError  **error);
gboolean _reel_draw_check_normal    (ReelDType dtype,
                                     gdouble   a,
                                     gdouble   b,
                                     GError  **error);
gboolean _reel_draw_check_bernoulli (ReelDType dtype,
                                     gdouble   a,
                                     gdouble   b,
                                     GError  **error);

/* Fills n elements with the draw of that key and number. */
void _reel_draw_uniform   (guint64   key,
                           guint64   counter,
                           ReelDType dtype,
                           gint64    n,
                           gdouble   a,
                           gdouble   b,
                           gpointer  data);
void _reel_draw_normal    (guint64   key,
                           guint64   counter,
                           ReelDType dtype,
                           gint64    n,
                           gdouble   a,
                           gdouble   b,
                           gpointer  data);
void _reel_draw_bernoulli (guint64   key,
                           guint64   counter,
                           ReelDType dtype,
                           gint64    n,
                           gdouble   a,
                           gdouble   b,
                           gpointer  data);
