/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Derivative rules: how a sweep runs one, and what one may ask of it. */

#include "tape/slot.h"

/* Runs a node's vjp (cotangents given) or jvp with everything it needs at hand. */
gboolean _reel_rule_run (ReelSweep          *sweep,
                         ReelNode           *node,
                         ReelTensor *const  *cotangents,
                         ReelTensor *const  *tangents,
                         GError            **error);

/* Says in a vjp rule that it reads a cotangent in one more op only, as that op's first
 * input. Where the sweep alone owns the memory, an op with REEL_OP_MAY_OVERWRITE then
 * takes it for its result: one pass over memory less. The permission is a mark on the
 * argument itself. */
void _reel_rule_spend (ReelRule *rule,
                       guint     output);
