/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every table of loops this machine can run, against long double arithmetic and
 * against itself. */

#include "kernels/kernels.h"
#include "kernel-accuracy.h"

#include <math.h>
#include <string.h>

/* NAN is a float */
#define NOT_A_NUMBER __builtin_nan ("")

#define MANY 67 /* not a multiple of any vector */

static const gint sizes[REEL_N_DTYPES] = { 4, 8, 4, 8, 1, 1 };
/* References --------------------------------------------------------------- */

static long double ref_silu (long double x) { return isinf (x) ? fmaxl (x, 0) : x * ref_sigmoid (x); }
static long double ref_gelu (long double x) { return isinf (x) ? fmaxl (x, 0) : x * ref_normal (x); }
static long double ref_softplus (long double x)
{
  return fmaxl (x, 0) + log1pl (expl (-fabsl ((long double) parameters[0] * x))) / (long double) parameters[0];
}
static long double ref_softplus_nan (long double x) { return isnan (x) ? x : ref_softplus (x); }
static long double ref_elu (long double x) { return x > 0 ? x : (long double) parameters[0] * expm1l (x); }
static long double ref_rsqrt (long double x) { return 1 / sqrtl (x); }
static long double ref_reciprocal (long double x) { return 1 / x; }
static long double ref_square (long double x) { return x * x; }
static long double ref_gelu_tanh (long double x)
{
  const long double gate = 1.59576912160573071175978423973752747L * (x + 0.044715L * x * x * x);

  return isinf (x) ? fmaxl (x, 0) : x * ref_sigmoid (gate);
}

static long double ref_log_sigmoid (long double x) { return isnan (x) ? x : fminl (x, 0) - log1pl (expl (-fabsl (x))); }
static long double ref_mish (long double x)
{
  const long double e = expl (fminl (x, 100)), n = e * (e + 2);

  return isinf (x) ? fmaxl (x, 0) : x * (n / (n + 2));
}
static long double ref_softsign (long double x) { return isinf (x) ? copysignl (1, x) : x / (1 + fabsl (x)); }

static const struct
{
  ReelUnaryId id;
  const gchar *name;
  Reference reference;
  gdouble f32_ulp, f64_ulp;
  gdouble from, to;
} accurate[] = {
#define ROW(name, reference, f32_ulp, f64_ulp, from, to) \
  { REEL_UNARY_##name, #name, reference, f32_ulp, f64_ulp, from, to },
  ROW (square, ref_square, ROUNDED, ROUNDED, -HUGE_VAL, HUGE_VAL)
  ROW (sqrt, sqrtl, ROUNDED, ROUNDED, -HUGE_VAL, HUGE_VAL)
  ROW (rsqrt, ref_rsqrt, 1.5, 1.5, -HUGE_VAL, HUGE_VAL)
  ROW (reciprocal, ref_reciprocal, ROUNDED, ROUNDED, -HUGE_VAL, HUGE_VAL)
  ROW (exp, expl, CORE, CORE, -HUGE_VAL, HUGE_VAL)
  ROW (expm1, expm1l, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (log, logl, CORE, CORE, -HUGE_VAL, HUGE_VAL)
  ROW (log1p, log1pl, CORE, CORE, -HUGE_VAL, HUGE_VAL)
  ROW (sin, sinl, CLOSE, CORE, -1e15, 1e15)
  ROW (cos, cosl, CLOSE, CORE, -1e15, 1e15)
  ROW (tan, tanl, COMPOSED, CORE, -1e15, 1e15)
  ROW (tanh, tanhl, CLOSE, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (erf, erfl, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (sigmoid, ref_sigmoid, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (silu, ref_silu, COMPOSED, 6, -HUGE_VAL, HUGE_VAL)
  ROW (gelu, ref_gelu, COMPOSED, COMPOSED, -4, HUGE_VAL)
  ROW (gelu, ref_gelu, TAIL, TAIL, -HUGE_VAL, -4)
  ROW (gelu_tanh, ref_gelu_tanh, TAIL, 6, -HUGE_VAL, HUGE_VAL)
  ROW (softplus, ref_softplus_nan, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (exp2, exp2l, CORE, CORE, -HUGE_VAL, HUGE_VAL)
  ROW (log2, log2l, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (log10, log10l, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (cbrt, cbrtl, CLOSE, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (sinh, sinhl, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (cosh, coshl, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (asin, asinl, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (acos, acosl, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (atan, atanl, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (asinh, asinhl, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (acosh, acoshl, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (atanh, atanhl, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (erfc, erfcl, TAIL, TAIL, -HUGE_VAL, HUGE_VAL)
  ROW (log_sigmoid, ref_log_sigmoid, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (mish, ref_mish, TAIL, TAIL, -87, HUGE_VAL) /* while exp x is a normal number */
  ROW (softsign, ref_softsign, CLOSE, CLOSE, -HUGE_VAL, HUGE_VAL)
  ROW (trunc, truncl, EXACT, EXACT, -HUGE_VAL, HUGE_VAL)
  ROW (elu, ref_elu, COMPOSED, COMPOSED, -HUGE_VAL, HUGE_VAL)
  ROW (floor, floorl, EXACT, EXACT, -HUGE_VAL, HUGE_VAL)
  ROW (ceil, ceill, EXACT, EXACT, -HUGE_VAL, HUGE_VAL)
  ROW (round, rintl, EXACT, EXACT, -HUGE_VAL, HUGE_VAL)
#undef ROW
};

/* Accuracy over all exponents, both signs, infinities and NaNs */
static void
test_accuracy (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const guint32 step = g_test_slow () ? 1021 : 65521;

  for (guint row = 0; row < G_N_ELEMENTS (accurate); row++)
    {
      gdouble worst32 = 0, worst64 = 0, at32 = 0, at64 = 0;

      for (guint64 start = 0; start < G_MAXUINT32; start += (guint64) step * MANY)
        {
          gfloat x32[MANY], y32[MANY];
          gdouble x64[MANY], y64[MANY];

          for (guint i = 0; i < MANY; i++)
            {
              const guint64 bits64 = (start + (guint64) i * step) << 32 | (i * 0x9e3779b9u);
              const guint32 bits32 = (guint32) (start + (guint64) i * step);

              memcpy (&x32[i], &bits32, 4);
              memcpy (&x64[i], &bits64, 8);
            }
          kernels->unary[accurate[row].id][REEL_F32] (MANY, x32, y32, parameters);
          kernels->unary[accurate[row].id][REEL_F64] (MANY, x64, y64, parameters);
          for (guint i = 0; i < MANY; i++)
            {
              gdouble error;

              if (isnan (x32[i])
                  || ((gdouble) x32[i] >= accurate[row].from && (gdouble) x32[i] <= accurate[row].to))
                {
                  error = f32_error (y32[i], accurate[row].reference ((long double) x32[i]));
                  if (error > worst32)
                    worst32 = error, at32 = (gdouble) x32[i];
                }
              if (isnan (x64[i]) || (x64[i] >= accurate[row].from && x64[i] <= accurate[row].to))
                {
                  error = f64_error (y64[i], accurate[row].reference ((long double) x64[i]));
                  if (error > worst64)
                    worst64 = error, at64 = x64[i];
                }
            }
        }
      g_test_message ("%s: f32 %.3f ulp at %.9g, f64 %.3f ulp at %.17g", accurate[row].name, worst32,
                      at32, worst64, at64);
      /* (some of libm's functions of long double lose everything where it is no wider) */
      if (!reference_is_wider ())
        continue;
      g_assert_cmpfloat (worst32, <=, accurate[row].f32_ulp);
      g_assert_cmpfloat (worst64, <=, accurate[row].f64_ulp);
    }
}

/* Values at the edges, f32 and f64 alike ------------------------------------- */

static gdouble
unary_f32 (const ReelKernels *kernels, ReelUnaryId id, gdouble x, const gdouble *p)
{
  const gfloat from = (gfloat) x;
  gfloat to;

  kernels->unary[id][REEL_F32] (1, &from, &to, p);

  return (gdouble) to;
}

static gdouble
unary_f64 (const ReelKernels *kernels, ReelUnaryId id, gdouble x, const gdouble *p)
{
  gdouble to;

  kernels->unary[id][REEL_F64] (1, &x, &to, p);

  return to;
}

/* Equal, the sign of zero too, or both NaN */
static gboolean
same (gdouble a, gdouble b)
{
  return isnan (a) ? isnan (b) : a == b && !signbit (a) == !signbit (b);
}

static void
test_edges (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble inf = HUGE_VAL, nan = NOT_A_NUMBER;
  const struct
  {
    ReelUnaryId id;
    gdouble x, y, p, q;
  } cases[] = {
#define EDGE(name, ...) { REEL_UNARY_##name, __VA_ARGS__ },
    EDGE (neg, 0.0, -0.0, 0, 0) EDGE (abs, -0.0, 0.0, 0, 0) EDGE (abs, -inf, inf, 0, 0)
    EDGE (abs, nan, nan, 0, 0) EDGE (sign, -3.0, -1, 0, 0) EDGE (sign, 1e-42, 1, 0, 0)
    EDGE (sign, nan, nan, 0, 0) EDGE (sign, 0, 0, 0, 0) EDGE (sign, -0.0, 0, 0, 0)
    EDGE (relu, nan, nan, 0, 0) EDGE (relu, -inf, 0, 0, 0) EDGE (relu, -0.0, 0, 0, 0)
    EDGE (relu, 2, 2, 0, 0) EDGE (clamp, nan, nan, 0, 1) EDGE (clamp, 5, 1, 0, 1)
    EDGE (clamp, -5, 0, 0, 1) EDGE (clamp, 0.5, 0.5, 0, 1) EDGE (clamp, 5, 5, 0, inf)
    EDGE (clamp, 3, 1, 5, 1) EDGE (leaky_relu, -4, -1, 0.25, 0) EDGE (leaky_relu, nan, nan, 0.25, 0)
    EDGE (leaky_relu, 4, 4, 0.25, 0) EDGE (maximum_scalar, nan, nan, 1, 0)
    EDGE (maximum_scalar, 1, nan, nan, 0) EDGE (maximum_scalar, 0, 1, 1, 0)
    EDGE (minimum_scalar, nan, nan, 1, 0) EDGE (minimum_scalar, 1, nan, nan, 0)
    EDGE (minimum_scalar, 0, 0, 1, 0) EDGE (add_scalar, 1, 3, 2, 0) EDGE (sub_scalar, 1, -1, 2, 0)
    EDGE (mul_scalar, 3, 6, 2, 0) EDGE (div_scalar, 3, 1.5, 2, 0) EDGE (div_scalar, 1, inf, 0, 0)
    EDGE (sqrt, -1, nan, 0, 0) EDGE (sqrt, inf, inf, 0, 0) EDGE (rsqrt, 0, inf, 0, 0)
    EDGE (rsqrt, inf, 0, 0, 0) EDGE (reciprocal, -0.0, -inf, 0, 0)
    EDGE (exp, 0, 1, 0, 0) EDGE (exp, inf, inf, 0, 0) EDGE (exp, -inf, 0, 0, 0)
    EDGE (exp, 1e5, inf, 0, 0) EDGE (exp, -1e5, 0, 0, 0) EDGE (exp, nan, nan, 0, 0)
    EDGE (expm1, -0.0, -0.0, 0, 0) EDGE (expm1, -inf, -1, 0, 0) EDGE (expm1, inf, inf, 0, 0)
    EDGE (log, 0, -inf, 0, 0) EDGE (log, -0.0, -inf, 0, 0) EDGE (log, -1, nan, 0, 0)
    EDGE (log, inf, inf, 0, 0) EDGE (log, 1, 0, 0, 0) EDGE (log, -inf, nan, 0, 0)
    EDGE (log1p, -1, -inf, 0, 0) EDGE (log1p, -2, nan, 0, 0) EDGE (log1p, -0.0, -0.0, 0, 0)
    EDGE (log1p, inf, inf, 0, 0) EDGE (sin, -0.0, -0.0, 0, 0) EDGE (sin, inf, nan, 0, 0)
    EDGE (cos, 0, 1, 0, 0) EDGE (cos, -inf, nan, 0, 0) EDGE (tan, inf, nan, 0, 0)
    EDGE (tanh, -0.0, -0.0, 0, 0) EDGE (tanh, inf, 1, 0, 0) EDGE (tanh, -inf, -1, 0, 0)
    EDGE (tanh, -50, -1, 0, 0) EDGE (sigmoid, -inf, 0, 0, 0) EDGE (sigmoid, inf, 1, 0, 0)
    EDGE (sigmoid, 0, 0.5, 0, 0) EDGE (elu, -inf, -2, 2, 0) EDGE (elu, 3, 3, 2, 0)
    EDGE (elu, nan, nan, 2, 0) EDGE (gelu, inf, inf, 0, 0) EDGE (gelu_tanh, inf, inf, 0, 0)
    EDGE (silu, inf, inf, 0, 0) EDGE (softplus, -inf, 0, 1, 0) EDGE (softplus, inf, inf, 1, 0)
    EDGE (erf, inf, 1, 0, 0) EDGE (erf, -0.0, -0.0, 0, 0) EDGE (floor, -0.5, -1, 0, 0)
    EDGE (floor, -0.0, -0.0, 0, 0) EDGE (ceil, -0.5, -0.0, 0, 0) EDGE (ceil, 0.5, 1, 0, 0)
    EDGE (round, 0.5, 0, 0, 0) EDGE (round, 1.5, 2, 0, 0) EDGE (round, 2.5, 2, 0, 0)
    EDGE (round, -0.5, -0.0, 0, 0) EDGE (round, -2.5, -2, 0, 0) EDGE (round, (gdouble) 1e30f, (gdouble) 1e30f, 0, 0)
    EDGE (round, inf, inf, 0, 0)
#undef EDGE
  };
  /* Where the limit is a zero whose sign is nobody's business */
  static const ReelUnaryId vanishing[] = { REEL_UNARY_gelu, REEL_UNARY_gelu_tanh, REEL_UNARY_silu };
  static const gdouble powers[] = { 2, 3, 0.5, -1, -0.5, 0, 1, 1.5, -2, 4, NOT_A_NUMBER, HUGE_VAL };
  static const gdouble bases[] = { 0.0, -0.0, 1, -1, 2, -3, 0.3, HUGE_VAL, -HUGE_VAL, NOT_A_NUMBER, 1e-40, 1e30 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gdouble p[2] = { cases[i].p, cases[i].q };
      const gdouble y32 = unary_f32 (kernels, cases[i].id, cases[i].x, p);
      const gdouble y64 = unary_f64 (kernels, cases[i].id, cases[i].x, p);

      g_test_message ("operation %d (%g): f32 %g, f64 %g, wanted %g", cases[i].id, cases[i].x, y32,
                      y64, cases[i].y);
      g_assert_true (same (y32, cases[i].y));
      g_assert_true (same (y64, cases[i].y));
    }
  for (guint i = 0; i < G_N_ELEMENTS (vanishing); i++)
    {
      g_assert_true (unary_f32 (kernels, vanishing[i], -inf, NULL) == 0);
      g_assert_true (unary_f64 (kernels, vanishing[i], -inf, NULL) == 0);
      g_assert_true (unary_f32 (kernels, vanishing[i], -3e38, NULL) == 0);
      g_assert_true (unary_f64 (kernels, vanishing[i], -1e308, NULL) == 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (powers); i++)
    for (guint j = 0; j < G_N_ELEMENTS (bases); j++)
      {
        const gdouble y32 = unary_f32 (kernels, REEL_UNARY_pow_scalar, bases[j], &powers[i]);
        const gdouble y64 = unary_f64 (kernels, REEL_UNARY_pow_scalar, bases[j], &powers[i]);
        const gfloat base = (gfloat) bases[j];

        g_assert_cmpfloat (f32_error ((gfloat) y32, powl ((long double) base, (long double) powers[i])),
                           <=, 1.5);
        g_assert_true (signbit (y32) == signbit (pow ((gdouble) base, powers[i])) || isnan (y32));
        g_assert_true (same (y64, pow (bases[j], powers[i])));
      }
}

/* Body, tail, alignment, strides -------------------------------------------- */

/* Awkward values, and for floats some of each size */
static void
fill (ReelDType dtype, guint8 *to, guint n, guint32 seed)
{
  static const gdouble special[] = { 0.0, -0.0, 1, -1, 0.5, NOT_A_NUMBER, HUGE_VAL, -HUGE_VAL, 1e-41,
                                     -1e-41, 3e38, -3e38, 88.8, -88.8, -104, 1e7, 1e-6, 2.5, 0.75 };
  GRand *random = g_rand_new_with_seed (seed);

  for (guint i = 0; i < n; i++)
    {
      const gdouble value = g_rand_int_range (random, 0, 4) == 0
                              ? special[g_rand_int_range (random, 0, G_N_ELEMENTS (special))]
                              : g_rand_double_range (random, -8, 8);
      const guint64 whole = g_rand_boolean (random)
                              ? (guint64) (gint64) g_rand_int_range (random, -4, 5)
                              : (guint64) g_rand_int (random) << 32 | g_rand_int (random);

      switch (dtype)
        {
        case REEL_F32: ((gfloat *) (gpointer) to)[i] = (gfloat) value; break;
        case REEL_F64: ((gdouble *) (gpointer) to)[i] = value; break;
        case REEL_I32: ((guint32 *) (gpointer) to)[i] = (guint32) whole; break;
        case REEL_I64: ((guint64 *) (gpointer) to)[i] = whole; break;
        case REEL_U8: to[i] = (guint8) whole; break;
        case REEL_BOOL:
        default: to[i] = (guint8) (whole & 1); break;
        }
    }
  g_rand_free (random);
}

/* Bit for bit, but that one NaN is as good as another */
static void
assert_same_elements (ReelDType dtype, const guint8 *a, const guint8 *b, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const guint8 *one = a + i * sizes[dtype], *other = b + i * sizes[dtype];

      if (dtype == REEL_F32 && isnan (*(const gfloat *) (gconstpointer) one)
          && isnan (*(const gfloat *) (gconstpointer) other))
        continue;
      if (dtype == REEL_F64 && isnan (*(const gdouble *) (gconstpointer) one)
          && isnan (*(const gdouble *) (gconstpointer) other))
        continue;
      g_assert_cmpmem (one, sizes[dtype], other, sizes[dtype]);
    }
}

/* An array of exactly n elements at an address that is aligned to the element
 * only, so that a checker sees what lies outside */
typedef struct
{
  guint8 *block, *data;
} Array;

static Array
array_new (ReelDType dtype, guint n, guint shift)
{
  Array array;

  array.block = g_malloc ((n + shift) * sizes[dtype] + 1);
  array.block = g_realloc (array.block, MAX ((n + shift) * sizes[dtype], 1));
  array.data = array.block + shift * sizes[dtype];

  return array;
}

static void
check_unary (ReelUnaryLoop loop, ReelDType from, ReelDType to)
{
  for (guint n = 1; n <= MANY; n += n < 20 ? 1 : 47)
    for (guint shift = 0; shift < 3; shift++)
      {
        Array x = array_new (from, n, shift), y = array_new (to, n, shift), one = array_new (to, n, 0);

        fill (from, x.data, n, n);
        loop (n, x.data, y.data, parameters);
        for (guint i = 0; i < n; i++)
          loop (1, x.data + i * sizes[from], one.data + i * sizes[to], parameters);
        assert_same_elements (to, y.data, one.data, n);
        if (from == to)
          {
            loop (n, x.data, x.data, parameters);
            assert_same_elements (to, x.data, one.data, n);
          }
        g_free (x.block);
        g_free (y.block);
        g_free (one.block);
      }
}

static void
check_binary (ReelBinaryLoop loop, ReelDType from, ReelDType to)
{
  static const guint counts[] = { 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, MANY };

  for (guint count = 0; count < G_N_ELEMENTS (counts); count++)
    for (guint strides = 0; strides < 4; strides++)
      {
        const guint n = counts[count], a_stride = strides & 1, b_stride = strides >> 1;
        const gint size = sizes[from];
        Array a = array_new (from, a_stride ? n : 1, 1), b = array_new (from, b_stride ? n : 1, 2);
        Array out = array_new (to, n, 1), one = array_new (to, n, 0);

        fill (from, a.data, a_stride ? n : 1, n + 100);
        fill (from, b.data, b_stride ? n : 1, n + 200 + strides);
        loop (n, a.data, a_stride, b.data, b_stride, out.data, parameters);
        for (guint i = 0; i < n; i++)
          loop (1, a.data + i * a_stride * size, 1, b.data + i * b_stride * size, 1,
                one.data + i * sizes[to], parameters);
        assert_same_elements (to, out.data, one.data, n);
        if (from == to && a_stride)
          {
            Array saved = array_new (from, n, 0);

            memcpy (saved.data, a.data, (gsize) n * (gsize) size);
            loop (n, a.data, a_stride, b.data, b_stride, a.data, parameters);
            assert_same_elements (to, a.data, one.data, n);
            memcpy (a.data, saved.data, (gsize) n * (gsize) size);
            g_free (saved.block);
          }
        if (from == to && b_stride)
          {
            loop (n, a.data, a_stride, b.data, b_stride, b.data, parameters);
            assert_same_elements (to, b.data, one.data, n);
          }
        g_free (a.block);
        g_free (b.block);
        g_free (out.block);
        g_free (one.block);
      }
}

static const gboolean unary_is_test[REEL_N_UNARY] = {
#define UNARY_TEST(function, name, ...) [REEL_UNARY_##name] = TRUE,
#include "kernels/unary-table.h"
};
static const gboolean unary_has_integer[REEL_N_UNARY] = {
#define UNARY_INTEGER(name, ...) [REEL_UNARY_##name] = TRUE,
#include "kernels/unary-table.h"
};
static const gboolean binary_has_integer[REEL_N_BINARY] = {
#define BINARY_INTEGER(name, ...) [REEL_BINARY_##name] = TRUE,
#include "kernels/binary-table.h"
};

static void
test_body_and_tail (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (gint dtype = 0; dtype < REEL_N_DTYPES; dtype++)
    {
      const ReelDType type = (ReelDType) dtype;
      const gboolean is_number = type != REEL_BOOL, is_float = type <= REEL_F64;

      for (gint id = 0; id < REEL_N_UNARY; id++)
        {
          const gboolean expected = unary_is_test[id] || is_float
                                    || (is_number && unary_has_integer[id]);

          g_assert_cmpint (kernels->unary[id][type] != NULL, ==, expected);
          if (expected)
            check_unary (kernels->unary[id][type], type, unary_is_test[id] ? REEL_BOOL : type);
        }
      for (gint id = 0; id < REEL_N_BINARY; id++)
        {
          const gboolean expected = is_float || (is_number && binary_has_integer[id]);

          g_assert_cmpint (kernels->binary[id][type] != NULL, ==, expected);
          if (expected)
            check_binary (kernels->binary[id][type], type, type);
        }
      for (gint id = 0; id < REEL_N_COMPARE; id++)
        check_binary (kernels->compare[id][type], type, REEL_BOOL);
      for (gint id = 0; id < REEL_N_SLOPE; id++)
        {
          g_assert_cmpint (kernels->slope[id][type] != NULL, ==, is_float);
          if (is_float)
            check_binary (kernels->slope[id][type], type, type);
        }
      for (gint to = 0; to < REEL_N_DTYPES; to++)
        for (guint n = 1; n <= MANY; n += 11)
          {
            Array x = array_new (type, n, 1), y = array_new ((ReelDType) to, n, 1);
            Array one = array_new ((ReelDType) to, n, 0);

            fill (type, x.data, n, n);
            kernels->cast[type][to](n, x.data, y.data);
            for (guint i = 0; i < n; i++)
              kernels->cast[type][to](1, x.data + i * sizes[type], one.data + i * sizes[to]);
            assert_same_elements ((ReelDType) to, y.data, one.data, n);
            g_free (x.block);
            g_free (y.block);
            g_free (one.block);
          }
    }
}

static void
test_select (gconstpointer data)
{
  const ReelKernels *kernels = data;

  for (gint type = 0; type < REEL_N_DTYPES; type++)
    for (guint strides = 0; strides < 8; strides++)
      {
        const gint size = sizes[type];
        const guint c_stride = strides & 1, a_stride = strides >> 1 & 1, b_stride = strides >> 2;
        Array condition = array_new (REEL_BOOL, MANY, 1), a = array_new ((ReelDType) type, MANY, 1);
        Array b = array_new ((ReelDType) type, MANY, 2), out = array_new ((ReelDType) type, MANY, 0);

        fill (REEL_BOOL, condition.data, MANY, 1);
        fill ((ReelDType) type, a.data, MANY, 2);
        fill ((ReelDType) type, b.data, MANY, 3);
        kernels->select[type](MANY, condition.data, c_stride, a.data, a_stride, b.data, b_stride,
                              out.data);
        for (guint i = 0; i < MANY; i++)
          g_assert_cmpmem (out.data + i * size, size,
                           condition.data[i * c_stride] ? a.data + i * a_stride * size
                                                        : b.data + i * b_stride * size,
                           size);
        g_free (condition.block);
        g_free (a.block);
        g_free (b.block);
        g_free (out.block);
      }
}

/* The choice ----------------------------------------------------------------- */

static void
test_choice (void)
{
  static const gchar *const names[] = { "baseline", "avx2", "avx512" };
  const ReelKernels *kernels = _reel_kernels ();

  g_assert_nonnull (kernels);
  g_assert_true (_reel_kernels () == kernels);
  g_assert_true (_reel_kernels_lookup (kernels->name) == kernels);
  g_assert_nonnull (_reel_kernels_lookup ("baseline"));
  g_assert_null (_reel_kernels_lookup ("abacus"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (_reel_kernels_lookup (names[i]) != NULL)
      g_assert_cmpstr (_reel_kernels_lookup (names[i])->name, ==, names[i]);
}

static void
test_choice_by_environment (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("REEL_CPU", "baseline", TRUE);
      g_assert_cmpstr (_reel_kernels ()->name, ==, "baseline");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_unknown_choice (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("REEL_CPU", "abacus", TRUE);
      g_assert_nonnull (_reel_kernels ());
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
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
    { "accuracy", test_accuracy },
    { "edges", test_edges },
    { "body-and-tail", test_body_and_tail },
    { "select", test_select },
  };

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kernels/choice", test_choice);
  g_test_add_func ("/kernels/choice-by-environment", test_choice_by_environment);
  g_test_add_func ("/kernels/unknown-choice", test_unknown_choice);
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
