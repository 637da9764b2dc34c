/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A branch that a mask leaves out does not reach a gradient, of any order, whatever it
 * computes there: zero absorbs. */

#include "tape-fixture.h"

#include <math.h>
#include <string.h>

/* NAN is a float */
#define NOT_A_NUMBER __builtin_nan ("")

#define ORDERS 3
#define CLOSE 1e-9

/* Where functions are singular, or not defined; the last is where the mask lets through. */
static const gdouble places[] = { 0, -0.0, 1, -1, -2, 3, 1e-320, 1e300, -1e300, 0.6 };
#define N_PLACES G_N_ELEMENTS (places)
#define SEEN (N_PLACES - 1)

typedef ReelTensor *(*Function) (ReelTensor    *x,
                                 gconstpointer  data);

/* What stands where the mask hides f, and its derivatives: x²/2, x, 1, 0 */
static gdouble
expected (guint   order,
          gdouble x)
{
  return order == 1 ? x : order == 2 ? 1 : 0;
}

static void
assert_hidden (ReelTensor  *derivative,
               guint        order,
               const gchar *name,
               const gchar *mode)
{
  g_autoptr (GError) error = NULL;
  gdouble values[N_PLACES];

  g_assert_true (reel_tensor_read (derivative, values, sizeof values, &error));
  g_assert_no_error (error);

  for (guint i = 0; i < SEEN; i++)
    if (!(fabs (values[i] - expected (order, places[i])) <= CLOSE * (1 + fabs (places[i]))))
      g_error ("%s, %s of order %u: at %g it is %g, not %g", name, mode, order, places[i],
               values[i], expected (order, places[i]));
}

static void
check (const gchar  *name,
       Function      function,
       gconstpointer data)
{
  SCOPE_TAPE (tape);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReelTensor) x = vector (N_PLACES, places);
  g_autoptr (ReelTensor) mask = NULL;
  g_autoptr (ReelTensor) ones = NULL;
  ReelTensor *y, *tangent = NULL, *of_gradient = NULL;
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) reel_tensor_unref);
  guint8 seen[N_PLACES] = { 0 };

  seen[SEEN] = 1;
  mask = reel_tensor_new_from_data (REEL_BOOL, REEL_SHAPE (N_PLACES), seen, sizeof seen, &error);
  g_assert_no_error (error);
  ones = reel_tensor_new_ones (REEL_F64, REEL_SHAPE (N_PLACES), &error);
  g_assert_no_error (error);
  reel_tensor_set_requires_grad (x, TRUE);

  y = reel_where (mask, function (x, data), reel_mul_scalar (reel_square (x), 0.5));
  g_assert_true (reel_jvp (&y, 1, &x, &ones, 1, REEL_GRAD_NONE, &tangent, &error));
  g_assert_no_error (error);
  assert_hidden (tangent, 1, name, "jvp");
  reel_tensor_unref (tangent);
  for (guint order = 1; order <= ORDERS; order++)
    {
      ReelTensor *gradient = NULL;

      g_assert_true (reel_grad (total (y), &x, 1, REEL_GRAD_RECORD, &gradient, &error));
      g_assert_no_error (error);
      assert_hidden (gradient, order, name, "gradient");
      g_ptr_array_add (held, gradient);
      if (order == ORDERS || !reel_tensor_get_requires_grad (gradient))
        break;
      g_assert_true (reel_jvp (&gradient, 1, &x, &ones, 1, REEL_GRAD_NONE, &of_gradient, &error));
      g_assert_no_error (error);
      assert_hidden (of_gradient, order + 1, name, "jvp of the gradient");
      reel_tensor_unref (of_gradient);
      y = gradient;
    }
}

/* Every elementwise op of the registry */

typedef struct
{
  const ReelOp *op;
  gdouble other;                /* of two inputs: NOT_A_NUMBER: x itself */
  gboolean x_first;
} Case;

static ReelTensor *
apply_op (ReelTensor   *x,
          gconstpointer data)
{
  const Case *c = data;
  const ReelSample *sample = &c->op->samples[0];
  ReelTensor *inputs[2] = { x, x };

  if (c->op->n_inputs == 2 && !isnan (c->other))
    inputs[c->x_first ? 1 : 0] = reel_detach (reel_add_scalar (reel_mul_scalar (x, 0), c->other));
  return reel_apply (c->op, inputs, (guint) c->op->n_inputs, sample->attributes,
                     sample->attributes_size);
}

static void
test_registry (void)
{
  static const gdouble others[] = { NOT_A_NUMBER, 0, 1, -1, 2.5 };
  g_auto (GStrv) names = reel_op_list_names ();
  guint n = 0;

  for (guint i = 0; names[i] != NULL; i++)
    {
      Case c = { reel_op_lookup (names[i]), NOT_A_NUMBER, TRUE };

      if ((c.op->flags & REEL_OP_ELEMENTWISE) == 0 || c.op->vjp == NULL || c.op->n_inputs < 1 ||
          c.op->n_inputs > 2 || (c.op->flags & (REEL_OP_INTERNAL | REEL_OP_RANDOM)) != 0)
        continue;
      n++;
      if (c.op->n_inputs == 1)
        {
          check (names[i], apply_op, &c);
          continue;
        }
      for (guint k = 0; k < G_N_ELEMENTS (others); k++)
        for (guint side = 0; side < 2; side++)
          {
            c.other = others[k];
            c.x_first = side == 0;
            check (names[i], apply_op, &c);
          }
    }
  g_assert_cmpuint (n, >, 50);
}

/* And compositions of them */

#define FUNCTION(name, expression) \
  static ReelTensor * \
  name (ReelTensor   *x, \
        gconstpointer data) \
  { \
    return expression; \
  }

static ReelTensor *
positive (ReelTensor *x)
{
  ReelTensor *zero = reel_mul_scalar (x, 0);

  return reel_where (reel_greater (x, zero), x, zero);
}

FUNCTION (x_over_x, reel_div (x, x))
FUNCTION (sinc, reel_div (reel_sin (x), x))
FUNCTION (x_log_x, reel_mul (x, reel_log (x)))
FUNCTION (log_squared, reel_square (reel_log (x)))
FUNCTION (log_log, reel_log (reel_log (x)))
FUNCTION (tanh_of_inverse, reel_tanh (reel_reciprocal (x)))
FUNCTION (erf_of_inverse, reel_erf (reel_reciprocal (x)))
FUNCTION (gelu_of_inverse, reel_gelu (reel_reciprocal (x), REEL_GELU_ERF))
FUNCTION (inverse_root, reel_reciprocal (reel_sqrt (positive (x))))
FUNCTION (infinite_scalar, reel_mul_scalar (x, HUGE_VAL))
FUNCTION (scalar_not_a_number, reel_mul_scalar (x, NOT_A_NUMBER))
FUNCTION (over_zero, reel_div_scalar (x, 0))
FUNCTION (root_of_log, reel_sqrt (reel_log (x)))
FUNCTION (power_of_itself, reel_pow (x, x))

static void
test_compositions (void)
{
  check ("x / x", x_over_x, NULL);
  check ("sin x / x", sinc, NULL);
  check ("x log x", x_log_x, NULL);
  check ("log² x", log_squared, NULL);
  check ("log log x", log_log, NULL);
  check ("tanh 1/x", tanh_of_inverse, NULL);
  check ("erf 1/x", erf_of_inverse, NULL);
  check ("gelu 1/x", gelu_of_inverse, NULL);
  check ("1/√ where", inverse_root, NULL);
  check ("∞ x", infinite_scalar, NULL);
  check ("NaN x", scalar_not_a_number, NULL);
  check ("x / 0", over_zero, NULL);
  check ("√ log x", root_of_log, NULL);
  check ("xˣ", power_of_itself, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/masked/registry", test_registry);
  g_test_add_func ("/masked/compositions", test_compositions);
  return g_test_run ();
}
