/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/kernels.h"

/* The bytes that _reel_variance_rows needs besides. */
gsize _reel_variance_workspace (gint64 n);

/* out[r] = scale · Σ (x - mean)² of row r, for rows of n side by side, f32 or f64. */
void _reel_variance_rows (ReelDType     dtype,
                          gint64        n_rows,
                          gint64        n,
                          gconstpointer x,
                          gdouble       scale,
                          gpointer      out,
                          gpointer      workspace);
