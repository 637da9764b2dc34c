/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/philox.h"

#include <math.h>
#include <string.h>

#define N_ROUNDS 10
#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define KEY_STEP_0 0x9E3779B9u
#define KEY_STEP_1 0xBB67AE85u

/* Blocks computed together, a chunk: loops of constant length, which compilers
 * turn into vector code. (With 16, gcc -O3 unrolls them first and then does not.) */
#define CHUNK_BLOCKS 32
#define CHUNK_WORDS (4 * CHUNK_BLOCKS)
#define CHUNK_DOUBLES (CHUNK_WORDS / 2)

void
_reel_philox4x32_10 (const guint32 counter[4],
                     const guint32 key[2],
                     guint32       out[4])
{
  guint32 x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

  for (int round = 0; round < N_ROUNDS; round++)
    {
      guint64 p0 = (guint64) MULTIPLIER_0 * x0;
      guint64 p1 = (guint64) MULTIPLIER_1 * x2;

      x0 = (guint32) (p1 >> 32) ^ x1 ^ k0;
      x1 = (guint32) p1;
      x2 = (guint32) (p0 >> 32) ^ x3 ^ k1;
      x3 = (guint32) p0;
      k0 += KEY_STEP_0;
      k1 += KEY_STEP_1;
    }

  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/* The same for CHUNK_BLOCKS counters, { block, offset } and on. */
static void
fill_chunk (guint64 key,
            guint64 offset,
            guint64 block,
            guint32 words[CHUNK_WORDS])
{
  guint32 x0[CHUNK_BLOCKS], x1[CHUNK_BLOCKS], x2[CHUNK_BLOCKS], x3[CHUNK_BLOCKS];
  guint32 k0 = (guint32) key, k1 = (guint32) (key >> 32);

  for (int i = 0; i < CHUNK_BLOCKS; i++)
    {
      x0[i] = (guint32) (block + (guint64) i);
      x1[i] = (guint32) ((block + (guint64) i) >> 32);
      x2[i] = (guint32) offset;
      x3[i] = (guint32) (offset >> 32);
    }

  for (int round = 0; round < N_ROUNDS; round++)
    {
      for (int i = 0; i < CHUNK_BLOCKS; i++)
        {
          guint64 p0 = (guint64) MULTIPLIER_0 * x0[i];
          guint64 p1 = (guint64) MULTIPLIER_1 * x2[i];

          x0[i] = (guint32) (p1 >> 32) ^ x1[i] ^ k0;
          x1[i] = (guint32) p1;
          x2[i] = (guint32) (p0 >> 32) ^ x3[i] ^ k1;
          x3[i] = (guint32) p0;
        }
      k0 += KEY_STEP_0;
      k1 += KEY_STEP_1;
    }

  for (int i = 0; i < CHUNK_BLOCKS; i++)
    {
      words[4 * i] = x0[i];
      words[4 * i + 1] = x1[i];
      words[4 * i + 2] = x2[i];
      words[4 * i + 3] = x3[i];
    }
}

/* Where a range of elements lies in chunks. */
typedef struct
{
  guint64 block;                /* the first of the chunk */
  gint64 skip;                  /* elements of the chunk before the range */
  gint64 take;                  /* elements of the chunk in the range */
} Chunk;

/* The chunk that element `first` is in; `n` from there are wanted. */
static Chunk
find_chunk (gint64 first,
            gint64 n,
            gint64 chunk_elements)
{
  Chunk chunk;

  chunk.block = (guint64) (first / chunk_elements) * CHUNK_BLOCKS;
  chunk.skip = first % chunk_elements;
  chunk.take = MIN (n, chunk_elements - chunk.skip);
  return chunk;
}

/* _reel_philox_<name>: `convert` makes a whole chunk of elements from its words,
 * in place where all of them are wanted. */
#define DEFINE_FILL(name, Type, chunk_elements) \
void \
_reel_philox_##name (guint64  key, \
                     guint64  offset, \
                     gint64   first, \
                     gint64   n, \
                     Type    *out) \
{ \
  guint32 words[CHUNK_WORDS]; \
  Type elements[chunk_elements]; \
\
  while (n > 0) \
    { \
      Chunk chunk = find_chunk (first, n, chunk_elements); \
\
      fill_chunk (key, offset, chunk.block, words); \
      if (chunk.take == chunk_elements) \
        convert_##name (words, out); \
      else \
        { \
          convert_##name (words, elements); \
          memcpy (out, elements + chunk.skip, \
                  (gsize) chunk.take * sizeof (Type)); \
        } \
      first += chunk.take; \
      n -= chunk.take; \
      out += chunk.take; \
    } \
}

static void
convert_bits_u32 (const guint32  words[CHUNK_WORDS],
                  guint32       *out)
{
  memcpy (out, words, CHUNK_WORDS * sizeof (guint32));
}

static void
convert_uniform_f32 (const guint32  words[CHUNK_WORDS],
                     gfloat        *out)
{
  /* Signed, because there are vector instructions for that. */
  for (int i = 0; i < CHUNK_WORDS; i++)
    out[i] = (gfloat) (gint32) (words[i] >> 8) * 0x1p-24f;
}

static guint64
join_words (const guint32 *words)
{
  return (guint64) words[1] << 32 | words[0];
}

static void
convert_uniform_f64 (const guint32  words[CHUNK_WORDS],
                     gdouble       *out)
{
  for (int i = 0; i < CHUNK_DOUBLES; i++)
    out[i] = (gdouble) (gint64) (join_words (words + 2 * i) >> 11) * 0x1p-53;
}

/* Half a step above 0, so that the logarithm is finite; rounding may reach 1. */
static void
convert_normal_f32 (const guint32  words[CHUNK_WORDS],
                    gfloat        *out)
{
  for (int i = 0; i < CHUNK_WORDS; i += 2)
    {
      gfloat u = (gfloat) words[i] * 0x1p-32f + 0x1p-33f;
      gfloat angle = (gfloat) words[i + 1] * (gfloat) (2 * G_PI * 0x1p-32);
      gfloat radius = sqrtf (-2 * logf (u));

      out[i] = radius * cosf (angle);
      out[i + 1] = radius * sinf (angle);
    }
}

static void
convert_normal_f64 (const guint32  words[CHUNK_WORDS],
                    gdouble       *out)
{
  for (int i = 0; i < CHUNK_DOUBLES; i += 2)
    {
      guint64 a = join_words (words + 2 * i) >> 11;
      guint64 b = join_words (words + 2 * i + 2) >> 11;
      gdouble u = (gdouble) (gint64) a * 0x1p-53 + 0x1p-54;
      gdouble angle = (gdouble) (gint64) b * (2 * G_PI * 0x1p-53);
      gdouble radius = sqrt (-2 * log (u));

      out[i] = radius * cos (angle);
      out[i + 1] = radius * sin (angle);
    }
}

DEFINE_FILL (bits_u32, guint32, CHUNK_WORDS)
DEFINE_FILL (uniform_f32, gfloat, CHUNK_WORDS)
DEFINE_FILL (uniform_f64, gdouble, CHUNK_DOUBLES)
DEFINE_FILL (normal_f32, gfloat, CHUNK_WORDS)
DEFINE_FILL (normal_f64, gdouble, CHUNK_DOUBLES)

void
_reel_philox_bernoulli_u8 (guint64  key,
                           guint64  offset,
                           gint64   first,
                           gint64   n,
                           gdouble  p,
                           guint8  *out)
{
  guint32 words[CHUNK_WORDS];
  guint64 threshold = p > 0 ? (guint64) (MIN (p, 1) * 0x1p32 + 0.5) : 0;
  guint32 below = (guint32) threshold;

  if (n <= 0)
    return;
  if (threshold > G_MAXUINT32)
    {
      memset (out, 1, (gsize) n);
      return;
    }

  while (n > 0)
    {
      Chunk chunk = find_chunk (first, n, CHUNK_WORDS);

      fill_chunk (key, offset, chunk.block, words);
      if (chunk.take == CHUNK_WORDS)
        for (int i = 0; i < CHUNK_WORDS; i++)
          out[i] = words[i] < below;
      else
        for (gint64 i = 0; i < chunk.take; i++)
          out[i] = words[chunk.skip + i] < below;
      first += chunk.take;
      n -= chunk.take;
      out += chunk.take;
    }
}

/* Words one after another, where how many are wanted shows only on the way. */
typedef struct
{
  guint64 key;
  guint64 offset;
  guint64 next_block;
  guint n_used;
  guint32 words[CHUNK_WORDS];
} Words;

static guint32
next_word (Words *words)
{
  if (words->n_used == CHUNK_WORDS)
    {
      fill_chunk (words->key, words->offset, words->next_block, words->words);
      words->next_block += CHUNK_BLOCKS;
      words->n_used = 0;
    }
  return words->words[words->n_used++];
}

/* 0 .. bound - 1, for bound >= 1 */
static guint64
next_below (Words   *words,
            guint64  bound)
{
  guint64 mask, x;

  if (bound <= G_MAXUINT32)
    {
      /* Lemire, "Fast random integer generation in an interval", TOMACS 2019:
       * the high half of the product, where the low one is not among the
       * 2^32 mod bound too many. */
      guint64 product = bound * next_word (words);

      if ((guint32) product < bound)
        {
          guint32 too_many = -(guint32) bound % (guint32) bound;

          while ((guint32) product < too_many)
            product = bound * next_word (words);
        }
      return product >> 32;
    }

  /* Larger than any index of an array in most memories: simply try again. */
  mask = G_MAXUINT64;
  while (mask >> 1 >= bound - 1)
    mask >>= 1;
  do
    {
      x = next_word (words);
      x = (x << 32 | next_word (words)) & mask;
    }
  while (x >= bound);
  return x;
}

void
_reel_philox_permutation (guint64  key,
                          guint64  offset,
                          gint64   n,
                          gint64  *out)
{
  Words words = { .key = key, .offset = offset, .n_used = CHUNK_WORDS };

  for (gint64 i = 0; i < n; i++)
    out[i] = i;
  for (gint64 i = n - 1; i > 0; i--)
    {
      gint64 j = (gint64) next_below (&words, (guint64) i + 1);
      gint64 swapped = out[i];

      out[i] = out[j];
      out[j] = swapped;
    }
}
