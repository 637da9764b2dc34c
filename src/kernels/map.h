/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Contiguous loops applied to arrays of any strides: runs that a loop can take go
 * to it as they are, others are packed in blocks. Inputs are broadcast to the
 * output's shape. Large work is split over threads. */

#include "kernels/kernels.h"

#include <reel/reel-types.h>

/* An input may be the very array of the output. */
void _reel_map_unary (ReelUnaryLoop    loop,
                      const ReelArray *x,
                      const ReelArray *y,
                      const gdouble   *parameters);
void _reel_map_binary (ReelBinaryLoop   loop,
                       const ReelArray *a,
                       const ReelArray *b,
                       const ReelArray *out,
                       const gdouble   *parameters);
void _reel_map_select (ReelSelectLoop   loop,
                       const ReelArray *condition,
                       const ReelArray *a,
                       const ReelArray *b,
                       const ReelArray *out);
void _reel_map_cast (const ReelArray *x,
                     const ReelArray *y);

/* destination = source, of the same dtype, in parallel where it is large. */
void _reel_map_copy (const ReelArray *source,
                     const ReelArray *destination);

/* destination += source, both of floating-point dtype; the elements of
 * destination must be distinct. */
void _reel_array_accumulate (const ReelArray *destination,
                             const ReelArray *source);
