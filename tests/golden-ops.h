/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The golden vectors' ops in our own. */

#include "golden-npz.h"

#define GOLDEN_MAX_OUTPUTS 32

typedef struct
{
  const Json *args;
  const Json *kwargs;
  guint n_tensors;
  ReelTensor **tensors;         /* every "<T>" in its order */
  guint n_outputs;
  ReelTensor *outputs[GOLDEN_MAX_OUTPUTS];
} Sample;

typedef struct
{
  const gchar *name;            /* of the file */
  /* one of these */
  ReelTensor *(*unary) (ReelTensor *x);
  ReelTensor *(*binary) (ReelTensor *a,
                         ReelTensor *b);
  /* NULL, or why the sample is not for us */
  const gchar *(*func) (Sample *sample);
} GoldenOp;

extern const GoldenOp golden_ops[];
extern const guint n_golden_ops;
