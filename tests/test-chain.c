/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

#include <unistd.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* A tape of ten million nodes records, sweeps and frees: without recursion, and in
 * at most 160 bytes a node with its value. */

#define N_NODES 10000000
#define MOST_BYTES 160

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
  __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static gboolean
can_run (void)
{
  const gchar *sanitizers = g_getenv ("REEL_SANITIZERS");

#ifdef SANITIZED
  g_test_skip ("too large for a sanitizer");
  return FALSE;
#endif
  if ((sanitizers != NULL && *sanitizers != '\0') || RUNNING_ON_VALGRIND)
    {
      g_test_skip ("too large for a sanitizer");
      return FALSE;
    }
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
  if ((gdouble) sysconf (_SC_PHYS_PAGES) * (gdouble) sysconf (_SC_PAGESIZE) < 4e9)
    {
      g_test_skip ("less than 4 GB of memory");
      return FALSE;
    }
#endif
  return TRUE;
}

static void
test_chain (void)
{
  g_autoptr (ReelTape) tape = NULL;
  g_autoptr (ReelTensor) x = NULL;
  g_autoptr (ReelTensor) one = NULL;
  g_autoptr (GError) error = NULL;
  ReelTapeStats recorded, swept;
  ReelTensor *y;
  gint64 begin, middle, end;

  if (!can_run ())
    return;
  x = reel_tensor_new_scalar (REEL_F32, 1, &error);
  one = reel_tensor_new_scalar (REEL_F32, 1, &error);
  g_assert_no_error (error);
  reel_tensor_set_requires_grad (x, TRUE);
  tape = reel_tape_new ();
  reel_tape_push (tape);

  begin = g_get_monotonic_time ();
  y = x;
  for (guint i = 0; i < N_NODES; i++)
    y = reel_add (y, one);
  middle = g_get_monotonic_time ();
  g_assert_cmpfloat (reel_tensor_get_scalar (y), ==, N_NODES + 1.);
  recorded = stats_of (tape);
  g_assert_cmpuint (recorded.n_nodes, ==, N_NODES);

  assert_backward (y);
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_tensor_get_grad (x)), ==, 1);
  swept = stats_of (tape);
  /* and a slot for each value in the sweep's array, which is not of the pool */
  g_assert_cmpuint (swept.peak_bytes + N_NODES * sizeof (gpointer), <=,
                    (guint64) N_NODES * MOST_BYTES);
  g_assert_cmpuint (swept.held_bytes + N_NODES * sizeof (gpointer), <=,
                    (guint64) N_NODES * MOST_BYTES);
  g_assert_cmpuint (swept.n_nodes, ==, N_NODES);

  reset (tape);
  end = g_get_monotonic_time ();
  g_test_message ("%.1f bytes and %.0f + %.0f ns a node", (gdouble) swept.peak_bytes / N_NODES,
                  (gdouble) (middle - begin) * 1e3 / N_NODES,
                  (gdouble) (end - middle) * 1e3 / N_NODES);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);
  g_assert_cmpuint (stats_of (tape).live_bytes, <, recorded.live_bytes / 10);

  /* once more in the same memory */
  y = x;
  for (guint i = 0; i < 1000; i++)
    y = reel_add (y, one);
  assert_backward (y);
  g_assert_cmpfloat (reel_tensor_get_scalar (reel_tensor_get_grad (x)), ==, 2);
  reel_tape_pop (tape);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chain/ten-million-adds", test_chain);
  return g_test_run ();
}
