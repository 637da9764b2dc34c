/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-error.h>
#include <reel/reel-tensor.h>

G_BEGIN_DECLS

/**
 * ReelTape: (ref-func reel_tape_ref) (unref-func reel_tape_unref)
 *
 * A list of applied ops in the order they ran (a Wengert list), and the owner of
 * what they returned.
 *
 * A tape records the ops of the thread that pushed it. Op functions return
 * tensors that the tape owns, so that expressions need no unref:
 *
 * ```c
 * g_autoptr (ReelTape) tape = reel_tape_new ();
 * g_autoptr (GError) error = NULL;
 *
 * reel_tape_push (tape);
 * ReelTensor *y = reel_tanh (reel_add (reel_matmul (x, w), b));
 * if (!reel_backward (reel_sum (y, REEL_ALL_AXES, FALSE), &error))
 *   g_warning ("%s", error->message);
 * reel_tape_pop (tape);
 * ```
 *
 * The first error sticks to the tape: the op that failed returns an error tensor,
 * later ops pass it on, and the call that ends the expression reports it.
 *
 * One tape is used by one thread at a time. Every thread also has an implicit
 * tape that does not record, for computing without one.
 */

#define REEL_TYPE_TAPE (reel_tape_get_type ())

REEL_AVAILABLE_IN_1_0
GType reel_tape_get_type (void) G_GNUC_CONST;

/**
 * reel_tape_new: (constructor)
 *
 * A new, empty tape. It records once it is pushed.
 *
 * Returns: (transfer full): a new tape
 */
REEL_AVAILABLE_IN_1_0
ReelTape *reel_tape_new (void);

/**
 * reel_tape_ref:
 * @self: a tape
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
REEL_AVAILABLE_IN_1_0
ReelTape *reel_tape_ref (ReelTape *self);

/**
 * reel_tape_unref:
 * @self: (transfer full): a tape
 *
 * Drops a reference. With the last one everything recorded goes, but for tensors
 * that somebody references: they become constant leaves.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_unref (ReelTape *self);

/**
 * reel_tape_push:
 * @self: a tape
 *
 * Makes @self the calling thread's recording tape and takes a reference for the
 * time. A tape may be pushed more than once, by one thread at a time.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_push (ReelTape *self);

/**
 * reel_tape_pop:
 * @self: the tape pushed last by this thread
 *
 * Undoes [method@Reel.Tape.push]. A critical, and nothing else, where @self is
 * not the top one.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_pop (ReelTape *self);

/**
 * reel_tape_get_current:
 *
 * The calling thread's tape: the one pushed last, else the thread's implicit
 * one, which does not record.
 *
 * Returns: (transfer none): a tape, never %NULL
 */
REEL_AVAILABLE_IN_1_0
ReelTape *reel_tape_get_current (void);

/**
 * reel_tape_is_recording:
 * @self: a tape
 *
 * Tells whether recording goes on: the tape is not paused, and not a thread's
 * implicit one.
 *
 * Returns: whether ops applied while @self is current are recorded
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tape_is_recording (ReelTape *self);

/**
 * reel_tape_pause:
 * @self: a tape
 *
 * Stops recording until the matching [method@Reel.Tape.resume]; pauses nest.
 * Results have no node then: they are constants that belong to the innermost
 * frame.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_pause (ReelTape *self);

/**
 * reel_tape_resume:
 * @self: a tape
 *
 * Undoes one [method@Reel.Tape.pause]; a critical where there was none.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_resume (ReelTape *self);

/**
 * reel_tape_push_frame:
 * @self: a tape
 *
 * Opens a frame: everything the tape comes to own from here on, recorded or not,
 * goes when the frame is popped. Memory stays with the tape.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_push_frame (ReelTape *self);

/**
 * reel_tape_pop_frame:
 * @self: a tape
 * @error: return location for an error
 *
 * Drops what was recorded and computed since the matching
 * [method@Reel.Tape.push_frame]. Fails with %REEL_ERROR_BUSY for a frame that a
 * running sweep stands in. A critical where there is no frame.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tape_pop_frame (ReelTape *self,
                              GError  **error);

/**
 * reel_tape_pop_frame_keep:
 * @self: a tape
 * @tensors: (array length=n_tensors): what to keep
 * @n_tensors: how many
 * @error: return location for an error
 *
 * As [method@Reel.Tape.pop_frame], but moves @tensors outward: they then belong
 * to the frame around. Kept values that were recorded inside become constants.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tape_pop_frame_keep (ReelTape          *self,
                                   ReelTensor *const *tensors,
                                   guint              n_tensors,
                                   GError           **error);

/**
 * reel_tape_reset:
 * @self: a tape
 * @error: return location for an error
 *
 * Drops everything recorded and computed, all frames and the error, and keeps
 * the memory: a loop of constant shapes allocates nothing after its first turn.
 * Tensors that somebody references survive as constant leaves; using another one is
 * an error, until the reset after this one. Pauses stay. Fails with %REEL_ERROR_BUSY
 * during a sweep.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tape_reset (ReelTape *self,
                          GError  **error);

/**
 * reel_tape_trim:
 * @self: a tape
 *
 * Gives memory that is free now back to the system.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_trim (ReelTape *self);

/**
 * reel_tape_set_memory_limit:
 * @self: a tape
 * @n_bytes: the most memory for results and nodes; 0 for no limit
 *
 * Makes the tape report %REEL_ERROR_NO_MEMORY rather than hold more than
 * @n_bytes.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_set_memory_limit (ReelTape *self,
                                 gsize     n_bytes);

/**
 * reel_tape_check:
 * @self: a tape
 * @error: return location for an error
 *
 * Reports the first error that an op on this tape met, a copy of it. Only
 * [method@Reel.Tape.reset] and [method@Reel.Tape.clear_error] clear it.
 *
 * Returns: %TRUE where there was none, %FALSE with @error set otherwise
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tape_check (ReelTape *self,
                          GError  **error);

/**
 * reel_tape_clear_error:
 * @self: a tape
 *
 * Forgets the error; ops compute again. Error tensors that ops returned before stay
 * valid, with their message, until the tape's reset.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_clear_error (ReelTape *self);

/**
 * ReelTapeStats:
 * @n_nodes: nodes recorded since the last reset
 * @n_values: values recorded since the last reset
 * @live_bytes: memory of results and nodes in use
 * @peak_bytes: the most that was in use since the tape was made
 * @held_bytes: memory the tape holds, in use or free for use
 * @n_pool_hits: requests that memory already held could serve
 * @n_mallocs: requests that went to the system's allocator
 *
 * What a tape holds and did.
 */
typedef struct
{
  guint64 n_nodes;
  guint64 n_values;
  guint64 live_bytes;
  guint64 peak_bytes;
  guint64 held_bytes;
  guint64 n_pool_hits;
  guint64 n_mallocs;

  /*< private >*/
  guint64 reserved[8];
} ReelTapeStats;

/**
 * reel_tape_get_stats:
 * @self: a tape
 * @stats: (out caller-allocates): filled in
 *
 * Tells what the tape holds and how often it had to allocate.
 */
REEL_AVAILABLE_IN_1_0
void reel_tape_get_stats (ReelTape      *self,
                          ReelTapeStats *stats);

/**
 * reel_tape_dump:
 * @self: a tape
 *
 * The recorded nodes as text, one line each: value number, op with operands and
 * attributes, shape and label. A line is shorter than 100 characters; what is too long
 * is cut. [method@Reel.Tape.dump_full] has more.
 *
 * Returns: (transfer full): the text
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tape_dump (ReelTape *self);

/**
 * ReelDumpFlags:
 * @REEL_DUMP_NONE: a line a node
 * @REEL_DUMP_FORMULAS: with the op's formula at its end
 * @REEL_DUMP_BY_LABEL: a line a labelled value, with the ops on the way to it
 *
 * What a dump shows.
 */
typedef enum /*< flags >*/
{
  REEL_DUMP_NONE = 0,
  REEL_DUMP_FORMULAS = 1 << 0,
  REEL_DUMP_BY_LABEL = 1 << 1
} ReelDumpFlags;

REEL_FLAGS_IN_CPLUSPLUS (ReelDumpFlags)

/**
 * reel_tape_dump_full:
 * @self: a tape
 * @flags: what to show
 *
 * [method@Reel.Tape.dump] with formulas, or by label: nodes belong to the labelled value
 * that comes next.
 *
 * Returns: (transfer full): the text
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tape_dump_full (ReelTape     *self,
                            ReelDumpFlags flags);

/**
 * reel_tape_to_dot:
 * @self: a tape
 * @loss: (nullable): the value that gradients flow back from
 *
 * The recorded graph in Graphviz's language. Boxes are ops and say what they give;
 * values flow down along solid edges, gradients flow back up along dashed ones;
 * parameters, inputs and @loss are marked.
 *
 * In a graph of more than 100 nodes what repeats itself, as the turns of a loop do, is
 * drawn once, with the count beside it. From 200 drawn nodes on gradients are a colour
 * of the solid edges, and settings are such that `dot` ends in reasonable time; from
 * 2000 on they have it place nodes by forces instead of in ranks.
 *
 * Returns: (transfer full): the text
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tape_to_dot (ReelTape   *self,
                         ReelTensor *loss);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReelTape, reel_tape_unref)

/* Guards, for early returns: what they opened is closed at the end of the scope.
 *
 *   g_autoptr (ReelTapePusher) pusher = reel_tape_pusher_new (tape);
 */

/**
 * REEL_DEFINE_GUARD: (skip)
 * @Type: a type of guard
 * @free_func: what closes it
 *
 * Lets `g_autoptr (Type)` hold a guard without a warning of Clang's that it is not used.
 */
#define REEL_DEFINE_GUARD(Type, free_func) \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, free_func) \
  typedef Type *Type##_autoptr G_GNUC_UNUSED;

/**
 * ReelTapePusher: (skip)
 *
 * Pushes a tape for a scope.
 */
typedef struct _ReelTapePusher ReelTapePusher;
/**
 * ReelFramePusher: (skip)
 *
 * Opens a frame for a scope.
 */
typedef struct _ReelFramePusher ReelFramePusher;
/**
 * ReelPauser: (skip)
 *
 * Pauses recording for a scope.
 */
typedef struct _ReelPauser ReelPauser;

/**
 * reel_tape_pusher_new: (skip)
 * @tape: a tape
 *
 * [method@Reel.Tape.push], undone by [func@Reel.tape_pusher_free].
 *
 * Returns: (nullable): the guard
 */
static inline ReelTapePusher *
reel_tape_pusher_new (ReelTape *tape)
{
  reel_tape_push (tape);
  return (ReelTapePusher *) tape;
}

/**
 * reel_tape_pusher_free: (skip)
 * @guard: (transfer full): a guard
 *
 * [method@Reel.Tape.pop].
 */
static inline void
reel_tape_pusher_free (ReelTapePusher *guard)
{
  reel_tape_pop ((ReelTape *) guard);
}
REEL_DEFINE_GUARD (ReelTapePusher, reel_tape_pusher_free)

/**
 * reel_frame_pusher_new: (skip)
 * @tape: a tape
 *
 * [method@Reel.Tape.push_frame], undone by [func@Reel.frame_pusher_free].
 *
 * Returns: (nullable): the guard
 */
static inline ReelFramePusher *
reel_frame_pusher_new (ReelTape *tape)
{
  reel_tape_push_frame (tape);
  return (ReelFramePusher *) tape;
}

/**
 * reel_frame_pusher_free: (skip)
 * @guard: (transfer full): a guard
 *
 * [method@Reel.Tape.pop_frame].
 */
static inline void
reel_frame_pusher_free (ReelFramePusher *guard)
{
  (void) reel_tape_pop_frame ((ReelTape *) guard, NULL);
}
REEL_DEFINE_GUARD (ReelFramePusher, reel_frame_pusher_free)

/**
 * reel_pauser_new: (skip)
 * @tape: a tape
 *
 * [method@Reel.Tape.pause], undone by [func@Reel.pauser_free].
 *
 * Returns: (nullable): the guard
 */
static inline ReelPauser *
reel_pauser_new (ReelTape *tape)
{
  reel_tape_pause (tape);
  return (ReelPauser *) tape;
}

/**
 * reel_pauser_free: (skip)
 * @guard: (transfer full): a guard
 *
 * [method@Reel.Tape.resume].
 */
static inline void
reel_pauser_free (ReelPauser *guard)
{
  reel_tape_resume ((ReelTape *) guard);
}
REEL_DEFINE_GUARD (ReelPauser, reel_pauser_free)

G_END_DECLS
