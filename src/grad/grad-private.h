/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What reverse and forward requests share. */

#include "base/copy.h"
#include "tape/sweep.h"

#include <reel/reel-elementwise.h>
#include <reel/reel-grad.h>

/* Whether outputs are recorded on the current tape, and behind the highest one. */
gboolean _reel_check_outputs (ReelTape          *tape,
                              ReelTensor *const *outputs,
                              guint              n_outputs,
                              guint64           *end,
                              GError           **error);

/* Whether a tensor may take part: no error tensor, no other tape's value. */
gboolean _reel_check_operand (ReelTape   *tape,
                              ReelTensor *tensor,
                              GError    **error);
gboolean _reel_check_differentiable (ReelTensor *tensor,
                                     GError    **error);

gboolean _reel_note_inputs (ReelSweep         *sweep,
                            ReelTensor *const *inputs,
                            guint              n_inputs,
                            GError           **error);

/* The slot of an input of the sweep, NULL where it lies behind the range. */
ReelSlot *_reel_input_slot (ReelSweep  *sweep,
                            ReelTensor *input);

/* The lowest value a sweep needs: 0 where an input is a leaf. */
guint64 _reel_first_needed (ReelTensor *const *inputs,
                            guint              n_inputs,
                            guint64            end);

/* A new reference to what a slot holds; zeros, or NULL with
 * REEL_GRAD_ALLOW_UNUSED, where it holds nothing. */
ReelTensor *_reel_sweep_result (ReelSweep  *sweep,
                                ReelSlot   *slot,
                                ReelTensor *like,
                                GError    **error);
gboolean _reel_collect_results (ReelSweep         *sweep,
                                ReelTensor *const *likes,
                                guint              n,
                                ReelTensor       **results,
                                GError           **error);
