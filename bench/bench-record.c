/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

/* What one recorded op costs: chains of adds of one element. */

#define N_ADDS 10000

static ReelTensor *
parameter (void)
{
  ReelTensor *x = bench_uniform (REEL_SCALAR_SHAPE, 0, 1);

  reel_tensor_set_requires_grad (x, TRUE);
  return x;
}

static ReelTensor *
chain (ReelTensor *x,
       gint64      n)
{
  ReelTensor *y = x;

  for (gint64 i = 0; i < n; i++)
    y = reel_add (y, x);
  return y;
}

/* ns an add, recorded only, or with its reverse step; on a new tape, or on one that
 * did the same before. */
static gdouble
measure (gboolean warm,
         gboolean sweep)
{
  g_autoptr (ReelTensor) x = parameter ();
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  gdouble begin, end;

  reel_tape_push (tape);
  for (int i = 0; i < (warm ? 3 : 0); i++)
    {
      ReelTensor *y = chain (x, N_ADDS);

      if (sweep)
        bench_check (reel_backward (y, &error), error);
      bench_check (reel_tape_reset (tape, &error), error);
    }
  begin = bench_now ();
  {
    ReelTensor *y = chain (x, N_ADDS);

    if (sweep)
      bench_check (reel_backward (y, &error), error);
  }
  end = bench_now ();
  reel_tape_pop (tape);
  return (end - begin) / N_ADDS * 1e9;
}

static gdouble
record_cold (gint64 size)
{
  return measure (FALSE, FALSE);
}

static gdouble
record_warm (gint64 size)
{
  return measure (TRUE, FALSE);
}

static gdouble
sweep_cold (gint64 size)
{
  return measure (FALSE, TRUE);
}

static gdouble
sweep_warm (gint64 size)
{
  return measure (TRUE, TRUE);
}

/* ns a step: y = x + x and its gradient, each step from a clean tape; what PyTorch
 * does for the same from Python. */
static gdouble
step (gint64 size)
{
  g_autoptr (ReelTensor) x = parameter ();
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  const gint n = 20000;
  gdouble begin;

  reel_tape_push (tape);
  begin = bench_now ();
  for (gint i = 0; i < n; i++)
    {
      bench_check (reel_backward (reel_add (x, x), &error), error);
      reel_tensor_set_grad (x, NULL);
      bench_check (reel_tape_reset (tape, &error), error);
    }
  reel_tape_pop (tape);
  return (bench_now () - begin) / n * 1e9;
}

/* A chain of `size` adds: ns a node in all, recorded, swept, freed. */
static gdouble
long_chain_time (gint64 size)
{
  g_autoptr (ReelTensor) x = parameter ();
  GError *error = NULL;
  gdouble begin = bench_now ();
  ReelTape *tape = reel_tape_new ();

  reel_tape_push (tape);
  bench_check (reel_backward (chain (x, size), &error), error);
  reel_tape_pop (tape);
  reel_tape_unref (tape);
  return (bench_now () - begin) / (gdouble) size * 1e9;
}

/* Bytes a node: what the tape held at most, and the sweep's slot. */
static gdouble
long_chain_bytes (gint64 size)
{
  g_autoptr (ReelTensor) x = parameter ();
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  ReelTapeStats stats;

  reel_tape_push (tape);
  bench_check (reel_backward (chain (x, size), &error), error);
  reel_tape_get_stats (tape, &stats);
  reel_tape_pop (tape);
  return (gdouble) stats.held_bytes / (gdouble) size + sizeof (gpointer);
}

const Bench bench_record[] = {
  { "record-add-cold", record_cold, 0 },
  { "record-add-warm", record_warm, 0 },
  { "record-and-reverse-add-cold", sweep_cold, 0 },
  { "record-and-reverse-add-warm", sweep_warm, 0 },
  { "add-step", step, 0 },
  { "long-chain-time", long_chain_time, 10000000 },
  { "long-chain-bytes", long_chain_bytes, 10000000 },
  { NULL, NULL, 0 }
};
