/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

#include "tensor/tensor-private.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Random numbers that are the same in every run (Splitmix64) */
static gdouble
next_uniform (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  z ^= z >> 31;
  return ldexp ((gdouble) (z >> 11), -53);
}

/* Another sequence for each op, sample and tensor */
static guint64
seed_of (const Case *self,
         guint       salt)
{
  return (guint64) g_str_hash (self->op->name) << 20 ^ (guint64) self->number << 10 ^ salt;
}

enum { SALT_COTANGENT = 100, SALT_TANGENT = 200 };

gboolean
is_slow (void)
{
  const gchar *sanitizers = g_getenv ("REEL_SANITIZERS");

  return sanitizers != NULL && *sanitizers != '\0';
}

gboolean
is_floating (ReelTensor *tensor)
{
  return tensor != NULL && reel_dtype_is_floating (reel_tensor_get_dtype (tensor));
}

ReelTensor *
tensor_from_numbers (ReelDType      dtype,
                     guint          rank,
                     const gint64  *shape,
                     const gdouble *numbers)
{
  gsize n = (gsize) ref_count (rank, shape);
  gsize size = reel_dtype_get_size (dtype);
  g_autofree gchar *data = g_malloc (n * size + 1);
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor;

  for (gsize i = 0; i < n; i++)
    _reel_element_set (dtype, data + i * size, numbers[i]);
  tensor = reel_tensor_new_from_data (dtype, rank, shape, data, n * size, &error);
  g_assert_no_error (error);
  return tensor;
}

gdouble *
numbers_of (ReelTensor *tensor)
{
  gsize n = (gsize) reel_tensor_get_n_elements (tensor);
  ReelDType dtype = reel_tensor_get_dtype (tensor);
  gsize size = reel_dtype_get_size (dtype);
  g_autofree gchar *data = g_malloc (n * size + 1);
  gdouble *numbers = g_new (gdouble, n + 1);
  g_autoptr (GError) error = NULL;

  (void) reel_tensor_read (tensor, data, n * size, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    numbers[i] = _reel_element_get (dtype, data + i * size);
  return numbers;
}

ReelTensor *
case_new_input (const Case   *self,
                guint         i,
                ReelDType     dtype,
                guint         rank,
                const gint64 *shape)
{
  const ReelSampleInput *input = &self->sample->inputs[i];
  gsize n = (gsize) ref_count (rank, shape);
  g_autofree gdouble *numbers = g_new (gdouble, n + 1);
  guint64 state = seed_of (self, i);

  for (gsize k = 0; k < n; k++)
    {
      numbers[k] = input->low + (input->high - input->low) * next_uniform (&state);
      if (!reel_dtype_is_floating (input->dtype))
        numbers[k] = floor (numbers[k]);
      else
        numbers[k] = (gdouble) (gfloat) numbers[k];     /* so that f32 has it too */
    }
  return tensor_from_numbers (dtype, rank, shape, numbers);
}

void
case_init (Case         *self,
           const ReelOp *op,
           guint         number)
{
  gboolean from = FALSE;

  memset (self, 0, sizeof *self);
  self->op = op;
  self->number = number;
  self->sample = &op->samples[number];
  self->n_inputs = self->sample->n_inputs;
  self->n_outputs = self->sample->n_outputs;
  if (self->n_outputs == 0)
    self->n_outputs = op->n_outputs < 0 ? 1 : (guint) op->n_outputs;
  self->inputs = g_new0 (ReelTensor *, self->n_inputs + 1);
  for (guint i = 0; i < self->n_inputs; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];

      if (input->rank == G_MAXUINT)
        continue;
      self->inputs[i] = case_new_input (self, i, input->dtype, input->rank, input->shape);
      from |= reel_dtype_is_floating (input->dtype);
    }
  if (from && (op->flags & REEL_OP_NO_GRADIENT) == 0)
    {
      Run run;

      run_begin (&run, self, self->inputs);
      for (guint k = 0; run.ok && k < self->n_outputs; k++)
        self->differentiable |= is_floating (run.outputs[k]);
      run_end (&run);
    }
}

void
case_clear (Case *self)
{
  unref_tensors (self->n_inputs, self->inputs);
}

void
case_fail (Case        *self,
           const gchar *format,
           ...)
{
  g_autofree gchar *message = NULL;
  va_list arguments;

  if (self->failed)
    return;
  self->failed = TRUE;
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s, sample %u: %s", self->op->name, self->number, message);
  g_test_fail ();
}

ReelTensor **
case_ref_inputs (const Case *self)
{
  ReelTensor **inputs = g_new0 (ReelTensor *, self->n_inputs + 1);

  for (guint i = 0; i < self->n_inputs; i++)
    if (self->inputs[i] != NULL)
      inputs[i] = reel_tensor_ref (self->inputs[i]);
  return inputs;
}

void
unref_tensors (guint        n,
               ReelTensor **tensors)
{
  if (tensors == NULL)
    return;
  for (guint i = 0; i < n; i++)
    if (tensors[i] != NULL)
      reel_tensor_unref (tensors[i]);
  g_free (tensors);
}

void
run_begin (Run               *run,
           const Case        *self,
           ReelTensor *const *inputs)
{
  run->self = self;
  run->inputs = inputs;
  run->tape = reel_tape_new ();
  run->outputs = g_new0 (ReelTensor *, self->n_outputs + 1);
  reel_tape_push (run->tape);
  run->ok = reel_apply_full (self->op, inputs, self->n_inputs, self->sample->attributes,
                             self->sample->attributes_size, run->outputs, self->n_outputs);
}

void
run_end (Run *run)
{
  reel_tape_pop (run->tape);
  reel_tape_unref (run->tape);
  g_free (run->outputs);
}

static ReelTensor **
random_like (const Case        *self,
             guint              n,
             ReelTensor *const *tensors,
             guint              salt)
{
  ReelTensor **random = g_new0 (ReelTensor *, n + 1);

  for (guint k = 0; k < n; k++)
    {
      gsize n_elements;
      g_autofree gdouble *numbers = NULL;
      guint64 state = seed_of (self, salt + k);
      const gint64 *shape;
      guint rank;

      if (!is_floating (tensors[k]))
        continue;
      n_elements = (gsize) reel_tensor_get_n_elements (tensors[k]);
      numbers = g_new (gdouble, n_elements + 1);
      for (gsize i = 0; i < n_elements; i++)
        numbers[i] = (gdouble) (gfloat) (3 * next_uniform (&state) - 1.5);
      shape = reel_tensor_get_shape (tensors[k], &rank);
      random[k] = tensor_from_numbers (reel_tensor_get_dtype (tensors[k]), rank, shape,
                                       numbers);
    }
  return random;
}

ReelTensor **
run_cotangents (const Run *run)
{
  return random_like (run->self, run->self->n_outputs, run->outputs, SALT_COTANGENT);
}

ReelTensor **
run_tangents (const Run *run)
{
  return random_like (run->self, run->self->n_inputs, run->inputs, SALT_TANGENT);
}

/* The tensors that have a partner, side by side; returns how many. */
static guint
pick (guint              n,
      ReelTensor *const *tensors,
      ReelTensor *const *partners,
      ReelTensor       **picked,
      ReelTensor       **picked_partners)
{
  guint n_picked = 0;

  for (guint i = 0; i < n; i++)
    if (partners[i] != NULL)
      {
        picked[n_picked] = tensors[i];
        picked_partners[n_picked++] = partners[i];
      }
  return n_picked;
}

/* One of the two products: `by` seeds `from`, which may be outputs or inputs, and
 * the results belong to the others. */
static ReelTensor **
run_product (Run          *run,
             gboolean      reverse,
             ReelGradFlags flags,
             GError      **error)
{
  const Case *self = run->self;
  guint n_out = self->n_outputs, n_in = self->n_inputs;
  guint n_results = reverse ? n_in : n_out;
  ReelTensor **cotangents = run_cotangents (run);
  ReelTensor **tangents = run_tangents (run);
  g_autofree ReelTensor **outputs = g_new0 (ReelTensor *, n_out + 1);
  g_autofree ReelTensor **output_seeds = g_new0 (ReelTensor *, n_out + 1);
  g_autofree ReelTensor **inputs = g_new0 (ReelTensor *, n_in + 1);
  g_autofree ReelTensor **input_seeds = g_new0 (ReelTensor *, n_in + 1);
  g_autofree ReelTensor **picked = g_new0 (ReelTensor *, n_results + 1);
  ReelTensor **results = NULL;
  guint n_picked_out = pick (n_out, run->outputs, cotangents, outputs, output_seeds);
  guint n_picked_in = pick (n_in, run->inputs, tangents, inputs, input_seeds);
  gboolean ok;

  if (reverse)
    ok = reel_vjp (outputs, n_picked_out, output_seeds, inputs, n_picked_in, flags, picked,
                   error);
  else
    ok = reel_jvp (outputs, n_picked_out, inputs, input_seeds, n_picked_in, flags, picked,
                   error);
  if (ok)
    {
      ReelTensor **partners = reverse ? tangents : cotangents;
      guint k = 0;

      results = g_new0 (ReelTensor *, n_results + 1);
      for (guint i = 0; i < n_results; i++)
        if (partners[i] != NULL)
          results[i] = picked[k++];
    }
  unref_tensors (n_out, cotangents);
  unref_tensors (n_in, tangents);
  return results;
}

ReelTensor **
run_vjp (Run          *run,
         ReelGradFlags flags,
         GError      **error)
{
  return run_product (run, TRUE, flags, error);
}

ReelTensor **
run_jvp (Run    *run,
         GError **error)
{
  return run_product (run, FALSE, REEL_GRAD_NONE, error);
}

gboolean
case_compare (Case          *self,
              const gchar   *what,
              gint64         n,
              const gdouble *found,
              const gdouble *expected,
              gdouble        tolerance)
{
  for (gint64 i = 0; i < n; i++)
    {
      gdouble scale = fmax (1, fmax (fabs (found[i]), fabs (expected[i])));

      if (found[i] == expected[i] || (isnan (found[i]) && isnan (expected[i])) ||
          fabs (found[i] - expected[i]) <= tolerance * scale)
        continue;
      case_fail (self, "%s: element %" G_GINT64_FORMAT " is %.17g, not %.17g", what, i,
                 found[i], expected[i]);
      return FALSE;
    }
  return TRUE;
}

gboolean
case_compare_tensors (Case              *self,
                      const gchar       *what,
                      guint              n,
                      ReelTensor *const *found,
                      ReelTensor *const *expected,
                      gdouble            tolerance)
{
  for (guint k = 0; k < n; k++)
    {
      g_autofree gdouble *a = NULL;
      g_autofree gdouble *b = NULL;
      g_autofree gchar *name = g_strdup_printf ("%s %u", what, k);

      if (found[k] == NULL && expected[k] == NULL)
        continue;
      if (found[k] == NULL || expected[k] == NULL ||
          !_reel_tensor_same_shape (found[k], expected[k]))
        {
          case_fail (self, "%s: shapes differ", name);
          return FALSE;
        }
      if (tolerance == 0)
        {
          g_autoptr (GBytes) bytes = reel_tensor_get_bytes (found[k], NULL);
          g_autoptr (GBytes) other = reel_tensor_get_bytes (expected[k], NULL);

          if (g_bytes_equal (bytes, other))
            continue;
          case_fail (self, "%s: bits differ", name);
          return FALSE;
        }
      a = numbers_of (found[k]);
      b = numbers_of (expected[k]);
      if (!case_compare (self, name, reel_tensor_get_n_elements (found[k]), a, b, tolerance))
        return FALSE;
    }
  return TRUE;
}

gboolean
case_reference (Case              *self,
                ReelTensor *const *inputs,
                RefArray          *outputs)
{
  RefFunc func = ref_lookup (self->op->name);
  g_autofree RefArray *arrays = g_new0 (RefArray, self->n_inputs + 1);
  RefCall call = { self->op->name, arrays, self->n_inputs, self->sample->attributes, outputs,
                   self->n_outputs };
  gboolean ok;

  if (func == NULL)
    {
      case_fail (self, "there is no reference for it: write one in tests/op-references-*.c");
      return FALSE;
    }
  for (guint i = 0; i < self->n_inputs; i++)
    {
      RefArray *array = &arrays[i];
      const gint64 *shape;

      if (inputs[i] == NULL)
        {
          array->rank = G_MAXUINT;
          continue;
        }
      shape = reel_tensor_get_shape (inputs[i], &array->rank);
      memcpy (array->shape, shape, array->rank * sizeof (gint64));
      array->dtype = reel_tensor_get_dtype (inputs[i]);
      array->n = reel_tensor_get_n_elements (inputs[i]);
      array->values = numbers_of (inputs[i]);
    }
  ok = ref_run (func, &call);
  for (guint i = 0; i < self->n_inputs; i++)
    ref_array_clear (&arrays[i]);
  return ok;
}

gboolean
case_compare_reference (Case        *self,
                        const gchar *what,
                        const Run   *run)
{
  g_autofree RefArray *expected = g_new0 (RefArray, self->n_outputs + 1);
  gboolean ok = case_reference (self, run->inputs, expected);

  if (!ok)
    case_fail (self, "%s: it takes what the reference refuses", what);
  for (guint k = 0; ok && k < self->n_outputs; k++)
    {
      g_autofree gchar *name = g_strdup_printf ("%s: output %u", what, k);
      g_autofree gdouble *found = NULL;
      guint rank;
      const gint64 *shape = reel_tensor_get_shape (run->outputs[k], &rank);

      if (reel_tensor_get_dtype (run->outputs[k]) != expected[k].dtype ||
          rank != expected[k].rank ||
          memcmp (shape, expected[k].shape, rank * sizeof (gint64)) != 0)
        {
          g_autofree gchar *description = reel_tensor_describe (run->outputs[k]);

          case_fail (self, "%s is %s, unlike the reference's", name, description);
          ok = FALSE;
          break;
        }
      found = numbers_of (run->outputs[k]);
      ok = case_compare (self, name, expected[k].n, found, expected[k].values,
                         expected[k].dtype == REEL_F32 ? TOLERANCE_F32 : TOLERANCE_VALUE);
    }
  for (guint k = 0; k < self->n_outputs; k++)
    ref_array_clear (&expected[k]);
  return ok;
}

gboolean
case_expect_error (Case        *self,
                   const gchar *what,
                   const Run   *run,
                   gint         code)
{
  g_autofree gchar *prefix = g_strconcat (self->op->name, ": ", NULL);
  g_autoptr (GError) error = NULL;

  if (run->ok || reel_tape_check (run->tape, &error))
    {
      case_fail (self, "%s is no error", what);
      return FALSE;
    }
  for (guint k = 0; k < self->n_outputs; k++)
    if (!reel_tensor_is_error (run->outputs[k]))
      {
        case_fail (self, "%s: output %u is no error tensor", what, k);
        return FALSE;
      }
  if (error->domain != REEL_ERROR || (code >= 0 && error->code != code) ||
      !g_str_has_prefix (error->message, prefix))
    {
      case_fail (self, "%s: the error is %d, \"%s\"", what, error->code, error->message);
      return FALSE;
    }
  return TRUE;
}
