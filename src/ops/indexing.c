/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernels/parallel.h"
#include "ops/indexing.h"

/* What ops that take indices share: checks, and the walk over indices. */

#define GRAIN 16384
/* Parts of a run are not cut shorter: they would share cache lines. */
#define SHORTEST_PART 64

gboolean
_reel_check_index_dtype (const ReelInfer *infer,
                         guint            input,
                         GError         **error)
{
  g_autofree gchar *what = NULL;

  if (G_LIKELY (infer->inputs[input].dtype == REEL_I64))
    return TRUE;
  what = reel_infer_describe (infer, input, 1);
  g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
               "indices are i64, not %s; reel_cast converts", what);
  return FALSE;
}

static gboolean
is_empty (guint         rank,
          const gint64 *shape)
{
  for (guint i = 0; i < rank; i++)
    if (shape[i] == 0)
      return TRUE;
  return FALSE;
}

/* The first in row-major order, which the loop that found it may not go by. */
static void
report_index (const ReelArray *array,
              gint64           size,
              gint             axis,
              GError         **error)
{
  gint64 position[REEL_MAX_AXES] = { 0 };

  for (;;)
    {
      const gint64 *index = array->data;
      g_autofree gchar *where = NULL;
      guint i = array->rank;

      for (guint k = 0; k < array->rank; k++)
        index += position[k] * array->strides[k];
      if (*index < -size || *index >= size)
        {
          where = _reel_shape_to_string (array->rank, position);
          g_set_error (error, REEL_ERROR, REEL_ERROR_INDEX,
                       "index %" G_GINT64_FORMAT " at %s is out of range for axis %d of size %"
                       G_GINT64_FORMAT, *index, where, axis, size);
          return;
        }
      while (i > 0 && ++position[i - 1] == array->shape[i - 1])
        position[--i] = 0;
      g_return_if_fail (i > 0);
    }
}

gboolean
_reel_check_indices (const ReelArray *index,
                     gint64           size,
                     gint             axis,
                     GError         **error)
{
  const gint64 *strides[1] = { index->strides };
  gint64 at[REEL_MAX_AXES] = { 0 };
  gint64 offset = 0;
  gboolean out = FALSE;
  ReelLoop loop;

  if (is_empty (index->rank, index->shape))
    return TRUE;
  _reel_loop_init (&loop, index->rank, index->shape, 1, strides);
  for (gint64 outer = 0; outer < loop.n_outer; outer++)
    {
      const gint64 *run = (const gint64 *) index->data + offset;
      gint64 stride = loop.strides[0][loop.rank - 1];

      for (gint64 i = 0; i < loop.shape[loop.rank - 1]; i++)
        out |= run[i * stride] < -size || run[i * stride] >= size;
      _reel_loop_next (&loop, at, &offset);
    }
  if (G_LIKELY (!out))
    return TRUE;
  report_index (index, size, axis, error);
  return FALSE;
}

/* The walk */

enum
{
  INDEX,
  PARTNER,
  TARGET,
  N_OPERANDS
};

/* n_outer times n_inner elements, each operand with a stride for either. */
typedef struct
{
  gint64 n_outer;
  gint64 n_inner;
  gint64 outer[N_OPERANDS];
  gint64 inner[N_OPERANDS];
} Block;

typedef struct Walk Walk;

typedef void (*BlockFunc) (const Walk   *walk,
                           const Block  *block,
                           const gint64 *offsets);

struct Walk
{
  const ReelIndexing *indexing;
  BlockFunc func;
  ReelLoop loop;                        /* the serial axis left out */
  gint64 n_serial;
  gint64 serial[N_OPERANDS];            /* its strides */
};

/* Without a branch, which indices of mixed signs would make hard to foretell. */
static inline gint64
place_of (const ReelIndexing *indexing,
          gint64              index)
{
  return (index + (-(gint64) (index < 0) & indexing->n_indices)) * indexing->jump;
}

/* Where the index stands still in the inner loop, whole runs are moved. */
#define TAKE(type) \
  static void \
  take_##type (const Walk   *walk, \
               const Block  *block, \
               const gint64 *offsets) \
  { \
    const ReelIndexing *indexing = walk->indexing; \
    const gint64 *index = indexing->index + offsets[INDEX]; \
    type *partner = (type *) indexing->partner + offsets[PARTNER]; \
    const type *target = (const type *) indexing->target + offsets[TARGET]; \
 \
    for (gint64 i = 0; i < block->n_outer; i++) \
      { \
        if (block->inner[INDEX] == 0) \
          { \
            _reel_copy_run (sizeof (type), block->n_inner, partner, block->inner[PARTNER], \
                            target + place_of (indexing, *index), block->inner[TARGET]); \
          } \
        else \
          { \
            for (gint64 k = 0; k < block->n_inner; k++) \
              partner[k * block->inner[PARTNER]] = \
                target[k * block->inner[TARGET] + \
                       place_of (indexing, index[k * block->inner[INDEX]])]; \
          } \
        index += block->outer[INDEX]; \
        partner += block->outer[PARTNER]; \
        target += block->outer[TARGET]; \
      } \
  }

/* Integers wrap around, so they are added without a sign. */
#define ADD(type) \
  static void \
  add_##type (const Walk   *walk, \
              const Block  *block, \
              const gint64 *offsets) \
  { \
    const ReelIndexing *indexing = walk->indexing; \
    const gint64 *index = indexing->index + offsets[INDEX]; \
    const type *partner = (const type *) indexing->partner + offsets[PARTNER]; \
    type *target = (type *) indexing->target + offsets[TARGET]; \
 \
    for (gint64 i = 0; i < block->n_outer; i++) \
      { \
        if (block->inner[INDEX] == 0 && block->inner[PARTNER] == 1 && \
            block->inner[TARGET] == 1) \
          { \
            type *run = target + place_of (indexing, *index); \
 \
            for (gint64 k = 0; k < block->n_inner; k++) \
              run[k] = (type) (run[k] + partner[k]); \
          } \
        else \
          { \
            for (gint64 k = 0; k < block->n_inner; k++) \
              { \
                type *place = target + k * block->inner[TARGET] + \
                              place_of (indexing, index[k * block->inner[INDEX]]); \
 \
                *place = (type) (*place + partner[k * block->inner[PARTNER]]); \
              } \
          } \
        index += block->outer[INDEX]; \
        partner += block->outer[PARTNER]; \
        target += block->outer[TARGET]; \
      } \
  }

TAKE (guint8)
TAKE (guint32)
TAKE (guint64)

ADD (gfloat)
ADD (gdouble)
ADD (guint8)
ADD (guint32)
ADD (guint64)

/* n elements of a run, times those of the serial axis. */
static void
walk_run (const Walk   *walk,
          gint64        n,
          const gint64 *offsets)
{
  guint last = walk->loop.rank - 1;
  /* The serial axis inside, where its neighbours lie closer. Either way the
   * elements of it that meet in one place come in order. */
  gint64 serial_step = ABS (walk->serial[PARTNER]);
  gint64 run_step = ABS (walk->loop.strides[PARTNER][last]);
  gboolean serial_inside = n == 1 || (walk->n_serial > 1 && serial_step < run_step);
  Block block;

  block.n_outer = serial_inside ? n : walk->n_serial;
  block.n_inner = serial_inside ? walk->n_serial : n;
  for (guint k = 0; k < N_OPERANDS; k++)
    {
      gint64 run_stride = walk->loop.strides[k][last];

      block.outer[k] = serial_inside ? run_stride : walk->serial[k];
      block.inner[k] = serial_inside ? walk->serial[k] : run_stride;
    }
  walk->func (walk, &block, offsets);
}

/* Elements [begin, end) of the only run. */
static void
run_part (gint64   part,
          gint64   begin,
          gint64   end,
          gpointer data)
{
  const Walk *walk = data;
  gint64 offsets[N_OPERANDS];

  for (guint k = 0; k < N_OPERANDS; k++)
    offsets[k] = begin * walk->loop.strides[k][0];
  walk_run (walk, end - begin, offsets);
}

/* Runs [begin, end). */
static void
runs_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const Walk *walk = data;
  gint64 at[REEL_MAX_AXES];
  gint64 offsets[REEL_LOOP_OPERANDS];

  _reel_loop_index (&walk->loop, begin, at);
  _reel_loop_offsets (&walk->loop, begin, offsets);
  for (gint64 outer = begin; outer < end; outer++)
    {
      walk_run (walk, walk->loop.shape[walk->loop.rank - 1], offsets);
      _reel_loop_next (&walk->loop, at, offsets);
    }
}

static void
walk_all (const ReelIndexing *indexing,
          BlockFunc           func)
{
  const gint64 *strides[N_OPERANDS] = { indexing->index_strides, indexing->partner_strides,
                                        indexing->target_strides };
  gint64 shape[REEL_MAX_AXES];
  gint64 rest[N_OPERANDS][REEL_MAX_AXES];
  Walk walk = { .indexing = indexing, .func = func, .n_serial = 1 };
  guint n = 0;
  gint64 n_run;

  if (is_empty (indexing->rank, indexing->shape))
    return;
  for (guint i = 0; i < indexing->rank; i++)
    {
      gboolean serial = (gint) i == indexing->serial_axis;

      for (guint k = 0; k < N_OPERANDS; k++)
        if (serial)
          walk.serial[k] = strides[k][i];
        else
          rest[k][n] = strides[k][i];
      if (serial)
        walk.n_serial = indexing->shape[i];
      else
        shape[n++] = indexing->shape[i];
    }
  _reel_loop_init (&walk.loop, n, shape, N_OPERANDS,
                   (const gint64 *const[]){ rest[0], rest[1], rest[2] });
  n_run = walk.loop.shape[walk.loop.rank - 1];
  if (walk.loop.n_outer == 1)
    _reel_parallel_for (n_run, MAX (SHORTEST_PART, GRAIN / walk.n_serial), run_part, &walk);
  else
    _reel_parallel_for (walk.loop.n_outer, MAX (1, GRAIN / walk.n_serial / n_run), runs_part,
                        &walk);
}

void
_reel_indexing_take (const ReelIndexing *indexing)
{
  switch (reel_dtype_get_size (indexing->dtype))
    {
    case 1:
      walk_all (indexing, take_guint8);
      break;
    case 4:
      walk_all (indexing, take_guint32);
      break;
    default:
      walk_all (indexing, take_guint64);
      break;
    }
}

void
_reel_indexing_add (const ReelIndexing *indexing)
{
  static const BlockFunc funcs[REEL_N_DTYPES] = {
    [REEL_F32] = add_gfloat, [REEL_F64] = add_gdouble, [REEL_I32] = add_guint32,
    [REEL_I64] = add_guint64, [REEL_U8] = add_guint8
  };

  walk_all (indexing, funcs[indexing->dtype]);
}
