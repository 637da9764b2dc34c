/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

#include "tensor/tensor-private.h"

#include <math.h>
#include <string.h>

/* What an op computes, however its operands lie in memory, whatever their size and
 * dtype, and on however many threads. */

void
check_described (Case *self)
{
  const ReelOp *op = self->op;

  if (op->formula == NULL || *op->formula == '\0')
    case_fail (self, "it has no formula");
  if (op->infer == NULL || (op->kernel == NULL && (op->flags & REEL_OP_VIEW) == 0))
    case_fail (self, "it needs a shape rule, and a kernel unless it is a view");
  if ((op->flags & REEL_OP_NO_GRADIENT) == 0 && (op->vjp == NULL || op->jvp == NULL))
    case_fail (self, "it needs a vjp and a jvp rule, or the flag for no gradient");
  if (op->n_inputs >= 0 && (guint) op->n_inputs != self->n_inputs)
    case_fail (self, "the sample has %u inputs", self->n_inputs);
  for (guint i = 0; i < self->n_inputs; i++)
    if (self->inputs[i] == NULL && (op->optional_inputs >> i & 1) == 0)
      case_fail (self, "the sample leaves out input %u, which is not optional", i);
    else if (self->sample->inputs[i].dtype == REEL_F32)
      case_fail (self, "the sample has an input of f32");
}

void
check_value (Case *self)
{
  Run run;

  run_begin (&run, self, self->inputs);
  if (run.ok)
    {
      (void) case_compare_reference (self, "value", &run);
    }
  else
    {
      g_autoptr (GError) error = NULL;

      (void) reel_tape_check (run.tape, &error);
      case_fail (self, "it fails: %s", error->message);
    }
  run_end (&run);
}

/* Value, gradients and tangents at two sets of inputs of the same numbers. */
static void
compare_runs (Case              *self,
              const gchar       *what,
              ReelTensor *const *inputs,
              ReelTensor *const *expected_inputs,
              gdouble            tolerance)
{
  g_autofree gchar *gradient = g_strconcat (what, ": gradient of input", NULL);
  g_autofree gchar *tangent = g_strconcat (what, ": tangent of output", NULL);
  g_autofree gchar *value = g_strconcat (what, ": output", NULL);
  g_autoptr (GError) error = NULL;
  Run run, expected;

  run_begin (&expected, self, expected_inputs);
  run_begin (&run, self, inputs);
  if (!run.ok)
    {
      (void) reel_tape_check (run.tape, &error);
      /* A region is one of what is contiguous. */
      if (!g_str_equal (self->op->name, "region") || error->code != REEL_ERROR_SHAPE)
        case_fail (self, "%s: it fails: %s", what, error->message);
    }
  else if (case_compare_tensors (self, value, self->n_outputs, run.outputs, expected.outputs,
                                 tolerance) &&
           self->differentiable)
    {
      ReelTensor **gradients = run_vjp (&run, REEL_GRAD_NONE, &error);
      ReelTensor **tangents = error == NULL ? run_jvp (&run, &error) : NULL;

      if (error != NULL)
        {
          case_fail (self, "%s: the sweep fails: %s", what, error->message);
        }
      else
        {
          ReelTensor **others;

          /* (each on its own tape) */
          reel_tape_push (expected.tape);
          others = run_vjp (&expected, REEL_GRAD_NONE, &error);
          g_assert_no_error (error);
          (void) case_compare_tensors (self, gradient, self->n_inputs, gradients, others,
                                       tolerance == 0 ? 0 : TOLERANCE_GRADIENT);
          unref_tensors (self->n_inputs, others);
          others = run_jvp (&expected, &error);
          g_assert_no_error (error);
          (void) case_compare_tensors (self, tangent, self->n_outputs, tangents, others,
                                       tolerance == 0 ? 0 : TOLERANCE_GRADIENT);
          unref_tensors (self->n_outputs, others);
          reel_tape_pop (expected.tape);
        }
      unref_tensors (self->n_inputs, gradients);
      unref_tensors (self->n_outputs, tangents);
    }
  run_end (&run);
  run_end (&expected);
}

/* Layouts */

typedef enum
{
  LAYOUT_GAPS,                  /* every other element along each axis, from the second */
  LAYOUT_TRANSPOSED,            /* the axes in reverse order in memory */
  LAYOUT_REVERSED,              /* negative strides */
  LAYOUT_EXPANDED,              /* a stride of 0 */
  N_LAYOUTS
} Layout;

static const gchar *const layout_names[] = { "gaps", "transposed", "reversed", "expanded" };

/* The first axis that repeating changes; the rank where there is none. */
static guint
repeated_axis (guint         rank,
               const gint64 *shape)
{
  guint axis = 0;

  while (axis < rank && shape[axis] < 2)
    axis++;
  return axis;
}

/* x with its elements the same along an axis, as a contiguous leaf */
static ReelTensor *
repeat (ReelTensor *x)
{
  g_autofree gdouble *numbers = numbers_of (x);
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (x, &rank);
  guint axis = repeated_axis (rank, shape);
  gint64 at[REEL_MAX_AXES] = { 0 };

  for (gint64 i = 0; axis < rank && i < reel_tensor_get_n_elements (x); i++)
    {
      gint64 first[REEL_MAX_AXES];

      memcpy (first, at, sizeof first);
      first[axis] = 0;
      numbers[i] = numbers[ref_flat (rank, shape, first)];
      (void) ref_next (rank, shape, at);
    }
  return tensor_from_numbers (reel_tensor_get_dtype (x), rank, shape, numbers);
}

/* A view of the same numbers that lies otherwise. */
static ReelTensor *
lay_out (ReelTensor *x,
         Layout      layout)
{
  g_autofree gdouble *numbers = numbers_of (x);
  g_autofree gdouble *memory = NULL;
  g_autoptr (ReelTensor) base = NULL;
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (x, &rank);
  gint64 strides[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gint64 n = 1, offset = 0;
  ReelTensor *view;

  for (guint k = 0; k < rank; k++)
    {
      guint axis = layout == LAYOUT_TRANSPOSED ? k : rank - 1 - k;

      strides[axis] = n;
      if (layout == LAYOUT_GAPS)
        strides[axis] *= 2;
      else if (layout == LAYOUT_EXPANDED && axis == repeated_axis (rank, shape))
        strides[axis] = 0;
      else if (layout == LAYOUT_REVERSED)
        strides[axis] = -n;
      if (layout == LAYOUT_REVERSED)
        offset += (MAX (shape[axis], 1) - 1) * n;
      if (strides[axis] != 0)
        n = (strides[axis] < 0 ? -strides[axis] : strides[axis]) * MAX (shape[axis], 1);
    }
  if (layout == LAYOUT_GAPS)
    offset = 1;
  /* What lies between is not to be read. */
  memory = g_new (gdouble, (gsize) (n + offset) + 1);
  for (gint64 i = 0; i <= n + offset; i++)
    memory[i] = is_floating (x) ? (gdouble) NAN : 1e6;
  for (gint64 i = 0; i < reel_tensor_get_n_elements (x); i++)
    {
      gint64 place = offset;

      for (guint k = 0; k < rank; k++)
        place += at[k] * strides[k];
      memory[place] = numbers[i];
      (void) ref_next (rank, shape, at);
    }
  base = tensor_from_numbers (reel_tensor_get_dtype (x), REEL_SHAPE (n + offset + 1), memory);
  view = _reel_tensor_new_view (_reel_pool_get_shared (), base, rank, shape, strides, offset);
  g_assert_nonnull (view);
  return view;
}

void
check_layouts (Case *self)
{
  for (guint layout = 0; layout < N_LAYOUTS && !self->failed; layout++)
    for (guint which = 0; which <= self->n_inputs && !self->failed; which++)
      {
        ReelTensor **plain = case_ref_inputs (self);
        ReelTensor **views = case_ref_inputs (self);
        g_autofree gchar *what = NULL;

        /* each input by itself, then all */
        if (self->n_inputs == 1 && which == 0)
          which = 1;
        what = which < self->n_inputs ? g_strdup_printf ("%s, input %u", layout_names[layout],
                                                         which)
                                      : g_strdup (layout_names[layout]);
        for (guint i = 0; i < self->n_inputs; i++)
          {
            if (self->inputs[i] == NULL || (which < self->n_inputs && which != i))
              continue;
            reel_tensor_unref (views[i]);
            if (layout == LAYOUT_EXPANDED)
              {
                reel_tensor_unref (plain[i]);
                plain[i] = repeat (self->inputs[i]);
              }
            views[i] = lay_out (plain[i], layout);
          }
        compare_runs (self, what, views, plain, TOLERANCE_VALUE);
        unref_tensors (self->n_inputs, plain);
        unref_tensors (self->n_inputs, views);
      }
}

/* Sizes */

/* Runs on inputs of which some are empty or single numbers: the right result, with
 * gradients of the inputs' shapes; or, where `may_fail`, a clean error. */
static void
check_odd_sizes (Case        *self,
                 const gchar *what,
                 ReelTensor **inputs,
                 gboolean     may_fail)
{
  Run run;

  run_begin (&run, self, inputs);
  if (!run.ok && may_fail)
    {
      (void) case_expect_error (self, what, &run, -1);
    }
  else if (!run.ok)
    {
      case_fail (self, "%s: it fails", what);
    }
  else if (case_compare_reference (self, what, &run) && self->differentiable)
    {
      g_autoptr (GError) error = NULL;
      ReelTensor **gradients = run_vjp (&run, REEL_GRAD_NONE, &error);
      ReelTensor **tangents = error == NULL ? run_jvp (&run, &error) : NULL;

      if (error != NULL)
        case_fail (self, "%s: the sweep fails: %s", what, error->message);
      for (guint i = 0; error == NULL && i < self->n_inputs; i++)
        if (gradients[i] != NULL && !_reel_tensor_same_shape (gradients[i], inputs[i]))
          case_fail (self, "%s: the gradient of input %u has another shape", what, i);
      unref_tensors (self->n_inputs, gradients);
      unref_tensors (self->n_outputs, tangents);
    }
  run_end (&run);
}

ReelTensor **
case_resize_inputs (const Case *self,
                    gint64      from,
                    gint64      to)
{
  ReelTensor **inputs = g_new0 (ReelTensor *, self->n_inputs + 1);

  for (guint i = 0; i < self->n_inputs; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];
      gint64 shape[REEL_MAX_AXES];

      if (self->inputs[i] == NULL)
        continue;
      for (guint axis = 0; axis < input->rank; axis++)
        shape[axis] = input->shape[axis] == from ? to : input->shape[axis];
      inputs[i] = case_new_input (self, i, input->dtype, input->rank, shape);
    }
  return inputs;
}

void
check_empty (Case *self)
{
  /* One axis of one input */
  for (guint i = 0; i < self->n_inputs; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];

      if (self->inputs[i] == NULL)
        continue;
      for (guint axis = 0; axis < input->rank && !self->failed; axis++)
        {
          ReelTensor **inputs = case_ref_inputs (self);
          g_autofree gchar *what = g_strdup_printf ("input %u empty along axis %u", i, axis);
          gint64 shape[REEL_MAX_AXES];

          memcpy (shape, input->shape, input->rank * sizeof (gint64));
          shape[axis] = 0;
          reel_tensor_unref (inputs[i]);
          inputs[i] = case_new_input (self, i, input->dtype, input->rank, shape);
          check_odd_sizes (self, what, inputs, TRUE);
          unref_tensors (self->n_inputs, inputs);
        }
    }
  /* All axes of one size, which belong together */
  for (gint64 size = 1; size <= 5 && !self->failed; size++)
    {
      ReelTensor **inputs = case_resize_inputs (self, size, 0);
      g_autofree gchar *what = g_strdup_printf ("all axes of size %" G_GINT64_FORMAT " empty",
                                                size);

      check_odd_sizes (self, what, inputs,
                       (self->op->flags & REEL_OP_ELEMENTWISE) == 0 || size == 1);
      unref_tensors (self->n_inputs, inputs);
    }
}

void
check_scalars (Case *self)
{
  ReelTensor **inputs = g_new0 (ReelTensor *, self->n_inputs + 1);

  for (guint i = 0; i < self->n_inputs; i++)
    if (self->inputs[i] != NULL)
      inputs[i] = case_new_input (self, i, self->sample->inputs[i].dtype, REEL_SCALAR_SHAPE);
  if ((self->op->flags & REEL_OP_ELEMENTWISE) != 0)
    {
      check_odd_sizes (self, "single numbers", inputs, FALSE);
    }
  else
    {
      Run run;

      /* Whatever its rule says of rank 0, it says it cleanly. */
      run_begin (&run, self, inputs);
      if (!run.ok)
        (void) case_expect_error (self, "single numbers", &run, -1);
      run_end (&run);
    }
  unref_tensors (self->n_inputs, inputs);
}

/* The samples are numbers that f32 has, so all that differs is the arithmetic. */
void
check_f32 (Case *self)
{
  ReelTensor **inputs = case_ref_inputs (self);
  g_autoptr (GError) error = NULL;
  gboolean any = FALSE;
  Run run, expected;

  for (guint i = 0; i < self->n_inputs; i++)
    {
      const ReelSampleInput *input = &self->sample->inputs[i];

      if (!is_floating (inputs[i]))
        continue;
      any = TRUE;
      reel_tensor_unref (inputs[i]);
      inputs[i] = case_new_input (self, i, REEL_F32, input->rank, input->shape);
    }
  run_begin (&expected, self, self->inputs);
  run_begin (&run, self, inputs);
  if (!any)
    {
      ;
    }
  else if (!run.ok)
    {
      (void) reel_tape_check (run.tape, &error);
      /* An internal op's attributes may tell the dtype. */
      if ((self->op->flags & REEL_OP_INTERNAL) == 0 || error->code != REEL_ERROR_DTYPE)
        case_fail (self, "f32: it fails: %s", error->message);
    }
  else if (case_compare_tensors (self, "f32: output", self->n_outputs, run.outputs,
                                 expected.outputs, TOLERANCE_F32) &&
           self->differentiable)
    {
      ReelTensor **gradients = run_vjp (&run, REEL_GRAD_NONE, &error);
      ReelTensor **tangents = error == NULL ? run_jvp (&run, &error) : NULL;

      if (error != NULL)
        {
          case_fail (self, "f32: the sweep fails: %s", error->message);
        }
      else
        {
          ReelTensor **others;

          reel_tape_push (expected.tape);
          others = run_vjp (&expected, REEL_GRAD_NONE, &error);
          g_assert_no_error (error);
          (void) case_compare_tensors (self, "f32: gradient of input", self->n_inputs,
                                       gradients, others, TOLERANCE_F32_GRADIENT);
          unref_tensors (self->n_inputs, others);
          others = run_jvp (&expected, &error);
          g_assert_no_error (error);
          (void) case_compare_tensors (self, "f32: tangent of output", self->n_outputs,
                                       tangents, others, TOLERANCE_F32_GRADIENT);
          unref_tensors (self->n_outputs, others);
          reel_tape_pop (expected.tape);
        }
      unref_tensors (self->n_inputs, gradients);
      unref_tensors (self->n_outputs, tangents);
    }
  run_end (&run);
  run_end (&expected);
  unref_tensors (self->n_inputs, inputs);
}

/* Paused and on the implicit tape, the bits are those of what is recorded. */
void
check_paused (Case *self)
{
  g_autofree ReelTensor **outputs = g_new0 (ReelTensor *, self->n_outputs + 1);
  const ReelSample *sample = self->sample;
  ReelTapeStats stats;
  Run run;
  gboolean ok;

  reel_tape_push_frame (reel_tape_get_current ());
  ok = reel_apply_full (self->op, self->inputs, self->n_inputs, sample->attributes,
                        sample->attributes_size, outputs, self->n_outputs);
  run_begin (&run, self, self->inputs);
  if (ok && run.ok)
    (void) case_compare_tensors (self, "without a tape: output", self->n_outputs, outputs,
                                 run.outputs, 0);
  else
    case_fail (self, "it fails");
  if (!self->failed)
    {
      reel_tape_pause (run.tape);
      ok = reel_apply_full (self->op, self->inputs, self->n_inputs, sample->attributes,
                            sample->attributes_size, outputs, self->n_outputs);
      reel_tape_get_stats (run.tape, &stats);
      if (ok)
        (void) case_compare_tensors (self, "paused: output", self->n_outputs, outputs,
                                     run.outputs, 0);
      else
        case_fail (self, "paused it fails");
      if (stats.n_nodes != 1)
        case_fail (self, "paused it records");
      reel_tape_resume (run.tape);
    }
  run_end (&run);
  ok = reel_tape_pop_frame (reel_tape_get_current (), NULL);
  g_assert_true (ok);
}
