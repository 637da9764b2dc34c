/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#include <string.h>

/* From a sample's arguments, as written for another library, to an op's parameters. */

/* Arguments that are not for us, or mean something else. */
static const struct
{
  const gchar *op;
  const gchar *argument;
  const gchar *value;           /* as JSON; NULL: any */
  const gchar *reason;
} excused[] = {
  { "flip", "dims", "[]", "an empty list of axes is none of them there, all of them here" },
  { "nn.functional.softplus", "threshold", NULL,
    "above a threshold it is the identity there, an approximation we do without" },
  { "nn.functional.cross_entropy", "weight", NULL, "no class weights" },
  { "nn.functional.cross_entropy", "ignore_index", NULL, "no ignored index" },
  { "nn.functional.cross_entropy", "label_smoothing", NULL, "no label smoothing" },
  { "nn.functional.nll_loss", "weight", NULL, "no class weights" },
  { "nn.functional.nll_loss", "ignore_index", NULL, "no ignored index" },
  { "nn.functional.embedding", "padding_idx", NULL, "no padding index" },
  { "nn.functional.embedding", "max_norm", NULL, "no largest norm" },
  { "nn.functional.embedding", "scale_grad_by_freq", "true", "no scaling by frequency" },
};

static const gchar *
find_excuse (const GoldenOp *op,
             const gchar    *argument,
             const Json     *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (excused); i++)
    if (g_str_equal (excused[i].op, op->name) && g_str_equal (excused[i].argument, argument) &&
        (excused[i].value == NULL || (strlen (excused[i].value) == value->source_size &&
                                      strncmp (excused[i].value, value->source,
                                               value->source_size) == 0)))
      return excused[i].reason;
  return NULL;
}

static gboolean
is_tensor (const Json *value)
{
  return value->kind == JSON_STRING && g_str_equal (value->text, "<T>");
}

static ReelTensor *
take_tensor (Sample *sample)
{
  g_assert_cmpuint (sample->n_taken, <, sample->n_tensors);
  return sample->tensors[sample->n_taken++];
}

static gboolean
append (Value      *to,
        gchar       kind,
        const Json *value,
        Sample     *sample)
{
  if (is_tensor (value) != (kind == 'P') ||
      (kind == 'L' && value->kind != JSON_NUMBER) || to->n == GOLDEN_MAX_LIST)
    return FALSE;
  if (kind == 'P')
    to->tensors[to->n++] = take_tensor (sample);
  else
    to->list[to->n++] = (gint64) value->number;
  return TRUE;
}

/* FALSE where it is not of the kind. */
static gboolean
set_value (Value      *to,
           gchar       kind,
           const Json *value,
           Sample     *sample)
{
  gboolean truth = value->kind == JSON_TRUE || value->kind == JSON_FALSE;

  to->json = value;
  if (value->kind == JSON_NULL)
    return TRUE;
  to->given = TRUE;
  if (kind == 'T' || ((kind == 'A' || kind == 'J') && is_tensor (value)))
    {
      if (!is_tensor (value))
        return FALSE;
      to->tensor = take_tensor (sample);
      return TRUE;
    }
  to->number = value->kind == JSON_TRUE ? 1 : value->number;
  to->text = value->text;
  switch (kind)
    {
    case 'N':
    case 'A':
      return value->kind == JSON_NUMBER || truth;
    case 'B':
      return truth;
    case 'S':
      return value->kind == JSON_STRING && !is_tensor (value);
    case 'J':
      return TRUE;
    default:
      if (value->kind != JSON_ARRAY)
        return append (to, kind, value, sample);
      for (guint i = 0; i < json_length (value); i++)
        if (!append (to, kind, json_at (value, i), sample))
          return FALSE;
      return TRUE;
    }
}

/* One argument. NULL, or why the sample is not compared. */
static const gchar *
bind (const GoldenOp *op,
      gchar         **parameters,
      Value          *v,
      gint            which,
      const gchar    *argument,
      const Json     *value,
      Sample         *sample)
{
  const gchar *excuse = find_excuse (op, argument, value);

  if (excuse != NULL)
    return excuse;
  if (which >= 0 && set_value (&v[which], parameters[which][0], value, sample))
    return NULL;
  golden_fail ("%s: nothing is known of %s = %.*s", op->name, argument,
               (gint) value->source_size, value->source);
  return "an argument is not known";
}

static gboolean
is_named (const gchar *parameter,
          const gchar *name)
{
  gsize n = strlen (name);

  return strncmp (parameter + 2, name, n) == 0 && (parameter[2 + n] == '\0' ||
                                                   parameter[2 + n] == '=');
}

static const gchar *
bind_all (const GoldenOp *op,
          const Json     *args,
          const Json     *kwargs,
          gchar         **parameters,
          Value          *v,
          Sample         *sample)
{
  const gint n = (gint) g_strv_length (parameters);
  const gchar *reason = NULL;

  g_assert_cmpint (n, <=, GOLDEN_MAX_PARAMETERS);
  for (guint i = 0; reason == NULL && i < json_length (args); i++)
    {
      const gint which = (gint) i < n ? (gint) i : -1;
      g_autofree gchar *name = which < 0 ? g_strdup_printf ("argument %u", i)
                                         : g_strndup (parameters[i] + 2,
                                                      strcspn (parameters[i] + 2, "="));
      const gchar last = parameters[n - 1][0];

      /* The rest of a list that was not put in brackets */
      if (which < 0 && v[n - 1].n > 0 && append (&v[n - 1], last, json_at (args, i), sample))
        continue;
      reason = bind (op, parameters, v, which, name, json_at (args, i), sample);
    }
  for (guint i = 0; reason == NULL && i < json_length (kwargs); i++)
    {
      const gchar *name = g_ptr_array_index (kwargs->keys, i);
      gint which = n - 1;

      while (which >= 0 && !is_named (parameters[which], name))
        which--;
      if (which >= 0)
        memset (&v[which], 0, sizeof v[which]);
      reason = bind (op, parameters, v, which, name, json_at (kwargs, i), sample);
    }
  return reason;
}

static const gchar *
call (const GoldenOp *op,
      const Value    *v,
      Sample         *sample)
{
  ReelTensor **y = &sample->outputs[0];
  ReelTensor *x = v[0].tensor;

  sample->n_outputs = 1;
  switch (op->form)
    {
    case FORM_X:
      *y = op->x (x);
      break;
    case FORM_XX:
      *y = op->xx (x, v[1].tensor);
      break;
    case FORM_XI:
      *y = op->xi (x, (gint64) v[1].number);
      break;
    case FORM_XL:
      *y = op->xl (x, v[1].n, v[1].list);
      break;
    case FORM_XLB:
      *y = op->xlb (x, v[1].n, v[1].list, v[2].number != 0);
      break;
    case FORM_VALUES:
      *y = op->values (v);
      break;
    case FORM_MANY:
      return op->many (v, sample);
    default:
      g_assert_not_reached ();
    }
  return NULL;
}

const gchar *
golden_apply (const GoldenOp *op,
              const Json     *meta,
              Sample         *sample)
{
  g_auto (GStrv) parameters = g_strsplit (op->signature, " ", -1);
  g_autoptr (GPtrArray) defaults =
    g_ptr_array_new_with_free_func ((GDestroyNotify) json_free);
  Value v[GOLDEN_MAX_PARAMETERS] = { 0 };
  const gchar *reason;

  reason = bind_all (op, json_get (meta, "args"), json_get (meta, "kwargs"), parameters, v,
                     sample);
  for (guint i = 0; parameters[i] != NULL && reason == NULL; i++)
    {
      const gchar *otherwise = strchr (parameters[i], '=');

      if (v[i].given)
        continue;
      if (otherwise == NULL)
        {
          golden_fail ("%s: %s is not given", op->name, parameters[i] + 2);
          return "an argument is missing";
        }
      g_ptr_array_add (defaults, json_parse (otherwise + 1));
      g_assert_true (set_value (&v[i], parameters[i][0],
                                g_ptr_array_index (defaults, defaults->len - 1), sample));
    }
  if (reason == NULL)
    reason = call (op, v, sample);
  if (reason == NULL && sample->n_taken != sample->n_tensors)
    golden_fail ("%s: %u of %u tensors have a place", op->name, sample->n_taken,
                 sample->n_tensors);
  return reason;
}
