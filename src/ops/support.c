/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/views.h"

#include <stdarg.h>

/* What the ops share: checks, shape rules, axes. */

ReelTensor *
_reel_op_fail (const gchar *op,
               ReelError    code,
               const gchar *format,
               ...)
{
  g_autofree gchar *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return _reel_tape_fail (_reel_tape_current (),
                          g_error_new (REEL_ERROR, (gint) code, "%s: %s", op, message));
}

ReelTensor *
_reel_fail_by_input (ReelTape    *tape,
                     const gchar *op,
                     ReelTensor  *input,
                     GError      *error)
{
  if ((_reel_tensor_flags (input) & (REEL_TENSOR_ERROR | REEL_TENSOR_DEAD)) !=
      REEL_TENSOR_ERROR)
    g_prefix_error (&error, "%s: ", op);
  return _reel_tape_fail (tape, error);
}

gboolean
_reel_op_check_arguments (const gchar       *op,
                          ReelTensor *const *tensors,
                          guint              n_tensors,
                          ReelTensor       **failed)
{
  GError *error = NULL;

  for (guint i = 0; i < n_tensors; i++)
    {
      if (G_UNLIKELY (tensors == NULL || tensors[i] == NULL))
        {
          g_critical ("%s: input %u is NULL", op, i);
          *failed = _reel_op_fail (op, REEL_ERROR_NULL, "input %u is NULL", i);
          return FALSE;
        }
      if (!_reel_tensor_check_no_error (tensors[i], &error))
        {
          *failed = _reel_fail_by_input (_reel_tape_current (), op, tensors[i], error);
          return FALSE;
        }
    }
  return TRUE;
}

void
_reel_axes_init (ReelAxes     *self,
                 guint         n_axes,
                 const gint64 *axes,
                 gboolean      keep)
{
  memset (self, 0, sizeof *self);
  self->keep = keep;
  self->n = n_axes;
  if (n_axes == 0)
    self->n = REEL_AXES_ALL;
  else if (axes == NULL)
    self->n = REEL_AXES_NULL;
  else
    for (guint i = 0; i < MIN (n_axes, REEL_MAX_AXES); i++)
      self->axes[i] = _reel_axis (axes[i]);
}

gboolean
_reel_infer_list (guint32      n,
                  const gchar *name,
                  GError     **error)
{
  if (G_LIKELY (n != REEL_NO_LIST))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_NULL, "%s is NULL", name);
  return FALSE;
}

gboolean
_reel_infer_dtype (guint32  dtype,
                   GError **error)
{
  if (G_LIKELY (dtype < REEL_N_DTYPES))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE, "%u is no dtype", dtype);
  return FALSE;
}

gboolean
_reel_infer_axis (gint32  *axis,
                  guint    rank,
                  guint   *from_front,
                  GError **error)
{
  if (!_reel_axis_from_front (*axis, rank, from_front, error))
    return FALSE;
  *axis = (gint32) *from_front - (gint32) rank;
  return TRUE;
}

gboolean
_reel_infer_new_axis (gint32  *axis,
                      guint    rank,
                      guint   *from_front,
                      GError **error)
{
  gint n = (gint) rank + 1;

  if (*axis < -n || *axis >= n)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                   "axis %d is out of range: the result has the axes %d to %d", *axis, -n,
                   n - 1);
      return FALSE;
    }
  if (rank >= REEL_MAX_AXES)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE, "rank %u is as high as can be", rank);
      return FALSE;
    }
  *from_front = (guint) (*axis < 0 ? *axis + n : *axis);
  *axis = (gint32) *from_front - n;
  return TRUE;
}

gboolean
_reel_infer_axes (ReelAxes *axes,
                  guint     rank,
                  GError  **error)
{
  guint32 seen = 0;
  guint n = 0;

  if (!_reel_infer_list (axes->n == REEL_AXES_NULL ? REEL_NO_LIST : 0, "axes", error))
    return FALSE;
  if (axes->n == REEL_AXES_ALL)
    {
      seen = ((guint32) 1 << rank) - 1;
      axes->n = rank;
    }
  else
    {
      for (guint i = 0; i < MIN (axes->n, REEL_MAX_AXES); i++)
        {
          gint32 axis = axes->axes[i];
          guint from_front;

          if (!_reel_axis_from_front (axis, rank, &from_front, error))
            return FALSE;
          if ((seen & (guint32) 1 << from_front) != 0)
            {
              g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX, "axis %d is there twice", axis);
              return FALSE;
            }
          seen |= (guint32) 1 << from_front;
        }
      if (axes->n > rank)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                       "%u axes are named of a tensor of rank %u", axes->n, rank);
          return FALSE;
        }
    }
  for (guint i = 0; i < rank; i++)
    if ((seen & (guint32) 1 << i) != 0)
      axes->axes[n++] = (gint32) i - (gint32) rank;
  return TRUE;
}

void
_reel_spec_like (ReelSpec        *spec,
                 const ReelArray *array)
{
  spec->dtype = array->dtype;
  spec->rank = array->rank;
  for (guint i = 0; i < array->rank; i++)
    spec->shape[i] = array->shape[i];
}

gchar *
reel_infer_describe (const ReelInfer *infer,
                     guint            first,
                     guint            n)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (infer != NULL, NULL);

  for (guint i = first; i < first + n; i++)
    {
      const ReelArray *array = &infer->inputs[i];
      g_autofree gchar *what = NULL;

      if (infer->tensors != NULL && infer->tensors[i] != NULL)
        {
          what = reel_tensor_describe (infer->tensors[i]);
        }
      else if (array->shape != NULL)
        {
          g_autofree gchar *shape = _reel_shape_to_string (array->rank, array->shape);

          what = g_strconcat (reel_dtype_get_name (array->dtype), shape, NULL);
        }
      g_string_append_printf (text, "%s%s", i > first ? " x " : "",
                              what != NULL ? what : "none");
    }
  return g_string_free (text, FALSE);
}

gchar *
_reel_describe_inputs (ReelTensor *const *inputs,
                       guint              n_inputs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_inputs; i++)
    {
      g_autofree gchar *what = inputs[i] != NULL ? reel_tensor_describe (inputs[i]) : NULL;

      g_string_append_printf (text, "%s%s", i > 0 ? " x " : "", what != NULL ? what : "none");
    }
  return g_string_free (text, FALSE);
}

gboolean
_reel_check_floating (const ReelInfer *infer,
                      guint            input,
                      GError         **error)
{
  g_autofree gchar *what = NULL;

  if (G_LIKELY (reel_dtype_is_floating (infer->inputs[input].dtype)))
    return TRUE;
  what = reel_infer_describe (infer, input, 1);
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
               "needs a floating-point tensor, not %s; reel_cast converts", what);
  return FALSE;
}

gboolean
_reel_check_number (const ReelInfer *infer,
                    guint            input,
                    GError         **error)
{
  if (G_LIKELY (infer->inputs[input].dtype != REEL_BOOL))
    return TRUE;
  g_set_error_literal (error, REEL_ERROR, REEL_ERROR_DTYPE,
                       "not defined for bool; reel_cast converts");
  return FALSE;
}

gboolean
_reel_check_same_dtype (const ReelInfer *infer,
                        GError         **error)
{
  const ReelArray *first = NULL;

  for (guint i = 0; i < infer->n_inputs; i++)
    {
      REEL_RARELY_ALLOCATED gchar *what = NULL;

      if (infer->inputs[i].shape == NULL)
        continue;
      if (first == NULL)
        first = &infer->inputs[i];
      if (G_LIKELY (infer->inputs[i].dtype == first->dtype))
        continue;
      what = reel_infer_describe (infer, 0, infer->n_inputs);
      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "dtypes differ: %s; reel_cast converts", what);
      return FALSE;
    }
  return TRUE;
}

gboolean
_reel_infer_same (ReelInfer *infer,
                  GError   **error)
{
  _reel_spec_like (&infer->outputs[0], &infer->inputs[0]);
  return TRUE;
}

gboolean
_reel_infer_same_floating (ReelInfer *infer,
                           GError   **error)
{
  _reel_spec_like (&infer->outputs[0], &infer->inputs[0]);
  return _reel_check_floating (infer, 0, error);
}

gboolean
_reel_infer_broadcast (ReelInfer *infer,
                       GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];

  if (!_reel_check_same_dtype (infer, error))
    return FALSE;
  _reel_spec_like (spec, &infer->inputs[0]);
  for (guint i = 1; i < infer->n_inputs; i++)
    if (!_reel_shape_broadcast (spec->rank, spec->shape, infer->inputs[i].rank,
                                infer->inputs[i].shape, &spec->rank,
                                spec->shape))
      {
        g_autofree gchar *what = reel_infer_describe (infer, 0, infer->n_inputs);

        g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                     "shapes do not broadcast: %s", what);
        return FALSE;
      }
  return TRUE;
}

ReelTensor *
_reel_number_like (ReelTensor *like,
                   gdouble     value)
{
  ReelTape *tape = _reel_tape_current ();
  ReelTensor *number;

  /* A constant has no node, recording or not: it only needs an owner. With a
   * storage, so that expanding it is a view. */
  number = _reel_tensor_new_sized (tape->pool, (ReelDType) like->dtype, 0, NULL, 1, FALSE);
  if (number == NULL || !_reel_tape_own (tape, number))
    {
      if (number != NULL)
        _reel_tensor_unref_local (number, tape->pool);
      return _reel_op_fail ("full", REEL_ERROR_NO_MEMORY, "no memory for a number");
    }
  _reel_element_set ((ReelDType) like->dtype, number->data, value);
  return number;
}

ReelTensor *
_reel_full_like (ReelTensor *like,
                 gdouble     value)
{
  ReelTensor *number = _reel_number_like (like, value);

  return like->rank == 0 || reel_tensor_is_error (number)
         ? number : _reel_broadcast_from (number, number, like);
}

ReelTensor *
_reel_broadcast_from (ReelTensor *t,
                      ReelTensor *from,
                      ReelTensor *to)
{
  if (_reel_tensor_same_shape (from, to))
    return t;
  return _reel_apply_shape (&_reel_op_broadcast_to, t, from->rank, to->rank,
                            _reel_tensor_shape (to));
}

guint
_reel_rule_n_batch_axes (const ReelRule *rule)
{
  return ((const ReelSweep *) rule->sweep)->n_batch_axes;
}

ReelTensor *
_reel_rule_batched (ReelRule   *rule,
                    ReelTensor *x)
{
  gint64 shape[REEL_MAX_AXES];
  guint rank;

  if (_reel_rule_n_batch_axes (rule) == 0 || reel_tensor_is_error (x))
    return x;
  rank = _reel_sweep_shape (rule->sweep, x, shape);
  return _reel_apply_shape (&_reel_op_broadcast_to, x, x->rank, rank, shape);
}
