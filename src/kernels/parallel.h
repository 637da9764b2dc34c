/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The worker pool. Work is split by its size alone, so that results do not
 * depend on how many threads carry it out. */

#include <glib.h>

/* Elements that a part of the work has, where nothing speaks for another size */
#define REEL_GRAIN 16384

/* Runs part number `part`, the half-open range [begin, end). */
typedef void (*ReelPartFunc) (gint64   part,
                              gint64   begin,
                              gint64   end,
                              gpointer data);

/* Cuts [0, n) into parts of `grain` (the last may be shorter) and runs them all,
 * on this thread and the pool's; returns when all are done. n <= grain, one
 * thread, a call from inside a part, or a pool busy with another program thread's
 * work: the same parts in order on the calling thread. */
void _reel_parallel_for (gint64       n,
                         gint64       grain,
                         ReelPartFunc func,
                         gpointer     data);
