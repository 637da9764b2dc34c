/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/ops-private.h"

/* Tensors of one number that the tape owns, as it owns results. Not ops: what is the same
 * whatever went in needs no node. */

ReelTensor *
reel_full (ReelDType     dtype,
           guint         rank,
           const gint64 *shape,
           gdouble       value)
{
  ReelTape *tape = _reel_tape_current ();
  ReelTensor *constant;
  GError *error = NULL;
  gint64 n_elements;

  if (tape->error != NULL)
    return tape->error_tensor;
  if (rank > REEL_MAX_RANK)
    return _reel_op_fail ("full", REEL_ERROR_SHAPE, "rank %u is more than %d", rank,
                          REEL_MAX_RANK);
  if (!reel_dtype_check_number (dtype, value, &error) ||
      !_reel_shape_count (rank, shape, reel_dtype_get_size (dtype), &n_elements, NULL, &error))
    {
      g_prefix_error (&error, "full: ");
      return _reel_tape_fail (tape, error);
    }
  constant = _reel_tensor_new_sized (tape->pool, dtype, rank, shape, n_elements, TRUE);
  if (constant == NULL || !_reel_tape_own (tape, constant))
    {
      if (constant != NULL)
        _reel_tensor_unref_local (constant, tape->pool);
      _reel_set_no_memory (&error, dtype, rank, shape);
      g_prefix_error (&error, "full: ");
      return _reel_tape_fail (tape, error);
    }
  _reel_tensor_fill_elements (constant, value);
  return constant;
}

ReelTensor *
reel_zeros (ReelDType     dtype,
            guint         rank,
            const gint64 *shape)
{
  return reel_full (dtype, rank, shape, 0);
}

ReelTensor *
reel_ones (ReelDType     dtype,
           guint         rank,
           const gint64 *shape)
{
  return reel_full (dtype, rank, shape, 1);
}

ReelTensor *
reel_full_like (ReelTensor *x,
                gdouble     value)
{
  ReelTensor *failed;

  if (!_reel_op_check_arguments ("full_like", &x, 1, &failed))
    return failed;
  return reel_full ((ReelDType) x->dtype, x->rank, _reel_tensor_shape (x), value);
}

ReelTensor *
reel_zeros_like (ReelTensor *x)
{
  return reel_full_like (x, 0);
}

ReelTensor *
reel_ones_like (ReelTensor *x)
{
  return reel_full_like (x, 1);
}
