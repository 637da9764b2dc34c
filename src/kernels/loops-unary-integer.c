/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-integer.h"

#define INTEGER_UNARY(operation, name, type, prepare, expression) \
  REEL_SCALAR_UNARY (unary_##operation##_##name, type, type, prepare, expression)

/* A parameter saturates to the tensor's dtype. */
#define INTEGER_LOOPS(name, type) \
  INTEGER_UNARY (neg, name, type, , name##_neg (x)) \
  INTEGER_UNARY (abs, name, type, , name##_abs (x)) \
  INTEGER_UNARY (sign, name, type, , name##_sign (x)) \
  INTEGER_UNARY (square, name, type, , name##_mul (x, x)) \
  INTEGER_UNARY (relu, name, type, , x > 0 ? x : 0) \
  INTEGER_UNARY (clamp, name, type, \
                 const type least = name##_from_f64 (parameters[0]); \
                 const type most = name##_from_f64 (parameters[1]);, \
                 (x < least ? least : x) > most ? most : (x < least ? least : x)) \
  INTEGER_UNARY (leaky_relu, name, type, NUMBER (name, type), x > 0 ? x : name##_mul (x, p)) \
  INTEGER_UNARY (add_scalar, name, type, NUMBER (name, type), name##_add (x, p)) \
  INTEGER_UNARY (sub_scalar, name, type, NUMBER (name, type), name##_sub (x, p)) \
  INTEGER_UNARY (mul_scalar, name, type, NUMBER (name, type), name##_mul (x, p)) \
  INTEGER_UNARY (div_scalar, name, type, NUMBER (name, type), name##_div (x, p)) \
  INTEGER_UNARY (pow_scalar, name, type, NUMBER (name, type), name##_pow (x, p)) \
  INTEGER_UNARY (maximum_scalar, name, type, NUMBER (name, type), x > p ? x : p) \
  INTEGER_UNARY (minimum_scalar, name, type, NUMBER (name, type), x < p ? x : p)
#define NUMBER(name, type) const type p = name##_from_f64 (parameters[0]);

REEL_INTEGER_TYPES (INTEGER_LOOPS)

#define LOGICAL_NOT(name, type) \
  REEL_SCALAR_UNARY (unary_logical_not_##name, type, guint8, , x == 0)

REEL_ALL_TYPES (LOGICAL_NOT)
