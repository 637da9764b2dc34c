/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How what flows into one value adds up. */

#include "tape/sweep-state.h"

/* Whether a part of that shape lies within a contiguous whole of so many elements: a
 * wrong one would read or write elsewhere. */
gboolean _reel_region_fits (guint             rank,
                            const gint64     *shape,
                            const ReelRegion *region,
                            gint64            n_elements);

/* Adds to a slot: `like` is the tensor whose cotangent it is. */
gboolean _reel_slot_add (ReelSweep        *sweep,
                         ReelSlot         *slot,
                         ReelTensor       *like,
                         ReelTensor       *cotangent,
                         const ReelRegion *region,
                         GError          **error);
/* Makes one tensor of what a slot holds; the slot keeps the reference. */
gboolean _reel_slot_combine (ReelSweep  *sweep,
                             ReelSlot   *slot,
                             ReelTensor *like,
                             GError    **error);
void _reel_slot_clear (ReelSweep *sweep,
                       ReelSlot  *slot);
