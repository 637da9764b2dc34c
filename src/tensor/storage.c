/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tensor/storage.h"

/* The struct and its data are one block; the data begins on the next line. */
#define STORAGE_HEADER 64
G_STATIC_ASSERT (sizeof (ReelStorage) <= STORAGE_HEADER);

static void
storage_init (ReelStorage *self,
              gpointer     data,
              gsize        size)
{
  atomic_init (&self->ref_count, 1);
  atomic_init (&self->version, 0);
  self->data = data;
  self->size = size;
  self->last_writer = NULL;
  self->notify = NULL;
  self->user_data = NULL;
  self->device = REEL_DEVICE_CPU;
}

ReelStorage *
_reel_storage_new (ReelPool *pool,
                   gsize     size)
{
  ReelStorage *self;

  if (size > G_MAXSSIZE - 2 * STORAGE_HEADER)
    return NULL;
  self = _reel_pool_alloc (pool, (STORAGE_HEADER + MAX (size, 1) + 63) & ~(gsize) 63);
  if (self != NULL)
    storage_init (self, (gchar *) self + STORAGE_HEADER, size);
  return self;
}

static void
keep_data (gpointer user_data)
{
}

ReelStorage *
_reel_storage_new_foreign (ReelPool      *pool,
                           gpointer       data,
                           gsize          size,
                           GDestroyNotify notify,
                           gpointer       user_data)
{
  ReelStorage *self = _reel_pool_alloc (pool, STORAGE_HEADER);

  if (self == NULL)
    return NULL;
  storage_init (self, data, size);
  /* Never NULL: by this, memory that is not ours is told from our own. */
  self->notify = notify != NULL ? notify : keep_data;
  self->user_data = user_data;
  return self;
}

void
_reel_storage_unref (ReelStorage *self,
                     ReelPool    *pool)
{
  /* The only holder needs no atomic write to know that it is the last. */
  if (atomic_load_explicit (&self->ref_count, memory_order_acquire) != 1 &&
      atomic_fetch_sub_explicit (&self->ref_count, 1, memory_order_acq_rel) != 1)
    return;
  if (self->notify != NULL)
    self->notify (self->user_data);
  if (pool != NULL)
    _reel_pool_free_local (pool, self);
  else
    _reel_pool_free (self);
}

void
_reel_storage_wrote (ReelStorage *self,
                     const gchar *writer)
{
  self->last_writer = writer;
  atomic_fetch_add_explicit (&self->version, 1, memory_order_release);
}
