/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "base/shape.h"
#include "kernels/map.h"
#include "kernels/parallel.h"

/* Elements that are packed at a time */
#define BLOCK 512

typedef struct _Map Map;

/* One run: operand 0 is the output, of stride 1; inputs have stride 1 or 0. */
typedef void (*RunFunc) (const Map    *map,
                         gint64        n,
                         gchar *const *operands,
                         const gint64 *strides);

struct _Map
{
  ReelLoop loop;
  RunFunc run;
  union
  {
    ReelUnaryLoop unary;
    ReelBinaryLoop binary;
    ReelSelectLoop select;
    ReelCastLoop cast;
  } func;
  const gdouble *parameters;
  gchar *data[REEL_LOOP_OPERANDS];
  gint64 sizes[REEL_LOOP_OPERANDS];     /* of elements, in bytes */
};

static void
run_unary (const Map    *map,
           gint64        n,
           gchar *const *operands,
           const gint64 *strides)
{
  /* A loop over one element computes it once. */
  map->func.unary (strides[1] == 0 ? 1 : n, operands[1], operands[0], map->parameters);
  if (strides[1] == 0 && n > 1)
    _reel_copy_run ((gsize) map->sizes[0], n - 1, operands[0] + map->sizes[0], 1,
                    operands[0], 0);
}

static void
run_binary (const Map    *map,
            gint64        n,
            gchar *const *operands,
            const gint64 *strides)
{
  map->func.binary (n, operands[1], strides[1], operands[2], strides[2], operands[0],
                    map->parameters);
}

static void
run_select (const Map    *map,
            gint64        n,
            gchar *const *operands,
            const gint64 *strides)
{
  map->func.select (n, (const guint8 *) operands[1], strides[1], operands[2], strides[2],
                    operands[3], strides[3], operands[0]);
}

static void
run_cast (const Map    *map,
          gint64        n,
          gchar *const *operands,
          const gint64 *strides)
{
  map->func.cast (strides[1] == 0 ? 1 : n, operands[1], operands[0]);
  if (strides[1] == 0 && n > 1)
    _reel_copy_run ((gsize) map->sizes[0], n - 1, operands[0] + map->sizes[0], 1,
                    operands[0], 0);
}

static void
run_copy (const Map    *map,
          gint64        n,
          gchar *const *operands,
          const gint64 *strides)
{
  _reel_copy_run ((gsize) map->sizes[0], n, operands[0], 1, operands[1], strides[1]);
}

/* A run of any strides, in blocks that lie densely. */
static void
run_packed (const Map    *map,
            gint64        n,
            gchar *const *operands,
            const gint64 *strides)
{
  _Alignas (64) gchar buffers[REEL_LOOP_OPERANDS][BLOCK * 8];

  for (gint64 begin = 0; begin < n; begin += BLOCK)
    {
      gint64 count = MIN (BLOCK, n - begin);
      gchar *block[REEL_LOOP_OPERANDS];
      gint64 block_strides[REEL_LOOP_OPERANDS];

      for (guint k = 0; k < map->loop.n_operands; k++)
        {
          gchar *from = operands[k] + begin * strides[k] * map->sizes[k];

          block[k] = from;
          block_strides[k] = strides[k];
          if (strides[k] == 1 || (strides[k] == 0 && k > 0))
            continue;
          block[k] = buffers[k];
          block_strides[k] = 1;
          if (k > 0)
            _reel_copy_run ((gsize) map->sizes[k], count, buffers[k], 1, from, strides[k]);
        }
      map->run (map, count, block, block_strides);
      if (block[0] == buffers[0])
        _reel_copy_run ((gsize) map->sizes[0], count,
                        operands[0] + begin * strides[0] * map->sizes[0], strides[0],
                        buffers[0], 1);
    }
}

static void
run (const Map    *map,
     gint64        n,
     gchar *const *operands,
     const gint64 *strides)
{
  gboolean direct = strides[0] == 1 || n == 1;

  for (guint k = 1; k < map->loop.n_operands; k++)
    direct = direct && (strides[k] == 0 || strides[k] == 1);
  if (direct)
    map->run (map, n, operands, strides);
  else
    run_packed (map, n, operands, strides);
}

/* Elements [begin, end) of the only run. */
static void
run_part (gint64   part,
          gint64   begin,
          gint64   end,
          gpointer data)
{
  const Map *map = data;
  gchar *operands[REEL_LOOP_OPERANDS];
  gint64 strides[REEL_LOOP_OPERANDS];

  for (guint k = 0; k < map->loop.n_operands; k++)
    {
      strides[k] = map->loop.strides[k][0];
      operands[k] = map->data[k] + begin * strides[k] * map->sizes[k];
    }
  run (map, end - begin, operands, strides);
}

/* Runs [begin, end). */
static void
runs_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const Map *map = data;
  const ReelLoop *loop = &map->loop;
  gint64 index[REEL_MAX_AXES];
  gint64 offsets[REEL_LOOP_OPERANDS];
  gint64 strides[REEL_LOOP_OPERANDS];
  gchar *operands[REEL_LOOP_OPERANDS];

  _reel_loop_index (loop, begin, index);
  _reel_loop_offsets (loop, begin, offsets);
  for (guint k = 0; k < loop->n_operands; k++)
    strides[k] = loop->strides[k][loop->rank - 1];
  for (gint64 outer = begin; outer < end; outer++)
    {
      for (guint k = 0; k < loop->n_operands; k++)
        operands[k] = map->data[k] + offsets[k] * map->sizes[k];
      run (map, loop->shape[loop->rank - 1], operands, strides);
      _reel_loop_next (loop, index, offsets);
    }
}

static void
map_run (Map                    *map,
         const ReelArray        *out,
         guint                   n_inputs,
         const ReelArray *const *inputs)
{
  gint64 broadcast[REEL_LOOP_OPERANDS][REEL_MAX_AXES];
  const gint64 *strides[REEL_LOOP_OPERANDS];
  gint64 n;

  for (guint i = 0; i < out->rank; i++)
    if (out->shape[i] == 0)
      return;
  strides[0] = out->strides;
  map->data[0] = out->data;
  map->sizes[0] = (gint64) reel_dtype_get_size (out->dtype);
  for (guint k = 0; k < n_inputs; k++)
    {
      _reel_shape_broadcast_strides (inputs[k], out->rank, out->shape, broadcast[k]);
      strides[k + 1] = broadcast[k];
      map->data[k + 1] = inputs[k]->data;
      map->sizes[k + 1] = (gint64) reel_dtype_get_size (inputs[k]->dtype);
    }
  _reel_loop_init (&map->loop, out->rank, out->shape, n_inputs + 1, strides);
  n = map->loop.shape[map->loop.rank - 1];
  if (map->loop.rank == 1)
    {
      if (n <= REEL_GRAIN)
        run_part (0, 0, n, map);
      else
        _reel_parallel_for (n, REEL_GRAIN, run_part, map);
    }
  else
    {
      _reel_parallel_for (map->loop.n_outer, MAX (1, REEL_GRAIN / n), runs_part, map);
    }
}

/* The shortest way for what is most common: little, dense, and nothing broadcast.
 * Returns how many elements there are, or -1 to take the general way. */
static inline gint64
count_if_simple (const ReelArray *out,
                 const ReelArray *a,
                 const ReelArray *b)
{
  gint64 n = 1;

  if (a->rank != out->rank || b->rank != out->rank)
    return -1;
  for (guint i = out->rank; i-- > 0;)
    {
      gint64 size = out->shape[i];

      if (a->shape[i] != size || b->shape[i] != size)
        return -1;
      if (size != 1 && (out->strides[i] != n || a->strides[i] != n || b->strides[i] != n))
        return -1;
      n *= size;
      if (n > REEL_GRAIN)
        return -1;
    }
  return n;
}

void
_reel_map_unary (ReelUnaryLoop    loop,
                 const ReelArray *x,
                 const ReelArray *y,
                 const gdouble   *parameters)
{
  gint64 n = count_if_simple (y, x, x);
  Map map;                      /* large: filled in only where it is needed */

  if (n >= 0)
    {
      loop (n, x->data, y->data, parameters);
      return;
    }
  map.run = run_unary;
  map.func.unary = loop;
  map.parameters = parameters;
  map_run (&map, y, 1, &x);
}

void
_reel_map_binary (ReelBinaryLoop   loop,
                  const ReelArray *a,
                  const ReelArray *b,
                  const ReelArray *out,
                  const gdouble   *parameters)
{
  gint64 n = count_if_simple (out, a, b);
  Map map;

  if (n >= 0)
    {
      loop (n, a->data, 1, b->data, 1, out->data, parameters);
      return;
    }
  map.run = run_binary;
  map.func.binary = loop;
  map.parameters = parameters;
  map_run (&map, out, 2, (const ReelArray *const[]){ a, b });
}

void
_reel_map_select (ReelSelectLoop   loop,
                  const ReelArray *condition,
                  const ReelArray *a,
                  const ReelArray *b,
                  const ReelArray *out)
{
  Map map;

  map.run = run_select;
  map.func.select = loop;
  map_run (&map, out, 3, (const ReelArray *const[]){ condition, a, b });
}

void
_reel_map_cast (const ReelArray *x,
                const ReelArray *y)
{
  Map map;

  map.run = run_cast;
  map.func.cast = _reel_kernels ()->cast[x->dtype][y->dtype];
  map_run (&map, y, 1, &x);
}

void
_reel_map_copy (const ReelArray *source,
                const ReelArray *destination)
{
  gint64 n = 1;
  Map map;

  for (guint i = 0; i < destination->rank; i++)
    n *= destination->shape[i];
  /* The serial copy knows about transpositions. */
  if (n <= 4 * REEL_GRAIN ||
      !_reel_shape_is_contiguous (destination->rank, destination->shape,
                                  destination->strides) ||
      source->rank == 0 || source->strides[source->rank - 1] != 1)
    {
      _reel_copy_array (destination, source);
    }
  else
    {
      map.run = run_copy;
      map_run (&map, destination, 1, &source);
    }
}

void
_reel_array_accumulate (const ReelArray *destination,
                        const ReelArray *source)
{
  _reel_map_binary (_reel_kernels ()->binary[REEL_BINARY_add][destination->dtype],
                    destination, source, destination, NULL);
}
