/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel.h>
#include <stdio.h>

/* How far the training is, after an epoch. */
typedef struct
{
  guint epoch;          /* from 1 on */
  gdouble loss;         /* on what it trains on */
  gdouble accuracy;
  gdouble test_accuracy;
} DigitsProgress;

/* What tells the user about it: lines on the standard output, and curves and a
 * graph in a folder. */
typedef struct
{
  guint n_epochs;
  gint64 n_examples;    /* in an epoch */
  gboolean quiet;
  gboolean live;        /* one line that is written over, for a terminal */
  gboolean colour;
  gboolean line_open;   /* such a line waits for its end */
  gint64 start_time;
  gint64 last_time;     /* of the line on the terminal */
  DigitsProgress last;
  gchar *folder;        /* NULL for none */
  FILE *curve;          /* loss.csv */
} DigitsReport;

gboolean digits_report_open (DigitsReport *self,
                             const gchar  *folder,
                             gboolean      quiet,
                             GError      **error);
void digits_report_start (DigitsReport *self,
                          guint         n_epochs,
                          gint64        n_examples);
gboolean digits_report_epoch (DigitsReport         *self,
                              const DigitsProgress *progress,
                              GError              **error);
void digits_report_end (DigitsReport *self,
                        guint         n_epochs_done);

/* Writes the files: the curves, and the graph of what @tape holds. */
gboolean digits_report_write (DigitsReport *self,
                              ReelTape     *tape,
                              ReelTensor   *loss,
                              GError      **error);
void digits_report_clear (DigitsReport *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DigitsReport, digits_report_clear)
