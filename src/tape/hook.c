/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/hook.h"

/* Whether a hook of the tensor has led to this sweep: it does not run inside itself. */
static gboolean
is_inside_hook (const ReelSweep  *sweep,
                const ReelTensor *tensor)
{
  for (const ReelHold *hold = sweep->hold.outer; hold != NULL; hold = hold->outer)
    if (hold->sweeps && ((const ReelSweep *) (gconstpointer) hold)->hooked == tensor)
      return TRUE;
  return FALSE;
}

gboolean
_reel_hooks_run (ReelSweep  *sweep,
                 ReelTensor *tensor,
                 ReelSlot   *slot,
                 GError    **error)
{
  if (G_LIKELY ((_reel_tensor_flags (tensor) & REEL_TENSOR_HOOKED) == 0) ||
      is_inside_hook (sweep, tensor))
    return TRUE;
  /* By index: a hook may add hooks. */
  for (guint i = 0; i < tensor->extra->hooks->len; i++)
    {
      const ReelHook hook = g_array_index (tensor->extra->hooks, ReelHook, i);
      ReelTensor *replacement;
      GError *hook_error = NULL;

      if (hook.id == 0)
        continue;
      sweep->hooked = tensor;
      replacement = hook.func (tensor, *slot, hook.user_data, &hook_error);
      sweep->hooked = NULL;
      if (hook_error == NULL)
        hook_error = _reel_tape_steal_error (sweep->tape);
      /* The rules to come would be applied on that one. */
      if (hook_error == NULL && _reel_tape_current () != sweep->tape)
        hook_error = g_error_new_literal (REEL_ERROR, REEL_ERROR_OTHER_TAPE,
                                          "a hook left another tape pushed");
      if (hook_error != NULL)
        {
          /* An op that failed besides is no error of the tape's either. */
          reel_tape_clear_error (sweep->tape);
          g_propagate_error (error, hook_error);
          return FALSE;
        }
      if (replacement != NULL && replacement != *slot)
        {
          reel_tensor_ref (replacement);
          _reel_slot_clear (sweep, slot);
          if (!_reel_slot_add (sweep, slot, tensor, replacement, NULL, error))
            {
              reel_tensor_unref (replacement);
              return FALSE;
            }
          reel_tensor_unref (replacement);
        }
    }
  return TRUE;
}
