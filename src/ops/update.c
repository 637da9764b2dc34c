/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "kernels/map.h"
#include "tensor/tensor-private.h"

/* Arithmetic on leaves in place: steps of an optimizer. No ops, nothing is recorded;
 * here because the tensor room knows no kernels. */

gboolean
reel_tensor_add_scaled (ReelTensor *self,
                        ReelTensor *source,
                        gdouble     factor,
                        GError    **error)
{
  g_autoptr (ReelTensor) from = NULL;
  ReelArray y, x;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (source != NULL, FALSE, REEL_ERROR_NULL, error);

  from = _reel_tensor_begin_update (self, source, "reel_tensor_add_scaled", error);
  if (from == NULL)
    return FALSE;
  _reel_tensor_to_array (self, &y);
  _reel_tensor_to_array (from, &x);
  _reel_map_binary (_reel_kernels ()->binary[REEL_BINARY_add_scaled][self->dtype], &y, &x,
                    &y, &factor);
  return TRUE;
}

gboolean
reel_tensor_scale (ReelTensor *self,
                   gdouble     factor,
                   GError    **error)
{
  g_autoptr (ReelTensor) from = NULL;
  ReelArray y;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);

  from = _reel_tensor_begin_update (self, self, "reel_tensor_scale", error);
  if (from == NULL)
    return FALSE;
  _reel_tensor_to_array (self, &y);
  _reel_map_unary (_reel_kernels ()->unary[REEL_UNARY_mul_scalar][self->dtype], &y, &y,
                   &factor);
  return TRUE;
}
