/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/grow.h"
#include "tape/tape-private.h"

/* Recording nodes, walking over them, and dropping them. */

/* Sizes of chunks, header included: exactly what the pool has size classes for. */
#define FIRST_CHUNK_SIZE ((gsize) 16 * 1024)
#define LAST_CHUNK_SIZE ((gsize) 2 * 1024 * 1024)

static ReelNode *
node_alloc (ReelTape *tape,
            gsize     size)
{
  ReelNodeChunk *chunk = tape->chunk;
  ReelNode *node;

  if (G_UNLIKELY (chunk == NULL || chunk->used + size > chunk->size))
    {
      ReelNodeChunk *next = chunk != NULL ? chunk->next : tape->chunks;

      /* What lies ahead is empty, from before a reset; big enough in the usual
       * case, where a loop repeats itself. */
      while (next != NULL && next->size < size)
        next = next->next;
      if (next == NULL)
        {
          gsize whole = chunk == NULL
                        ? FIRST_CHUNK_SIZE
                        : MIN ((sizeof (ReelNodeChunk) + chunk->size) * 2, LAST_CHUNK_SIZE);
          gsize room = MAX (whole - sizeof (ReelNodeChunk), size);
          ReelNodeChunk *tail = chunk;

          next = _reel_pool_alloc (tape->pool, sizeof (ReelNodeChunk) + room);
          if (next == NULL)
            return NULL;
          while (tail != NULL && tail->next != NULL)
            tail = tail->next;
          if (tail == NULL)
            for (tail = tape->chunks; tail != NULL && tail->next != NULL;)
              tail = tail->next;
          next->previous = tail;
          next->next = NULL;
          next->size = room;
          if (tail != NULL)
            tail->next = next;
          else
            tape->chunks = next;
        }
      next->used = 0;
      next->last = NULL;
      /* Chunks too small that were passed over are empty. */
      for (ReelNodeChunk *skipped = next->previous;
           skipped != NULL && skipped != chunk; skipped = skipped->previous)
        {
          skipped->used = 0;
          skipped->last = NULL;
        }
      tape->chunk = chunk = next;
    }
  node = (ReelNode *) (_reel_chunk_nodes (chunk) + chunk->used);
  node->previous = chunk->last == NULL
                   ? 0 : (guint32) ((gchar *) node - (gchar *) chunk->last);
  chunk->used += size;
  chunk->last = node;
  return node;
}

gboolean
_reel_tape_record (ReelTape          *tape,
                   const ReelOp      *op,
                   ReelTensor *const *inputs,
                   guint              n_inputs,
                   gconstpointer      attributes,
                   gsize              attributes_size,
                   ReelTensor *const *outputs,
                   guint              n_outputs)
{
  gsize size = sizeof (ReelNode) + n_inputs * sizeof (ReelNodeInput) +
               n_outputs * sizeof (ReelTensor *) + ((attributes_size + 7) & ~(gsize) 7);
  /* Nodes find their neighbours by 32 bits. */
  ReelNode *node = G_LIKELY (size <= G_MAXUINT32) ? node_alloc (tape, size) : NULL;
  ReelNodeInput *node_inputs;
  ReelTensor **node_outputs;

  if (G_UNLIKELY (node == NULL))
    return FALSE;
  node->op = op;
  node->first = tape->n_values;
  node->n_inputs = n_inputs;
  node->n_outputs = n_outputs;
  node->attributes_size = (guint32) attributes_size;

  node_inputs = _reel_node_inputs (node);
  for (guint i = 0; i < n_inputs; i++)
    {
      ReelTensor *tensor = inputs[i];
      guint64 value = tensor != NULL ? _reel_tensor_value (tensor) : REEL_INPUT_LEAF;

      if (tensor != NULL && value >= REEL_VALUE_OWNED)
        {
          reel_tensor_ref (tensor);
          value = REEL_INPUT_LEAF | _reel_tensor_memory_version (tensor);
          if ((_reel_tensor_flags (tensor) & REEL_TENSOR_PARAMETER) != 0)
            value |= REEL_INPUT_PARAMETER;
        }
      node_inputs[i].tensor = tensor;
      node_inputs[i].value = value;
    }
  node_outputs = _reel_node_outputs (node);
  for (guint i = 0; i < n_outputs; i++)
    {
      node_outputs[i] = outputs[i];
      _reel_tensor_set_value (outputs[i], tape->n_values + i);
    }
  if (attributes_size > 0)
    memcpy (_reel_node_attributes (node), attributes, attributes_size);
  tape->last = node;
  tape->n_nodes++;
  tape->n_values += n_outputs;
  return TRUE;
}

gboolean
_reel_tape_own (ReelTape   *tape,
                ReelTensor *tensor)
{
  if (G_UNLIKELY (!_reel_grow ((gpointer *) &tape->owned, &tape->owned_capacity,
                               tape->n_owned + 1, sizeof (ReelTensor *))))
    return FALSE;
  _reel_tensor_set_value (tensor, REEL_VALUE_OWNED | tape->n_owned);
  tape->owned[tape->n_owned++] = tensor;
  return TRUE;
}

void
_reel_dead_push (ReelTensor **list,
                 ReelTensor  *tensor)
{
  _reel_pool_set_live (_reel_tensor_pool (tensor), tensor, FALSE);
  memcpy (tensor->inline_data, list, sizeof *list);
  *list = tensor;
}

void
_reel_dead_free (ReelTensor **list,
                 ReelPool    *pool)
{
  while (*list != NULL)
    {
      ReelTensor *tensor = *list;

      memcpy (list, tensor->inline_data, sizeof *list);
      _reel_pool_set_live (pool, tensor, TRUE);
      if (!_reel_tensor_is_unique (tensor))
        _reel_tensor_unset_flags (tensor, REEL_TENSOR_HELD);
      _reel_tensor_unref_local (tensor, pool);
    }
}

/* Drops the tape's reference; whoever else has one keeps a constant leaf. */
static void
disown (ReelTape   *tape,
        ReelTensor *tensor)
{
  if (!_reel_tensor_is_unique (tensor))
    {
      _reel_tensor_set_value (tensor, REEL_VALUE_LEAF);
    }
  else if (tape->burying != NULL)
    {
      _reel_tensor_bury (tensor, tape->pool);
      _reel_dead_push (tape->burying, tensor);
      return;
    }
  _reel_tensor_unref_local (tensor, tape->pool);
}

static void
node_drop (ReelTape *tape,
           ReelNode *node)
{
  ReelNodeInput *inputs = _reel_node_inputs (node);
  ReelTensor **outputs = _reel_node_outputs (node);

  for (guint i = 0; i < node->n_outputs; i++)
    disown (tape, outputs[i]);
  for (guint i = 0; i < node->n_inputs; i++)
    if (inputs[i].tensor != NULL && (inputs[i].value & REEL_INPUT_LEAF) != 0)
      _reel_tensor_unref_local (inputs[i].tensor, tape->pool);
}

void
_reel_tape_mark (const ReelTape *tape,
                 ReelMark       *mark)
{
  mark->chunk = tape->chunk;
  mark->used = tape->chunk != NULL ? tape->chunk->used : 0;
  mark->last = tape->last;
  mark->n_nodes = tape->n_nodes;
  mark->n_values = tape->n_values;
  mark->n_owned = tape->n_owned;
}

void
_reel_tape_rollback (ReelTape       *tape,
                     const ReelMark *mark)
{
  ReelMark target = *mark;      /* which may lie in tape->frames */
  ReelCursor cursor;

  if (tape->n_nodes > target.n_nodes)
    {
      _reel_cursor_last (tape, &cursor);
      for (guint64 n = tape->n_nodes - target.n_nodes; n > 0; n--)
        {
          ReelNode *node = cursor.node;

          _reel_cursor_previous (&cursor);
          node_drop (tape, node);
        }
      tape->chunk = target.chunk;
      if (tape->chunk != NULL)
        {
          tape->chunk->used = target.used;
          tape->chunk->last = target.used > 0 ? target.last : NULL;
        }
      tape->last = target.last;
      tape->n_nodes = target.n_nodes;
      tape->n_values = target.n_values;
    }
  while (tape->n_owned > target.n_owned)
    {
      ReelTensor *tensor = tape->owned[--tape->n_owned];

      if (tensor != NULL)
        disown (tape, tensor);
    }
}

void
_reel_cursor_first (const ReelTape *tape,
                    ReelCursor     *cursor)
{
  cursor->chunk = tape->n_nodes > 0 ? tape->chunks : NULL;
  while (cursor->chunk != NULL && cursor->chunk->last == NULL)
    cursor->chunk = cursor->chunk->next;
  cursor->node = cursor->chunk != NULL
                 ? (ReelNode *) _reel_chunk_nodes (cursor->chunk) : NULL;
}

void
_reel_cursor_last (const ReelTape *tape,
                   ReelCursor     *cursor)
{
  cursor->chunk = tape->n_nodes > 0 ? tape->chunk : NULL;
  while (cursor->chunk != NULL && cursor->chunk->last == NULL)
    cursor->chunk = cursor->chunk->previous;
  cursor->node = cursor->chunk != NULL ? cursor->chunk->last : NULL;
}

/* Only for nodes that are not the tape's last: what lies behind that is stale. */
void
_reel_cursor_next (ReelCursor *cursor)
{
  if (cursor->node != cursor->chunk->last)
    {
      cursor->node = (ReelNode *) ((gchar *) cursor->node + _reel_node_size (cursor->node));
      return;
    }
  do
    cursor->chunk = cursor->chunk->next;
  while (cursor->chunk != NULL && cursor->chunk->last == NULL);
  cursor->node = cursor->chunk != NULL
                 ? (ReelNode *) _reel_chunk_nodes (cursor->chunk) : NULL;
}

void
_reel_cursor_previous (ReelCursor *cursor)
{
  if (cursor->node->previous != 0)
    {
      cursor->node = (ReelNode *) ((gchar *) cursor->node - cursor->node->previous);
      return;
    }
  do
    cursor->chunk = cursor->chunk->previous;
  while (cursor->chunk != NULL && cursor->chunk->last == NULL);
  cursor->node = cursor->chunk != NULL ? cursor->chunk->last : NULL;
}

static gboolean
check_saved_tensor (const ReelNode *node,
                    ReelTensor     *tensor,
                    guint           version,
                    GError        **error)
{
  REEL_RARELY_ALLOCATED gchar *what = NULL;

  if (G_LIKELY (tensor->data != NULL && _reel_tensor_memory_version (tensor) == version))
    return TRUE;
  what = reel_tensor_describe (tensor);
  if (tensor->data == NULL)
    g_set_error (error, REEL_ERROR, REEL_ERROR_RELEASED,
                 "%s: its derivative needs %s, which an earlier sweep has released",
                 node->op->name, what);
  else
    g_set_error (error, REEL_ERROR, REEL_ERROR_OVERWRITTEN,
                 "%s: its derivative needs %s, which %s has overwritten since",
                 node->op->name, what,
                 tensor->storage != NULL && tensor->storage->last_writer != NULL
                 ? tensor->storage->last_writer : "a write");
  return FALSE;
}

#define READS(mask, i) (((mask) & ((guint32) 1 << MIN ((i), 31))) != 0)

gboolean
_reel_node_check_saved (const ReelNode *node,
                        GError        **error)
{
  const ReelOp *op = node->op;
  ReelNodeInput *inputs = _reel_node_inputs (node);
  ReelTensor **outputs = _reel_node_outputs (node);

  if (op->vjp_reads_inputs != 0)
    for (guint i = 0; i < node->n_inputs; i++)
      if (READS (op->vjp_reads_inputs, i) && inputs[i].tensor != NULL &&
          !check_saved_tensor (node, inputs[i].tensor,
                               (inputs[i].value & REEL_INPUT_LEAF) != 0
                               ? (guint) inputs[i].value : inputs[i].tensor->version,
                               error))
        return FALSE;
  if (op->vjp_reads_outputs != 0)
    for (guint i = 0; i < node->n_outputs; i++)
      if (READS (op->vjp_reads_outputs, i) &&
          !check_saved_tensor (node, outputs[i], outputs[i]->version, error))
        return FALSE;
  return TRUE;
}
