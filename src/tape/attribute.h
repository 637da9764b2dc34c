/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Attributes of any op by the rows of its descriptor. */

#include <reel/reel-op.h>

/* A list of axes as an attribute. As recorded: counted from the end (-1 is the last),
 * so that axes may be put in front; in rising order, each once. */
typedef struct
{
  guint32 n;                    /* or one of REEL_AXES_* before the shape rule */
  gint32 keep;                  /* whether a reduction keeps them, with size 1 */
  gint32 axes[REEL_MAX_AXES];
} ReelAxes;

#define REEL_AXES_ALL G_MAXUINT32
#define REEL_AXES_NULL (G_MAXUINT32 - 1)

/* A part of a tensor: strides and offset in the contiguous whole. */
typedef struct
{
  gint64 offset;
  gint64 strides[REEL_MAX_AXES];
} ReelRegion;

/* A part with its shape, as an attribute. */
typedef struct
{
  guint32 rank;                 /* G_MAXUINT32: the whole */
  guint32 n_whole;              /* of "region": the last axes of which it is a part */
  gint64 shape[REEL_MAX_AXES];
  ReelRegion region;
} ReelPart;

/* NULL where the op has none of that name */
const ReelAttribute *_reel_attribute_find (const ReelOp *op,
                                           const gchar  *name);

/* As text; "?" where the attributes are too short. To be freed. */
gchar *_reel_attribute_to_string (const ReelAttribute *self,
                                  gconstpointer        attributes,
                                  gsize                size);

/* The reverse: FALSE, with nothing changed, for what is no such text, or a list for
 * which there is no room. */
gboolean _reel_attribute_from_string (const ReelAttribute *self,
                                      gpointer             attributes,
                                      gsize                size,
                                      const gchar         *text);

/* "axes=[-1], keep=false"; "" where there are none. To be freed. */
gchar *_reel_attributes_to_string (const ReelOp *op,
                                   gconstpointer attributes,
                                   gsize         size);

/* Whether all that is described is the same, to the bit; padding does not count. Of an
 * op that describes nothing, all bytes do. */
gboolean _reel_attributes_equal (const ReelOp *op,
                                 gconstpointer a,
                                 gsize         a_size,
                                 gconstpointer b,
                                 gsize         b_size);
guint64 _reel_attributes_hash (const ReelOp *op,
                               gconstpointer attributes,
                               gsize         size);
