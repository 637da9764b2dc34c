/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Derivatives of any order. With REEL_GRAD_RECORD the reverse sweep is recorded like
 * everything else, so that a gradient is a value as good as any: it can be used in
 * further computation, and differentiated again.
 *
 * Two uses: sin and its first four derivatives, and a product of a Hessian with a
 * vector that never forms the Hessian. Both are held against what calculus says;
 * the exit status tells whether they agree. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

#define TOLERANCE 1e-9

static gboolean
compare (const gchar *what,
         gdouble      value,
         gdouble      expected)
{
  gboolean agree = fabs (value - expected) <= TOLERANCE * fmax (1, fabs (expected));

  printf ("%-10s %14.9f   expected %14.9f%s\n", what, value, expected,
          agree ? "" : "   DIFFERENT");
  return agree;
}

/* sin, cos, -sin, -cos, sin */
static gboolean
derivatives_of_sin (gboolean *agree,
                    GError  **error)
{
  static const gchar *const names[] = { "sin", "sin'", "sin''", "sin'''", "sin''''" };
  const gdouble at = 0.7;
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  g_autoptr (ReelTensor) x = reel_tensor_new_scalar (REEL_F64, at, error);
  g_autoptr (ReelTensor) y = NULL;

  if (x == NULL)
    return FALSE;
  reel_tensor_set_requires_grad (x, TRUE);

  y = reel_tensor_ref (reel_sin (x));
  for (guint order = 0; order < G_N_ELEMENTS (names); order++)
    {
      ReelTensor *derivative = NULL;

      *agree &= compare (names[order], reel_tensor_get_scalar (y),
                         sin (at + order * G_PI_2));
      if (!reel_grad (y, &x, 1, REEL_GRAD_RECORD, &derivative, error))
        return FALSE;
      reel_tensor_unref (y);
      y = derivative;
    }
  return TRUE;
}

/* Rosenbrock's function f(x) = Σᵢ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)² */
static ReelTensor *
rosenbrock (ReelTensor *x)
{
  gint64 n = reel_tensor_get_size (x, 0);
  ReelTensor *here = reel_narrow (x, 0, 0, n - 1);
  ReelTensor *next = reel_narrow (x, 0, 1, n - 1);
  ReelTensor *valley = reel_square (reel_sub (next, reel_square (here)));
  ReelTensor *slope = reel_square (reel_sub_scalar (here, 1));
  ReelTensor *terms = reel_add (reel_mul_scalar (valley, 100), slope);

  return reel_sum (terms, REEL_ALL_AXES, FALSE);
}

/* (H v)ᵢ with the second derivatives written by hand. */
static gdouble
hessian_row_times (const gdouble *x,
                   const gdouble *v,
                   guint          n,
                   guint          i)
{
  gdouble sum = 0;

  if (i + 1 < n)
    sum += (1200 * x[i] * x[i] - 400 * x[i + 1] + 2) * v[i] - 400 * x[i] * v[i + 1];
  if (i > 0)
    sum += 200 * v[i] - 400 * x[i - 1] * v[i - 1];
  return sum;
}

/* H v is the gradient of ⟨∇f, v⟩, with v a constant: two sweeps, whatever the number
 * of variables. */
static gboolean
hessian_times_vector (gboolean *agree,
                      GError  **error)
{
  static const gdouble at[] = { -1.2, 1, 0.5, -0.3 };
  static const gdouble direction[G_N_ELEMENTS (at)] = { 1, -2, 0.5, 3 };
  const guint n = G_N_ELEMENTS (at);
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  g_autoptr (ReelTensor) x = NULL;
  g_autoptr (ReelTensor) v = NULL;
  g_autoptr (ReelTensor) gradient = NULL;
  g_autoptr (ReelTensor) product = NULL;
  ReelTensor *slope;

  x = reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (n), at, sizeof at, error);
  if (x == NULL)
    return FALSE;
  v = reel_tensor_new_from_data (REEL_F64, REEL_SHAPE (n), direction, sizeof direction,
                                 error);
  if (v == NULL)
    return FALSE;
  reel_tensor_set_requires_grad (x, TRUE);

  if (!reel_grad (rosenbrock (x), &x, 1, REEL_GRAD_RECORD, &gradient, error))
    return FALSE;
  slope = reel_sum (reel_mul (gradient, v), REEL_ALL_AXES, FALSE);
  if (!reel_grad (slope, &x, 1, REEL_GRAD_NONE, &product, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autofree gchar *what = g_strdup_printf ("(H v)[%u]", i);

      *agree &= compare (what, reel_tensor_get_item (product, REEL_SHAPE (i)),
                         hessian_row_times (at, direction, n, i));
    }
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  gboolean agree = TRUE;

  printf ("sin and its derivatives at 0.7\n");
  if (!derivatives_of_sin (&agree, &error))
    goto fail;
  printf ("\nRosenbrock's function: its Hessian times a vector\n");
  if (!hessian_times_vector (&agree, &error))
    goto fail;
  return agree ? 0 : 1;

fail:
  fprintf (stderr, "gradient-of-gradient: %s\n", error->message);
  return 1;
}
