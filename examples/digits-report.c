/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the digits example tells: progress on the terminal, or plain lines where the
 * output is no terminal, and files in a folder. Only reel_tape_to_dot() in here is
 * of Reel's; the rest is what any program does. */
#include "digits-report.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LIVE_INTERVAL (G_USEC_PER_SEC / 10)
#define PLAIN_LINES 10

/* The axis of accuracies is stretched towards 1: the last per cent takes as much room as
 * the fifty before. Colours are Okabe and Ito's, which the colour-blind tell apart. */
static const gchar curve_script[] =
  "set terminal svg size 720,420 dynamic background 'white'\n"
  "set output 'loss.svg'\n"
  "set datafile separator comma\n"
  "set title 'Learning to read digits'\n"
  "set xlabel 'epoch'\n"
  "set ylabel 'loss (logarithmic)'\n"
  "set y2label 'accuracy'\n"
  "set logscale y\n"
  "set format y '%%g'\n"
  "set ytics nomirror\n"
  "set xrange [1:*] noextend\n"
  "set nonlinear y2 via -log10 (1.005 - y) inverse 1.005 - 10 ** -y\n"
  "set y2range [0:1.002]\n"
  "set y2tics (0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1)\n"
  "set grid xtics y2tics linetype 1 linecolor '#e5e7e9'\n"
  "set key outside below horizontal\n"
  "set style data lines\n"
  "plot 'loss.csv' skip 1 using 1:2 linewidth 2 linecolor '#0072b2' \\\n"
  "       title 'training loss %.4f', \\\n"
  "     '' skip 1 using 1:3 axes x1y2 linewidth 2 linecolor '#d55e00' dashtype 2 \\\n"
  "       title 'training accuracy %.4f', \\\n"
  "     '' skip 1 using 1:4 axes x1y2 linewidth 2 linecolor '#009e73' \\\n"
  "       title 'test accuracy %.4f'\n";

/* Of a FILE operation on @name; errno is set. */
static gboolean
fail_on_file (const gchar *folder,
              const gchar *name,
              GError     **error)
{
  int code = errno;

  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code),
               "cannot write %s/%s: %s", folder, name, g_strerror (code));
  return FALSE;
}

/* Asked for now, so that nobody trains for nothing. */
static gboolean
open_curve (DigitsReport *self,
            GError      **error)
{
  g_autofree gchar *file = g_build_filename (self->folder, "loss.csv", NULL);

  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code),
                   "cannot make the folder %s: %s", self->folder, g_strerror (code));
      return FALSE;
    }
  self->curve = g_fopen (file, "w");
  if (self->curve == NULL)
    return fail_on_file (self->folder, "loss.csv", error);
  if (fputs ("epoch,loss,accuracy,test_accuracy\n", self->curve) < 0)
    return fail_on_file (self->folder, "loss.csv", error);
  return TRUE;
}

gboolean
digits_report_open (DigitsReport *self,
                    const gchar  *folder,
                    gboolean      quiet,
                    GError      **error)
{
  const gchar *terminal = g_getenv ("TERM"), *no_colour = g_getenv ("NO_COLOR");

  self->quiet = quiet;
  self->live = isatty (STDOUT_FILENO) && g_strcmp0 (terminal, "dumb") != 0;
  self->colour = self->live && (no_colour == NULL || *no_colour == '\0');
  self->folder = g_strdup (folder);
  return folder == NULL || open_curve (self, error);
}

void
digits_report_start (DigitsReport *self,
                     guint         n_epochs,
                     gint64        n_examples)
{
  self->n_epochs = n_epochs;
  self->n_examples = n_examples;
  self->start_time = g_get_monotonic_time ();
}

static gboolean
is_time_for_a_line (DigitsReport *self,
                    guint         epoch)
{
  guint n = self->n_epochs;

  if (self->quiet)
    return FALSE;
  if (epoch == 1 || epoch == n)
    return TRUE;
  if (self->live)
    return g_get_monotonic_time () - self->last_time >= LIVE_INTERVAL;
  /* the first of each tenth */
  return (guint64) epoch * PLAIN_LINES / n > (guint64) (epoch - 1) * PLAIN_LINES / n;
}

static void
print_line (DigitsReport         *self,
            const DigitsProgress *progress)
{
  const gchar *bold = self->colour ? "\033[1m" : "";
  const gchar *green = self->colour ? "\033[32m" : "";
  const gchar *plain = self->colour ? "\033[0m" : "";
  gint64 now = g_get_monotonic_time ();
  gdouble seconds = (gdouble) MAX (now - self->start_time, 1) / G_USEC_PER_SEC;
  gdouble rate = (gdouble) self->n_examples * progress->epoch / seconds;
  gdouble left = seconds / progress->epoch * (self->n_epochs - progress->epoch);
  int width = g_snprintf (NULL, 0, "%u", self->n_epochs);

  self->last_time = now;
  self->line_open = self->live;
  printf ("%sepoch %s%*u/%u%s  loss %.4f  accuracy %s%.4f%s  %.0f examples/s"
          "  ETA %.1f s%s",
          self->live ? "\r" : "", bold, width, progress->epoch, self->n_epochs, plain,
          progress->loss, green, progress->accuracy, plain, rate, left,
          self->live ? "\033[K" : "\n");
  fflush (stdout);
}

gboolean
digits_report_epoch (DigitsReport         *self,
                     const DigitsProgress *progress,
                     GError              **error)
{
  self->last = *progress;
  if (self->curve != NULL &&
      fprintf (self->curve, "%u,%.6g,%.4f,%.4f\n", progress->epoch, progress->loss,
               progress->accuracy, progress->test_accuracy) < 0)
    return fail_on_file (self->folder, "loss.csv", error);
  if (is_time_for_a_line (self, progress->epoch))
    print_line (self, progress);
  return TRUE;
}

static void
close_line (DigitsReport *self)
{
  if (self->line_open)
    putchar ('\n');
  self->line_open = FALSE;
}

void
digits_report_end (DigitsReport *self,
                   guint         n_epochs_done)
{
  gint64 now = g_get_monotonic_time ();

  if (self->quiet)
    return;
  close_line (self);
  printf ("%u epochs in %.2f s\n", n_epochs_done,
          (gdouble) (now - self->start_time) / G_USEC_PER_SEC);
}

/* Files */

/* Runs a program in the folder, with @input on its standard input. One that is not
 * installed is worth a word, but no error: the numbers are there. */
static gboolean
draw (DigitsReport       *self,
      const gchar *const *arguments,
      const gchar        *input,
      const gchar        *result,
      GError            **error)
{
  g_autofree gchar *program = g_find_program_in_path (arguments[0]);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *complaint = NULL;

  if (program == NULL)
    {
      g_printerr ("digits: %s is not installed: no %s\n", arguments[0], result);
      return TRUE;
    }
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                        G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                        G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_cwd (launcher, self->folder);
  process = g_subprocess_launcher_spawnv (launcher, arguments, error);
  if (process == NULL ||
      !g_subprocess_communicate_utf8 (process, input, NULL, NULL, &complaint, error))
    return FALSE;
  if (!g_subprocess_get_successful (process))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s failed: %s", arguments[0],
                   g_strstrip (complaint));
      return FALSE;
    }
  return TRUE;
}

gboolean
digits_report_write (DigitsReport *self,
                     ReelTape     *tape,
                     ReelTensor   *loss,
                     GError      **error)
{
  const gchar *const gnuplot[] = { "gnuplot", "-", NULL };
  const gchar *const dot[] = { "dot", "-Tsvg", "-o", "graph.svg", NULL };
  g_autofree gchar *file = NULL;
  g_autofree gchar *graph = NULL;
  g_autofree gchar *script = NULL;

  if (self->folder == NULL)
    return TRUE;

  if (fclose (g_steal_pointer (&self->curve)) != 0)
    return fail_on_file (self->folder, "loss.csv", error);
  file = g_build_filename (self->folder, "graph.dot", NULL);
  graph = reel_tape_to_dot (tape, loss);
  script = g_strdup_printf (curve_script, self->last.loss, self->last.accuracy,
                            self->last.test_accuracy);
  if (!g_file_set_contents (file, graph, -1, error) ||
      !draw (self, gnuplot, script, "loss.svg", error) ||
      !draw (self, dot, graph, "graph.svg", error))
    return FALSE;

  if (!self->quiet)
    printf ("curves and graph: %s\n", self->folder);
  return TRUE;
}

void
digits_report_clear (DigitsReport *self)
{
  close_line (self);
  if (self->curve != NULL)
    fclose (self->curve);
  self->curve = NULL;
  g_clear_pointer (&self->folder, g_free);
}
