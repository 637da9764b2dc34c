/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/attribute.h"
#include "tape/tape-private.h"

/* The tape as text: a line a node, in columns.
 *
 *   %0 = matmul ("x", param "w")  f32[64,10]             y = a b;  ā = ȳ bᵀ, b̄ = aᵀ ȳ
 *   %1 = add (%0, param "b")      f32[64,10]  "logits"   y = a + b;  ā = ȳ, b̄ = ȳ
 */

enum
{
  COLUMN_VALUES,
  COLUMN_CALL,
  COLUMN_RESULTS,
  COLUMN_LABELS,
  COLUMN_FORMULA,
  N_COLUMNS
};

typedef struct
{
  gchar *cells[N_COLUMNS];
} Row;

/* A cell wider than this runs over rather than push every line apart. */
#define WIDEST_COLUMN 48

/* More operands or results than this are not all spelled out. */
#define MOST_ITEMS 8

/* The same of the text of an attribute, which is ASCII: a list in brackets. */
#define LONGEST_ATTRIBUTE 64

/* The columns a terminal needs. */
static guint
text_width (const gchar *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

/* A label may be anything: the line must stay one, and valid text. */
static void
append_label (GString     *text,
              const gchar *label)
{
  g_autofree gchar *valid = g_utf8_make_valid (label, -1);

  g_string_append_c (text, '"');
  for (const gchar *p = valid; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (text, "\\x%02x", (guint) (guchar) *p);
    else
      g_string_append_printf (text, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
  g_string_append_c (text, '"');
}

static void
append_spec (GString    *text,
             ReelTensor *tensor)
{
  g_autofree gchar *shape = _reel_shape_to_string (tensor->rank,
                                                   _reel_tensor_shape (tensor));

  g_string_append_printf (text, "%s%s", reel_dtype_get_name ((ReelDType) tensor->dtype),
                          shape);
}

static void
append_operand (GString             *text,
                const ReelNodeInput *input)
{
  ReelTensor *tensor = input->tensor;

  if (tensor == NULL)
    {
      g_string_append (text, "none");
      return;
    }
  if ((input->value & REEL_INPUT_LEAF) == 0)
    {
      g_string_append_printf (text, "%%%" G_GUINT64_FORMAT, input->value);
      return;
    }
  if ((_reel_tensor_flags (tensor) & REEL_TENSOR_PARAMETER) != 0)
    g_string_append (text, "param ");
  if (reel_tensor_get_label (tensor) != NULL)
    append_label (text, reel_tensor_get_label (tensor));
  else
    append_spec (text, tensor);
}

/* Puts "..." for all but the ends of a long list: TRUE where item i goes. */
static gboolean
list_item (GString *text,
           guint    i,
           guint    n)
{
  if (n > MOST_ITEMS && i >= MOST_ITEMS / 2 && i + 1 < n)
    {
      if (i == MOST_ITEMS / 2)
        g_string_append_printf (text, ", ... %u more ...", n - MOST_ITEMS / 2 - 1);
      return FALSE;
    }
  if (i > 0)
    g_string_append (text, ", ");
  return TRUE;
}

static gchar *
values_of (const ReelNode *node)
{
  if (node->n_outputs == 1)
    return g_strdup_printf ("%%%" G_GUINT64_FORMAT, node->first);
  if (node->n_outputs == 0)
    return g_strdup ("-");
  return g_strdup_printf ("%%%" G_GUINT64_FORMAT "..%%%" G_GUINT64_FORMAT, node->first,
                          node->first + node->n_outputs - 1);
}

static void
append_attributes (GString        *text,
                   const ReelNode *node)
{
  for (guint i = 0; i < node->op->n_attributes; i++)
    {
      const ReelAttribute *attribute = &node->op->attributes[i];
      g_autofree gchar *value = _reel_attribute_to_string (attribute,
                                                           _reel_node_attributes (node),
                                                           node->attributes_size);
      gboolean is_long = strlen (value) > LONGEST_ATTRIBUTE;

      g_string_append_printf (text, "%s%s=%.*s%s", i > 0 || node->n_inputs > 0 ? ", " : "",
                              attribute->name, is_long ? LONGEST_ATTRIBUTE - 4 : G_MAXINT,
                              value, is_long ? "...]" : "");
    }
}

static gchar *
call_of (const ReelNode *node)
{
  GString *text = g_string_new ("= ");

  g_string_append_printf (text, "%s (", node->op->name);
  for (guint i = 0; i < node->n_inputs; i++)
    if (list_item (text, i, node->n_inputs))
      append_operand (text, &_reel_node_inputs (node)[i]);
  append_attributes (text, node);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static gchar *
results_of (const ReelNode *node)
{
  ReelTensor **outputs = _reel_node_outputs (node);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < node->n_outputs; i++)
    if (list_item (text, i, node->n_outputs))
      append_spec (text, outputs[i]);
  return g_string_free (text, FALSE);
}

static gchar *
labels_of (const ReelNode *node)
{
  ReelTensor **outputs = _reel_node_outputs (node);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < node->n_outputs; i++)
    {
      const gchar *label = reel_tensor_get_label (outputs[i]);

      if (label == NULL)
        continue;
      if (text->len > 0)
        g_string_append (text, ", ");
      append_label (text, label);
    }
  return g_string_free (text, FALSE);
}

static void
row_clear (gpointer data)
{
  Row *row = data;

  for (guint column = 0; column < N_COLUMNS; column++)
    g_free (row->cells[column]);
}

static void
append_row (GString     *text,
            const Row   *row,
            const guint *widths)
{
  static const guint gaps[N_COLUMNS] = { 0, 1, 2, 2, 3 };
  guint missing = 0;

  for (guint column = 0; column < N_COLUMNS; column++)
    {
      const gchar *cell = row->cells[column];
      guint width = text_width (cell);

      /* A column that no line fills takes no room. */
      if (widths[column] > 0)
        missing += gaps[column];
      if (width > 0)
        {
          g_string_append_printf (text, "%*s%s", (gint) missing, "", cell);
          missing = 0;
        }
      missing += width < widths[column] ? widths[column] - width : 0;
    }
  g_string_append_c (text, '\n');
}

gchar *
reel_tape_dump (ReelTape *self)
{
  guint widths[N_COLUMNS] = { 0 };
  g_autoptr (GArray) rows = NULL;
  GString *text;
  ReelCursor cursor;

  g_return_val_if_fail (self != NULL, NULL);

  rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (rows, row_clear);
  _reel_cursor_first (self, &cursor);
  for (guint64 n = 0; n < self->n_nodes; n++)
    {
      const ReelNode *node = cursor.node;
      const gchar *formula = node->op->formula;
      Row row = { { values_of (node), call_of (node), results_of (node), labels_of (node),
                    g_strdup (formula != NULL ? formula : "") } };

      g_array_append_val (rows, row);
      for (guint column = 0; column < N_COLUMNS; column++)
        {
          guint width = text_width (row.cells[column]);

          if (width <= WIDEST_COLUMN)
            widths[column] = MAX (widths[column], width);
        }
      if (n + 1 < self->n_nodes)
        _reel_cursor_next (&cursor);
    }

  text = g_string_new (NULL);
  for (guint i = 0; i < rows->len; i++)
    append_row (text, &g_array_index (rows, Row, i), widths);
  return g_string_free (text, FALSE);
}
