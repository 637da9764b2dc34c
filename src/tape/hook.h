/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tape/slot.h"

/* Shows what a slot holds to the hooks of its tensor, and takes what they give for it.
 * A hook does not run inside itself. */
gboolean _reel_hooks_run (ReelSweep  *sweep,
                          ReelTensor *tensor,
                          ReelSlot   *slot,
                          GError    **error);
