/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "tape/sweep-state.h"

#include <stdlib.h>

/* The tape as the owner of what was recorded: life, threads, frames, errors. */

G_DEFINE_BOXED_TYPE (ReelTape, reel_tape, reel_tape_ref, reel_tape_unref)

/* The tapes a thread has pushed, the last on top. */
typedef struct
{
  ReelTape *implicit;
  ReelTape **pushed;            /* no GPtrArray: GLib reuses its memory from thread to
                                   thread behind locks that ThreadSanitizer cannot see */
  gsize n_pushed;
  gsize capacity;
} ReelThread;

static void thread_free (gpointer data);

static GPrivate thread_private = G_PRIVATE_INIT (thread_free);

/* The top of the stack, read once for every op. */
static __thread ReelTape *current __attribute__ ((tls_model ("initial-exec")));

/* Errors */

static void
error_tensor_init (ReelTape *tape)
{
  gsize limit = _reel_pool_get_limit (tape->pool);
  ReelTensor *tensor;

  /* The limit is for results: what says that it is reached must fit. */
  _reel_pool_set_limit (tape->pool, 0);
  tensor = _reel_tensor_new_header (tape->pool, REEL_F32, 0, NULL, 1);
  _reel_pool_set_limit (tape->pool, limit);
  if (tensor == NULL)
    g_error ("no memory for a tape");
  _reel_tensor_set_flags (tensor, REEL_TENSOR_ERROR | REEL_TENSOR_HELD);
  _reel_tensor_ensure_extra (tensor);
  tape->error_tensor = tensor;
}

ReelTensor *
_reel_tape_fail (ReelTape *tape,
                 GError   *error)
{
  if (tape->error == NULL)
    {
      tape->error_tensor->extra->error = g_error_copy (error);
      tape->error = error;
    }
  else
    {
      g_error_free (error);
    }
  return tape->error_tensor;
}

GError *
_reel_tape_steal_error (ReelTape *tape)
{
  GError *error = g_steal_pointer (&tape->error);

  if (error != NULL)
    {
      /* Whoever kept the error tensor keeps its message, until a reset. */
      _reel_dead_push (&tape->dead[0], tape->error_tensor);
      error_tensor_init (tape);
    }
  return error;
}

gboolean
reel_tape_check (ReelTape *self,
                 GError  **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

void
reel_tape_clear_error (ReelTape *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self != NULL);

  error = _reel_tape_steal_error (self);
}

/* Life */

ReelTape *
reel_tape_new (void)
{
  ReelTape *self = g_new0 (ReelTape, 1);

  atomic_init (&self->ref_count, 1);
  self->pool = _reel_pool_new ();
  if (self->pool == NULL)
    g_error ("no memory for a tape");
  error_tensor_init (self);
  return self;
}

ReelTape *
reel_tape_ref (ReelTape *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  atomic_fetch_add_explicit (&self->ref_count, 1, memory_order_relaxed);
  return self;
}

void
_reel_tape_enter (ReelTape *tape,
                  ReelHold *hold,
                  gboolean  sweeps)
{
  hold->outer = tape->hold;
  hold->sweeps = sweeps;
  hold->n_values = tape->n_values;
  hold->n_frames = tape->n_frames;
  hold->n_pushed = tape->n_pushed;
  hold->n_batch_axes = tape->n_batch_axes;
  tape->hold = hold;
}

void
_reel_tape_leave (ReelTape *tape,
                  ReelHold *hold)
{
  tape->hold = hold->outer;
  tape->n_batch_axes = hold->n_batch_axes;
}

static const ReelMark empty_mark = { NULL, 0, NULL, 0, 0, 0 };

/* Letting go of tensors may run notifications of the program's. They find the tape as
 * a sweep's hooks do: it does not record, and cannot be reset or popped under us. What
 * they compute goes with the rest. */
static void
drop_since (ReelTape       *self,
            const ReelMark *mark,
            ReelTensor    **dead)
{
  ReelHold hold;

  _reel_tape_enter (self, &hold, FALSE);
  self->n_pauses++;
  _reel_dead_free (dead, self->pool);
  self->burying = dead;
  _reel_tape_rollback (self, mark);
  self->burying = NULL;
  if (self->n_pauses > 0)
    self->n_pauses--;
  _reel_tape_leave (self, &hold);
}

void
reel_tape_unref (ReelTape *self)
{
  g_return_if_fail (self != NULL);

  if (atomic_fetch_sub_explicit (&self->ref_count, 1, memory_order_acq_rel) != 1)
    return;
  drop_since (self, &empty_mark, &self->dead[0]);
  for (guint i = 0; i < 2; i++)
    _reel_dead_free (&self->dead[i], self->pool);
  for (ReelNodeChunk *chunk = self->chunks; chunk != NULL;)
    {
      ReelNodeChunk *next = chunk->next;

      _reel_pool_free_local (self->pool, chunk);
      chunk = next;
    }
  g_clear_error (&self->error);
  _reel_dead_push (&self->dead[0], self->error_tensor);
  _reel_dead_free (&self->dead[0], self->pool);
  _reel_pool_close (self->pool);
  free (self->owned);
  free (self->frames);
  _reel_sweep_free_all (self);
  g_free (self);
}

/* Threads */

static ReelThread *
thread_get (void)
{
  ReelThread *thread = g_private_get (&thread_private);

  if (G_UNLIKELY (thread == NULL))
    {
      thread = g_new0 (ReelThread, 1);
      thread->implicit = reel_tape_new ();
      thread->implicit->implicit = TRUE;
      thread->implicit->n_pauses = 1;
      g_private_set (&thread_private, thread);
      current = thread->implicit;
    }
  return thread;
}

static void
thread_free (gpointer data)
{
  ReelThread *thread = data;

  current = NULL;
  for (gsize i = thread->n_pushed; i-- > 0;)
    {
      ReelTape *tape = thread->pushed[i];

      if (--tape->n_pushed == 0)
        tape->thread = NULL;
      reel_tape_unref (tape);
    }
  free (thread->pushed);
  reel_tape_unref (thread->implicit);
  g_free (thread);
}

ReelTape *
_reel_tape_current (void)
{
  if (G_UNLIKELY (current == NULL))
    (void) thread_get ();
  return current;
}

ReelTape *
reel_tape_get_current (void)
{
  return _reel_tape_current ();
}

void
reel_tape_push (ReelTape *self)
{
  ReelThread *thread;

  g_return_if_fail (self != NULL);
  g_return_if_fail (!self->implicit);

  thread = thread_get ();
  /* one tape is used by one thread at a time */
  g_return_if_fail (self->n_pushed == 0 || self->thread == thread);

  self->thread = thread;
  self->n_pushed++;
  if (!_reel_grow ((gpointer *) &thread->pushed, &thread->capacity, thread->n_pushed + 1,
                   sizeof (ReelTape *)))
    g_error ("no memory to push a tape");
  thread->pushed[thread->n_pushed++] = reel_tape_ref (self);
  current = self;
}

void
reel_tape_pop (ReelTape *self)
{
  ReelThread *thread;
  gsize n;

  g_return_if_fail (self != NULL);

  thread = thread_get ();
  n = thread->n_pushed;
  g_return_if_fail (n > 0 && thread->pushed[n - 1] == self);
  /* A sweep goes on with the tape that it began with. */
  g_return_if_fail (self->hold == NULL || self->n_pushed > self->hold->n_pushed);

  thread->n_pushed = n - 1;
  current = n > 1 ? thread->pushed[n - 2] : thread->implicit;
  if (--self->n_pushed == 0)
    self->thread = NULL;
  reel_tape_unref (self);
}

gboolean
reel_tape_is_recording (ReelTape *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return _reel_tape_is_recording (self);
}

void
reel_tape_pause (ReelTape *self)
{
  g_return_if_fail (self != NULL);

  self->n_pauses++;
}

void
reel_tape_resume (ReelTape *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->n_pauses > (self->implicit ? 1 : 0));

  self->n_pauses--;
}

/* Frames */

void
reel_tape_push_frame (ReelTape *self)
{
  g_return_if_fail (self != NULL);

  if (!_reel_grow ((gpointer *) &self->frames, &self->frames_capacity,
                   self->n_frames + 1, sizeof (ReelMark)))
    g_error ("no memory for a frame");
  _reel_tape_mark (self, &self->frames[self->n_frames++]);
}

static gboolean
check_not_swept (ReelTape    *self,
                 const gchar *what,
                 GError     **error)
{
  if (self->hold == NULL)
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_BUSY,
               "%s: the tape is being swept", what);
  return FALSE;
}

gboolean
reel_tape_pop_frame_keep (ReelTape          *self,
                          ReelTensor *const *tensors,
                          guint              n_tensors,
                          GError           **error)
{
  const ReelMark *mark;
  g_autofree ReelTensor **kept = NULL;
  guint n_kept = 0;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (self->n_frames > 0, FALSE, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (n_tensors == 0 || tensors != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->hold != NULL && self->n_frames <= self->hold->n_frames &&
      !check_not_swept (self, "pop_frame", error))
    return FALSE;

  mark = &self->frames[self->n_frames - 1];
  kept = g_new (ReelTensor *, n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    {
      guint64 value;

      if (tensors[i] == NULL)
        continue;
      value = _reel_tensor_value (tensors[i]);
      /* What is the tape's own and of this frame; all else stays where it is. */
      if (value == REEL_VALUE_LEAF || _reel_tensor_pool (tensors[i]) != self->pool ||
          (value & ~REEL_VALUE_OWNED) < ((value & REEL_VALUE_OWNED) != 0
                                         ? mark->n_owned : mark->n_values))
        continue;
      kept[n_kept++] = reel_tensor_ref (tensors[i]);
    }
  /* Room first: once the frame is gone, nothing may fail. */
  if (!_reel_grow ((gpointer *) &self->owned, &self->owned_capacity,
                   self->n_owned + n_kept, sizeof (ReelTensor *)))
    {
      for (guint i = 0; i < n_kept; i++)
        _reel_tensor_unref_local (kept[i], self->pool);
      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                   "no memory to keep %u tensors", n_kept);
      return FALSE;
    }
  self->n_frames--;
  drop_since (self, mark, &self->dead[1]);
  for (guint i = 0; i < n_kept; i++)
    if (_reel_tensor_value (kept[i]) != REEL_VALUE_LEAF ||    /* named twice */
        !_reel_tape_own (self, kept[i]))
      _reel_tensor_unref_local (kept[i], self->pool);
  return TRUE;
}

gboolean
reel_tape_pop_frame (ReelTape *self,
                     GError  **error)
{
  return reel_tape_pop_frame_keep (self, NULL, 0, error);
}

gboolean
reel_tape_reset (ReelTape *self,
                 GError  **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_swept (self, "reset", error))
    return FALSE;
  drop_since (self, &empty_mark, &self->dead[0]);
  self->n_frames = 0;
  reel_tape_clear_error (self);
  return TRUE;
}

void
reel_tape_trim (ReelTape *self)
{
  g_return_if_fail (self != NULL);

  _reel_pool_trim (self->pool);
}

void
reel_tape_set_memory_limit (ReelTape *self,
                            gsize     n_bytes)
{
  g_return_if_fail (self != NULL);

  _reel_pool_set_limit (self->pool, n_bytes);
}

void
reel_tape_get_stats (ReelTape      *self,
                     ReelTapeStats *stats)
{
  ReelPoolStats pool;
  gboolean ahead;

  g_return_if_fail (self != NULL);
  g_return_if_fail (stats != NULL);

  _reel_pool_get_stats (self->pool, &pool);
  memset (stats, 0, sizeof *stats);
  stats->n_nodes = self->n_nodes;
  stats->n_values = self->n_values;
  stats->live_bytes = pool.live_bytes;
  /* Of the chunks of nodes only what is recorded counts: up to the current one,
   * of those behind it nothing. */
  ahead = self->chunk == NULL;
  for (ReelNodeChunk *chunk = self->chunks; chunk != NULL; chunk = chunk->next)
    {
      stats->live_bytes -= chunk->size - (ahead ? 0 : chunk->used);
      ahead |= chunk == self->chunk;
    }
  stats->peak_bytes = pool.peak_bytes;
  stats->held_bytes = pool.held_bytes;
  stats->n_pool_hits = pool.n_hits;
  stats->n_mallocs = pool.n_mallocs;
}

ReelTensor *
reel_tensor_steal (ReelTensor *self)
{
  ReelTape *tape;
  guint64 value;

  g_return_val_if_fail (self != NULL, NULL);

  tape = _reel_tape_current ();
  value = _reel_tensor_value (self);
  if ((value & REEL_VALUE_OWNED) != 0 && value != REEL_VALUE_LEAF &&
      _reel_tensor_pool (self) == tape->pool)
    {
      gsize floor = tape->n_frames > 0 ? tape->frames[tape->n_frames - 1].n_owned : 0;

      tape->owned[value & ~REEL_VALUE_OWNED] = NULL;
      /* Or a program that steals every result, as Python does, and never resets would
       * grow the list without end. (A sweep has marks of its own in it.) */
      if (tape->hold == NULL)
        while (tape->n_owned > floor && tape->owned[tape->n_owned - 1] == NULL)
          tape->n_owned--;
      _reel_tensor_set_value (self, REEL_VALUE_LEAF);
      return self;
    }
  return reel_tensor_ref (self);
}

/* Bindings reference what they keep: nobody else has the one that was retired last. */
static void
drop_last_error_tensor (ReelTape *tape)
{
  ReelTensor *tensor = tape->dead[0];

  memcpy (&tape->dead[0], tensor->inline_data, sizeof tape->dead[0]);
  _reel_pool_set_live (tape->pool, tensor, TRUE);
  if (!_reel_tensor_is_unique (tensor))
    _reel_tensor_unset_flags (tensor, REEL_TENSOR_HELD);
  _reel_tensor_unref_local (tensor, tape->pool);
}

gboolean
reel_tensor_claim (ReelTensor *self,
                   GError    **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (G_UNLIKELY ((_reel_tensor_flags (self) & REEL_TENSOR_ERROR) != 0))
    {
      ReelTape *tape = _reel_tape_current ();

      if (self == tape->error_tensor && tape->error != NULL)
        {
          g_propagate_error (error, _reel_tape_steal_error (tape));
          drop_last_error_tensor (tape);
        }
      else
        (void) _reel_tensor_set_own_error (self, error);
      return FALSE;
    }
  if (!_reel_tensor_is_recorded (self) && _reel_tensor_value (self) != REEL_VALUE_LEAF)
    reel_tensor_unref (reel_tensor_steal (self));
  return TRUE;
}
