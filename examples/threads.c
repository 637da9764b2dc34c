/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One set of weights, four threads. Each thread has a tape of its own and a quarter
 * of the examples; reading the shared weights from all of them is safe. They ask for
 * their gradients with reel_grad(), which hands them over, and not with
 * reel_backward(), which would have four threads add to the same `.grad`.
 *
 * A loss that is a sum over examples has a gradient that is a sum too: the quarters'
 * gradients added up must be the gradient of the whole. The exit status tells
 * whether they are. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

#define N_THREADS 4
#define N_EXAMPLES 256
#define N_INPUTS 20
#define N_HIDDEN 32
#define N_CLASSES 5
#define TOLERANCE 1e-12

enum
{
  WEIGHT_1, BIAS_1, WEIGHT_2, BIAS_2, N_WEIGHTS
};

typedef struct
{
  ReelTensor *inputs;                   /* f64[256, 20] */
  ReelTensor *classes;                  /* i64[256] */
  ReelTensor *weights[N_WEIGHTS];
} Problem;

/* Some examples, and what a thread makes of them. */
typedef struct
{
  const Problem *problem;
  gint64 start;
  gint64 n;
  ReelTensor *gradients[N_WEIGHTS];
  GError *error;
} Part;

static void
problem_clear (Problem *self)
{
  g_clear_pointer (&self->inputs, reel_tensor_unref);
  g_clear_pointer (&self->classes, reel_tensor_unref);
  for (guint i = 0; i < N_WEIGHTS; i++)
    g_clear_pointer (&self->weights[i], reel_tensor_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Problem, problem_clear)

static void
part_clear (Part *self)
{
  for (guint i = 0; i < N_WEIGHTS; i++)
    g_clear_pointer (&self->gradients[i], reel_tensor_unref);
  g_clear_error (&self->error);
}

static gboolean
problem_init (Problem *self,
              GError **error)
{
  const struct
  {
    guint rank;
    gint64 shape[2];
  } sizes[N_WEIGHTS] = {
    { 2, { N_HIDDEN, N_INPUTS } }, { 1, { N_HIDDEN } },
    { 2, { N_CLASSES, N_HIDDEN } }, { 1, { N_CLASSES } }
  };
  g_autoptr (ReelGenerator) generator = reel_generator_new (42);

  self->inputs = reel_generator_normal (generator, REEL_F64,
                                        REEL_SHAPE (N_EXAMPLES, N_INPUTS), 0, 1, error);
  if (self->inputs == NULL)
    return FALSE;
  self->classes = reel_tensor_new_zeros (REEL_I64, REEL_SHAPE (N_EXAMPLES), error);
  if (self->classes == NULL)
    return FALSE;
  for (gint64 i = 0; i < N_EXAMPLES; i++)
    if (!reel_tensor_set_item (self->classes, REEL_SHAPE (i), (gdouble) (i % N_CLASSES),
                               error))
      return FALSE;
  for (guint i = 0; i < N_WEIGHTS; i++)
    {
      self->weights[i] = reel_generator_normal (generator, REEL_F64, sizes[i].rank,
                                                sizes[i].shape, 0, 0.3, error);
      if (self->weights[i] == NULL)
        return FALSE;
      reel_tensor_set_requires_grad (self->weights[i], TRUE);
    }
  return TRUE;
}

/* The gradient of a part's loss. A thread's function, and called as it is for the
 * whole: the same code, the same tape handling. */
static gpointer
part_differentiate (gpointer data)
{
  Part *part = data;
  ReelTensor *const *w = part->problem->weights;
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  const Problem *problem = part->problem;
  ReelTensor *x = reel_narrow (problem->inputs, 0, part->start, part->n);
  ReelTensor *classes = reel_narrow (problem->classes, 0, part->start, part->n);
  ReelTensor *hidden = reel_tanh (reel_linear (x, w[WEIGHT_1], w[BIAS_1]));
  ReelTensor *logits = reel_linear (hidden, w[WEIGHT_2], w[BIAS_2]);
  ReelTensor *loss = reel_cross_entropy (logits, classes, REEL_REDUCTION_SUM);

  /* On failure part->error is set. The gradients outlive the tape. */
  (void) reel_grad (loss, w, N_WEIGHTS, REEL_GRAD_NONE, part->gradients, &part->error);
  return NULL;
}

/* Adds the gradients of the other parts to those of the first. */
static gboolean
add_up (Part    *parts,
        guint    n_parts,
        GError **error)
{
  for (guint k = 1; k < n_parts; k++)
    for (guint i = 0; i < N_WEIGHTS; i++)
      if (!reel_tensor_add_scaled (parts[0].gradients[i], parts[k].gradients[i], 1,
                                   error))
        return FALSE;
  return TRUE;
}

static gdouble
largest_difference (ReelTensor *a,
                    ReelTensor *b)
{
  /* The thread's implicit tape: it does not record, but owns what ops return; the
   * frame drops that at the end of the function. */
  ReelTape *tape = reel_tape_get_current ();
  g_autoptr (ReelFramePusher) frame G_GNUC_UNUSED = reel_frame_pusher_new (tape);
  ReelTensor *difference = reel_amax (reel_abs (reel_sub (a, b)), REEL_ALL_AXES, FALSE);

  return reel_tensor_get_scalar (difference);
}

static gboolean
run (Part    *parts,
     Part    *whole,
     GError **error)
{
  GThread *threads[N_THREADS];
  gdouble largest = 0;

  for (guint k = 0; k < N_THREADS; k++)
    threads[k] = g_thread_new ("part", part_differentiate, &parts[k]);
  for (guint k = 0; k < N_THREADS; k++)
    g_thread_join (threads[k]);
  part_differentiate (whole);

  for (guint k = 0; k < N_THREADS; k++)
    if (parts[k].error != NULL)
      {
        g_propagate_error (error, g_steal_pointer (&parts[k].error));
        return FALSE;
      }
  if (whole->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&whole->error));
      return FALSE;
    }

  if (!add_up (parts, N_THREADS, error))
    return FALSE;
  for (guint i = 0; i < N_WEIGHTS; i++)
    largest = fmax (largest,
                    largest_difference (parts[0].gradients[i], whole->gradients[i]));

  printf ("%d threads of %d examples against one of %d: "
          "gradients differ by at most %.3g\n",
          N_THREADS, N_EXAMPLES / N_THREADS, N_EXAMPLES, largest);
  /* (rounding only: sums are added up in another order) */
  if (!(largest <= TOLERANCE * N_EXAMPLES))
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_FAILED, "that is too much");
      return FALSE;
    }
  return TRUE;
}

int
main (void)
{
  g_auto (Problem) problem = { 0 };
  g_autoptr (GError) error = NULL;
  Part parts[N_THREADS] = { 0 };
  Part whole = { .problem = &problem, .start = 0, .n = N_EXAMPLES };
  gboolean agree;

  for (guint k = 0; k < N_THREADS; k++)
    {
      parts[k].problem = &problem;
      parts[k].start = k * (N_EXAMPLES / N_THREADS);
      parts[k].n = N_EXAMPLES / N_THREADS;
    }
  agree = problem_init (&problem, &error) && run (parts, &whole, &error);
  if (!agree)
    fprintf (stderr, "threads: %s\n", error->message);

  for (guint k = 0; k < N_THREADS; k++)
    part_clear (&parts[k]);
  part_clear (&whole);
  return agree ? 0 : 1;
}
