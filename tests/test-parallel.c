/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/parallel.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <reel/reel-threads.h>

/* ThreadSanitizer refuses threads in a forked child unless asked; the child here
 * starts with a pool of its own, which is what is to be tested. */
const char *__tsan_default_options (void);
const char *
__tsan_default_options (void)
{
  return "die_after_fork=0";
}

/* Seconds until a thread that waits for another gives up; a forked child that
 * hangs is ended by the kernel after twice as long. */
#define PATIENCE 30

typedef struct
{
  gint64 n;
  gint64 grain;
  atomic_int *runs;             /* of each part */
  atomic_int n_wrong;           /* parts given the wrong range */
} Tally;

static gint64
count_parts (gint64 n,
             gint64 grain)
{
  return n / grain + (n % grain != 0);
}

static void
tally_part (gint64   part,
            gint64   begin,
            gint64   end,
            gpointer data)
{
  Tally *tally = data;

  if (part < 0 || part >= count_parts (tally->n, tally->grain) ||
      begin != part * tally->grain ||
      end != MIN (tally->n, begin + tally->grain))
    atomic_fetch_add (&tally->n_wrong, 1);
  else
    atomic_fetch_add (&tally->runs[part], 1);
}

/* How many parts were not run exactly once, or not as they should be. */
static gint64
count_mistakes (gint64 n,
                gint64 grain)
{
  gint64 n_parts = count_parts (n, grain);
  Tally tally = { .n = n, .grain = grain };
  gint64 mistakes;

  tally.runs = g_new0 (atomic_int, n_parts + 1);
  _reel_parallel_for (n, grain, tally_part, &tally);
  mistakes = atomic_load (&tally.n_wrong);
  for (gint64 part = 0; part < n_parts; part++)
    mistakes += atomic_load (&tally.runs[part]) != 1;
  g_free (tally.runs);
  return mistakes;
}

/* Must be the first test: the default is looked up once. */
static void
test_default (void)
{
  g_assert_cmpuint (reel_get_n_threads (), ==, 3);
  g_setenv ("REEL_NUM_THREADS", "5", TRUE);
  g_assert_cmpuint (reel_get_n_threads (), ==, 3);

  reel_set_n_threads (0);
  g_assert_cmpuint (reel_get_n_threads (), >=, 1);
  g_assert_cmpuint (reel_get_n_threads (), <=, g_get_num_processors ());
  reel_set_n_threads (7);
  g_assert_cmpuint (reel_get_n_threads (), ==, 7);
  reel_set_n_threads (G_MAXUINT);
  g_assert_cmpuint (reel_get_n_threads (), >, 7);
  g_assert_cmpuint (reel_get_n_threads (), <=, 4096);
}

static void
must_not_run (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  g_assert_not_reached ();
}

static void
test_every_part_once (void)
{
  static const gint64 sizes[] = { 1, 2, 3, 7, 8, 63, 64, 65, 1000, 4097 };
  static const gint64 grains[] = { 1, 2, 3, 64, 100, 5000 };
  static const guint n_threads[] = { 1, 2, 3, 8, 20 };

  for (gsize t = 0; t < G_N_ELEMENTS (n_threads); t++)
    {
      reel_set_n_threads (n_threads[t]);
      _reel_parallel_for (0, 16, must_not_run, NULL);
      _reel_parallel_for (-1, 16, must_not_run, NULL);
      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
        for (gsize g = 0; g < G_N_ELEMENTS (grains); g++)
          g_assert_cmpint (count_mistakes (sizes[s], grains[g]), ==, 0);
    }
}

static void
record_range (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  gint64 *ranges = data;

  ranges[2 * part] = begin;
  ranges[2 * part + 1] = end;
}

/* begin + grain would overflow. */
static void
test_huge (void)
{
  gint64 grain = G_MAXINT64 / 2 + 2;
  gint64 ranges[4] = { 0 };

  reel_set_n_threads (2);
  _reel_parallel_for (G_MAXINT64, grain, record_range, ranges);
  g_assert_cmpint (ranges[0], ==, 0);
  g_assert_cmpint (ranges[1], ==, grain);
  g_assert_cmpint (ranges[2], ==, grain);
  g_assert_cmpint (ranges[3], ==, G_MAXINT64);

  _reel_parallel_for (5, G_MAXINT64, record_range, ranges);
  g_assert_cmpint (ranges[0], ==, 0);
  g_assert_cmpint (ranges[1], ==, 5);
}

typedef struct
{
  int n_wanted;
  atomic_int n_come;
  atomic_int n_given_up;
} Meeting;

/* Holds this thread until `n_wanted` of them are here. */
static void
meet (gint64   part,
      gint64   begin,
      gint64   end,
      gpointer data)
{
  Meeting *meeting = data;
  gint64 deadline = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;

  atomic_fetch_add (&meeting->n_come, 1);
  while (atomic_load (&meeting->n_come) < meeting->n_wanted)
    {
      if (g_get_monotonic_time () > deadline)
        {
          atomic_fetch_add (&meeting->n_given_up, 1);
          return;
        }
      g_usleep (100);
    }
}

/* The pool does work in parallel: the parts wait for each other. Also after all
 * its threads have long been asleep. */
static void
test_parallel (void)
{
  for (int n_threads = 2; n_threads <= 8; n_threads += 3)
    {
      reel_set_n_threads ((guint) n_threads);
      for (int repeat = 0; repeat < 3; repeat++)
        {
          Meeting meeting = { .n_wanted = n_threads };

          _reel_parallel_for (n_threads, 1, meet, &meeting);
          g_assert_cmpint (atomic_load (&meeting.n_given_up), ==, 0);
          g_usleep (2000);
        }
    }
}

/* Which threads took part. Without g_thread_self (), which gives every thread
 * memory that a forked child loses. */
typedef struct
{
  pthread_mutex_t mutex;
  pthread_t threads[100];
  guint n_threads;
} Census;

static void
count_me (gint64   part,
          gint64   begin,
          gint64   end,
          gpointer data)
{
  Census *census = data;
  pthread_t self = pthread_self ();
  guint i = 0;

  pthread_mutex_lock (&census->mutex);
  while (i < census->n_threads && !pthread_equal (census->threads[i], self))
    i++;
  census->threads[i] = self;
  census->n_threads = MAX (census->n_threads, i + 1);
  pthread_mutex_unlock (&census->mutex);
  g_usleep (200);
}

/* Threads left from when more were wanted stay out. */
static void
test_fewer_threads (void)
{
  reel_set_n_threads (8);
  g_assert_cmpint (count_mistakes (1000, 1), ==, 0);

  for (guint n_threads = 3; n_threads >= 1; n_threads--)
    {
      Census census = { .mutex = PTHREAD_MUTEX_INITIALIZER };

      reel_set_n_threads (n_threads);
      _reel_parallel_for (G_N_ELEMENTS (census.threads), 1, count_me, &census);
      g_assert_cmpuint (census.n_threads, <=, n_threads);
    }
}

typedef struct
{
  pthread_t thread;
  gint64 next;
  gboolean wrong;
} Inner;

static void
inner_part (gint64   part,
            gint64   begin,
            gint64   end,
            gpointer data)
{
  Inner *inner = data;

  if (part != inner->next++ || !pthread_equal (pthread_self (), inner->thread))
    inner->wrong = TRUE;
  g_usleep (10);                /* time for another thread to come in */
}

static void
outer_part (gint64   part,
            gint64   begin,
            gint64   end,
            gpointer data)
{
  gint64 *n_inner = data;

  for (gint64 i = begin; i < end; i++)
    {
      Inner inner = { .thread = pthread_self () };

      _reel_parallel_for (100, 3, inner_part, &inner);
      n_inner[i] = inner.wrong ? -1 : inner.next;
    }
}

static void
test_nested (void)
{
  static const gint64 sizes[] = { 1, 50 };      /* one part, many */

  reel_set_n_threads (4);
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gint64 n_inner[50] = { 0 };

      _reel_parallel_for (sizes[s], 1, outer_part, n_inner);
      for (gint64 i = 0; i < sizes[s]; i++)
        g_assert_cmpint (n_inner[i], ==, 34);
    }
}

#define N_CALLERS 4
#define N_CALLS 300

static gpointer
call_many_times (gpointer data)
{
  gint64 mistakes = 0;

  for (gint i = 0; i < N_CALLS; i++)
    {
      mistakes += count_mistakes (100 + i, 7);
      if (data != NULL)
        reel_set_n_threads (1 + (guint) i % 9);
    }
  return GSIZE_TO_POINTER ((gsize) mistakes);
}

/* With `data`, they also change the number of threads all the time. */
static void
test_concurrent (gconstpointer data)
{
  GThread *callers[N_CALLERS];

  reel_set_n_threads (3);
  for (gint i = 0; i < N_CALLERS; i++)
    callers[i] = g_thread_new ("caller", call_many_times, (gpointer) data);
  for (gint i = 0; i < N_CALLERS; i++)
    g_assert_cmpuint (GPOINTER_TO_SIZE (g_thread_join (callers[i])), ==, 0);
}

#define SUM_N 100003
#define SUM_GRAIN 1000

typedef struct
{
  const gdouble *x;
  gdouble parts[SUM_N / SUM_GRAIN + 1];
} Sum;

static void
sum_part (gint64   part,
          gint64   begin,
          gint64   end,
          gpointer data)
{
  Sum *sum = data;
  gdouble total = 0;

  for (gint64 i = begin; i < end; i++)
    total += sum->x[i];
  sum->parts[part] = total;
}

static gdouble
sum_blocks (const gdouble *x)
{
  Sum sum = { .x = x };
  gdouble total = 0;

  _reel_parallel_for (SUM_N, SUM_GRAIN, sum_part, &sum);
  for (gsize part = 0; part < G_N_ELEMENTS (sum.parts); part++)
    total += sum.parts[part];
  return total;
}

/* Bit for bit, also with another rounding mode than the workers started with. */
static void
test_same_sum (void)
{
  static const guint n_threads[] = { 1, 2, 3, 8 };
  static const int modes[] = { FE_TONEAREST, FE_UPWARD };
  gdouble *x = g_new (gdouble, SUM_N);
  int before = fegetround ();

  for (gint64 i = 0; i < SUM_N; i++)
    x[i] = 1. / (gdouble) (1 + (i * 7919) % SUM_N);

  for (gsize m = 0; m < G_N_ELEMENTS (modes); m++)
    {
      gdouble expected = 0;

      for (gsize t = 0; t < G_N_ELEMENTS (n_threads); t++)
        for (gint repeat = 0; repeat < 20; repeat++)
          {
            gdouble total;

            reel_set_n_threads (n_threads[t]);
            g_assert_cmpint (fesetround (modes[m]), ==, 0);
            total = sum_blocks (x);
            fesetround (before);
            if (t == 0 && repeat == 0)
              expected = total;
            g_assert_true (memcmp (&total, &expected, sizeof total) == 0);
          }
    }
  g_free (x);
}

#define FORK_THREADS 3

/* In a child process: 0 where the pool works, and then all its threads are there.
 * (AddressSanitizer leaves its malloc's locks as they are at a fork, and starting
 * a thread takes them: nothing may be starting when the next fork comes.) */
static int
check_pool (void)
{
  Meeting meeting = { .n_wanted = FORK_THREADS };

  alarm (2 * PATIENCE);
  for (gint i = 0; i < 50; i++)
    if (count_mistakes (100 + i, 7) != 0)
      return 1;
  _reel_parallel_for (FORK_THREADS, 1, meet, &meeting);
  return atomic_load (&meeting.n_given_up) == 0 ? 0 : 2;
}

/* The same in a child of the child. */
static int
check_grandchild (void)
{
  int status = 0;
  pid_t grandchild = fork ();

  if (grandchild == 0)
    _exit (check_pool ());
  return waitpid (grandchild, &status, 0) == grandchild ? status : 3;
}

static atomic_int busy, busy_enough;

static gpointer
keep_busy (gpointer data)
{
  gint64 ranges[200];

  while (!atomic_load (&busy_enough))
    {
      _reel_parallel_for (100, 1, record_range, ranges);
      atomic_store (&busy, 1);
    }
  return NULL;
}

/* Forks while another thread keeps the pool busy. */
static void
test_fork (void)
{
  Meeting meeting = { .n_wanted = FORK_THREADS };
  GThread *other;

  reel_set_n_threads (FORK_THREADS);
  _reel_parallel_for (FORK_THREADS, 1, meet, &meeting);
  other = g_thread_new ("busy", keep_busy, NULL);
  while (!atomic_load (&busy))
    g_usleep (100);
  for (gint i = 0; i < 20; i++)
    {
      int status = 0;
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        _exit (check_pool () != 0 || check_grandchild () != 0);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_cmpint (status, ==, 0);
      g_assert_cmpint (count_mistakes (500, 3), ==, 0);
    }
  atomic_store (&busy_enough, 1);
  g_thread_join (other);
}

typedef struct
{
  pthread_t caller;
  atomic_int n_open;            /* pool threads a signal could reach */
  atomic_int n_elsewhere;
} Signals;

static void
look_at_signals (gint64   part,
                 gint64   begin,
                 gint64   end,
                 gpointer data)
{
  Signals *signals = data;
  sigset_t blocked;

  g_usleep (100);
  if (pthread_equal (pthread_self (), signals->caller))
    return;
  atomic_fetch_add (&signals->n_elsewhere, 1);
  sigemptyset (&blocked);
  pthread_sigmask (SIG_SETMASK, NULL, &blocked);
  if (!sigismember (&blocked, SIGINT) || !sigismember (&blocked, SIGUSR1) ||
      !sigismember (&blocked, SIGALRM))
    atomic_fetch_add (&signals->n_open, 1);
}

static void
test_signals (void)
{
  Signals signals = { .caller = pthread_self () };
  sigset_t blocked;

  reel_set_n_threads (4);
  _reel_parallel_for (200, 1, look_at_signals, &signals);
  g_assert_cmpint (atomic_load (&signals.n_elsewhere), >, 0);
  g_assert_cmpint (atomic_load (&signals.n_open), ==, 0);

  pthread_sigmask (SIG_SETMASK, NULL, &blocked);
  g_assert_false (sigismember (&blocked, SIGINT));
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("REEL_NUM_THREADS", "3", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/parallel/default", test_default);
  g_test_add_func ("/parallel/every-part-once", test_every_part_once);
  g_test_add_func ("/parallel/huge", test_huge);
  g_test_add_func ("/parallel/parallel", test_parallel);
  g_test_add_func ("/parallel/fewer-threads", test_fewer_threads);
  g_test_add_func ("/parallel/nested", test_nested);
  g_test_add_data_func ("/parallel/concurrent", NULL, test_concurrent);
  g_test_add_data_func ("/parallel/concurrent-changing", "changing",
                        test_concurrent);
  g_test_add_func ("/parallel/same-sum", test_same_sum);
  g_test_add_func ("/parallel/fork", test_fork);
  g_test_add_func ("/parallel/signals", test_signals);
  return g_test_run ();
}
