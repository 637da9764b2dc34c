/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench-blas.h"

#include <dlfcn.h>

/* The functions of a library; FALSE where it lacks one. */
static gboolean
fill (BenchBlas   *blas,
      const gchar *name)
{
  const gchar *(*core) (void);
  gpointer library = dlopen (name, RTLD_NOW);

  if (library == NULL)
    return FALSE;
  *(gpointer *) &blas->sgemm = dlsym (library, "cblas_sgemm");
  *(gpointer *) &blas->dgemm = dlsym (library, "cblas_dgemm");
  *(gpointer *) &blas->sgemv = dlsym (library, "cblas_sgemv");
  *(gpointer *) &blas->dgemv = dlsym (library, "cblas_dgemv");
  *(gpointer *) &core = dlsym (library, "openblas_get_corename");
  g_snprintf (blas->name, sizeof blas->name, "%s %s", name, core != NULL ? core () : "");
  return blas->sgemm != NULL && blas->dgemm != NULL && blas->sgemv != NULL &&
         blas->dgemv != NULL;
}

const BenchBlas *
bench_blas (void)
{
  static const gchar *const names[] = { "libopenblas.so.0", "libblis.so.4", "libcblas.so.3",
                                        "libblas.so.3" };
  static BenchBlas blas;
  static gboolean looked, found;
  const gchar *wanted = g_getenv ("REEL_BENCH_BLAS");

  if (!looked && wanted != NULL)
    found = fill (&blas, wanted);
  for (guint i = 0; !looked && wanted == NULL && !found && i < G_N_ELEMENTS (names); i++)
    found = fill (&blas, names[i]);
  looked = TRUE;
  return found ? &blas : NULL;
}
