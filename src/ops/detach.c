/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/ops-private.h"

/* Not an op: what is never recorded needs no rules. */
ReelTensor *
reel_detach (ReelTensor *x)
{
  ReelTape *tape = _reel_tape_current ();
  ReelTensor *constant;
  ReelTensor *failed;
  GError *error = NULL;

  if (!_reel_op_check_arguments ("detach", &x, 1, &failed))
    return failed;
  if (tape->error != NULL)
    return tape->error_tensor;
  if (!_reel_tensor_check_not_released (x, &error) ||
      !_reel_tensor_check_not_stale (x, &error))
    {
      g_prefix_error (&error, "detach: ");
      return _reel_tape_fail (tape, error);
    }
  if (x->storage != NULL)
    constant = _reel_tensor_new_view (tape->pool, x, x->rank, _reel_tensor_shape (x),
                                      _reel_tensor_strides (x), 0);
  else
    constant = _reel_tensor_new_sized (tape->pool, (ReelDType) x->dtype, x->rank,
                                       _reel_tensor_shape (x), x->n_elements, TRUE);
  /* what lies in a header is contiguous */
  if (constant != NULL && x->storage == NULL)
    memcpy (constant->data, x->data,
            (gsize) x->n_elements * reel_dtype_get_size ((ReelDType) x->dtype));
  if (constant == NULL || !_reel_tape_own (tape, constant))
    {
      if (constant != NULL)
        _reel_tensor_unref_local (constant, tape->pool);
      return _reel_op_fail ("detach", REEL_ERROR_NO_MEMORY, "no memory for a tensor");
    }
  _reel_tensor_set_flags (constant, REEL_TENSOR_SNAPSHOT);
  return constant;
}
