/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How accurate the slopes are, in every table of loops this machine can run. */

#include "kernels/kernels.h"
#include "kernel-accuracy.h"

static long double ref_erf_slope (long double x) { return 1.12837916709551257389615890312154517L * expl (-x * x); }
static long double ref_gelu_slope (long double x)
{
  return ref_normal (x) + x * 0.398942280401432677939946059934L * expl (-x * x / 2);
}
static long double ref_gelu_tanh_slope (long double x)
{
  const long double scale = 1.59576912160573071175978423973752747L;
  const long double gate = scale * (x + 0.044715L * x * x * x);

  return ref_sigmoid (gate) * (1 + x * scale * (1 + 0.134145L * x * x) * ref_sigmoid (-gate));
}
static long double ref_softplus_slope (long double x) { return ref_sigmoid ((long double) parameters[0] * x); }
static long double ref_pow_slope (long double x)
{
  return (long double) parameters[0] * powl (x, (long double) parameters[0] - 1);
}
static long double ref_silu_slope (long double x) { return ref_sigmoid (x) * (1 + x * ref_sigmoid (-x)); }
static long double ref_tanh_slope (long double x) { return 4 * ref_sigmoid (2 * x) * ref_sigmoid (-2 * x); }
static long double ref_sigmoid_slope (long double x) { return ref_sigmoid (x) * ref_sigmoid (-x); }

/* Slopes, where they do not cross zero */
static const struct
{
  ReelSlopeId id;
  const gchar *name;
  Reference reference;
  gdouble f32_ulp, f64_ulp;
  gdouble from, to;
} accurate_slopes[] = {
#define ROW(name, reference, f32_ulp, f64_ulp, from, to) \
  { REEL_SLOPE_##name, #name, reference, f32_ulp, f64_ulp, from, to },
  ROW (erf, ref_erf_slope, COMPOSED, COMPOSED, -26, 26)
  ROW (gelu, ref_gelu_slope, COMPOSED, TAIL, -37, -2)
  ROW (gelu, ref_gelu_slope, COMPOSED, COMPOSED, 0, 40)
  ROW (gelu_tanh, ref_gelu_tanh_slope, 8, 8, -19, -2)
  ROW (gelu_tanh, ref_gelu_tanh_slope, COMPOSED, COMPOSED, 0, 40)
  ROW (softplus, ref_softplus_slope, COMPOSED, COMPOSED, -1000, 40)
  ROW (pow_scalar, ref_pow_slope, CLOSE, CLOSE, 1e-300, 1e300)
  ROW (silu, ref_silu_slope, TAIL, TAIL, -700, -2)
  ROW (silu, ref_silu_slope, COMPOSED, COMPOSED, 0, 40)
  ROW (tanh, ref_tanh_slope, COMPOSED, COMPOSED, -350, 350)
  ROW (sigmoid, ref_sigmoid_slope, COMPOSED, COMPOSED, -700, 700)
#undef ROW
};

static void
test_slope_accuracy (gconstpointer data)
{
  const ReelKernels *kernels = data;
  const guint n = g_test_slow () ? 200000 : 5000;

  for (guint row = 0; row < G_N_ELEMENTS (accurate_slopes); row++)
    {
      const gdouble from = accurate_slopes[row].from, to = accurate_slopes[row].to;
      gdouble worst32 = 0, worst64 = 0, at32 = 0, at64 = 0;

      for (guint i = 0; i < n; i++)
        {
          const gdouble part = (i + 0.3) / n, one = 1;
          const gdouble x = from > 0 ? exp (log (from) + part * (log (to) - log (from)))
                                     : from + part * (to - from);
          const gfloat x32 = (gfloat) x, one32 = 1;
          gdouble y, error;
          gfloat y32;

          kernels->slope[accurate_slopes[row].id][REEL_F64] (1, &one, 1, &x, 1, &y, parameters);
          error = f64_error (y, accurate_slopes[row].reference ((long double) x));
          if (error > worst64)
            worst64 = error, at64 = x;
          if (isinf (x32) || x32 == 0)
            continue;
          kernels->slope[accurate_slopes[row].id][REEL_F32] (1, &one32, 1, &x32, 1, &y32,
                                                             parameters);
          error = f32_error (y32, accurate_slopes[row].reference ((long double) x32));
          if (error > worst32)
            worst32 = error, at32 = (gdouble) x32;
        }
      g_test_message ("%s slope: f32 %.3f ulp at %.9g, f64 %.3f ulp at %.17g",
                      accurate_slopes[row].name, worst32, at32, worst64, at64);
      g_assert_cmpfloat (worst32, <=, accurate_slopes[row].f32_ulp);
      if (reference_is_wider ())
        g_assert_cmpfloat (worst64, <=, accurate_slopes[row].f64_ulp);
    }
}

static long double
ref_power_slope (long double x, long double p)
{
  return p == 0 ? 0 : p * powl (x, p - 1);
}

/* The slope of a power, where its exponent less one cannot be had, is odd or even, or where
 * a power overflows that it is made of */
static void
test_pow_slope_edges (gconstpointer data)
{
  const ReelKernels *kernels = data;
  static const gdouble edges[][2] = {
    { -1, 1e8 }, { -1, 100000001 }, { -1, 9007199254740992 }, { -2, 1e-17 }, { -2, 2.5 },
    { 1e-310, 1e-300 }, { 1e-40, 1e-20 }, { 1e-300, 0.9 }, { 10, -31.65 }, { 10, 300.7 },
    { 0.1, 299.3 }, { 0, 2.5 }, { 0, 0.5 }, { 0, 1 }, { -3, 3 }, { -3, 4 }, { -0.5, -3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      const gdouble one = 1, x = edges[i][0], p = edges[i][1];
      const gfloat one32 = 1, x32 = (gfloat) x, p32 = (gfloat) p;
      const long double wanted = ref_power_slope ((long double) x, (long double) p);
      const long double wanted32 = ref_power_slope ((long double) x32, (long double) p32);
      gdouble y;
      gfloat y32;

      kernels->slope[REEL_SLOPE_pow_scalar][REEL_F64] (1, &one, 1, &x, 1, &y, &p);
      kernels->slope[REEL_SLOPE_pow_scalar][REEL_F32] (1, &one32, 1, &x32, 1, &y32, &p);
      g_test_message ("slope of %g to the power %g: %.17g, f32 %.9g", x, p, y, (gdouble) y32);
      if (!reference_is_wider ())
        continue;
      g_assert_cmpfloat (isinf (wanted) && y == (gdouble) wanted ? 0 : f64_error (y, wanted),
                         <=, CLOSE);
      g_assert_cmpfloat (isinf (wanted32) && y32 == (gfloat) wanted32
                         ? 0 : f32_error (y32, wanted32), <=, CLOSE);
    }
}

int
main (int    argc,
      char **argv)
{
  static const gchar *const tables[] = { "baseline", "avx2", "avx512" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      const ReelKernels *kernels = _reel_kernels_lookup (tables[i]);
      g_autofree gchar *accuracy = g_strdup_printf ("/slopes/%s/accuracy", tables[i]);
      g_autofree gchar *powers = g_strdup_printf ("/slopes/%s/pow", tables[i]);

      if (kernels == NULL)
        continue;
      g_test_add_data_func (accuracy, kernels, test_slope_accuracy);
      g_test_add_data_func (powers, kernels, test_pow_slope_edges);
    }
  return g_test_run ();
}
