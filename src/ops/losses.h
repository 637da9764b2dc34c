/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the losses over classes share. The classes are the last axis of the logits
 * or log-probabilities; everything before it counts as rows. */

#include "ops/ops-private.h"

typedef struct
{
  guint32 reduction;            /* a ReelReduction */
  gint32 padding;
  gint64 n_classes;             /* of nll_backward */
} ReelLoss;

extern const ReelAttribute _reel_loss_attributes[2];

gboolean _reel_loss_check_reduction (guint32  reduction,
                                     GError **error);

/* The shape of a loss of so many rows. */
void _reel_loss_shape (ReelSpec      *spec,
                       ReelDType      dtype,
                       guint          rank,
                       const gint64  *shape,
                       guint32        reduction);

/* Checks the shape of class indices against scores of classes. */
gboolean _reel_loss_check_indices (const ReelInfer *infer,
                                   guint            scores,
                                   guint            target,
                                   GError         **error);

/* Whether a cotangent of the loss fits, after any number of axes in front: these
 * are put before the rank and shape of the result. */
gboolean _reel_loss_check_cotangent (ReelInfer    *infer,
                                     guint         rank,
                                     const gint64 *rows_shape,
                                     guint         rows_rank,
                                     guint32       reduction,
                                     GError      **error);

/* The elements of an array, side by side: the array's own memory, or a copy in
 * `*workspace`, which moves behind it. _reel_loss_room is what that takes. */
gconstpointer _reel_loss_elements (const ReelArray *array,
                                   gchar          **workspace);
gsize _reel_loss_room (const ReelArray *array);

gint64 _reel_array_count (const ReelArray *array);

/* Of scores: everything but the classes. */
gint64 _reel_loss_count_rows (const ReelArray *x);

/* REEL_ERROR_INDEX where an index is no class. */
gboolean _reel_loss_check_range (const ReelArray *target,
                                 const gint64    *indices,
                                 gint64           n_classes,
                                 GError         **error);

static inline gdouble
_reel_loss_number (ReelDType     dtype,
                   gconstpointer numbers,
                   gint64        i)
{
  return dtype == REEL_F32 ? (gdouble) ((const gfloat *) numbers)[i]
                           : ((const gdouble *) numbers)[i];
}

static inline void
_reel_loss_set_number (ReelDType dtype,
                       gpointer  numbers,
                       gint64    i,
                       gdouble   number)
{
  if (dtype == REEL_F32)
    ((gfloat *) numbers)[i] = (gfloat) number;
  else
    ((gdouble *) numbers)[i] = number;
}

/* Sum or mean of the rows' losses. */
void _reel_loss_reduce (ReelDType     dtype,
                        gint64        n_rows,
                        gconstpointer losses,
                        guint32       reduction,
                        gpointer      out);

/* cross-entropy-kernels.c */
gboolean _reel_cross_entropy_kernel          (const ReelKernelCall *call,
                                              GError              **error);
gboolean _reel_cross_entropy_backward_kernel (const ReelKernelCall *call,
                                              GError              **error);
