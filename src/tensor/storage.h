/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A refcounted buffer that several tensors may view. */

#include "base/pool.h"

#include <stdatomic.h>

typedef enum
{
  REEL_DEVICE_CPU = 0
} ReelDevice;

typedef struct
{
  _Atomic gint ref_count;
  _Atomic guint version;        /* counts writes */
  gpointer data;                /* aligned to 64 bytes, but for foreign memory */
  gsize size;
  const gchar *last_writer;     /* the function that wrote last; static */
  GDestroyNotify notify;        /* for memory that is not ours */
  gpointer user_data;
  guint32 device;
} ReelStorage;

/* NULL where there is no memory. */
ReelStorage *_reel_storage_new (ReelPool *pool,
                                gsize     size);
ReelStorage *_reel_storage_new_foreign (ReelPool      *pool,
                                        gpointer       data,
                                        gsize          size,
                                        GDestroyNotify notify,
                                        gpointer       user_data);

static inline ReelStorage *
_reel_storage_ref (ReelStorage *self)
{
  atomic_fetch_add_explicit (&self->ref_count, 1, memory_order_relaxed);
  return self;
}

/* `pool`: the one that the caller owns, or NULL. */
void _reel_storage_unref (ReelStorage *self,
                          ReelPool    *pool);

static inline gboolean
_reel_storage_is_unique (ReelStorage *self)
{
  return atomic_load_explicit (&self->ref_count, memory_order_acquire) == 1 &&
         self->notify == NULL;
}

void _reel_storage_wrote (ReelStorage *self,
                          const gchar *writer);
