/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Slopes, binary operations, integers, comparisons and casts of every table of
 * loops this machine can run. */

#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* NAN is a float */
#define NOT_A_NUMBER __builtin_nan ("")

/* Of slopes: f64 against a difference quotient, f32 against f64 */
#define QUOTIENT 1e-7
#define F32_SLOPE 6e-7

static void
assert_near (gdouble got, long double wanted, long double tolerance)
{
  if (!(fabsl ((long double) got - wanted) <= tolerance))
    g_error ("got %.17g, wanted %.17Lg, tolerance %.3Lg", got, wanted, tolerance);
}

static gboolean
same (gdouble a, gdouble b)
{
  return isnan (a) ? isnan (b) : a == b;
}

/* Slopes --------------------------------------------------------------------- */

/* The unary operation of each slope, and whether it is taken at the output */
static const struct
{
  ReelSlopeId slope;
  ReelUnaryId unary;
  const gchar *name;
  gboolean at_output;
  gdouble from, to;
} slopes[] = {
#define UNARY_X(function, name, onnx, numbers, low, high, ...) \
  { REEL_SLOPE_##name, REEL_UNARY_##name, #name, FALSE, low, high },
#define UNARY_Y(function, name, onnx, numbers, low, high, ...) \
  { REEL_SLOPE_##name, REEL_UNARY_##name, #name, TRUE, low, high },
#include "kernels/unary-table.h"
};

static void
test_slopes (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble powers[] = { 2.5, 0, 1, 2, 3, 0.5, -1, -0.5, 4, 1.5 };

  G_STATIC_ASSERT (G_N_ELEMENTS (slopes) == REEL_N_SLOPE);

  for (guint row = 0; row < G_N_ELEMENTS (slopes); row++)
    for (guint k = 0; k < (slopes[row].slope == REEL_SLOPE_pow_scalar ? G_N_ELEMENTS (powers) : 1); k++)
      for (guint i = 0; i < 1000; i++)
        {
          const gdouble parameters[2] = { slopes[row].slope == REEL_SLOPE_pow_scalar ? powers[k] : 0.3, 2 };
          const gdouble x
            = (gdouble) (gfloat) (slopes[row].from + (slopes[row].to - slopes[row].from) * i / 999);
          const gdouble step = 1e-5, cotangent = -2.5;
          const gfloat cotangent32 = -2.5f;
          gdouble y, around[2] = { x - step, x + step }, slope, at, quotient;
          gfloat at32, slope32;

          if (fabs (x) < 2 * step || fabs (x - 0.3) < 2 * step || fabs (x - 2) < 2 * step)
            continue; /* a kink */
          kernels->unary[slopes[row].unary][REEL_F64] (1, &x, &y, parameters);
          kernels->unary[slopes[row].unary][REEL_F64] (2, around, around, parameters);
          quotient = cotangent * (around[1] - around[0]) / (2 * step);
          at32 = (gfloat) (slopes[row].at_output ? y : x);
          at = (gdouble) at32;
          kernels->slope[slopes[row].slope][REEL_F64] (1, &cotangent, 1, &at, 1, &slope, parameters);
          kernels->slope[slopes[row].slope][REEL_F32] (1, &cotangent32, 1, &at32, 1, &slope32, parameters);
          if (fabs ((gdouble) slope32 - slope) > F32_SLOPE * fabs (slope) + 6e-7)
            g_error ("%s at %g: f32 %.9g, f64 %.9g", slopes[row].name, x, (gdouble) slope32, slope);
          if (slopes[row].at_output)
            kernels->slope[slopes[row].slope][REEL_F64] (1, &cotangent, 1, &y, 1, &slope, parameters);
          if (fabs (slope - quotient) > QUOTIENT * (1 + 10 * fabs (slope)))
            g_error ("%s at %g: slope %.9g, quotient %.9g", slopes[row].name, x, slope, quotient);
        }
}

static gdouble
slope_f64 (const ReelKernels *kernels, ReelSlopeId id, gdouble cotangent, gdouble at, const gdouble *p)
{
  gdouble slope;

  kernels->slope[id][REEL_F64] (1, &cotangent, 1, &at, 1, &slope, p);

  return slope;
}

static gdouble
slope_f32 (const ReelKernels *kernels, ReelSlopeId id, gdouble cotangent, gdouble at, const gdouble *p)
{
  const gfloat a = (gfloat) cotangent, b = (gfloat) at;
  gfloat slope;

  kernels->slope[id][REEL_F32] (1, &a, 1, &b, 1, &slope, p);

  return (gdouble) slope;
}

static void
test_slope_edges (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble nasty[] = { 0.0, -0.0, HUGE_VAL, -HUGE_VAL, NOT_A_NUMBER, 1e-40, 3e38, -1 };
  static const gdouble inf = HUGE_VAL, nan = NOT_A_NUMBER;
  const struct
  {
    ReelSlopeId id;
    gdouble cotangent, at, slope, p, q;
  } cases[] = {
#define EDGE(name, ...) { REEL_SLOPE_##name, __VA_ARGS__ },
    EDGE (abs, inf, 0, 0, 0, 0) EDGE (abs, 2, -1, -2, 0, 0) EDGE (abs, 2, nan, nan, 0, 0)
    EDGE (relu, inf, -1, 0, 0, 0) EDGE (relu, nan, 0, 0, 0, 0) EDGE (relu, 3, 1, 3, 0, 0)
    EDGE (clamp, inf, 5, 0, 0, 1) EDGE (clamp, 3, 1, 3, 0, 1) EDGE (clamp, 3, 0, 3, 0, 1)
    EDGE (clamp, nan, 5, 0, 0, 1) EDGE (leaky_relu, 2, 0, 0.5, 0.25, 0)
    EDGE (maximum_scalar, 2, 1, 1, 1, 0) EDGE (maximum_scalar, inf, 0, 0, 1, 0)
    EDGE (maximum_scalar, 2, 3, 2, 1, 0) EDGE (minimum_scalar, 2, 1, 1, 1, 0)
    EDGE (minimum_scalar, nan, 2, 0, 1, 0) EDGE (minimum_scalar, 2, 0, 2, 1, 0)
    EDGE (pow_scalar, 2, 0, 0, 0, 0) EDGE (pow_scalar, 2, 0, 2, 1, 0) EDGE (pow_scalar, 2, 0, inf, 0.5, 0)
    EDGE (pow_scalar, 2, -3, -12, 2, 0) EDGE (sqrt, 1, 0, inf, 0, 0) EDGE (log, 1, 0, inf, 0, 0)
    EDGE (log1p, 1, -1, inf, 0, 0) EDGE (reciprocal, 1, inf, -inf, 0, 0)
    EDGE (gelu, 2, inf, 2, 0, 0) EDGE (gelu, 2, -inf, 0, 0, 0) EDGE (gelu_tanh, 2, inf, 2, 0, 0)
    EDGE (gelu_tanh, 2, -inf, 0, 0, 0) EDGE (silu, 2, inf, 2, 0, 0) EDGE (silu, 2, -inf, 0, 0, 0)
    EDGE (tanh, 2, inf, 0, 0, 0) EDGE (sigmoid, 2, -inf, 0, 0, 0) EDGE (erf, 2, inf, 0, 0, 0)
    EDGE (elu, 2, -inf, 0, 2, 0) EDGE (softplus, 2, inf, 2, 1, 0) EDGE (gelu, 2, nan, nan, 0, 0)
    EDGE (silu, 2, nan, nan, 0, 0) EDGE (gelu_tanh, 2, nan, nan, 0, 0) EDGE (erf, 2, nan, nan, 0, 0)
#undef EDGE
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gdouble p[2] = { cases[i].p, cases[i].q };

      g_test_message ("slope %d at %g", cases[i].id, cases[i].at);
      g_assert_true (same (slope_f32 (kernels, cases[i].id, cases[i].cotangent, cases[i].at, p),
                           cases[i].slope));
      g_assert_true (same (slope_f64 (kernels, cases[i].id, cases[i].cotangent, cases[i].at, p),
                           cases[i].slope));
    }
  for (guint id = 0; id < REEL_N_SLOPE; id++)
    for (guint i = 0; i < G_N_ELEMENTS (nasty); i++)
      {
        static const gdouble p[2] = { -0.5, 1 };

        g_assert_true (slope_f32 (kernels, (ReelSlopeId) id, 0, nasty[i], p) == 0);
        g_assert_true (slope_f64 (kernels, (ReelSlopeId) id, 0, nasty[i], p) == 0);
      }
  /* 4 s(2x) s(-2x) where 1 - y² is 0 */
  assert_near (slope_f64 (kernels, REEL_SLOPE_tanh, 1, 19.5, NULL), 4.61928966920631e-17L, 1e-29L);
  assert_near (slope_f32 (kernels, REEL_SLOPE_tanh, 1, 19.5, NULL), 4.61928966920631e-17L, 1e-23L);
}

/* Binary operations, integers, casts ----------------------------------------- */

#define BINARY(type, dtype, operation, x, y, wanted) \
  { \
    const type a = (type) (x), b = (type) (y); \
    type out; \
    kernels->binary[REEL_BINARY_##operation][dtype](1, &a, 1, &b, 1, &out, NULL); \
    g_assert_true (same ((gdouble) out, (gdouble) (wanted)) && (isnan ((gdouble) out) || out == (type) (wanted))); \
  }

static void
test_binary (gconstpointer data)
{
  const ReelKernels *kernels = data;

#define FLOATS(operation, x, y, wanted) \
  BINARY (gfloat, REEL_F32, operation, x, y, wanted) \
  BINARY (gdouble, REEL_F64, operation, x, y, wanted)
  FLOATS (add, 1, 2, 3)
  FLOATS (sub, 1, 2, -1)
  FLOATS (mul, 3, 2, 6)
  FLOATS (div, 3, 2, 1.5f)
  FLOATS (div, 1, 0, HUGE_VAL)
  FLOATS (pow, -2, 3, -8)
  FLOATS (pow, NOT_A_NUMBER, 0, 1)
  FLOATS (maximum, NOT_A_NUMBER, 1, NOT_A_NUMBER)
  FLOATS (maximum, 1, NOT_A_NUMBER, NOT_A_NUMBER)
  FLOATS (maximum, 1, 2, 2)
  FLOATS (maximum, 2, 1, 2)
  FLOATS (minimum, NOT_A_NUMBER, 1, NOT_A_NUMBER)
  FLOATS (minimum, 1, NOT_A_NUMBER, NOT_A_NUMBER)
  FLOATS (minimum, 2, 1, 1)
  FLOATS (minimum, 1, 2, 1)
  FLOATS (mul_absorb, 0, HUGE_VAL, 0)
  FLOATS (mul_absorb, 0, NOT_A_NUMBER, 0)
  FLOATS (mul_absorb, 2, HUGE_VAL, HUGE_VAL)
  FLOATS (mul_absorb, NOT_A_NUMBER, 1, NOT_A_NUMBER)
  FLOATS (div_absorb, 0, 0, 0)
  FLOATS (div_absorb, 0, NOT_A_NUMBER, 0)
  FLOATS (div_absorb, 1, 2, 0.5f)

  BINARY (gint32, REEL_I32, add, G_MAXINT32, 1, G_MININT32)
  BINARY (gint32, REEL_I32, mul, 65536, 65536, 0)
  BINARY (gint32, REEL_I32, sub, G_MININT32, 1, G_MAXINT32)
  BINARY (gint32, REEL_I32, div, -7, 2, -3)
  BINARY (gint32, REEL_I32, div, 7, 0, 0)
  BINARY (gint32, REEL_I32, div, G_MININT32, -1, G_MININT32)
  BINARY (gint64, REEL_I64, div, G_MININT64, -1, G_MININT64)
  BINARY (gint64, REEL_I64, div, 5, 0, 0)
  BINARY (gint64, REEL_I64, mul, G_MAXINT64, 2, -2)
  BINARY (guint8, REEL_U8, add, 250, 10, 4)
  BINARY (guint8, REEL_U8, mul, 200, 200, 64)
  BINARY (guint8, REEL_U8, div, 255, 255, 1)
  BINARY (guint8, REEL_U8, div, 255, 0, 0)
  BINARY (gint32, REEL_I32, pow, 3, 4, 81)
  BINARY (gint32, REEL_I32, pow, -1, -3, -1)
  BINARY (gint32, REEL_I32, pow, -1, -4, 1)
  BINARY (gint32, REEL_I32, pow, 1, -4, 1)
  BINARY (gint32, REEL_I32, pow, 2, -1, 0)
  BINARY (gint32, REEL_I32, pow, 0, 0, 1)
  BINARY (gint32, REEL_I32, pow, -2, 31, G_MININT32)
  BINARY (gint64, REEL_I64, pow, 3, 39, G_GINT64_CONSTANT (4052555153018976267))
  BINARY (guint8, REEL_U8, pow, 2, 9, 0)
  BINARY (guint8, REEL_U8, pow, 3, 255, 171)
  BINARY (guint8, REEL_U8, minimum, 3, 255, 3)
  BINARY (gint64, REEL_I64, maximum, -3, 255, 255)
}

static void
test_integers (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const gint32 x[] = { G_MININT32, -3, 0, 5, G_MAXINT32 };
  const guint8 bytes[] = { 0, 3, 255 };
  gint32 y[5];
  guint8 byte[5];
  gint64 total;

#define UNARY(operation, p, q, ...) \
  { \
    const gint32 wanted[] = { __VA_ARGS__ }; \
    const gdouble parameters[2] = { p, q }; \
    kernels->unary[REEL_UNARY_##operation][REEL_I32](5, x, y, parameters); \
    g_assert_cmpmem (y, sizeof y, wanted, sizeof wanted); \
  }
  UNARY (neg, 0, 0, G_MININT32, 3, 0, -5, -G_MAXINT32)
  UNARY (abs, 0, 0, G_MININT32, 3, 0, 5, G_MAXINT32)
  UNARY (sign, 0, 0, -1, -1, 0, 1, 1)
  UNARY (square, 0, 0, 0, 9, 0, 25, 1)
  UNARY (relu, 0, 0, 0, 0, 0, 5, G_MAXINT32)
  UNARY (clamp, -2, 1e300, -2, -2, 0, 5, G_MAXINT32)
  UNARY (leaky_relu, 2, 0, 0, -6, 0, 5, G_MAXINT32)
  UNARY (add_scalar, 1, 0, G_MININT32 + 1, -2, 1, 6, G_MININT32)
  UNARY (div_scalar, 0, 0, 0, 0, 0, 0, 0)
  UNARY (div_scalar, -1, 0, G_MININT32, 3, 0, -5, -G_MAXINT32)
  UNARY (pow_scalar, 3, 0, 0, -27, 0, 125, G_MAXINT32)
  UNARY (maximum_scalar, 1, 0, 1, 1, 1, 5, G_MAXINT32)
  UNARY (minimum_scalar, NOT_A_NUMBER, 0, G_MININT32, -3, 0, 0, 0)

  kernels->unary[REEL_UNARY_neg][REEL_U8] (3, bytes, byte, NULL);
  g_assert_true (byte[0] == 0 && byte[1] == 253 && byte[2] == 1);
  kernels->unary[REEL_UNARY_sign][REEL_U8] (3, bytes, byte, NULL);
  g_assert_true (byte[0] == 0 && byte[1] == 1 && byte[2] == 1);
  kernels->unary[REEL_UNARY_abs][REEL_U8] (3, bytes, byte, NULL);
  g_assert_cmpmem (byte, 3, bytes, 3);
  kernels->unary[REEL_UNARY_logical_not][REEL_I32] (5, x, byte, NULL);
  g_assert_true (byte[0] == 0 && byte[2] == 1 && byte[4] == 0);

  kernels->reduce[REEL_REDUCE_sum][REEL_I32] (1, 5, x, &total);
  g_assert_cmpint (total, ==, 1);
  kernels->reduce[REEL_REDUCE_prod][REEL_I32] (1, 2, x, &total);
  g_assert_cmpint (total, ==, G_GINT64_CONSTANT (3) << 31);
  kernels->reduce[REEL_REDUCE_sum][REEL_U8] (1, 3, bytes, &total);
  g_assert_cmpint (total, ==, 258);
  kernels->reduce[REEL_REDUCE_argmax][REEL_I32] (1, 5, x, &total);
  g_assert_cmpint (total, ==, 4);
  kernels->reduce[REEL_REDUCE_argmin][REEL_I32] (1, 5, x, &total);
  g_assert_cmpint (total, ==, 0);
  {
    const gint32 ties[] = { 1, 2, 2, 0, 0 };

    kernels->reduce[REEL_REDUCE_argmax][REEL_I32] (1, 5, ties, &total);
    g_assert_cmpint (total, ==, 1);
    kernels->reduce[REEL_REDUCE_argmin][REEL_I32] (1, 5, ties, &total);
    g_assert_cmpint (total, ==, 3);
  }
  kernels->reduce[REEL_REDUCE_amax][REEL_I32] (1, 4, x, y);
  g_assert_cmpint (y[0], ==, 5);
  kernels->reduce[REEL_REDUCE_any][REEL_I32] (1, 5, x, byte);
  g_assert_cmpint (byte[0], ==, 1);
  kernels->reduce[REEL_REDUCE_all][REEL_I32] (1, 5, x, byte);
  g_assert_cmpint (byte[0], ==, 0);
}

static void
test_comparisons (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble a[] = { 1, 2, 2, NOT_A_NUMBER, 0 }, b[] = { 2, 2, 1, 1, -0.0 };
  static const guint8 wanted[REEL_N_COMPARE][5] = {
    [REEL_COMPARE_equal] = { 0, 1, 0, 0, 1 },
    [REEL_COMPARE_not_equal] = { 1, 0, 1, 1, 0 },
    [REEL_COMPARE_less] = { 1, 0, 0, 0, 0 },
    [REEL_COMPARE_less_equal] = { 1, 1, 0, 0, 1 },
    [REEL_COMPARE_greater] = { 0, 0, 1, 0, 0 },
    [REEL_COMPARE_greater_equal] = { 0, 1, 1, 0, 1 },
    [REEL_COMPARE_logical_and] = { 1, 1, 1, 1, 0 },
    [REEL_COMPARE_logical_or] = { 1, 1, 1, 1, 0 },
  };

  for (gint dtype = 0; dtype < REEL_N_DTYPES; dtype++)
    for (gint id = 0; id < REEL_N_COMPARE; id++)
      {
        const gint n = dtype <= REEL_F64 ? 5 : dtype < REEL_BOOL ? 3 : 0;
        gint64 a_cast[5], b_cast[5];
        guint8 out[5];

        kernels->cast[REEL_F64][dtype](5, a, a_cast);
        kernels->cast[REEL_F64][dtype](5, b, b_cast);
        kernels->compare[id][dtype](n, a_cast, 1, b_cast, 1, out, NULL);
        g_assert_cmpmem (out, n, wanted[id], n);
      }
}

static void
test_casts (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble x[] = { 1.9, -1.9, NOT_A_NUMBER, HUGE_VAL, -HUGE_VAL, 300, 3e9, -3e9, 1e19, 0.25, -0.0 };
  static const gint32 i32[] = { 1, -1, 0, G_MAXINT32, G_MININT32, 300, G_MAXINT32, G_MININT32, G_MAXINT32, 0, 0 };
  static const gint64 i64[] = { 1, -1, 0, G_MAXINT64, G_MININT64, 300, 3000000000, -3000000000, G_MAXINT64, 0, 0 };
  static const guint8 u8[] = { 1, 0, 0, 255, 0, 255, 255, 0, 255, 0, 0 };
  static const guint8 truth[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
  const gint n = G_N_ELEMENTS (x);
  gfloat x32[G_N_ELEMENTS (x)];
  gint64 out[G_N_ELEMENTS (x)];

  kernels->cast[REEL_F64][REEL_F32](n, x, x32);
  g_assert_true (x32[0] == 1.9f && isnan (x32[2]) && x32[8] == 1e19f);
  for (gint from = 0; from < 2; from++)
    {
      gconstpointer data_from = from == REEL_F32 ? (gconstpointer) x32 : x;

      kernels->cast[from][REEL_I32](n, data_from, out);
      g_assert_cmpmem (out, sizeof i32, i32, sizeof i32);
      kernels->cast[from][REEL_I64](n, data_from, out);
      g_assert_cmpmem (out, sizeof i64, i64, sizeof i64);
      kernels->cast[from][REEL_U8](n, data_from, out);
      g_assert_cmpmem (out, sizeof u8, u8, sizeof u8);
      kernels->cast[from][REEL_BOOL](n, data_from, out);
      g_assert_cmpmem (out, sizeof truth, truth, sizeof truth);
    }
  kernels->cast[REEL_I64][REEL_U8](n, i64, out);
  g_assert_cmpint (((guint8 *) out)[5], ==, 300 & 255);
  kernels->cast[REEL_BOOL][REEL_F32](n, truth, x32);
  g_assert_true (x32[0] == 1 && x32[10] == 0);
}

/* The rows' text: what has a slope says it, and nothing is broken over lines. */
static void
test_expressions (void)
{
  const ReelExpression *const log_sigmoid = &_reel_unary_expressions[REEL_UNARY_log_sigmoid];
  guint n_slopes = 0;

  g_assert_cmpstr (log_sigmoid->value, ==, "-F (softplus) (-x, N (1))");
  g_assert_cmpstr (log_sigmoid->slope, ==, "g * F (sigmoid) (-v)");
  g_assert_false (log_sigmoid->slope_of_output);
  g_assert_true (_reel_unary_expressions[REEL_UNARY_exp].slope_of_output);
  g_assert_null (_reel_unary_expressions[REEL_UNARY_floor].slope);
  for (guint id = 0; id < REEL_N_UNARY; id++)
    {
      const ReelExpression *expression = &_reel_unary_expressions[id];

      g_assert_nonnull (expression->value);
      g_assert_null (strchr (expression->value, '\n'));
      g_assert_nonnull (strchr (expression->value, 'x'));
      if (expression->slope == NULL)
        continue;
      n_slopes++;
      g_assert_nonnull (strchr (expression->slope, 'g'));
    }
  g_assert_cmpuint (n_slopes, ==, REEL_N_SLOPE);
  for (guint id = 0; id < REEL_N_BINARY; id++)
    g_assert_nonnull (_reel_binary_expressions[id].value);
}

int
main (int argc, char **argv)
{
  static const gchar *const names[] = { "baseline", "avx2", "avx512" };
  static const struct
  {
    const gchar *name;
    GTestDataFunc run;
  } tests[] = {
    { "slopes", test_slopes },
    { "slope-edges", test_slope_edges },
    { "binary", test_binary },
    { "integers", test_integers },
    { "comparisons", test_comparisons },
    { "casts", test_casts },
  };

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kernels/expressions", test_expressions);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
      {
        const ReelKernels *kernels = _reel_kernels_lookup (names[i]);
        gchar *path = g_strdup_printf ("/kernels/%s/%s", names[i], tests[j].name);

        if (kernels != NULL)
          g_test_add_data_func (path, kernels, tests[j].run);
        g_free (path);
      }

  return g_test_run ();
}
