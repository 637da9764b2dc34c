/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench-blas.h"
#include "bench.h"

#include <math.h>
#include <string.h>

/* A step of training a network 784-256-10 with batches of 64: forward, backward,
 * SGD. Once through the tape, once written by hand on a CBLAS, if there is
 * one. Both give examples a second. */

#define BATCH 64
#define INPUTS 784
#define HIDDEN 256
#define CLASSES 10
#define N_STEPS 200
#define RATE 0.01f

static gdouble
mlp_reel (gint64 size)
{
  g_autoptr (ReelTensor) x = bench_uniform (REEL_SHAPE (BATCH, INPUTS), 0, 1);
  g_autoptr (ReelTensor) w1 = bench_uniform (REEL_SHAPE (HIDDEN, INPUTS), -0.05, 0.05);
  g_autoptr (ReelTensor) b1 = bench_uniform (REEL_SHAPE (HIDDEN), -0.05, 0.05);
  g_autoptr (ReelTensor) w2 = bench_uniform (REEL_SHAPE (CLASSES, HIDDEN), -0.1, 0.1);
  g_autoptr (ReelTensor) b2 = bench_uniform (REEL_SHAPE (CLASSES), -0.1, 0.1);
  ReelTensor *parameters[] = { w1, b1, w2, b2 };
  gint64 labels[BATCH];
  g_autoptr (ReelTensor) target = NULL;
  g_autoptr (ReelTape) tape = reel_tape_new ();
  GError *error = NULL;
  gdouble begin = 0;

  for (int i = 0; i < BATCH; i++)
    labels[i] = i % CLASSES;
  target = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (BATCH), labels, sizeof labels,
                                      &error);
  bench_check (target != NULL, error);
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    reel_tensor_set_requires_grad (parameters[i], TRUE);

  reel_tape_push (tape);
  for (int step = -20; step < N_STEPS; step++)
    {
      ReelTensor *hidden, *logits, *loss;

      if (step == 0)
        begin = bench_now ();
      hidden = reel_relu (reel_linear (x, w1, b1));
      logits = reel_linear (hidden, w2, b2);
      loss = reel_cross_entropy (logits, target, REEL_REDUCTION_MEAN);
      bench_check (reel_backward (loss, &error), error);
      for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
        {
          ReelTensor *p = parameters[i];

          bench_check (reel_tensor_add_scaled (p, reel_tensor_get_grad (p), -(gdouble) RATE,
                                               &error),
                       error);
          reel_tensor_set_grad (p, NULL);
        }
      bench_check (reel_tape_reset (tape, &error), error);
    }
  reel_tape_pop (tape);
  return N_STEPS * BATCH / (bench_now () - begin);
}

typedef struct
{
  gfloat x[BATCH * INPUTS], w1[HIDDEN * INPUTS], b1[HIDDEN], w2[CLASSES * HIDDEN], b2[CLASSES];
  gfloat hidden[BATCH * HIDDEN], logits[BATCH * CLASSES];
  gfloat d_logits[BATCH * CLASSES], d_hidden[BATCH * HIDDEN];
  gfloat d_w1[HIDDEN * INPUTS], d_b1[HIDDEN], d_w2[CLASSES * HIDDEN], d_b2[CLASSES];
} Network;

static void
add_bias (gfloat       *out,
          const gfloat *bias,
          int           n)
{
  for (int i = 0; i < BATCH; i++)
    memcpy (out + i * n, bias, (gsize) n * sizeof (gfloat));
}

static void
sum_rows (gfloat       *out,
          const gfloat *x,
          int           n)
{
  memset (out, 0, (gsize) n * sizeof (gfloat));
  for (int i = 0; i < BATCH; i++)
    for (int j = 0; j < n; j++)
      out[j] += x[i * n + j];
}

static void
descend (gfloat       *p,
         const gfloat *gradient,
         int           n)
{
  for (int i = 0; i < n; i++)
    p[i] -= RATE * gradient[i];
}

static void
hand_step (Network         *net,
           const BenchBlas *blas)
{
  add_bias (net->hidden, net->b1, HIDDEN);
  blas->sgemm (BLAS_ROW_MAJOR, BLAS_AS_IS, BLAS_TRANSPOSED, BATCH, HIDDEN, INPUTS, 1, net->x,
               INPUTS, net->w1, INPUTS, 1, net->hidden, HIDDEN);
  for (int i = 0; i < BATCH * HIDDEN; i++)
    net->hidden[i] = net->hidden[i] > 0 ? net->hidden[i] : 0;
  add_bias (net->logits, net->b2, CLASSES);
  blas->sgemm (BLAS_ROW_MAJOR, BLAS_AS_IS, BLAS_TRANSPOSED, BATCH, CLASSES, HIDDEN, 1,
               net->hidden, HIDDEN, net->w2, HIDDEN, 1, net->logits, CLASSES);

  for (int i = 0; i < BATCH; i++)
    {
      const gfloat *row = net->logits + i * CLASSES;
      gfloat *d = net->d_logits + i * CLASSES;
      gfloat most = row[0], sum = 0;

      for (int j = 1; j < CLASSES; j++)
        most = row[j] > most ? row[j] : most;
      for (int j = 0; j < CLASSES; j++)
        sum += d[j] = expf (row[j] - most);
      for (int j = 0; j < CLASSES; j++)
        d[j] = (d[j] / sum - (j == i % CLASSES ? 1 : 0)) / BATCH;
    }

  blas->sgemm (BLAS_ROW_MAJOR, BLAS_TRANSPOSED, BLAS_AS_IS, CLASSES, HIDDEN, BATCH, 1,
               net->d_logits, CLASSES, net->hidden, HIDDEN, 0, net->d_w2, HIDDEN);
  sum_rows (net->d_b2, net->d_logits, CLASSES);
  blas->sgemm (BLAS_ROW_MAJOR, BLAS_AS_IS, BLAS_AS_IS, BATCH, HIDDEN, CLASSES, 1,
               net->d_logits, CLASSES, net->w2, HIDDEN, 0, net->d_hidden, HIDDEN);
  for (int i = 0; i < BATCH * HIDDEN; i++)
    net->d_hidden[i] = net->hidden[i] > 0 ? net->d_hidden[i] : 0;
  blas->sgemm (BLAS_ROW_MAJOR, BLAS_TRANSPOSED, BLAS_AS_IS, HIDDEN, INPUTS, BATCH, 1,
               net->d_hidden, HIDDEN, net->x, INPUTS, 0, net->d_w1, INPUTS);
  sum_rows (net->d_b1, net->d_hidden, HIDDEN);

  descend (net->w1, net->d_w1, HIDDEN * INPUTS);
  descend (net->b1, net->d_b1, HIDDEN);
  descend (net->w2, net->d_w2, CLASSES * HIDDEN);
  descend (net->b2, net->d_b2, CLASSES);
}

static void
fill (gfloat *p,
      gsize   n,
      gfloat  scale)
{
  guint32 state = 1;

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      p[i] = ((gfloat) (state >> 8) / 16777216.0f - 0.5f) * scale;
    }
}

static gdouble
mlp_hand (gint64 size)
{
  static Network net;
  const BenchBlas *blas = bench_blas ();
  gdouble begin = 0;

  if (blas == NULL)
    return NAN;
  memset (&net, 0, sizeof net);
  fill (net.x, G_N_ELEMENTS (net.x), 1);
  fill (net.w1, G_N_ELEMENTS (net.w1), 0.1f);
  fill (net.w2, G_N_ELEMENTS (net.w2), 0.2f);
  for (int step = -20; step < N_STEPS; step++)
    {
      if (step == 0)
        begin = bench_now ();
      hand_step (&net, blas);
    }
  return N_STEPS * BATCH / (bench_now () - begin);
}

/* How often the second and later steps of a loop went to the system's allocator. */
static gdouble
mallocs (gint64 size)
{
  g_autoptr (ReelTensor) w = bench_uniform (REEL_SHAPE (64, 64), -1, 1);
  g_autoptr (ReelTensor) x = bench_uniform (REEL_SHAPE (32, 64), -1, 1);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  ReelTapeStats first, last;
  GError *error = NULL;

  reel_tensor_set_requires_grad (w, TRUE);
  reel_tape_push (tape);
  for (int step = 0; step < 10; step++)
    {
      ReelTensor *y = reel_tanh (reel_linear (x, w, NULL));

      bench_check (reel_backward (reel_sum (y, REEL_ALL_AXES, FALSE), &error), error);
      bench_check (reel_tensor_add_scaled (w, reel_tensor_get_grad (w), -(gdouble) RATE,
                                           &error), error);
      reel_tensor_set_grad (w, NULL);
      bench_check (reel_tape_reset (tape, &error), error);
      if (step == 0)
        reel_tape_get_stats (tape, &first);
    }
  reel_tape_get_stats (tape, &last);
  reel_tape_pop (tape);
  return (gdouble) (last.n_mallocs - first.n_mallocs);
}

const Bench bench_training[] = {
  { "mlp-step", mlp_reel, 0 },
  { "mlp-step-by-hand", mlp_hand, 0 },
  { "mallocs-after-first-step", mallocs, 0 },
  { NULL, NULL, 0 }
};
