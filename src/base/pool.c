/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/poison.h"
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Blocks up to SMALL_MAX are cut from chunks of CHUNK_SIZE; a larger one has a
 * chunk to itself. Chunks are aligned to CHUNK_SIZE and every block begins
 * within the first CHUNK_SIZE bytes of its chunk, so that a mask leads from
 * block to chunk. Once a pool has some chunks, it takes them from the system a
 * huge page at a time. */
#define CHUNK_SIZE ((gsize) 256 * 1024)
#define SMALL_MAX ((gsize) 32 * 1024)
#define HUGE_PAGE ((gsize) 2 * 1024 * 1024)
#define CHUNK_HEADER 64

/* The shared pool hands blocks of this size and more straight back: programs
 * expect the memory of a large leaf to be gone with it. */
#define SHARED_RETAIN_MAX ((gsize) 1024 * 1024)

/* Freed memory keeps its first bytes for the free list's link. */
#define LINK_SIZE 16

/* Four classes a doubling, from 64 bytes up. */
#define MIN_SHIFT 6
#define N_CLASSES ((46 - MIN_SHIFT) * 4)

/* Larger than any count of blocks: while the owner is there, frees from elsewhere
 * cannot bring the count to zero. */
#define OWNER_BIAS ((gint64) 1 << 62)

typedef struct _Chunk Chunk;
struct _Chunk
{
  ReelPool *pool;
  Chunk *next;
  Chunk *previous;
  gpointer base;        /* what to free; NULL for a part of a huge page */
  gsize base_size;
  guint32 class_index;
  guint32 is_large;
};
G_STATIC_ASSERT (sizeof (Chunk) <= CHUNK_HEADER);

typedef struct _Block Block;
struct _Block
{
  Block *next;
};

struct _ReelPool
{
  Block *free_lists[N_CLASSES];
  gchar *bump[N_CLASSES];
  gchar *bump_end[N_CLASSES];
  Chunk *chunks;
  gchar *huge;                  /* the rest of a huge page, in chunks */
  gchar *huge_end;
  guint n_chunks;
  gsize limit;

  gint64 n_blocks;              /* given out and not freed by the owner */
  guint64 live_bytes;
  ReelPoolStats stats;

  gboolean shared;
  pthread_mutex_t lock;         /* of the shared pool only */

  /* Written by other threads, on a cache line of their own. */
  _Alignas (64) _Atomic (Block *) foreign;
  _Atomic gint64 references;
};

static guint
class_of (gsize size)
{
  guint shift;

  if (size <= (gsize) 1 << MIN_SHIFT)
    return 0;
  shift = 63 - (guint) __builtin_clzll (size - 1);
  return (shift - MIN_SHIFT) * 4 + (guint) ((size - 1) >> (shift - 2)) - 3;
}

static gsize
class_size (guint class_index)
{
  guint shift = class_index / 4 + MIN_SHIFT;

  return ((gsize) 1 << shift) + ((gsize) (class_index % 4) << (shift - 2));
}

static Chunk *
chunk_of (gconstpointer block)
{
  return (Chunk *) ((guintptr) block & ~(guintptr) (CHUNK_SIZE - 1));
}

static void
link_chunk (ReelPool *pool,
            Chunk    *chunk)
{
  chunk->pool = pool;
  chunk->previous = NULL;
  chunk->next = pool->chunks;
  if (pool->chunks != NULL)
    pool->chunks->previous = chunk;
  pool->chunks = chunk;
  pool->n_chunks++;
}

static gpointer
system_alloc (ReelPool *pool,
              gsize     size)
{
  gsize alignment = size >= HUGE_PAGE ? HUGE_PAGE : CHUNK_SIZE;
  gpointer base;

  if (pool->limit != 0 && (size > pool->limit ||
                           pool->stats.held_bytes > pool->limit - size))
    return NULL;
  if (size > G_MAXSSIZE - HUGE_PAGE || posix_memalign (&base, alignment, size) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= HUGE_PAGE)
    (void) madvise (base, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  pool->stats.n_mallocs++;
  pool->stats.held_bytes += size;
  return base;
}

static Chunk *
small_chunk_new (ReelPool *pool)
{
  Chunk *chunk;

  if (pool->huge < pool->huge_end)
    {
      chunk = (Chunk *) pool->huge;
      chunk->base = NULL;
      chunk->base_size = 0;
      pool->huge += CHUNK_SIZE;
    }
  else
    {
      gsize size = pool->n_chunks < 4 ? CHUNK_SIZE : HUGE_PAGE;

      chunk = system_alloc (pool, size);
      if (chunk == NULL)
        return NULL;
      chunk->base = chunk;
      chunk->base_size = size;
      pool->huge = (gchar *) chunk + CHUNK_SIZE;
      pool->huge_end = (gchar *) chunk + size;
    }
  chunk->is_large = FALSE;
  link_chunk (pool, chunk);
  return chunk;
}

static gpointer
small_alloc (ReelPool *pool,
             guint     class_index)
{
  gsize size = class_size (class_index);
  gchar *block;

  if (pool->bump[class_index] == NULL ||
      pool->bump[class_index] + size > pool->bump_end[class_index])
    {
      Chunk *chunk = small_chunk_new (pool);

      if (chunk == NULL)
        return NULL;
      chunk->class_index = class_index;
      pool->bump[class_index] = (gchar *) chunk + CHUNK_HEADER;
      pool->bump_end[class_index] = (gchar *) chunk + CHUNK_SIZE;
      _reel_poison (pool->bump[class_index], CHUNK_SIZE - CHUNK_HEADER);
    }
  else
    {
      pool->stats.n_hits++;
    }
  block = pool->bump[class_index];
  pool->bump[class_index] += size;
  return block;
}

static gpointer
large_alloc (ReelPool *pool,
             guint     class_index)
{
  /* Blocks that all began at the same place modulo a page would contend for the
   * same cache sets in loops over several of them. */
  gsize colour = (pool->stats.n_mallocs % 8) * 576;
  gsize size = CHUNK_HEADER + colour + class_size (class_index);
  Chunk *chunk = system_alloc (pool, size);

  if (chunk == NULL)
    return NULL;
  chunk->base = chunk;
  chunk->base_size = size;
  chunk->class_index = class_index;
  chunk->is_large = TRUE;
  link_chunk (pool, chunk);
  _reel_poison ((gchar *) chunk + CHUNK_HEADER, size - CHUNK_HEADER);
  return (gchar *) chunk + CHUNK_HEADER + colour;
}

static gpointer
new_block (ReelPool *pool,
           guint     class_index)
{
  return class_size (class_index) <= SMALL_MAX ? small_alloc (pool, class_index)
                                               : large_alloc (pool, class_index);
}

static void
release_large (ReelPool *pool,
               Chunk    *chunk)
{
  gpointer base = chunk->base;

  if (chunk->previous != NULL)
    chunk->previous->next = chunk->next;
  else
    pool->chunks = chunk->next;
  if (chunk->next != NULL)
    chunk->next->previous = chunk->previous;
  pool->n_chunks--;
  pool->stats.held_bytes -= chunk->base_size;
  _reel_unpoison (chunk, chunk->base_size);
  free (base);
}

static void
put_free (ReelPool *pool,
          Block    *block)
{
  Chunk *chunk = chunk_of (block);
  guint class_index = chunk->class_index;

  pool->live_bytes -= class_size (class_index);
  if (pool->shared && chunk->is_large && chunk->base_size >= SHARED_RETAIN_MAX)
    {
      release_large (pool, chunk);
      return;
    }
  block->next = pool->free_lists[class_index];
  pool->free_lists[class_index] = block;
}

static void
drain (ReelPool *pool)
{
  Block *block = atomic_exchange_explicit (&pool->foreign, NULL, memory_order_acquire);

  while (block != NULL)
    {
      Block *next = block->next;

      put_free (pool, block);
      block = next;
    }
}

/* Gives the free large blocks back; FALSE where there are none. */
static gboolean
release_free (ReelPool *pool)
{
  gboolean any = FALSE;

  drain (pool);
  for (guint i = class_of (SMALL_MAX) + 1; i < N_CLASSES; i++)
    while (pool->free_lists[i] != NULL)
      {
        Block *block = pool->free_lists[i];

        pool->free_lists[i] = block->next;
        release_large (pool, chunk_of (block));
        any = TRUE;
      }
  return any;
}

static void
pool_destroy (ReelPool *pool)
{
  Chunk *chunk = pool->chunks;
  Chunk *own = NULL;

  /* Parts of a huge page go with the part that owns it, so owners go last. */
  while (chunk != NULL)
    {
      Chunk *next = chunk->next;

      if (chunk->base != NULL)
        {
          chunk->next = own;
          own = chunk;
        }
      chunk = next;
    }
  while (own != NULL)
    {
      Chunk *next = own->next;
      gpointer base = own->base;

      /* (after which valgrind takes the header for undefined) */
      _reel_unpoison (own, own->base_size);
      free (base);
      own = next;
    }
  pthread_mutex_destroy (&pool->lock);
  free (pool);
}

ReelPool *
_reel_pool_new (void)
{
  gpointer memory;
  ReelPool *pool;

  if (posix_memalign (&memory, 64, sizeof (ReelPool)) != 0)
    return NULL;
  pool = memory;
  memset (pool, 0, sizeof *pool);
  pthread_mutex_init (&pool->lock, NULL);
  atomic_init (&pool->foreign, NULL);
  atomic_init (&pool->references, OWNER_BIAS);
  return pool;
}

void
_reel_pool_close (ReelPool *pool)
{
  gint64 change = pool->n_blocks - OWNER_BIAS;

  if (atomic_fetch_add_explicit (&pool->references, change, memory_order_acq_rel) +
      change == 0)
    pool_destroy (pool);
}

static ReelPool *shared_pool;
static pthread_once_t shared_once = PTHREAD_ONCE_INIT;

static void
lock_shared (void)
{
  pthread_mutex_lock (&shared_pool->lock);
}

static void
unlock_shared (void)
{
  pthread_mutex_unlock (&shared_pool->lock);
}

static void
shared_pool_init (void)
{
  shared_pool = _reel_pool_new ();
  if (shared_pool == NULL)
    return;
  shared_pool->shared = TRUE;
  /* As malloc does: a child must not inherit a lock that another thread held. */
  pthread_atfork (lock_shared, unlock_shared, unlock_shared);
}

ReelPool *
_reel_pool_get_shared (void)
{
  pthread_once (&shared_once, shared_pool_init);
  return shared_pool;
}

gpointer
_reel_pool_alloc (ReelPool *pool,
                  gsize     size)
{
  guint class_index;
  gpointer block;

  if (G_UNLIKELY (pool == NULL || size > (gsize) 1 << 45))
    return NULL;
  class_index = class_of (size);
  if (pool->shared)
    pthread_mutex_lock (&pool->lock);

  if (pool->free_lists[class_index] == NULL &&
      atomic_load_explicit (&pool->foreign, memory_order_relaxed) != NULL)
    drain (pool);
  if (pool->free_lists[class_index] != NULL)
    {
      Block *head = pool->free_lists[class_index];

      pool->free_lists[class_index] = head->next;
      pool->stats.n_hits++;
      block = head;
    }
  else
    {
      block = new_block (pool, class_index);
      /* What is kept for other sizes must not be what is missing here. */
      if (G_UNLIKELY (block == NULL) && release_free (pool))
        block = new_block (pool, class_index);
    }

  if (G_LIKELY (block != NULL))
    {
      pool->n_blocks++;
      pool->live_bytes += class_size (class_index);
      if (pool->live_bytes > pool->stats.peak_bytes)
        pool->stats.peak_bytes = pool->live_bytes;
      /* The free list's link is written into any block. */
      _reel_unpoison (block, MAX (size, LINK_SIZE));
    }
  if (pool->shared)
    pthread_mutex_unlock (&pool->lock);
  return block;
}

ReelPool *
_reel_pool_of (gconstpointer block)
{
  return chunk_of (block)->pool;
}

void
_reel_pool_free (gpointer block)
{
  Chunk *chunk = chunk_of (block);
  ReelPool *pool = chunk->pool;
  Block *link = block;
  Block *head;

  if (pool->shared)
    {
      pthread_mutex_lock (&pool->lock);
      _reel_poison ((gchar *) block + LINK_SIZE,
                    class_size (chunk->class_index) - LINK_SIZE);
      pool->n_blocks--;
      put_free (pool, link);
      pthread_mutex_unlock (&pool->lock);
      return;
    }
  _reel_poison ((gchar *) block + LINK_SIZE, class_size (chunk->class_index) - LINK_SIZE);
  head = atomic_load_explicit (&pool->foreign, memory_order_relaxed);
  do
    link->next = head;
  while (!atomic_compare_exchange_weak_explicit (&pool->foreign, &head, link,
                                                 memory_order_release,
                                                 memory_order_relaxed));
  if (atomic_fetch_sub_explicit (&pool->references, 1, memory_order_acq_rel) == 1)
    pool_destroy (pool);
}

void
_reel_pool_free_local (ReelPool *pool,
                       gpointer  block)
{
  Chunk *chunk = chunk_of (block);

  if (chunk->pool != pool || pool->shared)
    {
      _reel_pool_free (block);
      return;
    }
  _reel_poison ((gchar *) block + LINK_SIZE, class_size (chunk->class_index) - LINK_SIZE);
  pool->n_blocks--;
  put_free (pool, block);
}

void
_reel_pool_set_live (ReelPool *pool,
                     gpointer  block,
                     gboolean  live)
{
  gsize size = class_size (chunk_of (block)->class_index);

  pool->live_bytes += live ? size : -size;
}

void
_reel_pool_trim (ReelPool *pool)
{
  if (pool->shared)
    pthread_mutex_lock (&pool->lock);
  (void) release_free (pool);
  if (pool->shared)
    pthread_mutex_unlock (&pool->lock);
}

void
_reel_pool_set_limit (ReelPool *pool,
                      gsize     n_bytes)
{
  pool->limit = n_bytes;
}

gsize
_reel_pool_get_limit (ReelPool *pool)
{
  return pool->limit;
}

void
_reel_pool_get_stats (ReelPool      *pool,
                      ReelPoolStats *stats)
{
  if (pool->shared)
    pthread_mutex_lock (&pool->lock);
  drain (pool);
  *stats = pool->stats;
  stats->live_bytes = pool->live_bytes;
  if (pool->shared)
    pthread_mutex_unlock (&pool->lock);
}
