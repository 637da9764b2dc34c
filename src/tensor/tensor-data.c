/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "base/copy.h"
#include "tensor/tensor-private.h"

#include <math.h>

/* Reading and writing elements. */

static gboolean
check_writable (ReelTensor *self,
                GError    **error)
{
  g_autofree gchar *description = NULL;
  gboolean repeats = FALSE;

  if (!_reel_tensor_check_no_error (self, error))
    return FALSE;
  if (_reel_tensor_is_recorded (self))
    {
      description = reel_tensor_describe (self);
      g_set_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY,
                   "%s is a value of a tape and cannot be written", description);
      return FALSE;
    }
  if (!_reel_tensor_check_not_released (self, error))
    return FALSE;
  for (guint i = 0; i < self->rank && self->n_elements > 0; i++)
    repeats |= _reel_tensor_strides (self)[i] == 0 && _reel_tensor_shape (self)[i] > 1;
  if (repeats)
    {
      description = reel_tensor_describe (self);
      g_set_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY,
                   "%s is expanded: its elements share memory and cannot be written"
                   " one by one", description);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_n_bytes (ReelTensor *self,
               gsize       n_bytes,
               GError    **error)
{
  gsize expected = (gsize) self->n_elements * reel_dtype_get_size (self->dtype);
  g_autofree gchar *description = NULL;

  if (n_bytes == expected)
    return TRUE;
  description = reel_tensor_describe (self);
  g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
               "%s takes %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, description,
               expected, n_bytes);
  return FALSE;
}

static gboolean
check_same_kind (ReelTensor *self,
                 ReelTensor *source,
                 GError    **error)
{
  g_autofree gchar *to = NULL;
  g_autofree gchar *from = NULL;

  if (self->dtype == source->dtype && _reel_tensor_same_shape (self, source))
    return TRUE;
  to = reel_tensor_describe (self);
  from = reel_tensor_describe (source);
  if (self->dtype != source->dtype)
    g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                 "%s and %s have different dtypes; convert one with reel_cast", to, from);
  else
    g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "%s and %s have different shapes",
                 to, from);
  return FALSE;
}

static gboolean
check_floating (ReelTensor *self,
                GError    **error)
{
  g_autofree gchar *description = NULL;

  if (reel_dtype_is_floating (self->dtype))
    return TRUE;
  description = reel_tensor_describe (self);
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "%s is not of a floating-point dtype",
               description);
  return FALSE;
}

gconstpointer
reel_tensor_get_data (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return _reel_tensor_check_readable (self, NULL) ? self->data : NULL;
}

gsize
reel_tensor_get_address (ReelTensor *self)
{
  return (gsize) reel_tensor_get_data (self);
}

/* The place of an element; NULL with an error where there is none. */
static gpointer
element_at (ReelTensor   *self,
            guint         rank,
            const gint64 *index,
            GError      **error)
{
  const gint64 *shape = _reel_tensor_shape (self);
  g_autofree gchar *description = NULL;
  gint64 offset = 0;

  if (rank != self->rank)
    {
      description = reel_tensor_describe (self);
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "%u indices for an element of %s", rank, description);
      return NULL;
    }
  for (guint i = 0; i < rank; i++)
    {
      if (index[i] < -shape[i] || index[i] >= shape[i])
        {
          description = reel_tensor_describe (self);
          g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                       "index %" G_GINT64_FORMAT " is out of range along axis %u of %s",
                       index[i], i, description);
          return NULL;
        }
      offset += (index[i] < 0 ? index[i] + shape[i] : index[i]) *
                _reel_tensor_strides (self)[i];
    }
  return (gchar *) self->data + offset * (gint64) reel_dtype_get_size (self->dtype);
}

gdouble
reel_tensor_get_item (ReelTensor   *self,
                      guint         rank,
                      const gint64 *index)
{
  g_autoptr (GError) error = NULL;
  gconstpointer element;

  g_return_val_if_fail (self != NULL, (gdouble) NAN);
  g_return_val_if_fail (rank == 0 || index != NULL, (gdouble) NAN);

  if (!_reel_tensor_check_readable (self, NULL))
    return (gdouble) NAN;
  element = element_at (self, rank, index, &error);
  if (element == NULL)
    {
      g_critical ("%s: %s", G_STRFUNC, error->message);
      return (gdouble) NAN;
    }
  return _reel_element_get (self->dtype, element);
}

gdouble
reel_tensor_get_scalar (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, (gdouble) NAN);

  if (!_reel_tensor_check_readable (self, NULL))
    return (gdouble) NAN;
  g_return_val_if_fail (self->n_elements == 1, (gdouble) NAN);

  return _reel_element_get (self->dtype, self->data);
}

gboolean
reel_tensor_read_scalar (ReelTensor *self,
                         gdouble    *number,
                         gint64     *integer,
                         GError    **error)
{
  gdouble read;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);

  if (number != NULL)
    *number = (gdouble) NAN;
  if (integer != NULL)
    *integer = 0;
  if (!_reel_tensor_check_readable (self, error))
    return FALSE;
  if (self->n_elements != 1)
    {
      g_autofree gchar *what = reel_tensor_describe (self);

      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "%s has %" G_GINT64_FORMAT " elements, not one", what, self->n_elements);
      return FALSE;
    }
  read = _reel_element_get (self->dtype, self->data);
  if (number != NULL)
    *number = read;
  if (integer != NULL)
    *integer = self->dtype == REEL_I64 ? *(const gint64 *) self->data
               : reel_dtype_is_floating (self->dtype) ? 0 : (gint64) read;
  return TRUE;
}

/* All elements in row-major order. */
static void
read_elements (ReelTensor *self,
               gpointer    buffer)
{
  gint64 strides[REEL_MAX_AXES];
  ReelArray from, to;

  _reel_tensor_to_array (self, &from);
  to = from;
  to.data = buffer;
  to.strides = strides;
  _reel_shape_contiguous_strides (self->rank, from.shape, strides);
  _reel_copy_array (&to, &from);
}

gboolean
reel_tensor_read (ReelTensor *self,
                  gpointer    buffer,
                  gsize       n_bytes,
                  GError    **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (buffer != NULL || n_bytes == 0, FALSE, REEL_ERROR_NULL, error);

  if (!_reel_tensor_check_readable (self, error) || !check_n_bytes (self, n_bytes, error))
    return FALSE;
  read_elements (self, buffer);
  return TRUE;
}

GBytes *
reel_tensor_get_bytes (ReelTensor *self,
                       GError    **error)
{
  gsize n_bytes;
  gpointer buffer;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);

  if (!_reel_tensor_check_readable (self, error))
    return NULL;
  n_bytes = (gsize) self->n_elements * reel_dtype_get_size (self->dtype);
  /* An expanded tensor may have more elements than memory. */
  buffer = g_try_malloc (MAX (n_bytes, 1));
  if (buffer == NULL)
    {
      _reel_set_no_memory (error, self->dtype, self->rank, _reel_tensor_shape (self));
      return NULL;
    }
  read_elements (self, buffer);
  return g_bytes_new_take (buffer, n_bytes);
}

gpointer
reel_tensor_get_writable_data (ReelTensor *self,
                               GError    **error)
{
  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);

  if (!check_writable (self, error))
    return NULL;
  _reel_tensor_wrote (self, "reel_tensor_get_writable_data");
  return self->data;
}

gsize
reel_tensor_get_writable_address (ReelTensor *self,
                                  GError    **error)
{
  _reel_return_val_if_fail (self != NULL, 0, REEL_ERROR_NULL, error);

  if (!check_writable (self, error))
    return 0;
  _reel_tensor_wrote (self, "reel_tensor_get_writable_address");
  return (gsize) self->data;
}

gboolean
reel_tensor_fill (ReelTensor *self,
                  gdouble     value,
                  GError    **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);

  if (!check_writable (self, error) || !reel_dtype_check_number (self->dtype, value, error))
    return FALSE;
  _reel_tensor_wrote (self, "reel_tensor_fill");
  _reel_tensor_fill_elements (self, value);
  return TRUE;
}

gboolean
reel_tensor_set_item (ReelTensor   *self,
                      guint         rank,
                      const gint64 *index,
                      gdouble       value,
                      GError      **error)
{
  gpointer element;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (rank == 0 || index != NULL, FALSE, REEL_ERROR_NULL, error);

  if (!check_writable (self, error))
    return FALSE;
  element = element_at (self, rank, index, error);
  if (element == NULL || !reel_dtype_check_number (self->dtype, value, error))
    return FALSE;
  _reel_tensor_wrote (self, "reel_tensor_set_item");
  _reel_element_set (self->dtype, element, value);
  return TRUE;
}

/* The bytes between which the elements lie. */
static void
memory_extent (ReelTensor *self,
               guintptr   *begin,
               guintptr   *end)
{
  gint64 size = (gint64) reel_dtype_get_size (self->dtype);
  gint64 lowest = 0, highest = 0;

  for (guint i = 0; i < self->rank; i++)
    {
      gint64 span = (_reel_tensor_shape (self)[i] - 1) * _reel_tensor_strides (self)[i];

      if (span < 0)
        lowest += span;
      else
        highest += span;
    }
  *begin = (guintptr) self->data + (guintptr) (lowest * size);
  *end = (guintptr) self->data + (guintptr) ((highest + 1) * size);
}

/* Whether writing one would change the other before it is read, element by
 * element: they share memory, and it is not each element with itself. */
static gboolean
overlaps (ReelTensor *self,
          ReelTensor *source)
{
  gboolean same = self->data == source->data;
  guintptr begin, end, source_begin, source_end;

  for (guint i = 0; i < self->rank; i++)
    same &= _reel_tensor_shape (self)[i] == 1 ||
            _reel_tensor_strides (self)[i] == _reel_tensor_strides (source)[i];
  if (same || self->n_elements == 0)
    return FALSE;
  memory_extent (self, &begin, &end);
  memory_extent (source, &source_begin, &source_end);
  return begin < source_end && source_begin < end;
}

/* What to read `source` from while `self` is written. */
static ReelTensor *
source_for (ReelTensor *self,
            ReelTensor *source,
            GError    **error)
{
  return overlaps (self, source) ? reel_tensor_copy (source, error)
                                 : reel_tensor_ref (source);
}

gboolean
reel_tensor_write (ReelTensor   *self,
                   gconstpointer data,
                   gsize         n_bytes,
                   GError      **error)
{
  g_autoptr (ReelTensor) source = NULL;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (data != NULL || n_bytes == 0, FALSE, REEL_ERROR_NULL, error);

  if (!check_writable (self, error) || !check_n_bytes (self, n_bytes, error))
    return FALSE;
  /* `data` may lie in `self`, be unaligned, or hold a bool that is neither 0 nor
   * 1: only plain memory is written without a copy. */
  if (self->dtype != REEL_BOOL && _reel_tensor_is_contiguous (self))
    {
      if (n_bytes > 0)
        memmove (self->data, data, n_bytes);
    }
  else
    {
      ReelArray from, to;

      source = reel_tensor_new_from_data (self->dtype, self->rank,
                                          _reel_tensor_shape (self), data, n_bytes, error);
      if (source == NULL)
        return FALSE;
      _reel_tensor_to_array (source, &from);
      _reel_tensor_to_array (self, &to);
      _reel_copy_array (&to, &from);
    }
  _reel_tensor_wrote (self, "reel_tensor_write");
  return TRUE;
}

gboolean
reel_tensor_assign (ReelTensor *self,
                    ReelTensor *source,
                    GError    **error)
{
  g_autoptr (ReelTensor) from_tensor = NULL;
  ReelArray from, to;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (source != NULL, FALSE, REEL_ERROR_NULL, error);

  if (!check_writable (self, error) || !_reel_tensor_check_readable (source, error) ||
      !check_same_kind (self, source, error))
    return FALSE;
  from_tensor = source_for (self, source, error);
  if (from_tensor == NULL)
    return FALSE;
  _reel_tensor_wrote (self, "reel_tensor_assign");
  _reel_tensor_to_array (from_tensor, &from);
  _reel_tensor_to_array (self, &to);
  /* Onto itself there is nothing to do, and memory must not be copied. */
  if (from.data != to.data)
    _reel_copy_array (&to, &from);
  return TRUE;
}

ReelTensor *
_reel_tensor_begin_update (ReelTensor  *self,
                           ReelTensor  *source,
                           const gchar *writer,
                           GError     **error)
{
  ReelTensor *from;

  if (!check_writable (self, error) || !_reel_tensor_check_readable (source, error) ||
      !check_floating (self, error) || !check_same_kind (self, source, error))
    return NULL;
  from = source_for (self, source, error);
  if (from != NULL)
    _reel_tensor_wrote (self, writer);
  return from;
}
