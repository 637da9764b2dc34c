/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/grow.h"
#include "tape/sweep-state.h"

#include <stdlib.h>
#include <string.h>

static void
set_no_memory (guint64  n_values,
               GError **error)
{
  g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
               "no memory to sweep %" G_GUINT64_FORMAT " values", n_values);
}

static void
sweep_free (ReelSweep *sweep)
{
  free (sweep->slots);
  free (sweep->marks_memory);
  free (sweep->leaves.entries);
  free (sweep->leaves.table);
  free (sweep);
}

ReelSweep *
_reel_sweep_take (ReelTape *tape,
                  guint64   n_values,
                  GError  **error)
{
  ReelSweep *sweep = tape->resting;
  gsize old_capacity;

  if (sweep != NULL)
    tape->resting = sweep->next;
  else
    sweep = calloc (1, sizeof *sweep);
  if (sweep == NULL)
    {
      set_no_memory (n_values, error);
      return NULL;
    }
  sweep->tape = tape;
  old_capacity = sweep->slots_capacity;
  if (!_reel_grow ((gpointer *) &sweep->slots, &sweep->slots_capacity, (gsize) n_values,
                   sizeof (ReelSlot)))
    {
      _reel_sweep_give_back (sweep);
      set_no_memory (n_values, error);
      return NULL;
    }
  if (sweep->slots_capacity > old_capacity)
    memset (sweep->slots + old_capacity, 0,
            (sweep->slots_capacity - old_capacity) * sizeof (ReelSlot));
  sweep->marks = NULL;
  sweep->hooked = NULL;
  sweep->n_batch_axes = 0;
  sweep->all_leaves = FALSE;
  return sweep;
}

void
_reel_sweep_give_back (ReelSweep *sweep)
{
  sweep->next = sweep->tape->resting;
  sweep->tape->resting = sweep;
}

void
_reel_sweep_free_all (ReelTape *tape)
{
  while (tape->resting != NULL)
    {
      ReelSweep *next = tape->resting->next;

      sweep_free (tape->resting);
      tape->resting = next;
    }
}

gboolean
_reel_sweep_alloc_marks (ReelSweep *sweep,
                         GError   **error)
{
  gsize n = (gsize) (sweep->end - sweep->first);

  if (!_reel_grow ((gpointer *) &sweep->marks_memory, &sweep->marks_capacity, n, 1))
    {
      set_no_memory (n, error);
      return FALSE;
    }
  sweep->marks = sweep->marks_memory;
  memset (sweep->marks, 0, n);
  return TRUE;
}

gboolean
_reel_sweep_set_batch (ReelSweep    *sweep,
                       guint         n_axes,
                       const gint64 *shape,
                       GError      **error)
{
  if (n_axes > REEL_MAX_BATCH_AXES)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "a sweep carries up to %d axes more, not %u", REEL_MAX_BATCH_AXES, n_axes);
      return FALSE;
    }
  sweep->n_batch_axes = n_axes;
  /* Inside another, what comes from there may have that one's axes too. */
  sweep->tape->n_batch_axes = sweep->hold.n_batch_axes + n_axes;
  for (guint i = 0; i < n_axes; i++)
    sweep->batch_shape[i] = shape[i];
  return TRUE;
}

guint
_reel_sweep_shape (const ReelSweep  *sweep,
                   const ReelTensor *like,
                   gint64           *shape)
{
  memcpy (shape, sweep->batch_shape, sweep->n_batch_axes * sizeof (gint64));
  memcpy (shape + sweep->n_batch_axes, _reel_tensor_shape (like),
          like->rank * sizeof (gint64));
  return sweep->n_batch_axes + like->rank;
}

void
_reel_sweep_extend_region (const ReelSweep  *sweep,
                           const ReelTensor *like,
                           guint             rank,
                           ReelRegion       *region)
{
  guint n = sweep->n_batch_axes;
  gint64 stride = like->n_elements;

  for (guint i = rank; i-- > 0;)
    region->strides[n + i] = region->strides[i];
  for (guint i = n; i-- > 0;)
    {
      region->strides[i] = stride;
      stride *= sweep->batch_shape[i];
    }
}
