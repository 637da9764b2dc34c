/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"

#define COMPARE(operation, name, type, expression) \
  REEL_SCALAR_BINARY (compare_##operation##_##name, type, guint8, , expression)
#define COMPARE_LOOPS(name, type) \
  COMPARE (equal, name, type, a == b) \
  COMPARE (not_equal, name, type, a != b) \
  COMPARE (less, name, type, a < b) \
  COMPARE (less_equal, name, type, a <= b) \
  COMPARE (greater, name, type, a > b) \
  COMPARE (greater_equal, name, type, a >= b) \
  COMPARE (logical_and, name, type, (a != 0) & (b != 0)) \
  COMPARE (logical_or, name, type, (a != 0) | (b != 0))

REEL_ALL_TYPES (COMPARE_LOOPS)
