/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What ops that take indices share. */

#include "base/copy.h"
#include "ops/ops-private.h"

/* Whether an input is i64; the error says so. */
gboolean _reel_check_index_dtype (const ReelInfer *infer,
                                  guint            input,
                                  GError         **error);

/* Whether all indices are within [-size, size). If not, the error tells the first
 * that is not and where it is; `axis` is for the message alone. */
gboolean _reel_check_indices (const ReelArray *index,
                              gint64           size,
                              gint             axis,
                              GError         **error);

/* Elements of a tensor found by indices, and their partners: element i.. of the
 * partner belongs to the element of `target` at i.., moved by index[i..] · jump.
 * One axis may be set apart: its elements are taken in order, by one thread, so
 * that several may meet in one place. */
typedef struct
{
  ReelDType dtype;              /* of partner and target */
  guint rank;
  const gint64 *shape;
  const gint64 *index;
  const gint64 *index_strides;
  gpointer partner;
  const gint64 *partner_strides;
  gpointer target;
  const gint64 *target_strides;
  gint64 jump;                  /* elements of target from one index to the next */
  gint64 n_indices;             /* an index below 0 counts from here */
  gint serial_axis;             /* -1: none */
} ReelIndexing;

/* partner = target[index] */
void _reel_indexing_take (const ReelIndexing *indexing);

/* target[index] += partner, of a numeric dtype; the serial axis must be such that
 * others never meet */
void _reel_indexing_add (const ReelIndexing *indexing);

/* An internal op: base with source added at a list of indices along an axis
 * counted from the end. */
ReelTensor *_reel_index_add (ReelTensor *base,
                             gint32      axis,
                             ReelTensor *index,
                             ReelTensor *source);
