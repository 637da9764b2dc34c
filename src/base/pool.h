/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory in size classes. A pool has one owner, who allocates and frees without
 * locks; anybody else may free from any thread, onto an atomic list that the
 * owner drains when a size runs out. A pool that its owner closed lives on until
 * its last block is freed.
 *
 * Freed blocks are poisoned for AddressSanitizer and valgrind. */

#include <glib.h>

typedef struct _ReelPool ReelPool;

typedef struct
{
  guint64 live_bytes;
  guint64 peak_bytes;
  guint64 held_bytes;
  guint64 n_hits;
  guint64 n_mallocs;
} ReelPoolStats;

/* NULL where there is no memory for it. */
ReelPool *_reel_pool_new (void);
void _reel_pool_close (ReelPool *pool);

/* The pool for leaves: every thread is its owner, under a lock. */
ReelPool *_reel_pool_get_shared (void);

/* A block aligned to 64 bytes where size is a multiple of 64, else to 16; not
 * initialised. NULL where there is no memory or the limit is reached. */
gpointer _reel_pool_alloc (ReelPool *pool,
                           gsize     size) G_GNUC_MALLOC;

/* From any thread. */
void _reel_pool_free (gpointer block);

/* By the owner of `pool`; goes to the right place also if the block is another
 * pool's. */
void _reel_pool_free_local (ReelPool *pool,
                            gpointer  block);

/* By the owner: whether a block of its counts as live in the statistics. */
void _reel_pool_set_live (ReelPool *pool,
                          gpointer  block,
                          gboolean  live);

/* Whose block it is. */
ReelPool *_reel_pool_of (gconstpointer block);

/* Gives large blocks that are free back to the system. */
void _reel_pool_trim (ReelPool *pool);

void _reel_pool_set_limit (ReelPool *pool,
                           gsize     n_bytes);
gsize _reel_pool_get_limit (ReelPool *pool);
void _reel_pool_get_stats (ReelPool      *pool,
                           ReelPoolStats *stats);
