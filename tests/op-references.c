/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <setjmp.h>
#include <string.h>

static GPtrArray *registered;

RefFunc
ref_lookup (const gchar *name)
{
  const Reference *const lists[] = {
    ref_elementwise, ref_shapes, ref_indexing, ref_reductions, ref_products,
    ref_parts
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const Reference *reference = lists[i]; reference->name != NULL; reference++)
      if (g_strcmp0 (reference->name, name) == 0)
        return reference->func;
  for (guint i = 0; registered != NULL && i < registered->len; i++)
    {
      const Reference *reference = g_ptr_array_index (registered, i);

      if (g_strcmp0 (reference->name, name) == 0)
        return reference->func;
    }
  return NULL;
}

void
ref_register (const Reference *reference)
{
  if (registered == NULL)
    registered = g_ptr_array_new ();
  g_ptr_array_add (registered, (gpointer) reference);
}

/* Where ref_run () goes on after a refusal */
static jmp_buf refused;

gboolean
ref_run (RefFunc  func,
         RefCall *call)
{
  if (setjmp (refused) != 0)
    return FALSE;
  func (call);
  return TRUE;
}

void
ref_require (gboolean holds)
{
  if (!holds)
    longjmp (refused, 1);
}

void
ref_require_same_shape (const RefArray *x,
                        const RefArray *y)
{
  ref_require (x->rank == y->rank);
  for (guint i = 0; i < x->rank; i++)
    ref_require (x->shape[i] == y->shape[i]);
}

gint64
ref_count (guint         rank,
           const gint64 *shape)
{
  gint64 n = 1;

  for (guint i = 0; i < rank; i++)
    n *= shape[i];
  return n;
}

gdouble *
ref_output (RefCall      *call,
            guint         k,
            ReelDType     dtype,
            guint         rank,
            const gint64 *shape)
{
  RefArray *output = &call->outputs[k];

  g_assert_cmpuint (k, <, call->n_outputs);
  g_assert_null (output->values);
  ref_require (rank <= REEL_MAX_RANK);
  output->dtype = dtype;
  output->rank = rank;
  memcpy (output->shape, shape, rank * sizeof (gint64));
  output->n = ref_count (rank, shape);
  output->values = g_new0 (gdouble, (gsize) output->n + 1);
  return output->values;
}

void
ref_array_clear (RefArray *array)
{
  g_clear_pointer (&array->values, g_free);
}

gboolean
ref_next (guint         rank,
          const gint64 *shape,
          gint64       *at)
{
  while (rank-- > 0)
    {
      if (++at[rank] < shape[rank])
        return TRUE;
      at[rank] = 0;
    }
  return FALSE;
}

gint64
ref_flat (guint         rank,
          const gint64 *shape,
          const gint64 *at)
{
  gint64 flat = 0;

  for (guint i = 0; i < rank; i++)
    {
      ref_require (at[i] >= 0 && at[i] < shape[i]);
      flat = flat * shape[i] + at[i];
    }
  return flat;
}

gdouble
ref_broadcast (const RefArray *x,
               guint           rank,
               const gint64   *at)
{
  gint64 flat = 0;

  for (guint i = 0; i < x->rank; i++)
    flat = flat * x->shape[i] + (x->shape[i] == 1 ? 0 : at[rank - x->rank + i]);
  return x->values[flat];
}

void
ref_broadcast_shape (guint          *rank,
                     gint64         *shape,
                     const RefArray *x)
{
  if (x->rank > *rank)
    {
      memmove (shape + (x->rank - *rank), shape, *rank * sizeof (gint64));
      for (guint i = 0; i < x->rank - *rank; i++)
        shape[i] = 1;
      *rank = x->rank;
    }
  for (guint i = 0; i < x->rank; i++)
    if (x->shape[i] != 1)
      {
        gint64 *size = &shape[*rank - x->rank + i];

        ref_require (*size == 1 || *size == x->shape[i]);
        *size = x->shape[i];
      }
}
