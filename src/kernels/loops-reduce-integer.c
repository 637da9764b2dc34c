/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/scalar-integer.h"

#define EACH_ROW(name, from_type, to_type, prepare, step, result) \
  void \
  REEL_LOOP (reduce_##name) REEL_REDUCE_SIGNATURE \
  { \
    const from_type *x = x_data; \
    to_type *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      { \
        prepare \
        for (gint64 i = 0; i < n; i++) \
          step \
        out[row] = (to_type) (result); \
      } \
  }

/* Wrapping, so in unsigned; conversion to it extends the sign. */
#define SUM_LOOPS(name, type) \
  EACH_ROW (sum_##name, type, gint64, guint64 total = 0;, total += (guint64) x[i];, total) \
  EACH_ROW (prod_##name, type, gint64, guint64 total = 1;, total *= (guint64) x[i];, total)

SUM_LOOPS (i32, gint32)
SUM_LOOPS (i64, gint64)
SUM_LOOPS (u8, guint8)
SUM_LOOPS (bool, guint8)

#define EXTREME_LOOPS(name, type, least, most) \
  EACH_ROW (amax_##name, type, type, type extreme = least;, \
            extreme = x[i] > extreme ? x[i] : extreme;, extreme) \
  EACH_ROW (amin_##name, type, type, type extreme = most;, \
            extreme = x[i] < extreme ? x[i] : extreme;, extreme) \
  EACH_ROW (argmax_##name, type, gint64, gint64 at = 0;, \
            at = x[i] > x[at] ? i : at;, at) \
  EACH_ROW (argmin_##name, type, gint64, gint64 at = 0;, \
            at = x[i] < x[at] ? i : at;, at)

EXTREME_LOOPS (i32, gint32, G_MININT32, G_MAXINT32)
EXTREME_LOOPS (i64, gint64, G_MININT64, G_MAXINT64)
EXTREME_LOOPS (u8, guint8, 0, G_MAXUINT8)
EXTREME_LOOPS (bool, guint8, 0, 1)

/* In runs: each has no branch, and the answer may come before the row ends. */
#define RUN 256
#define ANY_LOOPS(name, type) \
  REEL_INLINE gboolean \
  name##_has (const type *x, gint64 n, gboolean wanted) \
  { \
    for (gint64 i = 0; i < n; i += RUN) \
      { \
        const gint64 end = MIN (i + RUN, n); \
        guint8 found = 0; \
        for (gint64 j = i; j < end; j++) \
          found |= (guint8) ((x[j] != 0) == wanted); \
        if (found) \
          return TRUE; \
      } \
    return FALSE; \
  } \
  void \
  REEL_LOOP (reduce_any_##name) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    guint8 *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      out[row] = (guint8) name##_has (x, n, TRUE); \
  } \
  void \
  REEL_LOOP (reduce_all_##name) REEL_REDUCE_SIGNATURE \
  { \
    const type *x = x_data; \
    guint8 *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n) \
      out[row] = (guint8) !name##_has (x, n, FALSE); \
  }

REEL_ALL_TYPES (ANY_LOOPS)
