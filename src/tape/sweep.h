/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reverse and the forward sweep. They know no op: derivative rules say what
 * flows from a node's outputs to its inputs, or the other way. */

#include "tape/rule.h"

/* A sweep over [first, end) of the tape: takes its buffers, and unless REEL_GRAD_RECORD
 * pauses it. NULL with an error where the tape lets go of what it recorded, or memory is
 * short.
 *
 * Inside another sweep of the tape, in a hook or a rule, it may play what was recorded
 * since that one began, and no node from before. */
ReelSweep *_reel_sweep_begin (ReelTape        *tape,
                              ReelGradFlags    flags,
                              guint64          first,
                              guint64          end,
                              ReelAssembleFunc assemble,
                              GError         **error);
/* Gives everything back; what slots still hold is dropped. */
void _reel_sweep_end (ReelSweep *sweep);

/* Marks what depends on the targets noted before: leaves in the table, values by
 * REEL_MARK_TARGET. */
void _reel_sweep_mark_dependents (ReelSweep *sweep);

/* Plays the values from the highest down: their slots were filled from outside. */
gboolean _reel_sweep_reverse (ReelSweep *sweep,
                              GError   **error);

/* Plays [first, end) upwards. */
gboolean _reel_sweep_forward (ReelSweep *sweep,
                              GError   **error);
