/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every op must compute, as plainly as it can be said: loops over doubles,
 * written apart from the library's own. The generic test fails for an op that has
 * none here, or registered none. */

#include <reel/reel.h>

typedef struct
{
  ReelDType dtype;
  guint rank;                   /* G_MAXUINT: left out */
  gint64 shape[REEL_MAX_AXES];
  gint64 n;
  gdouble *values;              /* row-major; integers and bool as numbers */
} RefArray;

typedef struct
{
  const gchar *name;
  const RefArray *inputs;
  guint n_inputs;
  gconstpointer attributes;
  RefArray *outputs;            /* to be filled by ref_output () */
  guint n_outputs;
} RefCall;

typedef void (*RefFunc) (RefCall *call);

/* FALSE where the reference refused. */
gboolean ref_run (RefFunc  func,
                  RefCall *call);

/* What inputs have to fulfil, or the op has to refuse them. Does not come back where
 * it does not hold. */
void ref_require (gboolean holds);

void ref_require_same_shape (const RefArray *x,
                             const RefArray *y);


typedef struct
{
  const gchar *name;
  RefFunc func;
} Reference;

/* Lists that end in a NULL name */
extern const Reference ref_elementwise[];
extern const Reference ref_shapes[];
extern const Reference ref_indexing[];
extern const Reference ref_reductions[];
extern const Reference ref_products[];
extern const Reference ref_parts[];

/* NULL where there is none */
RefFunc ref_lookup (const gchar *name);

/* For ops that a test registers itself. */
void ref_register (const Reference *reference);

/* Makes room for an output; returns its values, all 0. */
gdouble *ref_output (RefCall      *call,
                     guint         k,
                     ReelDType     dtype,
                     guint         rank,
                     const gint64 *shape);

void ref_array_clear (RefArray *array);

/* The next position in row-major order; FALSE behind the last. */
gboolean ref_next (guint         rank,
                   const gint64 *shape,
                   gint64       *at);

/* Where a position lies in row-major order. */
gint64 ref_flat (guint         rank,
                 const gint64 *shape,
                 const gint64 *at);

/* The element of x that broadcasts to position `at` of a result of rank `rank`. */
gdouble ref_broadcast (const RefArray *x,
                       guint           rank,
                       const gint64   *at);

/* The shape that two broadcast to, by NumPy's rule. */
void ref_broadcast_shape (guint        *rank,
                          gint64       *shape,
                          const RefArray *x);

gint64 ref_count (guint         rank,
                  const gint64 *shape);
