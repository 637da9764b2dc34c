/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/philox.h"
#include "tensor/generator-private.h"

#include <reel/reel-error.h>
#include <reel/reel-tensor.h>

#include <math.h>

/* The macros of math.h are floats. */
#define NOT_A_NUMBER ((gdouble) NAN)
#define INFINITE ((gdouble) INFINITY)

#define assert_near(x, expected, tolerance) \
  g_assert_cmpfloat (fabs ((x) - (expected)), <=, tolerance)

/* Longer than the runs in which numbers are drawn, and no multiple of them */
#define N_DRAWN 3001
#define SEED G_GUINT64_CONSTANT (0x123456789abcdef0)

/* low + (high - low) u, in a single rounding or in two */
#define ROUNDING_F32 1e-6
#define ROUNDING_F64 1e-15

#define assert_fails(call, code) \
  G_STMT_START { \
    g_assert_null (call); \
    g_assert_error (error, REEL_ERROR, code); \
    g_clear_error (&error); \
  } G_STMT_END

static void
test_state (void)
{
  g_autoptr (ReelGenerator) generator = reel_generator_new (SEED);
  ReelGenerator *same = reel_generator_ref (generator);
  GValue value = G_VALUE_INIT;
  guint64 key;

  g_assert_true (same == generator);
  reel_generator_unref (same);
  g_value_init (&value, REEL_TYPE_GENERATOR);
  g_value_set_boxed (&value, generator);
  g_assert_true (g_value_get_boxed (&value) == generator);
  g_value_unset (&value);

  g_assert_cmpuint (reel_generator_get_seed (generator), ==, SEED);
  g_assert_cmpuint (reel_generator_get_offset (generator), ==, 0);
  g_assert_cmpuint (_reel_generator_next (generator, &key), ==, 0);
  g_assert_cmpuint (_reel_generator_next (generator, &key), ==, 1);
  g_assert_cmpuint (key, ==, SEED);
  g_assert_cmpuint (reel_generator_get_offset (generator), ==, 2);
  reel_generator_set_offset (generator, G_MAXUINT64);
  g_assert_cmpuint (_reel_generator_next (generator, &key), ==, G_MAXUINT64);
  g_assert_cmpuint (reel_generator_get_offset (generator), ==, 0);
}

typedef ReelTensor *(*DrawFunc) (ReelGenerator *generator,
                                 ReelDType      dtype,
                                 GError       **error);

static ReelTensor *
draw_uniform (ReelGenerator *generator,
              ReelDType      dtype,
              GError       **error)
{
  return reel_generator_uniform (generator, dtype, REEL_SHAPE (N_DRAWN), -3, 5, error);
}

static ReelTensor *
draw_normal (ReelGenerator *generator,
             ReelDType      dtype,
             GError       **error)
{
  return reel_generator_normal (generator, dtype, REEL_SHAPE (N_DRAWN), 1, 2, error);
}

static ReelTensor *
draw_bernoulli (ReelGenerator *generator,
                ReelDType      dtype,
                GError       **error)
{
  return reel_generator_bernoulli (generator, dtype, REEL_SHAPE (N_DRAWN), 0.3, error);
}

static ReelTensor *
draw_permutation (ReelGenerator *generator,
                  ReelDType      dtype,
                  GError       **error)
{
  return reel_generator_permutation (generator, N_DRAWN, error);
}

static const struct
{
  const gchar *name;
  DrawFunc draw;
} draws[] = {
  { "uniform", draw_uniform },
  { "normal", draw_normal },
  { "bernoulli", draw_bernoulli },
  { "permutation", draw_permutation },
};

/* The same seed and offset, the same numbers; else others. */
static void
test_reproducible (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (draws); i++)
    for (ReelDType dtype = REEL_F32; dtype <= REEL_F64; dtype++)
      {
        g_autoptr (ReelGenerator) one = reel_generator_new (SEED);
        g_autoptr (ReelGenerator) two = reel_generator_new (SEED);
        g_autoptr (ReelGenerator) other = reel_generator_new (SEED + 1);
        GError *error = NULL;
        g_autoptr (ReelTensor) first = draws[i].draw (one, dtype, &error);
        g_autoptr (ReelTensor) second = draws[i].draw (one, dtype, &error);
        g_autoptr (ReelTensor) again = draws[i].draw (two, dtype, &error);
        g_autoptr (ReelTensor) differs = draws[i].draw (other, dtype, &error);
        g_autoptr (ReelTensor) repeated = NULL;

        g_assert_no_error (error);
        g_test_message ("%s %s", draws[i].name, reel_dtype_get_name (dtype));
        g_assert_cmpint (reel_tensor_get_n_elements (first), ==, N_DRAWN);
        g_assert_true (reel_tensor_equal (first, again));
        g_assert_false (reel_tensor_equal (first, second));
        g_assert_false (reel_tensor_equal (first, differs));
        g_assert_cmpuint (reel_generator_get_offset (one), ==, 2);

        reel_generator_set_offset (one, 1);
        repeated = draws[i].draw (one, dtype, &error);
        g_assert_true (reel_tensor_equal (repeated, second));
      }
}

static void
test_uniform (void)
{
  g_autoptr (ReelGenerator) generator = reel_generator_new (SEED);
  GError *error = NULL;
  g_autoptr (ReelTensor) singles = draw_uniform (generator, REEL_F32, &error);
  g_autoptr (ReelTensor) doubles = draw_uniform (generator, REEL_F64, &error);
  g_autoptr (ReelTensor) constant = NULL;
  g_autoptr (ReelTensor) wide = NULL;
  gfloat single_unit[N_DRAWN];
  gdouble double_unit[N_DRAWN];

  g_assert_no_error (error);
  _reel_philox_uniform_f32 (SEED, 0, 0, N_DRAWN, single_unit);
  _reel_philox_uniform_f64 (SEED, 1, 0, N_DRAWN, double_unit);
  for (gint64 i = 0; i < N_DRAWN; i++)
    {
      gdouble x = reel_tensor_get_item (singles, 1, &i);
      gdouble y = reel_tensor_get_item (doubles, 1, &i);

      g_assert_cmpfloat (x, >=, -3);
      g_assert_cmpfloat (x, <=, 5);
      g_assert_cmpfloat (y, >=, -3);
      g_assert_cmpfloat (y, <, 5);
      assert_near (x, -3 + 8 * (gdouble) single_unit[i], 8 * ROUNDING_F32);
      assert_near (y, -3 + 8 * double_unit[i], 8 * ROUNDING_F64);
    }

  constant = reel_generator_uniform (generator, REEL_F64, REEL_SCALAR_SHAPE, 7, 7, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (reel_tensor_get_scalar (constant), ==, 7);
  wide = reel_generator_uniform (generator, REEL_F32, REEL_SHAPE (100), -3e38, 3e38, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < 100; i++)
    g_assert_true (isfinite (reel_tensor_get_item (wide, 1, &i)));
}

static void
test_normal (void)
{
  g_autoptr (ReelGenerator) generator = reel_generator_new (SEED);
  GError *error = NULL;
  g_autoptr (ReelTensor) singles = draw_normal (generator, REEL_F32, &error);
  g_autoptr (ReelTensor) doubles = draw_normal (generator, REEL_F64, &error);
  g_autoptr (ReelTensor) constant = NULL;
  gfloat single_unit[N_DRAWN];
  gdouble double_unit[N_DRAWN];

  g_assert_no_error (error);
  _reel_philox_normal_f32 (SEED, 0, 0, N_DRAWN, single_unit);
  _reel_philox_normal_f64 (SEED, 1, 0, N_DRAWN, double_unit);
  for (gint64 i = 0; i < N_DRAWN; i++)
    {
      assert_near (reel_tensor_get_item (singles, 1, &i),
                   1 + 2 * (gdouble) single_unit[i], 8 * ROUNDING_F32);
      assert_near (reel_tensor_get_item (doubles, 1, &i), 1 + 2 * double_unit[i],
                   8 * ROUNDING_F64);
    }
  constant = reel_generator_normal (generator, REEL_F32, REEL_SCALAR_SHAPE, 7, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (reel_tensor_get_scalar (constant), ==, 7);
}

/* The same zeros and ones for every dtype */
static void
test_bernoulli (void)
{
  guint8 expected[N_DRAWN];

  _reel_philox_bernoulli_u8 (SEED, 0, 0, N_DRAWN, 0.3, expected);
  for (guint dtype = 0; dtype < REEL_N_DTYPES; dtype++)
    {
      g_autoptr (ReelGenerator) generator = reel_generator_new (SEED);
      GError *error = NULL;
      g_autoptr (ReelTensor) drawn = draw_bernoulli (generator, (ReelDType) dtype, &error);
      g_autoptr (ReelTensor) never = NULL;
      g_autoptr (ReelTensor) always = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (reel_tensor_get_dtype (drawn), ==, dtype);
      for (gint64 i = 0; i < N_DRAWN; i++)
        g_assert_cmpfloat (reel_tensor_get_item (drawn, 1, &i), ==, expected[i]);
      never = reel_generator_bernoulli (generator, (ReelDType) dtype, REEL_SCALAR_SHAPE, 0,
                                        &error);
      always = reel_generator_bernoulli (generator, (ReelDType) dtype, REEL_SCALAR_SHAPE, 1,
                                         &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (reel_tensor_get_scalar (never), ==, 0);
      g_assert_cmpfloat (reel_tensor_get_scalar (always), ==, 1);
    }
}

static void
test_permutation (void)
{
  g_autoptr (ReelGenerator) generator = reel_generator_new (SEED);
  GError *error = NULL;
  g_autoptr (ReelTensor) drawn = draw_permutation (generator, REEL_I64, &error);
  g_autoptr (ReelTensor) none = NULL;
  gboolean seen[N_DRAWN] = { FALSE };

  g_assert_no_error (error);
  g_assert_cmpuint (reel_tensor_get_dtype (drawn), ==, REEL_I64);
  for (gint64 i = 0; i < N_DRAWN; i++)
    {
      gint64 number = (gint64) reel_tensor_get_item (drawn, 1, &i);

      g_assert_cmpint (number, >=, 0);
      g_assert_cmpint (number, <, N_DRAWN);
      g_assert_false (seen[number]);
      seen[number] = TRUE;
    }
  none = reel_generator_permutation (generator, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reel_tensor_get_n_elements (none), ==, 0);
}

/* What fails draws nothing. */
static void
test_errors (void)
{
  g_autoptr (ReelGenerator) g = reel_generator_new (SEED);
  GError *error = NULL;

  for (guint dtype = REEL_I32; dtype < REEL_N_DTYPES; dtype++)
    {
      assert_fails (draw_uniform (g, (ReelDType) dtype, &error), REEL_ERROR_DTYPE);
      assert_fails (draw_normal (g, (ReelDType) dtype, &error), REEL_ERROR_DTYPE);
    }
#define UNIFORM(dtype, low, high) \
  reel_generator_uniform (g, dtype, REEL_SHAPE (2), low, high, &error)
  assert_fails (UNIFORM (REEL_F64, 1, 0), REEL_ERROR_VALUE);
  assert_fails (UNIFORM (REEL_F64, NOT_A_NUMBER, 0), REEL_ERROR_VALUE);
  assert_fails (UNIFORM (REEL_F64, 0, NOT_A_NUMBER), REEL_ERROR_VALUE);
  assert_fails (UNIFORM (REEL_F64, 0, INFINITE), REEL_ERROR_VALUE);
  assert_fails (UNIFORM (REEL_F64, -G_MAXDOUBLE, G_MAXDOUBLE), REEL_ERROR_VALUE);
  assert_fails (UNIFORM (REEL_F32, 0, 1e39), REEL_ERROR_VALUE);
#define NORMAL(dtype, mean, deviation) \
  reel_generator_normal (g, dtype, REEL_SHAPE (2), mean, deviation, &error)
  assert_fails (NORMAL (REEL_F64, 0, -1), REEL_ERROR_VALUE);
  assert_fails (NORMAL (REEL_F64, 0, NOT_A_NUMBER), REEL_ERROR_VALUE);
  assert_fails (NORMAL (REEL_F64, 0, INFINITE), REEL_ERROR_VALUE);
  assert_fails (NORMAL (REEL_F64, NOT_A_NUMBER, 1), REEL_ERROR_VALUE);
  assert_fails (NORMAL (REEL_F32, 1e39, 1), REEL_ERROR_VALUE);
#define BERNOULLI(p) \
  reel_generator_bernoulli (g, REEL_BOOL, REEL_SHAPE (2), p, &error)
  assert_fails (BERNOULLI (-0.1), REEL_ERROR_VALUE);
  assert_fails (BERNOULLI (1.1), REEL_ERROR_VALUE);
  assert_fails (BERNOULLI (NOT_A_NUMBER), REEL_ERROR_VALUE);

  assert_fails (reel_generator_permutation (g, -1, &error), REEL_ERROR_SHAPE);
  assert_fails (reel_generator_permutation (g, G_MAXINT64 / 16, &error),
                REEL_ERROR_NO_MEMORY);
  assert_fails (reel_generator_uniform (g, REEL_F32, REEL_SHAPE (-1), 0, 1, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_generator_normal (g, REEL_F32, REEL_SHAPE (-1), 0, 1, &error),
                REEL_ERROR_SHAPE);
  assert_fails (reel_generator_bernoulli (g, REEL_U8, REEL_SHAPE (-1), 0.5, &error),
                REEL_ERROR_SHAPE);
  g_assert_cmpuint (reel_generator_get_offset (g), ==, 0);
}

#define N_THREADS 4
#define N_NEXT 10000

static gpointer
take_offsets (gpointer data)
{
  ReelGenerator *generator = data;
  guint64 *offsets = g_new (guint64, N_NEXT);
  guint64 key;

  for (guint i = 0; i < N_NEXT; i++)
    {
      reel_generator_ref (generator);
      offsets[i] = _reel_generator_next (generator, &key);
      reel_generator_unref (generator);
    }
  reel_generator_unref (generator);
  return offsets;
}

/* No two draws of several threads have one offset. */
static void
test_threads (void)
{
  ReelGenerator *generator = reel_generator_new (SEED);
  g_autofree gboolean *seen = g_new0 (gboolean, N_THREADS * N_NEXT);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("offsets", take_offsets, reel_generator_ref (generator));
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree guint64 *offsets = g_thread_join (threads[i]);

      for (guint k = 0; k < N_NEXT; k++)
        {
          g_assert_cmpuint (offsets[k], <, N_THREADS * N_NEXT);
          g_assert_false (seen[offsets[k]]);
          seen[offsets[k]] = TRUE;
        }
    }
  reel_generator_unref (generator);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/generator/state", test_state);
  g_test_add_func ("/generator/reproducible", test_reproducible);
  g_test_add_func ("/generator/uniform", test_uniform);
  g_test_add_func ("/generator/normal", test_normal);
  g_test_add_func ("/generator/bernoulli", test_bernoulli);
  g_test_add_func ("/generator/permutation", test_permutation);
  g_test_add_func ("/generator/errors", test_errors);
  g_test_add_func ("/generator/threads", test_threads);
  return g_test_run ();
}
