/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

#include <string.h>

/* What an op refuses: an error tensor, a message that names it, and a tape that goes
 * on after the error is cleared. */

/* A size that no sample has, so that it fits nowhere */
#define ODD_SIZE 11

static void
check_recovers (Case *self,
                Run  *run)
{
  g_autofree ReelTensor **outputs = g_new0 (ReelTensor *, self->n_outputs + 1);

  reel_tape_clear_error (run->tape);
  if (!reel_apply_full (self->op, self->inputs, self->n_inputs, self->sample->attributes,
                        self->sample->attributes_size, outputs, self->n_outputs))
    case_fail (self, "it fails after an error was cleared");
}

/* Whether it must fail, and if it does, that it fails well. */
static void
check_refused (Case        *self,
               const gchar *what,
               ReelTensor **inputs,
               gboolean     must_fail,
               gint         code)
{
  Run run;

  run_begin (&run, self, inputs);
  if ((!run.ok || must_fail) && case_expect_error (self, what, &run, code))
    check_recovers (self, &run);
  run_end (&run);
}

void
check_dtypes (Case *self)
{
  gint last = -1;
  guint n_floating = 0;

  for (guint i = 0; i < self->n_inputs && !self->failed; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];
      g_autofree gchar *what = g_strdup_printf ("input %u of bool", i);
      ReelTensor **inputs;

      if (!is_floating (self->inputs[i]))
        continue;
      n_floating++;
      last = (gint) i;
      /* Some ops take any dtype. Where several have to be of one, bool is none. */
      inputs = case_ref_inputs (self);
      reel_tensor_unref (inputs[i]);
      inputs[i] = case_new_input (self, i, REEL_BOOL, input->rank, input->shape);
      check_refused (self, what, inputs, n_floating > 1, -1);
      unref_tensors (self->n_inputs, inputs);
    }
  if (n_floating > 1 && !self->failed)
    {
      const ReelSampleInput *input = &self->sample->inputs[last];
      ReelTensor **inputs = case_ref_inputs (self);

      reel_tensor_unref (inputs[last]);
      inputs[last] = case_new_input (self, (guint) last, REEL_F32, input->rank, input->shape);
      check_refused (self, "f32 among f64", inputs, TRUE, REEL_ERROR_DTYPE);
      unref_tensors (self->n_inputs, inputs);
    }
  /* Indices and conditions */
  for (guint i = 0; i < self->n_inputs && !self->failed; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];
      ReelTensor **inputs;

      if (self->inputs[i] == NULL || is_floating (self->inputs[i]) || n_floating == 0)
        continue;
      inputs = case_ref_inputs (self);
      reel_tensor_unref (inputs[i]);
      inputs[i] = case_new_input (self, i, REEL_U8, input->rank, input->shape);
      check_refused (self, "u8 for indices or a condition", inputs, TRUE, REEL_ERROR_DTYPE);
      unref_tensors (self->n_inputs, inputs);
    }
}

/* Refused where the reference refuses, its values where it has some. */
static void
check_like_reference (Case        *self,
                      const gchar *what,
                      ReelTensor **inputs)
{
  g_autofree RefArray *expected = g_new0 (RefArray, self->n_outputs + 1);
  gboolean refused = !case_reference (self, inputs, expected);
  Run run;

  run_begin (&run, self, inputs);
  if (refused)
    {
      if (case_expect_error (self, what, &run, -1))
        check_recovers (self, &run);
    }
  else if (!run.ok)
    {
      g_autoptr (GError) error = NULL;

      (void) reel_tape_check (run.tape, &error);
      case_fail (self, "%s: it refuses what has a value: %s", what, error->message);
    }
  else
    {
      (void) case_compare_reference (self, what, &run);
    }
  for (guint k = 0; k < self->n_outputs; k++)
    ref_array_clear (&expected[k]);
  run_end (&run);
}

void
check_shapes (Case *self)
{
  for (guint i = 0; i < self->n_inputs && !self->failed; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];
      guint ranks[] = { MAX (input->rank, 1), input->rank + 1, REEL_MAX_RANK };

      if (self->inputs[i] == NULL)
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (ranks) && !self->failed; k++)
        {
          g_autofree gchar *what = g_strdup_printf ("input %u of rank %u and other sizes", i,
                                                    ranks[k]);
          ReelTensor **inputs = case_ref_inputs (self);
          gint64 shape[REEL_MAX_AXES];

          for (guint axis = 0; axis < ranks[k]; axis++)
            shape[axis] = ranks[k] == REEL_MAX_RANK && axis + 1 < ranks[k] ? 1 : ODD_SIZE;
          reel_tensor_unref (inputs[i]);
          inputs[i] = case_new_input (self, i, input->dtype, ranks[k], shape);
          check_like_reference (self, what, inputs);
          unref_tensors (self->n_inputs, inputs);
        }
    }
}

void
check_arguments (Case *self)
{
  g_autoptr (ReelTape) other = reel_tape_new ();
  ReelTensor **inputs;
  Run run;

  for (guint i = 0; i < self->n_inputs && !self->failed; i++)
    {
      g_autofree gchar *what = g_strdup_printf ("input %u NULL", i);
      g_autofree gchar *pattern = g_strdup_printf ("*%s*input %u is NULL*", self->op->name,
                                                   i);

      if (i < 32 && (self->op->optional_inputs >> i & 1) != 0)
        continue;
      inputs = case_ref_inputs (self);
      g_clear_pointer (&inputs[i], reel_tensor_unref);
      g_test_expect_message ("Reel", G_LOG_LEVEL_CRITICAL, pattern);
      run_begin (&run, self, inputs);
      g_test_assert_expected_messages ();
      if (case_expect_error (self, what, &run, REEL_ERROR_NULL))
        check_recovers (self, &run);
      run_end (&run);
      unref_tensors (self->n_inputs, inputs);
    }
  if (self->op->n_inputs > 0 && !self->failed)
    {
      run_begin (&run, self, self->inputs);
      run.ok = reel_apply_full (self->op, self->inputs, self->n_inputs - 1,
                                self->sample->attributes, self->sample->attributes_size,
                                run.outputs, self->n_outputs);
      (void) case_expect_error (self, "too few inputs", &run, -1);
      run_end (&run);
    }
  /* An error comes along from another tape, with its own message. */
  if (self->n_inputs > 0 && self->inputs[0] != NULL && !self->failed)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReelTensor) wrong = reel_tensor_new_full (REEL_F64, REEL_SHAPE (2, 3), 1,
                                                           NULL);
      g_autoptr (ReelTensor) with = reel_tensor_new_full (REEL_F64, REEL_SHAPE (4, 5), 1,
                                                          NULL);

      inputs = case_ref_inputs (self);
      reel_tensor_unref (inputs[0]);
      reel_tape_push (other);
      inputs[0] = reel_tensor_ref (reel_add (wrong, with));
      reel_tape_pop (other);
      run_begin (&run, self, inputs);
      if (run.ok || reel_tape_check (run.tape, &error) ||
          !reel_tensor_is_error (run.outputs[0]) || !g_str_has_prefix (error->message, "add: "))
        case_fail (self, "an error of an input does not come along");
      run_end (&run);
      unref_tensors (self->n_inputs, inputs);
    }
}
