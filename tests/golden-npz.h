/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Just enough of NumPy's .npz (a zip of .npy) and of JSON to read the golden
 * vectors. */

#include <reel/reel.h>

typedef struct _Npz Npz;

Npz *npz_open (const gchar *path,
               GError     **error);
void npz_free (Npz *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Npz, npz_free)

/* An array as a leaf; NULL where there is none of that name. Failures are fatal. */
ReelTensor *npz_get (Npz         *self,
                     const gchar *name);

/* The bytes of an array of u8 as text. */
gchar *npz_get_text (Npz         *self,
                     const gchar *name);

typedef enum
{
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
} JsonKind;

typedef struct _Json Json;
struct _Json
{
  JsonKind kind;
  gdouble number;
  gchar *text;                  /* a string */
  const gchar *source;          /* as it was written, in what was parsed */
  gsize source_size;
  GPtrArray *items;             /* of an array, or an object's values */
  GPtrArray *keys;
};

/* Failures are fatal. */
Json *json_parse (const gchar *text);
void json_free (Json *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Json, json_free)

/* NULL where there is none. */
const Json *json_get (const Json  *self,
                      const gchar *key);
const Json *json_at (const Json *self,
                     guint       i);
guint json_length (const Json *self);
