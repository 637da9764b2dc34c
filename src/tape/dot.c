/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/tape-private.h"

/* The tape as a graph in Graphviz's language. A node an applied op, a node a leaf
 * however often it is used, a node for the loss and for every value that nobody
 * uses. Values flow down; where a gradient would flow from the loss, a dashed edge
 * runs back up beside the solid one. */

#define VALUE_COLOUR "#34495e"
#define GRADIENT_COLOUR "#c0392b"

static const gchar header[] =
  "digraph tape {\n"
  "  rankdir=TB;\n"
  "  node [fontname=\"sans-serif\", fontsize=11, color=\"" VALUE_COLOUR "\"];\n"
  "  edge [fontname=\"sans-serif\", fontsize=9, color=\"" VALUE_COLOUR "\"];\n";

#define OP_STYLE "shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f7\""
#define PARAMETER_STYLE "shape=box, style=filled, fillcolor=\"#aed6f1\", penwidth=2"
#define INPUT_STYLE "shape=ellipse, style=filled, fillcolor=\"#d5f5e3\""
#define CONSTANT_STYLE "shape=plaintext, fontcolor=\"#7f8c8d\""
#define LOSS_STYLE "shape=doubleoctagon, style=filled, fillcolor=\"#f9d8d3\""
#define RESULT_STYLE "shape=plaintext"
#define GRADIENT_STYLE \
  "style=dashed, constraint=false, color=\"" GRADIENT_COLOUR "\""

typedef struct
{
  GString *text;
  GHashTable *leaves;           /* tensor -> 1 + its number */
  guint64 n_values;
  guint8 *used;                 /* by value: some node reads it */
  guint8 *carries;              /* by value: a gradient would reach it from the loss */
  guint64 *producers;           /* by value: the number of its node */
} Graph;

/* In a quoted string of Graphviz; "&" would begin an entity. */
static void
append_escaped (GString     *text,
                const gchar *string)
{
  g_autofree gchar *valid = g_utf8_make_valid (string, -1);

  for (const gchar *p = valid; *p != '\0'; p++)
    if (*p == '&')
      g_string_append (text, "&amp;");
    else if (*p == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_c (text, ' ');
    else
      g_string_append_printf (text, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
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

/* A leaf that the program named or filled is an input; an unnamed number, or what
 * an unrecorded computation left, is a constant. */
static gboolean
is_constant (ReelTensor *leaf)
{
  return reel_tensor_get_label (leaf) == NULL &&
         (leaf->n_elements == 1 || _reel_tensor_value (leaf) != REEL_VALUE_LEAF);
}

static void
append_leaf (Graph      *graph,
             ReelTensor *leaf,
             guint       number)
{
  GString *text = graph->text;
  const gchar *label = reel_tensor_get_label (leaf);
  const gchar *style = INPUT_STYLE;

  if ((_reel_tensor_flags (leaf) & REEL_TENSOR_PARAMETER) != 0)
    style = PARAMETER_STYLE;
  else if (is_constant (leaf))
    style = CONSTANT_STYLE;
  g_string_append_printf (text, "  leaf%u [%s, label=\"", number, style);
  if (label != NULL)
    {
      append_escaped (text, label);
    }
  else if (leaf->n_elements == 1 && leaf->data != NULL)
    {
      gchar value[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (value, sizeof value, "%.4g",
                       _reel_element_get ((ReelDType) leaf->dtype, leaf->data));
      g_string_append (text, value);
    }
  else
    {
      append_spec (text, leaf);
    }
  g_string_append (text, "\"];\n");
}

/* The number of a leaf, which is described when it is first met. */
static guint
leaf_number (Graph      *graph,
             ReelTensor *leaf)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (graph->leaves, leaf));

  if (number == 0)
    {
      number = g_hash_table_size (graph->leaves) + 1;
      g_hash_table_insert (graph->leaves, leaf, GUINT_TO_POINTER (number));
      append_leaf (graph, leaf, number - 1);
    }
  return number - 1;
}

/* Where an input comes from. */
static void
append_source (Graph               *graph,
               GString             *text,
               const ReelNodeInput *input)
{
  if ((input->value & REEL_INPUT_LEAF) != 0)
    g_string_append_printf (text, "leaf%u", leaf_number (graph, input->tensor));
  else
    g_string_append_printf (text, "op%" G_GUINT64_FORMAT, graph->producers[input->value]);
}

static gboolean
input_carries (const Graph         *graph,
               const ReelNodeInput *input)
{
  if ((input->value & REEL_INPUT_LEAF) == 0)
    return graph->carries[input->value];
  return (_reel_tensor_flags (input->tensor) & REEL_TENSOR_PARAMETER) != 0;
}

static gboolean
node_carries (const Graph    *graph,
              const ReelNode *node)
{
  gboolean carries = FALSE;

  for (guint k = 0; k < node->n_outputs; k++)
    carries |= graph->carries[node->first + k];
  return carries;
}

static void
append_node (Graph          *graph,
             const ReelNode *node,
             guint64         number)
{
  GString *text = graph->text;
  ReelTensor **outputs = _reel_node_outputs (node);

  g_string_append_printf (text, "  op%" G_GUINT64_FORMAT " [" OP_STYLE ", label=\"", number);
  append_escaped (text, node->op->name);
  for (guint k = 0; k < node->n_outputs; k++)
    if (reel_tensor_get_label (outputs[k]) != NULL)
      {
        g_string_append (text, "\\n");
        append_escaped (text, reel_tensor_get_label (outputs[k]));
      }
  if (node->op->formula != NULL)
    {
      g_string_append (text, "\", tooltip=\"");
      append_escaped (text, node->op->formula);
    }
  g_string_append (text, "\"];\n");

  for (guint i = 0; i < node->n_inputs; i++)
    {
      const ReelNodeInput *input = &_reel_node_inputs (node)[i];
      g_autoptr (GString) source = NULL;

      if (input->tensor == NULL)
        continue;
      source = g_string_new (NULL);
      append_source (graph, source, input);
      g_string_append_printf (text, "  %s -> op%" G_GUINT64_FORMAT " [label=\"",
                              source->str, number);
      append_spec (text, input->tensor);
      g_string_append (text, "\"];\n");
      if (node_carries (graph, node) && input_carries (graph, input))
        g_string_append_printf (text, "  op%" G_GUINT64_FORMAT " -> %s [" GRADIENT_STYLE
                                "];\n", number, source->str);
    }
}

/* The loss, or a value that nobody uses: an end of the graph. */
static void
append_end (Graph       *graph,
            ReelTensor  *tensor,
            guint64      value,
            const gchar *style,
            const gchar *name)
{
  GString *text = graph->text;

  g_string_append_printf (text, "  end%" G_GUINT64_FORMAT " [%s, label=\"", value, style);
  if (name != NULL)
    append_escaped (text, name);
  else
    g_string_append_printf (text, "%%%" G_GUINT64_FORMAT, value);
  g_string_append_printf (text, "\"];\n  op%" G_GUINT64_FORMAT " -> end%" G_GUINT64_FORMAT
                          " [label=\"", graph->producers[value], value);
  append_spec (text, tensor);
  g_string_append (text, "\"];\n");
  if (graph->carries[value])
    g_string_append_printf (text, "  end%" G_GUINT64_FORMAT " -> op%" G_GUINT64_FORMAT
                            " [" GRADIENT_STYLE "];\n", value, graph->producers[value]);
}

/* Says of every value who made it, and whether it is used. */
static void
scan_values (Graph    *graph,
             ReelTape *tape)
{
  ReelCursor cursor;

  _reel_cursor_first (tape, &cursor);
  for (guint64 n = 0; n < tape->n_nodes; n++)
    {
      const ReelNode *node = cursor.node;

      for (guint k = 0; k < node->n_outputs; k++)
        graph->producers[node->first + k] = n;
      for (guint i = 0; i < node->n_inputs; i++)
        {
          const ReelNodeInput *input = &_reel_node_inputs (node)[i];

          if (input->tensor != NULL && (input->value & REEL_INPUT_LEAF) == 0)
            graph->used[input->value] = TRUE;
        }
      if (n + 1 < tape->n_nodes)
        _reel_cursor_next (&cursor);
    }
}

/* What a reverse sweep from the loss would reach: the same walk, without rules. */
static void
scan_gradients (Graph      *graph,
                ReelTape   *tape,
                ReelTensor *loss)
{
  ReelCursor cursor;

  if (!_reel_tensor_requires_grad (loss))
    return;
  graph->carries[_reel_tensor_value (loss)] = TRUE;
  _reel_cursor_last (tape, &cursor);
  for (guint64 n = tape->n_nodes; n > 0; n--)
    {
      const ReelNode *node = cursor.node;

      if (node_carries (graph, node))
        for (guint i = 0; i < node->n_inputs; i++)
          {
            const ReelNodeInput *input = &_reel_node_inputs (node)[i];

            if (input->tensor != NULL && (input->value & REEL_INPUT_LEAF) == 0 &&
                _reel_tensor_requires_grad (input->tensor))
              graph->carries[input->value] = TRUE;
          }
      if (n > 1)
        _reel_cursor_previous (&cursor);
    }
}

gchar *
reel_tape_to_dot (ReelTape   *self,
                  ReelTensor *loss)
{
  g_autofree guint8 *used = NULL;
  g_autofree guint8 *carries = NULL;
  g_autofree guint64 *producers = NULL;
  g_autoptr (GHashTable) leaves = NULL;
  guint64 loss_value = REEL_VALUE_LEAF;
  ReelCursor cursor;
  Graph graph;

  g_return_val_if_fail (self != NULL, NULL);

  graph.text = g_string_new (header);
  graph.leaves = leaves = g_hash_table_new (NULL, NULL);
  graph.n_values = self->n_values;
  graph.used = used = g_new0 (guint8, self->n_values);
  graph.carries = carries = g_new0 (guint8, self->n_values);
  graph.producers = producers = g_new0 (guint64, self->n_values);
  scan_values (&graph, self);
  if (loss != NULL && _reel_tape_has (self, loss))
    {
      loss_value = _reel_tensor_value (loss);
      scan_gradients (&graph, self, loss);
    }

  _reel_cursor_first (self, &cursor);
  for (guint64 n = 0; n < self->n_nodes; n++)
    {
      const ReelNode *node = cursor.node;

      append_node (&graph, node, n);
      for (guint k = 0; k < node->n_outputs; k++)
        {
          ReelTensor *output = _reel_node_outputs (node)[k];
          guint64 value = node->first + k;

          if (value == loss_value)
            append_end (&graph, output, value, LOSS_STYLE,
                        reel_tensor_get_label (output) != NULL
                        ? reel_tensor_get_label (output) : "loss");
          else if (!used[value])
            append_end (&graph, output, value, RESULT_STYLE, reel_tensor_get_label (output));
        }
      if (n + 1 < self->n_nodes)
        _reel_cursor_next (&cursor);
    }
  g_string_append (graph.text, "}\n");
  return g_string_free (graph.text, FALSE);
}
