/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <stdlib.h>

/* Passes over memory: single functions, and a chain with its gradient. Every
 * measurement is ns an element, the median of repetitions. */

/* First the same work for a while: caches, the pool, and workers that sleep. */
#define WARM_SECONDS 0.02
#define N_REPEAT 31

static int
compare (const void *a,
         const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble *seconds)
{
  qsort (seconds, N_REPEAT, sizeof (gdouble), compare);
  return seconds[N_REPEAT / 2];
}

static gdouble
per_element (ReelTensor *(*func) (ReelTensor *x),
             gint64      size,
             gdouble     low,
             gdouble     high)
{
  g_autoptr (ReelTensor) x = bench_uniform (REEL_SHAPE (size), low, high);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  gdouble seconds[N_REPEAT];
  gdouble warm = bench_now () + WARM_SECONDS;

  reel_tape_push (tape);
  reel_tape_pause (tape);
  for (int i = -1; i < N_REPEAT; i += i >= 0 || bench_now () > warm)
    {
      gdouble begin = bench_now ();

      bench_check (!reel_tensor_is_error (func (x)), NULL);
      if (i >= 0)
        seconds[i] = bench_now () - begin;
      bench_check (reel_tape_reset (tape, &error), error);
    }
  reel_tape_pop (tape);
  return median (seconds) / (gdouble) size * 1e9;
}

static ReelTensor *
softmax (ReelTensor *x)
{
  return reel_softmax (x, -1);
}

static ReelTensor *
logsumexp (ReelTensor *x)
{
  return reel_logsumexp (x, REEL_ALL_AXES, FALSE);
}

#define UNARY(name, func, low, high) \
  static gdouble \
  bench_##name (gint64 size) \
  { \
    return per_element (func, size, low, high); \
  }

UNARY (exp, reel_exp, -10, 10)
UNARY (log, reel_log, 0.001, 100)
UNARY (tanh, reel_tanh, -5, 5)
UNARY (sigmoid, reel_sigmoid, -10, 10)
UNARY (softmax, softmax, -5, 5)
UNARY (logsumexp, logsumexp, -5, 5)

/* sum (tanh (x w + b) ...) of six elementwise ops, forward and backward */
static gdouble
chain6 (gint64 size)
{
  g_autoptr (ReelTensor) x = bench_uniform (REEL_SHAPE (size), -1, 1);
  g_autoptr (ReelTensor) w = bench_uniform (REEL_SHAPE (size), -1, 1);
  g_autoptr (ReelTensor) b = bench_uniform (REEL_SHAPE (size), -1, 1);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  gdouble seconds[N_REPEAT];
  gdouble warm = bench_now () + WARM_SECONDS;

  reel_tensor_set_requires_grad (x, TRUE);
  reel_tensor_set_requires_grad (w, TRUE);
  reel_tensor_set_requires_grad (b, TRUE);
  reel_tape_push (tape);
  for (int i = -1; i < N_REPEAT; i += i >= 0 || bench_now () > warm)
    {
      gdouble begin = bench_now ();
      ReelTensor *h = reel_tanh (reel_add (reel_mul (x, w), b));
      ReelTensor *y = reel_mul (reel_sigmoid (h), reel_square (h));

      bench_check (reel_backward (reel_sum (y, REEL_ALL_AXES, FALSE), &error), error);
      reel_tensor_set_grad (x, NULL);
      reel_tensor_set_grad (w, NULL);
      reel_tensor_set_grad (b, NULL);
      bench_check (reel_tape_reset (tape, &error), error);
      if (i >= 0)
        seconds[i] = bench_now () - begin;
    }
  reel_tape_pop (tape);
  return median (seconds) / (gdouble) size * 1e9;
}

#define SIZES(name) \
  { #name "-1e4", bench_##name, 10000 }, \
  { #name "-1e5", bench_##name, 100000 }, \
  { #name "-1e6", bench_##name, 1000000 }

const Bench bench_elementwise[] = {
  SIZES (exp),
  SIZES (log),
  SIZES (tanh),
  SIZES (sigmoid),
  SIZES (softmax),
  SIZES (logsumexp),
  { "chain6-1e5", chain6, 100000 },
  { "chain6-1e6", chain6, 1000000 },
  { NULL, NULL, 0 }
};
