/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops-pow-f32.h"
#include "kernels/loops.h"
#include "kernels/scalar-integer.h"
#include "kernels/scalar-math.h"

REEL_INLINE F32
f32_maximum (F32 a, F32 b)
{
  return f32_select (f32_is_nan (a), a, f32_greater (a, b));
}

REEL_INLINE F32
f32_minimum (F32 a, F32 b)
{
  return f32_select (f32_is_nan (a), a, f32_lesser (a, b));
}

/* a == 0 ? 0 : result */
REEL_INLINE F32
f32_absorb (F32 a, F32 result)
{
  return f32_keep (f32_not_equal (a, f32_splat (0.0f)), result);
}

REEL_F32_BINARY (binary_add_f32, , a + b)
REEL_F32_BINARY (binary_sub_f32, , a - b)
REEL_F32_BINARY (binary_mul_f32, , a * b)
REEL_F32_BINARY (binary_div_f32, , a / b)
REEL_F32_BINARY (binary_pow_f32, , f32_pow (a, b))
REEL_F32_BINARY (binary_maximum_f32, , f32_maximum (a, b))
REEL_F32_BINARY (binary_minimum_f32, , f32_minimum (a, b))
REEL_F32_BINARY (binary_mul_absorb_f32, , f32_absorb (a, a * b))
REEL_F32_BINARY (binary_div_absorb_f32, , f32_absorb (a, a / b))

REEL_F32_BINARY (binary_add_scaled_f32,
                 const F32 factor = f32_splat ((gfloat) parameters[0]);,
                 a + factor * b)

#define F64_BINARY(name, expression) \
  REEL_SCALAR_BINARY (binary_##name##_f64, gdouble, gdouble, , expression)

F64_BINARY (add, a + b)
F64_BINARY (sub, a - b)
F64_BINARY (mul, a * b)
F64_BINARY (div, a / b)
F64_BINARY (pow, pow (a, b))
F64_BINARY (maximum, f64_maximum (a, b))
F64_BINARY (minimum, f64_minimum (a, b))
F64_BINARY (mul_absorb, a == 0.0 ? 0.0 : a * b)
F64_BINARY (div_absorb, a == 0.0 ? 0.0 : a / b)
REEL_SCALAR_BINARY (binary_add_scaled_f64, gdouble, gdouble,
                    const gdouble factor = parameters[0];, a + factor * b)

#define INTEGER_BINARY(operation, name, type, expression) \
  REEL_SCALAR_BINARY (binary_##operation##_##name, type, type, , expression)
#define INTEGER_LOOPS(name, type) \
  INTEGER_BINARY (add, name, type, name##_add (a, b)) \
  INTEGER_BINARY (sub, name, type, name##_sub (a, b)) \
  INTEGER_BINARY (mul, name, type, name##_mul (a, b)) \
  INTEGER_BINARY (div, name, type, name##_div (a, b)) \
  INTEGER_BINARY (pow, name, type, name##_pow (a, b)) \
  INTEGER_BINARY (maximum, name, type, a > b ? a : b) \
  INTEGER_BINARY (minimum, name, type, a < b ? a : b)

REEL_INTEGER_TYPES (INTEGER_LOOPS)
