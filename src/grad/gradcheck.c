/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "grad/gradcheck-private.h"

#include <math.h>

/* Derivatives against central differences.
 *
 * The sweeps run on views of the inputs as they lie in memory, the differences on
 * copies, so that layouts are checked too, and nothing else of the caller's tensors
 * (labels, hooks, gradients, being the same tensor twice) matters or changes. */

#define DEFAULT_STEP 1e-6
#define DEFAULT_TOLERANCE 1e-6

/* Up to so many outputs each is checked by itself; of more, random projections. */
#define MAX_SINGLE_OUTPUTS 16
#define N_PROJECTIONS 3
/* Up to so many input elements the jvp is checked for each by itself. */
#define MAX_SINGLE_INPUTS 64

static ReelTensor *
view_of (ReelCheck  *check,
         ReelTensor *x,
         GError    **error)
{
  ReelTensor *view;

  if (x->storage == NULL)
    return reel_tensor_copy (x, error);
  view = _reel_tensor_new_view (check->tape->pool, x, x->rank, _reel_tensor_shape (x),
                                _reel_tensor_strides (x), 0);
  if (view == NULL)
    _reel_set_no_memory (error, (ReelDType) x->dtype, x->rank, _reel_tensor_shape (x));
  return view;
}

static gboolean
take_input (ReelCheck  *check,
            guint       i,
            ReelTensor *x,
            GError    **error)
{
  gboolean is_varied = reel_dtype_is_floating ((ReelDType) x->dtype);
  g_autofree gchar *what = reel_tensor_describe (x);

  if (!reel_tensor_is_leaf (x) || reel_tensor_is_error (x) || x->data == NULL)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "gradcheck: input %u is no leaf with data: %s", i, what);
      return FALSE;
    }
  if (is_varied && x->dtype != REEL_F64)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "gradcheck: input %u must be f64 to be varied, not %s", i, what);
      return FALSE;
    }
  check->given[i] = view_of (check, x, error);
  if (check->given[i] == NULL)
    return FALSE;
  check->copies[i] = is_varied ? reel_tensor_copy (x, error)
                               : reel_tensor_ref (check->given[i]);
  if (check->copies[i] == NULL)
    return FALSE;
  if (is_varied)
    {
      check->varied[check->n_varied] = i;
      check->at[check->n_varied++] = check->given[i];
      check->n_in += _reel_check_n_elements (x);
    }
  return TRUE;
}

static gchar *
describe_element (guint         rank,
                  const gint64 *shape,
                  gsize         element)
{
  gint64 index[REEL_MAX_AXES];
  GString *text = g_string_new ("[");

  for (guint i = rank; i-- > 0;)
    {
      index[i] = (gint64) element % shape[i];
      element /= (gsize) shape[i];
    }
  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", index[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static gchar *
describe_output (const ReelCheck *check,
                 gsize            element)
{
  g_autofree gchar *where = describe_element (check->output_rank, check->output_shape,
                                              element);

  return g_strdup_printf ("output element %s", where);
}

/* `element` counts through all varied inputs. */
static gchar *
describe_input (const ReelCheck *check,
                gsize            element)
{
  g_autofree gchar *where = NULL;
  guint i = 0;

  while (element >= _reel_check_n_elements (check->at[i]))
    element -= _reel_check_n_elements (check->at[i++]);
  where = describe_element (check->at[i]->rank, _reel_tensor_shape (check->at[i]), element);
  return g_strdup_printf ("input %u, element %s", check->varied[i], where);
}

/* NaN deviates from everything. */
static gboolean
agrees (const ReelCheck *check,
        gdouble          a,
        gdouble          b)
{
  return fabs (a - b) <= check->tolerance * fmax (1, fmax (fabs (a), fabs (b)));
}

/* Takes `where`. */
static gboolean
deviates (const ReelCheck *check,
          gdouble          a,
          gdouble          b,
          const gchar     *what_a,
          const gchar     *what_b,
          gchar           *where,
          GError         **error)
{
  g_set_error (error, REEL_ERROR, REEL_ERROR_FAILED,
               "gradcheck: %s: %s gives %.10g, %s %.10g: a deviation of %.3g, more than %.3g",
               where, what_a, a, what_b, b,
               fabs (a - b) / fmax (1, fmax (fabs (a), fabs (b))), check->tolerance);
  g_free (where);
  return FALSE;
}

/* The value first: it is the same of copies, and when it is computed again. */
static gboolean
check_value (ReelCheck *check,
             GError   **error)
{
  ReelTensor *y = _reel_check_call (check, check->given, error);
  g_autofree gdouble *first = NULL;
  g_autofree gdouble *again = NULL;

  if (y == NULL)
    return FALSE;
  check->output_rank = y->rank;
  memcpy (check->output_shape, _reel_tensor_shape (y), y->rank * sizeof (gint64));
  check->n_out = _reel_check_n_elements (y);
  first = g_new (gdouble, check->n_out + 1);
  again = g_new (gdouble, check->n_out + 1);
  if (!_reel_check_read (y, first, error) ||
      !_reel_check_evaluate (check, check->copies, again, error))
    return FALSE;
  for (gsize k = 0; k < check->n_out; k++)
    if (!agrees (check, first[k], again[k]))
      return deviates (check, first[k], again[k], "the function", "called again it",
                       describe_output (check, k), error);
  return TRUE;
}

static gboolean
evaluate_output (ReelCheck *check,
                 gpointer   data,
                 gdouble   *values,
                 GError   **error)
{
  return _reel_check_evaluate (check, check->copies, values, error);
}

/* Cotangents: a unit vector an output element, or random ones; and a random one. */
static gboolean
check_vjp (ReelCheck     *check,
           const gdouble *jacobian,
           GError       **error)
{
  gboolean single = check->n_out <= MAX_SINGLE_OUTPUTS;
  gsize n_cotangents = (single ? check->n_out : N_PROJECTIONS) + 1;
  g_autofree gdouble *c = g_new0 (gdouble, check->n_out + 1);
  g_autofree gdouble *gradient = g_new (gdouble, check->n_in + 1);
  ReelTensor *y = _reel_check_call (check, check->given, error);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < n_cotangents; i++)
    {
      gboolean unit = single && i < check->n_out;

      if (unit)
        {
          memset (c, 0, check->n_out * sizeof (gdouble));
          c[i] = 1;
        }
      else
        {
          _reel_check_fill (check, check->n_out, c);
        }
      if (!_reel_check_pull (check, y, check->given, c, gradient, error))
        return FALSE;
      for (gsize e = 0; e < check->n_in; e++)
        {
          gdouble expected = _reel_check_dot (check->n_out, c, jacobian + e * check->n_out);
          g_autofree gchar *input = NULL;
          g_autofree gchar *output = NULL;

          if (G_LIKELY (agrees (check, gradient[e], expected)))
            continue;
          input = describe_input (check, e);
          output = unit ? describe_output (check, i) : g_strdup ("a projection of the output");
          return deviates (check, gradient[e], expected, "the vjp", "central differences",
                           g_strdup_printf ("%s by %s", output, input), error);
        }
    }
  return TRUE;
}

/* Takes `along`. */
static gboolean
check_tangent (ReelCheck     *check,
               const gdouble *product,
               const gdouble *expected,
               gchar         *along,
               GError       **error)
{
  g_autofree gchar *direction = along;

  for (gsize k = 0; k < check->n_out; k++)
    {
      g_autofree gchar *output = NULL;

      if (G_LIKELY (agrees (check, product[k], expected[k])))
        continue;
      output = describe_output (check, k);
      return deviates (check, product[k], expected[k], "the jvp", "central differences",
                       g_strdup_printf ("%s along %s", output, direction), error);
    }
  return TRUE;
}

/* Tangents of inputs `first` to `first` + `n` - 1, whose columns of the Jacobian are
 * given: a unit vector an element, where that is one input, and a random one. */
static gboolean
check_jvp_of (ReelCheck     *check,
              ReelTensor    *y,
              guint          first,
              guint          n,
              gsize          first_element,
              gsize          n_elements,
              const gdouble *columns,
              GError       **error)
{
  g_autofree gdouble *t = g_new0 (gdouble, n_elements + 1);
  g_autofree gdouble *product = g_new (gdouble, check->n_out + 1);
  g_autofree gdouble *expected = g_new0 (gdouble, check->n_out + 1);

  for (gsize e = 0; n == 1 && check->n_in <= MAX_SINGLE_INPUTS && e < n_elements; e++)
    {
      t[e] = 1;
      if (!_reel_check_push (check, y, first, n, t, product, error) ||
          !check_tangent (check, product, columns + e * check->n_out,
                          describe_input (check, first_element + e), error))
        return FALSE;
      t[e] = 0;
    }
  _reel_check_fill (check, n_elements, t);
  for (gsize e = 0; e < n_elements; e++)
    for (gsize k = 0; k < check->n_out; k++)
      expected[k] += t[e] * columns[e * check->n_out + k];
  return _reel_check_push (check, y, first, n, t, product, error) &&
         check_tangent (check, product, expected,
                        n > 1 ? g_strdup ("all inputs")
                              : g_strdup_printf ("input %u", check->varied[first]), error);
}

/* Each input by itself, then all together: a rule must cope with either. */
static gboolean
check_jvp (ReelCheck     *check,
           const gdouble *jacobian,
           GError       **error)
{
  ReelTensor *y = _reel_check_call (check, check->given, error);
  gsize element = 0;

  if (y == NULL)
    return FALSE;
  for (guint i = 0; i < check->n_varied; i++)
    {
      gsize n = _reel_check_n_elements (check->at[i]);

      if (!check_jvp_of (check, y, i, 1, element, n, jacobian + element * check->n_out,
                         error))
        return FALSE;
      element += n;
    }
  return check->n_varied < 2 ||
         check_jvp_of (check, y, 0, check->n_varied, 0, check->n_in, jacobian, error);
}

/* ⟨c, J u⟩ = ⟨Jᵀ c, u⟩, which needs no differences. Leaves J u in `product`. */
static gboolean
check_transposes (ReelCheck     *check,
                  const gdouble *c,
                  const gdouble *u,
                  gdouble       *product,
                  GError       **error)
{
  g_autofree gdouble *gradient = g_new (gdouble, check->n_in + 1);
  ReelTensor *y = _reel_check_call (check, check->given, error);
  gdouble by_vjp, by_jvp;

  if (y == NULL || !_reel_check_pull (check, y, check->given, c, gradient, error) ||
      !_reel_check_push (check, y, 0, check->n_varied, u, product, error))
    return FALSE;
  by_vjp = _reel_check_dot (check->n_in, gradient, u);
  by_jvp = _reel_check_dot (check->n_out, c, product);
  return agrees (check, by_vjp, by_jvp) ||
         deviates (check, by_vjp, by_jvp, "<vjp, tangent>", "<cotangent, jvp>",
                   g_strdup ("random directions"), error);
}

/* Σ u Jᵀ c, a number, by the plain vjp */
typedef struct
{
  const gdouble *c;             /* as many as outputs */
  const gdouble *u;             /* as many as inputs */
  gdouble *gradient;            /* room for as many */
} Bilinear;

static gboolean
evaluate_bilinear (ReelCheck *check,
                   gpointer   data,
                   gdouble   *values,
                   GError   **error)
{
  const Bilinear *bilinear = data;
  ReelTensor *y = _reel_check_call (check, check->copies, error);

  if (y == NULL || !_reel_check_pull (check, y, check->copies, bilinear->c,
                                      bilinear->gradient, error))
    return FALSE;
  *values = _reel_check_dot (check->n_in, bilinear->u, bilinear->gradient);
  return TRUE;
}

/* What a vjp by u through the recorded vjp by c gives: by the inputs it is compared
 * with differences of the plain one; by c it is J u. */
static gboolean
compare_second (ReelCheck         *check,
                ReelTensor *const *seconds,
                const gdouble     *differences,
                const gdouble     *product,
                GError           **error)
{
  const guint n = check->n_varied;
  g_autofree gdouble *values = g_new (gdouble, MAX (check->n_in, check->n_out) + 1);
  gsize e = 0;

  for (guint i = 0; i < n; i++)
    {
      if (!_reel_check_read (seconds[i], values, error))
        return FALSE;
      for (gsize k = 0; k < _reel_check_n_elements (check->at[i]); k++, e++)
        if (!agrees (check, values[k], differences[e]))
          return deviates (check, values[k], differences[e], "the vjp of the vjp",
                           "central differences of the vjp", describe_input (check, e),
                           error);
    }
  if (!_reel_check_read (seconds[n], values, error))
    return FALSE;
  for (gsize k = 0; k < check->n_out; k++)
    if (!agrees (check, values[k], product[k]))
      return deviates (check, values[k], product[k], "the vjp of the vjp by its cotangent",
                       "the jvp", describe_output (check, k), error);
  return TRUE;
}

static gboolean
check_second (ReelCheck     *check,
              const gdouble *c,
              const gdouble *u,
              const gdouble *product,
              GError       **error)
{
  const guint n = check->n_varied;
  g_autofree ReelTensor **gradients = g_new0 (ReelTensor *, n);
  g_autofree ReelTensor **directions = g_new0 (ReelTensor *, n);
  g_autofree ReelTensor **seconds = g_new0 (ReelTensor *, n + 1);
  g_autofree ReelTensor **values = g_new (ReelTensor *, n);
  g_autofree ReelTensor **by = g_new (ReelTensor *, n + 1);
  g_autofree gdouble *differences = g_new (gdouble, check->n_in + 1);
  g_autofree gdouble *scratch = g_new (gdouble, check->n_in + 1);
  Bilinear bilinear = { c, u, scratch };
  ReelTensor *y = _reel_check_call (check, check->given, error);
  g_autoptr (ReelTensor) cotangent = NULL;
  gboolean ok;

  if (y == NULL)
    return FALSE;
  by[n] = cotangent = _reel_check_leaf (y->rank, _reel_tensor_shape (y), check->n_out, c,
                                        error);
  ok = cotangent != NULL && reel_vjp (&y, 1, &cotangent, check->at, n, REEL_GRAD_RECORD,
                                      gradients, error);
  for (guint i = 0; ok && i < n; i++)
    {
      const ReelTensor *x = check->at[i];

      /* A gradient that is the cotangent, or a constant, has no node. */
      values[i] = reel_add_scalar (gradients[i], 0);
      by[i] = check->at[i];
      directions[i] = _reel_check_leaf (x->rank, _reel_tensor_shape (x),
                                        _reel_check_n_elements (x), u, error);
      ok = directions[i] != NULL;
      u += _reel_check_n_elements (x);
    }
  ok = ok && reel_vjp (values, n, directions, by, n + 1, REEL_GRAD_NONE, seconds, error) &&
       _reel_check_difference (check, evaluate_bilinear, &bilinear, 1, differences, error) &&
       compare_second (check, seconds, differences, product, error);
  _reel_check_unref (n, gradients);
  _reel_check_unref (n, directions);
  _reel_check_unref (n + 1, seconds);
  return ok;
}

static gboolean
check_all (ReelCheck *check,
           GError   **error)
{
  g_autofree gdouble *jacobian = NULL;
  g_autofree gdouble *c = NULL;
  g_autofree gdouble *u = NULL;
  g_autofree gdouble *product = NULL;

  if (!check_value (check, error))
    return FALSE;
  if (check->n_varied == 0)
    return TRUE;
  /* A column for each element of the inputs */
  jacobian = g_try_new (gdouble, check->n_in * check->n_out + 1);
  if (jacobian == NULL)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                           "gradcheck: no memory for the Jacobian");
      return FALSE;
    }
  c = g_new (gdouble, check->n_out + 1);
  u = g_new (gdouble, check->n_in + 1);
  product = g_new (gdouble, check->n_out + 1);
  _reel_check_fill (check, check->n_out, c);
  _reel_check_fill (check, check->n_in, u);
  return _reel_check_difference (check, evaluate_output, NULL, check->n_out, jacobian,
                                 error) &&
         check_vjp (check, jacobian, error) && check_jvp (check, jacobian, error) &&
         check_transposes (check, c, u, product, error) &&
         check_second (check, c, u, product, error);
}

gboolean
reel_gradcheck (ReelFunction       function,
                gpointer           user_data,
                ReelTensor *const *inputs,
                guint              n_inputs,
                gdouble            step,
                gdouble            tolerance,
                GError           **error)
{
  g_autoptr (ReelTape) tape = NULL;
  g_autofree ReelTensor **given = NULL;
  g_autofree ReelTensor **copies = NULL;
  g_autofree ReelTensor **at = NULL;
  g_autofree guint *varied = NULL;
  ReelCheck check;
  gboolean ok = TRUE;

  _reel_return_val_if_fail (function != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (n_inputs == 0 || inputs != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (step >= 0 && tolerance >= 0, FALSE, REEL_ERROR_VALUE, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  for (guint i = 0; i < n_inputs; i++)
    _reel_return_val_if_fail (inputs[i] != NULL, FALSE, REEL_ERROR_NULL, error);

  memset (&check, 0, sizeof check);
  check.function = function;
  check.user_data = user_data;
  check.step = step > 0 ? step : DEFAULT_STEP;
  check.tolerance = tolerance > 0 ? tolerance : DEFAULT_TOLERANCE;
  check.tape = tape = reel_tape_new ();
  check.n_inputs = n_inputs;
  check.given = given = g_new0 (ReelTensor *, n_inputs);
  check.copies = copies = g_new0 (ReelTensor *, n_inputs);
  check.at = at = g_new0 (ReelTensor *, n_inputs);
  check.varied = varied = g_new0 (guint, n_inputs);

  for (guint i = 0; ok && i < n_inputs; i++)
    ok = take_input (&check, i, inputs[i], error);
  if (ok)
    {
      reel_tape_push (tape);
      ok = check_all (&check, error);
      reel_tape_pop (tape);
    }
  _reel_check_unref (n_inputs, given);
  _reel_check_unref (n_inputs, copies);
  return ok;
}
