/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "grad/grad-private.h"

#include <reel/reel-op.h>

#include <math.h>

/* Derivatives against central differences.
 *
 * The sweeps run on views of the inputs as they lie in memory, the differences on
 * copies, so that neither layout nor labels, hooks and gradients of the caller's
 * tensors matter or change. */

#define DEFAULT_STEP 1e-6
#define DEFAULT_TOLERANCE 1e-6

/* Up to so many outputs each is checked by itself; of more, random projections. */
#define MAX_SINGLE_OUTPUTS 16
#define N_PROJECTIONS 3
/* Up to so many input elements the jvp is checked for each by itself. */
#define MAX_SINGLE_INPUTS 64

typedef struct
{
  ReelFunction function;
  gpointer user_data;
  gdouble step;
  gdouble tolerance;
  guint64 random;
  ReelTape *tape;

  guint n_inputs;
  ReelTensor **given;           /* views of the caller's */
  ReelTensor **copies;          /* copies of what is varied, else views */
  guint n_varied;
  guint *varied;                /* their numbers */
  ReelTensor **at;              /* those of `given` */
  gsize n_in;                   /* elements in all of them */

  guint output_rank;
  gint64 output_shape[REEL_MAX_AXES];
  gsize n_out;
} ReelCheck;

/* Directions: the same in every run, and no element near 0 that would hide what it
 * is multiplied with. (Splitmix64, Steele, Lea and Flood 2014.) */
static gdouble
next_direction (ReelCheck *check)
{
  guint64 z = check->random += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  gdouble magnitude;

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  z ^= z >> 31;
  magnitude = 0.25 + ldexp ((gdouble) (z >> 11), -53);
  return (z & 1) != 0 ? magnitude : -magnitude;
}

static void
fill_directions (ReelCheck   *check,
                 gsize    n,
                 gdouble *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = next_direction (check);
}

static gdouble
dot (gsize          n,
     const gdouble *a,
     const gdouble *b)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Arrays of tensors that may be NULL */
static void
_reel_check_unref (guint        n,
           ReelTensor **tensors)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&tensors[i], reel_tensor_unref);
}

static gsize
_reel_check_n_elements (const ReelTensor *tensor)
{
  return (gsize) tensor->n_elements;
}

/* Setting up */

static ReelTensor *
view_of (ReelCheck      *check,
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
take_input (ReelCheck      *check,
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
                   "gradcheck: input %u must be f64 to be differenced, not %s", i, what);
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

/* A leaf of an output's or input's shape; taken from `values` on. */
static ReelTensor *
_reel_check_leaf (guint          rank,
           const gint64  *shape,
           gsize          n,
           const gdouble *values,
           GError       **error)
{
  static const gdouble none = 0;

  return reel_tensor_new_from_data (REEL_F64, rank, shape, n > 0 ? values : &none,
                                    n * sizeof (gdouble), error);
}

static gboolean
_reel_check_read (ReelTensor *tensor,
             gdouble    *values,
             GError    **error)
{
  return reel_tensor_read (tensor, values, _reel_check_n_elements (tensor) * sizeof (gdouble), error);
}

/* Evaluating */

/* Comparing */

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

/* `element` counts through all varied inputs. */
static gchar *
describe_input (ReelCheck *check,
                gsize  element)
{
  g_autofree gchar *where = NULL;
  guint i = 0;

  while (element >= _reel_check_n_elements (check->at[i]))
    element -= _reel_check_n_elements (check->at[i++]);
  where = describe_element (check->at[i]->rank, _reel_tensor_shape (check->at[i]), element);
  return g_strdup_printf ("input %u, element %s", check->varied[i], where);
}

static gboolean
agree (ReelCheck       *check,
       gdouble      a,
       gdouble      b,
       const gchar *what_a,
       const gchar *what_b,
       gchar       *where,
       GError     **error)
{
  gdouble deviation = fabs (a - b) / fmax (1, fmax (fabs (a), fabs (b)));
  g_autofree gchar *place = where;

  if (deviation <= check->tolerance)
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_FAILED,
               "gradcheck: %s: %s gives %.10g, %s %.10g: the deviation %.3g is more than"
               " %.3g", place, what_a, a, what_b, b, deviation, check->tolerance);
  return FALSE;
}

static gboolean
evaluate_output (ReelCheck    *check,
                 gpointer  data,
                 gdouble  *values,
                 GError  **error)
{
  return _reel_check_evaluate (check, check->copies, values, error);
}

/* Σ u Jᵀ c, a number, by the plain vjp */
typedef struct
{
  const gdouble *c;             /* as many as outputs */
  const gdouble *u;             /* as many as inputs */
  gdouble *gradient;            /* room for as many */
} Bilinear;

static gboolean
evaluate_bilinear (ReelCheck    *check,
                   gpointer  data,
                   gdouble  *values,
                   GError  **error)
{
  const Bilinear *bilinear = data;

  if (!_reel_check_pull (check, check->copies, bilinear->c, bilinear->gradient, error))
    return FALSE;
  *values = _reel_check_dot (check->n_in, bilinear->u, bilinear->gradient);
  return TRUE;
}

/* The checks */

/* Cotangents: a unit vector an output, or random ones; and a random one. */
static gboolean
check_vjp (ReelCheck         *check,
           const gdouble *jacobian,
           GError       **error)
{
  gboolean single = check->n_out <= MAX_SINGLE_OUTPUTS;
  gsize n_cotangents = (single ? check->n_out : N_PROJECTIONS) + 1;
  g_autofree gdouble *c = g_new0 (gdouble, check->n_out + 1);
  g_autofree gdouble *gradient = g_new (gdouble, check->n_in + 1);

  for (gsize k = 0; k < n_cotangents; k++)
    {
      gboolean unit = single && k < check->n_out;

      if (unit)
        {
          memset (c, 0, check->n_out * sizeof (gdouble));
          c[k] = 1;
        }
      else
        {
          _reel_check_fill (check, check->n_out, c);
        }
      if (!_reel_check_pull (check, check->given, c, gradient, error))
        return FALSE;
      for (gsize e = 0; e < check->n_in; e++)
        {
          gdouble expected = _reel_check_dot (check->n_out, c, jacobian + e * check->n_out);
          gchar *where = NULL;

          if (!(fabs (gradient[e] - expected) <= check->tolerance))
            {
              g_autofree gchar *input = describe_input (check, e);
              g_autofree gchar *output = describe_element (check->output_rank,
                                                           check->output_shape, k);

              where = unit ? g_strdup_printf ("output element %s by %s", output, input)
                           : g_strdup_printf ("a projection of the output by %s", input);
            }
          if (!agree (check, gradient[e], expected, "the vjp", "central differences", where,
                      error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_product (ReelCheck         *check,
               const gdouble *product,
               const gdouble *expected,
               const gchar   *along,
               GError       **error)
{
  for (gsize k = 0; k < check->n_out; k++)
    {
      gchar *where = NULL;

      if (!(fabs (product[k] - expected[k]) <= check->tolerance))
        {
          g_autofree gchar *output = describe_element (check->output_rank,
                                                       check->output_shape, k);

          where = g_strdup_printf ("output element %s along %s", output, along);
        }
      if (!agree (check, product[k], expected[k], "the jvp", "central differences", where,
                  error))
        return FALSE;
    }
  return TRUE;
}

/* Tangents: a unit vector an input element, each input by itself, all together. */
static gboolean
check_jvp (ReelCheck         *check,
           const gdouble *jacobian,
           GError       **error)
{
  g_autofree gdouble *t = g_new0 (gdouble, check->n_in + 1);
  g_autofree gdouble *product = g_new (gdouble, check->n_out + 1);
  g_autofree gdouble *expected = g_new (gdouble, check->n_out + 1);
  ReelTensor *y = _reel_check_call (check, check->given, error);
  gsize first = 0;

  if (y == NULL)
    return FALSE;
  for (guint i = 0; i <= check->n_varied; i++)
    {
      gboolean all = i == check->n_varied;
      gsize n = all ? check->n_in : _reel_check_n_elements (check->at[i]);
      const gdouble *columns;
      g_autofree gchar *along = all ? g_strdup ("all inputs")
                                    : g_strdup_printf ("input %u", check->varied[i]);

      if (all)
        first = 0;
      columns = jacobian + first * check->n_out;
      for (gsize e = 0; !all && check->n_in <= MAX_SINGLE_INPUTS && e < n; e++)
        {
          g_autofree gchar *element = describe_input (check, first + e);

          memset (t, 0, n * sizeof (gdouble));
          t[e] = 1;
          if (!_reel_check_push (check, y, i, 1, t, product, error) ||
              !check_product (check, product, columns + e * check->n_out, element, error))
            return FALSE;
        }
      _reel_check_fill (check, n, t);
      memset (expected, 0, check->n_out * sizeof (gdouble));
      for (gsize e = 0; e < n; e++)
        for (gsize k = 0; k < check->n_out; k++)
          expected[k] += t[e] * columns[e * check->n_out + k];
      if (!_reel_check_push (check, y, all ? 0 : i, all ? check->n_varied : 1, t, product, error) ||
          !check_product (check, product, expected, along, error))
        return FALSE;
      first += n;
    }
  return TRUE;
}

/* ⟨c, J u⟩ = ⟨Jᵀ c, u⟩, which needs no differences */
static gboolean
check_transposes (ReelCheck         *check,
                  const gdouble *c,
                  const gdouble *u,
                  gdouble       *product,
                  GError       **error)
{
  g_autofree gdouble *gradient = g_new (gdouble, check->n_in + 1);
  ReelTensor *y;

  if (!_reel_check_pull (check, check->given, c, gradient, error))
    return FALSE;
  y = _reel_check_call (check, check->given, error);
  return y != NULL && _reel_check_push (check, y, 0, check->n_varied, u, product, error) &&
         agree (check, _reel_check_dot (check->n_in, gradient, u), _reel_check_dot (check->n_out, c, product),
                "the product with the vjp", "that with the jvp",
                g_strdup ("a random direction"), error);
}

/* A vjp by u through the recorded vjp by c: by the inputs against differences of the
 * plain one; by c it is J u, the jvp. */
static gboolean
check_second (ReelCheck         *check,
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
  g_autofree gdouble *second = g_new (gdouble, MAX (check->n_in, check->n_out) + 1);
  g_autofree gdouble *differences = g_new (gdouble, check->n_in + 1);
  g_autofree gdouble *scratch = g_new (gdouble, check->n_in + 1);
  Bilinear bilinear = { c, u, scratch };
  ReelTensor *y = _reel_check_call (check, check->given, error);
  g_autoptr (ReelTensor) cotangent = NULL;
  gsize e = 0;
  gboolean ok;

  if (y == NULL)
    return FALSE;
  cotangent = _reel_check_leaf (y->rank, _reel_tensor_shape (y), check->n_out, c, error);
  ok = cotangent != NULL &&
       reel_vjp (&y, 1, &cotangent, check->at, n, REEL_GRAD_RECORD, gradients, error);
  for (guint i = 0; ok && i < n; i++)
    {
      const ReelTensor *x = check->at[i];

      /* A gradient that is the cotangent or a constant has no node. */
      values[i] = reel_add_scalar (gradients[i], 0);
      by[i] = check->at[i];
      directions[i] = _reel_check_leaf (x->rank, _reel_tensor_shape (x), _reel_check_n_elements (x), u + e,
                                 error);
      ok = directions[i] != NULL;
      e += _reel_check_n_elements (x);
    }
  by[n] = cotangent;
  ok = ok && reel_vjp (values, n, directions, by, n + 1, REEL_GRAD_NONE, seconds, error) &&
       _reel_check_difference (check, evaluate_bilinear, &bilinear, 1, differences, error);

  e = 0;
  for (guint i = 0; ok && i < n; i++)
    {
      ok = _reel_check_read (seconds[i], second, error);
      for (gsize k = 0; ok && k < _reel_check_n_elements (check->at[i]); k++, e++)
        ok = agree (check, second[k], differences[e], "the vjp of the vjp",
                    "central differences of the vjp", describe_input (check, e), error);
    }
  ok = ok && _reel_check_read (seconds[n], second, error);
  for (gsize k = 0; ok && k < check->n_out; k++)
    ok = agree (check, second[k], product[k], "the vjp of the vjp", "the jvp",
                g_strdup_printf ("element %" G_GSIZE_FORMAT " of the cotangent", k), error);

  _reel_check_unref (n, gradients);
  _reel_check_unref (n, directions);
  _reel_check_unref (n + 1, seconds);
  return ok;
}

/* The value first: it is the same on copies and when it is computed again. */
static gboolean
check_value (ReelCheck   *check,
             GError **error)
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
  if (!_reel_check_read (y, first, error) || !_reel_check_evaluate (check, check->copies, again, error))
    return FALSE;
  for (gsize k = 0; k < check->n_out; k++)
    if (!agree (check, first[k], again[k], "the function", "when it is called again",
                describe_element (check->output_rank, check->output_shape, k), error))
      return FALSE;
  return TRUE;
}

static gboolean
check_all (ReelCheck   *check,
           GError **error)
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
  jacobian = g_new (gdouble, check->n_in * check->n_out + 1);
  c = g_new (gdouble, check->n_out + 1);
  u = g_new (gdouble, check->n_in + 1);
  product = g_new (gdouble, check->n_out + 1);
  _reel_check_fill (check, check->n_out, c);
  _reel_check_fill (check, check->n_in, u);
  return _reel_check_difference (check, evaluate_output, NULL, check->n_out, jacobian, error) &&
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
  ReelCheck check = { 0 };
  gboolean ok = TRUE;

  g_return_val_if_fail (function != NULL, FALSE);
  g_return_val_if_fail (n_inputs == 0 || inputs != NULL, FALSE);
  g_return_val_if_fail (step >= 0 && tolerance >= 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

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
    {
      if (G_UNLIKELY (inputs[i] == NULL))
        {
          g_critical ("gradcheck: input %u is NULL", i);
          g_set_error (error, REEL_ERROR, REEL_ERROR_NULL, "gradcheck: input %u is NULL", i);
          ok = FALSE;
          break;
        }
      ok = take_input (&check, i, inputs[i], error);
    }
  if (ok)
    {
      reel_tape_push (tape);
      ok = check_all (&check, error);
      reel_tape_pop (tape);
    }
  /* What the tape still holds may view these. */
  (void) reel_tape_reset (tape, NULL);
  _reel_check_unref (n_inputs, given);
  _reel_check_unref (n_inputs, copies);
  return ok;
}
