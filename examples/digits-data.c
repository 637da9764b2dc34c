/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a packed text file to tensors: read numbers into plain arrays, make leaves
 * of them, and let ops do the rest. These ops are not part of what is learnt, so
 * recording is paused while they run; reel_tensor_steal() takes what is wanted out
 * of the tape's care. */
#include "digits-data.h"

#include <gio/gio.h>

#define FILE_NAME "digits.csv.gz"
#define MAX_PIXEL 16

/* A fifth of the pictures is for the test, and always the same fifth. */
#define TEST_SHARE 5
#define SPLIT_SEED 1797

/* The file */

gchar *
digits_find_file (const gchar *program)
{
  g_autofree gchar *folder = g_path_get_dirname (program);
  g_autofree gchar *start = g_canonicalize_filename (folder, NULL);

  /* Built within the source tree, as in build/examples/: look above the program. */
  for (gchar *at = g_strdup (start), *above; at != NULL; at = above)
    {
      g_autofree gchar *file
        = g_build_filename (at, "examples", "data", FILE_NAME, NULL);

      above = g_path_get_dirname (at);
      if (g_file_test (file, G_FILE_TEST_EXISTS))
        {
          g_free (at);
          g_free (above);
          return g_steal_pointer (&file);
        }
      if (g_str_equal (above, at))
        g_clear_pointer (&above, g_free);
      g_free (at);
    }
#ifdef EXAMPLES_DATA_DIR
  return g_build_filename (EXAMPLES_DATA_DIR, FILE_NAME, NULL);
#else
  return g_build_filename ("examples", "data", FILE_NAME, NULL);
#endif
}

/* A number of one row; moves @text behind it. */
static gboolean
parse_number (const gchar **text,
              guint         maximum,
              gboolean      last,
              guint        *number)
{
  gchar *end = NULL;
  guint64 n;

  if (!g_ascii_isdigit (**text))
    return FALSE;
  n = g_ascii_strtoull (*text, &end, 10);
  if (n > maximum || *end != (last ? '\0' : ','))
    return FALSE;
  *text = end + 1;
  *number = (guint) n;
  return TRUE;
}

static gboolean
parse_row (const gchar *row,
           GArray      *pixels,
           GArray      *labels)
{
  gint64 label;
  guint number;

  for (guint i = 0; i < DIGITS_N_PIXELS; i++)
    {
      gfloat pixel;

      if (!parse_number (&row, MAX_PIXEL, FALSE, &number))
        return FALSE;
      pixel = (gfloat) number;
      g_array_append_val (pixels, pixel);
    }
  if (!parse_number (&row, DIGITS_N_CLASSES - 1, TRUE, &number))
    return FALSE;
  label = number;
  g_array_append_val (labels, label);
  return TRUE;
}

static gboolean
read_rows (const gchar *file,
           GArray      *pixels,
           GArray      *labels,
           GError     **error)
{
  g_autoptr (GFile) location = g_file_new_for_commandline_arg (file);
  g_autoptr (GFileInputStream) packed = g_file_read (location, NULL, error);
  g_autoptr (GConverter) unpacker = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GDataInputStream) lines = NULL;

  if (packed == NULL)
    return FALSE;
  unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  stream = g_converter_input_stream_new (G_INPUT_STREAM (packed), unpacker);
  lines = g_data_input_stream_new (stream);
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_ANY);

  for (guint number = 1;; number++)
    {
      g_autoptr (GError) failure = NULL;
      g_autofree gchar *line
        = g_data_input_stream_read_line (lines, NULL, NULL, &failure);

      if (failure != NULL)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&failure),
                                      "%s: cannot read row %u: ", file, number);
          return FALSE;
        }
      if (line == NULL)
        break;
      if (!parse_row (line, pixels, labels))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "%s: row %u: expected %d pixels from 0 to %d and a digit from 0 "
                       "to %d",
                       file, number, DIGITS_N_PIXELS, MAX_PIXEL, DIGITS_N_CLASSES - 1);
          return FALSE;
        }
    }
  if (labels->len < TEST_SHARE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: %u rows are too few to learn from", file, labels->len);
      return FALSE;
    }
  return TRUE;
}

/* The sets */

static void
digits_set_take (DigitsSet  *self,
                 ReelTensor *pixels,
                 ReelTensor *labels)
{
  self->pixels = reel_tensor_steal (pixels);
  self->labels = reel_tensor_steal (labels);
  reel_tensor_set_label (self->pixels, "pixels");
  reel_tensor_set_label (self->labels, "digits");
}

static gboolean
split (Digits     *self,
       ReelTensor *pixels,
       ReelTensor *labels,
       GError    **error)
{
  gint64 n = reel_tensor_get_size (labels, 0), n_test = n / TEST_SHARE;
  g_autoptr (ReelGenerator) generator = reel_generator_new (SPLIT_SEED);
  g_autoptr (ReelTensor) order = reel_generator_permutation (generator, n, error);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTapePusher) pusher = NULL;
  g_autoptr (ReelPauser) pauser = NULL;
  ReelTensor *train, *test, *train_pixels, *test_pixels, *mean, *deviation;

  if (order == NULL)
    return FALSE;
  pusher = reel_tape_pusher_new (tape);
  pauser = reel_pauser_new (tape);

  test = reel_narrow (order, 0, 0, n_test);
  train = reel_narrow (order, 0, n_test, n - n_test);
  test_pixels = reel_index_select (pixels, 0, test);
  train_pixels = reel_index_select (pixels, 0, train);

  /* Mean 0 and deviation 1. What they are is learnt from the training part alone:
   * the test must not leak into it. (A blank training set has no deviation.) */
  mean = reel_mean (train_pixels, REEL_ALL_AXES, FALSE);
  deviation = reel_sqrt (reel_mean (reel_square (reel_sub (train_pixels, mean)),
                                    REEL_ALL_AXES, FALSE));
  deviation = reel_maximum_scalar (deviation, 1e-6);

  train_pixels = reel_div (reel_sub (train_pixels, mean), deviation);
  test_pixels = reel_div (reel_sub (test_pixels, mean), deviation);
  train = reel_index_select (labels, 0, train);
  test = reel_index_select (labels, 0, test);

  /* One check for all of them: the first error sticks to the tape. */
  if (!reel_tape_check (tape, error))
    return FALSE;
  digits_set_take (&self->train, train_pixels, train);
  digits_set_take (&self->test, test_pixels, test);
  return TRUE;
}

gboolean
digits_load (Digits      *self,
             const gchar *file,
             GError     **error)
{
  g_autoptr (GArray) pixels = g_array_new (FALSE, FALSE, sizeof (gfloat));
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (ReelTensor) all_pixels = NULL;
  g_autoptr (ReelTensor) all_labels = NULL;
  gint64 n;

  if (!read_rows (file, pixels, labels, error))
    return FALSE;
  n = labels->len;
  all_pixels = reel_tensor_new_from_data (REEL_F32, REEL_SHAPE (n, DIGITS_N_PIXELS),
                                          pixels->data, pixels->len * sizeof (gfloat),
                                          error);
  if (all_pixels == NULL)
    return FALSE;
  all_labels = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (n), labels->data,
                                          labels->len * sizeof (gint64), error);
  if (all_labels == NULL)
    return FALSE;
  return split (self, all_pixels, all_labels, error);
}

void
digits_clear (Digits *self)
{
  g_clear_pointer (&self->train.pixels, reel_tensor_unref);
  g_clear_pointer (&self->train.labels, reel_tensor_unref);
  g_clear_pointer (&self->test.pixels, reel_tensor_unref);
  g_clear_pointer (&self->test.labels, reel_tensor_unref);
}

gboolean
digits_add_noise (Digits        *self,
                  gdouble        share,
                  ReelGenerator *generator,
                  gint64        *n_wrong,
                  GError       **error)
{
  gint64 n = reel_tensor_get_size (self->train.labels, 0);
  g_autoptr (ReelTensor) which = reel_generator_permutation (generator, n, error);
  g_autoptr (ReelTensor) shift = NULL;
  const gint64 *at;
  const gfloat *by;
  gint64 *labels;

  if (which == NULL)
    return FALSE;
  shift = reel_generator_uniform (generator, REEL_F32, REEL_SHAPE (n), 0,
                                  DIGITS_N_CLASSES - 1, error);
  if (shift == NULL)
    return FALSE;
  labels = reel_tensor_get_writable_data (self->train.labels, error);
  if (labels == NULL)
    return FALSE;

  at = reel_tensor_get_data (which);
  by = reel_tensor_get_data (shift);
  *n_wrong = (gint64) ((gdouble) n * share + 0.5);
  for (gint64 i = 0; i < *n_wrong; i++)
    {
      /* 1 to 9 further on, so never the same digit */
      gint64 step = 1 + MIN ((gint64) by[i], DIGITS_N_CLASSES - 2);

      labels[at[i]] = (labels[at[i]] + step) % DIGITS_N_CLASSES;
    }
  return TRUE;
}
