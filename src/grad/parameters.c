/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "base/grow.h"
#include "grad/grad-private.h"

#include <reel/reel-parameters.h>
#include <stdlib.h>

/* Parameters that are asked for gradients and updated as one. */

struct _ReelParameters
{
  _Atomic gint ref_count;
  ReelTensor **tensors;
  gsize n_tensors;
  gsize capacity;
  GError *error;                /* the first */
};

G_DEFINE_BOXED_TYPE (ReelParameters, reel_parameters, reel_parameters_ref,
                     reel_parameters_unref)

ReelParameters *
reel_parameters_new (void)
{
  ReelParameters *self = g_new0 (ReelParameters, 1);

  atomic_init (&self->ref_count, 1);
  return self;
}

ReelParameters *
reel_parameters_ref (ReelParameters *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  atomic_fetch_add_explicit (&self->ref_count, 1, memory_order_relaxed);
  return self;
}

void
reel_parameters_unref (ReelParameters *self)
{
  g_return_if_fail (self != NULL);

  if (atomic_fetch_sub_explicit (&self->ref_count, 1, memory_order_acq_rel) != 1)
    return;
  for (gsize i = 0; i < self->n_tensors; i++)
    reel_tensor_unref (self->tensors[i]);
  free (self->tensors);
  g_clear_error (&self->error);
  g_free (self);
}

static GError *
why_not (ReelTensor *leaf)
{
  g_autofree gchar *what = NULL;

  if (leaf == NULL)
    return g_error_new_literal (REEL_ERROR, REEL_ERROR_NULL, "a parameter could not be made");
  what = reel_tensor_describe (leaf);
  if (!reel_tensor_is_leaf (leaf) || reel_tensor_is_error (leaf))
    return g_error_new (REEL_ERROR, REEL_ERROR_VALUE, "%s is no leaf", what);
  return g_error_new (REEL_ERROR, REEL_ERROR_DTYPE,
                      "only floating-point tensors have gradients, not %s", what);
}

ReelTensor *
reel_parameters_add (ReelParameters *self,
                     ReelTensor     *leaf)
{
  g_return_val_if_fail (self != NULL, _reel_tape_current ()->error_tensor);

  if (leaf == NULL || !reel_tensor_is_leaf (leaf) || reel_tensor_is_error (leaf) ||
      !reel_dtype_is_floating ((ReelDType) leaf->dtype) ||
      !_reel_grow ((gpointer *) &self->tensors, &self->capacity, self->n_tensors + 1,
                   sizeof (ReelTensor *)))
    {
      GError *error = why_not (leaf);

      if (self->error == NULL)
        self->error = g_error_copy (error);
      if (leaf != NULL)
        reel_tensor_unref (leaf);
      return _reel_tape_fail (_reel_tape_current (), error);
    }
  reel_tensor_set_requires_grad (leaf, TRUE);
  self->tensors[self->n_tensors++] = leaf;
  return leaf;
}

ReelTensor *const *
reel_parameters_get_tensors (ReelParameters *self,
                             guint          *n_tensors)
{
  if (n_tensors != NULL)
    *n_tensors = 0;
  g_return_val_if_fail (self != NULL, NULL);

  if (n_tensors != NULL)
    *n_tensors = (guint) self->n_tensors;
  return self->tensors;
}

static gboolean
check (ReelParameters *self,
       GError        **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

gboolean
reel_parameters_backward (ReelParameters *self,
                          ReelTensor     *loss,
                          GError        **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (loss != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check (self, error))
    return FALSE;
  for (gsize i = 0; i < self->n_tensors; i++)
    reel_tensor_set_grad (self->tensors[i], NULL);
  return reel_backward (loss, error);
}

gboolean
reel_parameters_add_scaled_gradients (ReelParameters *self,
                                      gdouble         factor,
                                      GError        **error)
{
  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check (self, error))
    return FALSE;
  for (gsize i = 0; i < self->n_tensors; i++)
    {
      ReelTensor *gradient = reel_tensor_get_grad (self->tensors[i]);

      if (gradient != NULL &&
          !reel_tensor_add_scaled (self->tensors[i], gradient, factor, error))
        return FALSE;
    }
  return TRUE;
}
