/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Matrix products side by side with a CBLAS, in one process. The first line says which
 * kernels run and against what; then "WHO-DTYPE-MxNxK-AB THREADS" is answered with the
 * nanoseconds that one product takes. WHO is product, alone (with one thread) or blas; A
 * and B are n, or t for a matrix that lies transposed. */

#include "bench-blas.h"

#include "kernels/gemm.h"

#include <reel/reel-threads.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES 31
#define SAMPLE_SECONDS 0.0005
#define MOST_SECONDS 0.1

typedef struct
{
  ReelDType dtype;
  gint64 m, n, k;
  gboolean transposed_a, transposed_b;
  gpointer a, b, c;
} Task;

/* Of this thread's own time, where it is the only one: what else the machine does then
 * shows less. */
static clockid_t timer;

static gdouble
now (void)
{
  struct timespec time;

  clock_gettime (timer, &time);
  return (gdouble) time.tv_sec + 1e-9 * (gdouble) time.tv_nsec;
}

static gpointer
uniform (ReelDType dtype,
         gint64    n)
{
  gpointer data = g_malloc ((gsize) n * reel_dtype_get_size (dtype));
  guint32 state = 1;

  for (gint64 i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      if (dtype == REEL_F32)
        ((gfloat *) data)[i] = (gfloat) (state >> 8) / 16777216.0f - 0.5f;
      else
        ((gdouble *) data)[i] = (gdouble) (state >> 8) / 16777216.0 - 0.5;
    }
  return data;
}

static void
by_reel (const Task *t)
{
  const gint64 a_row_stride = t->transposed_a ? 1 : t->k;
  const ReelProduct product = {
    .dtype = t->dtype, .n_row_axes = 1, .row_shape = &t->m, .a_row_strides = &a_row_stride,
    .n = t->n, .k = t->k, .a_k_stride = t->transposed_a ? t->m : 1,
    .b_k_stride = t->transposed_b ? 1 : t->n, .b_column_stride = t->transposed_b ? t->k : 1,
    .a = t->a, .b = t->b, .c = t->c
  };

  _reel_gemm (&product);
}

/* A matrix of one row or column goes to gemv, as a user of BLAS would have it. */
static void
by_blas (const Task *t)
{
  const BenchBlas *blas = bench_blas ();
  const int m = (int) t->m, n = (int) t->n, k = (int) t->k;
  const int transpose_a = t->transposed_a ? BLAS_TRANSPOSED : BLAS_AS_IS;
  const int transpose_b = t->transposed_b ? BLAS_TRANSPOSED : BLAS_AS_IS;
  const int lda = t->transposed_a ? m : k, ldb = t->transposed_b ? k : n;

  if (m > 1 && n > 1)
    {
      if (t->dtype == REEL_F32)
        blas->sgemm (BLAS_ROW_MAJOR, transpose_a, transpose_b, m, n, k, 1, t->a, lda, t->b,
                     ldb, 0, t->c, n);
      else
        blas->dgemm (BLAS_ROW_MAJOR, transpose_a, transpose_b, m, n, k, 1, t->a, lda, t->b,
                     ldb, 0, t->c, n);
    }
  else
    {
      const gboolean left = n == 1;
      const int transpose = left ? transpose_a
                            : t->transposed_b ? BLAS_AS_IS : BLAS_TRANSPOSED;
      const int rows = left ? (t->transposed_a ? k : m) : t->transposed_b ? n : k;
      const int columns = left ? (t->transposed_a ? m : k) : t->transposed_b ? k : n;

      if (t->dtype == REEL_F32)
        blas->sgemv (BLAS_ROW_MAJOR, transpose, rows, columns, 1, left ? t->a : t->b,
                     columns, left ? t->b : t->a, 1, 0, t->c, 1);
      else
        blas->dgemv (BLAS_ROW_MAJOR, transpose, rows, columns, 1, left ? t->a : t->b,
                     columns, left ? t->b : t->a, 1, 0, t->c, 1);
    }
}

static int
compare (const void *a,
         const void *b)
{
  const gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
repeat (void (*run) (const Task *task),
        const Task *task,
        gint64      n)
{
  const gdouble begin = now ();

  for (gint64 i = 0; i < n; i++)
    run (task);
  return (now () - begin) / (gdouble) n;
}

/* Nanoseconds a product: the median of samples that are shorter than the turns which
 * programs of one machine take. */
static gdouble
measure (void (*run) (const Task *task),
         const Task *task)
{
  gdouble samples[SAMPLES], spent = 0, once;
  gint64 n_times;
  guint n = 0;

  (void) repeat (run, task, 1);
  once = MAX (repeat (run, task, 3), 1e-9);
  n_times = (gint64) CLAMP (SAMPLE_SECONDS / once, 1.0, 1e5);
  while (n < SAMPLES && (n < 3 || spent < MOST_SECONDS))
    {
      samples[n] = repeat (run, task, n_times);
      spent += samples[n++] * (gdouble) n_times;
    }
  qsort (samples, n, sizeof samples[0], compare);
  return 1e9 * samples[n / 2];
}

static gboolean
parse (const gchar *line,
       gchar        who[16],
       Task        *task,
       unsigned    *n_threads)
{
  gchar a, b;
  int bits;

  if (sscanf (line, "%15[a-z]-f%d-%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%"
              G_GINT64_FORMAT "-%c%c %u", who, &bits, &task->m, &task->n, &task->k, &a, &b,
              n_threads) != 8)
    return FALSE;
  task->dtype = bits == 32 ? REEL_F32 : REEL_F64;
  task->transposed_a = a == 't';
  task->transposed_b = b == 't';
  return TRUE;
}

int
main (void)
{
  gchar line[256], who[16];
  unsigned n_threads;
  Task task;

  printf ("%s kernels, %s\n", _reel_kernels ()->name,
          bench_blas () != NULL ? bench_blas ()->name : "no CBLAS");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      if (!parse (line, who, &task, &n_threads) ||
          (strcmp (who, "blas") == 0 && bench_blas () == NULL))
        {
          puts ("none");
        }
      else
        {
          task.a = uniform (task.dtype, task.m * task.k);
          task.b = uniform (task.dtype, task.k * task.n);
          task.c = uniform (task.dtype, task.m * task.n);
          timer = n_threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
          reel_set_n_threads (strcmp (who, "alone") == 0 ? 1 : n_threads);
          printf ("%.9g\n", measure (strcmp (who, "blas") == 0 ? by_blas : by_reel, &task));
          g_free (task.a);
          g_free (task.b);
          g_free (task.c);
        }
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
