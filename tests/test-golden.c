/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#include <math.h>

/* Values and gradients against vectors from an independent implementation, in the
 * folder golden/ of REEL_SHARED; skipped, and said so, without. What is not compared
 * is counted with its reason. */

/* Deviations allowed, relative to what is compared, or to 1 where that is less */
#define TOLERANCE_VALUE 1e-12
#define TOLERANCE_GRADIENT 1e-10

/* Where our convention differs on purpose. */
static const struct
{
  const gchar *name;
  gint number;                  /* of the sample; -1: any */
  gboolean value;               /* else the gradients alone */
  const gchar *reason;
} deviations[] = {
  { "flip", 2, TRUE, "an empty list of axes is none of them there, all of them here" },
  { "nn.functional.softplus", 0, TRUE,
    "above a threshold it is the identity there, an approximation we do without" },
};

static const gchar *
find_deviation (const gchar *name,
                guint        number,
                gboolean     value)
{
  for (guint i = 0; i < G_N_ELEMENTS (deviations); i++)
    if (g_str_equal (deviations[i].name, name) &&
        (deviations[i].number < 0 || deviations[i].number == (gint) number) &&
        (deviations[i].value || !value))
      return deviations[i].reason;
  return NULL;
}

static gboolean
is_close (gdouble a,
          gdouble b,
          gdouble tolerance)
{
  return a == b || (isnan (a) && isnan (b)) ||
         fabs (a - b) <= tolerance * fmax (1, fmax (fabs (a), fabs (b)));
}

/* Fails the test where they deviate. */
static void
compare (const gchar *what,
         ReelTensor  *found,
         ReelTensor  *expected,
         gdouble      tolerance)
{
  gint64 n = reel_tensor_get_n_elements (expected);
  g_autofree gdouble *a = NULL;
  g_autofree gdouble *b = NULL;
  g_autofree gchar *found_is = reel_tensor_describe (found);
  g_autofree gchar *expected_is = reel_tensor_describe (expected);

  if (!g_str_equal (found_is, expected_is))
    {
      g_test_fail_printf ("%s is %s, not %s", what, found_is, expected_is);
      return;
    }
  if (reel_tensor_get_dtype (expected) != REEL_F64)
    {
      if (!reel_tensor_equal (found, expected))
        g_test_fail_printf ("%s differs", what);
      return;
    }
  a = g_new (gdouble, n + 1);
  b = g_new (gdouble, n + 1);
  if (!reel_tensor_read (found, a, (gsize) n * sizeof (gdouble), NULL) ||
      !reel_tensor_read (expected, b, (gsize) n * sizeof (gdouble), NULL))
    {
      g_test_fail_printf ("%s cannot be read", what);
      return;
    }
  for (gint64 i = 0; i < n; i++)
    if (!is_close (a[i], b[i], tolerance))
      {
        g_test_fail_printf ("%s: element %" G_GINT64_FORMAT " is %.17g, not %.17g", what, i,
                            a[i], b[i]);
        return;
      }
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

static const gchar *
apply (const GoldenOp *op,
       Sample         *sample)
{
  if (op->func != NULL)
    return op->func (sample);
  sample->n_outputs = 1;
  sample->outputs[0] = op->unary != NULL
                       ? op->unary (sample->tensors[0])
                       : op->binary (sample->tensors[0], sample->tensors[1]);
  return NULL;
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
        g_test_fail_printf ("%s: %s", what, error->message);
    }
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
  gboolean has_scalar = FALSE;
  const gchar *reason;
  ReelTensor *tensor;

  sample.args = json_get (json_at (meta, number), "args");
  sample.kwargs = json_get (json_at (meta, number), "kwargs");
  while ((tensor = get (npz, "in", number, tensors->len)) != NULL)
    {
      g_ptr_array_add (tensors, tensor);
      has_scalar |= reel_tensor_get_rank (tensor) == 0;
    }
  sample.n_tensors = tensors->len;
  sample.tensors = (ReelTensor **) tensors->pdata;

  reel_tape_push (tape);
  reason = apply (op, &sample);
  if (reason == NULL && !reel_tape_check (tape, &error))
    {
      if (has_scalar && (error->code == REEL_ERROR_INDEX || error->code == REEL_ERROR_SHAPE))
        reason = "a single number has no axis 0 or -1 here";
      else
        g_test_fail_printf ("%s %u: %s", op->name, number, error->message);
    }
  else if (reason == NULL)
    {
      reason = find_deviation (op->name, number, TRUE);
      for (guint k = 0; k < sample.n_outputs && reason == NULL; k++)
        {
          g_autoptr (ReelTensor) expected = get (npz, "out", number, k);
          g_autofree gchar *what = g_strdup_printf ("%s %u: output %u", op->name, number, k);

          if (expected == NULL)
            g_test_fail_printf ("%s is one too many", what);
          else
            compare (what, sample.outputs[k], expected, TOLERANCE_VALUE);
        }
      if (reason == NULL)
        reason = find_deviation (op->name, number, FALSE);
      if (reason == NULL)
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
  const gchar *last_reason = NULL;

  if (shared == NULL || *shared == '\0')
    {
      g_test_skip ("REEL_SHARED names no folder of data sets");
      return;
    }
  path = g_build_filename (shared, "golden", file, NULL);
  npz = npz_open (path, &error);
  if (npz == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  text = npz_get_text (npz, "meta");
  meta = json_parse (text);
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
  if (n_compared == 0)
    g_test_skip (last_reason);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < n_golden_ops; i++)
    {
      g_autofree gchar *path = g_strconcat ("/golden/", golden_ops[i].name, NULL);

      g_test_add_data_func (path, &golden_ops[i], run_op);
    }
  return g_test_run ();
}
