/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "base/copy.h"
#include "tensor/tensor-private.h"

/* Life, shape and what hangs on a tensor: labels, gradients, hooks. */

G_DEFINE_BOXED_TYPE (ReelTensor, reel_tensor, reel_tensor_ref, reel_tensor_unref)

static ReelTensor *
header_alloc (ReelPool *pool,
              ReelDType dtype,
              guint     rank,
              gint64    n_elements)
{
  ReelTensor *self = _reel_pool_alloc (pool, sizeof (ReelTensor) +
                                             2 * rank * sizeof (gint64));

  if (G_UNLIKELY (self == NULL))
    return NULL;
  atomic_init (&self->ref_count, 1);
  self->dtype = (guint8) dtype;
  self->rank = (guint8) rank;
  atomic_init (&self->flags, 0);
  atomic_init (&self->value, REEL_VALUE_LEAF);
  self->data = NULL;
  self->storage = NULL;
  self->n_elements = n_elements;
  self->extra = NULL;
  self->version = 0;
  return self;
}

ReelTensor *
_reel_tensor_new_header (ReelPool     *pool,
                         ReelDType     dtype,
                         guint         rank,
                         const gint64 *shape,
                         gint64        n_elements)
{
  ReelTensor *self = header_alloc (pool, dtype, rank, n_elements);

  if (G_UNLIKELY (self == NULL))
    return NULL;
  for (guint i = 0; i < rank; i++)
    self->dims[i] = shape[i];
  _reel_shape_contiguous_strides (rank, shape, _reel_tensor_strides (self));
  _reel_tensor_set_flags (self, REEL_TENSOR_CONTIGUOUS);
  return self;
}

ReelTensor *
_reel_tensor_new_sized (ReelPool     *pool,
                        ReelDType     dtype,
                        guint         rank,
                        const gint64 *shape,
                        gint64        n_elements,
                        gboolean      may_inline)
{
  ReelTensor *self = _reel_tensor_new_header (pool, dtype, rank, shape, n_elements);
  gsize size = (gsize) n_elements * reel_dtype_get_size (dtype);

  if (G_UNLIKELY (self == NULL))
    return NULL;
  if (may_inline && size <= REEL_INLINE_SIZE)
    {
      self->data = self->inline_data;
      return self;
    }
  self->storage = _reel_storage_new (pool, size);
  if (G_UNLIKELY (self->storage == NULL))
    {
      _reel_pool_free_local (pool, self);
      return NULL;
    }
  self->data = self->storage->data;
  return self;
}

ReelTensor *
_reel_tensor_new_view (ReelPool     *pool,
                       ReelTensor   *base,
                       guint         rank,
                       const gint64 *shape,
                       const gint64 *strides,
                       gint64        offset)
{
  gint64 n_elements = base->n_elements == 0 ? 0 : 1;
  ReelTensor *self;

  /* Only without a zero among them is the product known to fit. */
  for (guint i = 0; i < rank; i++)
    if (shape[i] == 0)
      n_elements = 0;
  for (guint i = 0; i < rank && n_elements != 0; i++)
    n_elements *= shape[i];
  self = header_alloc (pool, (ReelDType) base->dtype, rank, n_elements);
  if (G_UNLIKELY (self == NULL))
    return NULL;
  for (guint i = 0; i < rank; i++)
    {
      self->dims[i] = shape[i];
      self->dims[rank + i] = strides[i];
    }
  if (_reel_shape_is_contiguous (rank, shape, strides))
    _reel_tensor_set_flags (self, REEL_TENSOR_CONTIGUOUS);
  self->storage = _reel_storage_ref (base->storage);
  self->version = atomic_load_explicit (&base->storage->version, memory_order_acquire);
  /* The offset of an empty view may lie behind the end. */
  self->data = n_elements == 0
               ? base->data
               : (gchar *) base->data + offset * (gint64) reel_dtype_get_size (base->dtype);
  return self;
}

void
_reel_set_no_memory (GError      **error,
                     ReelDType     dtype,
                     guint         rank,
                     const gint64 *shape)
{
  g_autofree gchar *text = _reel_shape_to_string (rank, shape);

  g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY, "no memory for %s%s",
               reel_dtype_get_name (dtype), text);
}

ReelTensor *
_reel_tensor_new_leaf (ReelDType     dtype,
                       guint         rank,
                       const gint64 *shape,
                       GError      **error)
{
  gint64 n_elements;
  ReelTensor *self;

  if (rank > REEL_MAX_RANK)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "rank %u is more than the %d axes a tensor can have", rank,
                   REEL_MAX_RANK);
      return NULL;
    }
  if (!_reel_shape_count (rank, shape, reel_dtype_get_size (dtype), &n_elements, NULL,
                          error))
    return NULL;
  self = _reel_tensor_new_sized (_reel_pool_get_shared (), dtype, rank, shape,
                                 n_elements, FALSE);
  if (self == NULL)
    _reel_set_no_memory (error, dtype, rank, shape);
  return self;
}

ReelTensor *
reel_tensor_ref (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  atomic_fetch_add_explicit (&self->ref_count, 1, memory_order_relaxed);
  return self;
}

static void
extra_free (ReelTensorExtra *extra,
            ReelPool        *pool)
{
  if (extra->hooks != NULL)
    {
      for (guint i = 0; i < extra->hooks->len; i++)
        {
          ReelHook *hook = &g_array_index (extra->hooks, ReelHook, i);

          if (hook->id != 0 && hook->notify != NULL)
            hook->notify (hook->user_data);
        }
      g_array_unref (extra->hooks);
    }
  if (extra->grad != NULL)
    _reel_tensor_unref_local (extra->grad, pool);
  g_clear_error (&extra->error);
  g_free (extra->label);
  g_free (extra);
}

void
_reel_tensor_unref_local (ReelTensor *self,
                          ReelPool   *pool)
{
  /* The only holder needs no atomic write to know that it is the last. */
  if (!_reel_tensor_is_unique (self) &&
      atomic_fetch_sub_explicit (&self->ref_count, 1, memory_order_acq_rel) != 1)
    return;
  if (self->extra != NULL)
    extra_free (self->extra, pool);
  if (self->storage != NULL)
    _reel_storage_unref (self->storage, pool);
  if (pool != NULL)
    _reel_pool_free_local (pool, self);
  else
    _reel_pool_free (self);
}

void
reel_tensor_unref (ReelTensor *self)
{
  g_return_if_fail (self != NULL);

  if (G_UNLIKELY (_reel_tensor_is_unique (self) &&
                  (_reel_tensor_value (self) != REEL_VALUE_LEAF ||
                   (_reel_tensor_flags (self) & REEL_TENSOR_HELD) != 0)))
    {
      g_autofree gchar *what = reel_tensor_describe (self);

      g_critical ("%s: the last reference of %s is its tape's; results of ops need neither"
                  " unref nor g_autoptr, unless reel_tensor_ref () or reel_tensor_steal ()"
                  " came before", G_STRFUNC, what);
      return;
    }
  _reel_tensor_unref_local (self, NULL);
}

void
_reel_tensor_release_data (ReelTensor *self,
                           ReelPool   *pool)
{
  _reel_tensor_set_flags (self, REEL_TENSOR_RELEASED);
  self->data = NULL;
  if (self->storage != NULL)
    _reel_storage_unref (g_steal_pointer (&self->storage), pool);
}

void
_reel_tensor_bury (ReelTensor *self,
                   ReelPool   *pool)
{
  ReelTensorExtra *extra = g_steal_pointer (&self->extra);

  _reel_tensor_set_value (self, REEL_VALUE_LEAF);
  atomic_store_explicit (&self->flags,
                         REEL_TENSOR_ERROR | REEL_TENSOR_DEAD | REEL_TENSOR_HELD,
                         memory_order_relaxed);
  self->data = NULL;
  if (self->storage != NULL)
    _reel_storage_unref (g_steal_pointer (&self->storage), pool);
  if (extra != NULL)
    extra_free (extra, pool);
}

gboolean
_reel_tensor_owns_data (ReelTensor *self)
{
  return self->data != NULL && _reel_tensor_is_unique (self) &&
         _reel_tensor_is_contiguous (self) &&
         (self->storage == NULL || _reel_storage_is_unique (self->storage));
}

gboolean
_reel_tensor_same_shape (const ReelTensor *a,
                         const ReelTensor *b)
{
  return _reel_shape_equal (a->rank, _reel_tensor_shape (a), b->rank,
                            _reel_tensor_shape (b));
}

ReelTensorExtra *
_reel_tensor_ensure_extra (ReelTensor *self)
{
  if (self->extra == NULL)
    self->extra = g_new0 (ReelTensorExtra, 1);
  return self->extra;
}

ReelDType
reel_tensor_get_dtype (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, REEL_F32);

  return (ReelDType) self->dtype;
}

guint
reel_tensor_get_rank (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rank;
}

const gint64 *
reel_tensor_get_shape (ReelTensor *self,
                       guint      *rank)
{
  if (rank != NULL)
    *rank = 0;
  g_return_val_if_fail (self != NULL, NULL);

  if (rank != NULL)
    *rank = self->rank;
  return _reel_tensor_shape (self);
}

const gint64 *
reel_tensor_get_strides (ReelTensor *self,
                         guint      *rank)
{
  if (rank != NULL)
    *rank = 0;
  g_return_val_if_fail (self != NULL, NULL);

  if (rank != NULL)
    *rank = self->rank;
  return _reel_tensor_strides (self);
}

gint64
reel_tensor_get_size (ReelTensor *self,
                      gint        axis)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (axis >= -(gint) self->rank && axis < (gint) self->rank, 0);

  return self->dims[axis < 0 ? axis + self->rank : axis];
}

gint64
reel_tensor_get_n_elements (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_elements;
}

gboolean
reel_tensor_is_contiguous (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return _reel_tensor_is_contiguous (self);
}

gboolean
reel_tensor_is_leaf (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !_reel_tensor_is_recorded (self);
}

gboolean
reel_tensor_is_error (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return (_reel_tensor_flags (self) & REEL_TENSOR_ERROR) != 0;
}

const gchar *
reel_tensor_get_label (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->extra != NULL ? self->extra->label : NULL;
}

void
reel_tensor_set_label (ReelTensor  *self,
                       const gchar *label)
{
  ReelTensorExtra *extra;
  gchar *old;

  g_return_if_fail (self != NULL);

  if (label == NULL && self->extra == NULL)
    return;
  extra = _reel_tensor_ensure_extra (self);
  old = extra->label;
  extra->label = g_strdup (label);
  g_free (old);                 /* last: `label` may be a part of it */
}

gchar *
reel_tensor_describe (ReelTensor *self)
{
  g_autofree gchar *shape = NULL;
  const gchar *label;

  g_return_val_if_fail (self != NULL, NULL);

  shape = _reel_shape_to_string (self->rank, _reel_tensor_shape (self));
  label = reel_tensor_get_label (self);
  return g_strdup_printf ("%s%s%s%s%s", reel_dtype_get_name (self->dtype), shape,
                          label != NULL ? " \"" : "", label != NULL ? label : "",
                          label != NULL ? "\"" : "");
}

gboolean
reel_tensor_check_requires_grad (ReelTensor *self,
                                 GError    **error)
{
  g_autofree gchar *what = NULL;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!_reel_tensor_is_recorded (self) && reel_dtype_is_floating (self->dtype))
    return TRUE;
  what = reel_tensor_describe (self);
  if (_reel_tensor_is_recorded (self))
    g_set_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY,
                 "requires_grad: %s is a tape's value, not a leaf", what);
  else
    g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                 "requires_grad: %s is not of a floating-point dtype", what);
  return FALSE;
}

void
reel_tensor_set_requires_grad (ReelTensor *self,
                               gboolean    requires_grad)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!_reel_tensor_is_recorded (self));
  g_return_if_fail (!requires_grad || reel_dtype_is_floating (self->dtype));

  if (requires_grad)
    {
      /* Room for the gradient now, so that no sweep has to allocate it. */
      _reel_tensor_ensure_extra (self);
      _reel_tensor_set_flags (self, REEL_TENSOR_PARAMETER);
    }
  else
    {
      _reel_tensor_unset_flags (self, REEL_TENSOR_PARAMETER);
    }
}

gboolean
reel_tensor_get_requires_grad (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return _reel_tensor_requires_grad (self);
}

ReelTensor *
reel_tensor_get_grad (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->extra != NULL ? self->extra->grad : NULL;
}

gboolean
reel_tensor_check_grad (ReelTensor *self,
                        ReelTensor *grad,
                        GError    **error)
{
  g_autofree gchar *what = NULL, *of = NULL;

  _reel_return_val_if_fail (self != NULL, FALSE, REEL_ERROR_NULL, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (grad == NULL)
    return TRUE;
  what = reel_tensor_describe (grad);
  of = reel_tensor_describe (self);
  if (_reel_tensor_is_recorded (self))
    g_set_error (error, REEL_ERROR, REEL_ERROR_READ_ONLY,
                 "grad: %s is a tape's value, not a leaf", of);
  else if (grad->dtype != self->dtype || !_reel_tensor_same_shape (self, grad))
    g_set_error (error, REEL_ERROR,
                 grad->dtype != self->dtype ? REEL_ERROR_DTYPE : REEL_ERROR_SHAPE,
                 "grad: %s is none of %s", what, of);
  else
    return TRUE;
  return FALSE;
}

void
reel_tensor_set_grad (ReelTensor *self,
                      ReelTensor *grad)
{
  ReelTensor *old;

  g_return_if_fail (self != NULL);
  g_return_if_fail (grad == NULL ||
                    (grad->dtype == self->dtype && _reel_tensor_same_shape (self, grad)));

  if (grad == NULL && self->extra == NULL)
    return;
  if (grad != NULL)
    reel_tensor_ref (grad);
  old = _reel_tensor_ensure_extra (self)->grad;
  self->extra->grad = grad;
  if (old != NULL)
    reel_tensor_unref (old);
}

guint
reel_tensor_add_hook (ReelTensor    *self,
                      ReelHookFunc   func,
                      gpointer       user_data,
                      GDestroyNotify notify)
{
  ReelTensorExtra *extra;
  ReelHook hook;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (func != NULL, 0);

  extra = _reel_tensor_ensure_extra (self);
  if (extra->hooks == NULL)
    extra->hooks = g_array_new (FALSE, FALSE, sizeof (ReelHook));
  hook.id = ++extra->last_hook_id;
  hook.func = func;
  hook.user_data = user_data;
  hook.notify = notify;
  g_array_append_val (extra->hooks, hook);
  _reel_tensor_set_flags (self, REEL_TENSOR_HOOKED);
  return hook.id;
}

void
reel_tensor_remove_hook (ReelTensor *self,
                         guint       id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != 0);

  if (self->extra != NULL && self->extra->hooks != NULL)
    for (guint i = 0; i < self->extra->hooks->len; i++)
      {
        ReelHook *hook = &g_array_index (self->extra->hooks, ReelHook, i);
        ReelHook removed;

        if (hook->id != id)
          continue;
        /* A hook may remove itself while a sweep walks the list by index: the place
         * stays, empty, unless it is the last. */
        removed = *hook;
        hook->id = 0;
        while (self->extra->hooks->len > 0 &&
               g_array_index (self->extra->hooks, ReelHook,
                              self->extra->hooks->len - 1).id == 0)
          g_array_set_size (self->extra->hooks, self->extra->hooks->len - 1);
        if (removed.notify != NULL)
          removed.notify (removed.user_data);
        return;
      }
  g_critical ("no hook with id %u", id);
}
