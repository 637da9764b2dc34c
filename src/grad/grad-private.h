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

/* The gradient of a leaf as something that is nobody else's: a new reference. */
ReelTensor *_reel_own_gradient (ReelSweep  *sweep,
                                ReelTensor *gradient,
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

/* Takes the batch's shape from the first tensor that is carried. */
gboolean _reel_set_batch (ReelSweep         *sweep,
                          guint              n_batch_axes,
                          ReelTensor *const *tensors,
                          guint              n_tensors,
                          GError           **error);

/* reel_vjp () and reel_jvp () of many cotangents or tangents in one sweep: all of them,
 * and the results, have `n_batch_axes` more axes in front. */
gboolean _reel_vjp_batched (ReelTensor *const *outputs,
                            guint              n_outputs,
                            ReelTensor *const *cotangents,
                            guint              n_batch_axes,
                            ReelTensor *const *inputs,
                            guint              n_inputs,
                            ReelGradFlags      flags,
                            ReelTensor       **gradients,
                            GError           **error);
gboolean _reel_jvp_batched (ReelTensor *const *outputs,
                            guint              n_outputs,
                            ReelTensor *const *inputs,
                            ReelTensor *const *tangents,
                            guint              n_inputs,
                            guint              n_batch_axes,
                            ReelGradFlags      flags,
                            ReelTensor       **results,
                            GError           **error);
