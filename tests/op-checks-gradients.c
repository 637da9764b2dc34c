/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

#include "grad/grad-private.h"
#include "tensor/tensor-private.h"

#include <math.h>

/* That derivatives are right, and read no more than the op says they do. */

typedef struct
{
  Case *self;
  gint which;                   /* an output, or -1 for a number made of all */
} Function;

/* An output by itself, so that the others have no cotangent; or all at once. */
static ReelTensor *
apply_function (ReelTensor *const *inputs,
                guint              n_inputs,
                gpointer           user_data,
                GError           **error)
{
  const Function *function = user_data;
  const Case *self = function->self;
  g_autofree ReelTensor **all = g_new0 (ReelTensor *, self->n_inputs + 1);
  g_autofree ReelTensor **outputs = g_new0 (ReelTensor *, self->n_outputs + 1);
  ReelTensor *total = NULL;

  for (guint i = 0; i < n_inputs; i++)
    all[i] = inputs[i];
  if (!reel_apply_full (self->op, all, self->n_inputs, self->sample->attributes,
                        self->sample->attributes_size, outputs, self->n_outputs))
    return outputs[0];
  if (function->which >= 0)
    return outputs[function->which];
  for (guint k = 0; k < self->n_outputs; k++)
    {
      ReelTensor *part;

      if (!is_floating (outputs[k]))
        continue;
      /* squares, so that their derivatives depend on each other */
      part = reel_sum (reel_mul_scalar (reel_square (outputs[k]), 0.5 + 0.25 * k),
                       REEL_ALL_AXES, FALSE);
      total = total != NULL ? reel_add (total, part) : part;
    }
  return total;
}

void
check_derivatives (Case *self)
{
  gint n = (gint) self->n_outputs;

  if (!self->differentiable)
    return;
  for (gint which = n > 1 ? -1 : 0; which < n && !self->failed; which++)
    {
      Function function = { self, which };
      g_autofree ReelTensor **inputs = g_new0 (ReelTensor *, self->n_inputs + 1);
      g_autoptr (GError) error = NULL;
      guint n_inputs = 0;

      /* (what is left out comes last) */
      while (n_inputs < self->n_inputs && self->inputs[n_inputs] != NULL)
        {
          inputs[n_inputs] = self->inputs[n_inputs];
          n_inputs++;
        }
      if (!reel_gradcheck (apply_function, &function, inputs, n_inputs, 0, 0, &error))
        case_fail (self, "output %d: %s", which, error->message);
    }
}

/* Overwrites a tensor in place: with what spreads, or with what is unlike any sample,
 * for rules that only compare. */
static void
poison (ReelTensor *tensor,
        gboolean    spreads)
{
  g_assert_nonnull (tensor->storage);
  _reel_tensor_fill_elements (tensor, spreads && is_floating (tensor) ? (gdouble) NAN : 77);
}

static gboolean
same_bits (guint              n,
           ReelTensor *const *found,
           ReelTensor *const *expected)
{
  for (guint i = 0; i < n; i++)
    if (found[i] != NULL)
      {
        g_autoptr (GBytes) bytes = reel_tensor_get_bytes (found[i], NULL);
        g_autoptr (GBytes) other = reel_tensor_get_bytes (expected[i], NULL);

        if (!g_bytes_equal (bytes, other))
          return FALSE;
      }
  return TRUE;
}

/* Whether derivatives change when a tensor does, unnoticed. */
static gboolean
is_needed (Case              *self,
           Run               *run,
           ReelTensor *const *gradients,
           ReelTensor *const *tangents)
{
  ReelTensor **found = run_vjp (run, REEL_GRAD_NONE, NULL);
  gboolean needed = found == NULL || !same_bits (self->n_inputs, found, gradients);

  unref_tensors (self->n_inputs, found);
  if (needed)
    return TRUE;
  found = run_jvp (run, NULL);
  needed = found == NULL || !same_bits (self->n_outputs, found, tangents);
  unref_tensors (self->n_outputs, found);
  return needed;
}

static void
expect_saved (Case              *self,
              const gchar       *what,
              gboolean           is_read,
              ReelTensor       **results,
              ReelTensor *const *expected,
              guint              n,
              GError            *error)
{
  if (is_read && (error == NULL || error->code != REEL_ERROR_OVERWRITTEN))
    case_fail (self, "%s was overwritten, its mask says it is read, and it is no error", what);
  else if (!is_read && error != NULL)
    case_fail (self, "%s was overwritten, its mask says it is not read, but: %s", what,
               error->message);
  else if (!is_read)
    (void) case_compare_tensors (self, what, n, results, expected, 0);
  g_clear_error (&error);
  unref_tensors (n, results);
}

/* Overwrites one input (`which` < n_inputs) or output between forward and reverse.
 * Notes in `needed` whether that matters. */
static void
check_saved_one (Case              *self,
                 guint              which,
                 ReelTensor *const *gradients,
                 ReelTensor *const *tangents,
                 guint32           *needed)
{
  const ReelOp *op = self->op;
  gboolean is_input = which < self->n_inputs;
  guint number = is_input ? which : which - self->n_inputs;
  guint32 mask = is_input ? op->vjp_reads_inputs : op->vjp_reads_outputs;
  gboolean is_read = (mask >> MIN (number, 31) & 1) != 0;
  g_autofree gchar *what = g_strdup_printf ("%s %u", is_input ? "input" : "output", number);
  ReelTensor **inputs = g_new0 (ReelTensor *, self->n_inputs + 1);
  GError *error = NULL;
  ReelTensor *victim;
  Run run;

  for (guint i = 0; i < self->n_inputs; i++)
    if (self->inputs[i] != NULL)
      inputs[i] = reel_tensor_copy (self->inputs[i], NULL);
  run_begin (&run, self, inputs);
  victim = is_input ? inputs[number] : run.outputs[number];
  /* What a view shows belongs to its first input. */
  if ((op->flags & REEL_OP_VIEW) != 0 && !is_input)
    is_read = (op->vjp_reads_inputs & 1) != 0;
  if (victim == NULL || victim->storage == NULL || victim->n_elements == 0)
    {
      *needed |= (guint32) 1 << MIN (number, 31);
    }
  else
    {
      ReelTensor **results;

      for (gint spreads = 0; spreads < 2; spreads++)
        {
          poison (victim, spreads);
          if (is_read && is_needed (self, &run, gradients, tangents))
            *needed |= (guint32) 1 << MIN (number, 31);
        }
      _reel_tensor_wrote (victim, "the test");
      results = run_vjp (&run, REEL_GRAD_NONE, &error);
      expect_saved (self, what, is_read, results, gradients, self->n_inputs,
                    g_steal_pointer (&error));
      if (!self->failed)
        {
          results = run_jvp (&run, &error);
          expect_saved (self, what, is_read, results, tangents, self->n_outputs,
                        g_steal_pointer (&error));
        }
    }
  run_end (&run);
  unref_tensors (self->n_inputs, inputs);
}

void
check_saved (Case *self)
{
  /* of all samples of an op, one after another: what is read by some of them */
  static guint32 needed[2];
  const ReelOp *op = self->op;
  g_autoptr (GError) error = NULL;
  ReelTensor **gradients, **tangents;
  Run run;

  if (self->number == 0)
    needed[0] = needed[1] = 0;
  if (!self->differentiable)
    return;
  run_begin (&run, self, self->inputs);
  gradients = run_vjp (&run, REEL_GRAD_NONE, &error);
  g_assert_no_error (error);
  tangents = run_jvp (&run, &error);
  g_assert_no_error (error);
  run_end (&run);
  for (guint which = 0; which < self->n_inputs + self->n_outputs && !self->failed; which++)
    check_saved_one (self, which, gradients, tangents,
                     &needed[which < self->n_inputs ? 0 : 1]);
  unref_tensors (self->n_inputs, gradients);
  unref_tensors (self->n_outputs, tangents);
  /* What is read needlessly is kept in vain. (A variable number of inputs may have a
   * mask of them all, and internal ops of a family have one mask.) */
  if (self->number + 1 == op->n_samples && op->n_inputs >= 0 && op->n_outputs >= 0 &&
      (op->flags & REEL_OP_INTERNAL) == 0 &&
      ((op->vjp_reads_inputs & ~needed[0]) != 0 || (op->vjp_reads_outputs & ~needed[1]) != 0))
    case_fail (self, "its masks say that inputs %x and outputs %x are read, but %x and %x are",
               op->vjp_reads_inputs, op->vjp_reads_outputs, needed[0], needed[1]);
}

/* Released on the way, recorded, and by parameters' .grad: the same gradients. */
void
check_released (Case *self)
{
  static const struct
  {
    ReelGradFlags flags;
    const gchar *name;
  } ways[] = {
    { REEL_GRAD_RECORD, "recorded gradient" }, { REEL_GRAD_RELEASE, "released gradient" },
  };
  g_autoptr (GError) error = NULL;
  ReelTensor **expected;
  Run run;

  if (!self->differentiable)
    return;
  run_begin (&run, self, self->inputs);
  expected = run_vjp (&run, REEL_GRAD_NONE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (ways) && !self->failed; i++)
    {
      ReelTensor **gradients = run_vjp (&run, ways[i].flags, &error);

      if (error != NULL)
        case_fail (self, "%s: %s", ways[i].name, error->message);
      else
        (void) case_compare_tensors (self, ways[i].name, self->n_inputs, gradients, expected,
                                     TOLERANCE_GRADIENT);
      g_clear_error (&error);
      unref_tensors (self->n_inputs, gradients);
    }
  run_end (&run);

  run_begin (&run, self, self->inputs);
  {
    /* On a tape that saw the parameters as such */
    g_autofree ReelTensor **outputs = g_new0 (ReelTensor *, self->n_outputs + 1);
    g_autofree ReelTensor **seeds = g_new0 (ReelTensor *, self->n_outputs + 1);
    ReelTensor **parameters = g_new0 (ReelTensor *, self->n_inputs + 1);
    ReelTensor **gradients = g_new0 (ReelTensor *, self->n_inputs + 1);
    ReelTensor **cotangents;
    guint n = 0;

    for (guint i = 0; i < self->n_inputs; i++)
      if (self->inputs[i] != NULL)
        {
          parameters[i] = reel_tensor_copy (self->inputs[i], NULL);
          if (is_floating (parameters[i]))
            reel_tensor_set_requires_grad (parameters[i], TRUE);
        }
    (void) reel_apply_full (self->op, parameters, self->n_inputs, self->sample->attributes,
                            self->sample->attributes_size, run.outputs, self->n_outputs);
    cotangents = run_cotangents (&run);
    for (guint k = 0; k < self->n_outputs; k++)
      if (cotangents[k] != NULL)
        {
          outputs[n] = run.outputs[k];
          seeds[n++] = cotangents[k];
        }
    if (!reel_backward_full (outputs, n, seeds, REEL_GRAD_NONE, &error))
      case_fail (self, "backward: %s", error->message);
    for (guint i = 0; !self->failed && i < self->n_inputs; i++)
      {
        ReelTensor *gradient = is_floating (parameters[i])
                               ? reel_tensor_get_grad (parameters[i]) : NULL;

        /* A rule that contributes nothing leaves no .grad where there would be zeros. */
        if (gradient != NULL)
          gradients[i] = reel_tensor_ref (gradient);
        else if (expected[i] != NULL)
          gradients[i] = reel_tensor_new_zeros (expected[i]->dtype, expected[i]->rank,
                                                reel_tensor_get_shape (expected[i], NULL),
                                                NULL);
      }
    if (!self->failed)
      (void) case_compare_tensors (self, ".grad of input", self->n_inputs, gradients, expected,
                                   TOLERANCE_GRADIENT);
    unref_tensors (self->n_inputs, gradients);
    unref_tensors (self->n_outputs, cotangents);
    unref_tensors (self->n_inputs, parameters);
  }
  run_end (&run);
  unref_tensors (self->n_inputs, expected);
}

/* Many sweeps in one */

/* The elements of `base` in another order and of another size for each of a batch. */
static gdouble
batch_number (const gdouble *base,
              gint64         n,
              gint64         b,
              gint64         i)
{
  return base[(i + b) % n] * (1 + 0.5 * (gdouble) b);
}

/* Like `base`: number b of the batch, or all of them where that is -1. */
static ReelTensor *
batch_tensor (ReelTensor   *base,
              guint         n_axes,
              const gint64 *batch,
              gint64        b)
{
  g_autofree gdouble *numbers = numbers_of (base);
  gint64 n = reel_tensor_get_n_elements (base), n_batch = ref_count (n_axes, batch);
  g_autofree gdouble *all = g_new (gdouble, n * n_batch + 1);
  gint64 shape[REEL_MAX_AXES];
  guint n_front = b < 0 ? n_axes : 0;

  for (gint64 k = 0; k < n_batch; k++)
    for (gint64 i = 0; i < n; i++)
      all[k * n + i] = batch_number (numbers, n, k, i);
  memcpy (shape, batch, n_front * sizeof (gint64));
  memcpy (shape + n_front, _reel_tensor_shape (base), base->rank * sizeof (gint64));
  return tensor_from_numbers (reel_tensor_get_dtype (base), n_front + base->rank, shape,
                              all + MAX (b, 0) * n);
}

typedef struct
{
  gboolean reverse;
  ReelGradFlags flags;
  guint n_axes;
  gint64 batch[2];
} Batch;

/* One of the products, for number b or all. `seeds` and the results belong to `from`
 * and `to`: outputs and inputs, or the other way. */
static ReelTensor **
batch_product (Run               *run,
               const Batch       *batch,
               ReelTensor *const *cotangents,
               ReelTensor *const *tangents,
               gint64             b,
               GError           **error)
{
  guint n[2] = { run->self->n_outputs, run->self->n_inputs };
  ReelTensor *const *tensors[2] = { run->outputs, run->inputs };
  ReelTensor *const *bases[2] = { cotangents, tangents };
  g_autofree ReelTensor **of_outputs = g_new0 (ReelTensor *, n[0] + 1);
  g_autofree ReelTensor **of_inputs = g_new0 (ReelTensor *, n[1] + 1);
  ReelTensor **picked[2] = { of_outputs, of_inputs };
  guint from = batch->reverse ? 0 : 1;
  ReelTensor **seeds = g_new0 (ReelTensor *, n[from] + 1);
  ReelTensor **results = g_new0 (ReelTensor *, n[1 - from] + 1);
  guint n_picked[2] = { 0, 0 };
  guint n_axes = b < 0 ? batch->n_axes : 0;

  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < n[side]; i++)
      if (bases[side][i] != NULL)
        {
          if (side == from)
            seeds[n_picked[side]] = batch_tensor (bases[side][i], batch->n_axes, batch->batch,
                                                  b);
          picked[side][n_picked[side]++] = tensors[side][i];
        }
  if (batch->reverse)
    (void) _reel_vjp_batched (picked[0], n_picked[0], seeds, n_axes, picked[1], n_picked[1],
                              batch->flags, results, error);
  else
    (void) _reel_jvp_batched (picked[0], n_picked[0], picked[1], seeds, n_picked[1], n_axes,
                              batch->flags, results, error);
  unref_tensors (n_picked[from], seeds);
  return results;
}

/* Compares number b of the batch with a sweep of its own. */
static gboolean
same_as_single (Case              *self,
                const Batch       *batch,
                gint64             b,
                guint              n,
                ReelTensor *const *all,
                ReelTensor *const *single)
{
  gint64 shape[REEL_MAX_AXES];

  for (guint k = 0; k < n; k++)
    {
      g_autofree gchar *what = NULL;
      g_autofree gdouble *found = NULL;
      g_autofree gdouble *expected = NULL;
      gint64 n_elements;

      if (single[k] == NULL)
        continue;
      what = g_strdup_printf ("%s %s %u, number %d", batch->flags != 0 ? "recorded" : "paused",
                              batch->reverse ? "gradient" : "tangent", k, (gint) b);
      memcpy (shape, batch->batch, batch->n_axes * sizeof (gint64));
      memcpy (shape + batch->n_axes, _reel_tensor_shape (single[k]),
              single[k]->rank * sizeof (gint64));
      if (!_reel_shape_equal (all[k]->rank, _reel_tensor_shape (all[k]),
                              batch->n_axes + single[k]->rank, shape))
        {
          case_fail (self, "%s: shapes differ", what);
          return FALSE;
        }
      found = numbers_of (all[k]);
      expected = numbers_of (single[k]);
      n_elements = reel_tensor_get_n_elements (single[k]);
      if (!case_compare (self, what, n_elements, found + b * n_elements, expected,
                         TOLERANCE_GRADIENT))
        return FALSE;
    }
  return TRUE;
}

/* Rules never look at what they are given: cotangents and tangents with more axes in
 * front give what as many sweeps give. */
void
check_batched (Case *self)
{
  static const Batch batches[] = {
    { TRUE, REEL_GRAD_NONE, 1, { 3 } }, { TRUE, REEL_GRAD_RECORD, 1, { 3 } },
    { FALSE, REEL_GRAD_NONE, 1, { 3 } }, { FALSE, REEL_GRAD_RECORD, 1, { 3 } },
    { TRUE, REEL_GRAD_NONE, 2, { 2, 3 } }, { FALSE, REEL_GRAD_NONE, 2, { 2, 3 } },
    { TRUE, REEL_GRAD_NONE, 1, { 0 } }, { FALSE, REEL_GRAD_NONE, 1, { 0 } },
  };

  if (!self->differentiable)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (batches) && !self->failed; i++)
    {
      const Batch *batch = &batches[i];
      gint64 n_batch = ref_count (batch->n_axes, batch->batch);
      guint n = batch->reverse ? self->n_inputs : self->n_outputs;
      g_autoptr (GError) error = NULL;
      ReelTensor **cotangents, **tangents, **all;
      Run run;

      run_begin (&run, self, self->inputs);
      cotangents = run_cotangents (&run);
      tangents = run_tangents (&run);
      all = batch_product (&run, batch, cotangents, tangents, -1, &error);
      if (error != NULL)
        case_fail (self, "batched %s: %s", batch->reverse ? "gradient" : "tangent",
                   error->message);
      for (gint64 b = 0; b < n_batch && !self->failed; b++)
        {
          ReelTensor **single = batch_product (&run, batch, cotangents, tangents, b, &error);

          g_assert_no_error (error);
          (void) same_as_single (self, batch, b, n, all, single);
          unref_tensors (n, single);
        }
      unref_tensors (n, all);
      unref_tensors (self->n_outputs, cotangents);
      unref_tensors (self->n_inputs, tangents);
      run_end (&run);
    }
}
