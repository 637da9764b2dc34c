/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-integer.h"

#define CAST(from, from_type, to, to_type, expression) \
  void \
  REEL_LOOP (cast_##from##_##to) REEL_CAST_SIGNATURE \
  { \
    const from_type *x_from = x_data; \
    to_type *y_to = y_data; \
    REEL_INDEPENDENT \
    for (gint64 i = 0; i < n; i++) \
      { \
        const from_type x = x_from[i]; \
        y_to[i] = (to_type) (expression); \
      } \
  }

/* Exact as f64, so that one saturating conversion serves both */
#define FROM_FLOAT(name, type) \
  CAST (name, type, f32, gfloat, x) \
  CAST (name, type, f64, gdouble, x) \
  CAST (name, type, i32, gint32, i32_from_f64 ((gdouble) x)) \
  CAST (name, type, i64, gint64, i64_from_f64 ((gdouble) x)) \
  CAST (name, type, u8, guint8, u8_from_f64 ((gdouble) x)) \
  CAST (name, type, bool, guint8, x != 0)

/* A narrower integer keeps the low bits. */
#define FROM_INTEGER(name, type) \
  CAST (name, type, f32, gfloat, x) \
  CAST (name, type, f64, gdouble, x) \
  CAST (name, type, i32, gint32, x) \
  CAST (name, type, i64, gint64, x) \
  CAST (name, type, u8, guint8, x) \
  CAST (name, type, bool, guint8, x != 0)

REEL_FLOAT_TYPES (FROM_FLOAT)
REEL_INTEGER_TYPES (FROM_INTEGER)
FROM_INTEGER (bool, guint8)

#define SELECT(size, type) \
  REEL_INLINE void \
  select_##size##_run (gint64 n, const guint8 *condition, gboolean condition_moves, \
                       const type *a, gboolean a_moves, const type *b, gboolean b_moves, \
                       type *to) \
  { \
    const guint8 condition_first = condition[0]; \
    const type a_first = a[0]; \
    const type b_first = b[0]; \
    REEL_INDEPENDENT \
    for (gint64 i = 0; i < n; i++) \
      { \
        const type if_true = a_moves ? a[i] : a_first; \
        const type if_false = b_moves ? b[i] : b_first; \
        to[i] = (condition_moves ? condition[i] : condition_first) ? if_true : if_false; \
      } \
  } \
  void \
  REEL_LOOP (select_##size) REEL_SELECT_SIGNATURE \
  { \
    if (n <= 0) \
      return; \
    if (condition_stride == 0) \
      select_##size##_run (n, condition, FALSE, a_data, a_stride != 0, b_data, b_stride != 0, \
                           out_data); \
    else if (a_stride != 0 && b_stride != 0) \
      select_##size##_run (n, condition, TRUE, a_data, TRUE, b_data, TRUE, out_data); \
    else if (a_stride != 0) \
      select_##size##_run (n, condition, TRUE, a_data, TRUE, b_data, FALSE, out_data); \
    else if (b_stride != 0) \
      select_##size##_run (n, condition, TRUE, a_data, FALSE, b_data, TRUE, out_data); \
    else \
      select_##size##_run (n, condition, TRUE, a_data, FALSE, b_data, FALSE, out_data); \
  }

SELECT (1, guint8)
SELECT (4, guint32)
SELECT (8, guint64)
