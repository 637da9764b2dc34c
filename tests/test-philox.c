/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/philox.h"

#include <math.h>
#include <string.h>

/* The streams are fixed, so these never fail by chance; what they say is how far
 * a stream of N_SAMPLES may be from what it should be, in standard errors. */
#define N_SAMPLES 200000
#define STANDARD_ERRORS 4

#define KEY G_GUINT64_CONSTANT (0x0123456789abcdef)
#define OFFSET G_GUINT64_CONSTANT (0xfedcba9876543210)

#define assert_near(x, expected, tolerance) \
  g_assert_cmpfloat (fabs ((x) - (expected)), <=, tolerance)

/* Longer than some chunks, and not a multiple of anything. */
#define N_RANGE 1003

/* Random123's kat_vectors, "philox4x32 10" */
static void
test_known_answers (void)
{
  static const struct
  {
    guint32 counter[4];
    guint32 key[2];
    guint32 expected[4];
  } vectors[] = {
    { { 0, 0, 0, 0 },
      { 0, 0 },
      { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } }
  };

  for (gsize v = 0; v < G_N_ELEMENTS (vectors); v++)
    {
      guint32 out[4];

      _reel_philox4x32_10 (vectors[v].counter, vectors[v].key, out);
      g_assert_cmpmem (out, sizeof out,
                       vectors[v].expected, sizeof vectors[v].expected);
    }
}

/* Word i of a fill is word i mod 4 of block i / 4, also far from the start, where
 * the block's number needs its high half. */
static void
test_words (void)
{
  static const gint64 firsts[] =
    { 0, 5, 1002, G_GINT64_CONSTANT (0x3fffffff0), G_MAXINT64 - N_RANGE };
  const guint32 key[2] = { (guint32) KEY, (guint32) (KEY >> 32) };
  guint32 words[N_RANGE];

  for (gsize f = 0; f < G_N_ELEMENTS (firsts); f++)
    {
      _reel_philox_bits_u32 (KEY, OFFSET, firsts[f], N_RANGE, words);
      for (gint64 i = 0; i < N_RANGE; i++)
        {
          guint64 block = (guint64) (firsts[f] + i) / 4;
          guint32 counter[4] = { (guint32) block, (guint32) (block >> 32),
                                 (guint32) OFFSET, (guint32) (OFFSET >> 32) };
          guint32 expected[4];

          _reel_philox4x32_10 (counter, key, expected);
          g_assert_cmphex (words[i], ==, expected[(firsts[f] + i) % 4]);
        }
    }
}

typedef void (*FillFunc) (guint64  key,
                          guint64  offset,
                          gint64   first,
                          gint64   n,
                          gpointer out);

typedef struct
{
  const gchar *name;
  gsize size;
  FillFunc fill;
} Fill;

#define TYPELESS(name, Type) \
static void \
fill_##name (guint64  key, \
             guint64  offset, \
             gint64   first, \
             gint64   n, \
             gpointer out) \
{ \
  _reel_philox_##name (key, offset, first, n, (Type *) out); \
}

TYPELESS (bits_u32, guint32)
TYPELESS (uniform_f32, gfloat)
TYPELESS (uniform_f64, gdouble)
TYPELESS (normal_f32, gfloat)
TYPELESS (normal_f64, gdouble)

static void
fill_bernoulli_u8 (guint64  key,
                   guint64  offset,
                   gint64   first,
                   gint64   n,
                   gpointer out)
{
  _reel_philox_bernoulli_u8 (key, offset, first, n, 0.4, out);
}

static const Fill fills[] = {
  { "bits-u32", 4, fill_bits_u32 },
  { "uniform-f32", 4, fill_uniform_f32 },
  { "uniform-f64", 8, fill_uniform_f64 },
  { "normal-f32", 4, fill_normal_f32 },
  { "normal-f64", 8, fill_normal_f64 },
  { "bernoulli-u8", 1, fill_bernoulli_u8 }
};

static void
test_ranges (gconstpointer data)
{
  const Fill *fill = data;
  gsize size = fill->size;
  guint8 *whole = g_malloc (N_RANGE * size);
  guint8 *part = g_malloc ((N_RANGE + 1) * size);

  fill->fill (KEY, OFFSET, 0, N_RANGE, whole);
  for (gint64 first = 0; first < N_RANGE; first += 1 + first / 7)
    for (gint64 n = 0; n <= N_RANGE - first; n += 1 + n / 3)
      {
        memset (part, 0xa5, (N_RANGE + 1) * size);
        fill->fill (KEY, OFFSET, first, n, part);
        g_assert_true (memcmp (part, whole + (gsize) first * size,
                               (gsize) n * size) == 0);
        for (gsize i = (gsize) n * size; i < (gsize) (n + 1) * size; i++)
          g_assert_cmphex (part[i], ==, 0xa5);
      }

  memset (part, 0xa5, size);
  fill->fill (KEY, OFFSET, 0, -1, part);
  g_assert_cmphex (part[0], ==, 0xa5);
  g_free (part);
  g_free (whole);
}

/* Each half of the key and of the offset counts. */
static void
test_streams_differ (gconstpointer data)
{
  const Fill *fill = data;
  static const guint64 high = G_GUINT64_CONSTANT (1) << 32;
  const struct { guint64 key, offset; } streams[] = {
    { KEY, OFFSET },
    { KEY + 1, OFFSET }, { KEY + high, OFFSET },
    { KEY, OFFSET + 1 }, { KEY, OFFSET + high },
    { OFFSET, KEY }
  };
  gdouble out[G_N_ELEMENTS (streams)][N_RANGE];

  for (gsize s = 0; s < G_N_ELEMENTS (streams); s++)
    {
      fill->fill (streams[s].key, streams[s].offset, 0, N_RANGE, out[s]);
      for (gsize before = 0; before < s; before++)
        g_assert_cmpint (memcmp (out[before], out[s], N_RANGE * fill->size),
                         !=, 0);
    }
}

typedef struct
{
  gdouble mean;
  gdouble variance;
  gdouble kurtosis;             /* fourth central moment / variance² */
  gdouble neighbours;           /* correlation of x[i] and x[i + 1] */
} Moments;

static Moments
measure (const gdouble *x)
{
  Moments m = { 0 };
  gdouble fourth = 0;

  for (gint i = 0; i < N_SAMPLES; i++)
    m.mean += x[i] / N_SAMPLES;
  for (gint i = 0; i < N_SAMPLES; i++)
    {
      gdouble d = x[i] - m.mean;

      m.variance += d * d / N_SAMPLES;
      fourth += d * d * d * d / N_SAMPLES;
      if (i + 1 < N_SAMPLES)
        m.neighbours += d * (x[i + 1] - m.mean) / N_SAMPLES;
    }
  m.kurtosis = fourth / (m.variance * m.variance);
  m.neighbours /= m.variance;
  return m;
}

/* `variance_spread`, `kurtosis_spread`: the standard error of each, times the
 * root of the number of samples. */
static void
assert_moments (const gdouble *x,
                Moments        expected,
                gdouble        variance_spread,
                gdouble        kurtosis_spread)
{
  gdouble tolerance = STANDARD_ERRORS / sqrt (N_SAMPLES);
  Moments m = measure (x);

  assert_near (m.mean, expected.mean, tolerance * sqrt (expected.variance));
  assert_near (m.variance, expected.variance, tolerance * variance_spread);
  assert_near (m.kurtosis, expected.kurtosis, tolerance * kurtosis_spread);
  assert_near (m.neighbours, 0, tolerance);
}

static gdouble *
widen (gfloat *x)
{
  gdouble *wide = g_new (gdouble, N_SAMPLES);

  for (gint i = 0; i < N_SAMPLES; i++)
    wide[i] = (gdouble) x[i];
  g_free (x);
  return wide;
}

/* Every value is a multiple of `step`, and the finest bit is in use. */
static void
assert_uniform (gdouble *x,
                gdouble  step)
{
  gint n_odd = 0;

  for (gint i = 0; i < N_SAMPLES; i++)
    {
      gdouble steps = x[i] / step;

      g_assert_true (x[i] >= 0 && x[i] < 1 && steps == floor (steps));
      n_odd += fmod (steps, 2) != 0;
    }
  assert_near (n_odd, N_SAMPLES / 2., STANDARD_ERRORS * sqrt (N_SAMPLES / 4.));
  assert_moments (x, (Moments) { .mean = 0.5, .variance = 1 / 12.,
                                 .kurtosis = 1.8 },
                  sqrt (1 / 180.), 2);
  g_free (x);
}

static void
test_uniform (void)
{
  gfloat *single = g_new (gfloat, N_SAMPLES);
  gdouble *x = g_new (gdouble, N_SAMPLES);

  _reel_philox_uniform_f32 (KEY, OFFSET, 0, N_SAMPLES, single);
  _reel_philox_uniform_f64 (KEY, OFFSET, 0, N_SAMPLES, x);
  assert_uniform (widen (single), 0x1p-24);
  assert_uniform (x, 0x1p-53);
}

static gint
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

/* Moments, and Kolmogorov and Smirnov's distance to the normal distribution,
 * which exceeds 1.95 / sqrt (n) once in 1000. */
static void
assert_normal (gdouble *x)
{
  gdouble distance = 0;

  assert_moments (x, (Moments) { .variance = 1, .kurtosis = 3 },
                  sqrt (2), sqrt (24));

  qsort (x, N_SAMPLES, sizeof *x, compare_doubles);
  for (gint i = 0; i < N_SAMPLES; i++)
    {
      gdouble below = erfc (-x[i] / G_SQRT2) / 2;

      g_assert_true (isfinite (x[i]));
      distance = MAX (distance, fabs (below - (i + 0.5) / N_SAMPLES));
    }
  g_assert_cmpfloat (distance, <, 1.95 / sqrt (N_SAMPLES));
  g_free (x);
}

static void
test_normal (void)
{
  gfloat *single = g_new (gfloat, N_SAMPLES);
  gdouble *x = g_new (gdouble, N_SAMPLES);

  _reel_philox_normal_f32 (KEY, OFFSET, 0, N_SAMPLES, single);
  _reel_philox_normal_f64 (KEY, OFFSET, 0, N_SAMPLES, x);
  assert_normal (widen (single));
  assert_normal (x);
}

static gint
count_ones (gdouble p)
{
  guint8 *out = g_malloc (N_SAMPLES);
  gint n_ones = 0;

  _reel_philox_bernoulli_u8 (KEY, OFFSET, 0, N_SAMPLES, p, out);
  for (gint i = 0; i < N_SAMPLES; i++)
    {
      g_assert_cmpuint (out[i], <=, 1);
      n_ones += out[i];
    }
  g_free (out);
  return n_ones;
}

static void
test_bernoulli (void)
{
  static const gdouble p[] = { 0.001, 0.1, 0.5, 0.9 };

  for (gsize i = 0; i < G_N_ELEMENTS (p); i++)
    assert_near (count_ones (p[i]), p[i] * N_SAMPLES,
                 STANDARD_ERRORS * sqrt (p[i] * (1 - p[i]) * N_SAMPLES));

  g_assert_cmpint (count_ones (0), ==, 0);
  g_assert_cmpint (count_ones (-1), ==, 0);
  g_assert_cmpint (count_ones (-HUGE_VAL), ==, 0);
  g_assert_cmpint (count_ones ((gdouble) NAN), ==, 0);
  g_assert_cmpint (count_ones (1), ==, N_SAMPLES);
  g_assert_cmpint (count_ones (1 - 0x1p-53), ==, N_SAMPLES);
  g_assert_cmpint (count_ones (HUGE_VAL), ==, N_SAMPLES);
}

static void
test_permutation (void)
{
  static const gint64 sizes[] = { 0, 1, 2, 3, 127, 128, 129, 10000 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gint64 n = sizes[s];
      gint64 *order = g_new (gint64, n + 1);
      gboolean *seen = g_new0 (gboolean, n + 1);
      gint64 n_fixed = 0;

      order[n] = 42;
      _reel_philox_permutation (KEY, OFFSET, n, order);
      g_assert_cmpint (order[n], ==, 42);
      for (gint64 i = 0; i < n; i++)
        {
          g_assert_true (order[i] >= 0 && order[i] < n && !seen[order[i]]);
          seen[order[i]] = TRUE;
          n_fixed += order[i] == i;
        }
      /* one on average, whatever n is */
      g_assert_true (n < 100 || n_fixed < 8);
      g_free (seen);
      g_free (order);
    }
}

/* Word after word, each used once: the same written down more plainly. */
static void
test_permutation_words (void)
{
  enum { N = 5000 };
  gint64 order[N], expected[N];
  guint32 words[N + 100];
  gsize n_used = 0;

  _reel_philox_bits_u32 (KEY, OFFSET, 0, G_N_ELEMENTS (words), words);
  for (gint64 i = 0; i < N; i++)
    expected[i] = i;
  for (guint64 bound = N; bound > 1; bound--)
    {
      guint64 product, j;
      gint64 swapped = expected[bound - 1];

      do
        product = words[n_used++] * bound;
      while (product % (G_GUINT64_CONSTANT (1) << 32) <
             (G_GUINT64_CONSTANT (1) << 32) % bound);
      j = product >> 32;
      expected[bound - 1] = expected[j];
      expected[j] = swapped;
    }

  _reel_philox_permutation (KEY, OFFSET, N, order);
  g_assert_true (memcmp (order, expected, sizeof order) == 0);
}

#define CHI_N 5
#define CHI_ORDERS 120          /* 5! */
#define CHI_DRAWS 60000
/* 119 degrees of freedom: exceeded once in 1000 */
#define CHI_LIMIT 172.4

/* All orders of five equally often; and every offset gives another one. */
static void
test_permutation_unbiased (void)
{
  gint counts[CHI_ORDERS] = { 0 };
  gdouble expected = (gdouble) CHI_DRAWS / CHI_ORDERS;
  gdouble chi_square = 0;

  for (guint64 draw = 0; draw < CHI_DRAWS; draw++)
    {
      gint64 order[CHI_N];
      gint rank = 0;

      _reel_philox_permutation (KEY, draw, CHI_N, order);
      for (gint i = 0; i < CHI_N; i++)
        {
          gint n_smaller = 0;

          for (gint j = i + 1; j < CHI_N; j++)
            n_smaller += order[j] < order[i];
          rank = rank * (CHI_N - i) + n_smaller;
        }
      counts[rank]++;
    }

  for (gint i = 0; i < CHI_ORDERS; i++)
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  g_assert_cmpfloat (chi_square, <, CHI_LIMIT);
  /* Nor too good to be true (once in 1000). */
  g_assert_cmpfloat (chi_square, >, 75.2);
}

/* Where element 0 of a longer one goes: an even spread. */
static void
test_permutation_positions (void)
{
  enum { N = 20, DRAWS = 20000 };
  gint counts[N][N] = { { 0 } };
  gdouble expected = (gdouble) DRAWS / N;

  for (guint64 draw = 0; draw < DRAWS; draw++)
    {
      gint64 order[N];

      _reel_philox_permutation (draw, OFFSET, N, order);
      for (gint i = 0; i < N; i++)
        counts[i][order[i]]++;
    }
  for (gint i = 0; i < N; i++)
    {
      gdouble chi_square = 0;

      for (gint j = 0; j < N; j++)
        chi_square += (counts[i][j] - expected) * (counts[i][j] - expected) /
                      expected;
      /* 19 degrees of freedom: exceeded once in 1000 */
      g_assert_cmpfloat (chi_square, <, 43.8);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/philox/known-answers", test_known_answers);
  g_test_add_func ("/philox/words", test_words);
  for (gsize i = 0; i < G_N_ELEMENTS (fills); i++)
    {
      gchar *ranges = g_strdup_printf ("/philox/ranges/%s", fills[i].name);
      gchar *differ = g_strdup_printf ("/philox/streams-differ/%s",
                                       fills[i].name);

      g_test_add_data_func (ranges, &fills[i], test_ranges);
      g_test_add_data_func (differ, &fills[i], test_streams_differ);
      g_free (ranges);
      g_free (differ);
    }
  g_test_add_func ("/philox/uniform", test_uniform);
  g_test_add_func ("/philox/normal", test_normal);
  g_test_add_func ("/philox/bernoulli", test_bernoulli);
  g_test_add_func ("/philox/permutation", test_permutation);
  g_test_add_func ("/philox/permutation-words", test_permutation_words);
  g_test_add_func ("/philox/permutation-unbiased", test_permutation_unbiased);
  g_test_add_func ("/philox/permutation-positions",
                   test_permutation_positions);
  return g_test_run ();
}
