/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "grad/gradcheck-private.h"

#include <reel/reel-op.h>

#include <math.h>

/* Splitmix64 (Steele, Lea and Flood 2014) */
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

void
_reel_check_fill (ReelCheck *check,
                  gsize      n,
                  gdouble   *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = next_direction (check);
}

gdouble
_reel_check_dot (gsize          n,
                 const gdouble *a,
                 const gdouble *b)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

void
_reel_check_unref (guint        n,
                   ReelTensor **tensors)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&tensors[i], reel_tensor_unref);
}

ReelTensor *
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

gboolean
_reel_check_read (ReelTensor *tensor,
                  gdouble    *values,
                  GError    **error)
{
  return reel_tensor_read (tensor, values, _reel_check_n_elements (tensor) * sizeof (gdouble),
                           error);
}

ReelTensor *
_reel_check_call (ReelCheck         *check,
                  ReelTensor *const *inputs,
                  GError           **error)
{
  GError *own_error = NULL;
  ReelTensor *y;

  if (!reel_tape_reset (check->tape, error))
    return NULL;
  y = check->function (inputs, check->n_inputs, check->user_data, &own_error);
  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return NULL;
    }
  if (!reel_tape_check (check->tape, error))
    return NULL;
  if (y == NULL || reel_tensor_is_error (y))
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_FAILED,
                           "gradcheck: the function gave no value, and did not say why");
      return NULL;
    }
  if (y->dtype != REEL_F64)
    {
      g_autofree gchar *what = reel_tensor_describe (y);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "gradcheck: the function's value must be f64, not %s", what);
      return NULL;
    }
  /* An input or a constant as it is has no node. */
  if (reel_tensor_is_leaf (y))
    y = reel_add_scalar (y, 0);
  return reel_tape_check (check->tape, error) ? y : NULL;
}

gboolean
_reel_check_evaluate (ReelCheck         *check,
                      ReelTensor *const *inputs,
                      gdouble           *values,
                      GError           **error)
{
  ReelTensor *y = _reel_check_call (check, inputs, error);

  if (y == NULL)
    return FALSE;
  if (y->rank != check->output_rank ||
      memcmp (_reel_tensor_shape (y), check->output_shape, y->rank * sizeof (gint64)) != 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_SHAPE,
                           "gradcheck: the shape of the function's value depends on the"
                           " values of its inputs");
      return FALSE;
    }
  return _reel_check_read (y, values, error);
}

gboolean
_reel_check_pull (ReelCheck         *check,
                  ReelTensor        *y,
                  ReelTensor *const *inputs,
                  const gdouble     *c,
                  gdouble           *result,
                  GError           **error)
{
  g_autofree ReelTensor **at = g_new (ReelTensor *, check->n_varied);
  g_autofree ReelTensor **gradients = g_new0 (ReelTensor *, check->n_varied);
  g_autoptr (ReelTensor) cotangent = NULL;
  gboolean ok;

  cotangent = _reel_check_leaf (y->rank, _reel_tensor_shape (y), check->n_out, c, error);
  if (cotangent == NULL)
    return FALSE;
  for (guint i = 0; i < check->n_varied; i++)
    at[i] = inputs[check->varied[i]];
  ok = reel_vjp (&y, 1, &cotangent, at, check->n_varied, REEL_GRAD_NONE, gradients, error);
  for (guint i = 0; ok && i < check->n_varied; i++)
    {
      ok = _reel_check_read (gradients[i], result, error);
      result += _reel_check_n_elements (at[i]);
    }
  _reel_check_unref (check->n_varied, gradients);
  return ok;
}

gboolean
_reel_check_push (ReelCheck     *check,
                  ReelTensor    *y,
                  guint          first,
                  guint          n,
                  const gdouble *t,
                  gdouble       *result,
                  GError       **error)
{
  g_autofree ReelTensor **tangents = g_new0 (ReelTensor *, n);
  g_autoptr (ReelTensor) product = NULL;
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < n; i++)
    {
      const ReelTensor *x = check->at[first + i];

      tangents[i] = _reel_check_leaf (x->rank, _reel_tensor_shape (x),
                                      _reel_check_n_elements (x), t, error);
      ok = tangents[i] != NULL;
      t += _reel_check_n_elements (x);
    }
  ok = ok && reel_jvp (&y, 1, check->at + first, tangents, n, REEL_GRAD_NONE, &product,
                       error) &&
       _reel_check_read (product, result, error);
  _reel_check_unref (n, tangents);
  return ok;
}

gboolean
_reel_check_difference (ReelCheck    *check,
                        ReelCheckFunc func,
                        gpointer      data,
                        gsize         n,
                        gdouble      *quotients,
                        GError      **error)
{
  g_autofree gdouble *below = g_new (gdouble, n + 1);

  for (guint i = 0; i < check->n_varied; i++)
    {
      ReelTensor *x = check->copies[check->varied[i]];

      for (gsize k = 0; k < _reel_check_n_elements (x); k++)
        {
          gdouble *element = (gdouble *) x->data + k;
          const gdouble middle = *element;
          const gdouble h = check->step * fmax (1, fabs (middle));
          /* what the rounded sums are apart */
          const volatile gdouble high = middle + h, low = middle - h;
          gboolean ok;

          /* Nothing recorded is left that a write could be counted for. */
          *element = low;
          ok = func (check, data, below, error);
          *element = high;
          ok = ok && func (check, data, quotients, error);
          *element = middle;
          if (!ok)
            return FALSE;
          for (gsize j = 0; j < n; j++)
            quotients[j] = (quotients[j] - below[j]) / (high - low);
          quotients += n;
        }
    }
  return TRUE;
}
