/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <math.h>
#include <string.h>

/* Products of matrices, and losses over classes. */

/* A vector as a matrix of one row or one column */
static RefArray
as_matrix (const RefArray *x,
           gboolean        is_left)
{
  RefArray matrix = *x;

  if (x->rank == 1)
    {
      matrix.rank = 2;
      matrix.shape[0] = is_left ? 1 : x->shape[0];
      matrix.shape[1] = is_left ? x->shape[0] : 1;
    }
  return matrix;
}

static void
matmul (RefCall *call)
{
  const RefArray a = as_matrix (&call->inputs[0], TRUE);
  const RefArray b = as_matrix (&call->inputs[1], FALSE);
  const gint64 m = a.shape[a.rank - 2], k = a.shape[a.rank - 1], n = b.shape[b.rank - 1];
  RefArray a_batch = a, b_batch = b;
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  gint64 result[REEL_MAX_AXES];
  guint n_batch = 0, rank;
  gint64 n_batches;
  gdouble *y;

  ref_require (call->inputs[0].rank >= 1 && call->inputs[1].rank >= 1);
  ref_require (b.shape[b.rank - 2] == k);
  a_batch.rank -= 2;
  b_batch.rank -= 2;
  ref_broadcast_shape (&n_batch, shape, &a_batch);
  ref_broadcast_shape (&n_batch, shape, &b_batch);
  n_batches = ref_count (n_batch, shape);
  memcpy (result, shape, n_batch * sizeof (gint64));
  rank = n_batch;
  if (call->inputs[0].rank > 1)
    result[rank++] = m;
  if (call->inputs[1].rank > 1)
    result[rank++] = n;
  y = ref_output (call, 0, a.dtype, rank, result);
  for (gint64 batch = 0; batch < n_batches; batch++)
    {
      gint64 row[REEL_MAX_AXES], column[REEL_MAX_AXES];

      memcpy (row, at, sizeof row);
      memcpy (column, at, sizeof column);
      for (gint64 i = 0; i < m; i++)
        for (gint64 j = 0; j < n; j++)
          for (gint64 l = 0; l < k; l++)
            {
              row[n_batch] = i;
              row[n_batch + 1] = column[n_batch] = l;
              column[n_batch + 1] = j;
              /* batch axes broadcast; axes of matrices are in range anyway */
              y[(batch * m + i) * n + j] += ref_broadcast (&a, n_batch + 2, row) *
                                            ref_broadcast (&b, n_batch + 2, column);
            }
      (void) ref_next (n_batch, shape, at);
    }
}

static void
linear (RefCall *call)
{
  const RefArray *x = &call->inputs[0], *weight = &call->inputs[1], *bias = &call->inputs[2];
  const gint64 n = weight->shape[0], k = weight->shape[1];
  const gint64 n_rows = ref_count (x->rank - 1, x->shape);
  gint64 shape[REEL_MAX_AXES];
  gdouble *y;

  ref_require (weight->rank == 2 && x->rank >= 1 && x->shape[x->rank - 1] == k);
  ref_require (bias->rank == G_MAXUINT || (bias->rank == 1 && bias->shape[0] == n));
  memcpy (shape, x->shape, sizeof shape);
  shape[x->rank - 1] = n;
  y = ref_output (call, 0, x->dtype, x->rank, shape);
  for (gint64 row = 0; row < n_rows; row++)
    for (gint64 j = 0; j < n; j++)
      {
        gdouble total = bias->rank == G_MAXUINT ? 0 : bias->values[j];

        for (gint64 l = 0; l < k; l++)
          total += x->values[row * k + l] * weight->values[j * k + l];
        y[row * n + j] = total;
      }
}

/* Losses. Rows are all axes but the last, the classes. */

enum { NONE, MEAN, SUM };

typedef struct
{
  guint32 reduction;
  gint32 padding;
  gint64 n_classes;
} Loss;

/* Classes are indices of all axes but the last, probabilities have x's shape. */
static void
require_target (const RefArray *x,
                const RefArray *target)
{
  RefArray rows = *x;

  ref_require (x->rank >= 1);
  rows.rank -= target->dtype == REEL_I64 ? 1 : 0;
  ref_require_same_shape (&rows, target);
  for (gint64 i = 0; target->dtype == REEL_I64 && i < target->n; i++)
    ref_require (target->values[i] >= 0 &&
                 target->values[i] < (gdouble) x->shape[x->rank - 1]);
}

/* The probability that a target gives class `i` of a row */
static gdouble
probability (const RefArray *target,
             gint64          row,
             gint64          i,
             gint64          n_classes)
{
  if (target->dtype == REEL_I64)
    return target->values[row] == (gdouble) i ? 1 : 0;
  return target->values[row * n_classes + i];
}

static gdouble
log_sum (const RefArray *x,
         gint64          row,
         gint64          n_classes)
{
  gdouble total = 0;

  for (gint64 i = 0; i < n_classes; i++)
    total += exp (x->values[row * n_classes + i]);
  return log (total);
}

/* -Σ p x, or -Σ p log softmax x */
static void
loss (RefCall *call)
{
  const Loss *attributes = call->attributes;
  const RefArray *x = &call->inputs[0], *target = &call->inputs[1];
  const gint64 n = x->shape[x->rank - 1];
  const gint64 n_rows = ref_count (x->rank - 1, x->shape);
  const gboolean normalize = g_str_equal (call->name, "cross_entropy");
  gdouble *y = ref_output (call, 0, x->dtype, attributes->reduction == NONE ? x->rank - 1 : 0,
                           x->shape);

  require_target (x, target);
  for (gint64 row = 0; row < n_rows; row++)
    for (gint64 i = 0; i < n; i++)
      {
        gdouble log_p = x->values[row * n + i] - (normalize ? log_sum (x, row, n) : 0);

        y[attributes->reduction == NONE ? row : 0] -= probability (target, row, i, n) * log_p;
      }
  if (attributes->reduction == MEAN)
    y[0] /= (gdouble) n_rows;
}

/* What one row's loss weighs in the result, with the cotangent; of several cotangents
 * stacked along leading axes, the first of number `which` */
static gdouble
row_cotangent (const RefArray *c,
               const Loss     *attributes,
               gint64          which,
               gint64          row,
               gint64          n_rows)
{
  if (attributes->reduction == NONE)
    return c->values[which * n_rows + row];
  return c->values[which] / (attributes->reduction == MEAN ? (gdouble) n_rows : 1);
}

/* Of x's shape behind the leading axes of stacked cotangents. Returns how many. */
static gint64
stacked_output (RefCall      *call,
                const Loss   *attributes,
                guint         rank,
                const gint64 *x_shape)
{
  const RefArray *c = &call->inputs[0];
  guint expected = attributes->reduction == NONE ? rank - 1 : 0;
  gint64 shape[REEL_MAX_AXES];
  guint extra;

  ref_require (c->rank >= expected);
  extra = c->rank - expected;
  ref_require (extra + rank <= REEL_MAX_RANK);
  for (guint i = 0; i < expected; i++)
    ref_require (c->shape[extra + i] == x_shape[i]);
  memcpy (shape, c->shape, extra * sizeof (gint64));
  memcpy (shape + extra, x_shape, rank * sizeof (gint64));
  (void) ref_output (call, 0, c->dtype, extra + rank, shape);
  return ref_count (extra, shape);
}

static void
nll_backward (RefCall *call)
{
  const Loss *attributes = call->attributes;
  const RefArray *c = &call->inputs[0], *target = &call->inputs[1];
  const gint64 n = attributes->n_classes;
  gint64 shape[REEL_MAX_AXES], n_stacked;

  for (gint64 row = 0; row < target->n; row++)
    ref_require (target->values[row] < (gdouble) n);
  memcpy (shape, target->shape, sizeof shape);
  shape[target->rank] = n;
  n_stacked = stacked_output (call, attributes, target->rank + 1, shape);
  for (gint64 i = 0; i < n_stacked; i++)
    for (gint64 row = 0; row < target->n; row++)
      call->outputs[0].values[(i * target->n + row) * n + (gint64) target->values[row]] =
        -row_cotangent (c, attributes, i, row, target->n);
}

static void
cross_entropy_backward (RefCall *call)
{
  const RefArray *c = &call->inputs[0], *x = &call->inputs[1], *target = &call->inputs[2];
  gint64 n, n_rows, n_stacked;

  require_target (x, target);
  n = x->shape[x->rank - 1];
  n_rows = ref_count (x->rank - 1, x->shape);
  n_stacked = stacked_output (call, call->attributes, x->rank, x->shape);
  for (gint64 k = 0; k < n_stacked * n_rows; k++)
    {
      gint64 row = k % n_rows;
      gdouble total = 0;

      for (gint64 i = 0; i < n; i++)
        total += probability (target, row, i, n);
      for (gint64 i = 0; i < n; i++)
        call->outputs[0].values[k * n + i] =
          row_cotangent (c, call->attributes, k / n_rows, row, n_rows) *
          (exp (x->values[row * n + i] - log_sum (x, row, n)) * total -
           probability (target, row, i, n));
    }
}

const Reference ref_products[] = {
  { "matmul", matmul }, { "linear", linear }, { "nll", loss }, { "cross_entropy", loss },
  { "nll_backward", nll_backward }, { "cross_entropy_backward", cross_entropy_backward },
  { NULL, NULL }
};
