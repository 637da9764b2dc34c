/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "base/philox.h"
#include "tensor/generator-private.h"
#include "tensor/tensor-private.h"

#include <math.h>

struct _ReelGenerator
{
  _Atomic gint ref_count;
  _Atomic guint64 offset;
  guint64 seed;
};

/* Zeros and ones are drawn into this many bytes before they are converted. */
#define BERNOULLI_RUN 1024

G_DEFINE_BOXED_TYPE (ReelGenerator, reel_generator, reel_generator_ref,
                     reel_generator_unref)

ReelGenerator *
reel_generator_new (guint64 seed)
{
  ReelGenerator *self = g_new (ReelGenerator, 1);

  atomic_init (&self->ref_count, 1);
  atomic_init (&self->offset, 0);
  self->seed = seed;
  return self;
}

ReelGenerator *
reel_generator_ref (ReelGenerator *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  atomic_fetch_add_explicit (&self->ref_count, 1, memory_order_relaxed);
  return self;
}

void
reel_generator_unref (ReelGenerator *self)
{
  g_return_if_fail (self != NULL);

  if (atomic_fetch_sub_explicit (&self->ref_count, 1, memory_order_acq_rel) == 1)
    g_free (self);
}

guint64
reel_generator_get_seed (ReelGenerator *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->seed;
}

guint64
reel_generator_get_offset (ReelGenerator *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->offset, memory_order_relaxed);
}

void
reel_generator_set_offset (ReelGenerator *self,
                           guint64        offset)
{
  g_return_if_fail (self != NULL);

  atomic_store_explicit (&self->offset, offset, memory_order_relaxed);
}

guint64
_reel_generator_next (ReelGenerator *self,
                      guint64       *key)
{
  *key = self->seed;
  return atomic_fetch_add_explicit (&self->offset, 1, memory_order_relaxed);
}

static gboolean
check_floating (ReelDType dtype,
                GError  **error)
{
  if (reel_dtype_is_floating (dtype))
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
               "random numbers of this kind are f32 or f64, not %s",
               reel_dtype_get_name (dtype));
  return FALSE;
}

/* Whether a number is finite in the dtype that it will be used for. */
static gboolean
is_finite_in (ReelDType dtype,
              gdouble   value)
{
  return isfinite (value) && (dtype != REEL_F32 || fabs (value) <= (gdouble) G_MAXFLOAT);
}

gboolean
_reel_draw_check_uniform (ReelDType dtype,
                          gdouble   a,
                          gdouble   b,
                          GError  **error)
{
  if (!check_floating (dtype, error))
    return FALSE;
  if (is_finite_in (dtype, a) && is_finite_in (dtype, b) && isfinite (b - a) && a <= b)
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
               "no %s numbers from %g to %g can be drawn", reel_dtype_get_name (dtype), a, b);
  return FALSE;
}

gboolean
_reel_draw_check_normal (ReelDType dtype,
                         gdouble   a,
                         gdouble   b,
                         GError  **error)
{
  if (!check_floating (dtype, error))
    return FALSE;
  if (is_finite_in (dtype, a) && is_finite_in (dtype, b) && b >= 0)
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
               "no %s numbers of mean %g and standard deviation %g can be drawn",
               reel_dtype_get_name (dtype), a, b);
  return FALSE;
}

gboolean
_reel_draw_check_bernoulli (ReelDType dtype,
                            gdouble   a,
                            gdouble   b,
                            GError  **error)
{
  if (a >= 0 && a <= 1)
    return TRUE;
  g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
               "%g is no probability: it is not between 0 and 1", a);
  return FALSE;
}

void
_reel_draw_uniform (guint64   key,
                    guint64   counter,
                    ReelDType dtype,
                    gint64    n,
                    gdouble   a,
                    gdouble   b,
                    gpointer  data)
{
  gdouble width = b - a;
  gfloat *narrow = data;
  gdouble *wide = data;

  if (dtype == REEL_F32)
    {
      _reel_philox_uniform_f32 (key, counter, 0, n, narrow);
      for (gint64 i = 0; i < n; i++)
        narrow[i] = (gfloat) (a + width * (gdouble) narrow[i]);
    }
  else
    {
      _reel_philox_uniform_f64 (key, counter, 0, n, wide);
      for (gint64 i = 0; i < n; i++)
        wide[i] = a + width * wide[i];
    }
}

void
_reel_draw_normal (guint64   key,
                   guint64   counter,
                   ReelDType dtype,
                   gint64    n,
                   gdouble   a,
                   gdouble   b,
                   gpointer  data)
{
  gfloat *narrow = data;
  gdouble *wide = data;

  if (dtype == REEL_F32)
    {
      _reel_philox_normal_f32 (key, counter, 0, n, narrow);
      for (gint64 i = 0; i < n; i++)
        narrow[i] = (gfloat) (a + b * (gdouble) narrow[i]);
    }
  else
    {
      _reel_philox_normal_f64 (key, counter, 0, n, wide);
      for (gint64 i = 0; i < n; i++)
        wide[i] = a + b * wide[i];
    }
}

void
_reel_draw_bernoulli (guint64   key,
                      guint64   counter,
                      ReelDType dtype,
                      gint64    n,
                      gdouble   a,
                      gdouble   b,
                      gpointer  data)
{
  gsize size = reel_dtype_get_size (dtype);
  guint8 run[BERNOULLI_RUN];

  for (gint64 first = 0; first < n; first += BERNOULLI_RUN)
    {
      gint64 length = MIN (BERNOULLI_RUN, n - first);

      _reel_philox_bernoulli_u8 (key, counter, first, length, a, run);
      for (gint64 i = 0; i < length; i++)
        _reel_element_set (dtype, (gchar *) data + (gsize) (first + i) * size, run[i]);
    }
}

ReelTensor *
reel_generator_uniform (ReelGenerator *self,
                        ReelDType      dtype,
                        guint          rank,
                        const gint64  *shape,
                        gdouble        low,
                        gdouble        high,
                        GError       **error)
{
  ReelTensor *tensor;
  guint64 key, counter;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);

  if (!_reel_draw_check_uniform (dtype, low, high, error))
    return NULL;
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  counter = _reel_generator_next (self, &key);
  _reel_draw_uniform (key, counter, dtype, tensor->n_elements, low, high, tensor->data);
  return tensor;
}

ReelTensor *
reel_generator_normal (ReelGenerator *self,
                       ReelDType      dtype,
                       guint          rank,
                       const gint64  *shape,
                       gdouble        mean,
                       gdouble        standard_deviation,
                       GError       **error)
{
  ReelTensor *tensor;
  guint64 key, counter;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);

  if (!_reel_draw_check_normal (dtype, mean, standard_deviation, error))
    return NULL;
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  counter = _reel_generator_next (self, &key);
  _reel_draw_normal (key, counter, dtype, tensor->n_elements, mean, standard_deviation, tensor->data);
  return tensor;
}

ReelTensor *
reel_generator_bernoulli (ReelGenerator *self,
                          ReelDType      dtype,
                          guint          rank,
                          const gint64  *shape,
                          gdouble        probability,
                          GError       **error)
{
  ReelTensor *tensor;
  guint64 key, counter;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);
  _reel_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL, REEL_ERROR_VALUE, error);
  _reel_return_val_if_fail (rank == 0 || shape != NULL, NULL, REEL_ERROR_NULL, error);

  if (!_reel_draw_check_bernoulli (dtype, probability, 0, error))
    return NULL;
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  counter = _reel_generator_next (self, &key);
  _reel_draw_bernoulli (key, counter, dtype, tensor->n_elements, probability, 0, tensor->data);
  return tensor;
}

ReelTensor *
reel_generator_permutation (ReelGenerator *self,
                            gint64         n,
                            GError       **error)
{
  ReelTensor *tensor;
  guint64 key, offset;

  _reel_return_val_if_fail (self != NULL, NULL, REEL_ERROR_NULL, error);

  tensor = _reel_tensor_new_leaf (REEL_I64, REEL_SHAPE (n), error);
  if (tensor == NULL)
    return NULL;
  offset = _reel_generator_next (self, &key);
  _reel_philox_permutation (key, offset, n, tensor->data);
  return tensor;
}
