/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"
#include "ops/ops-private.h"

#include <pthread.h>

/* Ops by name. The library's own are a static list; a program's come behind. */

#define X(name) extern const ReelOp _reel_op_##name;
#include "ops/ops-list.h"
#undef X

const ReelOp *const _reel_builtin_ops[] = {
#define X(name) &_reel_op_##name,
#include "ops/ops-list.h"
#undef X
};
const guint _reel_n_builtin_ops = G_N_ELEMENTS (_reel_builtin_ops);

static pthread_mutex_t registered_lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *registered;

static const ReelOp *
find (const gchar *name)
{
  for (guint i = 0; i < _reel_n_builtin_ops; i++)
    if (strcmp (_reel_builtin_ops[i]->name, name) == 0)
      return _reel_builtin_ops[i];
  for (guint i = 0; registered != NULL && i < registered->len; i++)
    {
      const ReelOp *op = g_ptr_array_index (registered, i);

      if (strcmp (op->name, name) == 0)
        return op;
    }
  return NULL;
}

gboolean
reel_op_register (const ReelOp *op,
                  GError      **error)
{
  gboolean ok;

  _reel_return_val_if_fail (op != NULL && op->name != NULL && op->infer != NULL, FALSE,
                            REEL_ERROR_NULL, error);
  _reel_return_val_if_fail (op->struct_size >= sizeof (ReelOp), FALSE, REEL_ERROR_VALUE, error);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  pthread_mutex_lock (&registered_lock);
  ok = find (op->name) == NULL;
  if (ok)
    {
      if (registered == NULL)
        registered = g_ptr_array_new ();
      g_ptr_array_add (registered, (gpointer) op);
    }
  pthread_mutex_unlock (&registered_lock);
  if (!ok)
    g_set_error (error, REEL_ERROR, REEL_ERROR_VALUE, "there is an op named %s already",
                 op->name);
  return ok;
}

const ReelOp *
reel_op_lookup (const gchar *name)
{
  const ReelOp *op;

  g_return_val_if_fail (name != NULL, NULL);

  pthread_mutex_lock (&registered_lock);
  op = find (name);
  pthread_mutex_unlock (&registered_lock);
  return op;
}

gchar **
reel_op_list_names (void)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < _reel_n_builtin_ops; i++)
    g_ptr_array_add (names, g_strdup (_reel_builtin_ops[i]->name));
  pthread_mutex_lock (&registered_lock);
  for (guint i = 0; registered != NULL && i < registered->len; i++)
    g_ptr_array_add (names, g_strdup (((const ReelOp *)
                                       g_ptr_array_index (registered, i))->name));
  pthread_mutex_unlock (&registered_lock);
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}

static const ReelAttribute *
find_attribute (const gchar *name,
                const gchar *attribute)
{
  const ReelOp *op;

  g_return_val_if_fail (attribute != NULL, NULL);

  op = reel_op_lookup (name);
  return op != NULL ? _reel_attribute_find (op, attribute) : NULL;
}

gchar **
reel_op_list_attributes (const gchar *name)
{
  const ReelOp *op = reel_op_lookup (name);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; op != NULL && i < op->n_attributes; i++)
    g_ptr_array_add (names, g_strdup (op->attributes[i].name));
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}

ReelAttributeKind
reel_op_get_attribute_kind (const gchar *name,
                            const gchar *attribute)
{
  const ReelAttribute *found = find_attribute (name, attribute);

  return found != NULL ? found->kind : REEL_ATTRIBUTE_I64;
}

const gchar *
reel_op_get_attribute_default (const gchar *name,
                               const gchar *attribute)
{
  const ReelAttribute *found = find_attribute (name, attribute);

  return found != NULL ? found->default_value : NULL;
}

gchar **
reel_op_list_attribute_words (const gchar *name,
                              const gchar *attribute)
{
  static const gchar *const none[] = { NULL };
  const ReelAttribute *found = find_attribute (name, attribute);

  return g_strdupv ((gchar **) (found != NULL && found->words != NULL ? found->words : none));
}

const gchar *
reel_op_get_formula (const gchar *name)
{
  const ReelOp *op = reel_op_lookup (name);

  return op != NULL ? op->formula : NULL;
}
