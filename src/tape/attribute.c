/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape/attribute.h"

#include <errno.h>
#include <string.h>

/* Attributes by their descriptions: as text, and compared. */

const ReelAttribute *
_reel_attribute_find (const ReelOp *op,
                      const gchar  *name)
{
  for (guint i = 0; i < op->n_attributes; i++)
    if (strcmp (op->attributes[i].name, name) == 0)
      return &op->attributes[i];
  return NULL;
}

static gboolean
is_list (const ReelAttribute *self)
{
  return self->kind == REEL_ATTRIBUTE_AXES || self->kind == REEL_ATTRIBUTE_SHAPE;
}

/* Of a value, or an element of a list. */
static gsize
size_of (ReelAttributeKind kind)
{
  switch (kind)
    {
    case REEL_ATTRIBUTE_I32:
    case REEL_ATTRIBUTE_BOOL:
    case REEL_ATTRIBUTE_DTYPE:
    case REEL_ATTRIBUTE_ENUM:
    case REEL_ATTRIBUTE_AXIS:
    case REEL_ATTRIBUTE_AXES:
      return sizeof (gint32);
    case REEL_ATTRIBUTE_PARTS:
      return sizeof (ReelPart);
    case REEL_ATTRIBUTE_I64:
    case REEL_ATTRIBUTE_F64:
    case REEL_ATTRIBUTE_SHAPE:
    case REEL_ATTRIBUTE_KEY:
    case REEL_ATTRIBUTE_COUNTER:
    default:
      return sizeof (gint64);
    }
}

/* The memory of a value: how many elements there are, or -1 where the attributes are
 * too short for them. All axes are 0 elements. */
static gint64
locate (const ReelAttribute *self,
        gconstpointer        attributes,
        gsize                size,
        const gchar        **value)
{
  gsize element = size_of (self->kind);
  guint32 n = 1;

  if (is_list (self))
    {
      if (self->count + sizeof n > size)
        return -1;
      memcpy (&n, (const gchar *) attributes + self->count, sizeof n);
      if (self->kind == REEL_ATTRIBUTE_AXES && n == REEL_AXES_ALL)
        n = 0;
    }
  if (self->offset > size)
    return -1;
  if (self->kind == REEL_ATTRIBUTE_PARTS)
    n = (guint32) ((size - self->offset) / element);
  if (n > (size - self->offset) / element)
    return -1;
  *value = (const gchar *) attributes + self->offset;
  return n;
}

static gboolean
is_all_axes (const ReelAttribute *self,
             gconstpointer        attributes)
{
  guint32 n;

  if (self->kind != REEL_ATTRIBUTE_AXES)
    return FALSE;
  memcpy (&n, (const gchar *) attributes + self->count, sizeof n);
  return n == REEL_AXES_ALL;
}

static gint64
integer_at (ReelAttributeKind kind,
            const gchar      *value)
{
  gint64 wide;
  gint32 narrow;

  if (size_of (kind) == sizeof narrow)
    {
      memcpy (&narrow, value, sizeof narrow);
      return narrow;
    }
  memcpy (&wide, value, sizeof wide);
  return wide;
}

/* The shortest that reads as the same number. */
static void
append_f64 (GString     *text,
            const gchar *value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gchar format[] = "%.15g";
  gdouble number;

  memcpy (&number, value, sizeof number);
  for (gint digits = 15; digits <= 17; digits++)
    {
      format[3] = (gchar) ('0' + digits % 10);
      g_ascii_formatd (buffer, sizeof buffer, format, number);
      if (g_ascii_strtod (buffer, NULL) == number)
        break;
    }
  g_string_append (text, buffer);
}

static void
append_sizes (GString      *text,
              guint         n,
              const gint64 *sizes)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", sizes[i]);
  g_string_append_c (text, ']');
}

/* "whole", or shape@offset:strides */
static void
append_part (GString     *text,
             const gchar *value)
{
  ReelPart part;

  memcpy (&part, value, sizeof part);
  if (part.rank > REEL_MAX_AXES)
    {
      g_string_append (text, "whole");
      return;
    }
  append_sizes (text, part.rank, part.shape);
  g_string_append_printf (text, "@%" G_GINT64_FORMAT ":", part.region.offset);
  append_sizes (text, part.rank, part.region.strides);
  if (part.n_whole != 0)
    g_string_append_printf (text, "/%u", part.n_whole);
}

static void
append_element (GString             *text,
                const ReelAttribute *self,
                const gchar         *value)
{
  gint64 number = self->kind == REEL_ATTRIBUTE_PARTS ? 0 : integer_at (self->kind, value);
  gint64 n_words = 0;

  switch (self->kind)
    {
    case REEL_ATTRIBUTE_F64:
      append_f64 (text, value);
      return;
    case REEL_ATTRIBUTE_BOOL:
      g_string_append (text, number != 0 ? "true" : "false");
      return;
    case REEL_ATTRIBUTE_DTYPE:
      if (number >= 0 && number < REEL_N_DTYPES)
        g_string_append (text, reel_dtype_get_name ((ReelDType) number));
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, number);
      return;
    case REEL_ATTRIBUTE_ENUM:
      while (self->words != NULL && self->words[n_words] != NULL)
        n_words++;
      if (number >= 0 && number < n_words)
        g_string_append (text, self->words[number]);
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, number);
      return;
    case REEL_ATTRIBUTE_KEY:
    case REEL_ATTRIBUTE_COUNTER:
      g_string_append_printf (text, "%" G_GUINT64_FORMAT, (guint64) number);
      return;
    case REEL_ATTRIBUTE_PARTS:
      append_part (text, value);
      return;
    case REEL_ATTRIBUTE_I64:
    case REEL_ATTRIBUTE_I32:
    case REEL_ATTRIBUTE_AXIS:
    case REEL_ATTRIBUTE_AXES:
    case REEL_ATTRIBUTE_SHAPE:
    default:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, number);
      return;
    }
}

gchar *
_reel_attribute_to_string (const ReelAttribute *self,
                           gconstpointer        attributes,
                           gsize                size)
{
  gboolean in_brackets = is_list (self) || self->kind == REEL_ATTRIBUTE_PARTS;
  GString *text = g_string_new (NULL);
  const gchar *value = NULL;
  gint64 n = locate (self, attributes, size, &value);

  if (n < 0)
    {
      g_string_append_c (text, '?');
    }
  else if (is_all_axes (self, attributes))
    {
      g_string_append (text, "all");
    }
  else
    {
      if (in_brackets)
        g_string_append_c (text, '[');
      for (gint64 i = 0; i < n; i++)
        {
          if (i > 0)
            g_string_append_c (text, ',');
          append_element (text, self, value + (gsize) i * size_of (self->kind));
        }
      if (in_brackets)
        g_string_append_c (text, ']');
    }
  return g_string_free (text, FALSE);
}

gchar *
_reel_attributes_to_string (const ReelOp *op,
                            gconstpointer attributes,
                            gsize         size)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < op->n_attributes; i++)
    {
      g_autofree gchar *value = _reel_attribute_to_string (&op->attributes[i], attributes,
                                                           size);

      g_string_append_printf (text, "%s%s=%s", i > 0 ? ", " : "", op->attributes[i].name,
                              value);
    }
  return g_string_free (text, FALSE);
}

/* Reading. Each takes what it can from `*text` and moves it. */

static gboolean
take (const gchar **text,
      const gchar  *word)
{
  gsize length = strlen (word);

  if (strncmp (*text, word, length) != 0)
    return FALSE;
  *text += length;
  return TRUE;
}

static gboolean
take_i64 (const gchar **text,
          gint64       *number)
{
  gchar *end;

  errno = 0;
  *number = g_ascii_strtoll (*text, &end, 10);
  if (end == *text || errno != 0)
    return FALSE;
  *text = end;
  return TRUE;
}

/* "[1,2]"; FALSE where there are more than `capacity` */
static gboolean
take_sizes (const gchar **text,
            gint64       *sizes,
            guint         capacity,
            guint32      *n)
{
  *n = 0;
  if (!take (text, "["))
    return FALSE;
  while (!take (text, "]"))
    {
      if ((*n > 0 && !take (text, ",")) || *n == capacity || !take_i64 (text, &sizes[*n]))
        return FALSE;
      ++*n;
    }
  return TRUE;
}

static gboolean
take_part (const gchar **text,
           ReelPart     *part)
{
  gint64 n_whole = 0;
  guint32 n;

  memset (part, 0, sizeof *part);
  part->rank = G_MAXUINT32;
  if (take (text, "whole"))
    return TRUE;
  if (!take_sizes (text, part->shape, REEL_MAX_AXES, &part->rank) || !take (text, "@") ||
      !take_i64 (text, &part->region.offset) || !take (text, ":") ||
      !take_sizes (text, part->region.strides, REEL_MAX_AXES, &n) || n != part->rank ||
      (take (text, "/") && !take_i64 (text, &n_whole)) || n_whole < 0 ||
      n_whole > REEL_MAX_AXES)
    return FALSE;
  part->n_whole = (guint32) n_whole;
  return TRUE;
}

static gboolean
take_word (const ReelAttribute *self,
           const gchar        **text,
           gint64              *number)
{
  for (*number = 0; self->kind == REEL_ATTRIBUTE_DTYPE && *number < REEL_N_DTYPES; ++*number)
    if (strcmp (*text, reel_dtype_get_name ((ReelDType) *number)) == 0)
      return take (text, *text);
  for (*number = 0; self->words != NULL && self->words[*number] != NULL; ++*number)
    if (strcmp (*text, self->words[*number]) == 0)
      return take (text, *text);
  return take_i64 (text, number);
}

static gboolean
take_element (const ReelAttribute *self,
              const gchar        **text,
              gchar               *value)
{
  gint64 number = 0;
  gint32 narrow;
  gdouble real;
  gchar *end;
  ReelPart part;

  switch (self->kind)
    {
    case REEL_ATTRIBUTE_F64:
      real = g_ascii_strtod (*text, &end);
      if (end == *text)
        return FALSE;
      *text = end;
      memcpy (value, &real, sizeof real);
      return TRUE;
    case REEL_ATTRIBUTE_PARTS:
      if (!take_part (text, &part))
        return FALSE;
      memcpy (value, &part, sizeof part);
      return TRUE;
    case REEL_ATTRIBUTE_BOOL:
      number = take (text, "true") ? 1 : 0;
      if (number == 0 && !take (text, "false"))
        return FALSE;
      break;
    case REEL_ATTRIBUTE_DTYPE:
    case REEL_ATTRIBUTE_ENUM:
      if (!take_word (self, text, &number))
        return FALSE;
      break;
    case REEL_ATTRIBUTE_KEY:
    case REEL_ATTRIBUTE_COUNTER:
      errno = 0;
      number = (gint64) g_ascii_strtoull (*text, &end, 10);
      if (end == *text || errno != 0 || **text == '-')
        return FALSE;
      *text = end;
      break;
    case REEL_ATTRIBUTE_I64:
    case REEL_ATTRIBUTE_I32:
    case REEL_ATTRIBUTE_AXIS:
    case REEL_ATTRIBUTE_AXES:
    case REEL_ATTRIBUTE_SHAPE:
    default:
      if (!take_i64 (text, &number))
        return FALSE;
      break;
    }
  if (size_of (self->kind) == sizeof narrow)
    {
      if (number < G_MININT32 || number > G_MAXINT32)
        return FALSE;
      narrow = (gint32) number;
      memcpy (value, &narrow, sizeof narrow);
    }
  else
    {
      memcpy (value, &number, sizeof number);
    }
  return TRUE;
}

gboolean
_reel_attribute_from_string (const ReelAttribute *self,
                             gpointer             attributes,
                             gsize                size,
                             const gchar         *text)
{
  gsize element = size_of (self->kind);
  gboolean in_brackets = is_list (self) || self->kind == REEL_ATTRIBUTE_PARTS;
  gsize capacity = self->offset <= size ? (size - self->offset) / element : 0;
  g_autofree gchar *values = NULL;
  guint32 n = 0;

  if (is_list (self) && self->count + sizeof n > size)
    return FALSE;
  if (self->kind == REEL_ATTRIBUTE_AXES)
    capacity = MIN (capacity, REEL_MAX_AXES);
  if (!in_brackets)
    capacity = MIN (capacity, 1);
  values = g_malloc0 (capacity * element + 1);
  if (self->kind == REEL_ATTRIBUTE_AXES && strcmp (text, "all") == 0)
    {
      n = REEL_AXES_ALL;
      text += strlen (text);
      capacity = 0;
    }
  else if (in_brackets)
    {
      if (!take (&text, "["))
        return FALSE;
      while (!take (&text, "]"))
        {
          if ((n > 0 && !take (&text, ",")) || n == capacity ||
              !take_element (self, &text, values + n * element))
            return FALSE;
          n++;
        }
    }
  else if (capacity == 0 || !take_element (self, &text, values))
    {
      return FALSE;
    }
  if (*text != '\0' || (self->kind == REEL_ATTRIBUTE_PARTS && n != capacity))
    return FALSE;
  if (is_list (self))
    memcpy ((gchar *) attributes + self->count, &n, sizeof n);
  memcpy ((gchar *) attributes + self->offset, values,
          in_brackets ? MIN (n, capacity) * element : element);
  return TRUE;
}

/* Comparing */

gboolean
_reel_attributes_equal (const ReelOp *op,
                        gconstpointer a,
                        gsize         a_size,
                        gconstpointer b,
                        gsize         b_size)
{
  if (op->n_attributes == 0)
    return a_size == b_size && (a_size == 0 || memcmp (a, b, a_size) == 0);
  for (guint i = 0; i < op->n_attributes; i++)
    {
      const ReelAttribute *attribute = &op->attributes[i];
      const gchar *a_value = NULL, *b_value = NULL;
      gint64 n = locate (attribute, a, a_size, &a_value);

      if (n < 0 || n != locate (attribute, b, b_size, &b_value) ||
          is_all_axes (attribute, a) != is_all_axes (attribute, b) ||
          memcmp (a_value, b_value, (gsize) n * size_of (attribute->kind)) != 0)
        return FALSE;
    }
  return TRUE;
}

/* FNV-1a */
static guint64
hash_bytes (guint64     hash,
            const void *bytes,
            gsize       n)
{
  for (gsize i = 0; i < n; i++)
    hash = (hash ^ ((const guint8 *) bytes)[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

guint64
_reel_attributes_hash (const ReelOp *op,
                       gconstpointer attributes,
                       gsize         size)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  if (op->n_attributes == 0)
    return hash_bytes (hash, attributes, size);
  for (guint i = 0; i < op->n_attributes; i++)
    {
      const ReelAttribute *attribute = &op->attributes[i];
      const gchar *value = NULL;
      gint64 n = locate (attribute, attributes, size, &value);

      hash = hash_bytes (hash, &n, sizeof n);
      if (n > 0)
        hash = hash_bytes (hash, value, (gsize) n * size_of (attribute->kind));
    }
  return hash;
}
