/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/attribute.h"
#include "tape/tape-private.h"

/* The tape as text: a line a node, in columns.
 *
 *   %0 = matmul ("x", param "w")  f32[64,10]
 *   %1 = add (%0, param "b")      f32[64,10]  "logits"
 *
 * Or a line a labelled value, with what was computed on the way to it.
 *
 *   %0..%1 = matmul, add          f32[64,10]  "logits"
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

/* A line without its formula ends before this column: the call is cut. Room is left for
 * the values of other lines, which may be wider. */
#define LINE_WIDTH 100
#define VALUES_WIDTH 8

/* A label longer than this is cut: of an operand, of a result. */
#define LONGEST_OPERAND 24
#define LONGEST_LABEL 32

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
              const gchar *label,
              glong        longest)
{
  g_autofree gchar *valid = g_utf8_make_valid (label, -1);
  gboolean is_long = g_utf8_strlen (valid, -1) > longest;

  if (is_long)
    *g_utf8_offset_to_pointer (valid, longest - 3) = '\0';
  g_string_append_c (text, '"');
  for (const gchar *p = valid; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (text, "\\x%02x", (guint) (guchar) *p);
    else
      g_string_append_printf (text, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
  g_string_append (text, is_long ? "...\"" : "\"");
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
    append_label (text, reel_tensor_get_label (tensor), LONGEST_OPERAND);
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
values_of (guint64 first,
           guint64 n)
{
  if (n == 1)
    return g_strdup_printf ("%%%" G_GUINT64_FORMAT, first);
  if (n == 0)
    return g_strdup ("-");
  return g_strdup_printf ("%%%" G_GUINT64_FORMAT "..%%%" G_GUINT64_FORMAT, first,
                          first + n - 1);
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
      append_label (text, label, LONGEST_LABEL);
    }
  return g_string_free (text, FALSE);
}

static gboolean
has_label (const ReelNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (reel_tensor_get_label (_reel_node_outputs (node)[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
row_clear (gpointer data)
{
  Row *row = data;

  for (guint column = 0; column < N_COLUMNS; column++)
    g_free (row->cells[column]);
}

/* Cuts the call so that the line ends in time. */
static void
row_fit (Row *row)
{
  guint others = MAX (text_width (row->cells[COLUMN_VALUES]), VALUES_WIDTH) +
                 text_width (row->cells[COLUMN_RESULTS]) +
                 text_width (row->cells[COLUMN_LABELS]) + 6;
  guint width = text_width (row->cells[COLUMN_CALL]);
  guint room = others + 24 < LINE_WIDTH ? LINE_WIDTH - others : 24;
  gchar *call = row->cells[COLUMN_CALL];
  const gchar *end;

  if (width <= room)
    return;
  /* (a wide character is cut no later than one of one column) */
  end = g_utf8_offset_to_pointer (call, MIN (g_utf8_strlen (call, -1), (glong) room - 5));
  row->cells[COLUMN_CALL] = g_strdup_printf ("%.*s ...)", (gint) (end - call), call);
  g_free (call);
}

static void
append_row (GString     *text,
            const Row   *row,
            const guint *widths)
{
  static const guint gaps[N_COLUMNS] = { 0, 1, 2, 2, 3 };
  guint column_end = 0, at = 0;

  for (guint column = 0; column < N_COLUMNS; column++)
    {
      const gchar *cell = row->cells[column];
      guint width = text_width (cell);
      guint begin = column_end + (widths[column] > 0 ? gaps[column] : 0);

      /* A column that no line fills takes no room; a cell that ran over is made up for. */
      column_end = begin + widths[column];
      if (width == 0)
        continue;
      begin = MAX (begin, at > 0 ? at + gaps[column] : 0);
      if (column < COLUMN_FORMULA && begin + width >= LINE_WIDTH)
        begin = at > 0 ? at + gaps[column] : 0;
      g_string_append_printf (text, "%*s%s", (gint) (begin - at), "", cell);
      at = begin + width;
    }
  g_string_append_c (text, '\n');
}

static Row
row_of_node (const ReelNode *node,
             gboolean        formulas)
{
  Row row = { { values_of (node->first, node->n_outputs), call_of (node), results_of (node),
                labels_of (node),
                g_strdup (formulas && node->op->formula != NULL ? node->op->formula : "") } };

  row_fit (&row);
  return row;
}

/* What has been computed since the last labelled value. */
typedef struct
{
  GString *ops;
  const ReelOp *op;             /* the last of them */
  guint n_times;                /* it comes in a row */
  guint64 first;
  guint64 n_values;
} Group;

static void
group_end_op (Group *group)
{
  if (group->n_times > 1)
    g_string_append_printf (group->ops, " × %u", group->n_times);
}

static void
group_add (Group          *group,
           const ReelNode *node)
{
  if (group->ops == NULL)
    {
      group->ops = g_string_new ("= ");
      group->op = NULL;
      group->first = node->first;
      group->n_values = 0;
      group->n_times = 0;
    }
  group->n_values += node->n_outputs;
  if (node->op == group->op)
    {
      group->n_times++;
      return;
    }
  group_end_op (group);
  g_string_append_printf (group->ops, "%s%s", group->op != NULL ? ", " : "", node->op->name);
  group->op = node->op;
  group->n_times = 1;
}

static Row
row_of_group (Group          *group,
              const ReelNode *last)
{
  Row row;

  group_end_op (group);
  row = (Row) { { values_of (group->first, group->n_values),
                  g_string_free (g_steal_pointer (&group->ops), FALSE), results_of (last),
                  labels_of (last), g_strdup ("") } };
  row_fit (&row);
  return row;
}

static gchar *
text_of_rows (GArray *rows)
{
  guint widths[N_COLUMNS] = { 0 };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    for (guint column = 0; column < N_COLUMNS; column++)
      {
        guint width = text_width (g_array_index (rows, Row, i).cells[column]);

        if (width <= WIDEST_COLUMN)
          widths[column] = MAX (widths[column], width);
      }
  for (guint i = 0; i < rows->len; i++)
    append_row (text, &g_array_index (rows, Row, i), widths);
  return g_string_free (text, FALSE);
}

gchar *
reel_tape_dump_full (ReelTape     *self,
                     ReelDumpFlags flags)
{
  g_autoptr (GArray) rows = NULL;
  ReelCursor cursor;
  Group group = { NULL, NULL, 0, 0, 0 };

  g_return_val_if_fail (self != NULL, NULL);

  rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (rows, row_clear);
  _reel_cursor_first (self, &cursor);
  for (guint64 n = 0; n < self->n_nodes; n++)
    {
      const ReelNode *node = cursor.node;
      Row row;

      if ((flags & REEL_DUMP_BY_LABEL) != 0)
        {
          group_add (&group, node);
          if (n + 1 == self->n_nodes || has_label (node))
            {
              row = row_of_group (&group, node);
              g_array_append_val (rows, row);
            }
        }
      else
        {
          row = row_of_node (node, (flags & REEL_DUMP_FORMULAS) != 0);
          g_array_append_val (rows, row);
        }
      if (n + 1 < self->n_nodes)
        _reel_cursor_next (&cursor);
    }
  return text_of_rows (rows);
}

gchar *
reel_tape_dump (ReelTape *self)
{
  return reel_tape_dump_full (self, REEL_DUMP_NONE);
}
