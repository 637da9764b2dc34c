/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-integer.h"

#define I(function) i32_##function
#define BINARY_INTEGER(name, value) \
  REEL_SCALAR_BINARY (binary_##name##_i32, gint32, gint32, , value)
#include "kernels/binary-table.h"
#undef I

#define I(function) i64_##function
#define BINARY_INTEGER(name, value) \
  REEL_SCALAR_BINARY (binary_##name##_i64, gint64, gint64, , value)
#include "kernels/binary-table.h"
#undef I

#define I(function) u8_##function
#define BINARY_INTEGER(name, value) \
  REEL_SCALAR_BINARY (binary_##name##_u8, guint8, guint8, , value)
#include "kernels/binary-table.h"
#undef I
