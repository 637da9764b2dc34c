/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Grows a buffer that keeps its contents; FALSE where there is no memory. To be
 * freed with free (). */
gboolean _reel_grow (gpointer *buffer,
                     gsize    *capacity,
                     gsize     needed,
                     gsize     element_size);
