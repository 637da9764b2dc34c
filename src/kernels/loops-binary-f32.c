/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/math-f32.h"

#define BINARY(function, name, onnx, flags, low, high, formula, value, ...) \
  REEL_F32_BINARY (binary_##name##_f32, , value)
#include "kernels/binary-table.h"

REEL_F32_BINARY (binary_add_scaled_f32,
                 const F32 factor = f32_splat ((gfloat) parameters[0]);,
                 a + factor * b)
