/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "grad/grad-private.h"
#include "kernels/map.h"
#include "ops/ops-private.h"

/* What programs ask of a sweep: gradients into .grad, gradients as results, and
 * products with the Jacobian from either side. */

/* Puts the cotangents of the outputs into their slots. */
static gboolean
seed (ReelSweep         *sweep,
      ReelTensor *const *outputs,
      guint              n_outputs,
      ReelTensor *const *cotangents,
      GError           **error)
{
  for (guint i = 0; i < n_outputs; i++)
    {
      ReelTensor *output = outputs[i];
      ReelSlot *slot = &sweep->slots[_reel_tensor_value (output) - sweep->first];
      ReelTensor *cotangent = cotangents != NULL ? cotangents[i] : NULL;
      g_autoptr (ReelTensor) ones = NULL;

      if (cotangent == NULL)
        {
          g_autofree gchar *what = NULL;

          if (output->n_elements != 1 || !reel_dtype_is_floating ((ReelDType) output->dtype))
            {
              what = reel_tensor_describe (output);
              g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                           "only a single floating-point number can be differentiated"
                           " without a given cotangent, not %s", what);
              return FALSE;
            }
          ones = cotangent = _reel_tensor_new_sized (sweep->tape->pool,
                                                     (ReelDType) output->dtype, output->rank,
                                                     _reel_tensor_shape (output), 1, TRUE);
          if (ones == NULL)
            {
              _reel_set_no_memory (error, (ReelDType) output->dtype, output->rank,
                                   _reel_tensor_shape (output));
              return FALSE;
            }
          _reel_element_set ((ReelDType) ones->dtype, ones->data, 1);
        }
      else if (!_reel_check_operand (sweep->tape, cotangent, error))
        {
          return FALSE;
        }
      if (!_reel_slot_add (sweep, slot, output, cotangent, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* A sweep that releases data keeps what somebody references, and its roots. */
static void
ref_roots (ReelTensor *const *outputs,
           guint              n_outputs)
{
  for (guint i = 0; i < n_outputs; i++)
    reel_tensor_ref (outputs[i]);
}

static void
unref_roots (ReelTape          *tape,
             ReelTensor *const *outputs,
             guint              n_outputs)
{
  for (guint i = 0; i < n_outputs; i++)
    _reel_tensor_unref_local (outputs[i], tape->pool);
}

/* Whether a sum can go straight into what .grad holds. */
static gboolean
grad_is_writable (ReelSweep  *sweep,
                  ReelTensor *grad)
{
  return (sweep->flags & REEL_GRAD_RECORD) == 0 && !_reel_tensor_is_recorded (grad) &&
         grad->data != NULL && _reel_tensor_is_contiguous (grad);
}

/* Whether a cotangent lies in the memory of a parameter's .grad, which is about to be
 * written: one that came from outside may. */
static gboolean
lies_in_a_grad (ReelSweep  *sweep,
                ReelTensor *cotangent)
{
  if (cotangent->storage == NULL || _reel_tensor_owns_data (cotangent))
    return FALSE;
  for (gsize i = 0; i < sweep->leaves.n_entries; i++)
    {
      const ReelTensor *grad = sweep->leaves.entries[i].tensor->extra->grad;

      if (grad != NULL && grad->storage == cotangent->storage)
        return TRUE;
    }
  return FALSE;
}

/* Adds into every parameter's .grad: first everything that can fail, then what
 * cannot. */
static gboolean
commit (ReelSweep *sweep,
        gboolean   is_seeded,
        GError   **error)
{
  ReelLeafTable *leaves = &sweep->leaves;

  for (gsize i = 0; i < leaves->n_entries; i++)
    {
      ReelLeafSlot *leaf = &leaves->entries[i];
      ReelTensor *grad = leaf->tensor->extra->grad;
      ReelTensor *sum;

      if (leaf->slot == NULL)
        continue;
      if (grad != NULL && grad_is_writable (sweep, grad) &&
          !(is_seeded && lies_in_a_grad (sweep, leaf->slot)))
        continue;
      if (grad == NULL || grad_is_writable (sweep, grad))
        {
          sum = _reel_own_gradient (sweep, leaf->slot, error);
          if (sum == NULL)
            return FALSE;
        }
      else
        {
          sum = reel_add (grad, leaf->slot);
          if (reel_tensor_is_error (sum))
            {
              g_propagate_error (error, _reel_tape_steal_error (sweep->tape));
              return FALSE;
            }
          sum = reel_tensor_steal (sum);
        }
      _reel_slot_clear (sweep, &leaf->slot);
      leaf->slot = sum;
    }
  for (gsize i = 0; i < leaves->n_entries; i++)
    {
      ReelLeafSlot *leaf = &leaves->entries[i];
      ReelTensor *grad = leaf->tensor->extra->grad;
      ReelArray destination, source;

      if (leaf->slot == NULL)
        continue;
      if (grad == NULL || !grad_is_writable (sweep, grad))
        {
          leaf->tensor->extra->grad = g_steal_pointer (&leaf->slot);
          if (grad != NULL)
            _reel_tensor_unref_local (grad, sweep->tape->pool);
          continue;
        }
      _reel_tensor_to_array (grad, &destination);
      _reel_tensor_to_array (leaf->slot, &source);
      _reel_array_accumulate (&destination, &source);
      _reel_tensor_wrote (grad, "reel_backward");
    }
  return TRUE;
}

gboolean
reel_backward_full (ReelTensor *const *outputs,
                    guint              n_outputs,
                    ReelTensor *const *cotangents,
                    ReelGradFlags      flags,
                    GError           **error)
{
  ReelTape *tape = _reel_tape_current ();
  gboolean any = FALSE;
  ReelSweep *sweep;
  guint64 end;
  gboolean ok;

  _reel_return_val_if_fail (n_outputs > 0 && outputs != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!_reel_check_outputs (tape, outputs, n_outputs, &end, error))
    return FALSE;
  for (guint i = 0; i < n_outputs; i++)
    any |= _reel_tensor_requires_grad (outputs[i]);
  if (!any)
    {
      g_autofree gchar *what = reel_tensor_describe (outputs[0]);

      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT,
                   "%s depends on no parameter; reel_tensor_set_requires_grad makes one",
                   what);
      return FALSE;
    }
  sweep = _reel_sweep_begin (tape, flags, 0, end, _reel_assemble, error);
    if (sweep == NULL)
      return FALSE;
  sweep->all_leaves = TRUE;
  ref_roots (outputs, n_outputs);
  ok = seed (sweep, outputs, n_outputs, cotangents, error) &&
       _reel_sweep_reverse (sweep, error) && commit (sweep, cotangents != NULL, error);
  _reel_sweep_end (sweep);
  unref_roots (tape, outputs, n_outputs);
  return ok;
}

gboolean
reel_backward (ReelTensor *loss,
               GError    **error)
{
  _reel_return_val_if_fail (loss != NULL, FALSE, REEL_ERROR_NULL, error);

  return reel_backward_full (&loss, 1, NULL, REEL_GRAD_NONE, error);
}

gboolean
reel_vjp (ReelTensor *const *outputs,
          guint              n_outputs,
          ReelTensor *const *cotangents,
          ReelTensor *const *inputs,
          guint              n_inputs,
          ReelGradFlags      flags,
          ReelTensor       **gradients,
          GError           **error)
{
  return _reel_vjp_batched (outputs, n_outputs, cotangents, 0, inputs, n_inputs, flags,
                            gradients, error);
}

gboolean
_reel_vjp_batched (ReelTensor *const *outputs,
                   guint              n_outputs,
                   ReelTensor *const *cotangents,
                   guint              n_batch_axes,
                   ReelTensor *const *inputs,
                   guint              n_inputs,
                   ReelGradFlags      flags,
                   ReelTensor       **gradients,
                   GError           **error)
{
  ReelTape *tape = _reel_tape_current ();
  ReelSweep *sweep;
  guint64 end;
  gboolean ok;

  _reel_return_val_if_fail (n_outputs > 0 && outputs != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (n_inputs == 0 || (inputs != NULL && gradients != NULL), FALSE,
                            REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (n_inputs > 0)
    memset (gradients, 0, n_inputs * sizeof (ReelTensor *));
  if (!_reel_check_outputs (tape, outputs, n_outputs, &end, error))
    return FALSE;
  for (guint i = 0; i < n_inputs; i++)
    {
      _reel_return_val_if_fail (inputs[i] != NULL, FALSE, REEL_ERROR_NULL, error);
      if (!_reel_check_operand (tape, inputs[i], error) ||
          !_reel_check_differentiable (inputs[i], error))
        return FALSE;
    }
  for (guint i = 0; i < n_outputs; i++)
    if (!_reel_check_differentiable (outputs[i], error))
      return FALSE;

  /* Nothing below the lowest input can matter, but the outputs have slots too. */
  {
    guint64 first = _reel_first_needed (inputs, n_inputs, end);

    for (guint i = 0; i < n_outputs; i++)
      first = MIN (first, _reel_tensor_value (outputs[i]));
    sweep = _reel_sweep_begin (tape, flags, first, end, _reel_assemble, error);
      if (sweep == NULL)
        return FALSE;
  }
  ref_roots (outputs, n_outputs);
  ok = _reel_set_batch (sweep, n_batch_axes, cotangents, n_outputs, error) &&
       _reel_sweep_alloc_marks (sweep, error) &&
       _reel_note_inputs (sweep, inputs, n_inputs, error);
  if (ok)
    {
      _reel_sweep_mark_dependents (sweep);
      ok = seed (sweep, outputs, n_outputs, cotangents, error) &&
           _reel_sweep_reverse (sweep, error) &&
           _reel_collect_results (sweep, inputs, n_inputs, gradients, error);
    }
  _reel_sweep_end (sweep);
  unref_roots (tape, outputs, n_outputs);
  return ok;
}

gboolean
reel_grad (ReelTensor        *output,
           ReelTensor *const *inputs,
           guint              n_inputs,
           ReelGradFlags      flags,
           ReelTensor       **gradients,
           GError           **error)
{
  _reel_return_val_if_fail (output != NULL, FALSE, REEL_ERROR_NULL, error);

  return reel_vjp (&output, 1, NULL, inputs, n_inputs, flags, gradients, error);
}

ReelTensor **
reel_gradients (ReelTensor *const *outputs,
                guint              n_outputs,
                ReelTensor *const *cotangents,
                guint              n_cotangents,
                ReelTensor *const *inputs,
                guint              n_inputs,
                ReelGradFlags      flags,
                guint             *n_gradients,
                GError           **error)
{
  g_autofree ReelTensor **gradients = NULL;

  _reel_return_val_if_fail (n_gradients != NULL, NULL, REEL_ERROR_NULL, error);
  *n_gradients = 0;
  _reel_return_val_if_fail (n_cotangents == 0 || n_cotangents == n_outputs, NULL,
                            REEL_ERROR_VALUE, error);

  gradients = g_new0 (ReelTensor *, n_inputs + 1);
  if (!reel_vjp (outputs, n_outputs, n_cotangents > 0 ? cotangents : NULL, inputs, n_inputs,
                 flags, gradients, error))
    return NULL;
  *n_gradients = n_inputs;
  return g_steal_pointer (&gradients);
}
