/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Values and gradients against vectors from an independent implementation, in the
 * folder golden/ of REEL_SHARED; skipped, and said so, without. What is not compared
 * is counted with its reason. */

/* Deviations allowed, relative to what is compared, be it small; and roundings of the
 * largest element, which cancellation leaves. (Subnormal numbers are noise.) */
#define TOLERANCE_VALUE 1e-12
#define TOLERANCE_GRADIENT 1e-10
#define ROUNDINGS 32

static guint n_compared_in_all, n_samples_in_all;

void
golden_fail (const gchar *format,
             ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("FAILED: %s", text);
  g_test_fail ();
}

/* `rounding` is what cancellation may leave. */
static gboolean
is_close (gdouble a,
          gdouble b,
          gdouble tolerance,
          gdouble rounding)
{
  return a == b || (isnan (a) && isnan (b)) ||
         fabs (a - b) <= tolerance * fmax (fabs (a), fabs (b)) + rounding;
}

/* The largest finite one */
static gdouble
largest (gint64         n,
         const gdouble *x)
{
  gdouble most = 0;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (x[i]))
      most = fmax (most, fabs (x[i]));
  return most;
}

/* Fails the test where they deviate. */
static void
compare (const gchar *what,
         ReelTensor  *found,
         ReelTensor  *expected,
         gdouble      tolerance)
{
  gint64 n = reel_tensor_get_n_elements (expected);
  gdouble rounding;
  g_autofree gdouble *a = NULL;
  g_autofree gdouble *b = NULL;
  g_autofree gchar *found_is = reel_tensor_describe (found);
  g_autofree gchar *expected_is = reel_tensor_describe (expected);

  if (!g_str_equal (found_is, expected_is))
    {
      golden_fail ("%s is %s, not %s", what, found_is, expected_is);
      return;
    }
  if (reel_tensor_get_dtype (expected) != REEL_F64)
    {
      if (!reel_tensor_equal (found, expected))
        golden_fail ("%s differs", what);
      return;
    }
  a = g_new (gdouble, n + 1);
  b = g_new (gdouble, n + 1);
  if (!reel_tensor_read (found, a, (gsize) n * sizeof (gdouble), NULL) ||
      !reel_tensor_read (expected, b, (gsize) n * sizeof (gdouble), NULL))
    {
      golden_fail ("%s cannot be read", what);
      return;
    }
  rounding = ROUNDINGS * DBL_EPSILON * largest (n, b) + DBL_MIN;
  for (gint64 i = 0; i < n; i++)
    if (!is_close (a[i], b[i], tolerance, rounding))
      golden_fail ("%s: element %" G_GINT64_FORMAT " is %.17g, not %.17g", what, i, a[i],
                   b[i]);
}

static ReelTensor *
get (Npz         *npz,
     const gchar *kind,
     guint        number,
     guint        j)
{
  g_autofree gchar *name = g_strdup_printf ("%s%u_%u", kind, number, j);

  return npz_get (npz, name);
}

static void
compare_gradients (const GoldenOp *op,
                   Npz            *npz,
                   guint           number,
                   Sample         *sample)
{
  g_autoptr (GPtrArray) cotangents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) reel_tensor_unref);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();

  for (guint k = 0; k < sample->n_outputs; k++)
    {
      ReelTensor *cotangent = get (npz, "gout", number, k);

      if (cotangent == NULL)
        continue;
      g_ptr_array_add (cotangents, cotangent);
      g_ptr_array_add (outputs, sample->outputs[k]);
    }
  for (guint j = 0; j < sample->n_tensors && outputs->len > 0; j++)
    {
      g_autoptr (ReelTensor) expected = get (npz, "gin", number, j);
      g_autoptr (ReelTensor) found = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree gchar *what = g_strdup_printf ("%s %u: gradient of tensor %u", op->name,
                                                number, j);

      if (expected == NULL)
        continue;
      if (reel_vjp ((ReelTensor **) outputs->pdata, outputs->len,
                    (ReelTensor **) cotangents->pdata, &sample->tensors[j], 1, REEL_GRAD_NONE,
                    &found, &error))
        compare (what, found, expected, TOLERANCE_GRADIENT);
      else
        golden_fail ("%s: %s", what, error->message);
    }
}

/* The one error that is no failure, to the letter but for the op's name */
static const gchar *
find_known_error (const GError *error)
{
  static const gchar *const endings[] = { ": axis 0 of a tensor that has no axes",
                                          ": axis -1 of a tensor that has no axes" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (error->code == REEL_ERROR_INDEX && strchr (error->message, ':') != NULL &&
        g_str_equal (strchr (error->message, ':'), endings[i]))
      return "a single number has no axis 0 or -1 here";
  return NULL;
}

/* Why it was not compared, or NULL where it was. */
static const gchar *
run_sample (const GoldenOp *op,
            Npz            *npz,
            const Json     *meta,
            guint           number)
{
  Sample sample = { 0 };
  g_autoptr (GPtrArray) tensors =
    g_ptr_array_new_with_free_func ((GDestroyNotify) reel_tensor_unref);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (GError) error = NULL;
  const gchar *reason;
  ReelTensor *tensor;

  while ((tensor = get (npz, "in", number, tensors->len)) != NULL)
    g_ptr_array_add (tensors, tensor);
  sample.n_tensors = tensors->len;
  sample.tensors = (ReelTensor **) tensors->pdata;

  reel_tape_push (tape);
  reason = golden_apply (op, json_at (meta, number), &sample);
  if (reason == NULL && !reel_tape_check (tape, &error))
    {
      reason = find_known_error (error);
      if (reason == NULL)
        golden_fail ("%s %u: %s", op->name, number, error->message);
    }
  else if (reason == NULL)
    {
      g_autoptr (ReelTensor) more = get (npz, "out", number, sample.n_outputs);

      if (more != NULL)
        golden_fail ("%s %u: there are more outputs than %u", op->name, number,
                     sample.n_outputs);
      for (guint k = 0; k < sample.n_outputs; k++)
        {
          g_autoptr (ReelTensor) expected = get (npz, "out", number, k);
          g_autofree gchar *what = g_strdup_printf ("%s %u: output %u", op->name, number, k);

          if (expected == NULL)
            golden_fail ("%s is one too many", what);
          else
            compare (what, sample.outputs[k], expected, TOLERANCE_VALUE);
        }
      compare_gradients (op, npz, number, &sample);
    }
  reel_tape_pop (tape);
  return reason;
}

static void
run_op (gconstpointer data)
{
  const GoldenOp *op = data;
  const gchar *shared = g_getenv ("REEL_SHARED");
  g_autofree gchar *path = NULL;
  g_autofree gchar *file = g_strconcat (op->name, ".npz", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (Npz) npz = NULL;
  g_autoptr (Json) meta = NULL;
  g_autoptr (GError) error = NULL;
  guint n_compared = 0;
  const gchar *last_reason = "";

  if (shared == NULL || *shared == '\0')
    {
      g_test_skip ("REEL_SHARED names no folder of data sets");
      return;
    }
  path = g_build_filename (shared, "golden", file, NULL);
  npz = npz_open (path, &error);
  if (npz == NULL)
    {
      golden_fail ("%s", error->message);
      return;
    }
  text = npz_get_text (npz, "meta");
  meta = json_parse (text);
  if (json_length (meta) == 0)
    golden_fail ("%s has no samples", path);
  for (guint number = 0; number < json_length (meta); number++)
    {
      const gchar *reason = run_sample (op, npz, meta, number);

      if (reason == NULL)
        {
          n_compared++;
          continue;
        }
      g_test_message ("%s %u is not compared: %s", op->name, number, reason);
      last_reason = reason;
    }
  g_test_message ("%s: %u of %u samples compared", op->name, n_compared, json_length (meta));
  n_compared_in_all += n_compared;
  if (n_compared == 0 && !g_test_failed ())
    g_test_skip (last_reason);
}

/* The closing line: of all that is there, also of ops that we lack */
static void
count_samples (void)
{
  const gchar *shared = g_getenv ("REEL_SHARED");
  g_autofree gchar *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *name;

  if (shared == NULL || *shared == '\0')
    {
      g_test_skip ("REEL_SHARED names no folder of data sets");
      return;
    }
  folder = g_build_filename (shared, "golden", NULL);
  dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      g_autofree gchar *text = NULL;
      g_autoptr (Npz) npz = NULL;
      g_autoptr (Json) meta = NULL;

      if (!g_str_has_suffix (name, ".npz"))
        continue;
      npz = npz_open (path, &error);
      g_assert_no_error (error);
      text = npz_get_text (npz, "meta");
      meta = json_parse (text);
      n_samples_in_all += json_length (meta);
    }
  g_test_message ("%u of %u samples compared", n_compared_in_all, n_samples_in_all);
}

int
main (int   argc,
      char *argv[])
{
  const GoldenOp *const lists[] = { golden_elementwise, golden_shapes };
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  char **arguments;

  /* On after a failure, so that all are printed. */
  for (int i = 0; i < argc; i++)
    g_ptr_array_add (args, argv[i]);
  g_ptr_array_add (args, (gpointer) "-k");
  g_ptr_array_add (args, NULL);
  argc++;
  arguments = (char **) args->pdata;
  g_test_init (&argc, &arguments, NULL);

  for (guint list = 0; list < G_N_ELEMENTS (lists); list++)
    for (const GoldenOp *op = lists[list]; op->name != NULL; op++)
      {
        g_autofree gchar *path = g_strconcat ("/golden/", op->name, NULL);

        g_test_add_data_func (path, op, run_op);
      }
  g_test_add_func ("/golden/all of them", count_samples);
  return g_test_run ();
}
