/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/grow.h"
#include "tensor/tensor-private.h"

#include <reel/reel-op.h>
#include <reel/reel-tape.h>

/* A node's input: a value of the tape, by number; else a tensor that the node
 * keeps alive, with the version of its memory when it was used, and whether it was a
 * parameter then: one that became a parameter later has a gradient by no node, rather
 * than by those alone that another parameter's gradient happens to pass. */
#define REEL_INPUT_LEAF ((guint64) 1 << 63)
#define REEL_INPUT_PARAMETER ((guint64) 1 << 62)

typedef struct
{
  ReelTensor *tensor;           /* NULL: left out */
  guint64 value;                /* a value number; or REEL_INPUT_*, and a version */
} ReelNodeInput;

/* One application of an op. After it lie its inputs, its outputs and its
 * attributes, see the functions below. */
typedef struct
{
  const ReelOp *op;
  guint64 first;                /* the number of the first output */
  guint32 previous;             /* bytes back to the node before; 0: in another chunk */
  guint32 n_inputs;
  guint32 n_outputs;
  guint32 attributes_size;
} ReelNode;

static inline ReelNodeInput *
_reel_node_inputs (const ReelNode *node)
{
  return (ReelNodeInput *) (node + 1);
}

static inline ReelTensor **
_reel_node_outputs (const ReelNode *node)
{
  return (ReelTensor **) (_reel_node_inputs (node) + node->n_inputs);
}

static inline gpointer
_reel_node_attributes (const ReelNode *node)
{
  return _reel_node_outputs (node) + node->n_outputs;
}

static inline gsize
_reel_node_size (const ReelNode *node)
{
  return sizeof (ReelNode) + node->n_inputs * sizeof (ReelNodeInput) +
         node->n_outputs * sizeof (ReelTensor *) +
         ((node->attributes_size + 7) & ~(gsize) 7);
}

/* Nodes lie in chunks that never move. */
typedef struct _ReelNodeChunk ReelNodeChunk;
struct _ReelNodeChunk
{
  ReelNodeChunk *previous;
  ReelNodeChunk *next;
  gsize size;                   /* of the nodes' room */
  gsize used;
  ReelNode *last;
};

#define _reel_chunk_nodes(chunk) ((gchar *) ((chunk) + 1))

/* A place on the tape. */
typedef struct
{
  ReelNodeChunk *chunk;
  ReelNode *node;               /* NULL: before the first, or behind the last */
} ReelCursor;

/* How much there was of everything, to go back to. */
typedef struct
{
  ReelNodeChunk *chunk;
  gsize used;
  ReelNode *last;
  guint64 n_nodes;
  guint64 n_values;
  gsize n_owned;
} ReelMark;

typedef struct _ReelSweep ReelSweep;

/* While a sweep runs, or the tape lets go of what it recorded, hooks and notifications
 * of the program's may run: what was there when it began can neither be reset nor popped
 * under it. Holds nest; the innermost is the tape's. */
typedef struct _ReelHold ReelHold;
struct _ReelHold
{
  ReelHold *outer;
  gboolean sweeps;              /* then it is in a ReelSweep */
  guint64 n_values;             /* what there was */
  gsize n_frames;
  guint n_pushed;
  guint n_batch_axes;           /* of the sweep around, to go back to */
};

struct _ReelTape
{
  _Atomic gint ref_count;
  ReelPool *pool;

  gboolean implicit;
  guint n_pushed;               /* by one thread at a time */
  gpointer thread;              /* which */
  guint n_pauses;
  ReelHold *hold;
  guint n_batch_axes;           /* of the sweep: results may have so many axes more */

  ReelNodeChunk *chunks;
  ReelNodeChunk *chunk;         /* where recording goes on */
  ReelNode *last;
  guint64 n_nodes;
  guint64 n_values;

  ReelTensor **owned;           /* unrecorded results; NULL where one was stolen */
  gsize n_owned;
  gsize owned_capacity;
  ReelMark *frames;
  gsize n_frames;
  gsize frames_capacity;

  GError *error;                /* the first */
  ReelTensor *error_tensor;

  /* Headers that went with the last reset and the last frame, and error tensors of errors
   * that were cleared: whoever kept one finds out instead of crashing. They are freed at
   * the next, and linked through their inline data. */
  ReelTensor *dead[2];
  ReelTensor **burying;         /* the list that takes them; NULL in a sweep */

  ReelSweep *resting;           /* states of sweeps, with their memory */
};

/* The calling thread's tape. */
ReelTape *_reel_tape_current (void);

/* Keeps the first error, which it takes, and returns the error tensor. The one
 * place where an error of an op comes by: set a breakpoint here. */
ReelTensor *_reel_tape_fail (ReelTape *tape,
                             GError   *error);

/* Takes the sticky error away; NULL where there is none. */
GError *_reel_tape_steal_error (ReelTape *tape);

static inline gboolean
_reel_tape_is_recording (const ReelTape *tape)
{
  return tape->n_pauses == 0;
}

void _reel_tape_enter (ReelTape *tape,
                       ReelHold *hold,
                       gboolean  sweeps);
void _reel_tape_leave (ReelTape *tape,
                       ReelHold *hold);

/* Whether `tensor` is a value that `tape` recorded. */
static inline gboolean
_reel_tape_has (const ReelTape   *tape,
                const ReelTensor *tensor)
{
  return _reel_tensor_is_recorded (tensor) && _reel_tensor_pool (tensor) == tape->pool;
}

/* Takes the reference of an unrecorded result into the innermost frame. FALSE
 * where there is no memory: then the reference is still the caller's. */
gboolean _reel_tape_own (ReelTape   *tape,
                         ReelTensor *tensor);

/* Lists a header in which no data lies. */
void _reel_dead_push (ReelTensor **list,
                      ReelTensor  *tensor);
/* Lets go of all. */
void _reel_dead_free (ReelTensor **list,
                      ReelPool    *pool);

/* Takes the references of `outputs` into a new node and numbers them. FALSE where
 * there is no memory. */
gboolean _reel_tape_record (ReelTape          *tape,
                            const ReelOp      *op,
                            ReelTensor *const *inputs,
                            guint              n_inputs,
                            gconstpointer      attributes,
                            gsize              attributes_size,
                            ReelTensor *const *outputs,
                            guint              n_outputs);

void _reel_tape_mark (const ReelTape *tape,
                      ReelMark       *mark);
/* Drops what came since. */
void _reel_tape_rollback (ReelTape       *tape,
                          const ReelMark *mark);

/* Whether what a node's vjp or jvp rule reads is still there. */
gboolean _reel_node_check_saved (const ReelNode *node,
                                 GError        **error);

/* Walking. */
void _reel_cursor_first (const ReelTape *tape,
                         ReelCursor     *cursor);
void _reel_cursor_last (const ReelTape *tape,
                        ReelCursor     *cursor);
void _reel_cursor_next (ReelCursor *cursor);
void _reel_cursor_previous (ReelCursor *cursor);
