/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

#include <math.h>
#include <string.h>

/* That results do not depend on the number of threads, on samples made large enough to
 * be shared. */

/* More than several parts of the work have */
#define MANY_ELEMENTS 40000

/* The size of an axis that all inputs can be enlarged along, and by how much */
static gint64
enlarged_size (const Case *self,
               gint64     *from)
{
  gint64 most = 0;
  gdouble exponent = 0;

  *from = 0;
  for (guint i = 0; i < self->n_inputs; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];

      if (self->inputs[i] == NULL || ref_count (input->rank, input->shape) <= most)
        continue;
      most = ref_count (input->rank, input->shape);
      for (guint axis = 0; axis < input->rank; axis++)
        *from = MAX (*from, input->shape[axis]);
      exponent = 0;
      for (guint axis = 0; axis < input->rank; axis++)
        exponent += input->shape[axis] == *from ? 1 : 0;
    }
  if (*from < 2)
    return *from;
  return (gint64) ceil ((gdouble) *from * pow (MANY_ELEMENTS / (gdouble) most, 1 / exponent));
}

typedef struct
{
  ReelTensor **outputs;
  ReelTensor **gradients;
} Results;

static gboolean
compute (Case              *self,
         ReelTensor *const *inputs,
         Results           *results)
{
  g_autoptr (GError) error = NULL;
  Run run;

  memset (results, 0, sizeof *results);
  run_begin (&run, self, inputs);
  if (run.ok)
    {
      results->outputs = g_new0 (ReelTensor *, self->n_outputs + 1);
      for (guint k = 0; k < self->n_outputs; k++)
        results->outputs[k] = reel_tensor_ref (run.outputs[k]);
      if (self->differentiable)
        {
          results->gradients = run_vjp (&run, REEL_GRAD_NONE, &error);
          if (error != NULL)
            case_fail (self, "the sweep fails: %s", error->message);
        }
    }
  run_end (&run);
  return results->outputs != NULL && !self->failed;
}

static void
results_clear (const Case *self,
               Results    *results)
{
  unref_tensors (self->n_outputs, results->outputs);
  unref_tensors (self->n_inputs, results->gradients);
}

/* Ops whose attributes give sizes, so that no sample grows */
static const gchar *const small_ops[] = {
  "assemble", "bernoulli", "broadcast_to", "expand", "normal", "reshape", "split", "unbind",
  "uniform", NULL
};

/* Says what was too small to tell; of an op, some sample must not be. */
static void
note_size (Case              *self,
           ReelTensor *const *inputs)
{
  static gboolean any_large;    /* of all samples of an op, one after another */
  gint64 most = 0;

  if (self->number == 0)
    any_large = FALSE;
  for (guint i = 0; i < self->n_inputs; i++)
    if (inputs[i] != NULL)
      most = MAX (most, reel_tensor_get_n_elements (inputs[i]));
  any_large |= most >= MANY_ELEMENTS;
  if (most < MANY_ELEMENTS)
    g_test_message ("%s, sample %u: %" G_GINT64_FORMAT " elements are too few for threads",
                    self->op->name, self->number, most);
  if (self->number + 1 == self->op->n_samples && !is_slow () &&
      any_large == g_strv_contains (small_ops, self->op->name))
    case_fail (self, any_large ? "it is listed as small, and is not"
                               : "no sample grows large enough for several threads");
}

void
check_threads (Case *self)
{
  static const guint n_threads[] = { 2, 3, 8 };
  guint before = reel_get_n_threads ();
  ReelTensor **inputs;
  gint64 from, to = enlarged_size (self, &from);
  Results one;

  if (is_slow () && self->number > 0)
    return;
  inputs = case_resize_inputs (self, from, to);
  reel_set_n_threads (1);
  if (!compute (self, inputs, &one) && !self->failed)
    {
      /* The attributes allow no other size. */
      unref_tensors (self->n_inputs, inputs);
      inputs = case_ref_inputs (self);
      if (!compute (self, inputs, &one) && !self->failed)
        case_fail (self, "it fails");
    }
  for (guint i = 0; i < G_N_ELEMENTS (n_threads) && !self->failed; i++)
    {
      g_autofree gchar *value = g_strdup_printf ("%u threads: output", n_threads[i]);
      g_autofree gchar *gradient = g_strdup_printf ("%u threads: gradient", n_threads[i]);
      Results more;

      reel_set_n_threads (n_threads[i]);
      if (!compute (self, inputs, &more))
        case_fail (self, "it fails on %u threads", n_threads[i]);
      else if (case_compare_tensors (self, value, self->n_outputs, more.outputs, one.outputs,
                                     0) &&
               self->differentiable)
        (void) case_compare_tensors (self, gradient, self->n_inputs, more.gradients,
                                     one.gradients, 0);
      results_clear (self, &more);
    }
  note_size (self, inputs);
  reel_set_n_threads (before);
  results_clear (self, &one);
  unref_tensors (self->n_inputs, inputs);
}
