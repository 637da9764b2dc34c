/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "grad/grad-private.h"
#include "ops/ops-private.h"

/* Jacobian-vector products: a forward sweep over what is recorded. */

gboolean
reel_jvp (ReelTensor *const *outputs,
          guint              n_outputs,
          ReelTensor *const *inputs,
          ReelTensor *const *tangents,
          guint              n_inputs,
          ReelGradFlags      flags,
          ReelTensor       **results,
          GError           **error)
{
  return _reel_jvp_batched (outputs, n_outputs, inputs, tangents, n_inputs, 0, flags, results,
                            error);
}

gboolean
_reel_jvp_batched (ReelTensor *const *outputs,
                   guint              n_outputs,
                   ReelTensor *const *inputs,
                   ReelTensor *const *tangents,
                   guint              n_inputs,
                   guint              n_batch_axes,
                   ReelGradFlags      flags,
                   ReelTensor       **results,
                   GError           **error)
{
  ReelTape *tape = _reel_tape_current ();
  ReelSweep *sweep;
  guint64 end;
  guint64 first;
  gboolean ok;

  _reel_return_val_if_fail (n_outputs > 0 && outputs != NULL && results != NULL, FALSE,
                            REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (n_inputs == 0 || (inputs != NULL && tangents != NULL), FALSE,
                            REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  memset (results, 0, n_outputs * sizeof (ReelTensor *));
  if (!_reel_check_outputs (tape, outputs, n_outputs, &end, error))
    return FALSE;
  for (guint i = 0; i < n_inputs; i++)
    {
      _reel_return_val_if_fail (inputs[i] != NULL && tangents[i] != NULL, FALSE,
                                REEL_ERROR_NULL, error);
      if (!_reel_check_operand (tape, inputs[i], error) ||
          !_reel_check_operand (tape, tangents[i], error) ||
          !_reel_check_differentiable (inputs[i], error))
        return FALSE;
    }
  first = _reel_first_needed (inputs, n_inputs, end);
  for (guint i = 0; i < n_outputs; i++)
    {
      if (!_reel_check_differentiable (outputs[i], error))
        return FALSE;
      first = MIN (first, _reel_tensor_value (outputs[i]));
    }

  sweep = _reel_sweep_begin (tape, flags & ~REEL_GRAD_RELEASE, first, end,
                          _reel_assemble, error);
    if (sweep == NULL)
      return FALSE;
  ok = _reel_set_batch (sweep, n_batch_axes, tangents, n_inputs, error) &&
       _reel_sweep_alloc_marks (sweep, error) &&
       _reel_note_inputs (sweep, inputs, n_inputs, error);
  for (guint i = 0; ok && i < n_inputs; i++)
    {
      ReelSlot *slot = _reel_input_slot (sweep, inputs[i]);

      if (slot != NULL)
        ok = _reel_slot_add (sweep, slot, inputs[i], tangents[i], NULL, error) &&
             _reel_slot_combine (sweep, slot, inputs[i], error);
    }
  ok = ok && _reel_sweep_forward (sweep, error) &&
       _reel_collect_results (sweep, outputs, n_outputs, results, error);
  _reel_sweep_end (sweep);
  return ok;
}

ReelTensor **
reel_tangents (ReelTensor *const *outputs,
               guint              n_outputs,
               ReelTensor *const *inputs,
               guint              n_inputs,
               ReelTensor *const *tangents,
               guint              n_tangents,
               ReelGradFlags      flags,
               guint             *n_results,
               GError           **error)
{
  g_autofree ReelTensor **results = NULL;

  _reel_return_val_if_fail (n_results != NULL, NULL, REEL_ERROR_NULL, error);
  *n_results = 0;
  _reel_return_val_if_fail (n_tangents == n_inputs, NULL, REEL_ERROR_VALUE, error);

  results = g_new0 (ReelTensor *, n_outputs + 1);
  if (!reel_jvp (outputs, n_outputs, inputs, tangents, n_inputs, flags, results, error))
    return NULL;
  *n_results = n_outputs;
  return g_steal_pointer (&results);
}
