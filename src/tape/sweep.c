/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/sweep.h"

/* Value numbers are topological order: a sweep walks them down or up, with one
 * slot a value, no recursion and no sort. */

gboolean
_reel_sweep_begin (ReelSweep       *sweep,
                   ReelTape        *tape,
                   ReelGradFlags    flags,
                   guint64          first,
                   guint64          end,
                   ReelAssembleFunc assemble,
                   GError         **error)
{
  gsize old_capacity = tape->slots_capacity;

  if (tape->n_sweeps > 0)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_BUSY,
                           "the tape is being swept");
      return FALSE;
    }
  if (!_reel_grow ((gpointer *) &tape->slots, &tape->slots_capacity,
                   (gsize) (end - first), sizeof (ReelSlot)))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                   "no memory to sweep %" G_GUINT64_FORMAT " values", end - first);
      return FALSE;
    }
  /* Slots are empty between sweeps; only new ones have to be made so. */
  memset (tape->slots + old_capacity, 0,
          (tape->slots_capacity - old_capacity) * sizeof (ReelSlot));

  memset (sweep, 0, sizeof *sweep);
  sweep->tape = tape;
  sweep->flags = flags;
  sweep->assemble = assemble;
  sweep->first = first;
  sweep->end = end;
  sweep->slots = tape->slots;
  sweep->leaves = &tape->leaves;

  tape->n_sweeps++;
  tape->n_sweep_frames = (guint) tape->n_frames;
  tape->n_sweep_pushed = tape->n_pushed;
  if ((flags & REEL_GRAD_RECORD) == 0)
    tape->n_pauses++;
  return TRUE;
}

gboolean
_reel_sweep_set_batch (ReelSweep    *sweep,
                       guint         n_axes,
                       const gint64 *shape,
                       GError      **error)
{
  if (n_axes > REEL_MAX_BATCH_AXES)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "a sweep carries up to %d axes more, not %u", REEL_MAX_BATCH_AXES, n_axes);
      return FALSE;
    }
  sweep->n_batch_axes = sweep->tape->n_batch_axes = n_axes;
  for (guint i = 0; i < n_axes; i++)
    sweep->batch_shape[i] = shape[i];
  return TRUE;
}

guint
_reel_sweep_shape (const ReelSweep  *sweep,
                   const ReelTensor *like,
                   gint64           *shape)
{
  memcpy (shape, sweep->batch_shape, sweep->n_batch_axes * sizeof (gint64));
  memcpy (shape + sweep->n_batch_axes, _reel_tensor_shape (like),
          like->rank * sizeof (gint64));
  return sweep->n_batch_axes + like->rank;
}

void
_reel_sweep_extend_region (const ReelSweep  *sweep,
                           const ReelTensor *like,
                           guint             rank,
                           ReelRegion       *region)
{
  guint n = sweep->n_batch_axes;
  gint64 stride = like->n_elements;

  for (guint i = rank; i-- > 0;)
    region->strides[n + i] = region->strides[i];
  for (guint i = n; i-- > 0;)
    {
      region->strides[i] = stride;
      stride *= sweep->batch_shape[i];
    }
}

void
_reel_sweep_end (ReelSweep *sweep)
{
  ReelTape *tape = sweep->tape;

  for (guint64 i = 0; i < sweep->end - sweep->first; i++)
    if (G_UNLIKELY (sweep->slots[i] != NULL))
      _reel_slot_clear (sweep, &sweep->slots[i]);
  for (gsize i = 0; i < tape->leaves.n_entries; i++)
    _reel_slot_clear (sweep, &tape->leaves.entries[i].slot);
  _reel_leaf_table_clear (&tape->leaves);
  g_clear_error (&sweep->error);
  tape->n_sweeps--;
  tape->n_sweep_frames = 0;
  tape->n_batch_axes = 0;
  /* None is left where a hook resumed recording once too often. */
  if ((sweep->flags & REEL_GRAD_RECORD) == 0 && tape->n_pauses > 0)
    tape->n_pauses--;
}

gboolean
_reel_sweep_alloc_marks (ReelSweep *sweep,
                         GError   **error)
{
  gsize n = (gsize) (sweep->end - sweep->first);

  if (!_reel_grow ((gpointer *) &sweep->tape->marks, &sweep->tape->marks_capacity, n, 1))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                   "no memory to sweep %" G_GSIZE_FORMAT " values", n);
      return FALSE;
    }
  sweep->marks = sweep->tape->marks;
  memset (sweep->marks, 0, n);
  return TRUE;
}

static inline gboolean
input_is_wanted (ReelSweep           *sweep,
                 const ReelNodeInput *input)
{
  if (input->tensor == NULL || !reel_dtype_is_floating (input->tensor->dtype))
    return FALSE;
  if ((input->value & REEL_INPUT_LEAF) == 0)
    {
      if (sweep->marks == NULL)
        return (_reel_tensor_flags (input->tensor) & REEL_TENSOR_DIFFERENTIABLE) != 0;
      return input->value >= sweep->first && sweep->marks[input->value - sweep->first] != 0;
    }
  if (sweep->all_leaves)
    return (input->value & REEL_INPUT_PARAMETER) != 0 &&
           (_reel_tensor_flags (input->tensor) & REEL_TENSOR_PARAMETER) != 0;
  return _reel_leaf_table_get (sweep->leaves, input->tensor, FALSE) != NULL;
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
          wanted = input_is_wanted (sweep, &_reel_node_inputs (node)[i]);
      for (guint k = 0; wanted && k < node->n_outputs; k++)
        if (node->first + k >= sweep->first && node->first + k < sweep->end &&
            reel_dtype_is_floating (_reel_node_outputs (node)[k]->dtype))
          sweep->marks[node->first + k - sweep->first] |= REEL_MARK_WANTED;
      if (node->first + node->n_outputs >= sweep->end)
        return;
      _reel_cursor_next (&cursor);
    }
}

static gboolean
run_hooks (ReelSweep  *sweep,
           ReelTensor *tensor,
           ReelSlot   *slot,
           GError    **error)
{
  if (G_LIKELY ((_reel_tensor_flags (tensor) & REEL_TENSOR_HOOKED) == 0))
    return TRUE;
  /* By index: a hook may add hooks. */
  for (guint i = 0; i < tensor->extra->hooks->len; i++)
    {
      const ReelHook hook = g_array_index (tensor->extra->hooks, ReelHook, i);
      ReelTensor *replacement;
      GError *hook_error = NULL;

      if (hook.id == 0)
        continue;
      replacement = hook.func (tensor, *slot, hook.user_data, &hook_error);
      if (hook_error == NULL)
        hook_error = _reel_tape_steal_error (sweep->tape);
      /* The rules to come would be applied on that one. */
      if (hook_error == NULL && _reel_tape_current () != sweep->tape)
        hook_error = g_error_new_literal (REEL_ERROR, REEL_ERROR_OTHER_TAPE,
                                          "a hook left another tape pushed");
      if (hook_error != NULL)
        {
          /* An op that failed besides is no error of the tape's either. */
          reel_tape_clear_error (sweep->tape);
          g_propagate_error (error, hook_error);
          return FALSE;
        }
      if (replacement != NULL && replacement != *slot)
        {
          reel_tensor_ref (replacement);
          _reel_slot_clear (sweep, slot);
          if (!_reel_slot_add (sweep, slot, tensor, replacement, NULL, error))
            {
              reel_tensor_unref (replacement);
              return FALSE;
            }
          reel_tensor_unref (replacement);
        }
    }
  return TRUE;
}

gboolean
reel_rule_wants (const ReelRule *rule,
                 guint           input)
{
  g_return_val_if_fail (rule != NULL && rule->sweep != NULL, FALSE);
  g_return_val_if_fail (input < rule->n_inputs, FALSE);

  return input_is_wanted (rule->sweep,
                          &_reel_node_inputs ((const ReelNode *) rule->node)[input]);
}

/* An error tensor as the result of a rule: mostly the tape's, which run_rule () sees
 * by itself, but it may be another's. */
static void
note_error_tensor (ReelSweep  *sweep,
                   ReelTensor *tensor)
{
  if (sweep->error != NULL || sweep->tape->error != NULL)
    return;
  if (tensor->extra->error != NULL)
    sweep->error = g_error_copy (tensor->extra->error);
  else
    g_set_error_literal (&sweep->error, REEL_ERROR, REEL_ERROR_FAILED,
                         "a rule gave an error tensor");
}

static void
rule_add (ReelRule         *rule,
          guint             i,
          ReelTensor       *cotangent,
          const ReelRegion *region)
{
  ReelSweep *sweep = rule->sweep;
  const ReelNodeInput *input = &_reel_node_inputs ((const ReelNode *) rule->node)[i];
  ReelSlot *slot;

  if (sweep->error != NULL || !input_is_wanted (sweep, input))
    return;
  if (G_UNLIKELY (reel_tensor_is_error (cotangent)))
    {
      note_error_tensor (sweep, cotangent);
      return;
    }
  if ((input->value & REEL_INPUT_LEAF) == 0)
    slot = &sweep->slots[input->value - sweep->first];
  else
    slot = _reel_leaf_table_get (sweep->leaves, input->tensor, TRUE);
  if (slot == NULL)
    g_set_error (&sweep->error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                 "no memory to note one more leaf");
  else
    (void) _reel_slot_add (sweep, slot, input->tensor, cotangent, region, &sweep->error);
}

void
reel_rule_contribute (ReelRule   *rule,
                      guint       input,
                      ReelTensor *cotangent)
{
  g_return_if_fail (rule != NULL && rule->sweep != NULL);
  g_return_if_fail (input < rule->n_inputs);
  g_return_if_fail (cotangent != NULL);

  rule_add (rule, input, cotangent, NULL);
}

void
reel_rule_contribute_region (ReelRule     *rule,
                             guint         input,
                             ReelTensor   *cotangent,
                             const gint64 *strides,
                             gint64        offset)
{
  const ReelSweep *sweep;
  ReelRegion region;
  guint rank;

  g_return_if_fail (rule != NULL && rule->sweep != NULL);
  g_return_if_fail (input < rule->n_inputs);
  g_return_if_fail (cotangent != NULL);

  sweep = rule->sweep;
  rank = cotangent->rank - MIN (cotangent->rank, sweep->n_batch_axes);
  g_return_if_fail (strides != NULL || rank == 0);

  region.offset = offset;
  for (guint i = 0; i < rank; i++)
    region.strides[i] = strides[i];
  if (G_UNLIKELY (sweep->n_batch_axes > 0))
    _reel_sweep_extend_region (sweep, rule->inputs[input], rank, &region);
  rule_add (rule, input, cotangent, &region);
}

void
_reel_rule_spend (ReelRule *rule,
                  guint     output)
{
  const ReelSweep *sweep = rule->sweep;
  const ReelNode *node = rule->node;
  ReelTensor *cotangent = rule->cotangents[output];

  /* What a hook saw, and what is a result of the sweep, is never written. */
  if ((sweep->flags & REEL_GRAD_RECORD) == 0 && cotangent->storage != NULL &&
      _reel_tensor_owns_data (cotangent) &&
      (_reel_tensor_flags (rule->outputs[output]) & REEL_TENSOR_HOOKED) == 0 &&
      (sweep->marks == NULL ||
       (sweep->marks[node->first + output - sweep->first] & REEL_MARK_TARGET) == 0))
    sweep->tape->spent = cotangent;
}

/* Runs a node's rule with everything it needs at hand. */
static gboolean
run_rule (ReelSweep          *sweep,
          ReelNode           *node,
          ReelTensor *const  *cotangents,
          ReelTensor *const  *tangents,
          GError            **error)
{
  ReelTensor *few[8];
  g_autofree ReelTensor **many = NULL;
  ReelTensor **inputs = few;
  gboolean (*func) (ReelRule *, GError **) = cotangents != NULL ? node->op->vjp
                                                                : node->op->jvp;
  ReelRule rule;
  GError *rule_error = NULL;
  gboolean ok;

  if (func == NULL)
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT, "%s has no %s rule",
                   node->op->name, cotangents != NULL ? "vjp" : "jvp");
      return FALSE;
    }
  if (!_reel_node_check_saved (node, error))
    return FALSE;
  if (node->n_inputs > G_N_ELEMENTS (few))
    inputs = many = g_new (ReelTensor *, node->n_inputs);
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = _reel_node_inputs (node)[i].tensor;

  rule.op = node->op;
  rule.attributes = _reel_node_attributes (node);
  rule.attributes_size = node->attributes_size;
  rule.inputs = inputs;
  rule.n_inputs = node->n_inputs;
  rule.outputs = _reel_node_outputs (node);
  rule.n_outputs = node->n_outputs;
  rule.cotangents = cotangents;
  rule.tangents = tangents;
  rule.sweep = sweep;
  rule.node = node;

  ok = func (&rule, &rule_error);
  sweep->tape->spent = NULL;
  if (rule_error == NULL)
    rule_error = g_steal_pointer (&sweep->error);
  if (rule_error == NULL && G_UNLIKELY (sweep->tape->error != NULL))
    rule_error = _reel_tape_steal_error (sweep->tape);
  if (rule_error == NULL && G_UNLIKELY (!ok))
    rule_error = g_error_new_literal (REEL_ERROR, REEL_ERROR_FAILED,
                                      "failed without saying why");
  if (G_LIKELY (rule_error == NULL))
    return TRUE;
  reel_tape_clear_error (sweep->tape);
  g_clear_error (&sweep->error);
  g_propagate_prefixed_error (error, rule_error, "derivative of %s: ", node->op->name);
  return FALSE;
}

static gboolean
reverse_node (ReelSweep *sweep,
              ReelNode  *node,
              GError   **error)
{
  ReelTensor *few[4];
  g_autofree ReelTensor **many = NULL;
  ReelTensor **cotangents = few;
  gboolean any = FALSE, wanted = FALSE;
  gboolean ok = TRUE;

  if (node->n_outputs > G_N_ELEMENTS (few))
    cotangents = many = g_new (ReelTensor *, node->n_outputs);
  for (guint k = 0; k < node->n_outputs; k++)
    {
      guint64 value = node->first + k;
      ReelSlot *slot;

      cotangents[k] = NULL;
      /* Several outputs may straddle the range's ends. */
      if (value < sweep->first || value >= sweep->end)
        continue;
      slot = &sweep->slots[value - sweep->first];
      if (*slot == NULL)
        continue;
      if (!_reel_slot_combine (sweep, slot, _reel_node_outputs (node)[k], error) ||
          !run_hooks (sweep, _reel_node_outputs (node)[k], slot, error))
        return FALSE;
      cotangents[k] = *slot;
      any = TRUE;
      wanted |= sweep->marks != NULL
                ? (sweep->marks[value - sweep->first] & REEL_MARK_WANTED) != 0
                : (_reel_tensor_flags (_reel_node_outputs (node)[k]) &
                   REEL_TENSOR_DIFFERENTIABLE) != 0;
    }
  if (!any)
    return TRUE;

  if (wanted)
    {
      ReelTape *tape = sweep->tape;
      ReelMark mark;

      _reel_tape_mark (tape, &mark);
      ok = run_rule (sweep, node, cotangents, NULL, error);
      /* What the rule computed on the way is not needed any more; while recording
       * it stays, to be differentiated again. */
      if ((sweep->flags & REEL_GRAD_RECORD) == 0)
        _reel_tape_rollback (tape, &mark);
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
      if ((sweep->flags & REEL_GRAD_RELEASE) != 0)
        release_outputs (sweep, cursor.node);
      _reel_cursor_previous (&cursor);
    }
  for (gsize i = 0; i < sweep->leaves->n_entries; i++)
    {
      ReelLeafSlot *leaf = &sweep->leaves->entries[i];

      if (leaf->slot != NULL &&
          (!_reel_slot_combine (sweep, &leaf->slot, leaf->tensor, error) ||
           !run_hooks (sweep, leaf->tensor, &leaf->slot, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_target (const ReelSweep *sweep,
           guint64          value)
{
  return sweep->marks != NULL &&
         (sweep->marks[value - sweep->first] & REEL_MARK_TARGET) != 0;
}

void
reel_rule_set_tangent (ReelRule   *rule,
                       guint       output,
                       ReelTensor *tangent)
{
  ReelSweep *sweep;
  guint64 value;
  ReelSlot *slot;

  g_return_if_fail (rule != NULL && rule->sweep != NULL);
  g_return_if_fail (output < rule->n_outputs);
  g_return_if_fail (tangent != NULL);

  sweep = rule->sweep;
  value = ((const ReelNode *) rule->node)->first + output;
  if (value < sweep->first || value >= sweep->end)
    return;
  if (G_UNLIKELY (reel_tensor_is_error (tangent)))
    {
      note_error_tensor (sweep, tangent);
      return;
    }
  slot = &sweep->slots[value - sweep->first];
  /* A value that is itself an input of the sweep has the tangent given already, and
   * gets what flows to it besides: as its cotangent flows on in a reverse sweep. */
  if (!is_target (sweep, value))
    _reel_slot_clear (sweep, slot);
  if (sweep->error == NULL)
    (void) _reel_slot_add (sweep, slot, rule->outputs[output], tangent, NULL,
                           &sweep->error);
}

static gboolean
forward_node (ReelSweep *sweep,
              ReelNode  *node,
              GError   **error)
{
  ReelTensor *few[8];
  g_autofree ReelTensor **many = NULL;
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
        slot = _reel_leaf_table_get (sweep->leaves, inputs[i].tensor, FALSE);
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
  _reel_tape_mark (sweep->tape, &mark);
  ok = run_rule (sweep, node, NULL, tangents, error);
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
