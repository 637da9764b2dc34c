/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/hook.h"
#include "tape/sweep.h"

/* Value numbers are topological order: a sweep walks them down or up, with one
 * slot a value, no recursion and no sort. */

ReelSweep *
_reel_sweep_begin (ReelTape        *tape,
                   ReelGradFlags    flags,
                   guint64          first,
                   guint64          end,
                   ReelAssembleFunc assemble,
                   GError         **error)
{
  ReelSweep *sweep;

  if (tape->hold != NULL && !tape->hold->sweeps)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_BUSY,
                           "the tape is letting go of what it recorded; sweep before that");
      return NULL;
    }
  sweep = _reel_sweep_take (tape, end - first, error);
  if (sweep == NULL)
    return NULL;
  sweep->flags = flags;
  sweep->assemble = assemble;
  sweep->first = first;
  sweep->end = end;
  sweep->floor = tape->hold != NULL ? tape->hold->n_values : 0;
  _reel_tape_enter (tape, &sweep->hold, TRUE);
  if ((flags & REEL_GRAD_RECORD) == 0)
    tape->n_pauses++;
  return sweep;
}

void
_reel_sweep_end (ReelSweep *sweep)
{
  ReelTape *tape = sweep->tape;

  for (guint64 i = 0; i < sweep->end - sweep->first; i++)
    if (G_UNLIKELY (sweep->slots[i] != NULL))
      _reel_slot_clear (sweep, &sweep->slots[i]);
  for (gsize i = 0; i < sweep->leaves.n_entries; i++)
    _reel_slot_clear (sweep, &sweep->leaves.entries[i].slot);
  _reel_leaf_table_clear (&sweep->leaves);
  /* None is left where a hook resumed recording once too often. */
  if ((sweep->flags & REEL_GRAD_RECORD) == 0 && tape->n_pauses > 0)
    tape->n_pauses--;
  _reel_tape_leave (tape, &sweep->hold);
  _reel_sweep_give_back (sweep);
}

/* Nodes from before the sweep around this one are that one's to play: its hooks would
 * run inside themselves, and it may have released what rules read. */
static gboolean
check_newer (const ReelSweep *sweep,
             const ReelNode  *node,
             GError         **error)
{
  REEL_RARELY_ALLOCATED gchar *what = NULL;

  if (G_LIKELY (node->first >= sweep->floor))
    return TRUE;
  what = reel_tensor_describe (_reel_node_outputs (node)[0]);
  g_set_error (error, REEL_ERROR, REEL_ERROR_BUSY,
               "the tape is being swept, and %s of %s was recorded before that sweep began:"
               " one inside it plays what is newer; give it what is older through"
               " reel_detach, or sweep again afterwards", what, node->op->name);
  return FALSE;
}

static void
cursor_seek (ReelSweep  *sweep,
             ReelCursor *cursor)
{
  if (sweep->first == 0)
    {
      _reel_cursor_first (sweep->tape, cursor);
      return;
    }
  /* A sweep that begins late is short: look from the end. */
  _reel_cursor_last (sweep->tape, cursor);
  while (cursor->node->first > sweep->first)
    _reel_cursor_previous (cursor);
}

void
_reel_sweep_mark_dependents (ReelSweep *sweep)
{
  ReelCursor cursor;

  if (sweep->first == sweep->end)
    return;
  cursor_seek (sweep, &cursor);
  for (;;)
    {
      const ReelNode *node = cursor.node;
      gboolean wanted = FALSE;

      if ((node->op->flags & REEL_OP_NO_GRADIENT) == 0)
        for (guint i = 0; i < node->n_inputs && !wanted; i++)
          wanted = _reel_sweep_wants (sweep, &_reel_node_inputs (node)[i]);
      for (guint k = 0; wanted && k < node->n_outputs; k++)
        if (node->first + k >= sweep->first && node->first + k < sweep->end &&
            reel_dtype_is_floating (_reel_node_outputs (node)[k]->dtype))
          sweep->marks[node->first + k - sweep->first] |= REEL_MARK_WANTED;
      if (node->first + node->n_outputs >= sweep->end)
        return;
      _reel_cursor_next (&cursor);
    }
}

/* Whether anything asks for what flows from this output to the inputs. */
static gboolean
output_is_wanted (const ReelSweep *sweep,
                  const ReelNode  *node,
                  guint            k)
{
  if (sweep->marks != NULL)
    return (sweep->marks[node->first + k - sweep->first] & REEL_MARK_WANTED) != 0;
  return (_reel_tensor_flags (_reel_node_outputs (node)[k]) &
          REEL_TENSOR_DIFFERENTIABLE) != 0;
}

/* What flowed into a node's outputs, complete: every use was met before. */
static gboolean
gather_cotangents (ReelSweep      *sweep,
                   const ReelNode *node,
                   ReelTensor    **cotangents,
                   gboolean       *any,
                   gboolean       *wanted,
                   GError        **error)
{
  for (guint k = 0; k < node->n_outputs; k++)
    {
      guint64 value = node->first + k;
      ReelTensor *output = _reel_node_outputs (node)[k];
      ReelSlot *slot;

      cotangents[k] = NULL;
      /* Several outputs may straddle the range's ends. */
      if (value < sweep->first || value >= sweep->end)
        continue;
      slot = &sweep->slots[value - sweep->first];
      if (*slot == NULL)
        continue;
      *any = TRUE;
      *wanted |= output_is_wanted (sweep, node, k);
      /* before a hook runs in vain */
      if ((*wanted && !check_newer (sweep, node, error)) ||
          !_reel_slot_combine (sweep, slot, output, error) ||
          !_reel_hooks_run (sweep, output, slot, error))
        return FALSE;
      cotangents[k] = *slot;
    }
  return TRUE;
}

static gboolean
reverse_node (ReelSweep *sweep,
              ReelNode  *node,
              GError   **error)
{
  ReelTensor *few[4];
  REEL_RARELY_ALLOCATED ReelTensor **many = NULL;
  ReelTensor **cotangents = few;
  gboolean any = FALSE, wanted = FALSE;
  gboolean ok = TRUE;

  if (node->n_outputs > G_N_ELEMENTS (few))
    cotangents = many = g_new (ReelTensor *, node->n_outputs);
  if (!gather_cotangents (sweep, node, cotangents, &any, &wanted, error))
    return FALSE;
  if (!any)
    return TRUE;

  if (wanted)
    {
      ReelMark mark;

      _reel_tape_mark (sweep->tape, &mark);
      ok = _reel_rule_run (sweep, node, cotangents, NULL, error);
      /* What the rule computed on the way is not needed any more; while recording
       * it stays, to be differentiated again. */
      if ((sweep->flags & REEL_GRAD_RECORD) == 0)
        _reel_tape_rollback (sweep->tape, &mark);
    }
  for (guint k = 0; k < node->n_outputs; k++)
    if (cotangents[k] != NULL &&
        (sweep->marks == NULL ||
         (sweep->marks[node->first + k - sweep->first] & REEL_MARK_TARGET) == 0))
      _reel_slot_clear (sweep, &sweep->slots[node->first + k - sweep->first]);
  return ok;
}

/* Nobody but the node holds these: no rule of an earlier node reads them. */
static void
release_outputs (ReelSweep *sweep,
                 ReelNode  *node)
{
  ReelTensor **outputs = _reel_node_outputs (node);

  for (guint k = 0; k < node->n_outputs; k++)
    if (outputs[k]->data != NULL && outputs[k]->storage != NULL &&
        _reel_tensor_is_unique (outputs[k]))
      _reel_tensor_release_data (outputs[k], sweep->tape->pool);
}

gboolean
_reel_sweep_reverse (ReelSweep *sweep,
                     GError   **error)
{
  ReelCursor cursor;

  _reel_cursor_last (sweep->tape, &cursor);
  while (cursor.node != NULL && cursor.node->first >= sweep->end)
    _reel_cursor_previous (&cursor);
  while (cursor.node != NULL && cursor.node->first + cursor.node->n_outputs > sweep->first)
    {
      if (!reverse_node (sweep, cursor.node, error))
        return FALSE;
      if ((sweep->flags & REEL_GRAD_RELEASE) != 0 && cursor.node->first >= sweep->floor)
        release_outputs (sweep, cursor.node);
      _reel_cursor_previous (&cursor);
    }
  for (gsize i = 0; i < sweep->leaves.n_entries; i++)
    {
      ReelLeafSlot *leaf = &sweep->leaves.entries[i];

      if (leaf->slot != NULL &&
          (!_reel_slot_combine (sweep, &leaf->slot, leaf->tensor, error) ||
           !_reel_hooks_run (sweep, leaf->tensor, &leaf->slot, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
forward_node (ReelSweep *sweep,
              ReelNode  *node,
              GError   **error)
{
  ReelTensor *few[8];
  REEL_RARELY_ALLOCATED ReelTensor **many = NULL;
  ReelTensor **tangents = few;
  const ReelNodeInput *inputs = _reel_node_inputs (node);
  gboolean any = FALSE;
  gboolean ok;
  ReelMark mark;

  if ((node->op->flags & REEL_OP_NO_GRADIENT) != 0)
    return TRUE;
  if (node->n_inputs > G_N_ELEMENTS (few))
    tangents = many = g_new (ReelTensor *, node->n_inputs);
  for (guint i = 0; i < node->n_inputs; i++)
    {
      ReelSlot *slot = NULL;

      tangents[i] = NULL;
      if (inputs[i].tensor == NULL)
        continue;
      if ((inputs[i].value & REEL_INPUT_LEAF) != 0)
        slot = _reel_leaf_table_get (&sweep->leaves, inputs[i].tensor, FALSE);
      else if (inputs[i].value >= sweep->first)
        slot = &sweep->slots[inputs[i].value - sweep->first];
      if (slot != NULL && *slot != NULL)
        {
          tangents[i] = *slot;
          any = TRUE;
        }
    }
  if (!any)
    return TRUE;
  if (!check_newer (sweep, node, error))
    return FALSE;
  _reel_tape_mark (sweep->tape, &mark);
  ok = _reel_rule_run (sweep, node, NULL, tangents, error);
  for (guint k = 0; ok && k < node->n_outputs; k++)
    if (node->first + k >= sweep->first && node->first + k < sweep->end)
      ok = _reel_slot_combine (sweep, &sweep->slots[node->first + k - sweep->first],
                               _reel_node_outputs (node)[k], error);
  if ((sweep->flags & REEL_GRAD_RECORD) == 0)
    _reel_tape_rollback (sweep->tape, &mark);
  return ok;
}

gboolean
_reel_sweep_forward (ReelSweep *sweep,
                     GError   **error)
{
  ReelCursor cursor;

  if (sweep->first == sweep->end)
    return TRUE;
  cursor_seek (sweep, &cursor);
  for (;;)
    {
      ReelNode *node = cursor.node;

      if (!forward_node (sweep, node, error))
        return FALSE;
      if (node->first + node->n_outputs >= sweep->end)
        return TRUE;
      _reel_cursor_next (&cursor);
    }
}
