/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

#include <pthread.h>
#include <stdatomic.h>

/* Threads with tapes of their own that share leaves, and what one thread made
 * being dropped by another. With pthreads, which ThreadSanitizer understands. */

#define N_THREADS 4
#define ROWS 64
#define COLUMNS 24
#define TURNS 20

/* Shared weights: the gradients of four parts of a batch, each on a thread, add up
 * to that of the whole. */

typedef struct
{
  ReelTensor *w, *b, *x;
  gint64 first, n;
  ReelTensor *partials[2];
  ReelTape *implicit;
} Part;

static void
part_gradients (Part *part)
{
  SCOPE_TAPE (tape);
  g_autoptr (GError) error = NULL;

  for (guint turn = 0; turn < TURNS; turn++)
    {
      ReelTensor *rows = reel_narrow (part->x, 0, part->first, part->n);
      ReelTensor *y = reel_tanh (reel_add (reel_matmul (rows, part->w), part->b));
      ReelTensor *loss = total (reel_square (y));

      for (guint i = 0; turn > 0 && i < 2; i++)
        reel_tensor_unref (part->partials[i]);
      g_assert_true (reel_grad (loss, (ReelTensor *[]){ part->w, part->b }, 2,
                                turn % 2 == 0 ? REEL_GRAD_NONE : REEL_GRAD_RECORD,
                                part->partials, &error));
      g_assert_no_error (error);
      reset (tape);
    }
}

static void *
part_thread (void *data)
{
  Part *part = data;

  part->implicit = reel_tape_get_current ();
  part_gradients (part);
  return NULL;
}

static ReelTensor *
waves (gint64 rows,
       gint64 columns)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (rows, columns), &error);
  gdouble *numbers = reel_tensor_get_writable_data (tensor, &error);

  g_assert_no_error (error);
  for (gint64 i = 0; i < rows * columns; i++)
    numbers[i] = sin (0.37 * (gdouble) i) / 4;
  return tensor;
}

static void
test_shared_weights (void)
{
  g_autoptr (ReelTensor) w = waves (COLUMNS, COLUMNS);
  g_autoptr (ReelTensor) b = waves (1, COLUMNS);
  g_autoptr (ReelTensor) x = waves (ROWS, COLUMNS);
  Part whole = { .w = w, .b = b, .x = x, .first = 0, .n = ROWS };
  Part parts[N_THREADS];
  pthread_t threads[N_THREADS];

  reel_tensor_set_requires_grad (w, TRUE);
  reel_tensor_set_requires_grad (b, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    {
      parts[i] = whole;
      parts[i].n = ROWS / N_THREADS;
      parts[i].first = i * parts[i].n;
      g_assert_cmpint (pthread_create (&threads[i], NULL, part_thread, &parts[i]), ==, 0);
    }
  part_gradients (&whole);
  for (guint i = 0; i < N_THREADS; i++)
    {
      pthread_join (threads[i], NULL);
      g_assert_true (parts[i].implicit != reel_tape_get_current ());
    }

  for (guint k = 0; k < 2; k++)
    {
      /* these come from tapes that are gone, of threads that are gone */
      ReelTensor *sum = parts[0].partials[k];

      for (guint i = 1; i < N_THREADS; i++)
        sum = reel_add (sum, parts[i].partials[k]);
      g_assert_true (reel_tensor_all_close (sum, whole.partials[k], 1e-12, 1e-12, FALSE));
      reset (reel_tape_get_current ());
      for (guint i = 0; i < N_THREADS; i++)
        reel_tensor_unref (parts[i].partials[k]);
      reel_tensor_unref (whole.partials[k]);
    }
  g_assert_null (reel_tensor_get_grad (w));
}

/* A leaf that threads reference and drop while they use it. */
static void *
leaf_thread (void *data)
{
  ReelTensor *x = reel_tensor_ref (data);
  SCOPE_TAPE (tape);

  for (guint turn = 0; turn < 200; turn++)
    {
      g_autoptr (ReelTensor) again = reel_tensor_ref (x);
      g_autoptr (ReelTensor) partial = NULL;
      ReelTensor *y = reel_mul (again, reel_square (x));

      partial = gradient (y, x, REEL_GRAD_NONE);
      g_assert_cmpfloat (reel_tensor_get_scalar (partial), ==, 27);
      g_assert_true (reel_tensor_get_requires_grad (x));
      if (turn % 10 == 0)
        reset (tape);
    }
  reel_tensor_unref (x);
  return NULL;
}

static void
test_shared_leaf (void)
{
  ReelTensor *x = number_parameter (3);
  pthread_t threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, leaf_thread, x), ==, 0);
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  reel_tensor_unref (x);
}

/* A tape's values, dropped by another thread while the tape works on, while it is
 * dropped, and after it is gone. */

#define N_HANDED 400

typedef struct
{
  _Atomic (ReelTensor *) handed[N_HANDED];
  _Atomic gboolean done;
} Hand;

static void *
drop_thread (void *data)
{
  Hand *hand = data;
  guint n = 0;

  while (n < N_HANDED)
    {
      ReelTensor *tensor = atomic_exchange (&hand->handed[n], NULL);

      if (tensor == NULL)
        {
          sched_yield ();
          continue;
        }
      g_assert_cmpfloat (reel_tensor_get_item (tensor, REEL_SHAPE (1)), ==, 4);
      reel_tensor_unref (tensor);
      n++;
    }
  return NULL;
}

static void
test_dropped_elsewhere (void)
{
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autofree Hand *hand = g_new0 (Hand, 1);
  ReelTape *tape = reel_tape_new ();
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, drop_thread, hand), ==, 0);
  reel_tape_push (tape);
  for (guint i = 0; i < N_HANDED; i++)
    {
      ReelTensor *y = reel_square (x);

      /* views keep the storage */
      if (i % 3 == 0)
        y = reel_slice (y, 0, 0, 2, 1);
      atomic_store (&hand->handed[i], reel_tensor_ref (y));
      if (i % 7 == 0)
        reset (tape);
    }
  reel_tape_pop (tape);
  reel_tape_unref (tape);
  pthread_join (thread, NULL);
}

/* A tape goes from thread to thread: used by one at a time, dropped by the last. */

static void *
relay_thread (void *data)
{
  ReelTape *tape = data;
  g_autoptr (ReelTensor) x = number_parameter (3);
  ReelTensor *y;

  reel_tape_push (tape);
  y = reel_square (x);
  assert_backward (y);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (6));
  reel_tape_pop (tape);
  return NULL;
}

static void *
unref_tape_thread (void *data)
{
  reel_tape_unref (data);
  return NULL;
}

static void
test_tape_moves (void)
{
  ReelTape *tape = reel_tape_new ();
  g_autoptr (ReelTensor) survivor = NULL;
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  pthread_t thread;

  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (pthread_create (&thread, NULL, relay_thread, tape), ==, 0);
      pthread_join (thread, NULL);
    }
  reel_tape_push (tape);
  survivor = reel_tensor_ref (reel_neg (x));
  reel_tape_pop (tape);
  g_assert_cmpint (pthread_create (&thread, NULL, unref_tape_thread, tape), ==, 0);
  pthread_join (thread, NULL);
  assert_numbers (survivor, NUMBERS (-1, -2, -3));
  g_assert_true (reel_tensor_is_leaf (survivor));
}

static void *
push_thread (void *data)
{
  /* another thread has it */
  EXPECT_CRITICAL ("*reel_tape_push*thread*");
  reel_tape_push (data);
  g_test_assert_expected_messages ();
  g_assert_true (reel_tape_get_current () != data);
  return NULL;
}

static void
test_one_thread_at_a_time (void)
{
  SCOPE_TAPE (tape);
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, push_thread, tape), ==, 0);
  pthread_join (thread, NULL);
}

/* A thread that ends drops its stack. */
static void *
exit_thread (void *data)
{
  ReelTape *tape = reel_tape_new ();
  ReelTensor **out = data;

  reel_tape_push (tape);
  reel_tape_push (tape);
  reel_tape_unref (tape);
  out[0] = reel_tensor_ref (reel_neg (out[2]));
  reel_tape_push (out[3] != NULL ? (ReelTape *) (gpointer) out[3] : tape);
  reel_tape_pause (reel_tape_get_current ());
  out[1] = reel_tensor_ref (reel_exp (out[2]));
  return NULL;
}

static void
test_thread_exit (void)
{
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTape) shared = reel_tape_new ();
  gpointer out[4] = { NULL, NULL, x, shared };
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, exit_thread, out), ==, 0);
  pthread_join (thread, NULL);
  assert_numbers (out[0], NUMBERS (-1, -2, -3));
  g_assert_true (reel_tensor_is_leaf (out[0]));
  assert_numbers (out[1], NUMBERS (exp (1), exp (2), exp (3)));
  /* what it had pushed may be pushed here now */
  reel_tape_push (shared);
  g_assert_true (reel_tape_get_current () == shared);
  reel_tape_pop (shared);
  reel_tensor_unref (out[0]);
  reel_tensor_unref (out[1]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/threads/shared-weights", test_shared_weights);
  g_test_add_func ("/threads/shared-leaf", test_shared_leaf);
  g_test_add_func ("/threads/dropped-elsewhere", test_dropped_elsewhere);
  g_test_add_func ("/threads/tape-moves", test_tape_moves);
  g_test_add_func ("/threads/one-thread-at-a-time", test_one_thread_at_a_time);
  g_test_add_func ("/threads/thread-exit", test_thread_exit);
  return g_test_run ();
}
