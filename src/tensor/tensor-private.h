/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/element.h"
#include "base/pool.h"
#include "base/shape.h"
#include "tensor/storage.h"

#include <reel/reel-tensor.h>

#include <stdatomic.h>
#include <string.h>

/* What ReelTensor.value says, in one word so that it changes at once:
 * a tape's value number, or, with the top bit, a place in the list of what a tape
 * owns unrecorded, or neither. */
#define REEL_VALUE_OWNED ((guint64) 1 << 63)
#define REEL_VALUE_LEAF G_MAXUINT64

#define REEL_INLINE_SIZE 8

enum
{
  REEL_TENSOR_PARAMETER = 1 << 0,       /* a leaf that requires grad */
  REEL_TENSOR_DIFFERENTIABLE = 1 << 1,  /* a value computed from a parameter */
  REEL_TENSOR_ERROR = 1 << 2,
  REEL_TENSOR_RELEASED = 1 << 3,
  REEL_TENSOR_OBSERVED = 1 << 4,        /* the program read the data */
  REEL_TENSOR_CONTIGUOUS = 1 << 5,
  REEL_TENSOR_HOOKED = 1 << 6,
  REEL_TENSOR_SPENT = 1 << 7,           /* a cotangent that the op which reads it next may
                                           write its result over */
  REEL_TENSOR_HELD = 1 << 8,            /* one reference is a tape's, though it is no value:
                                           an error tensor, or a dead one */
  REEL_TENSOR_DEAD = 1 << 9,            /* dropped by a reset; the header is kept a while */
  REEL_TENSOR_SNAPSHOT = 1 << 10        /* shares memory that may be written, and is wrong
                                           from then on */
};

typedef struct
{
  guint id;                     /* 0: removed */
  ReelHookFunc func;
  gpointer user_data;
  GDestroyNotify notify;
} ReelHook;

/* What few tensors have. */
typedef struct
{
  gchar *label;
  ReelTensor *grad;
  GArray *hooks;                /* of ReelHook */
  guint last_hook_id;
  GError *error;                /* of an error tensor */
} ReelTensorExtra;

/* A small block of a pool; the pool is found from the address. */
struct _ReelTensor
{
  _Atomic gint ref_count;
  guint8 dtype;
  guint8 rank;
  _Atomic guint16 flags;
  _Atomic guint64 value;
  gpointer data;                /* element [0, 0, ...]; NULL: none, or released */
  ReelStorage *storage;         /* NULL: the data is in `inline_data` */
  gint64 n_elements;
  ReelTensorExtra *extra;
  gchar inline_data[REEL_INLINE_SIZE];
  guint version;                /* the storage's, when a tape recorded this; of a
                                   leaf with inline data, its own count of writes */
  gint64 dims[];                /* the shape, then the strides */
};
G_STATIC_ASSERT (sizeof (ReelTensor) == 64);

#define _reel_tensor_shape(self) ((self)->dims)
#define _reel_tensor_strides(self) ((self)->dims + (self)->rank)

static inline guint
_reel_tensor_flags (const ReelTensor *self)
{
  return atomic_load_explicit (&((ReelTensor *) self)->flags, memory_order_relaxed);
}

static inline void
_reel_tensor_set_flags (ReelTensor *self,
                        guint       flags)
{
  atomic_store_explicit (&self->flags, (guint16) (_reel_tensor_flags (self) | flags),
                         memory_order_relaxed);
}

static inline void
_reel_tensor_unset_flags (ReelTensor *self,
                          guint       flags)
{
  atomic_store_explicit (&self->flags, (guint16) (_reel_tensor_flags (self) & ~flags),
                         memory_order_relaxed);
}

static inline gboolean
_reel_tensor_is_contiguous (const ReelTensor *self)
{
  return (_reel_tensor_flags (self) & REEL_TENSOR_CONTIGUOUS) != 0;
}

static inline guint64
_reel_tensor_value (const ReelTensor *self)
{
  return atomic_load_explicit (&((ReelTensor *) self)->value, memory_order_relaxed);
}

static inline void
_reel_tensor_set_value (ReelTensor *self,
                        guint64     value)
{
  atomic_store_explicit (&self->value, value, memory_order_relaxed);
}

/* Whether a live tape recorded it. */
static inline gboolean
_reel_tensor_is_recorded (const ReelTensor *self)
{
  return _reel_tensor_value (self) < REEL_VALUE_OWNED;
}

/* Whether a sweep from something computed of it would want its cotangent. */
static inline gboolean
_reel_tensor_requires_grad (const ReelTensor *self)
{
  return (_reel_tensor_flags (self) &
          (_reel_tensor_is_recorded (self) ? REEL_TENSOR_DIFFERENTIABLE
                                           : REEL_TENSOR_PARAMETER)) != 0;
}

/* Counts writes to the memory behind a tensor. */
static inline guint
_reel_tensor_memory_version (const ReelTensor *self)
{
  return self->storage != NULL
         ? atomic_load_explicit (&self->storage->version, memory_order_acquire)
         : self->version;
}

/* Whether the memory behind what promises not to change has been written. */
static inline gboolean
_reel_tensor_is_stale (const ReelTensor *self)
{
  return self->storage != NULL &&
         (_reel_tensor_is_recorded (self) ||
          ((_reel_tensor_flags (self) & REEL_TENSOR_SNAPSHOT) != 0 &&
           _reel_tensor_value (self) != REEL_VALUE_LEAF)) &&
         _reel_tensor_memory_version (self) != self->version;
}

static inline void
_reel_tensor_wrote (ReelTensor  *self,
                    const gchar *writer)
{
  if (self->storage != NULL)
    _reel_storage_wrote (self->storage, writer);
  else
    self->version++;
  /* What a detached tensor is written with it says itself. */
  if (self->storage != NULL && !_reel_tensor_is_recorded (self))
    self->version = _reel_tensor_memory_version (self);
}

static inline ReelPool *
_reel_tensor_pool (const ReelTensor *self)
{
  return _reel_pool_of (self);
}

static inline gboolean
_reel_tensor_is_unique (const ReelTensor *self)
{
  return atomic_load_explicit (&((ReelTensor *) self)->ref_count,
                               memory_order_acquire) == 1;
}

static inline void
_reel_tensor_to_array (const ReelTensor *self,
                       ReelArray        *array)
{
  array->data = self->data;
  array->dtype = (ReelDType) self->dtype;
  array->rank = self->rank;
  array->shape = _reel_tensor_shape (self);
  array->strides = _reel_tensor_strides (self);
}

/* A header without data, contiguous strides. NULL where there is no memory. */
ReelTensor *_reel_tensor_new_header (ReelPool     *pool,
                                     ReelDType     dtype,
                                     guint         rank,
                                     const gint64 *shape,
                                     gint64        n_elements);

/* A tensor with uninitialised data: inline where `may_inline` and it fits. NULL
 * where there is no memory. */
ReelTensor *_reel_tensor_new_sized (ReelPool     *pool,
                                    ReelDType     dtype,
                                    guint         rank,
                                    const gint64 *shape,
                                    gint64        n_elements,
                                    gboolean      may_inline);

/* A view on the storage of `base`, which is not inline. NULL where there is no
 * memory. */
ReelTensor *_reel_tensor_new_view (ReelPool     *pool,
                                   ReelTensor   *base,
                                   guint         rank,
                                   const gint64 *shape,
                                   const gint64 *strides,
                                   gint64        offset);

/* A leaf with uninitialised data, with everything checked. */
ReelTensor *_reel_tensor_new_leaf (ReelDType     dtype,
                                   guint         rank,
                                   const gint64 *shape,
                                   GError      **error);

/* Drops a reference; `pool` is the one that the caller owns, or NULL. */
void _reel_tensor_unref_local (ReelTensor *self,
                               ReelPool   *pool);

/* Lets go of the data; the header stays. */
void _reel_tensor_release_data (ReelTensor *self,
                                ReelPool   *pool);

/* Makes a header that only a tape holds one that says why it cannot be used. */
void _reel_tensor_bury (ReelTensor *self,
                        ReelPool   *pool);

/* Whether memory of this tensor alone stands behind it, so that nobody would see
 * a write. */
gboolean _reel_tensor_owns_data (ReelTensor *self);

ReelTensorExtra *_reel_tensor_ensure_extra (ReelTensor *self);

gboolean _reel_tensor_same_shape (const ReelTensor *a,
                                  const ReelTensor *b);

/* Before a floating-point leaf is written from another tensor, which may be itself:
 * checks both, counts the write in the name of `writer`, and returns a new reference to
 * what to read from, a copy where the memory overlaps. NULL with an error. */
ReelTensor *_reel_tensor_begin_update (ReelTensor  *self,
                                       ReelTensor  *source,
                                       const gchar *writer,
                                       GError     **error);

/* Sets REEL_ERROR_NO_MEMORY. */
void _reel_set_no_memory (GError      **error,
                          ReelDType     dtype,
                          guint         rank,
                          const gint64 *shape);

/* Why a tensor cannot be used: an error tensor, by its own error; without data; a value
 * of another tape than the one of `pool`. The setters return FALSE. */
gboolean _reel_tensor_set_own_error (ReelTensor *self,
                                     GError    **error);
gboolean _reel_tensor_set_released (ReelTensor *self,
                                    GError    **error);
gboolean _reel_tensor_set_other_tape (ReelTensor *self,
                                      GError    **error);
gboolean _reel_tensor_set_stale (ReelTensor *self,
                                 GError    **error);

static inline gboolean
_reel_tensor_check_no_error (ReelTensor *self,
                             GError    **error)
{
  return G_LIKELY ((_reel_tensor_flags (self) & REEL_TENSOR_ERROR) == 0) ||
         _reel_tensor_set_own_error (self, error);
}

static inline gboolean
_reel_tensor_check_not_released (ReelTensor *self,
                                 GError    **error)
{
  return G_LIKELY (self->data != NULL) || _reel_tensor_set_released (self, error);
}

static inline gboolean
_reel_tensor_check_not_stale (ReelTensor *self,
                              GError    **error)
{
  return G_LIKELY (!_reel_tensor_is_stale (self)) || _reel_tensor_set_stale (self, error);
}

static inline gboolean
_reel_tensor_check_tape (ReelTensor *self,
                         ReelPool   *pool,
                         GError    **error)
{
  return G_LIKELY (!_reel_tensor_is_recorded (self) || _reel_tensor_pool (self) == pool) ||
         _reel_tensor_set_other_tape (self, error);
}

/* Whether there are elements to read: an error tensor and released data have
 * none. Marks a recorded value as observed. */
gboolean _reel_tensor_check_readable (ReelTensor *self,
                                      GError    **error);

/* Overwrites all elements, without checks and without counting a write. */
void _reel_tensor_fill_elements (ReelTensor *self,
                                 gdouble     value);
