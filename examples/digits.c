/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Learns to read handwritten digits: 64 pixels go through two hidden layers to ten
 * numbers, one for each digit, the largest of which is the answer.
 *
 * There are no layers and no optimizer here, just tensors and ops. Each step
 *
 *   1. drops what the tape recorded in the step before (and keeps its memory),
 *   2. computes the loss, while the tape records how it came about,
 *   3. plays the tape backwards, which leaves a gradient with each parameter,
 *   4. moves the parameters a bit down that gradient.
 *
 * The library's part is 1 to 3; what to do with a gradient is the program's own
 * affair: see descend(). Reading the data is in digits-data.c, the command line in
 * digits-options.c, printing and plotting in digits-report.c. */
#include "digits-data.h"
#include "digits-options.h"
#include "digits-report.h"

#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#define EXIT_USAGE 2

/* Ctrl-C: the epoch is finished, and so is the report. A second one kills. */

static volatile sig_atomic_t interrupted;

static void
on_interrupt (int number)
{
  interrupted = 1;
}

static void
watch_interrupt (void)
{
  struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND };

  sigaction (SIGINT, &action, NULL);
}

/* The network */

enum
{
  WEIGHT_1, BIAS_1, WEIGHT_2, BIAS_2, WEIGHT_3, BIAS_3, N_PARAMETERS
};

static const gchar *const labels[N_PARAMETERS] = {
  "weight 1", "bias 1", "weight 2", "bias 2", "weight 3", "bias 3"
};

typedef struct
{
  ReelTensor *parameters[N_PARAMETERS];
  ReelTensor *velocities[N_PARAMETERS];
} Network;

static void
network_clear (Network *self)
{
  for (guint i = 0; i < N_PARAMETERS; i++)
    {
      g_clear_pointer (&self->parameters[i], reel_tensor_unref);
      g_clear_pointer (&self->velocities[i], reel_tensor_unref);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Network, network_clear)

/* Weights are [out, in]. They start at random, so wide that a layer of rectifiers
 * hands on the variance it is given (He, Zhang, Ren and Sun 2015, eq. 10); biases
 * start at 0. */
static gboolean
network_init (Network       *self,
              gint64         n_hidden,
              ReelGenerator *generator,
              GError       **error)
{
  const gint64 sizes[] = { DIGITS_N_PIXELS, n_hidden, n_hidden, DIGITS_N_CLASSES };

  for (guint i = 0; i < N_PARAMETERS; i++)
    {
      gint64 n_in = sizes[i / 2], n_out = sizes[i / 2 + 1];
      gboolean is_bias = i % 2 == 1;
      guint rank = is_bias ? 1 : 2;
      const gint64 shape[] = { n_out, n_in };

      if (is_bias)
        self->parameters[i] = reel_tensor_new_zeros (REEL_F32, rank, shape, error);
      else
        self->parameters[i]
          = reel_generator_normal (generator, REEL_F32, rank, shape, 0,
                                   sqrt (2.0 / (gdouble) n_in), error);
      if (self->parameters[i] == NULL)
        return FALSE;
      self->velocities[i] = reel_tensor_new_zeros (REEL_F32, rank, shape, error);
      if (self->velocities[i] == NULL)
        return FALSE;

      reel_tensor_set_label (self->parameters[i], labels[i]);
      reel_tensor_set_requires_grad (self->parameters[i], TRUE);
    }
  return TRUE;
}

/* The whole model. What an op returns belongs to the tape: nothing to free. */
static ReelTensor *
network_apply (const Network *self,
               ReelTensor    *pixels)
{
  ReelTensor *const *p = self->parameters;
  ReelTensor *x = pixels;

  x = reel_relu (reel_linear (x, p[WEIGHT_1], p[BIAS_1]));
  x = reel_relu (reel_linear (x, p[WEIGHT_2], p[BIAS_2]));
  return reel_linear (x, p[WEIGHT_3], p[BIAS_3]);
}

static ReelTensor *
count_right (ReelTensor *logits,
             ReelTensor *digits)
{
  ReelTensor *right = reel_equal (reel_argmax (logits, -1, FALSE), digits);

  return reel_sum (reel_cast (right, REEL_F64), REEL_ALL_AXES, FALSE);
}

/* v = momentum · v + gradient;  p = p - rate · v: gradient descent with momentum.
 * Parameters are leaves: these, and no others, may be written. */
static gboolean
descend (Network             *self,
         const DigitsOptions *options,
         GError             **error)
{
  for (guint i = 0; i < N_PARAMETERS; i++)
    {
      ReelTensor *p = self->parameters[i], *v = self->velocities[i];

      if (!reel_tensor_scale (v, options->momentum, error) ||
          !reel_tensor_add_scaled (v, reel_tensor_get_grad (p), 1, error) ||
          !reel_tensor_add_scaled (p, v, -options->rate, error))
        return FALSE;
      /* or the next gradient would be added to this one */
      reel_tensor_set_grad (p, NULL);
    }
  return TRUE;
}

/* Training */

typedef struct
{
  const DigitsOptions *options;
  Digits digits;
  Network network;
  ReelGenerator *generator;
  ReelTape *tape;
  DigitsReport report;
} Training;

static void
training_clear (Training *self)
{
  digits_report_clear (&self->report);
  network_clear (&self->network);
  digits_clear (&self->digits);
  g_clear_pointer (&self->generator, reel_generator_unref);
  g_clear_pointer (&self->tape, reel_tape_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Training, training_clear)

/* One step on the @n digits that @order lists from @start on, or without @order on
 * all of them. Adds what it saw to @loss_sum and @n_right. */
static gboolean
train_step (Training   *self,
            ReelTensor *order,
            gint64      start,
            gint64      n,
            gdouble    *loss_sum,
            gdouble    *n_right,
            GError    **error)
{
  ReelTensor *x = self->digits.train.pixels, *digits = self->digits.train.labels;
  ReelTensor *logits, *loss, *right;

  if (!reel_tape_reset (self->tape, error))
    return FALSE;

  if (order != NULL)
    {
      g_autoptr (ReelPauser) pauser G_GNUC_UNUSED = reel_pauser_new (self->tape);
      ReelTensor *chosen = reel_narrow (order, 0, start, n);

      x = reel_index_select (x, 0, chosen);
      digits = reel_index_select (digits, 0, chosen);
    }

  logits = network_apply (&self->network, x);
  loss = reel_cross_entropy (logits, digits, REEL_REDUCTION_MEAN);
  if (!reel_backward (loss, error))
    return FALSE;

  /* Not part of what is learnt: nothing to record. */
  reel_tape_pause (self->tape);
  right = count_right (logits, digits);
  reel_tape_resume (self->tape);

  *loss_sum += reel_tensor_get_scalar (loss) * (gdouble) n;
  *n_right += reel_tensor_get_scalar (right);
  return descend (&self->network, self->options, error);
}

static gboolean
train_epoch (Training       *self,
             DigitsProgress *progress,
             GError        **error)
{
  gint64 n = reel_tensor_get_size (self->digits.train.labels, 0);
  gint64 batch = self->options->batch > 0 ? MIN (self->options->batch, n) : n;
  gdouble loss_sum = 0, n_right = 0;
  g_autoptr (ReelTensor) order = NULL;

  if (batch < n)
    {
      order = reel_generator_permutation (self->generator, n, error);
      if (order == NULL)
        return FALSE;
    }
  for (gint64 start = 0; start < n; start += batch)
    if (!train_step (self, order, start, MIN (batch, n - start), &loss_sum, &n_right,
                     error))
      return FALSE;

  progress->loss = loss_sum / (gdouble) n;
  progress->accuracy = n_right / (gdouble) n;
  return TRUE;
}

/* The share of the test's digits that are read right. */
static gboolean
measure (Training *self,
         gdouble  *accuracy,
         GError  **error)
{
  const DigitsSet *test = &self->digits.test;
  g_autoptr (ReelPauser) pauser G_GNUC_UNUSED = reel_pauser_new (self->tape);
  g_autoptr (ReelFramePusher) frame G_GNUC_UNUSED = reel_frame_pusher_new (self->tape);
  gint64 n = reel_tensor_get_size (test->labels, 0);
  ReelTensor *logits = network_apply (&self->network, test->pixels);
  ReelTensor *right = count_right (logits, test->labels);

  if (!reel_tape_check (self->tape, error))
    return FALSE;
  *accuracy = reel_tensor_get_scalar (right) / (gdouble) n;
  return TRUE;
}

static gboolean
train (Training       *self,
       DigitsProgress *progress,
       GError        **error)
{
  guint n_epochs = (guint) self->options->epochs;

  watch_interrupt ();
  digits_report_start (&self->report, n_epochs,
                       reel_tensor_get_size (self->digits.train.labels, 0));
  while (progress->epoch < n_epochs && !interrupted)
    {
      progress->epoch++;
      if (!train_epoch (self, progress, error) ||
          !measure (self, &progress->test_accuracy, error) ||
          !digits_report_epoch (&self->report, progress, error))
        return FALSE;
      if (!isfinite (progress->loss))
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                       "the loss is %g after epoch %u; try a smaller --lr",
                       progress->loss, progress->epoch);
          return FALSE;
        }
    }
  signal (SIGINT, SIG_DFL);
  digits_report_end (&self->report, progress->epoch);
  return TRUE;
}

/* Draws a step as the tape sees it. */
static gboolean
write_report (Training *self,
              GError  **error)
{
  const DigitsSet *set = &self->digits.train;
  ReelTensor *loss;

  if (!reel_tape_reset (self->tape, error))
    return FALSE;
  loss = reel_cross_entropy (network_apply (&self->network, set->pixels), set->labels,
                             REEL_REDUCTION_MEAN);
  reel_tensor_set_label (loss, "loss");
  return reel_tape_check (self->tape, error) &&
         digits_report_write (&self->report, self->tape, loss, error);
}

static gboolean
run (const DigitsOptions *options,
     const gchar         *program,
     GError             **error)
{
  g_auto (Training) training = { .options = options };
  g_autoptr (ReelTapePusher) pusher = NULL;
  g_autofree gchar *file = NULL;
  DigitsProgress progress = { 0 };
  gint64 n_wrong = 0;

  reel_set_n_threads ((guint) options->threads);
  training.generator = reel_generator_new ((guint64) options->seed);
  training.tape = reel_tape_new ();
  pusher = reel_tape_pusher_new (training.tape);

  file = options->data != NULL ? g_strdup (options->data) : digits_find_file (program);
  if (!digits_load (&training.digits, file, error) ||
      !digits_report_open (&training.report, options->out, options->quiet, error) ||
      !network_init (&training.network, options->hidden, training.generator, error))
    return FALSE;
  if (options->noise > 0 &&
      !digits_add_noise (&training.digits, options->noise, training.generator, &n_wrong,
                         error))
    return FALSE;

  if (!options->quiet)
    {
      printf ("%" G_GINT64_FORMAT " digits to learn from, %" G_GINT64_FORMAT
              " for the test\n",
              reel_tensor_get_size (training.digits.train.labels, 0),
              reel_tensor_get_size (training.digits.test.labels, 0));
      if (n_wrong > 0)
        printf ("%" G_GINT64_FORMAT " labels are wrong\n", n_wrong);
    }
  if (!train (&training, &progress, error) || !write_report (&training, error))
    return FALSE;

  printf ("test accuracy: %.4f\n", progress.test_accuracy);
  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_auto (DigitsOptions) options = { 0 };
  g_autofree gchar *program = g_strdup (argv[0]);
  g_autoptr (GError) error = NULL;

  /* File names as the user writes them, numbers with a point. */
  setlocale (LC_CTYPE, "");

  if (!digits_options_parse (&options, &argc, &argv, &error))
    {
      g_printerr ("digits: %s\nTry --help.\n", error->message);
      return EXIT_USAGE;
    }
  if (!run (&options, program, &error))
    {
      g_printerr ("digits: %s\n", error->message);
      return EXIT_FAILURE;
    }
  if (fflush (stdout) != 0)
    {
      g_printerr ("digits: cannot write to the standard output\n");
      return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
