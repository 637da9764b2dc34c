/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "tensor/tensor-private.h"

#include <math.h>

typedef struct
{
  gdouble relative;
  gdouble absolute;
  gboolean equal_nan;
} Tolerance;

typedef gboolean (*CompareRun) (gint64           n,
                                gconstpointer    a,
                                gint64           a_stride,
                                gconstpointer    b,
                                gint64           b_stride,
                                const Tolerance *tolerance);

/* Whether all elements compare; `run` compares a run of them. */
static gboolean
compare (ReelTensor      *a,
         ReelTensor      *b,
         CompareRun       run,
         const Tolerance *tolerance)
{
  const gint64 *strides[2] = { _reel_tensor_strides (a), _reel_tensor_strides (b) };
  gint64 size = (gint64) reel_dtype_get_size (a->dtype);
  gint64 index[REEL_MAX_AXES] = { 0 };
  gint64 offsets[REEL_LOOP_OPERANDS] = { 0 };
  ReelLoop loop;

  if (a->n_elements == 0)
    return TRUE;
  _reel_loop_init (&loop, a->rank, _reel_tensor_shape (a), 2, strides);
  for (gint64 outer = 0; outer < loop.n_outer; outer++)
    {
      guint last = loop.rank - 1;

      if (!run (loop.shape[last], (const gchar *) a->data + offsets[0] * size,
                loop.strides[0][last], (const gchar *) b->data + offsets[1] * size,
                loop.strides[1][last], tolerance))
        return FALSE;
      _reel_loop_next (&loop, index, offsets);
    }
  return TRUE;
}

static gboolean
is_comparable (ReelTensor *a,
               ReelTensor *b)
{
  /* Both, so that both are marked as observed. */
  gboolean readable = _reel_tensor_check_readable (a, NULL);

  readable &= _reel_tensor_check_readable (b, NULL);
  return readable && a->dtype == b->dtype && _reel_tensor_same_shape (a, b);
}

/* Whether |x - y| <= t + r |y|; a difference of infinities must not say so. */
static inline gboolean
is_close (gdouble          x,
          gdouble          y,
          const Tolerance *tolerance)
{
  if (x == y)
    return TRUE;
  if (isnan (x) && isnan (y))
    return tolerance->equal_nan;
  if (isinf (x) || isinf (y))
    return FALSE;
  return fabs (x - y) <= tolerance->absolute + tolerance->relative * fabs (y);
}

/* The same; as doubles, two large integers could seem equal. */
static inline gboolean
is_close_i64 (gint64           x,
              gint64           y,
              const Tolerance *tolerance)
{
  guint64 distance = x > y ? (guint64) x - (guint64) y : (guint64) y - (guint64) x;

  return (gdouble) distance <=
         tolerance->absolute + tolerance->relative * fabs ((gdouble) y);
}

#define COMPARE(name, type, expression) \
  static gboolean \
  name (gint64 n, gconstpointer a, gint64 a_stride, gconstpointer b, gint64 b_stride, \
        const Tolerance *tolerance) \
  { \
    const type *a_run = a; \
    const type *b_run = b; \
    for (gint64 i = 0; i < n; i++) \
      { \
        const type x = a_run[i * a_stride]; \
        const type y = b_run[i * b_stride]; \
        if (!(expression)) \
          return FALSE; \
      } \
    return TRUE; \
  }

COMPARE (equal_f32, gfloat, x == y)
COMPARE (equal_f64, gdouble, x == y)
COMPARE (equal_i32, gint32, x == y)
COMPARE (equal_i64, gint64, x == y)
COMPARE (equal_u8, guint8, x == y)
COMPARE (equal_bool, guint8, (x != 0) == (y != 0))

COMPARE (close_f32, gfloat, is_close ((gdouble) x, (gdouble) y, tolerance))
COMPARE (close_f64, gdouble, is_close (x, y, tolerance))
COMPARE (close_i32, gint32, is_close (x, y, tolerance))
COMPARE (close_i64, gint64, is_close_i64 (x, y, tolerance))
COMPARE (close_u8, guint8, is_close (x, y, tolerance))
COMPARE (close_bool, guint8, is_close (x != 0, y != 0, tolerance))

static const struct
{
  CompareRun equal;
  CompareRun close;
} comparisons[] = {
  [REEL_F32] = { equal_f32, close_f32 },
  [REEL_F64] = { equal_f64, close_f64 },
  [REEL_I32] = { equal_i32, close_i32 },
  [REEL_I64] = { equal_i64, close_i64 },
  [REEL_U8] = { equal_u8, close_u8 },
  [REEL_BOOL] = { equal_bool, close_bool },
};
G_STATIC_ASSERT (G_N_ELEMENTS (comparisons) == REEL_N_DTYPES);

gboolean
reel_tensor_equal (ReelTensor *a,
                   ReelTensor *b)
{
  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  return is_comparable (a, b) && compare (a, b, comparisons[a->dtype].equal, NULL);
}

gboolean
reel_tensor_all_close (ReelTensor *a,
                       ReelTensor *b,
                       gdouble     relative_tolerance,
                       gdouble     absolute_tolerance,
                       gboolean    equal_nan)
{
  Tolerance tolerance = { relative_tolerance, absolute_tolerance, equal_nan };

  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  return is_comparable (a, b) && compare (a, b, comparisons[a->dtype].close, &tolerance);
}
