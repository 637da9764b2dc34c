/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Arithmetic of integers of any width, which wraps: it is done unsigned, where C
 * defines that. */

#include <glib.h>

/* Unsigned types wide enough that C's promotion does not make them signed */
typedef guint32 ReelUnsigned_i32;
typedef guint64 ReelUnsigned_i64;
typedef guint32 ReelUnsigned_u8;

#define REEL_INTEGER_ARITHMETIC(name, type, is_signed, least, most) \
  static inline __attribute__ ((unused)) type \
  name##_add (type a, type b) \
  { \
    return (type) ((ReelUnsigned_##name) a + (ReelUnsigned_##name) b); \
  } \
  static inline __attribute__ ((unused)) type \
  name##_sub (type a, type b) \
  { \
    return (type) ((ReelUnsigned_##name) a - (ReelUnsigned_##name) b); \
  } \
  static inline __attribute__ ((unused)) type \
  name##_mul (type a, type b) \
  { \
    return (type) ((ReelUnsigned_##name) a * (ReelUnsigned_##name) b); \
  } \
  static inline __attribute__ ((unused)) type \
  name##_neg (type a) \
  { \
    return name##_sub (0, a); \
  } \
  static inline __attribute__ ((unused)) gboolean \
  name##_is_negative (type a) \
  { \
    return is_signed && a < (type) 1 && a != 0; \
  } \
  static inline __attribute__ ((unused)) type \
  name##_abs (type a) \
  { \
    return name##_is_negative (a) ? name##_neg (a) : a; \
  } \
  static inline __attribute__ ((unused)) type \
  name##_sign (type a) \
  { \
    return (type) ((a > 0) - name##_is_negative (a)); \
  } \
  /* By 0: 0. The least number by -1 wraps to itself. */ \
  static inline __attribute__ ((unused)) type \
  name##_div (type a, type b) \
  { \
    if (b == 0) \
      return 0; \
    if (is_signed && b == (type) -1) \
      return name##_neg (a); \
    return (type) (a / b); \
  } \
  /* What division leaves; by 0: 0 */ \
  static inline __attribute__ ((unused)) type \
  name##_fmod (type a, type b) \
  { \
    return b == 0 || (is_signed && b == (type) -1) ? 0 : (type) (a % b); \
  } \
  /* The same with the sign of b */ \
  static inline __attribute__ ((unused)) type \
  name##_remainder (type a, type b) \
  { \
    const type rest = name##_fmod (a, b); \
    return rest != 0 && name##_is_negative (rest) != name##_is_negative (b) \
           ? (type) (rest + b) : rest; \
  } \
  /* By repeated squaring; a negative power is 0 but for those of 1 and -1. */ \
  static inline __attribute__ ((unused)) type \
  name##_pow (type base, type power) \
  { \
    type result = 1; \
    if (name##_is_negative (power)) \
      { \
        if (base == 1) \
          return 1; \
        if (base == (type) -1) \
          return (type) (power % 2 == 0 ? 1 : -1); \
        return 0; \
      } \
    for (; power != 0; power = (type) (power / 2)) \
      { \
        if (power % 2 != 0) \
          result = name##_mul (result, base); \
        base = name##_mul (base, base); \
      } \
    return result; \
  } \
  /* Truncated; beyond the type its nearest value, NaN 0 */ \
  static inline __attribute__ ((unused)) type \
  name##_from_f64 (gdouble x) \
  { \
    return x != x ? 0 \
           : x <= (gdouble) least ? least \
           : x >= (gdouble) most ? most : (type) x; \
  }

REEL_INTEGER_ARITHMETIC (i32, gint32, TRUE, G_MININT32, G_MAXINT32)
REEL_INTEGER_ARITHMETIC (i64, gint64, TRUE, G_MININT64, G_MAXINT64)
REEL_INTEGER_ARITHMETIC (u8, guint8, FALSE, 0, G_MAXUINT8)
#undef REEL_INTEGER_ARITHMETIC
