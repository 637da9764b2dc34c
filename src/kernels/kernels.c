/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/kernels.h"

#include <stdatomic.h>
#include <string.h>

/* The choice of a table of loops. Only where the compiler can make the wider
 * ones (x86) are they linked in. */

extern const ReelKernels _reel_kernels_baseline;

#if defined (__x86_64__) || defined (__i386__)
#define HAVE_X86_KERNELS 1
extern const ReelKernels _reel_kernels_avx2;
extern const ReelKernels _reel_kernels_avx512;
#else
#define HAVE_X86_KERNELS 0
#endif

static gboolean
machine_runs_avx2 (void)
{
#if HAVE_X86_KERNELS
  __builtin_cpu_init ();

  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#else
  return FALSE;
#endif
}

static gboolean
machine_runs_avx512 (void)
{
#if HAVE_X86_KERNELS
  return machine_runs_avx2 ()
         && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512vl");
#else
  return FALSE;
#endif
}

const ReelKernels *
_reel_kernels_lookup (const gchar *name)
{
#if HAVE_X86_KERNELS
  if (strcmp (name, "avx512") == 0 && machine_runs_avx512 ())
    return &_reel_kernels_avx512;
  if (strcmp (name, "avx2") == 0 && machine_runs_avx2 ())
    return &_reel_kernels_avx2;
#endif
  if (strcmp (name, "baseline") == 0)
    return &_reel_kernels_baseline;

  return NULL;
}

static const ReelKernels *
choose (void)
{
  static const gchar *const best_first[] = { "avx512", "avx2", "baseline" };
  const gchar *wanted = g_getenv ("REEL_CPU");
  const ReelKernels *kernels = NULL;

  if (wanted != NULL)
    kernels = _reel_kernels_lookup (wanted);
  for (guint i = 0; kernels == NULL && i < G_N_ELEMENTS (best_first); i++)
    kernels = _reel_kernels_lookup (best_first[i]);

  return kernels;
}

/* Threads that meet here all choose, and choose the same. */
const ReelKernels *
_reel_kernels (void)
{
  static const ReelKernels *_Atomic chosen;
  const ReelKernels *kernels = atomic_load_explicit (&chosen, memory_order_acquire);

  if (G_UNLIKELY (kernels == NULL))
    {
      kernels = choose ();
      atomic_store_explicit (&chosen, kernels, memory_order_release);
    }

  return kernels;
}
