/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"

#include <string.h>

gboolean
_reel_shape_count (guint         rank,
                   const gint64 *shape,
                   gsize         element_size,
                   gint64       *n_elements,
                   gsize        *n_bytes,
                   GError      **error)
{
  gint64 n = 1;
  gboolean empty = FALSE;
  gint64 bytes;

  if (rank > REEL_MAX_AXES)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "rank %u is more than the %d axes a tensor can have", rank,
                   REEL_MAX_RANK);
      return FALSE;
    }
  for (guint i = 0; i < rank; i++)
    {
      if (shape[i] < 0)
        {
          g_autofree gchar *text = _reel_shape_to_string (rank, shape);

          g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                       "sizes must not be negative: %s", text);
          return FALSE;
        }
      empty |= shape[i] == 0;
    }
  /* A zero-size axis makes any other size harmless, whatever their product. */
  for (guint i = 0; i < rank && !empty; i++)
    if (__builtin_mul_overflow (n, shape[i], &n))
      goto overflow;
  if (empty)
    n = 0;
  if (__builtin_mul_overflow (n, (gint64) element_size, &bytes))
    goto overflow;
  *n_elements = n;
  if (n_bytes != NULL)
    *n_bytes = (gsize) bytes;
  return TRUE;

overflow:
  {
    g_autofree gchar *text = _reel_shape_to_string (rank, shape);

    g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                 "%s has more elements than memory can hold", text);
    return FALSE;
  }
}

gint64
_reel_shape_product (guint         n_sizes,
                     const gint64 *sizes)
{
  gint64 product = 1;
  gboolean too_large = FALSE;

  for (guint i = 0; i < n_sizes; i++)
    {
      if (sizes[i] == 0)
        return 0;
      too_large |= __builtin_mul_overflow (product, sizes[i], &product);
    }
  return too_large ? G_MAXINT64 : product;
}

void
_reel_shape_contiguous_strides (guint         rank,
                                const gint64 *shape,
                                gint64       *strides)
{
  gint64 stride = 1;

  for (guint i = rank; i-- > 0;)
    {
      strides[i] = stride;
      /* Sizes multiplied here may be those of an empty tensor: they could overflow,
       * in elements or in bytes, and their strides are never used. */
      if (__builtin_mul_overflow (stride, MAX (shape[i], 1), &stride) ||
          stride > G_MAXINT64 / 16)
        stride = 1;
    }
}

gboolean
_reel_shape_is_contiguous (guint         rank,
                           const gint64 *shape,
                           const gint64 *strides)
{
  gint64 stride = 1;

  /* First, as the product of the other sizes of an empty tensor may overflow. */
  for (guint i = 0; i < rank; i++)
    if (shape[i] == 0)
      return TRUE;
  for (guint i = rank; i-- > 0;)
    {
      if (shape[i] != 1 && strides[i] != stride)
        return FALSE;
      stride *= shape[i];
    }
  return TRUE;
}

gchar *
_reel_shape_to_string (guint         rank,
                       const gint64 *shape)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gboolean
_reel_axis_from_front (gint64   axis,
                       guint    rank,
                       guint   *from_front,
                       GError **error)
{
  if (axis < -(gint64) rank || axis >= (gint64) rank)
    {
      if (rank == 0)
        g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                     "axis %" G_GINT64_FORMAT " of a tensor that has no axes", axis);
      else
        g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                     "axis %" G_GINT64_FORMAT " is out of range: a tensor of rank %u"
                     " has the axes %d to %u", axis, rank, -(gint) rank, rank - 1);
      return FALSE;
    }
  *from_front = (guint) (axis < 0 ? axis + (gint64) rank : axis);
  return TRUE;
}

gboolean
_reel_shape_broadcast (guint         rank_a,
                       const gint64 *a,
                       guint         rank_b,
                       const gint64 *b,
                       guint        *rank,
                       gint64       *shape)
{
  guint result = MAX (rank_a, rank_b);
  gint64 sizes[REEL_MAX_AXES];

  for (guint i = 0; i < result; i++)
    {
      gint64 size_a = i + rank_a >= result ? a[i + rank_a - result] : 1;
      gint64 size_b = i + rank_b >= result ? b[i + rank_b - result] : 1;

      if (size_a != size_b && size_a != 1 && size_b != 1)
        return FALSE;
      sizes[i] = size_a == 1 ? size_b : size_a;
    }
  *rank = result;
  memcpy (shape, sizes, result * sizeof (gint64));
  return TRUE;
}

void
_reel_shape_broadcast_strides (const ReelArray *array,
                               guint            rank,
                               const gint64    *shape,
                               gint64          *strides)
{
  guint missing = rank - array->rank;

  for (guint i = 0; i < rank; i++)
    strides[i] = i < missing || (array->shape[i - missing] == 1 && shape[i] != 1)
                 ? 0 : array->strides[i - missing];
}

gboolean
_reel_shape_view_strides (guint         rank,
                          const gint64 *shape,
                          const gint64 *strides,
                          guint         new_rank,
                          const gint64 *new_shape,
                          gint64       *new_strides)
{
  guint i = 0, j = 0;

  for (guint k = 0; k < rank; k++)
    if (shape[k] == 0)
      {
        _reel_shape_contiguous_strides (new_rank, new_shape, new_strides);
        return TRUE;
      }

  /* Match the shortest runs of axes of equal product; within a run the old axes
   * must be mergeable into one. */
  while (i < rank || j < new_rank)
    {
      guint old_begin = i, new_begin = j;
      gint64 old_product = i < rank ? shape[i++] : 1;
      gint64 new_product = j < new_rank ? new_shape[j++] : 1;
      gint64 stride = 1;
      gboolean found = FALSE;

      while (old_product != new_product)
        {
          if (old_product < new_product)
            {
              if (i >= rank)
                return FALSE;
              old_product *= shape[i++];
            }
          else
            {
              if (j >= new_rank)
                return FALSE;
              new_product *= new_shape[j++];
            }
        }
      for (guint k = i; k-- > old_begin;)
        {
          if (shape[k] == 1)
            continue;
          if (!found)
            {
              stride = strides[k];
              found = TRUE;
            }
          else
            {
              /* the next inner axis that counts */
              guint inner = k + 1;

              while (shape[inner] == 1)
                inner++;
              if (strides[k] != strides[inner] * shape[inner])
                return FALSE;
            }
        }
      for (guint k = j; k-- > new_begin;)
        {
          new_strides[k] = stride;
          stride *= new_shape[k];
        }
    }
  return TRUE;
}
