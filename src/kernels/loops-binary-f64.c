/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f64.h"

#define BINARY(function, name, onnx, flags, low, high, formula, value, ...) \
  REEL_SCALAR_BINARY (binary_##name##_f64, gdouble, gdouble, , value)
#include "kernels/binary-table.h"

REEL_SCALAR_BINARY (binary_add_scaled_f64, gdouble, gdouble,
                    const gdouble factor = parameters[0];, a + factor * b)
