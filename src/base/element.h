/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-dtype.h>

/* Element access as doubles. A number becomes an integer truncated and saturated
 * (0 for NaN), and a bool that says whether it is not 0. */
gdouble _reel_element_get (ReelDType     dtype,
                           gconstpointer element);
void _reel_element_set (ReelDType dtype,
                        gpointer  element,
                        gdouble   value);
