/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/gemm.h"

#include "base/copy.h"
#include "kernels/parallel.h"

#include <reel/reel-threads.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Multiplications that are worth a thread; of a matrix and a vector, which wait for
 * memory, fewer. */
#define PART_WORK (3.0 * 1024 * 1024)
#define VECTOR_PART_WORK (128.0 * 1024)
/* A part packs what it reads of both matrices by itself: no more of them than keep the
 * threads busy to the end, and none too narrow. */
#define PARTS_A_THREAD 2
#define PART_LEAST 64
/* Columns of a part are a multiple of it: whole panels. */
#define COLUMN_ALIGN 32

typedef struct
{
  ReelProduct product;          /* of matrices, or of a matrix and a vector */
  gint64 m;
  gint64 row_shape[2 * REEL_MAX_AXES];
  gint64 row_strides[2 * REEL_MAX_AXES];
  gint64 n_batches;
  gint64 n_row_parts, n_column_parts;
  ReelProductLoop loop;
} Plan;

/* Buffers -------------------------------------------------------------------- */

static pthread_key_t buffer_key;
static gboolean buffer_key_made;
static pthread_once_t buffer_once = PTHREAD_ONCE_INIT;
static _Thread_local gpointer thread_buffer;

static void
make_buffer_key (void)
{
  buffer_key_made = pthread_key_create (&buffer_key, free) == 0;
}

gpointer
_reel_gemm_buffer (void)
{
  gpointer buffer;

  if (G_LIKELY (thread_buffer != NULL))
    return thread_buffer;
  pthread_once (&buffer_once, make_buffer_key);
  if (!buffer_key_made || posix_memalign (&buffer, 64, REEL_GEMM_BUFFER_SIZE) != 0)
    return NULL;
  if (pthread_setspecific (buffer_key, buffer) != 0)
    {
      free (buffer);
      return NULL;
    }
  thread_buffer = buffer;
  return buffer;
}

/* Plans ---------------------------------------------------------------------- */

/* Puts an axis before the rows of a; joins it with the first where it can. */
static void
add_row_axis (Plan   *plan,
              gint64  size,
              gint64  stride)
{
  guint n = plan->product.n_row_axes;

  if (size == 1)
    return;
  plan->m *= size;
  if (n > 0 && stride == plan->row_shape[0] * plan->row_strides[0])
    {
      plan->row_shape[0] *= size;
      return;
    }
  memmove (plan->row_shape + 1, plan->row_shape, n * sizeof (gint64));
  memmove (plan->row_strides + 1, plan->row_strides, n * sizeof (gint64));
  plan->row_shape[0] = size;
  plan->row_strides[0] = stride;
  plan->product.n_row_axes = n + 1;
}

/* FALSE where c is empty. */
static gboolean
plan_rows (Plan              *plan,
           const ReelProduct *product)
{
  gboolean one_b = TRUE;

  plan->m = plan->n_batches = 1;
  for (guint i = 0; i < product->n_batch_axes; i++)
    {
      if (product->batch_shape[i] == 0)
        return FALSE;
      one_b = one_b && (product->batch_shape[i] == 1 || product->b_batch_strides[i] == 0);
    }
  for (guint i = 0; i < product->n_row_axes; i++)
    if (product->row_shape[i] == 0)
      return FALSE;
  if (product->n == 0)
    return FALSE;
  plan->product.n_row_axes = 0;
  for (guint i = product->n_row_axes; i-- > 0;)
    add_row_axis (plan, product->row_shape[i], product->a_row_strides[i]);
  /* A batch of rows times one matrix is one product. */
  if (one_b)
    {
      for (guint i = product->n_batch_axes; i-- > 0;)
        add_row_axis (plan, product->batch_shape[i], product->a_batch_strides[i]);
      plan->product.n_batch_axes = 0;
    }
  for (guint i = 0; i < plan->product.n_batch_axes; i++)
    plan->n_batches *= product->batch_shape[i];
  /* Kernels see at least one axis. */
  if (plan->product.n_row_axes == 0)
    {
      plan->row_shape[0] = 1;
      plan->row_strides[0] = 0;
      plan->product.n_row_axes = 1;
    }
  plan->product.row_shape = plan->row_shape;
  plan->product.a_row_strides = plan->row_strides;
  return TRUE;
}

/* A single row: b is the matrix then, and its columns are the rows. */
static void
swap_operands (Plan *plan)
{
  ReelProduct *p = &plan->product;
  const ReelProduct q = *p;

  plan->m = plan->row_shape[0] = q.n;
  plan->row_strides[0] = q.b_column_stride;
  p->n_row_axes = 1;
  p->n = 1;
  p->a = q.b;
  p->a_batch_strides = q.b_batch_strides;
  p->a_k_stride = q.b_k_stride;
  p->b = q.a;
  p->b_batch_strides = q.a_batch_strides;
  p->b_k_stride = q.a_k_stride;
}

/* The bits of an element do not depend on the part it falls into, so that there may be
 * as many parts as threads want. */
static void
plan_parts (Plan *plan)
{
  const gint64 m = plan->m, n = plan->product.n;
  const gint64 enough = PARTS_A_THREAD * reel_get_n_threads ();
  gdouble work = (gdouble) m * (gdouble) n * (gdouble) plan->product.k;

  plan->n_row_parts = plan->n_column_parts = 1;
  if (enough == PARTS_A_THREAD)
    return;
  if (n == 1)
    {
      plan->n_row_parts = (gint64) CLAMP (work / VECTOR_PART_WORK, 1.0, 64.0);
      plan->n_row_parts = MIN (plan->n_row_parts, (m + 15) / 16);
      return;
    }
  for (; work >= 2 * PART_WORK && plan->n_row_parts * plan->n_column_parts < enough; work /= 2)
    {
      const gint64 rows = m / plan->n_row_parts, columns = n / plan->n_column_parts;

      if (MAX (rows, columns) < 2 * PART_LEAST)
        break;
      if (columns >= rows)
        plan->n_column_parts *= 2;
      else
        plan->n_row_parts *= 2;
    }
}

/* Where part number i of `n_parts` begins. */
static gint64
cut (gint64 n,
     gint64 n_parts,
     gint64 i,
     gint64 align)
{
  gint64 size = (n + n_parts - 1) / n_parts;

  size = (size + align - 1) / align * align;
  return MIN (n, size * i);
}

/* Running -------------------------------------------------------------------- */

static gint64
batch_offset (const ReelProduct *product,
              const gint64      *strides,
              gint64             batch)
{
  gint64 offset = 0;

  for (guint axis = product->n_batch_axes; axis-- > 0;)
    {
      offset += batch % product->batch_shape[axis] * strides[axis];
      batch /= product->batch_shape[axis];
    }
  return offset;
}

/* All of one product. */
static ReelProductPart
whole (const Plan *plan)
{
  const ReelProduct *p = &plan->product;

  return (ReelProductPart) {
    .m = plan->m, .n = p->n, .k = p->k,
    .a = { .data = p->a, .n_axes = p->n_row_axes,
           .shape = plan->row_shape, .strides = plan->row_strides },
    .a_k_stride = p->a_k_stride, .b = p->b,
    .b_k_stride = p->b_k_stride, .b_column_stride = p->b_column_stride,
    .bias = p->bias, .c = p->c, .c_stride = p->n, .accumulate = p->accumulate,
  };
}

static void
run_block (const Plan            *plan,
           const ReelProductPart *part)
{
#ifdef HAVE_CBLAS
  if (plan->product.n > 1 && _reel_gemm_blas (plan->product.dtype, part))
    return;
#endif
  plan->loop (part);
}

static void
run_part (const Plan *plan,
          gint64      number)
{
  const ReelProduct *p = &plan->product;
  const gint64 size = (gint64) reel_dtype_get_size (p->dtype);
  const gint64 n_parts = plan->n_row_parts * plan->n_column_parts;
  const gint64 batch = number / n_parts;
  const gint64 row_part = number % n_parts / plan->n_column_parts;
  const gint64 column_part = number % plan->n_column_parts;
  const gint64 row = cut (plan->m, plan->n_row_parts, row_part, 1);
  const gint64 column = cut (p->n, plan->n_column_parts, column_part, COLUMN_ALIGN);
  ReelProductPart part = whole (plan);

  part.m = cut (plan->m, plan->n_row_parts, row_part + 1, 1) - row;
  part.n = cut (p->n, plan->n_column_parts, column_part + 1, COLUMN_ALIGN) - column;
  if (part.m <= 0 || part.n <= 0)
    return;
  part.a.first = row;
  part.a.data = (const gchar *) p->a + batch_offset (p, p->a_batch_strides, batch) * size;
  part.b = (const gchar *) p->b + (batch_offset (p, p->b_batch_strides, batch)
                                   + column * p->b_column_stride) * size;
  if (p->bias != NULL)
    part.bias = (const gchar *) p->bias + (p->n == 1 ? row : column) * size;
  part.c = (gchar *) p->c + ((batch * plan->m + row) * p->n + column) * size;
  run_block (plan, &part);
}

static void
run_parts (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  for (gint64 i = begin; i < end; i++)
    run_part (data, i);
}

/* c = bias for every row. */
static void
fill_with_bias (const Plan *plan)
{
  const ReelProduct *p = &plan->product;
  const gsize size = reel_dtype_get_size (p->dtype);

  if (p->n == 1)
    _reel_copy_run (size, plan->n_batches * plan->m, p->c, 1, p->bias, 0);
  else
    for (gint64 i = 0; i < plan->n_batches * plan->m; i++)
      _reel_copy_run (size, p->n, (gchar *) p->c + (gsize) (i * p->n) * size, 1, p->bias,
                      p->bias_stride);
}

void
_reel_gemm (const ReelProduct *product)
{
  _reel_gemm_by (_reel_kernels (), product);
}

void
_reel_gemm_by (const ReelKernels *kernels,
               const ReelProduct *product)
{
  Plan plan;
  gint64 n_parts;
  gdouble work;

  plan.product = *product;
  if (!plan_rows (&plan, product))
    return;
  /* The kernels take a bias that lies in one piece along c. */
  if (product->bias != NULL &&
      (product->k == 0 || product->n == 1 || product->bias_stride != 1))
    {
      fill_with_bias (&plan);
      plan.product.bias = NULL;
      plan.product.accumulate = TRUE;
    }
  if (product->k == 0)
    {
      if (!plan.product.accumulate)
        memset (product->c, 0, (gsize) (plan.n_batches * plan.m * product->n) *
                               reel_dtype_get_size (product->dtype));
      return;
    }
  if (plan.m == 1 && product->n > 1)
    swap_operands (&plan);
  plan.loop = plan.product.n == 1 ? kernels->product_vector[product->dtype]
                                  : kernels->product[product->dtype];
  plan_parts (&plan);
  n_parts = plan.n_row_parts * plan.n_column_parts;
  if (n_parts == 1 && plan.n_batches == 1)
    {
      const ReelProductPart part = whole (&plan);

      run_block (&plan, &part);
      return;
    }
  if (n_parts > 1)
    {
      _reel_parallel_for (plan.n_batches * n_parts, 1, run_parts, &plan);
      return;
    }
  /* Several small products of a batch are one part. */
  work = (gdouble) plan.m * (gdouble) plan.product.n * (gdouble) product->k;
  _reel_parallel_for (plan.n_batches, (gint64) CLAMP (PART_WORK / work, 1.0, 1e9), run_parts,
                      &plan);
}
