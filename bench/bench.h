/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One measurement: `run` does the work and returns a number in the unit that
 * bench/run gives it a name for. The program answers requests line by line, so
 * that bench/run can alternate between us and our peers. */

#include <reel/reel.h>

typedef gdouble (*BenchFunc) (gint64 size);

typedef struct
{
  const gchar *name;
  BenchFunc run;
  gint64 size;
} Bench;

extern const Bench bench_record[];
extern const Bench bench_elementwise[];
extern const Bench bench_training[];

/* Seconds of a steady clock. */
gdouble bench_now (void);

/* Ends the program when the library reports an error: nothing measured then would
 * mean anything. */
void bench_check (gboolean ok,
                  GError  *error);

/* A leaf of uniform numbers. */
ReelTensor *bench_uniform (guint         rank,
                           const gint64 *shape,
                           gdouble       low,
                           gdouble       high);
