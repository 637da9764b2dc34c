/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernels/loops.h"
#include "kernels/row-exp.h"

/* Cross entropy of rows of logits x against the target p, probabilities or 1 at one
 * class: -Σ p log softmax x, and c (softmax x Σ p - p). A probability of 0 absorbs. */

/* Logits that are looked at together */
#define BLOCK 512

REEL_SUM_ROW (f32_sum_row, F32, F32Sums, f32, gfloat, F32_LANES, nothing, x)
REEL_SUM_ROW (f64_sum_row, F64, F64Sums, f64, gdouble, F64_LANES, nothing, x)
REEL_SUM_ROW (f32_dot_row, F32, F32Sums, f32, gfloat, F32_LANES, nothing,
              f32_keep (f32_not_equal (y, f32_splat (0.0f)), x * y))
REEL_SUM_ROW (f64_dot_row, F64, F64Sums, f64, gdouble, F64_LANES, nothing,
              f64_select (f64_not_equal (y, f64_splat (0.0)), x * y, f64_splat (0.0)))

#define CROSS_ENTROPY(prefix, type) \
  /* -log softmax x = (max - x) + log_sum */ \
  static gdouble \
  prefix##_row_loss (gint64 n, const type *x, type max, gdouble log_sum, const type *p) \
  { \
    _Alignas (64) type block[BLOCK]; \
    const type rest = (type) log_sum; \
    gdouble loss = 0.0; \
    for (gint64 i = 0; i < n; i += BLOCK) \
      { \
        const gint64 count = MIN (BLOCK, n - i); \
        for (gint64 j = 0; j < count; j++) \
          block[j] = (max - x[i + j]) + rest; \
        loss += (gdouble) prefix##_dot_row (block, p + i, count, 0); \
      } \
    return loss; \
  } \
  \
  static gdouble \
  prefix##_settled_loss (gint64 n, const type *x, type max, gint64 index, const type *p) \
  { \
    const type share = prefix##_settled_share (x, n, TRUE); \
    const type least = -(type) INFINITY; \
    gdouble loss = 0.0; \
    if (p == NULL) \
      return -(gdouble) prefix##_settled (x[index], max, share, least); \
    for (gint64 i = 0; i < n; i++) \
      if (p[i] != 0) \
        loss -= (gdouble) (p[i] * prefix##_settled (x[i], max, share, least)); \
    return loss; \
  } \
  \
  void \
  REEL_LOOP (cross_entropy_##prefix) REEL_CROSS_ENTROPY_SIGNATURE \
  { \
    const type *x = x_data; \
    const type *p = probabilities; \
    type *losses = losses_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n, p = p == NULL ? NULL : p + n) \
      { \
        const type max = prefix##_max_row (x, n); \
        const gint64 index = p == NULL ? indices[row] : 0; \
        gdouble log_sum; \
        if (!isfinite (max)) \
          { \
            losses[row] = (type) prefix##_settled_loss (n, x, max, index, p); \
            continue; \
          } \
        log_sum = log1p ((gdouble) prefix##_rest_row (x, n, max, NULL)); \
        losses[row] = (type) (p == NULL ? ((gdouble) max - (gdouble) x[index]) + log_sum \
                                        : prefix##_row_loss (n, x, max, log_sum, p)); \
      } \
  } \
  \
  /* From exp (x - max) in `out`. 1 - softmax x is made of all the others. */ \
  REEL_INLINE void \
  prefix##_index_slope (gint64 n, gdouble rest, gint64 index, gboolean is_max, gdouble c, \
                        type *out) \
  { \
    const type scale = (type) (c / (1.0 + rest)); \
    const gdouble others = is_max ? rest : 1.0 + (rest - (gdouble) out[index]); \
    for (gint64 i = 0; i < n; i++) \
      out[i] *= scale; \
    out[index] = (type) (-c * (others / (1.0 + rest))); \
  } \
  \
  REEL_INLINE void \
  prefix##_probability_slope (gint64 n, const type *x, type max, gdouble rest, const type *p, \
                              gdouble c, type *out) \
  { \
    const type sum = prefix##_sum_row (p, p, n, 0); \
    const type scale = (type) (1.0 / (1.0 + rest)); \
    const type others = (type) (rest / (1.0 + rest)); \
    const type factor = (type) c; \
    REEL_INDEPENDENT \
    for (gint64 i = 0; i < n; i++) \
      { \
        const type s = out[i] * scale; \
        const type at_max = s * (sum - p[i]) - others * p[i]; \
        const type below = s * sum - p[i]; \
        out[i] = factor * (x[i] == max ? at_max : below); \
      } \
  } \
  \
  static void \
  prefix##_settled_slope (gint64 n, const type *x, type max, gint64 index, const type *p, \
                          gdouble c, type *out) \
  { \
    const type sum = p == NULL ? 1 : prefix##_sum_row (p, p, n, 0); \
    prefix##_settled_row (x, n, max, FALSE, out); \
    for (gint64 i = 0; i < n; i++) \
      out[i] = (type) c * (out[i] * sum - (p != NULL ? p[i] : i == index ? 1 : 0)); \
  } \
  \
  void \
  REEL_LOOP (cross_entropy_slope_##prefix) REEL_CROSS_ENTROPY_SLOPE_SIGNATURE \
  { \
    const type *x = x_data; \
    const type *p = probabilities; \
    const type *cotangent = cotangent_data; \
    type *out = out_data; \
    for (gint64 row = 0; row < n_rows; row++, x += n, out += n, p = p == NULL ? NULL : p + n) \
      { \
        const gdouble c = (gdouble) cotangent[row * cotangent_stride] / divisor; \
        const gint64 index = p == NULL ? indices[row] : 0; \
        type max; \
        gdouble rest; \
        if (c == 0.0) \
          { \
            memset (out, 0, (gsize) n * sizeof (type)); \
            continue; \
          } \
        max = prefix##_max_row (x, n); \
        if (!isfinite (max)) \
          { \
            prefix##_settled_slope (n, x, max, index, p, c, out); \
            continue; \
          } \
        rest = (gdouble) prefix##_rest_row (x, n, max, out); \
        if (p == NULL) \
          prefix##_index_slope (n, rest, index, x[index] == max, c, out); \
        else \
          prefix##_probability_slope (n, x, max, rest, p, c, out); \
      } \
  }

CROSS_ENTROPY (f32, gfloat)
CROSS_ENTROPY (f64, gdouble)
