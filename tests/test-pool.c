/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/pool.h"
#include "base/shape.h"

#include <math.h>
#include <string.h>

/* What tensors stand on: memory, shapes and copies. */

#define N_BLOCKS 500
#define MEBIBYTE ((gsize) 1024 * 1024)

/* --- The pool --- */

static gsize
random_size (GRand *rand)
{
  /* as many small ones as large ones, in the logarithm */
  return (gsize) exp (g_rand_double_range (rand, 0, log (200000)));
}

static void
test_sizes (void)
{
  ReelPool *pool = _reel_pool_new ();
  GRand *rand = g_rand_new_with_seed (1);
  guchar *blocks[N_BLOCKS];
  gsize sizes[N_BLOCKS];

  for (guint i = 0; i < N_BLOCKS; i++)
    {
      sizes[i] = i < 300 ? i + 1 : random_size (rand);
      if (i % 5 == 0)
        sizes[i] = (sizes[i] + 63) & ~(gsize) 63;
      blocks[i] = _reel_pool_alloc (pool, sizes[i]);
      g_assert_nonnull (blocks[i]);
      g_assert_cmpuint ((guintptr) blocks[i] % (sizes[i] % 64 == 0 ? 64 : 16), ==, 0);
      g_assert_true (_reel_pool_of (blocks[i]) == pool);
      memset (blocks[i], (int) (i % 251), sizes[i]);
    }
  /* No block lies on another. */
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      for (gsize k = 0; k < sizes[i]; k++)
        if (blocks[i][k] != i % 251)
          g_error ("block %u of %zu bytes was overwritten at %zu", i, sizes[i], k);
      _reel_pool_free_local (pool, blocks[i]);
    }
  g_rand_free (rand);
  _reel_pool_close (pool);
}

static void
test_reuse (void)
{
  ReelPool *pool = _reel_pool_new ();
  gpointer blocks[N_BLOCKS];
  ReelPoolStats first, stats;

  for (guint round = 0; round < 3; round++)
    {
      GRand *rand = g_rand_new_with_seed (2);

      for (guint i = 0; i < N_BLOCKS; i++)
        blocks[i] = _reel_pool_alloc (pool, random_size (rand));
      _reel_pool_get_stats (pool, round == 0 ? &first : &stats);
      for (guint i = 0; i < N_BLOCKS; i++)
        _reel_pool_free_local (pool, blocks[(i * 7) % N_BLOCKS]);
      g_rand_free (rand);
    }
  g_assert_cmpuint (stats.n_mallocs, ==, first.n_mallocs);
  g_assert_cmpuint (stats.held_bytes, ==, first.held_bytes);
  g_assert_cmpuint (stats.peak_bytes, ==, first.peak_bytes);
  g_assert_cmpuint (stats.live_bytes, ==, first.live_bytes);
  g_assert_cmpuint (stats.n_hits, ==, first.n_hits + 2 * N_BLOCKS);
  g_assert_cmpuint (first.peak_bytes, ==, first.live_bytes);
  g_assert_cmpuint (first.held_bytes, >=, first.live_bytes);
  _reel_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.live_bytes, ==, 0);
  _reel_pool_close (pool);
}

typedef struct
{
  gpointer blocks[N_BLOCKS];
  guint begin;
  guint end;
} Work;

static gpointer
free_blocks (gpointer data)
{
  Work *work = data;

  for (guint i = work->begin; i < work->end; i++)
    _reel_pool_free (work->blocks[i]);
  return NULL;
}

static void
alloc_blocks (ReelPool *pool,
              Work     *work)
{
  GRand *rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < N_BLOCKS; i++)
    {
      gsize size = random_size (rand);

      work->blocks[i] = _reel_pool_alloc (pool, size);
      memset (work->blocks[i], 1, size);
    }
  work->begin = 0;
  work->end = N_BLOCKS;
  g_rand_free (rand);
}

static void
test_foreign (void)
{
  ReelPool *pool = _reel_pool_new ();
  ReelPoolStats before, after;
  Work work;

  alloc_blocks (pool, &work);
  _reel_pool_get_stats (pool, &before);
  for (guint round = 0; round < 5; round++)
    {
      g_thread_join (g_thread_new ("free", free_blocks, &work));
      alloc_blocks (pool, &work);
    }
  _reel_pool_get_stats (pool, &after);
  g_assert_cmpuint (after.n_mallocs, ==, before.n_mallocs);
  g_assert_cmpuint (after.live_bytes, ==, before.live_bytes);
  free_blocks (&work);
  _reel_pool_get_stats (pool, &after);
  g_assert_cmpuint (after.live_bytes, ==, 0);
  _reel_pool_close (pool);
}

/* Frees race with the owner's allocations and with the pool's closing. */
static void
test_closed (void)
{
  ReelPool *other = _reel_pool_new ();

  for (guint round = 0; round < 20; round++)
    {
      ReelPool *pool = _reel_pool_new ();
      Work halves[2];
      GThread *threads[2];

      alloc_blocks (pool, &halves[0]);
      halves[1] = halves[0];
      halves[0].begin = 10;
      halves[0].end = halves[1].begin = N_BLOCKS / 2;
      threads[0] = g_thread_new ("free", free_blocks, &halves[0]);
      for (guint i = 0; i < 10; i++)
        _reel_pool_free_local (i % 2 == 0 ? pool : other, halves[0].blocks[i]);
      for (guint i = 0; i < 200; i++)
        _reel_pool_free_local (pool, _reel_pool_alloc (pool, i * 100));
      if (round % 2 == 0)
        _reel_pool_close (pool);
      threads[1] = g_thread_new ("free", free_blocks, &halves[1]);
      if (round % 2 == 1)
        _reel_pool_close (pool);
      g_thread_join (threads[0]);
      g_thread_join (threads[1]);
    }
  _reel_pool_close (other);
}

static void
test_limit (void)
{
  ReelPool *pool = _reel_pool_new ();
  gpointer blocks[64];
  guint n = 0;
  ReelPoolStats stats;

  _reel_pool_set_limit (pool, MEBIBYTE);
  g_assert_null (_reel_pool_alloc (pool, 2 * MEBIBYTE));
  while (n < G_N_ELEMENTS (blocks) &&
         (blocks[n] = _reel_pool_alloc (pool, 100 * 1024)) != NULL)
    n++;
  /* each takes 112 KiB, and a little */
  g_assert_cmpuint (n, >=, 8);
  g_assert_cmpuint (n, <=, 9);
  _reel_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.held_bytes, <=, MEBIBYTE);
  _reel_pool_free_local (pool, blocks[0]);
  blocks[0] = _reel_pool_alloc (pool, 100 * 1024);
  g_assert_nonnull (blocks[0]);
  /* what is kept free for one size makes room for another */
  for (guint i = 0; i < 4; i++)
    _reel_pool_free_local (pool, blocks[--n]);
  blocks[n] = _reel_pool_alloc (pool, 300 * 1024);
  g_assert_nonnull (blocks[n]);
  n++;
  _reel_pool_set_limit (pool, 0);
  blocks[n] = _reel_pool_alloc (pool, 2 * MEBIBYTE);
  g_assert_nonnull (blocks[n]);
  for (guint i = 0; i <= n; i++)
    _reel_pool_free_local (pool, blocks[i]);
  _reel_pool_close (pool);
}

static void
test_trim (void)
{
  ReelPool *pool = _reel_pool_new ();
  gpointer small = _reel_pool_alloc (pool, 1000);
  gpointer large = _reel_pool_alloc (pool, 4 * MEBIBYTE);
  gpointer kept = _reel_pool_alloc (pool, MEBIBYTE);
  ReelPoolStats stats;
  guint64 held;

  memset (kept, 1, MEBIBYTE);
  _reel_pool_get_stats (pool, &stats);
  held = stats.held_bytes;
  _reel_pool_free (large);      /* as if by another thread */
  _reel_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.held_bytes, ==, held);
  _reel_pool_trim (pool);
  _reel_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.held_bytes, <=, held - 4 * MEBIBYTE);
  g_assert_cmpuint (stats.held_bytes, >=, MEBIBYTE);
  g_assert_cmpint (((gchar *) kept)[MEBIBYTE - 1], ==, 1);
  _reel_pool_free_local (pool, small);
  _reel_pool_free_local (pool, kept);
  _reel_pool_trim (pool);
  _reel_pool_close (pool);
}

static gpointer
churn_shared (gpointer data)
{
  ReelPool *pool = _reel_pool_get_shared ();
  GRand *rand = g_rand_new_with_seed ((guint32) GPOINTER_TO_UINT (data));

  for (guint i = 0; i < 2000; i++)
    {
      gsize size = random_size (rand);
      guchar *block = _reel_pool_alloc (pool, size);

      block[0] = block[size - 1] = (guchar) i;
      _reel_pool_free (block);
    }
  g_rand_free (rand);
  return NULL;
}

static void
test_shared (void)
{
  ReelPool *pool = _reel_pool_get_shared ();
  ReelPoolStats before, after;
  GThread *threads[4];
  gpointer block;

  g_assert_nonnull (pool);
  g_assert_true (_reel_pool_get_shared () == pool);
  _reel_pool_get_stats (pool, &before);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn_shared, GUINT_TO_POINTER (i));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  _reel_pool_get_stats (pool, &after);
  g_assert_cmpuint (after.live_bytes, ==, before.live_bytes);

  /* A large leaf's memory is gone with it. */
  _reel_pool_get_stats (pool, &before);
  block = _reel_pool_alloc (pool, 16 * MEBIBYTE);
  _reel_pool_free_local (pool, block);
  _reel_pool_get_stats (pool, &after);
  g_assert_cmpuint (after.held_bytes, ==, before.held_bytes);
}

static void
test_absurd (void)
{
  ReelPool *pool = _reel_pool_new ();

  g_assert_null (_reel_pool_alloc (pool, G_MAXSIZE));
  g_assert_null (_reel_pool_alloc (pool, G_MAXSIZE / 2 + 2));
  g_assert_null (_reel_pool_alloc (pool, ((gsize) 1 << 45) + 1));
  g_assert_null (_reel_pool_alloc (NULL, 1));
  _reel_pool_close (pool);
}

/* --- Shapes --- */

static void
test_count (void)
{
  const gint64 large[] = { G_MAXINT64 / 2, 2, 0, 5 };
  const gint64 negative[] = { 2, -1 };
  const gint64 eleven[11] = { 1 };
  GError *error = NULL;
  gint64 n;
  gsize bytes;

  g_assert_true (_reel_shape_count (REEL_SHAPE (2, 3, 4), 8, &n, &bytes, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 24);
  g_assert_cmpuint (bytes, ==, 192);
  g_assert_true (_reel_shape_count (REEL_SCALAR_SHAPE, 4, &n, NULL, &error));
  g_assert_cmpint (n, ==, 1);
  g_assert_true (_reel_shape_count (4, large, 8, &n, &bytes, &error));
  g_assert_cmpint (n, ==, 0);
  g_assert_cmpuint (bytes, ==, 0);

  g_assert_false (_reel_shape_count (2, large, 8, &n, &bytes, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (_reel_shape_count (REEL_SHAPE (G_MAXINT64, 3), 1, &n, &bytes, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (_reel_shape_count (2, negative, 8, &n, &bytes, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (_reel_shape_count (11, eleven, 8, &n, &bytes, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
  g_clear_error (&error);
}

static void
test_axis (void)
{
  GError *error = NULL;
  guint axis;

  g_assert_true (_reel_axis_from_front (2, 3, &axis, &error));
  g_assert_cmpuint (axis, ==, 2);
  g_assert_true (_reel_axis_from_front (-3, 3, &axis, &error));
  g_assert_cmpuint (axis, ==, 0);
  for (guint rank = 0; rank < 4; rank++)
    {
      g_assert_false (_reel_axis_from_front (rank, rank, &axis, &error));
      g_assert_error (error, REEL_ERROR, REEL_ERROR_INDEX);
      g_clear_error (&error);
      g_assert_false (_reel_axis_from_front (-(gint64) rank - 1, rank, &axis, &error));
      g_assert_error (error, REEL_ERROR, REEL_ERROR_INDEX);
      g_clear_error (&error);
    }
}

static void
test_broadcast (void)
{
  const gint64 column[] = { 3, 1 };
  const gint64 three[] = { 2, 1, 4 };
  const gint64 empty[] = { 0 };
  const gint64 strides[] = { 1, 7 };
  ReelArray array = { NULL, REEL_F32, 2, column, strides };
  gint64 shape[REEL_MAX_AXES], result[REEL_MAX_AXES];
  guint rank;

  g_assert_true (_reel_shape_broadcast (2, column, 3, three, &rank, shape));
  g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (2, 3, 4)));
  g_assert_true (_reel_shape_broadcast (3, three, 2, column, &rank, shape));
  g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (2, 3, 4)));
  _reel_shape_broadcast_strides (&array, rank, shape, result);
  g_assert_true (_reel_shape_equal (3, result, REEL_SHAPE (0, 1, 0)));
  g_assert_true (_reel_shape_broadcast (0, NULL, 3, three, &rank, shape));
  g_assert_true (_reel_shape_equal (rank, shape, 3, three));
  g_assert_true (_reel_shape_broadcast (2, column, 1, empty, &rank, shape));
  g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (3, 0)));
  /* The result may replace an operand. */
  memcpy (shape, column, sizeof column);
  g_assert_true (_reel_shape_broadcast (2, shape, 3, three, &rank, shape));
  g_assert_true (_reel_shape_equal (rank, shape, REEL_SHAPE (2, 3, 4)));
  g_assert_false (_reel_shape_broadcast (REEL_SHAPE (2, 3), REEL_SHAPE (2, 4), &rank, shape));
  g_assert_false (_reel_shape_broadcast (REEL_SHAPE (2), REEL_SHAPE (0), &rank, shape));
}

static gint64
offset_of (gint64        number,
           guint         rank,
           const gint64 *shape,
           const gint64 *strides)
{
  gint64 offset = 0;

  for (guint i = rank; i-- > 0;)
    {
      offset += number % shape[i] * strides[i];
      number /= shape[i];
    }
  return offset;
}

/* Random shapes, and strides as views have them: of a permuted, stepped, flipped or
 * expanded contiguous array. Returns how many elements they span; *first is
 * where element 0 lies in them. */
static gint64
random_layout (GRand        *rand,
               guint         rank,
               const gint64 *shape,
               gboolean      may_expand,
               gint64       *strides,
               gint64       *first)
{
  guint order[REEL_MAX_AXES];
  gint64 stride = 1;

  for (guint i = 0; i < rank; i++)
    order[i] = i;
  if (g_rand_boolean (rand))
    for (guint i = rank; i > 1; i--)
      {
        guint j = (guint) g_rand_int_range (rand, 0, (gint32) i);
        guint swap = order[i - 1];

        order[i - 1] = order[j];
        order[j] = swap;
      }
  *first = 0;
  for (guint i = rank; i-- > 0;)
    {
      guint axis = order[i];

      if (may_expand && g_rand_int_range (rand, 0, 6) == 0)
        {
          strides[axis] = 0;
          continue;
        }
      if (g_rand_int_range (rand, 0, 5) == 0)
        stride *= 2;
      strides[axis] = stride;
      stride *= MAX (shape[axis], 1);
      if (g_rand_int_range (rand, 0, 5) == 0)
        {
          *first += strides[axis] * MAX (shape[axis] - 1, 0);
          strides[axis] = -strides[axis];
        }
    }
  return stride;
}

static void
test_view_strides (void)
{
  static const gint64 sizes[] = { 1, 1, 2, 2, 3, 4, 6 };
  GRand *rand = g_rand_new_with_seed (4);
  guint n_views = 0, n_copies = 0;

  for (guint trial = 0; trial < 20000; trial++)
    {
      gint64 shape[5], strides[5], new_shape[8], new_strides[8], expected[8];
      guint rank = (guint) g_rand_int_range (rand, 0, 6);
      guint new_rank = 0;
      gint64 n = 1, rest, first;
      gboolean possible = TRUE;

      for (guint i = 0; i < rank; i++)
        {
          shape[i] = sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))];
          n *= shape[i];
        }
      random_layout (rand, rank, shape, TRUE, strides, &first);
      /* Any factors of n, ones among them */
      for (rest = n; new_rank < 7 && (rest > 1 || g_rand_boolean (rand));)
        {
          gint64 size = sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))];

          if (new_rank == 6)
            size = rest;
          if (rest % size != 0)
            continue;
          new_shape[new_rank++] = size;
          rest /= size;
        }
      if (rest != 1)
        continue;

      /* The neighbour along each axis leaves no choice. */
      for (guint k = 0; k < new_rank; k++)
        {
          gint64 neighbour = 1;

          for (guint i = k + 1; i < new_rank; i++)
            neighbour *= new_shape[i];
          expected[k] = new_shape[k] == 1
                        ? 0 : offset_of (neighbour, rank, shape, strides);
        }
      for (gint64 e = 0; e < n && possible; e++)
        possible = offset_of (e, rank, shape, strides) ==
                   offset_of (e, new_rank, new_shape, expected);

      g_assert_cmpint (_reel_shape_view_strides (rank, shape, strides, new_rank, new_shape,
                                                 new_strides), ==, possible);
      for (gint64 e = 0; e < n && possible; e++)
        g_assert_cmpint (offset_of (e, new_rank, new_shape, new_strides), ==,
                         offset_of (e, rank, shape, strides));
      n_views += possible;
      n_copies += !possible;
    }
  /* Both answers were needed. */
  g_assert_cmpuint (n_views, >, 2000);
  g_assert_cmpuint (n_copies, >, 2000);
  g_rand_free (rand);
}

static void
test_contiguous (void)
{
  const gint64 shape[] = { 2, 1, 3 };
  const gint64 huge[] = { 0, G_MAXINT64 / 2, G_MAXINT64 / 2, 4 };
  gint64 strides[4];

  _reel_shape_contiguous_strides (3, shape, strides);
  g_assert_true (_reel_shape_equal (3, strides, REEL_SHAPE (3, 3, 1)));
  g_assert_true (_reel_shape_is_contiguous (3, shape, strides));
  strides[1] = -5;              /* of no consequence: one element */
  g_assert_true (_reel_shape_is_contiguous (3, shape, strides));
  strides[0] = 4;
  g_assert_false (_reel_shape_is_contiguous (3, shape, strides));
  strides[0] = 3;
  strides[2] = 0;
  g_assert_false (_reel_shape_is_contiguous (3, shape, strides));
  _reel_shape_contiguous_strides (4, huge, strides);
  g_assert_true (_reel_shape_is_contiguous (4, huge, strides));
}

/* --- Copies --- */

static void
check_copy (GRand        *rand,
            guint         rank,
            const gint64 *shape,
            ReelDType     dtype)
{
  gsize size = reel_dtype_get_size (dtype);
  gint64 from_strides[REEL_MAX_AXES], to_strides[REEL_MAX_AXES], from_first, to_first;
  gint64 n_from = random_layout (rand, rank, shape, TRUE, from_strides, &from_first);
  gint64 n_to = random_layout (rand, rank, shape, FALSE, to_strides, &to_first);
  guchar *from = g_malloc ((gsize) n_from * size);
  guchar *to = g_malloc ((gsize) n_to * size);
  guchar *expected = g_malloc ((gsize) n_to * size);
  ReelArray source = { from + (gsize) from_first * size, dtype, rank, shape, from_strides };
  ReelArray destination = { to + (gsize) to_first * size, dtype, rank, shape, to_strides };
  gint64 n = 1;

  for (guint i = 0; i < rank; i++)
    n *= shape[i];
  for (gsize i = 0; i < (gsize) n_from * size; i++)
    from[i] = (guchar) g_rand_int (rand);
  memset (to, 0x55, (gsize) n_to * size);
  memset (expected, 0x55, (gsize) n_to * size);
  for (gint64 e = 0; e < n; e++)
    memcpy (expected + (to_first + offset_of (e, rank, shape, to_strides)) * (gint64) size,
            from + (from_first + offset_of (e, rank, shape, from_strides)) * (gint64) size,
            size);
  _reel_copy_array (&destination, &source);
  g_assert_cmpint (memcmp (to, expected, (gsize) n_to * size), ==, 0);
  g_free (from);
  g_free (to);
  g_free (expected);
}

static void
test_copy (void)
{
  static const ReelDType dtypes[] = { REEL_U8, REEL_F32, REEL_F64 };
  GRand *rand = g_rand_new_with_seed (5);
  gint64 shape[REEL_MAX_AXES];

  for (guint trial = 0; trial < 6000; trial++)
    {
      guint rank = (guint) g_rand_int_range (rand, 0, 7);

      for (guint i = 0; i < rank; i++)
        shape[i] = g_rand_int_range (rand, trial % 10 == 0 ? 0 : 1, 5);
      check_copy (rand, rank, shape, dtypes[trial % 3]);
    }
  /* Longer than tiles, on both sides of a multiple */
  for (guint trial = 0; trial < 600; trial++)
    {
      shape[0] = g_rand_int_range (rand, 1, 4);
      shape[1] = g_rand_int_range (rand, 1, 40);
      shape[2] = g_rand_int_range (rand, 1, 40);
      check_copy (rand, 3, shape, dtypes[trial % 3]);
    }
  g_rand_free (rand);
}

/* A plain transposition of known numbers, and a smaller source, broadcast */
static void
test_copy_transposed (void)
{
  gint32 from[7 * 5], to[5 * 7];
  const gint64 shape[] = { 5, 7 };
  const gint64 transposed[] = { 1, 5 };
  const gint64 rows[] = { 7, 1 };
  const gint64 row_shape[] = { 7 };
  const gint64 row_stride[] = { 1 };
  ReelArray source = { from, REEL_I32, 2, shape, transposed };
  ReelArray row = { from, REEL_I32, 1, row_shape, row_stride };
  ReelArray destination = { to, REEL_I32, 2, shape, rows };

  for (gint i = 0; i < 35; i++)
    from[i] = i;
  _reel_copy_array (&destination, &source);
  for (gint i = 0; i < 5; i++)
    for (gint j = 0; j < 7; j++)
      g_assert_cmpint (to[i * 7 + j], ==, j * 5 + i);
  _reel_copy_array (&destination, &row);
  for (gint i = 0; i < 35; i++)
    g_assert_cmpint (to[i], ==, i % 7);
}

/* Walking a loop run by run, and jumping into it, agree. */
static void
test_loop (void)
{
  GRand *rand = g_rand_new_with_seed (6);

  for (guint trial = 0; trial < 500; trial++)
    {
      gint64 shape[6], a[6], b[6], first;
      const gint64 *strides[2] = { a, b };
      guint rank = (guint) g_rand_int_range (rand, 0, 7);
      gint64 index[REEL_MAX_AXES] = { 0 }, jumped[REEL_MAX_AXES];
      gint64 offsets[2] = { 0, 0 }, expected[2];
      gint64 n = 1;
      ReelLoop loop;

      for (guint i = 0; i < rank; i++)
        n *= shape[i] = g_rand_int_range (rand, 1, 4);
      random_layout (rand, rank, shape, TRUE, a, &first);
      random_layout (rand, rank, shape, TRUE, b, &first);
      _reel_loop_init (&loop, rank, shape, 2, strides);
      g_assert_cmpint (loop.n_outer * loop.shape[loop.rank - 1], ==, n);
      for (gint64 outer = 0; outer < loop.n_outer; outer++)
        {
          gint64 run = loop.shape[loop.rank - 1];

          _reel_loop_offsets (&loop, outer, expected);
          _reel_loop_index (&loop, outer, jumped);
          g_assert_cmpmem (offsets, sizeof offsets, expected, sizeof expected);
          for (guint i = 0; i + 1 < loop.rank; i++)
            g_assert_cmpint (index[i], ==, jumped[i]);
          for (gint64 i = 0; i < run; i++)
            for (guint k = 0; k < 2; k++)
              g_assert_cmpint (offsets[k] + i * loop.strides[k][loop.rank - 1], ==,
                               offset_of (outer * run + i, rank, shape, strides[k]));
          _reel_loop_next (&loop, index, offsets);
        }
    }
  g_rand_free (rand);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/sizes", test_sizes);
  g_test_add_func ("/pool/reuse", test_reuse);
  g_test_add_func ("/pool/foreign", test_foreign);
  g_test_add_func ("/pool/closed", test_closed);
  g_test_add_func ("/pool/limit", test_limit);
  g_test_add_func ("/pool/trim", test_trim);
  g_test_add_func ("/pool/shared", test_shared);
  g_test_add_func ("/pool/absurd", test_absurd);
  g_test_add_func ("/shape/count", test_count);
  g_test_add_func ("/shape/axis", test_axis);
  g_test_add_func ("/shape/broadcast", test_broadcast);
  g_test_add_func ("/shape/view-strides", test_view_strides);
  g_test_add_func ("/shape/contiguous", test_contiguous);
  g_test_add_func ("/copy/random", test_copy);
  g_test_add_func ("/copy/transposed", test_copy_transposed);
  g_test_add_func ("/copy/loop", test_loop);
  return g_test_run ();
}
