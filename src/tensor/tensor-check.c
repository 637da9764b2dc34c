/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tensor/tensor-private.h"

/* Why a tensor cannot be used: each reason is spelled here. */

gboolean
_reel_tensor_set_own_error (ReelTensor *self,
                            GError    **error)
{
  g_autofree gchar *what = NULL;

  if ((_reel_tensor_flags (self) & REEL_TENSOR_DEAD) != 0)
    {
      what = reel_tensor_describe (self);
      g_set_error (error, REEL_ERROR, REEL_ERROR_RELEASED,
                   "%s went with a reset of its tape, or with its frame: take a reference"
                   " (reel_tensor_ref) before, or copy it into a leaf"
                   " (reel_tensor_assign)", what);
    }
  else if (self->extra != NULL && self->extra->error != NULL)
    g_propagate_error (error, g_error_copy (self->extra->error));
  else
    g_set_error_literal (error, REEL_ERROR, REEL_ERROR_FAILED,
                         "an operand is an error tensor");
  return FALSE;
}

gboolean
_reel_tensor_set_released (ReelTensor *self,
                           GError    **error)
{
  g_autofree gchar *what = reel_tensor_describe (self);

  g_set_error (error, REEL_ERROR, REEL_ERROR_RELEASED,
               "the data of %s was released by a sweep", what);
  return FALSE;
}

gboolean
_reel_tensor_set_stale (ReelTensor *self,
                        GError    **error)
{
  g_autofree gchar *what = reel_tensor_describe (self);
  const gchar *writer = self->storage->last_writer;

  g_set_error (error, REEL_ERROR, REEL_ERROR_OVERWRITTEN,
               "%s shares the memory of a tensor that %s has overwritten since; reel_tensor_copy"
               " before the write keeps the numbers", what,
               writer != NULL ? writer : "a write");
  return FALSE;
}

gboolean
_reel_tensor_set_other_tape (ReelTensor *self,
                             GError    **error)
{
  g_autofree gchar *what = reel_tensor_describe (self);

  g_set_error (error, REEL_ERROR, REEL_ERROR_OTHER_TAPE,
               "%s is a value of another live tape; reel_detach gives its data as a"
               " constant", what);
  return FALSE;
}

gboolean
_reel_tensor_check_readable (ReelTensor *self,
                             GError    **error)
{
  /* Several threads may read; only their first marks it. */
  if (_reel_tensor_is_recorded (self) &&
      (_reel_tensor_flags (self) & REEL_TENSOR_OBSERVED) == 0)
    atomic_fetch_or_explicit (&self->flags, REEL_TENSOR_OBSERVED, memory_order_relaxed);
  return _reel_tensor_check_no_error (self, error) &&
         _reel_tensor_check_not_released (self, error) &&
         _reel_tensor_check_not_stale (self, error);
}
