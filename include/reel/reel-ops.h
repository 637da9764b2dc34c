/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All operations, a header a family.
 *
 * What holds for every one of them: it computes at once, on the calling thread's
 * current tape (see reel_tape_get_current()), which records a node while it
 * records and owns the result. A failure sticks to the tape and gives its error
 * tensor: shapes, dtypes or axes that do not fit, an index out of range, no
 * memory, an operand that is an error tensor, a value of another live tape, or
 * data that a sweep released. Operands have one dtype unless said otherwise. */

#include <reel/reel-activations.h>
#include <reel/reel-comparisons.h>
#include <reel/reel-constants.h>
#include <reel/reel-elementwise.h>
#include <reel/reel-functions.h>
#include <reel/reel-indexing.h>
#include <reel/reel-losses.h>
#include <reel/reel-products.h>
#include <reel/reel-reductions.h>
#include <reel/reel-shapes.h>
