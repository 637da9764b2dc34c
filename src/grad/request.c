/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "grad/grad-private.h"
#include "ops/ops-private.h"

/* What reverse and forward requests share: looking at what was asked for, and handing out
 * what came of it. */

gboolean
_reel_check_operand (ReelTape   *tape,
                     ReelTensor *tensor,
                     GError    **error)
{
  return _reel_tensor_check_no_error (tensor, error) &&
         _reel_tensor_check_tape (tensor, tape->pool, error);
}

gboolean
_reel_check_outputs (ReelTape          *tape,
                     ReelTensor *const *outputs,
                     guint              n_outputs,
                     guint64           *end,
                     GError           **error)
{
  *end = 0;
  if (!reel_tape_check (tape, error))
    return FALSE;
  for (guint i = 0; i < n_outputs; i++)
    {
      g_autofree gchar *what = NULL;

      _reel_return_val_if_fail (outputs[i] != NULL, FALSE, REEL_ERROR_NULL, error);
      if (_reel_tape_has (tape, outputs[i]))
        {
          *end = MAX (*end, _reel_tensor_value (outputs[i]) + 1);
          continue;
        }
      if (!_reel_tensor_check_no_error (outputs[i], error))
        return FALSE;
      what = reel_tensor_describe (outputs[i]);
      if (tape->implicit)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT,
                       "no tape is pushed: %s can be differentiated on the tape that"
                       " recorded it, before that is popped", what);
          return FALSE;
        }
      if (!_reel_tensor_check_tape (outputs[i], tape->pool, error))
        return FALSE;
      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT,
                   "%s was not recorded: it has no gradient%s", what,
                   _reel_tape_is_recording (tape) ? "" : "; the tape does not record now");
      return FALSE;
    }
  return TRUE;
}

gboolean
_reel_check_differentiable (ReelTensor *tensor,
                            GError    **error)
{
  g_autofree gchar *what = NULL;

  if (reel_dtype_is_floating ((ReelDType) tensor->dtype))
    return TRUE;
  what = reel_tensor_describe (tensor);
  g_set_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT,
               "only floating-point tensors have derivatives, not %s", what);
  return FALSE;
}

/* A recorded gradient as a value that shares its memory with no other: two inputs
 * may have one cotangent between them, and what survives a reset may be written. */
static ReelTensor *
own_recorded_gradient (ReelSweep  *sweep,
                       ReelTensor *gradient,
                       GError    **error)
{
  ReelContribution whole = { gradient, FALSE, { 0, { 0 } } };
  ReelTensor *own;

  /* The references of the tape and of the slot */
  if (_reel_tape_has (sweep->tape, gradient) && _reel_tensor_is_contiguous (gradient) &&
      atomic_load_explicit (&gradient->ref_count, memory_order_acquire) == 2 &&
      (gradient->storage == NULL || _reel_storage_is_unique (gradient->storage)))
    return reel_tensor_ref (gradient);
  own = _reel_assemble ((ReelDType) gradient->dtype, gradient->rank,
                        _reel_tensor_shape (gradient), &whole, 1);
  if (reel_tensor_is_error (own))
    {
      g_propagate_error (error, _reel_tape_steal_error (sweep->tape));
      return NULL;
    }
  return reel_tensor_ref (own);
}

/* The gradient of a leaf as something that is nobody else's. */
ReelTensor *
_reel_own_gradient (ReelSweep  *sweep,
                    ReelTensor *gradient,
                    GError    **error)
{
  ReelTensor *own;
  ReelArray destination, source;

  if ((sweep->flags & REEL_GRAD_RECORD) != 0 && _reel_tape_is_recording (sweep->tape))
    return own_recorded_gradient (sweep, gradient, error);
  if (_reel_tensor_owns_data (gradient))
    return reel_tensor_ref (gradient);
  own = _reel_tensor_new_sized (sweep->tape->pool, (ReelDType) gradient->dtype,
                                gradient->rank, _reel_tensor_shape (gradient),
                                gradient->n_elements, FALSE);
  if (own == NULL)
    {
      _reel_set_no_memory (error, (ReelDType) gradient->dtype, gradient->rank,
                           _reel_tensor_shape (gradient));
      return NULL;
    }
  _reel_tensor_to_array (own, &destination);
  _reel_tensor_to_array (gradient, &source);
  _reel_copy_array (&destination, &source);
  return own;
}

/* Notes the inputs of a sweep: leaves in the table, values by their marks. */
gboolean
_reel_note_inputs (ReelSweep         *sweep,
                   ReelTensor *const *inputs,
                   guint              n_inputs,
                   GError           **error)
{
  for (guint i = 0; i < n_inputs; i++)
    {
      if (_reel_tensor_is_recorded (inputs[i]))
        {
          guint64 value = _reel_tensor_value (inputs[i]);

          if (value < sweep->end)
            sweep->marks[value - sweep->first] |= REEL_MARK_TARGET;
        }
      else if (_reel_leaf_table_get (&sweep->leaves, inputs[i], TRUE) == NULL)
        {
          g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                               "no memory to note the inputs");
          return FALSE;
        }
    }
  return TRUE;
}

ReelSlot *
_reel_input_slot (ReelSweep  *sweep,
                  ReelTensor *input)
{
  if (!_reel_tensor_is_recorded (input))
    return _reel_leaf_table_get (&sweep->leaves, input, FALSE);
  if (_reel_tensor_value (input) >= sweep->end)
    return NULL;
  return &sweep->slots[_reel_tensor_value (input) - sweep->first];
}

guint64
_reel_first_needed (ReelTensor *const *inputs,
                    guint              n_inputs,
                    guint64            end)
{
  guint64 first = end;

  for (guint i = 0; i < n_inputs; i++)
    first = MIN (first, _reel_tensor_is_recorded (inputs[i])
                        ? _reel_tensor_value (inputs[i]) : 0);
  return first;
}

ReelTensor *
_reel_sweep_result (ReelSweep  *sweep,
                    ReelSlot   *slot,
                    ReelTensor *like,
                    GError    **error)
{
  ReelTensor *zeros;
  gint64 shape[REEL_MAX_AXES];
  gint64 n_elements = like->n_elements;
  guint rank;

  if (slot != NULL && *slot != NULL)
    {
      ReelTensor *held = *slot;

      /* A copy unless nobody else could be surprised: what comes out may be
       * written. */
      return _reel_own_gradient (sweep, held, error);
    }
  if ((sweep->flags & REEL_GRAD_ALLOW_UNUSED) != 0)
    return NULL;
  rank = _reel_sweep_shape (sweep, like, shape);
  for (guint i = 0; i < sweep->n_batch_axes; i++)
    n_elements *= shape[i];
  zeros = _reel_tensor_new_sized (sweep->tape->pool, (ReelDType) like->dtype, rank, shape,
                                  n_elements, FALSE);
  if (zeros == NULL)
    {
      _reel_set_no_memory (error, (ReelDType) like->dtype, rank, shape);
      return NULL;
    }
  memset (zeros->data, 0,
          (gsize) zeros->n_elements * reel_dtype_get_size ((ReelDType) zeros->dtype));
  if ((sweep->flags & REEL_GRAD_RECORD) != 0 && _reel_tape_is_recording (sweep->tape))
    {
      /* They have a derivative too: zero. */
      ReelTensor *recorded = own_recorded_gradient (sweep, zeros, error);

      _reel_tensor_unref_local (zeros, sweep->tape->pool);
      return recorded;
    }
  return zeros;
}

gboolean
_reel_collect_results (ReelSweep         *sweep,
                       ReelTensor *const *likes,
                       guint              n,
                       ReelTensor       **results,
                       GError           **error)
{
  for (guint i = 0; i < n; i++)
    {
      GError *own_error = NULL;

      results[i] = _reel_sweep_result (sweep, _reel_input_slot (sweep, likes[i]), likes[i],
                                       &own_error);
      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          for (guint k = 0; k <= i; k++)
            g_clear_pointer (&results[k], reel_tensor_unref);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
_reel_set_batch (ReelSweep         *sweep,
                 guint              n_batch_axes,
                 ReelTensor *const *tensors,
                 guint              n_tensors,
                 GError           **error)
{
  g_autofree gchar *what = NULL;

  if (G_LIKELY (n_batch_axes == 0))
    return TRUE;
  if (tensors != NULL && n_tensors > 0 && tensors[0] != NULL &&
      tensors[0]->rank >= n_batch_axes)
    return _reel_sweep_set_batch (sweep, n_batch_axes, _reel_tensor_shape (tensors[0]), error);
  what = tensors != NULL && n_tensors > 0 && tensors[0] != NULL
         ? reel_tensor_describe (tensors[0]) : g_strdup ("nothing");
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s does not have %u axes in front", what,
               n_batch_axes);
  return FALSE;
}
