/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/rule.h"

gboolean
reel_rule_wants (const ReelRule *rule,
                 guint           input)
{
  g_return_val_if_fail (rule != NULL && rule->sweep != NULL, FALSE);
  g_return_val_if_fail (input < rule->n_inputs, FALSE);

  return _reel_sweep_wants (rule->sweep,
                          &_reel_node_inputs ((const ReelNode *) rule->node)[input]);
}

/* Everything that a rule meets sticks to the tape, as its ops' errors do, until the sweep
 * takes it: the first counts. */
static void
rule_fail (ReelSweep *sweep,
           GError    *error)
{
  (void) _reel_tape_fail (sweep->tape, error);
}

/* Whether what a rule gives can be taken: mostly an error tensor is the tape's own, but it
 * may be another's. */
static gboolean
check_given (ReelSweep  *sweep,
             ReelTensor *tensor)
{
  GError *error = NULL;

  if (G_UNLIKELY (sweep->tape->error != NULL))
    return FALSE;
  if (G_LIKELY (_reel_tensor_check_no_error (tensor, &error)))
    return TRUE;
  rule_fail (sweep, error);
  return FALSE;
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
  GError *error = NULL;

  if (!_reel_sweep_wants (sweep, input) || !check_given (sweep, cotangent))
    return;
  if ((input->value & REEL_INPUT_LEAF) == 0)
    slot = &sweep->slots[input->value - sweep->first];
  else
    slot = _reel_leaf_table_get (&sweep->leaves, input->tensor, TRUE);
  if (slot == NULL)
    rule_fail (sweep, g_error_new_literal (REEL_ERROR, REEL_ERROR_NO_MEMORY,
                                           "no memory to note one more leaf"));
  else if (!_reel_slot_add (sweep, slot, input->tensor, cotangent, region, &error))
    rule_fail (sweep, error);
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
reel_rule_set_tangent (ReelRule   *rule,
                       guint       output,
                       ReelTensor *tangent)
{
  ReelSweep *sweep;
  guint64 value;
  ReelSlot *slot;
  GError *error = NULL;

  g_return_if_fail (rule != NULL && rule->sweep != NULL);
  g_return_if_fail (output < rule->n_outputs);
  g_return_if_fail (tangent != NULL);

  sweep = rule->sweep;
  value = ((const ReelNode *) rule->node)->first + output;
  if (value < sweep->first || value >= sweep->end || !check_given (sweep, tangent))
    return;
  slot = &sweep->slots[value - sweep->first];
  /* A value that is itself an input of the sweep has the tangent given already, and
   * gets what flows to it besides: as its cotangent flows on in a reverse sweep. */
  if (!_reel_sweep_is_target (sweep, value))
    _reel_slot_clear (sweep, slot);
  if (!_reel_slot_add (sweep, slot, rule->outputs[output], tangent, NULL, &error))
    rule_fail (sweep, error);
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
    _reel_tensor_set_flags (cotangent, REEL_TENSOR_SPENT);
}

/* Runs a node's rule with everything it needs at hand. */
gboolean
_reel_rule_run (ReelSweep          *sweep,
                ReelNode           *node,
                ReelTensor *const  *cotangents,
                ReelTensor *const  *tangents,
                GError            **error)
{
  ReelTensor *few[8];
  REEL_RARELY_ALLOCATED ReelTensor **many = NULL;
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
  for (guint k = 0; cotangents != NULL && k < node->n_outputs; k++)
    if (cotangents[k] != NULL &&
        (_reel_tensor_flags (cotangents[k]) & REEL_TENSOR_SPENT) != 0)
      _reel_tensor_unset_flags (cotangents[k], REEL_TENSOR_SPENT);
  if (rule_error == NULL && G_UNLIKELY (sweep->tape->error != NULL))
    rule_error = _reel_tape_steal_error (sweep->tape);
  if (rule_error == NULL && G_UNLIKELY (!ok))
    rule_error = g_error_new_literal (REEL_ERROR, REEL_ERROR_FAILED,
                                      "failed without saying why");
  if (G_LIKELY (rule_error == NULL))
    return TRUE;
  reel_tape_clear_error (sweep->tape);
  g_propagate_prefixed_error (error, rule_error, "derivative of %s: ", node->op->name);
  return FALSE;
}
