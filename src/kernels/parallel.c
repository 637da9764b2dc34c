/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One job at a time. The thread that brings it owns the pool until it is done,
 * opens the gate, takes parts like everybody else, closes the gate when none are
 * left and waits for the workers that came in. A worker that comes too late finds
 * the gate closed, so nobody ever waits for a thread that has yet to wake up.
 *
 * Only pthreads and C11 atomics: ThreadSanitizer sees every one of them. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* sched_getaffinity, pthread_setname_np */
#endif

#include "kernels/parallel.h"

#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <reel/reel-threads.h>

#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define MAX_THREADS 256

/* Written by different threads at the same time: never on one cache line. The
 * hardware fetches lines of 64 bytes in pairs. */
#define APART 128

/* A pause takes 10 to 45 ns, a yield some 200: first react at once for a few
 * microseconds, then let others have the processor, then sleep. In a virtual
 * machine, waking a sleeper costs the waker 10 us and the job 30; operations that
 * follow each other closely should find the workers awake. */
#define SPIN_PAUSES 128
#define SPIN_ROUNDS (SPIN_PAUSES + 256)

/* The gate, one word so that coming in is one compare-and-swap:
 *   0-15   how many workers are inside
 *   16     the owner sleeps until the last of them leaves
 *   17     open
 *   18-31  workers below this index are asked in
 *   32-63  number of the job. That it wraps is harmless: a worker that missed
 *          2^32 jobs may miss one more, the others carry it out. */
#define GATE_INSIDE G_GUINT64_CONSTANT (0xffff)
#define GATE_OWNER_SLEEPS (G_GUINT64_CONSTANT (1) << 16)
#define GATE_OPEN (G_GUINT64_CONSTANT (1) << 17)
#define GATE_INVITED_SHIFT 18
#define GATE_INVITED_MASK G_GUINT64_CONSTANT (0x3fff)
#define GATE_JOB_SHIFT 32

G_STATIC_ASSERT (MAX_THREADS <= GATE_INVITED_MASK);

typedef struct
{
  gint64 n;
  gint64 grain;
  gint64 n_parts;
  ReelPartFunc func;
  gpointer data;
  guint float_mode;             /* the owner's: who runs a part must not matter */
} Job;

typedef struct _Pool Pool;

typedef struct
{
  _Alignas (APART) atomic_int asleep;
  Pool *pool;
  guint index;
  pthread_mutex_t mutex;        /* with the condition, for clearing `asleep` */
  pthread_cond_t awake;
} Worker;

struct _Pool
{
  _Alignas (APART) _Atomic guint64 gate;
  _Alignas (APART) _Atomic gint64 next_part;
  _Alignas (APART) Job job;     /* changed while nobody is inside */

  _Alignas (APART) atomic_int owned;
  pid_t pid;
  Pool *inherited;              /* the parent process's, kept reachable */
  guint32 n_jobs;               /* these three are the owner's */
  guint n_started;
  gboolean no_more_threads;

  pthread_mutex_t mutex;        /* with the condition, for `all_left` */
  pthread_cond_t all_left;

  Worker workers[MAX_THREADS - 1];
};

static _Atomic (Pool *) current_pool;
static atomic_uint n_threads_wanted;    /* 0: nobody asked yet */
static atomic_uint n_processors;        /* 0: not counted yet */
static _Thread_local gboolean inside_part;

static guint
count_processors (void)
{
  guint known = atomic_load_explicit (&n_processors, memory_order_relaxed);
  glong count = 0;
  cpu_set_t set;

  if (known > 0)
    return known;

  CPU_ZERO (&set);
  if (sched_getaffinity (0, sizeof set, &set) == 0)
    count = CPU_COUNT (&set);
  if (count <= 0)
    count = sysconf (_SC_NPROCESSORS_ONLN);

  known = (guint) CLAMP (count, 1, MAX_THREADS);
  atomic_store_explicit (&n_processors, known, memory_order_relaxed);
  return known;
}

static guint
default_n_threads (void)
{
  const gchar *text = g_getenv ("REEL_NUM_THREADS");
  guint64 n = 0;

  /* What is not a number, and 0, leave it to the processors. */
  if (text != NULL &&
      g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &n, NULL))
    return (guint) MIN (n, MAX_THREADS);
  return count_processors ();
}

guint
reel_get_n_threads (void)
{
  guint n = atomic_load_explicit (&n_threads_wanted, memory_order_relaxed);

  if (n == 0)
    {
      guint chosen = default_n_threads ();

      /* On failure somebody else was first, and `n` is what they said. */
      if (atomic_compare_exchange_strong (&n_threads_wanted, &n, chosen))
        n = chosen;
    }
  return n;
}

void
reel_set_n_threads (guint n_threads)
{
  atomic_store (&n_threads_wanted,
                n_threads == 0 ? count_processors ()
                               : MIN (n_threads, MAX_THREADS));
}

/* Rounding and flush-to-zero are a thread's own; workers take the owner's. */
static guint
get_float_mode (void)
{
#ifdef __SSE__
  return _mm_getcsr () & ~(guint) _MM_EXCEPT_MASK;
#else
  return (guint) fegetround ();
#endif
}

static void
set_float_mode (guint mode)
{
#ifdef __SSE__
  if (get_float_mode () != mode)
    _mm_setcsr (mode);
#else
  fesetround ((int) mode);
#endif
}

static void
spin_once (guint round)
{
  if (round >= SPIN_PAUSES)
    sched_yield ();
  else
    {
#if defined (__x86_64__) || defined (__i386__)
      __builtin_ia32_pause ();
#elif defined (__aarch64__)
      __asm__ volatile ("isb");
#endif
    }
}

/* Where threads outnumber processors, who spins is in the way of who works. */
static guint
first_spin_round (void)
{
  return reel_get_n_threads () <= count_processors () ? 0 : SPIN_ROUNDS;
}

static void
run_part (const Job *job,
          gint64     part)
{
  gint64 begin = part * job->grain;
  gint64 end = job->n - begin > job->grain ? begin + job->grain : job->n;

  job->func (part, begin, end, job->data);
}

static void
run_serially (const Job *job)
{
  gboolean was_inside = inside_part;

  inside_part = TRUE;
  for (gint64 part = 0; part < job->n_parts; part++)
    run_part (job, part);
  inside_part = was_inside;
}

static void
run_parts_left (Pool *pool)
{
  gint64 part;

  inside_part = TRUE;
  while ((part = atomic_fetch_add_explicit (&pool->next_part, 1,
                                            memory_order_relaxed))
         < pool->job.n_parts)
    run_part (&pool->job, part);
  inside_part = FALSE;
}

static guint
gate_invited (guint64 gate)
{
  return (guint) (gate >> GATE_INVITED_SHIFT & GATE_INVITED_MASK);
}

/* Threads wake each other as a binary tree, the owner at its root, so that many
 * sleepers do not cost the owner much. The children of worker i are 2 i + 2 and
 * 2 i + 3; the owner's are 0 and 1. */
static void
wake_children (Pool  *pool,
               guint  first_child,
               guint  n_invited)
{
  for (guint i = first_child; i < first_child + 2 && i < n_invited; i++)
    {
      Worker *worker = &pool->workers[i];

      /* Sequentially consistent, like the gate's opening and the two accesses
       * in sleep_until_woken (): one of the two threads sees the other. */
      if (atomic_load (&worker->asleep))
        {
          pthread_mutex_lock (&worker->mutex);
          atomic_store (&worker->asleep, FALSE);
          pthread_cond_signal (&worker->awake);
          pthread_mutex_unlock (&worker->mutex);
        }
    }
}

static gboolean
is_invited (const Worker *worker,
            guint64       gate,
            guint32       last_job)
{
  return (gate & GATE_OPEN) != 0 &&
         worker->index < gate_invited (gate) &&
         (guint32) (gate >> GATE_JOB_SHIFT) != last_job;
}

static void
sleep_until_woken (Worker  *worker,
                   guint32  last_job)
{
  atomic_store (&worker->asleep, TRUE);
  if (is_invited (worker, atomic_load (&worker->pool->gate), last_job))
    {
      atomic_store (&worker->asleep, FALSE);
      return;
    }

  pthread_mutex_lock (&worker->mutex);
  while (atomic_load (&worker->asleep))
    pthread_cond_wait (&worker->awake, &worker->mutex);
  pthread_mutex_unlock (&worker->mutex);
}

/* Waits for a job this worker has not been in, and goes in. */
static guint64
come_in (Worker  *worker,
         guint32  last_job)
{
  Pool *pool = worker->pool;
  guint round = first_spin_round ();

  for (;;)
    {
      guint64 gate = atomic_load (&pool->gate);

      if (is_invited (worker, gate, last_job))
        {
          if (atomic_compare_exchange_weak (&pool->gate, &gate, gate + 1))
            return gate;
        }
      else if (round < SPIN_ROUNDS)
        spin_once (round++);
      else
        {
          sleep_until_woken (worker, last_job);
          round = first_spin_round ();
        }
    }
}

static void
leave (Pool *pool)
{
  guint64 before = atomic_fetch_sub (&pool->gate, 1);

  if ((before & GATE_OWNER_SLEEPS) != 0 && (before & GATE_INSIDE) == 1)
    {
      pthread_mutex_lock (&pool->mutex);
      pthread_cond_signal (&pool->all_left);
      pthread_mutex_unlock (&pool->mutex);
    }
}

static gpointer
worker_main (gpointer data)
{
  Worker *worker = data;
  Pool *pool = worker->pool;
  guint32 last_job = 0;

  for (;;)
    {
      guint64 gate = come_in (worker, last_job);

      last_job = (guint32) (gate >> GATE_JOB_SHIFT);
      wake_children (pool, 2 * worker->index + 2, gate_invited (gate));
      set_float_mode (pool->job.float_mode);
      run_parts_left (pool);
      leave (pool);
    }

  return NULL;
}

/* The pool of this process. After a fork the parent's is of no use: its threads
 * are not here, and its locks may be held by one of them. */
static Pool *
get_pool (void)
{
  Pool *pool = atomic_load_explicit (&current_pool, memory_order_acquire);
  pid_t pid = getpid ();
  gpointer memory;
  Pool *fresh;

  if (G_LIKELY (pool != NULL && pool->pid == pid))
    return pool;

  if (posix_memalign (&memory, APART, sizeof (Pool)) != 0)
    return NULL;
  fresh = memset (memory, 0, sizeof (Pool));
  fresh->pid = pid;
  fresh->inherited = pool;
  pthread_mutex_init (&fresh->mutex, NULL);
  pthread_cond_init (&fresh->all_left, NULL);

  if (!atomic_compare_exchange_strong (&current_pool, &pool, fresh))
    {
      pthread_cond_destroy (&fresh->all_left);
      pthread_mutex_destroy (&fresh->mutex);
      free (fresh);
      return pool;
    }
  return fresh;
}

static gboolean
start_worker (Pool  *pool,
              guint  index)
{
  Worker *worker = &pool->workers[index];
  pthread_attr_t attributes;
  pthread_t thread;
  int failed;

  worker->pool = pool;
  worker->index = index;
  atomic_init (&worker->asleep, FALSE);
  pthread_mutex_init (&worker->mutex, NULL);
  pthread_cond_init (&worker->awake, NULL);

  if (pthread_attr_init (&attributes) != 0)
    return FALSE;
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
  failed = pthread_create (&thread, &attributes, worker_main, worker);
  pthread_attr_destroy (&attributes);
  if (failed)
    return FALSE;

  pthread_setname_np (thread, "reel-worker");
  return TRUE;
}

/* By the owner; what cannot be had is done without, for good. */
static void
start_workers (Pool  *pool,
               guint  n)
{
  sigset_t all, before;

  /* The program's signals are handled by the program's threads. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  while (pool->n_started < n && !pool->no_more_threads)
    {
      if (start_worker (pool, pool->n_started))
        pool->n_started++;
      else
        pool->no_more_threads = TRUE;
    }
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

static void
wait_until_all_left (Pool *pool)
{
  guint64 gate = atomic_fetch_and (&pool->gate, ~GATE_OPEN);

  for (guint round = first_spin_round (); round < SPIN_ROUNDS; round++)
    {
      if ((gate & GATE_INSIDE) == 0)
        return;
      spin_once (round);
      gate = atomic_load (&pool->gate);
    }

  gate = atomic_fetch_or (&pool->gate, GATE_OWNER_SLEEPS);
  if ((gate & GATE_INSIDE) == 0)
    return;
  pthread_mutex_lock (&pool->mutex);
  while ((atomic_load (&pool->gate) & GATE_INSIDE) != 0)
    pthread_cond_wait (&pool->all_left, &pool->mutex);
  pthread_mutex_unlock (&pool->mutex);
}

/* By the owner. */
static void
run_together (Pool      *pool,
              const Job *job,
              guint      n_helpers)
{
  if (G_UNLIKELY (pool->n_started < n_helpers))
    {
      start_workers (pool, n_helpers);
      n_helpers = MIN (n_helpers, pool->n_started);
    }

  pool->job = *job;
  pool->job.float_mode = get_float_mode ();
  atomic_store_explicit (&pool->next_part, 0, memory_order_relaxed);
  pool->n_jobs++;
  atomic_store (&pool->gate,
                (guint64) pool->n_jobs << GATE_JOB_SHIFT |
                (guint64) n_helpers << GATE_INVITED_SHIFT |
                GATE_OPEN);
  wake_children (pool, 0, n_helpers);

  run_parts_left (pool);
  wait_until_all_left (pool);
}

void
_reel_parallel_for (gint64       n,
                    gint64       grain,
                    ReelPartFunc func,
                    gpointer     data)
{
  Job job = { .n = n, .grain = MAX (grain, 1), .func = func, .data = data };
  guint n_threads;
  Pool *pool;

  if (n <= 0)
    return;

  job.n_parts = n / job.grain + (n % job.grain != 0);
  if (job.n_parts == 1 || inside_part ||
      (n_threads = reel_get_n_threads ()) == 1 ||
      (pool = get_pool ()) == NULL ||
      atomic_exchange_explicit (&pool->owned, TRUE, memory_order_acquire))
    {
      run_serially (&job);
      return;
    }

  run_together (pool, &job,
                (guint) MIN ((gint64) n_threads - 1, job.n_parts - 1));
  atomic_store_explicit (&pool->owned, FALSE, memory_order_release);
}
