/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Matrix products, with every instruction set that this machine can run. */

#include "config.h"

#include "kernels/gemm.h"
#include "tests/tape-fixture.h"

#include "kernel-accuracy.h"

#include <math.h>
#include <string.h>

#define MOST 70
/* Around the sizes that lie in one piece by padding, so that strides can be odd */
#define ROOM (4 * (MOST + 2) * (MOST + 2))

static const gchar *const sets[] = { "baseline", "avx2", "avx512" };
static const ReelDType dtypes[] = { REEL_F32, REEL_F64, REEL_I32, REEL_I64, REEL_U8 };

#define assert_same(a, b, n_bytes) g_assert_cmpint (memcmp (a, b, n_bytes), ==, 0)

static gboolean
is_thorough (void)
{
  const gchar *sanitizers = g_getenv ("REEL_SANITIZERS");

  return sanitizers == NULL || *sanitizers == '\0';
}

static void
put (ReelDType dtype,
     gpointer  data,
     gint64    i,
     gint64    value)
{
  switch (dtype)
    {
    case REEL_F32: ((gfloat *) data)[i] = (gfloat) value; break;
    case REEL_F64: ((gdouble *) data)[i] = (gdouble) value; break;
    case REEL_I32: ((gint32 *) data)[i] = (gint32) value; break;
    case REEL_I64: ((gint64 *) data)[i] = value; break;
    default: ((guint8 *) data)[i] = (guint8) value; break;
    }
}

/* Small integers, whose sums are exact in every dtype, or wrap alike */
static gint64
a_number (gint64 i,
          gint64 p)
{
  return (i * 7 + p * 13 + i * p) % 11 - 5;
}

static gint64
b_number (gint64 p,
          gint64 j)
{
  return (p * 5 + j * 3 + p * j) % 13 - 6;
}

typedef struct
{
  ReelDType dtype;
  gdouble a[ROOM], b[ROOM];     /* in the dtype */
  gdouble c[ROOM], expected[ROOM];
} Case;

/* Lays a matrix of numbers out by strides; where the first element is. */
static gchar *
lay_out (ReelDType dtype,
         gpointer  room,
         gint64    n_rows,
         gint64    n_columns,
         gint64    row_stride,
         gint64    column_stride,
         gint64    (*element) (gint64 i,
                               gint64 j))
{
  gint64 first = 0;

  if (row_stride < 0)
    first -= (n_rows - 1) * row_stride;
  if (column_stride < 0)
    first -= (n_columns - 1) * column_stride;
  for (gint64 i = 0; i < n_rows; i++)
    for (gint64 j = 0; j < n_columns; j++)
      put (dtype, room, first + i * row_stride + j * column_stride,
           element (row_stride == 0 ? 0 : i, column_stride == 0 ? 0 : j));
  return (gchar *) room + first * (gint64) reel_dtype_get_size (dtype);
}

static ReelProduct
product_of (ReelDType     dtype,
            const gint64 *m,
            gint64        n,
            gint64        k)
{
  static const gint64 one = 1;

  return (ReelProduct) { .dtype = dtype, .n_row_axes = 1, .row_shape = m,
                         .a_row_strides = &one, .n = n, .k = k, .a_k_stride = 1,
                         .b_k_stride = 1, .b_column_stride = 1 };
}

/* sums[(p * (MOST + 1) + i) * (MOST + 1) + j]: the first p terms */
static gint64 *
all_sums (void)
{
  const gint64 side = MOST + 1;
  gint64 *sums = g_new0 (gint64, side * side * side);

  for (gint64 p = 1; p < side; p++)
    for (gint64 i = 0; i < side; i++)
      for (gint64 j = 0; j < side; j++)
        sums[(p * side + i) * side + j] = sums[((p - 1) * side + i) * side + j]
                                          + a_number (i, p - 1) * b_number (p - 1, j);
  return sums;
}

/* All small sizes: which tile an element falls into makes no difference. */
static void
test_sizes (gconstpointer data)
{
  const ReelDType dtype = dtypes[GPOINTER_TO_INT (data)];
  const gsize size = reel_dtype_get_size (dtype);
  const gint64 side = MOST + 1;
  const gint64 step = !is_thorough () ? 9 : dtype == REEL_F32 ? 1 : dtype == REEL_F64 ? 2 : 5;
  g_autofree gint64 *sums = all_sums ();
  g_autofree Case *this = g_new0 (Case, 1);
  g_autofree gdouble *whole = g_new0 (gdouble, side * side * side);
  const gint64 row_stride = MOST;
  gchar *a, *b;

  for (gint64 i = 0; i < side * side * side; i++)
    put (dtype, whole, i, sums[i]);
  a = lay_out (dtype, this->a, MOST, MOST, MOST, 1, a_number);
  b = lay_out (dtype, this->b, MOST, MOST, MOST, 1, b_number);
  for (guint set = 0; set < G_N_ELEMENTS (sets); set++)
    {
      const ReelKernels *kernels = _reel_kernels_lookup (sets[set]);

      for (gint64 m = 0; kernels != NULL && m <= MOST; m++)
        for (gint64 n = m % step; n <= MOST; n += step)
          for (gint64 k = n % step; k <= MOST; k += step)
            {
              ReelProduct product = product_of (dtype, &m, n, k);

              product.a_row_strides = &row_stride;
              product.b_k_stride = MOST;
              product.a = a;
              product.b = b;
              product.c = this->c;
              put (dtype, this->c, m * n, 99);
              put (dtype, this->expected, 0, 99);
              _reel_gemm_by (kernels, &product);
              for (gint64 i = 0; i < m; i++)
                assert_same ((gchar *) this->c + (gsize) (i * n) * size,
                             (gchar *) whole + (gsize) ((k * side + i) * side) * size,
                             (gsize) n * size);
              /* and not one more */
              assert_same ((gchar *) this->c + (gsize) (m * n) * size, this->expected, size);
            }
    }
}

/* Strides of every kind, bias and what c held. */
static void
check_strides (const ReelKernels *kernels,
               Case              *this,
               gint64             m,
               gint64             n,
               gint64             k,
               guint              a_way,
               guint              b_way,
               guint              epilogue)
{
  const ReelDType dtype = this->dtype;
  const gint64 a_ways[][2] = { { k, 1 }, { 1, m }, { -k - 1, -1 }, { 2, 2 * m + 1 },
                               { 0, 1 }, { 1, 0 }, { 0, 0 }, { -1, m + 3 } };
  const gint64 b_ways[][2] = { { n, 1 }, { 1, k }, { -1, -k - 1 }, { 2 * n + 1, 2 },
                               { 0, 1 }, { 1, 0 }, { 0, 0 }, { n + 3, -1 } };
  const gint64 *as = a_ways[a_way], *bs = b_ways[b_way];
  ReelProduct product = product_of (dtype, &m, n, k);
  gdouble bias[2 * MOST];

  product.a_row_strides = &as[0];
  product.a_k_stride = as[1];
  product.b_k_stride = bs[0];
  product.b_column_stride = bs[1];
  product.a = lay_out (dtype, this->a, m, k, as[0], as[1], a_number);
  product.b = lay_out (dtype, this->b, k, n, bs[0], bs[1], b_number);
  product.c = this->c;
  for (gint64 j = 0; j < 2 * n; j++)
    put (dtype, bias, j, j % 9 - 4);
  if (epilogue == 1 || epilogue == 2)
    product.bias = bias;
  product.bias_stride = epilogue == 2 ? 2 : 1;
  product.accumulate = epilogue == 3;
  for (gint64 i = 0; i < m; i++)
    for (gint64 j = 0; j < n; j++)
      {
        gint64 sum = epilogue == 1 ? j % 9 - 4 : epilogue == 2 ? 2 * j % 9 - 4
                     : epilogue == 3 ? i - j : 0;

        put (dtype, this->c, i * n + j, i - j);
        for (gint64 p = 0; p < k; p++)
          sum += a_number (as[0] == 0 ? 0 : i, as[1] == 0 ? 0 : p)
                 * b_number (bs[0] == 0 ? 0 : p, bs[1] == 0 ? 0 : j);
        put (dtype, this->expected, i * n + j, sum);
      }
  _reel_gemm_by (kernels, &product);
  assert_same (this->c, this->expected, (gsize) (m * n) * reel_dtype_get_size (dtype));
}

static void
test_strides (gconstpointer data)
{
  static const gint64 sizes[][3] = { { 1, 1, 1 }, { 1, 37, 19 }, { 37, 1, 19 }, { 3, 5, 4 },
                                     { 1, 70, 33 }, { 70, 1, 35 }, { 17, 33, 20 },
                                     { 31, 18, 41 }, { 70, 69, 68 }, { 5, 7, 0 },
                                     { 1, 7, 0 }, { 7, 1, 0 } };
  g_autofree Case *this = g_new0 (Case, 1);

  this->dtype = dtypes[GPOINTER_TO_INT (data)];
  for (guint set = 0; set < G_N_ELEMENTS (sets); set++)
    {
      const ReelKernels *kernels = _reel_kernels_lookup (sets[set]);

      for (guint i = 0; kernels != NULL && i < G_N_ELEMENTS (sizes); i++)
        for (guint way = 0; way < 8 * 8 * 4; way++)
          check_strides (kernels, this, sizes[i][0], sizes[i][1], sizes[i][2], way % 8,
                         way / 8 % 8, way / 64);
    }
}

/* Numbers -------------------------------------------------------------------- */

static gdouble
noise (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return ((gdouble) (*state >> 8) + 0.5) / 16777216.0 - 0.5;
}

static void
fill (ReelDType dtype,
      gpointer  data,
      gint64    n,
      guint32   state)
{
  for (gint64 i = 0; i < n; i++)
    if (dtype == REEL_F32)
      ((gfloat *) data)[i] = (gfloat) noise (&state);
    else
      ((gdouble *) data)[i] = noise (&state);
}

static gdouble
number_at (ReelDType     dtype,
           gconstpointer data,
           gint64        i)
{
  return dtype == REEL_F32 ? (gdouble) ((const gfloat *) data)[i]
                           : ((const gdouble *) data)[i];
}

/* Sums of k terms of about 1/12 in blocks of at most 400; one by one they would come to
 * more. */
#define SUM_TOLERANCE(k, epsilon) (sqrt (400.0 * (gdouble) (k)) / 12 * (epsilon))

static void
test_rounding (gconstpointer data)
{
  static const gint64 sizes[][3] = { { 37, 41, 1000 }, { 1, 40, 20000 }, { 40, 1, 20000 },
                                     { 129, 515, 784 } };
  const ReelDType dtype = dtypes[GPOINTER_TO_INT (data)];
  const gdouble epsilon = dtype == REEL_F32 ? 1.1920929e-7 : 2.220446e-16;

  if (!reference_is_wider ())
    {
      g_test_skip ("long double has no more digits than f64 here");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (sizes) && (i < 3 || is_thorough ()); i++)
    {
      const gint64 m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
      g_autofree gdouble *a = g_new (gdouble, m * k), *b = g_new (gdouble, k * n);
      g_autofree gdouble *c = g_new (gdouble, m * n);

      fill (dtype, a, m * k, 1);
      fill (dtype, b, k * n, 2);
      for (guint set = 0; set < 2 * G_N_ELEMENTS (sets); set++)
        {
          const ReelKernels *kernels = _reel_kernels_lookup (sets[set / 2]);
          const gboolean by_columns = set % 2;
          const gint64 a_row = by_columns ? 1 : k;
          ReelProduct product = product_of (dtype, &m, n, k);

          if (kernels == NULL)
            continue;
          product.a_row_strides = &a_row;
          product.a_k_stride = by_columns ? m : 1;
          product.b_k_stride = by_columns ? 1 : n;
          product.b_column_stride = by_columns ? k : 1;
          product.a = a;
          product.b = b;
          product.c = c;
          _reel_gemm_by (kernels, &product);
          for (gint64 at = 0; at < m * n; at += 1 + m * n / 200)
            {
              long double sum = 0;

              for (gint64 p = 0; p < k; p++)
                sum += (long double) number_at (dtype, a, at / n * a_row
                                                          + p * product.a_k_stride)
                       * (long double) number_at (dtype, b, p * product.b_k_stride
                                                            + at % n * product.b_column_stride);
              g_assert_cmpfloat (fabs (number_at (dtype, c, at) - (gdouble) sum), <=,
                                 SUM_TOLERANCE (k, epsilon));
            }
        }
    }
}

/* The same bits for any number of threads, on any alignment, at any place in a batch
 * and among other rows and columns. */
static void
test_bits (gconstpointer data)
{
  const ReelDType dtype = dtypes[GPOINTER_TO_INT (data)];
  const gsize size = reel_dtype_get_size (dtype);
  const gint64 m = 150, n = 170, k = 800, batch = 3, few = 21;
  const gint64 row_stride = k, a_batch = m * k, b_batch = k * n;
  g_autofree gdouble *a = g_new (gdouble, batch * m * k + 8);
  g_autofree gdouble *b = g_new (gdouble, batch * k * n + 8);
  g_autofree gdouble *c = g_new (gdouble, batch * m * n + 8);
  g_autofree gdouble *d = g_new (gdouble, batch * m * n + 8);
  ReelProduct product = product_of (dtype, &m, n, k);

#ifdef HAVE_CBLAS
  g_test_skip ("a CBLAS multiplies, and promises nothing");
  return;
#endif
  fill (dtype, a, m * k, 1);
  fill (dtype, b, k * n, 2);
  for (gint64 i = 1; i < batch; i++)
    {
      memcpy ((gchar *) a + (gsize) (i * m * k) * size, a, (gsize) (m * k) * size);
      memcpy ((gchar *) b + (gsize) (i * k * n) * size, b, (gsize) (k * n) * size);
    }
  product.n_batch_axes = 1;
  product.batch_shape = &batch;
  product.a_batch_strides = &a_batch;
  product.b_batch_strides = &b_batch;
  product.a_row_strides = &row_stride;
  product.b_k_stride = n;
  product.a = a;
  product.b = b;
  product.c = c;
  for (guint n_threads = 1; n_threads <= 4; n_threads++)
    {
      reel_set_n_threads (n_threads);
      memset (n_threads == 1 ? c : d, 0x55, (gsize) (batch * m * n) * size);
      product.c = n_threads == 1 ? c : d;
      _reel_gemm (&product);
      if (n_threads > 1)
        assert_same (c, d, (gsize) (batch * m * n) * size);
    }
  reel_set_n_threads (0);
  for (gint64 i = 1; i < batch; i++)
    assert_same (c, (gchar *) c + (gsize) (i * m * n) * size, (gsize) (m * n) * size);
  /* One off every alignment; fewer rows and columns. */
  memmove ((gchar *) a + size, a, (gsize) (m * k) * size);
  memmove ((gchar *) b + size, b, (gsize) (k * n) * size);
  product.n_batch_axes = 0;
  product.row_shape = &few;
  product.n = few;
  product.a = (gchar *) a + size;
  product.b = (gchar *) b + size;
  product.c = (gchar *) d + size;
  _reel_gemm (&product);
  for (gint64 i = 0; i < few; i++)
    assert_same ((gchar *) d + (gsize) (1 + i * few) * size,
                 (gchar *) c + (gsize) (i * n) * size, (gsize) few * size);
}

/* Rows of a along several axes, as linear has them. */
static void
test_row_axes (void)
{
  const gint64 shape[] = { 3, 1, 5, 7 }, n = 9, k = 11;
  const gint64 strides[] = { k, 0, 3 * k, 15 * k };
  const gint64 m = 3 * 5 * 7, plain = k;
  g_autofree gfloat *a = g_new (gfloat, m * k), *ordered = g_new (gfloat, m * k);
  g_autofree gfloat *b = g_new (gfloat, k * n);
  g_autofree gfloat *c = g_new (gfloat, m * n), *d = g_new (gfloat, m * n);
  ReelProduct product = product_of (REEL_F32, &m, n, k);
  gint64 row = 0;

  fill (REEL_F32, a, m * k, 1);
  fill (REEL_F32, b, k * n, 2);
  for (gint64 x = 0; x < 3; x++)
    for (gint64 y = 0; y < 5; y++)
      for (gint64 z = 0; z < 7; z++, row++)
        memcpy (ordered + row * k, a + x * k + y * 3 * k + z * 15 * k, k * sizeof (gfloat));
  product.b_column_stride = k;
  product.b = b;
  product.a = ordered;
  product.a_row_strides = &plain;
  product.c = c;
  _reel_gemm (&product);
  product.n_row_axes = 4;
  product.row_shape = shape;
  product.a_row_strides = strides;
  product.a = a;
  product.c = d;
  _reel_gemm (&product);
  assert_same (c, d, (gsize) (m * n) * sizeof (gfloat));
  /* times a vector */
  product.n = 1;
  _reel_gemm (&product);
  for (gint64 i = 0; i < m; i++)
    g_assert_cmpfloat (fabs ((gdouble) d[i] - (gdouble) c[i * n]), <=, 1e-6);
}

/* 0 · inf is NaN and stays: nothing is skipped. */
static void
test_not_a_number (void)
{
  static const gint64 sides[] = { 1, 2, 8, 33 };

  for (guint set = 0; set < G_N_ELEMENTS (sets); set++)
    for (guint at = 0; at < 4 * 4; at++)
      {
        const ReelKernels *kernels = _reel_kernels_lookup (sets[set]);
        const gint64 m = sides[at % 4], n = sides[at / 4], k = 20;
        const gint64 row_stride = k;
        gfloat a[33 * 20] = { 0 }, b[20 * 33], c[33 * 33];
        ReelProduct product = product_of (REEL_F32, &m, n, k);

        if (kernels == NULL)
          continue;
        for (gint64 i = 0; i < k * n; i++)
          b[i] = 1;
        b[7 * n + n - 1] = INFINITY;
        product.a_row_strides = &row_stride;
        product.b_k_stride = n;
        product.a = a;
        product.b = b;
        product.c = c;
        _reel_gemm_by (kernels, &product);
        for (gint64 i = 0; i < m * n; i++)
          g_assert_true (i % n == n - 1 ? isnan (c[i]) : c[i] == 0);
        a[(m - 1) * k + 3] = NAN;
        _reel_gemm_by (kernels, &product);
        for (gint64 i = 0; i < n; i++)
          g_assert_true (isnan (c[(m - 1) * n + i]));
      }
}

/* Sizes beyond int, of which none is empty in the wrong place */
static void
test_wide (void)
{
  const gint64 huge = G_GINT64_CONSTANT (1) << 40;
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) nothing = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (huge, 0), NULL);
  g_autoptr (ReelTensor) bias = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (3), NULL);
  g_autoptr (ReelTensor) weight = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (0, huge), NULL);
  g_autoptr (GError) error = NULL;
  ReelTensor *y = reel_matmul (reel_transpose (nothing, 0, 1),
                               reel_broadcast_to (bias, REEL_SHAPE (huge, 3)));

  g_assert_cmpint (reel_tensor_get_n_elements (y), ==, 0);
  y = reel_linear (reel_broadcast_to (reel_slice (bias, 0, 0, 1, 1), REEL_SHAPE (2, huge)),
                   weight, NULL);
  g_assert_cmpint (reel_tensor_get_n_elements (y), ==, 0);
  g_assert_true (reel_tape_check (tape, &error));
  /* too much of a result is an error like any other */
  reel_matmul (nothing, reel_transpose (nothing, 0, 1));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
}

int
main (int    argc,
      char **argv)
{
  static const gchar *const names[] = { "f32", "f64", "i32", "i64", "u8" };

  g_test_init (&argc, &argv, NULL);
  for (gint i = 0; i < (gint) G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree gchar *sizes = g_strdup_printf ("/gemm/sizes/%s", names[i]);
      g_autofree gchar *strides = g_strdup_printf ("/gemm/strides/%s", names[i]);
      g_autofree gchar *rounding = g_strdup_printf ("/gemm/rounding/%s", names[i]);
      g_autofree gchar *bits = g_strdup_printf ("/gemm/bits/%s", names[i]);

      g_test_add_data_func (sizes, GINT_TO_POINTER (i), test_sizes);
      g_test_add_data_func (strides, GINT_TO_POINTER (i), test_strides);
      if (!reel_dtype_is_floating (dtypes[i]))
        continue;
      g_test_add_data_func (rounding, GINT_TO_POINTER (i), test_rounding);
      g_test_add_data_func (bits, GINT_TO_POINTER (i), test_bits);
    }
  g_test_add_func ("/gemm/row-axes", test_row_axes);
  g_test_add_func ("/gemm/not-a-number", test_not_a_number);
  g_test_add_func ("/gemm/wide", test_wide);
  return g_test_run ();
}
