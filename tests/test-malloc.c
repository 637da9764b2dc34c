/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* Counts what reaches the C library's allocator: the second and every later turn of
 * a training loop of constant shapes must ask it for nothing at all. (What the tape
 * says of itself in its statistics, test-tape looks at.) */

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
  __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if !defined(SANITIZED) && (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
#define SANITIZED 1
#endif

#if !defined(SANITIZED) && defined(__GLIBC__)
#define CAN_COUNT 1

static gboolean counting;
static guint64 n_calls;

static void
note_call (void)
{
  if (__atomic_load_n (&counting, __ATOMIC_RELAXED))
    __atomic_add_fetch (&n_calls, 1, __ATOMIC_RELAXED);
}

/* glibc's own functions under their other names; these are what malloc (3) says a
 * replacement has to define. */
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);
extern void __libc_free (void *memory);

void *
malloc (size_t size)
{
  note_call ();
  return __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  note_call ();
  return __libc_calloc (n, size);
}

void *
realloc (void  *memory,
         size_t size)
{
  note_call ();
  return __libc_realloc (memory, size);
}

void *
aligned_alloc (size_t alignment,
               size_t size)
{
  note_call ();
  return __libc_memalign (alignment, size);
}

void *
memalign (size_t alignment,
          size_t size)
{
  note_call ();
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **memory,
                size_t alignment,
                size_t size)
{
  note_call ();
  *memory = __libc_memalign (alignment, size);
  return *memory != NULL ? 0 : ENOMEM;
}

void
free (void *memory)
{
  __libc_free (memory);
}

#endif /* CAN_COUNT */

#ifdef CAN_COUNT

typedef struct
{
  ReelTensor *x, *w1, *b1, *w2, *b2;
} Network;

static ReelTensor *
filled (guint         rank,
        const gint64 *shape,
        gdouble       scale)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_zeros (REEL_F32, rank, shape, &error);
  gfloat *numbers = reel_tensor_get_writable_data (tensor, &error);

  g_assert_no_error (error);
  for (gint64 i = 0; i < reel_tensor_get_n_elements (tensor); i++)
    numbers[i] = (gfloat) (sin (0.7 * (gdouble) i) * scale);
  return tensor;
}

static gdouble
train (ReelTape      *tape,
       const Network *net)
{
  ReelTensor *const parameters[] = { net->w1, net->b1, net->w2, net->b2 };
  ReelTensor *h = reel_tanh (reel_linear (net->x, net->w1, net->b1));
  ReelTensor *y = reel_add (reel_matmul (h, net->w2), net->b2);
  ReelTensor *loss = total (reel_square (reel_add (y, reel_slice (h, 1, 0, 16, 1))));
  gdouble value = reel_tensor_get_scalar (loss);

  if (!reel_backward (loss, NULL))
    return G_MAXDOUBLE;
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      if (!reel_tensor_add_scaled (parameters[i], reel_tensor_get_grad (parameters[i]), -1e-5,
                                   NULL))
        return G_MAXDOUBLE;
      reel_tensor_set_grad (parameters[i], NULL);
    }
  if (!reel_tape_reset (tape, NULL))
    return G_MAXDOUBLE;
  return value;
}

#endif /* CAN_COUNT */

static void
test_training_loop (void)
{
#ifdef CAN_COUNT
  const gchar *sanitizers = g_getenv ("REEL_SANITIZERS");
  g_autoptr (ReelTape) tape = NULL;
  Network net;
  gdouble last, loss;
  gpointer probe;

  if ((sanitizers != NULL && *sanitizers != '\0') || RUNNING_ON_VALGRIND)
    {
      g_test_skip ("something else counts mallocs");
      return;
    }
  tape = reel_tape_new ();
  net.x = filled (REEL_SHAPE (300, 40), 1);
  net.w1 = filled (REEL_SHAPE (50, 40), 0.3);
  net.b1 = filled (REEL_SHAPE (50), 0.1);
  net.w2 = filled (REEL_SHAPE (50, 16), 0.3);
  net.b2 = filled (REEL_SHAPE (16), 0.1);
  reel_tensor_set_requires_grad (net.w1, TRUE);
  reel_tensor_set_requires_grad (net.b1, TRUE);
  reel_tensor_set_requires_grad (net.w2, TRUE);
  reel_tensor_set_requires_grad (net.b2, TRUE);

  /* the counter works, also for calls from another library */
  __atomic_store_n (&counting, TRUE, __ATOMIC_RELAXED);
  probe = g_malloc (100);
  __atomic_store_n (&counting, FALSE, __ATOMIC_RELAXED);
  g_free (probe);
  g_assert_cmpuint (n_calls, ==, 1);

  reel_tape_push (tape);
  last = train (tape, &net);
  for (guint turn = 0; turn < 10; turn++)
    {
      n_calls = 0;
      __atomic_store_n (&counting, TRUE, __ATOMIC_RELAXED);
      loss = train (tape, &net);
      __atomic_store_n (&counting, FALSE, __ATOMIC_RELAXED);
      g_assert_cmpuint (n_calls, ==, 0);
      g_assert_cmpfloat (loss, <, last);
      last = loss;
    }
  reel_tape_pop (tape);
  reel_tensor_unref (net.x);
  reel_tensor_unref (net.w1);
  reel_tensor_unref (net.b1);
  reel_tensor_unref (net.w2);
  reel_tensor_unref (net.b2);
#else
  g_test_skip ("mallocs cannot be counted here");
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/malloc/training-loop", test_training_loop);
  return g_test_run ();
}
