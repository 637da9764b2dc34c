/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/dot.h"

/* The tape as a graph in Graphviz's language. A node an applied op, a node a leaf
 * however often it is used, a node for the loss and for every value that nobody
 * uses; each says what it gives, so that no text lies on a line. Values flow down;
 * where a gradient would flow from the loss, a dashed edge runs back up beside the
 * solid one. */

#define VALUE_COLOUR "#34495e"
#define GRADIENT_COLOUR "#c0392b"

static const gchar header[] =
  "digraph tape {\n"
  "  rankdir=TB;\n"
  "  fontname=\"sans-serif\"; fontsize=10;\n"
  "  node [fontname=\"sans-serif\", fontsize=11, color=\"" VALUE_COLOUR "\"];\n"
  "  edge [color=\"" VALUE_COLOUR "\"];\n";

/* A tape of more nodes than FOLD_FROM has its loops drawn once. Graphviz' time grows
 * faster than the graph: from PLAIN_FROM drawn nodes on lines are straight, the search
 * for few crossings is short, and a gradient is a colour instead of an edge of its own;
 * from SPRINGS_FROM on nodes are placed by forces and not in ranks. */
#define FOLD_FROM 100
#define PLAIN_FROM 200
#define SPRINGS_FROM 2000

static const gchar plain_settings[] =
  "  splines=line; nslimit=1; nslimit1=1; maxiter=100; mclimit=0.1; searchsize=10;\n";
static const gchar springs_settings[] =
  "  layout=sfdp; overlap=prism; overlap_scaling=4; splines=line; maxiter=100;\n";

#define OP_STYLE "shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f7\""
#define PARAMETER_STYLE "shape=box, style=filled, fillcolor=\"#aed6f1\", penwidth=2"
#define INPUT_STYLE "shape=ellipse, style=filled, fillcolor=\"#d5f5e3\""
#define CONSTANT_STYLE "shape=plaintext, fontcolor=\"#7f8c8d\""
#define LOSS_STYLE "shape=doubleoctagon, style=filled, fillcolor=\"#f9d8d3\""
#define RESULT_STYLE "shape=plaintext"
#define REPEAT_STYLE \
  "style=\"rounded,filled\"; color=\"#d5dbdb\"; fillcolor=\"#fbfcfc\"; labeljust=r"
#define GRADIENT_STYLE \
  "style=dashed, constraint=false, color=\"" GRADIENT_COLOUR "\""

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
append_leaf (ReelGraph  *graph,
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
      g_string_append (text, "\\n");
      append_spec (text, leaf);
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
leaf_number (ReelGraph  *graph,
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

static gboolean
node_carries (const ReelGraph *graph,
              const ReelNode  *node)
{
  gboolean carries = FALSE;

  for (guint k = 0; k < node->n_outputs; k++)
    carries |= graph->carries[node->first + k];
  return carries;
}

static gboolean
input_carries (const ReelGraph     *graph,
               const ReelNodeInput *input)
{
  if ((input->value & REEL_INPUT_LEAF) == 0)
    return graph->carries[input->value];
  return (_reel_tensor_flags (input->tensor) & REEL_TENSOR_PARAMETER) != 0;
}

/* An edge from `source` to `target`, once however many nodes these stand for; `carries`:
 * a gradient flows back. `use` tells apart the edges of a node that reads a value twice. */
static void
append_edge (ReelGraph   *graph,
             const gchar *source,
             const gchar *target,
             guint        use,
             gboolean     ranks,
             gboolean     carries)
{
  g_autofree gchar *key = g_strdup_printf ("%s %s %u", source, target, use);
  gboolean one_line = graph->n_drawn >= PLAIN_FROM;
  const gchar *rank = ranks ? "" : " [constraint=false]";
  const gchar *colour = carries && one_line ? " [color=\"" GRADIENT_COLOUR "\"]" : "";

  if (!g_hash_table_add (graph->edges, g_steal_pointer (&key)))
    return;
  g_string_append_printf (graph->text, "  %s -> %s%s%s;\n", source, target, rank, colour);
  if (carries && !one_line)
    g_string_append_printf (graph->text, "  %s -> %s [" GRADIENT_STYLE "];\n", target,
                            source);
}

static void
append_node (ReelGraph *graph,
             guint64    number)
{
  const ReelNode *node = graph->nodes[number];
  ReelTensor **outputs = _reel_node_outputs (node);
  GString *text = graph->text;

  g_string_append_printf (text, "  op%" G_GUINT64_FORMAT " [" OP_STYLE ", label=\"", number);
  append_escaped (text, node->op->name);
  for (guint k = 0; k < node->n_outputs; k++)
    if (reel_tensor_get_label (outputs[k]) != NULL)
      {
        g_string_append (text, "\\n");
        append_escaped (text, reel_tensor_get_label (outputs[k]));
      }
  for (guint k = 0; k < MIN (node->n_outputs, 4); k++)
    {
      g_string_append (text, k == 0 ? "\\n" : ", ");
      append_spec (text, outputs[k]);
    }
  if (node->n_outputs > 4)
    g_string_append (text, ", ...");
  if (node->op->formula != NULL)
    {
      g_string_append (text, "\", tooltip=\"");
      append_escaped (text, node->op->formula);
    }
  g_string_append (text, "\"];\n");
}

static void
append_inputs (ReelGraph *graph,
               guint64    number)
{
  const ReelNode *node = graph->nodes[number];
  guint64 drawn = graph->drawn[number];
  g_autofree gchar *target = g_strdup_printf ("op%" G_GUINT64_FORMAT, drawn);

  for (guint i = 0; i < node->n_inputs; i++)
    {
      const ReelNodeInput *input = &_reel_node_inputs (node)[i];
      gboolean carries;
      guint use = 0;

      if (input->tensor == NULL)
        continue;
      for (guint k = 0; k < i; k++)
        use += _reel_node_inputs (node)[k].tensor == input->tensor;
      carries = node_carries (graph, node) && input_carries (graph, input);
      if ((input->value & REEL_INPUT_LEAF) == 0)
        {
          guint64 from = graph->drawn[graph->producers[input->value]];
          g_autofree gchar *source = g_strdup_printf ("op%" G_GUINT64_FORMAT, from);

          /* what one turn of a loop hands to the next runs back up */
          append_edge (graph, source, target, use, from < drawn, carries);
        }
      else if (drawn == number)
        {
          g_autofree gchar *source = g_strdup_printf ("leaf%u",
                                                      leaf_number (graph, input->tensor));

          append_edge (graph, source, target, use, TRUE, carries);
        }
    }
}

/* The loss, or a value that nobody uses: an end of the graph. */
static void
append_end (ReelGraph   *graph,
            guint64      value,
            const gchar *style,
            const gchar *name)
{
  g_autofree gchar *source = g_strdup_printf ("op%" G_GUINT64_FORMAT,
                                              graph->drawn[graph->producers[value]]);
  g_autofree gchar *target = g_strdup_printf ("end%" G_GUINT64_FORMAT, value);

  g_string_append_printf (graph->text, "  %s [%s, label=\"", target, style);
  if (name != NULL)
    append_escaped (graph->text, name);
  else
    g_string_append_printf (graph->text, "%%%" G_GUINT64_FORMAT, value);
  g_string_append (graph->text, "\"];\n");
  append_edge (graph, source, target, 0, TRUE, graph->carries[value]);
}

static void
append_ends (ReelGraph *graph,
             guint64    number,
             guint64    loss_value)
{
  const ReelNode *node = graph->nodes[number];

  for (guint k = 0; k < node->n_outputs; k++)
    {
      const gchar *label = reel_tensor_get_label (_reel_node_outputs (node)[k]);
      guint64 value = node->first + k;

      if (value == loss_value)
        append_end (graph, value, LOSS_STYLE, label != NULL ? label : "loss");
      else if (!graph->used[value] && graph->drawn[number] == number)
        append_end (graph, value, RESULT_STYLE, label);
    }
}

/* Says of every value who made it, and whether it is used. */
static void
scan_values (ReelGraph *graph,
             ReelTape  *tape)
{
  ReelCursor cursor;

  _reel_cursor_first (tape, &cursor);
  for (guint64 n = 0; n < graph->n_nodes; n++)
    {
      const ReelNode *node = cursor.node;

      graph->nodes[n] = node;
      graph->drawn[n] = n;
      for (guint k = 0; k < node->n_outputs; k++)
        graph->producers[node->first + k] = n;
      for (guint i = 0; i < node->n_inputs; i++)
        {
          const ReelNodeInput *input = &_reel_node_inputs (node)[i];

          if (input->tensor != NULL && (input->value & REEL_INPUT_LEAF) == 0)
            graph->used[input->value] = TRUE;
        }
      if (n + 1 < graph->n_nodes)
        _reel_cursor_next (&cursor);
    }
}

/* What a reverse sweep from the loss would reach: the same walk, without rules. */
static void
scan_gradients (ReelGraph  *graph,
                ReelTensor *loss)
{
  if (!_reel_tensor_requires_grad (loss))
    return;
  graph->carries[_reel_tensor_value (loss)] = TRUE;
  for (guint64 n = graph->n_nodes; n-- > 0;)
    {
      const ReelNode *node = graph->nodes[n];

      if (!node_carries (graph, node))
        continue;
      for (guint i = 0; i < node->n_inputs; i++)
        {
          const ReelNodeInput *input = &_reel_node_inputs (node)[i];

          if (input->tensor != NULL && (input->value & REEL_INPUT_LEAF) == 0 &&
              _reel_tensor_requires_grad (input->tensor))
            graph->carries[input->value] = TRUE;
        }
    }
}

/* How it is drawn, by size; and what the dashed lines are. */
static void
append_settings (ReelGraph *graph,
                 gboolean   has_gradients)
{
  GString *text = graph->text;
  guint64 n = graph->n_drawn;
  gboolean one_line = n >= PLAIN_FROM;

  if (one_line)
    g_string_append (text, n < SPRINGS_FROM ? plain_settings : springs_settings);
  if (n < graph->n_nodes)
    g_string_append_printf (text, "  label=\"%" G_GUINT64_FORMAT " nodes, drawn as %"
                            G_GUINT64_FORMAT ": what repeats itself is drawn once\";\n",
                            graph->n_nodes, n);
  if (has_gradients)
    g_string_append_printf (text, "  legend [shape=plaintext, label=<<font color=\""
                            VALUE_COLOUR "\">\342\224\200\342\224\200\342\224\200 value%s"
                            "</font><br/><font color=\"" GRADIENT_COLOUR "\">%s</font>>];\n",
                            one_line ? "" : " (down)",
                            one_line
                            ? "\342\224\200\342\224\200\342\224\200 value, and its gradient back"
                            : "\342\225\214\342\225\214\342\225\214 gradient (back up)");
}

static void
append_nodes (ReelGraph *graph)
{
  guint next = 0;

  for (guint64 n = 0; n < graph->n_nodes; n++)
    {
      const ReelGraphRepeat *repeat = next < graph->repeats->len
                                      ? &g_array_index (graph->repeats, ReelGraphRepeat, next)
                                      : NULL;

      if (graph->drawn[n] != n)
        continue;
      if (repeat != NULL && n == repeat->first)
        g_string_append_printf (graph->text, "  subgraph cluster%u {\n  " REPEAT_STYLE
                                "; label=\"\303\227 %" G_GUINT64_FORMAT
                                "\";\n", next, repeat->n_turns);
      append_node (graph, n);
      if (repeat != NULL && n + 1 == repeat->first + repeat->period)
        {
          g_string_append (graph->text, "  }\n");
          next++;
        }
    }
}

gchar *
reel_tape_to_dot (ReelTape   *self,
                  ReelTensor *loss)
{
  g_autofree const ReelNode **nodes = NULL;
  g_autofree guint8 *used = NULL;
  g_autofree guint8 *carries = NULL;
  g_autofree guint64 *producers = NULL;
  g_autofree guint64 *drawn = NULL;
  g_autoptr (GArray) repeats = NULL;
  g_autoptr (GHashTable) leaves = NULL;
  g_autoptr (GHashTable) edges = NULL;
  guint64 loss_value = REEL_VALUE_LEAF;
  ReelGraph graph;

  g_return_val_if_fail (self != NULL, NULL);

  graph.text = g_string_new (header);
  graph.n_nodes = self->n_nodes;
  graph.nodes = nodes = g_new (const ReelNode *, self->n_nodes);
  graph.used = used = g_new0 (guint8, self->n_values);
  graph.carries = carries = g_new0 (guint8, self->n_values);
  graph.producers = producers = g_new0 (guint64, self->n_values);
  graph.drawn = drawn = g_new (guint64, self->n_nodes);
  graph.repeats = repeats = g_array_new (FALSE, FALSE, sizeof (ReelGraphRepeat));
  graph.leaves = leaves = g_hash_table_new (NULL, NULL);
  graph.edges = edges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  scan_values (&graph, self);
  if (loss != NULL && _reel_tape_has (self, loss))
    {
      loss_value = _reel_tensor_value (loss);
      scan_gradients (&graph, loss);
    }
  if (graph.n_nodes > FOLD_FROM)
    _reel_graph_fold (&graph);
  graph.n_drawn = 0;
  for (guint64 n = 0; n < graph.n_nodes; n++)
    graph.n_drawn += drawn[n] == n;

  append_settings (&graph, loss_value != REEL_VALUE_LEAF && carries[loss_value]);
  append_nodes (&graph);
  for (guint64 n = 0; n < graph.n_nodes; n++)
    {
      append_inputs (&graph, n);
      append_ends (&graph, n, loss_value);
    }
  g_string_append (graph.text, "}\n");
  return g_string_free (graph.text, FALSE);
}
