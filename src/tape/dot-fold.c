/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/dot.h"

/* A loop leaves the same nodes on the tape again and again. Drawn once, with the count
 * beside them, they can be read. */

/* A loop body of more nodes than this is not looked for, and fewer turns than this are
 * drawn one by one. */
#define LONGEST_PERIOD 512
#define FEWEST_TURNS 3

static guint
node_hash (const ReelNode *node)
{
  ReelTensor **outputs = _reel_node_outputs (node);
  guint hash = g_direct_hash (node->op) + node->n_inputs;

  for (guint k = 0; k < node->n_outputs; k++)
    {
      hash = hash * 31 + outputs[k]->rank * 8 + outputs[k]->dtype;
      for (guint i = 0; i < outputs[k]->rank; i++)
        hash = hash * 31 + (guint) outputs[k]->dims[i];
    }
  return hash;
}

static gboolean
same_spec (const ReelTensor *a,
           const ReelTensor *b)
{
  return a->dtype == b->dtype && _reel_tensor_same_shape (a, b);
}

/* Whether input `i` of node number `a` plays the part that it plays for node `b`: it comes
 * from as far back, or from nodes that are drawn as one, or is a leaf of the same kind. */
static gboolean
same_input (const ReelGraph *graph,
            guint64          a,
            guint64          b,
            guint            i)
{
  const ReelNodeInput *input_a = &_reel_node_inputs (graph->nodes[a])[i];
  const ReelNodeInput *input_b = &_reel_node_inputs (graph->nodes[b])[i];
  guint64 from_a, from_b;

  if (input_a->tensor == NULL || input_b->tensor == NULL)
    return input_a->tensor == input_b->tensor;
  if (((input_a->value ^ input_b->value) & REEL_INPUT_LEAF) != 0)
    return FALSE;
  if ((input_a->value & REEL_INPUT_LEAF) != 0)
    return (_reel_tensor_flags (input_a->tensor) & REEL_TENSOR_PARAMETER) != 0
           ? input_a->tensor == input_b->tensor
           : same_spec (input_a->tensor, input_b->tensor);
  from_a = graph->producers[input_a->value];
  from_b = graph->producers[input_b->value];
  return (a - from_a == b - from_b || graph->drawn[from_a] == graph->drawn[from_b]) &&
         input_a->value - graph->nodes[from_a]->first ==
         input_b->value - graph->nodes[from_b]->first;
}

static gboolean
same_node (const ReelGraph *graph,
           guint64          a,
           guint64          b)
{
  const ReelNode *node_a = graph->nodes[a], *node_b = graph->nodes[b];

  if (node_a->op != node_b->op || node_a->n_inputs != node_b->n_inputs ||
      node_a->n_outputs != node_b->n_outputs)
    return FALSE;
  for (guint k = 0; k < node_a->n_outputs; k++)
    if (!same_spec (_reel_node_outputs (node_a)[k], _reel_node_outputs (node_b)[k]))
      return FALSE;
  for (guint i = 0; i < node_a->n_inputs; i++)
    if (!same_input (graph, a, b, i))
      return FALSE;
  return TRUE;
}

/* The repetition that begins at `first` and covers most; FALSE where there is none. */
static gboolean
find_repeat (const ReelGraph *graph,
             const guint     *hashes,
             guint64          first,
             ReelGraphRepeat *best)
{
  guint64 most = 0;

  for (guint64 period = 1;
       period <= LONGEST_PERIOD && first + FEWEST_TURNS * period <= graph->n_nodes; period++)
    {
      guint64 end = first + period;

      while (end < graph->n_nodes && hashes[end] == hashes[end - period] &&
             same_node (graph, end, end - period))
        end++;
      if ((end - first) / period < FEWEST_TURNS ||
          (end - first) / period * period <= most)
        continue;
      best->first = first;
      best->period = period;
      best->n_turns = (end - first) / period;
      most = best->n_turns * period;
    }
  return most > 0;
}

void
_reel_graph_fold (ReelGraph *graph)
{
  g_autofree guint *hashes = g_new (guint, graph->n_nodes);
  ReelGraphRepeat repeat;

  for (guint64 n = 0; n < graph->n_nodes; n++)
    hashes[n] = node_hash (graph->nodes[n]);
  for (guint64 n = 0; n < graph->n_nodes; n++)
    {
      if (!find_repeat (graph, hashes, n, &repeat))
        continue;
      for (guint64 k = 0; k < repeat.n_turns * repeat.period; k++)
        graph->drawn[n + k] = n + k % repeat.period;
      g_array_append_val (graph->repeats, repeat);
      n += repeat.n_turns * repeat.period - 1;
    }
}
