/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of the digits example, by GLib's option parser. */
#include "digits-options.h"

static const DigitsOptions defaults = {
  .hidden = 256, .epochs = 300, .rate = 0.05, .momentum = 0.9, .seed = 1
};

/* Is a number outside its range? Written so that a NaN is. */
#define OUTSIDE(number, low, high) (!((number) >= (low) && (number) <= (high)))

static gboolean
check_ranges (const DigitsOptions *self,
              GError             **error)
{
  const gchar *wrong = NULL;

  if (OUTSIDE (self->hidden, 1, 65536))
    wrong = "--hidden must be from 1 to 65536";
  else if (OUTSIDE (self->epochs, 1, 1000000))
    wrong = "--epochs must be from 1 to 1000000";
  else if (self->batch < 0)
    wrong = "--batch must not be negative";
  else if (OUTSIDE (self->threads, 0, 1024))
    wrong = "--threads must be from 0 to 1024";
  else if (OUTSIDE (self->rate, 0, 1e6))
    wrong = "--lr must be from 0 to 1e6";
  else if (OUTSIDE (self->momentum, 0, 1) || self->momentum >= 1)
    wrong = "--momentum must be at least 0 and below 1";
  else if (OUTSIDE (self->noise, 0, 1))
    wrong = "--noise must be from 0 to 1";
  if (wrong == NULL)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, wrong);
  return FALSE;
}

gboolean
digits_options_parse (DigitsOptions *self,
                      int           *argc,
                      char        ***argv,
                      GError       **error)
{
  const GOptionEntry entries[] = {
    { "hidden", 0, 0, G_OPTION_ARG_INT, &self->hidden,
      "Units of each hidden layer [256]", "N" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &self->epochs,
      "Times to go through the digits [300]", "N" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &self->batch,
      "Digits a step [0: all of them]", "N" },
    { "lr", 0, 0, G_OPTION_ARG_DOUBLE, &self->rate,
      "Learning rate [0.05]", "RATE" },
    { "momentum", 0, 0, G_OPTION_ARG_DOUBLE, &self->momentum,
      "Share of a step kept for the next [0.9]", "SHARE" },
    { "noise", 0, 0, G_OPTION_ARG_DOUBLE, &self->noise,
      "Share of wrong labels to train on [0]", "SHARE" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed,
      "Seed of weights, batches and noise [1]", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->threads,
      "Threads [0: one a processor]", "N" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &self->data,
      "The digits [examples/data/digits.csv.gz]", "FILE" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &self->out,
      "Write curves and graph here", "DIR" },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &self->quiet,
      "Print the test accuracy alone", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  *self = defaults;
  g_option_context_set_summary (context,
                                "Trains a network to read handwritten digits.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s is not an option",
                   (*argv)[1]);
      return FALSE;
    }
  return check_ranges (self, error);
}

void
digits_options_clear (DigitsOptions *self)
{
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->out, g_free);
}
