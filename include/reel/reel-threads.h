/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <reel/reel-macros.h>

G_BEGIN_DECLS

/**
 * reel_set_n_threads:
 * @n_threads: threads to compute with, the calling one included; 0 for as many
 *   as the process may run on
 *
 * Sets how many threads kernels may use, for the whole process. The default is
 * what the environment's `REEL_NUM_THREADS` says, else as many as the process
 * may run on. Results do not depend on it: work is split by shape alone.
 */
REEL_AVAILABLE_IN_1_0
void reel_set_n_threads (guint n_threads);

/**
 * reel_get_n_threads:
 *
 * How many threads kernels may use; see [func@Reel.set_n_threads].
 *
 * Returns: at least 1
 */
REEL_AVAILABLE_IN_1_0
guint reel_get_n_threads (void);

G_END_DECLS
