/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "base/copy.h"
#include "tensor/tensor-private.h"

#include <math.h>

/* Leaves from numbers and from the caller's memory. */

/* The memory of an empty tensor over no memory: a tensor without data is one that
 * was released. */
static gint64 nothing;

/* Fills n elements of a size with the one at `element`. */
static void
fill_run (gsize         element_size,
          gint64        n,
          gpointer      to,
          gint64        stride,
          gconstpointer element)
{
  if (element_size == 1 && stride == 1)
    memset (to, *(const guint8 *) element, (gsize) n);
  else
    _reel_copy_run (element_size, n, to, stride, element, 0);
}

void
_reel_tensor_fill_elements (ReelTensor *self,
                            gdouble     value)
{
  const gint64 *strides = _reel_tensor_strides (self);
  gsize size = reel_dtype_get_size (self->dtype);
  gint64 index[REEL_MAX_AXES] = { 0 };
  gint64 offsets[REEL_LOOP_OPERANDS] = { 0 };
  gint64 element = 0;
  ReelLoop loop;

  if (self->n_elements == 0)
    return;
  _reel_element_set (self->dtype, &element, value);
  _reel_loop_init (&loop, self->rank, _reel_tensor_shape (self), 1, &strides);
  for (gint64 outer = 0; outer < loop.n_outer; outer++)
    {
      fill_run (size, loop.shape[loop.rank - 1],
                (gchar *) self->data + offsets[0] * (gint64) size,
                loop.strides[0][loop.rank - 1], &element);
      _reel_loop_next (&loop, index, offsets);
    }
}

ReelTensor *
reel_tensor_new_full (ReelDType     dtype,
                      guint         rank,
                      const gint64 *shape,
                      gdouble       value,
                      GError      **error)
{
  ReelTensor *self;

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);

  if (!reel_dtype_check_number (dtype, value, error))
    return NULL;
  self = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (self != NULL)
    _reel_tensor_fill_elements (self, value);
  return self;
}

ReelTensor *
reel_tensor_new_zeros (ReelDType     dtype,
                       guint         rank,
                       const gint64 *shape,
                       GError      **error)
{
  return reel_tensor_new_full (dtype, rank, shape, 0, error);
}

ReelTensor *
reel_tensor_new_ones (ReelDType     dtype,
                      guint         rank,
                      const gint64 *shape,
                      GError      **error)
{
  return reel_tensor_new_full (dtype, rank, shape, 1, error);
}

ReelTensor *
reel_tensor_new_scalar (ReelDType dtype,
                        gdouble   value,
                        GError  **error)
{
  return reel_tensor_new_full (dtype, REEL_SCALAR_SHAPE, value, error);
}

ReelTensor *
reel_tensor_new_eye (ReelDType dtype,
                     gint64    n_rows,
                     gint64    n_columns,
                     GError  **error)
{
  ReelTensor *self = reel_tensor_new_zeros (dtype, REEL_SHAPE (n_rows, n_columns), error);
  gsize size;

  if (self == NULL)
    return NULL;
  size = reel_dtype_get_size (dtype);
  for (gint64 i = 0; i < MIN (n_rows, n_columns); i++)
    _reel_element_set (dtype, (gchar *) self->data + (gsize) (i * n_columns + i) * size, 1);
  return self;
}

ReelTensor *
reel_tensor_new_arange (ReelDType dtype,
                        gdouble   start,
                        gdouble   stop,
                        gdouble   step,
                        GError  **error)
{
  ReelTensor *self;
  gdouble count;
  gsize size;

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);

  if (!isfinite (start) || !isfinite (stop) || !isfinite (step) || step == 0)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "no range from %g to %g in steps of %g", start, stop, step);
      return NULL;
    }
  count = MAX (ceil ((stop - start) / step), 0);
  if (count >= 0x1p63)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "the range from %g to %g in steps of %g has more elements than"
                   " memory can hold", start, stop, step);
      return NULL;
    }
  self = _reel_tensor_new_leaf (dtype, REEL_SHAPE ((gint64) count), error);
  if (self == NULL)
    return NULL;
  size = reel_dtype_get_size (dtype);
  for (gint64 i = 0; i < self->n_elements; i++)
    _reel_element_set (dtype, (gchar *) self->data + (gsize) i * size,
                       start + (gdouble) i * step);
  return self;
}

ReelTensor *
reel_tensor_new_linspace (ReelDType dtype,
                          gdouble   start,
                          gdouble   stop,
                          gint64    n,
                          GError  **error)
{
  ReelTensor *self;
  gdouble last = (gdouble) n - 1;
  gsize size;

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);

  if (!isfinite (start) || !isfinite (stop))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "no evenly spaced numbers from %g to %g", start, stop);
      return NULL;
    }
  self = _reel_tensor_new_leaf (dtype, REEL_SHAPE (n), error);
  if (self == NULL)
    return NULL;
  size = reel_dtype_get_size (dtype);
  for (gint64 i = 0; i < n; i++)
    {
      gdouble value;

      if (i == 0)
        value = start;
      else if (i == n - 1)
        value = stop;
      else if (isfinite (stop - start))
        value = start + (gdouble) i * ((stop - start) / last);
      else
        value = start * (1 - (gdouble) i / last) + stop * ((gdouble) i / last);
      _reel_element_set (dtype, (gchar *) self->data + (gsize) i * size, value);
    }
  return self;
}

static gboolean
check_size (ReelDType     dtype,
            guint         rank,
            const gint64 *shape,
            gsize         n_bytes,
            gint64       *n_elements,
            GError      **error)
{
  g_autofree gchar *text = NULL;
  gsize expected;

  if (rank > REEL_MAX_RANK)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "rank %u is more than the %d axes a tensor can have", rank,
                   REEL_MAX_RANK);
      return FALSE;
    }
  if (!_reel_shape_count (rank, shape, reel_dtype_get_size (dtype), n_elements, &expected,
                          error))
    return FALSE;
  if (n_bytes == expected)
    return TRUE;
  text = _reel_shape_to_string (rank, shape);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "%s%s takes %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT,
               reel_dtype_get_name (dtype), text, expected, n_bytes);
  return FALSE;
}

ReelTensor *
reel_tensor_new_from_data (ReelDType     dtype,
                           guint         rank,
                           const gint64 *shape,
                           gconstpointer data,
                           gsize         n_bytes,
                           GError      **error)
{
  ReelTensor *self;
  gint64 n_elements;

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (data != NULL || n_bytes == 0, NULL, REEL_ERROR_NULL, error);

  if (!check_size (dtype, rank, shape, n_bytes, &n_elements, error))
    return NULL;
  self = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (self == NULL)
    return NULL;
  if (dtype == REEL_BOOL)
    for (gint64 i = 0; i < n_elements; i++)
      ((guint8 *) self->data)[i] = ((const guint8 *) data)[i] != 0;
  else if (n_bytes > 0)
    memcpy (self->data, data, n_bytes);
  return self;
}

ReelTensor *
reel_tensor_new_take_data (ReelDType      dtype,
                           guint          rank,
                           const gint64  *shape,
                           gpointer       data,
                           gsize          n_bytes,
                           GDestroyNotify notify,
                           gpointer       user_data,
                           GError       **error)
{
  ReelPool *pool = _reel_pool_get_shared ();
  ReelTensor *self;
  gint64 n_elements;

  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (data != NULL || n_bytes == 0, NULL, REEL_ERROR_NULL, error);

  if (!check_size (dtype, rank, shape, n_bytes, &n_elements, error))
    return NULL;
  if ((guintptr) data % reel_dtype_get_size (dtype) != 0)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "the memory at %p is not aligned for %s", data,
                   reel_dtype_get_name (dtype));
      return NULL;
    }
  self = _reel_tensor_new_header (pool, dtype, rank, shape, n_elements);
  if (self == NULL)
    {
      _reel_set_no_memory (error, dtype, rank, shape);
      return NULL;
    }
  self->data = data != NULL ? data : &nothing;
  self->storage = _reel_storage_new_foreign (pool, self->data, n_bytes, notify, user_data);
  if (self->storage == NULL)
    {
      _reel_tensor_unref_local (self, NULL);
      _reel_set_no_memory (error, dtype, rank, shape);
      return NULL;
    }
  return self;
}

ReelTensor *
reel_tensor_copy (ReelTensor *self,
                  GError    **error)
{
  ReelArray from, to;
  ReelTensor *copy;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);

  if (!_reel_tensor_check_readable (self, error))
    return NULL;
  copy = _reel_tensor_new_leaf (self->dtype, self->rank, _reel_tensor_shape (self), error);
  if (copy == NULL)
    return NULL;
  _reel_tensor_to_array (self, &from);
  _reel_tensor_to_array (copy, &to);
  _reel_copy_array (&to, &from);
  return copy;
}
