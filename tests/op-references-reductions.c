/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-references.h"

#include <math.h>
#include <string.h>

/* Ops that work along axes. The attributes begin with the axes, from the end. */

typedef struct
{
  guint32 n;
  gint32 keep;
  gint32 axes[REEL_MAX_AXES];
} Axes;

typedef struct
{
  Axes axes;
  gdouble correction;
} Var;

typedef struct
{
  Axes axes;
  gint32 is_minimum;
} Extreme;

/* Where the elements of each row lie in the row-major whole. */
typedef struct
{
  gint64 n_rows;
  gint64 n;
  gint64 *places;               /* n of each row */
} Rows;

static gboolean
is_reduced (const Axes *axes,
            guint       axis,
            guint       rank)
{
  gboolean found = FALSE;

  for (guint i = 0; i < axes->n; i++)
    {
      gint32 number = axes->axes[i] + (gint32) rank;

      ref_require (number >= 0 && number < (gint32) rank);
      found |= number == (gint32) axis;
    }
  return found;
}

static void
rows_init (Rows           *rows,
           const RefArray *x,
           const Axes     *axes)
{
  gint64 at[REEL_MAX_AXES] = { 0 };
  g_autofree gint64 *filled = NULL;

  rows->n_rows = rows->n = 1;
  for (guint i = 0; i < x->rank; i++)
    *(is_reduced (axes, i, x->rank) ? &rows->n : &rows->n_rows) *= x->shape[i];
  rows->places = g_new (gint64, (gsize) (rows->n_rows * rows->n) + 1);
  filled = g_new0 (gint64, (gsize) rows->n_rows + 1);
  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 row = 0;

      for (guint k = 0; k < x->rank; k++)
        if (!is_reduced (axes, k, x->rank))
          row = row * x->shape[k] + at[k];
      rows->places[row * rows->n + filled[row]++] = i;
      (void) ref_next (x->rank, x->shape, at);
    }
}

static gdouble
element (const Rows     *rows,
         const RefArray *x,
         gint64          row,
         gint64          i)
{
  ref_require (i < rows->n);
  return x->values[rows->places[row * rows->n + i]];
}

static gdouble *
reduced_output (RefCall    *call,
                ReelDType   dtype,
                const Axes *axes)
{
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES];
  guint rank = 0;

  for (guint i = 0; i < x->rank; i++)
    if (!is_reduced (axes, i, x->rank))
      shape[rank++] = x->shape[i];
    else if (axes->keep)
      shape[rank++] = 1;
  return ref_output (call, 0, dtype, rank, shape);
}

/* Reductions: of each row's numbers one */
typedef gdouble (*RowFunc) (const Rows     *rows,
                            const RefArray *x,
                            gint64          row);

static void
reduce (RefCall  *call,
        ReelDType dtype,
        RowFunc   func)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y = reduced_output (call, dtype, call->attributes);
  Rows rows;

  rows_init (&rows, x, call->attributes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    y[row] = func (&rows, x, row);
  g_free (rows.places);
}

static gdouble
row_sum (const Rows     *rows,
         const RefArray *x,
         gint64          row)
{
  gdouble total = 0;

  for (gint64 i = 0; i < rows->n; i++)
    total += element (rows, x, row, i);
  return total;
}

static gdouble
row_mean (const Rows     *rows,
          const RefArray *x,
          gint64          row)
{
  return row_sum (rows, x, row) / (gdouble) rows->n;
}

static gdouble
row_prod (const Rows     *rows,
          const RefArray *x,
          gint64          row)
{
  gdouble product = 1;

  for (gint64 i = 0; i < rows->n; i++)
    product *= element (rows, x, row, i);
  return product;
}

static gdouble
row_argmax (const Rows     *rows,
            const RefArray *x,
            gint64          row)
{
  gint64 best = 0;

  for (gint64 i = 1; i < rows->n; i++)
    if (element (rows, x, row, i) > element (rows, x, row, best))
      best = i;
  return (gdouble) best;
}

static gdouble
row_argmin (const Rows     *rows,
            const RefArray *x,
            gint64          row)
{
  gint64 best = 0;

  for (gint64 i = 1; i < rows->n; i++)
    if (element (rows, x, row, i) < element (rows, x, row, best))
      best = i;
  return (gdouble) best;
}

static gdouble
row_amax (const Rows     *rows,
          const RefArray *x,
          gint64          row)
{
  return element (rows, x, row, (gint64) row_argmax (rows, x, row));
}

static gdouble
row_amin (const Rows     *rows,
          const RefArray *x,
          gint64          row)
{
  return element (rows, x, row, (gint64) row_argmin (rows, x, row));
}

static gdouble
row_logsumexp (const Rows     *rows,
               const RefArray *x,
               gint64          row)
{
  gdouble total = 0;

  for (gint64 i = 0; i < rows->n; i++)
    total += exp (element (rows, x, row, i));
  return log (total);
}

static gdouble
row_any (const Rows     *rows,
         const RefArray *x,
         gint64          row)
{
  gboolean any = FALSE;

  for (gint64 i = 0; i < rows->n; i++)
    any |= element (rows, x, row, i) != 0;
  return any;
}

static gdouble
row_all (const Rows     *rows,
         const RefArray *x,
         gint64          row)
{
  gboolean all = TRUE;

  for (gint64 i = 0; i < rows->n; i++)
    all &= element (rows, x, row, i) != 0;
  return all;
}

static void
sum (RefCall *call)
{
  ReelDType dtype = call->inputs[0].dtype;

  reduce (call, reel_dtype_is_floating (dtype) ? dtype : REEL_I64, row_sum);
}

static void
prod (RefCall *call)
{
  ReelDType dtype = call->inputs[0].dtype;

  reduce (call, reel_dtype_is_floating (dtype) ? dtype : REEL_I64, row_prod);
}

#define REDUCTION(name, dtype) \
  static void \
  name (RefCall *call) \
  { \
    reduce (call, dtype, row_##name); \
  }

REDUCTION (mean, call->inputs[0].dtype)
REDUCTION (amax, call->inputs[0].dtype)
REDUCTION (amin, call->inputs[0].dtype)
REDUCTION (logsumexp, call->inputs[0].dtype)
REDUCTION (argmax, REEL_I64)
REDUCTION (argmin, REEL_I64)
REDUCTION (any, REEL_BOOL)
REDUCTION (all, REEL_BOOL)

static void
var (RefCall *call)
{
  const Var *attributes = call->attributes;
  const RefArray *x = &call->inputs[0];
  gdouble *y = reduced_output (call, x->dtype, &attributes->axes);
  Rows rows;

  rows_init (&rows, x, &attributes->axes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    {
      gdouble mean_of_row = row_mean (&rows, x, row), squares = 0;
      gdouble freedom = (gdouble) rows.n - attributes->correction;

      for (gint64 i = 0; i < rows.n; i++)
        squares += pow (element (&rows, x, row, i) - mean_of_row, 2);
      y[row] = freedom > 0 ? squares / freedom : (gdouble) NAN;
    }
  g_free (rows.places);
}

/* Ops that give each row a row */

static gdouble *
same_output (RefCall *call)
{
  const RefArray *x = &call->inputs[0];

  return ref_output (call, 0, x->dtype, x->rank, x->shape);
}

static void
softmax (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gboolean is_log = g_str_equal (call->name, "log_softmax");
  gdouble *y = same_output (call);
  Rows rows;

  rows_init (&rows, x, call->attributes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    {
      gdouble norm = row_logsumexp (&rows, x, row);

      for (gint64 i = 0; i < rows.n; i++)
        {
          gdouble log_p = element (&rows, x, row, i) - norm;

          y[rows.places[row * rows.n + i]] = is_log ? log_p : exp (log_p);
        }
    }
  g_free (rows.places);
}

static void
softmax_backward (RefCall *call)
{
  const RefArray *c = &call->inputs[0], *y = &call->inputs[1];
  gboolean is_log = g_str_equal (call->name, "log_softmax_backward");
  gdouble *z = same_output (call);
  Rows rows;

  ref_require_same_shape (c, y);
  rows_init (&rows, c, call->attributes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    {
      gdouble total = 0, sum = 0;

      for (gint64 i = 0; i < rows.n; i++)
        {
          total += element (&rows, c, row, i) * (is_log ? 1 : element (&rows, y, row, i));
          sum += element (&rows, y, row, i);
        }
      for (gint64 i = 0; i < rows.n; i++)
        {
          gdouble ci = element (&rows, c, row, i), yi = element (&rows, y, row, i);

          z[rows.places[row * rows.n + i]] = is_log ? ci - exp (yi) * total
                                                    : yi * (ci * sum - total);
        }
    }
  g_free (rows.places);
}

static void
deviations (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y = same_output (call);
  Rows rows;

  rows_init (&rows, x, call->attributes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    for (gint64 i = 0; i < rows.n; i++)
      y[rows.places[row * rows.n + i]] = element (&rows, x, row, i) -
                                         row_mean (&rows, x, row);
  g_free (rows.places);
}

static void
extreme_weights (RefCall *call)
{
  const Extreme *extreme = call->attributes;
  const RefArray *x = &call->inputs[0];
  gdouble *y = same_output (call);
  Rows rows;

  rows_init (&rows, x, &extreme->axes);
  for (gint64 row = 0; row < rows.n_rows && rows.n > 0; row++)
    {
      gdouble best = (extreme->is_minimum ? row_amin : row_amax) (&rows, x, row);
      gint64 count = 0;

      for (gint64 i = 0; i < rows.n; i++)
        count += element (&rows, x, row, i) == best;
      for (gint64 i = 0; i < rows.n; i++)
        y[rows.places[row * rows.n + i]] = element (&rows, x, row, i) == best
                                           ? 1 / (gdouble) count : 0;
    }
  g_free (rows.places);
}

/* Each of the factors t₁ ... tₘ takes one place of the row, another one each; the
 * other places but `without` have x. */
static gboolean
is_taken (gint64        place,
          const gint64 *taken,
          guint         n_taken)
{
  for (guint i = 0; i < n_taken; i++)
    if (taken[i] == place)
      return TRUE;
  return FALSE;
}

/* `taken`: the place left out, and those of the factors before this one */
static gdouble
choose_places (const RefCall *call,
               const Rows    *rows,
               gint64         row,
               gint64        *taken,
               guint          factor)
{
  gdouble total = 0;

  if (factor == call->n_inputs)
    {
      total = 1;
      for (gint64 i = 0; i < rows->n; i++)
        if (!is_taken (i, taken, factor))
          total *= element (rows, &call->inputs[0], row, i);
      return total;
    }
  for (gint64 i = 0; i < rows->n; i++)
    if (!is_taken (i, taken, factor))
      {
        taken[factor] = i;
        total += element (rows, &call->inputs[factor], row, i) *
                 choose_places (call, rows, row, taken, factor + 1);
      }
  return total;
}

static void
prod_others (RefCall *call)
{
  gdouble *y = same_output (call);
  Rows rows;

  for (guint k = 1; k < call->n_inputs; k++)
    ref_require_same_shape (&call->inputs[k], &call->inputs[0]);
  rows_init (&rows, &call->inputs[0], call->attributes);
  for (gint64 row = 0; row < rows.n_rows; row++)
    for (gint64 i = 0; i < rows.n; i++)
      {
        gint64 taken[8] = { i };

        g_assert_cmpuint (call->n_inputs, <=, G_N_ELEMENTS (taken));
        y[rows.places[row * rows.n + i]] = choose_places (call, &rows, row, taken, 1);
      }
  g_free (rows.places);
}

static void
sum_to_shape (RefCall *call)
{
  const struct
  {
    guint32 n_old;
    guint32 rank;
    gint64 shape[REEL_MAX_AXES];
  } *target = call->attributes;
  const RefArray *x = &call->inputs[0];
  gint64 shape[REEL_MAX_AXES], at[REEL_MAX_AXES] = { 0 };
  guint n_kept, rank;
  gdouble *y;

  ref_require (x->rank >= target->n_old && target->rank <= target->n_old);
  n_kept = x->rank - target->n_old;
  rank = n_kept + target->rank;
  memcpy (shape, x->shape, n_kept * sizeof (gint64));
  memcpy (shape + n_kept, target->shape, target->rank * sizeof (gint64));
  for (guint k = n_kept; k < rank; k++)
    ref_require (shape[k] == 1 || shape[k] == x->shape[x->rank - rank + k]);
  y = ref_output (call, 0, x->dtype, rank, shape);
  for (gint64 i = 0; i < x->n; i++)
    {
      gint64 place = 0;

      for (guint k = 0; k < rank; k++)
        place = place * shape[k] +
                (k < n_kept ? at[k] : shape[k] == 1 ? 0 : at[x->rank - rank + k]);
      y[place] += x->values[i];
      (void) ref_next (x->rank, x->shape, at);
    }
}

const Reference ref_reductions[] = {
  { "sum", sum }, { "mean", mean }, { "prod", prod }, { "amax", amax }, { "amin", amin },
  { "logsumexp", logsumexp }, { "any", any }, { "all", all }, { "argmax", argmax },
  { "argmin", argmin }, { "var", var }, { "softmax", softmax }, { "log_softmax", softmax },
  { "softmax_backward", softmax_backward }, { "log_softmax_backward", softmax_backward },
  { "deviations", deviations }, { "extreme_weights", extreme_weights },
  { "prod_others", prod_others }, { "sum_to_shape", sum_to_shape }, { NULL, NULL }
};
