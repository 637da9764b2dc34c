/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A tape about to be drawn. */

#include "tape/tape-private.h"

/* Nodes [first, first + period) come n_turns times. */
typedef struct
{
  guint64 first;
  guint64 period;
  guint64 n_turns;
} ReelGraphRepeat;

typedef struct
{
  GString *text;
  guint64 n_nodes;
  const ReelNode **nodes;
  guint64 *producers;           /* by value: the number of its node */
  guint8 *used;                 /* by value: some node reads it */
  guint8 *carries;              /* by value: a gradient would reach it from the loss */

  guint64 *drawn;               /* by node: the node that stands for it */
  GArray *repeats;              /* of ReelGraphRepeat, in order */
  guint64 n_drawn;

  GHashTable *leaves;           /* tensor -> 1 + its number */
  GHashTable *edges;            /* what is drawn already, by its text */
} ReelGraph;

/* Lets one turn of a loop stand for all. */
void _reel_graph_fold (ReelGraph *graph);
