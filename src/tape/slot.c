/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "kernels/map.h"
#include "tape/slot.h"

#include <string.h>

/* How cotangents add up, without ever writing into memory that anybody else may
 * see. While paused, contributions are added as they come, in place where the
 * sweep alone owns the sum. While recording they are listed, and one node
 * assembles them. Either way slices of one tensor cost what they cover. */

#define IS_LIST(slot) (((guintptr) (slot) & 1) != 0)
#define TO_LIST(slot) ((GArray *) ((guintptr) (slot) & ~(guintptr) 1))
#define FROM_LIST(list) ((gpointer) ((guintptr) (list) | 1))

/* Whether a tensor, or what comes before its last axes, has the shape that the sweep
 * carries for `like`. */
static gboolean
fits_batch (const ReelSweep *sweep,
            ReelTensor      *like,
            ReelTensor      *cotangent,
            gboolean         whole)
{
  const gint64 *shape = _reel_tensor_shape (cotangent);
  guint n = sweep->n_batch_axes;

  return cotangent->rank >= n && _reel_shape_equal (n, shape, n, sweep->batch_shape) &&
         (!whole || _reel_shape_equal (cotangent->rank - n, shape + n, like->rank,
                                       _reel_tensor_shape (like)));
}

static gint64
count_elements (const ReelSweep *sweep,
                ReelTensor      *like)
{
  gint64 n = like->n_elements;

  for (guint i = 0; i < sweep->n_batch_axes; i++)
    n *= sweep->batch_shape[i];
  return n;
}

gboolean
_reel_region_fits (guint             rank,
                   const gint64     *shape,
                   const ReelRegion *region,
                   gint64            n_elements)
{
  gint64 lowest = region->offset, highest = region->offset;

  if (rank > REEL_MAX_AXES)
    return FALSE;
  for (guint i = 0; i < rank; i++)
    if (shape[i] == 0)
      return TRUE;
  for (guint i = 0; i < rank; i++)
    {
      gint64 span;

      if (shape[i] < 0 ||
          __builtin_mul_overflow (shape[i] - 1, region->strides[i], &span) ||
          (span < 0 ? __builtin_add_overflow (lowest, span, &lowest)
                    : __builtin_add_overflow (highest, span, &highest)))
        return FALSE;
    }
  return lowest >= 0 && highest < n_elements;
}

static gboolean
check_fits (const ReelSweep  *sweep,
            ReelTensor       *like,
            ReelTensor       *cotangent,
            const ReelRegion *region,
            GError          **error)
{
  REEL_RARELY_ALLOCATED gchar *expected = NULL;
  REEL_RARELY_ALLOCATED gchar *given = NULL;

  if (!_reel_tensor_check_no_error (cotangent, error) ||
      !_reel_tensor_check_not_released (cotangent, error) ||
      !_reel_tensor_check_not_stale (cotangent, error))
    return FALSE;
  if (G_LIKELY (cotangent->dtype == like->dtype &&
                (sweep->n_batch_axes == 0 && region == NULL
                 ? _reel_tensor_same_shape (like, cotangent)
                 : fits_batch (sweep, like, cotangent, region == NULL) &&
                   (region == NULL ||
                    _reel_region_fits (cotangent->rank, _reel_tensor_shape (cotangent), region,
                                       count_elements (sweep, like))))))
    return TRUE;
  expected = reel_tensor_describe (like);
  given = reel_tensor_describe (cotangent);
  g_set_error (error, REEL_ERROR,
               cotangent->dtype != like->dtype ? REEL_ERROR_DTYPE : REEL_ERROR_SHAPE,
               "the cotangent of %s cannot be %s%s", expected, given,
               region != NULL && like->dtype == cotangent->dtype
               ? ", which is no part of it" : "");
  return FALSE;
}

static void
region_array (ReelTensor       *whole,
              ReelTensor       *part,
              const ReelRegion *region,
              ReelArray        *array)
{
  array->data = (gchar *) whole->data +
                region->offset * (gint64) reel_dtype_get_size (whole->dtype);
  array->dtype = (ReelDType) whole->dtype;
  array->rank = part->rank;
  array->shape = _reel_tensor_shape (part);
  array->strides = region->strides;
}

static void
accumulate (ReelTensor       *sum,
            ReelTensor       *cotangent,
            const ReelRegion *region)
{
  ReelArray destination, source;

  if (region != NULL)
    region_array (sum, cotangent, region, &destination);
  else
    _reel_tensor_to_array (sum, &destination);
  _reel_tensor_to_array (cotangent, &source);
  _reel_array_accumulate (&destination, &source);
}

/* Makes the slot hold a sum that may be written: of zeros, or what it held. */
static gboolean
own_sum (ReelSweep  *sweep,
         ReelSlot   *slot,
         ReelTensor *like,
         GError    **error)
{
  ReelTensor *held = *slot;
  ReelTensor *sum;
  gint64 shape[REEL_MAX_AXES];
  guint rank;

  if (held != NULL && _reel_tensor_owns_data (held))
    return TRUE;
  rank = _reel_sweep_shape (sweep, like, shape);
  sum = _reel_tensor_new_sized (sweep->tape->pool, like->dtype, rank, shape,
                                count_elements (sweep, like), TRUE);
  if (sum == NULL)
    {
      _reel_set_no_memory (error, like->dtype, rank, shape);
      return FALSE;
    }
  if (held == NULL)
    {
      memset (sum->data, 0,
              (gsize) sum->n_elements * reel_dtype_get_size (sum->dtype));
    }
  else
    {
      ReelArray destination, source;

      _reel_tensor_to_array (sum, &destination);
      _reel_tensor_to_array (held, &source);
      _reel_copy_array (&destination, &source);
      _reel_tensor_unref_local (held, sweep->tape->pool);
    }
  *slot = sum;
  return TRUE;
}

static void
list_contribution (ReelSlot         *slot,
                   ReelTensor       *cotangent,
                   const ReelRegion *region)
{
  ReelContribution contribution = { cotangent, region != NULL, { 0, { 0 } } };
  GArray *list;

  if (*slot != NULL && IS_LIST (*slot))
    {
      list = TO_LIST (*slot);
    }
  else
    {
      list = g_array_new (FALSE, FALSE, sizeof (ReelContribution));
      if (*slot != NULL)
        {
          ReelContribution held = { *slot, FALSE, { 0, { 0 } } };

          g_array_append_val (list, held);
        }
      *slot = FROM_LIST (list);
    }
  if (region != NULL)
    contribution.region = *region;
  reel_tensor_ref (cotangent);
  g_array_append_val (list, contribution);
}

gboolean
_reel_slot_add (ReelSweep        *sweep,
                ReelSlot         *slot,
                ReelTensor       *like,
                ReelTensor       *cotangent,
                const ReelRegion *region,
                GError          **error)
{
  if (!check_fits (sweep, like, cotangent, region, error))
    return FALSE;
  if (*slot == NULL && region == NULL)
    {
      *slot = reel_tensor_ref (cotangent);
      return TRUE;
    }
  if ((sweep->flags & REEL_GRAD_RECORD) != 0)
    {
      list_contribution (slot, cotangent, region);
      return TRUE;
    }
  if (!own_sum (sweep, slot, like, error))
    return FALSE;
  accumulate (*slot, cotangent, region);
  return TRUE;
}

gboolean
_reel_slot_combine (ReelSweep  *sweep,
                    ReelSlot   *slot,
                    ReelTensor *like,
                    GError    **error)
{
  GArray *list;
  ReelTensor *sum;
  gint64 shape[REEL_MAX_AXES];
  guint rank;

  if (*slot == NULL || !IS_LIST (*slot))
    return TRUE;
  list = TO_LIST (*slot);
  rank = _reel_sweep_shape (sweep, like, shape);
  sum = sweep->assemble ((ReelDType) like->dtype, rank, shape,
                         (const ReelContribution *) (gpointer) list->data, list->len);
  if (reel_tensor_is_error (sum))
    {
      g_propagate_error (error, _reel_tape_steal_error (sweep->tape));
      return FALSE;
    }
  reel_tensor_ref (sum);
  _reel_slot_clear (sweep, slot);
  *slot = sum;
  return TRUE;
}

void
_reel_slot_clear (ReelSweep *sweep,
                  ReelSlot  *slot)
{
  if (*slot == NULL)
    return;
  if (IS_LIST (*slot))
    {
      GArray *list = TO_LIST (*slot);

      for (guint i = 0; i < list->len; i++)
        _reel_tensor_unref_local (g_array_index (list, ReelContribution, i).tensor,
                                  sweep->tape->pool);
      g_array_unref (list);
    }
  else
    {
      _reel_tensor_unref_local (*slot, sweep->tape->pool);
    }
  *slot = NULL;
}
