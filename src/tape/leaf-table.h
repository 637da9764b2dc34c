/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a sweep notes the cotangents of leaves: found by address. */

#include <reel/reel-tensor.h>

typedef struct
{
  ReelTensor *tensor;
  gpointer slot;
} ReelLeafSlot;

typedef struct
{
  ReelLeafSlot *entries;        /* in the order they came */
  gsize n_entries;
  gsize capacity;
  guint32 *table;               /* open addressing: 1 + index of an entry */
  gsize table_size;             /* a power of two, or 0 */
} ReelLeafTable;

/* The slot of a leaf: NULL where none is noted and `add` is FALSE, or memory is
 * short. Valid until the next call that adds. */
gpointer *_reel_leaf_table_get (ReelLeafTable *table,
                                ReelTensor    *tensor,
                                gboolean       add);
void _reel_leaf_table_clear (ReelLeafTable *table);
