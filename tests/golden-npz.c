/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-npz.h"

#include <gio/gio.h>
#include <string.h>

/* Zip: records at the end list what there is; numbers are little-endian. */

#define END_SIGNATURE 0x06054b50u
#define END_SIZE 22
#define ENTRY_SIGNATURE 0x02014b50u
#define ENTRY_SIZE 46
#define LOCAL_SIZE 30

enum { STORED = 0, DEFLATED = 8 };

typedef struct
{
  const guint8 *data;           /* compressed */
  gsize compressed_size;
  gsize size;
  guint method;
  guint checksum;
} Member;

struct _Npz
{
  gchar *contents;
  gsize size;
  GHashTable *members;          /* by name, without .npy */
};

static guint
read_16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static guint
read_32 (const guint8 *bytes)
{
  return read_16 (bytes) | read_16 (bytes + 2) << 16;
}

static void
read_directory (Npz *self)
{
  const guint8 *begin = (const guint8 *) self->contents;
  const guint8 *end = begin + self->size - END_SIZE;
  const guint8 *entry;

  while (end > begin && read_32 (end) != END_SIGNATURE)
    end--;
  g_assert_cmphex (read_32 (end), ==, END_SIGNATURE);
  entry = begin + read_32 (end + 16);
  for (guint i = 0; i < read_16 (end + 10); i++)
    {
      guint name_size = read_16 (entry + 28);
      const guint8 *local = begin + read_32 (entry + 42);
      Member *member = g_new (Member, 1);
      gchar *name = g_strndup ((const gchar *) entry + ENTRY_SIZE, name_size);

      g_assert_cmphex (read_32 (entry), ==, ENTRY_SIGNATURE);
      g_assert_true (g_str_has_suffix (name, ".npy"));
      name[name_size - 4] = '\0';
      member->method = read_16 (entry + 10);
      member->checksum = read_32 (entry + 16);
      member->compressed_size = read_32 (entry + 20);
      member->size = read_32 (entry + 24);
      member->data = local + LOCAL_SIZE + read_16 (local + 26) + read_16 (local + 28);
      g_assert_true (member->data + member->compressed_size <= begin + self->size);
      g_hash_table_insert (self->members, name, member);
      entry += ENTRY_SIZE + name_size + read_16 (entry + 30) + read_16 (entry + 32);
    }
}

Npz *
npz_open (const gchar *path,
          GError     **error)
{
  Npz *self = g_new0 (Npz, 1);

  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!g_file_get_contents (path, &self->contents, &self->size, error))
    {
      npz_free (self);
      return NULL;
    }
  g_assert_cmpuint (self->size, >=, END_SIZE);
  read_directory (self);
  return self;
}

void
npz_free (Npz *self)
{
  g_hash_table_unref (self->members);
  g_free (self->contents);
  g_free (self);
}

/* Zip's CRC-32 */
static guint
checksum_of (const gchar *bytes,
             gsize        size)
{
  guint checksum = G_MAXUINT;

  for (gsize i = 0; i < size; i++)
    {
      checksum ^= (guint8) bytes[i];
      for (guint k = 0; k < 8; k++)
        checksum = checksum >> 1 ^ ((checksum & 1) != 0 ? 0xedb88320u : 0);
    }
  return ~checksum;
}

static gchar *
inflate_member (const Member *member)
{
  gchar *bytes = g_malloc (member->size + 1);
  gsize n_read = member->size, n_written = member->size;

  if (member->method == STORED)
    {
      memcpy (bytes, member->data, member->size);
    }
  else
    {
      g_autoptr (GZlibDecompressor) zlib =
        g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (member->method, ==, DEFLATED);
      (void) g_converter_convert (G_CONVERTER (zlib), member->data, member->compressed_size,
                                  bytes, member->size + 1, G_CONVERTER_INPUT_AT_END, &n_read,
                                  &n_written, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (n_written, ==, member->size);
  g_assert_cmphex (checksum_of (bytes, n_written), ==, member->checksum);
  bytes[member->size] = '\0';
  return bytes;
}

/* The elements of a .npy file, its dtype and shape, and whether the first axis is
 * the innermost one. */
static const gchar *
parse_npy (gchar     *bytes,
           gsize      size,
           ReelDType *dtype,
           guint     *rank,
           gint64    *shape,
           gboolean  *fortran_order)
{
  static const struct
  {
    const gchar *description;
    ReelDType dtype;
  } dtypes[] = {
    { "'<f8'", REEL_F64 }, { "'<f4'", REEL_F32 }, { "'<i8'", REEL_I64 }, { "'<i4'", REEL_I32 },
    { "'|u1'", REEL_U8 }, { "'|b1'", REEL_BOOL },
  };
  const guint8 *head = (const guint8 *) bytes;
  guint header_size;
  gchar *header, *at;
  guint i = 0;

  g_assert_cmpuint (size, >, 10);
  g_assert_cmpmem (bytes, 6, "\x93NUMPY", 6);
  g_assert_cmpuint (head[6], ==, 1);
  header_size = read_16 (head + 8);
  header = bytes + 10;
  header[header_size - 1] = '\0';
  *fortran_order = strstr (header, "'fortran_order': True") != NULL;
  while (i < G_N_ELEMENTS (dtypes) && strstr (header, dtypes[i].description) == NULL)
    i++;
  if (i == G_N_ELEMENTS (dtypes))
    g_error ("unknown dtype: %s", header);
  *dtype = dtypes[i].dtype;
  at = strstr (header, "'shape': (");
  g_assert_nonnull (at);
  at += strlen ("'shape': (");
  *rank = 0;
  while (g_ascii_isdigit (*at))
    {
      g_assert_cmpuint (*rank, <, REEL_MAX_RANK);
      shape[(*rank)++] = g_ascii_strtoll (at, &at, 10);
      while (*at == ',' || *at == ' ')
        at++;
    }
  return bytes + 10 + header_size;
}

ReelTensor *
npz_get (Npz         *self,
         const gchar *name)
{
  const Member *member = g_hash_table_lookup (self->members, name);
  g_autofree gchar *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gint64 shape[REEL_MAX_RANK];
  gboolean fortran_order;
  ReelDType dtype;
  guint rank;
  const gchar *data;
  ReelTensor *tensor;

  if (member == NULL)
    return NULL;
  bytes = inflate_member (member);
  data = parse_npy (bytes, member->size, &dtype, &rank, shape, &fortran_order);
  for (guint i = 0; fortran_order && i < rank / 2; i++)
    {
      gint64 size = shape[i];

      shape[i] = shape[rank - 1 - i];
      shape[rank - 1 - i] = size;
    }
  tensor = reel_tensor_new_from_data (dtype, rank, shape, data,
                                      member->size - (gsize) (data - bytes), &error);
  g_assert_no_error (error);
  if (fortran_order)
    {
      ReelTensor *copy;

      reel_tape_push_frame (reel_tape_get_current ());
      copy = reel_tensor_copy (reel_permute (tensor, 0, NULL), &error);
      g_assert_no_error (error);
      (void) reel_tape_pop_frame (reel_tape_get_current (), NULL);
      reel_tensor_unref (tensor);
      tensor = copy;
    }
  return tensor;
}

gchar *
npz_get_text (Npz         *self,
              const gchar *name)
{
  g_autoptr (ReelTensor) tensor = npz_get (self, name);
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  g_assert_nonnull (tensor);
  bytes = reel_tensor_get_bytes (tensor, NULL);
  data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

/* JSON, as Python writes it: also NaN and Infinity; strings without escapes. */

static Json *parse_value (const gchar **at);

static void
skip_space (const gchar **at)
{
  while (g_ascii_isspace (**at))
    (*at)++;
}

static gboolean
take (const gchar **at,
      const gchar  *token)
{
  skip_space (at);
  if (!g_str_has_prefix (*at, token))
    return FALSE;
  *at += strlen (token);
  return TRUE;
}

static gchar *
parse_string (const gchar **at)
{
  const gchar *end;
  gchar *text;

  if (!take (at, "\""))
    g_error ("no string: %.20s", *at);
  end = strchr (*at, '"');
  g_assert_nonnull (end);
  text = g_strndup (*at, (gsize) (end - *at));
  g_assert_null (strchr (text, '\\'));
  *at = end + 1;
  return text;
}

static void
parse_items (Json         *self,
             const gchar **at,
             const gchar  *end)
{
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) json_free);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  if (take (at, end))
    return;
  do
    {
      if (self->kind == JSON_OBJECT)
        {
          g_ptr_array_add (self->keys, parse_string (at));
          g_assert_true (take (at, ":"));
        }
      g_ptr_array_add (self->items, parse_value (at));
    }
  while (take (at, ","));
  g_assert_true (take (at, end));
}

static Json *
parse_value (const gchar **at)
{
  Json *self = g_new0 (Json, 1);
  gchar *end;

  skip_space (at);
  self->source = *at;
  if (take (at, "null"))
    {
      self->kind = JSON_NULL;
    }
  else if (take (at, "true"))
    {
      self->kind = JSON_TRUE;
    }
  else if (take (at, "false"))
    {
      self->kind = JSON_FALSE;
    }
  else if (take (at, "["))
    {
      self->kind = JSON_ARRAY;
      parse_items (self, at, "]");
    }
  else if (take (at, "{"))
    {
      self->kind = JSON_OBJECT;
      parse_items (self, at, "}");
    }
  else if (**at == '"')
    {
      self->kind = JSON_STRING;
      self->text = parse_string (at);
    }
  else
    {
      self->kind = JSON_NUMBER;
      self->number = g_ascii_strtod (*at, &end);
      g_assert_true (end > *at);
      *at = end;
    }
  self->source_size = (gsize) (*at - self->source);
  return self;
}

Json *
json_parse (const gchar *text)
{
  Json *self = parse_value (&text);

  skip_space (&text);
  g_assert_cmpint (*text, ==, '\0');
  return self;
}

void
json_free (Json *self)
{
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}

const Json *
json_get (const Json  *self,
          const gchar *key)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (g_str_equal (g_ptr_array_index (self->keys, i), key))
      return g_ptr_array_index (self->items, i);
  return NULL;
}

const Json *
json_at (const Json *self,
         guint       i)
{
  return i < self->items->len ? g_ptr_array_index (self->items, i) : NULL;
}

guint
json_length (const Json *self)
{
  return self->items->len;
}
