/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A function under check, and its value, vjp, jvp and differences at a point. */

#include "grad/grad-private.h"

typedef struct
{
  ReelFunction function;
  gpointer user_data;
  gdouble step;
  gdouble tolerance;
  guint64 random;
  ReelTape *tape;

  guint n_inputs;
  ReelTensor **given;           /* views of the caller's */
  ReelTensor **copies;          /* copies of what is varied, else views */
  guint n_varied;
  guint *varied;                /* their numbers */
  ReelTensor **at;              /* those of `given` */
  gsize n_in;                   /* elements in all of them */

  guint output_rank;
  gint64 output_shape[REEL_MAX_AXES];
  gsize n_out;
} ReelCheck;

static inline gsize
_reel_check_n_elements (const ReelTensor *tensor)
{
  return (gsize) tensor->n_elements;
}

/* Directions: the same in every run, and no element near 0, which would hide what
 * it is multiplied with. */
void _reel_check_fill (ReelCheck *check,
                       gsize      n,
                       gdouble   *values);

gdouble _reel_check_dot (gsize          n,
                         const gdouble *a,
                         const gdouble *b);

/* Arrays of tensors that may be NULL */
void _reel_check_unref (guint        n,
                        ReelTensor **tensors);

/* A leaf of that shape. */
ReelTensor *_reel_check_leaf (guint          rank,
                              const gint64  *shape,
                              gsize          n,
                              const gdouble *values,
                              GError       **error);

gboolean _reel_check_read (ReelTensor *tensor,
                           gdouble    *values,
                           GError    **error);

/* The function's value, recorded on the tape, which is reset before; NULL with an
 * error. */
ReelTensor *_reel_check_call (ReelCheck         *check,
                              ReelTensor *const *inputs,
                              GError           **error);

gboolean _reel_check_evaluate (ReelCheck         *check,
                               ReelTensor *const *inputs,
                               gdouble           *values,
                               GError           **error);

/* Jᵀ c, where y was computed of `inputs`: all varied inputs' elements behind each
 * other. */
gboolean _reel_check_pull (ReelCheck         *check,
                           ReelTensor        *y,
                           ReelTensor *const *inputs,
                           const gdouble     *c,
                           gdouble           *result,
                           GError           **error);

/* J t for a tangent t of `n` of the varied inputs, from number `first` on. */
gboolean _reel_check_push (ReelCheck     *check,
                           ReelTensor    *y,
                           guint          first,
                           guint          n,
                           const gdouble *t,
                           gdouble       *result,
                           GError       **error);

/* Computes some numbers of what `copies` hold now. */
typedef gboolean (*ReelCheckFunc) (ReelCheck *check,
                                   gpointer   data,
                                   gdouble   *values,
                                   GError   **error);

/* The central difference quotients of `n` numbers along each element of the varied
 * inputs, behind each other. */
gboolean _reel_check_difference (ReelCheck    *check,
                                 ReelCheckFunc func,
                                 gpointer      data,
                                 gsize         n,
                                 gdouble      *quotients,
                                 GError      **error);
