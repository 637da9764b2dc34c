/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Reads "NAME THREADS" lines, runs that measurement once, answers with a number. */

gdouble
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gdouble) now.tv_sec + 1e-9 * (gdouble) now.tv_nsec;
}

void
bench_check (gboolean ok,
             GError  *error)
{
  if (ok)
    return;
  fprintf (stderr, "%s\n", error != NULL ? error->message : "failed");
  exit (EXIT_FAILURE);
}

ReelTensor *
bench_uniform (guint         rank,
               const gint64 *shape,
               gdouble       low,
               gdouble       high)
{
  static ReelGenerator *generator;
  GError *error = NULL;
  ReelTensor *tensor;

  if (generator == NULL)
    generator = reel_generator_new (1);
  tensor = reel_generator_uniform (generator, REEL_F32, rank, shape, low, high, &error);
  bench_check (tensor != NULL, error);
  return tensor;
}

static const Bench *
find (const gchar *name)
{
  const Bench *const lists[] = { bench_record, bench_elementwise, bench_training };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const Bench *bench = lists[i]; bench->name != NULL; bench++)
      if (strcmp (bench->name, name) == 0)
        return bench;
  return NULL;
}

int
main (void)
{
  char line[256];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      char name[128];
      unsigned n_threads = 1;
      const Bench *bench;

      if (sscanf (line, "%127s %u", name, &n_threads) < 1)
        continue;
      bench = find (name);
      if (bench == NULL)
        {
          puts ("none");
        }
      else
        {
          gdouble result;

          reel_set_n_threads (n_threads);
          result = bench->run (bench->size);
          if (isnan (result))
            puts ("none");
          else
            printf ("%.9g\n", result);
        }
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
