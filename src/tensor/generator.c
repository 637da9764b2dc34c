/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

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
  guint64 key, offset;
  gdouble width = high - low;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL);
  g_return_val_if_fail (rank == 0 || shape != NULL, NULL);

  if (!check_floating (dtype, error))
    return NULL;
  if (!is_finite_in (dtype, low) || !is_finite_in (dtype, high) || !isfinite (width) ||
      low > high)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "no %s numbers from %g to %g can be drawn", reel_dtype_get_name (dtype),
                   low, high);
      return NULL;
    }
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  offset = _reel_generator_next (self, &key);
  if (dtype == REEL_F32)
    {
      gfloat *data = tensor->data;

      _reel_philox_uniform_f32 (key, offset, 0, tensor->n_elements, data);
      for (gint64 i = 0; i < tensor->n_elements; i++)
        data[i] = (gfloat) (low + width * (gdouble) data[i]);
    }
  else
    {
      gdouble *data = tensor->data;

      _reel_philox_uniform_f64 (key, offset, 0, tensor->n_elements, data);
      for (gint64 i = 0; i < tensor->n_elements; i++)
        data[i] = low + width * data[i];
    }
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
  guint64 key, offset;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL);
  g_return_val_if_fail (rank == 0 || shape != NULL, NULL);

  if (!check_floating (dtype, error))
    return NULL;
  if (!is_finite_in (dtype, mean) || !is_finite_in (dtype, standard_deviation) ||
      standard_deviation < 0)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "no %s numbers of mean %g and standard deviation %g can be drawn",
                   reel_dtype_get_name (dtype), mean, standard_deviation);
      return NULL;
    }
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  offset = _reel_generator_next (self, &key);
  if (dtype == REEL_F32)
    {
      gfloat *data = tensor->data;

      _reel_philox_normal_f32 (key, offset, 0, tensor->n_elements, data);
      for (gint64 i = 0; i < tensor->n_elements; i++)
        data[i] = (gfloat) (mean + standard_deviation * (gdouble) data[i]);
    }
  else
    {
      gdouble *data = tensor->data;

      _reel_philox_normal_f64 (key, offset, 0, tensor->n_elements, data);
      for (gint64 i = 0; i < tensor->n_elements; i++)
        data[i] = mean + standard_deviation * data[i];
    }
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
  guint8 run[BERNOULLI_RUN];
  ReelTensor *tensor;
  guint64 key, offset;
  gsize size;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) dtype < REEL_N_DTYPES, NULL);
  g_return_val_if_fail (rank == 0 || shape != NULL, NULL);

  if (!(probability >= 0 && probability <= 1))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE,
                   "%g is no probability: it is not between 0 and 1", probability);
      return NULL;
    }
  tensor = _reel_tensor_new_leaf (dtype, rank, shape, error);
  if (tensor == NULL)
    return NULL;
  size = reel_dtype_get_size (dtype);
  offset = _reel_generator_next (self, &key);
  for (gint64 first = 0; first < tensor->n_elements; first += BERNOULLI_RUN)
    {
      gint64 n = MIN (BERNOULLI_RUN, tensor->n_elements - first);

      _reel_philox_bernoulli_u8 (key, offset, first, n, probability, run);
      for (gint64 i = 0; i < n; i++)
        _reel_element_set (dtype, (gchar *) tensor->data + (gsize) (first + i) * size,
                           run[i]);
    }
  return tensor;
}

ReelTensor *
reel_generator_permutation (ReelGenerator *self,
                            gint64         n,
                            GError       **error)
{
  ReelTensor *tensor;
  guint64 key, offset;

  g_return_val_if_fail (self != NULL, NULL);

  tensor = _reel_tensor_new_leaf (REEL_I64, REEL_SHAPE (n), error);
  if (tensor == NULL)
    return NULL;
  offset = _reel_generator_next (self, &key);
  _reel_philox_permutation (key, offset, n, tensor->data);
  return tensor;
}
