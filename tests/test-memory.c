/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/poison.h"
#include "base/pool.h"

#include <string.h>

/* A pool keeps what is freed, so a stale read would go unnoticed if the pool did
 * not tell AddressSanitizer and valgrind. */

#define BLOCK_SIZE 4096
#define LARGE_SIZE (300 * 1024 + 64)

/* A read that no compiler takes away */
static guchar
peek (const guchar *memory)
{
  return *(const volatile guchar *) memory;
}

#ifdef REEL_HAVE_ASAN

static void
expect_poisoned (const guchar *memory)
{
  if (g_test_subprocess ())
    {
      peek (memory);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*use-after-poison*");
}

static gboolean
can_check (void)
{
  return TRUE;
}

#elif defined(HAVE_VALGRIND_MEMCHECK_H)

static gboolean
is_addressable (const guchar *memory)
{
  guchar bits;

  /* unlike a read, not an error of the program */
  return VALGRIND_GET_VBITS (memory, &bits, 1) == 1;
}

static void
expect_poisoned (const guchar *memory)
{
  g_assert_false (is_addressable (memory));
}

static gboolean
can_check (void)
{
  guchar readable = 0;

  if (RUNNING_ON_VALGRIND)
    {
      g_assert_true (is_addressable (&readable));
      return TRUE;
    }
  g_test_skip ("neither AddressSanitizer nor valgrind watches");
  return FALSE;
}

#else

static void
expect_poisoned (const guchar *memory)
{
}

static gboolean
can_check (void)
{
  g_test_skip ("built without AddressSanitizer and without valgrind's headers");
  return FALSE;
}

#endif

/* The far end of a freed block: its first bytes hold the free list's link. */
static void
check_freed (ReelPool *pool,
             gsize     size,
             gboolean  local)
{
  guchar *block = _reel_pool_alloc (pool, size);

  memset (block, 1, size);
  g_assert_cmpint (peek (block + size - 1), ==, 1);
  if (local)
    _reel_pool_free_local (pool, block);
  else
    _reel_pool_free (block);
  expect_poisoned (block + size - 1);
}

static void
test_small (void)
{
  ReelPool *pool;

  if (!can_check ())
    return;
  pool = _reel_pool_new ();
  check_freed (pool, BLOCK_SIZE, TRUE);
  _reel_pool_close (pool);
}

static void
test_large (void)
{
  ReelPool *pool;

  if (!can_check ())
    return;
  pool = _reel_pool_new ();
  check_freed (pool, LARGE_SIZE, TRUE);
  _reel_pool_close (pool);
}

static void
test_foreign (void)
{
  ReelPool *pool;

  if (!can_check ())
    return;
  pool = _reel_pool_new ();
  check_freed (pool, BLOCK_SIZE, FALSE);
  _reel_pool_close (pool);
}

static void
test_shared (void)
{
  if (can_check ())
    check_freed (_reel_pool_get_shared (), BLOCK_SIZE, FALSE);
}

/* Reading behind the end, in memory that the pool has not given out */
static void
check_behind (gsize size)
{
  ReelPool *pool = _reel_pool_new ();
  guchar *block = _reel_pool_alloc (pool, size);

  memset (block, 1, size);
  expect_poisoned (block + size);
  _reel_pool_free_local (pool, block);
  _reel_pool_close (pool);
}

static void
test_behind_small (void)
{
  if (can_check ())
    check_behind (BLOCK_SIZE + 64);
}

static void
test_behind_large (void)
{
  if (can_check ())
    check_behind (LARGE_SIZE);
}

/* What is given out again may be used, all of it. */
static void
test_reused (void)
{
  static const gsize sizes[] = { 1, 16, 64, 100, BLOCK_SIZE, LARGE_SIZE };
  ReelPool *pool = _reel_pool_new ();

  for (guint round = 0; round < 3; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        guchar *block = _reel_pool_alloc (pool, sizes[i]);

        memset (block, 1, sizes[i]);
        g_assert_cmpint (peek (block + sizes[i] - 1), ==, 1);
        _reel_pool_free_local (pool, block);
      }
  _reel_pool_close (pool);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/memory/freed/small", test_small);
  g_test_add_func ("/memory/freed/large", test_large);
  g_test_add_func ("/memory/freed/foreign", test_foreign);
  g_test_add_func ("/memory/freed/shared", test_shared);
  g_test_add_func ("/memory/behind/small", test_behind_small);
  g_test_add_func ("/memory/behind/large", test_behind_large);
  g_test_add_func ("/memory/reused", test_reused);
  return g_test_run ();
}
