/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/shape.h"
#include "kernels/parallel.h"
#include "ops/reduction.h"
#include "ops/rows.h"

/* A reduction goes in stages, each taking one run of reduced axes away:
 *
 *   rows      the reduced run lies last and densely: the loops of rows take it;
 *             a long one is cut in parts, whose results are the next stage's
 *   columns   the kept run lies last and densely: whole rows are added up, or
 *             combined by the loop of two operands that the reduction repeats
 *   pack      none of these: a copy with the reduced axes last
 *
 * Where stages and parts begin depends on shape and strides alone, and the loops
 * combine in fixed trees, so results do not depend on the number of threads. */

#define PART REEL_GRAIN
/* Widths that columns are cut into: a multiple of what the loops take at once. */
#define MAX_WIDTH 512
#define MIN_HEIGHT 32

typedef struct
{
  gint64 size;
  gint64 stride;
  gboolean reduced;
} Axis;

typedef struct
{
  ReelReduceId id;
  ReelDType dtype;              /* of data: x's, then that of the results */
  const gchar *data;
  guint n_axes;
  Axis axes[REEL_MAX_AXES + 1];
  guint n_reduced;              /* of these axes */
  gpointer out;
  gint64 n_out;
  gdouble factor;               /* how often what was left out repeats */
  gboolean dry;                 /* only count workspace */
  gchar *workspace;
  gsize used;
} State;

void
_reel_reduction_shape (ReelSpec       *spec,
                       ReelDType       dtype,
                       guint           rank,
                       const gint64   *shape,
                       const ReelAxes *axes)
{
  guint32 mask = _reel_axes_mask (axes, rank);

  spec->dtype = dtype;
  spec->rank = 0;
  for (guint i = 0; i < rank; i++)
    if ((mask >> i & 1) == 0)
      spec->shape[spec->rank++] = shape[i];
    else if (axes->keep)
      spec->shape[spec->rank++] = 1;
}

gint64
_reel_reduction_count (guint           rank,
                       const gint64   *shape,
                       const ReelAxes *axes)
{
  gint64 sizes[REEL_MAX_AXES];

  for (guint i = 0; i < axes->n; i++)
    sizes[i] = shape[(gint32) rank + axes->axes[i]];
  return _reel_shape_product (axes->n, sizes);
}

ReelDType
_reel_reduction_dtype (ReelReduceId id,
                       ReelDType    dtype)
{
  switch (id)
    {
    case REEL_REDUCE_sum:
    case REEL_REDUCE_prod:
      return reel_dtype_is_floating (dtype) ? dtype : REEL_I64;
    case REEL_REDUCE_argmax:
    case REEL_REDUCE_argmin:
      return REEL_I64;
    case REEL_REDUCE_any:
    case REEL_REDUCE_all:
      return REEL_BOOL;
    case REEL_REDUCE_amax:
    case REEL_REDUCE_amin:
    case REEL_REDUCE_logsumexp:
    case REEL_N_REDUCE:
    default:
      return dtype;
    }
}

/* Whether results of parts reduce to the result of the whole. A position does not. */
static gboolean
is_associative (ReelReduceId id)
{
  return id != REEL_REDUCE_argmax && id != REEL_REDUCE_argmin;
}

/* What combines two results of a reduction, for those that columns can be made of;
 * NULL otherwise. Sums have a loop of their own. */
static ReelBinaryLoop
combining_loop (ReelReduceId id,
                ReelDType    dtype)
{
  const ReelKernels *kernels = _reel_kernels ();

  switch (id)
    {
    case REEL_REDUCE_amax:
      return kernels->binary[REEL_BINARY_maximum][dtype];
    case REEL_REDUCE_amin:
      return kernels->binary[REEL_BINARY_minimum][dtype];
    case REEL_REDUCE_prod:
      return _reel_reduction_dtype (id, dtype) == dtype
             ? kernels->binary[REEL_BINARY_mul][dtype] : NULL;
    case REEL_REDUCE_sum:
    case REEL_REDUCE_argmax:
    case REEL_REDUCE_argmin:
    case REEL_REDUCE_any:
    case REEL_REDUCE_all:
    case REEL_REDUCE_logsumexp:
    case REEL_N_REDUCE:
    default:
      return NULL;
    }
}

static gboolean
has_columns (const State *state)
{
  const Axis *last = &state->axes[state->n_axes - 1];

  if (state->n_axes < 2 || last->reduced || last->stride != 1 || !last[-1].reduced)
    return FALSE;
  return state->id == REEL_REDUCE_sum
         ? reel_dtype_is_floating (state->dtype)
         : combining_loop (state->id, state->dtype) != NULL;
}

static gchar *
take (State    *state,
      gint64    n_elements,
      ReelDType dtype)
{
  gchar *memory = state->dry ? NULL : state->workspace + state->used;
  gsize size = reel_dtype_get_size (dtype);
  /* Broadcasting makes tensors larger than memory, and results may be wider than
   * their elements: what is too much stays too much rather than wrap around. */
  gsize n_bytes = (gsize) n_elements > G_MAXSIZE / 4 / size
                  ? G_MAXSIZE / 4 : ((gsize) n_elements * size + 63) & ~(gsize) 63;

  state->used = MIN (state->used + n_bytes, G_MAXSIZE / 2);
  return memory;
}

/* Drops axes of size 1 and makes one of neighbours of a kind. */
static void
merge_axes (State *state)
{
  guint n = 0;

  state->n_reduced = 0;
  for (guint i = 0; i < state->n_axes; i++)
    {
      Axis axis = state->axes[i];
      Axis *before = n > 0 ? &state->axes[n - 1] : NULL;

      if (axis.size == 1)
        continue;
      if (before != NULL && before->reduced == axis.reduced &&
          before->stride == axis.stride * axis.size)
        {
          before->size *= axis.size;
          before->stride = axis.stride;
          continue;
        }
      state->axes[n++] = axis;
      state->n_reduced += axis.reduced ? 1 : 0;
    }
  if (state->n_reduced == 0)
    {
      /* Rows of one element each: what is left to do may still convert. */
      state->axes[n++] = (Axis) { 1, 1, TRUE };
      state->n_reduced = 1;
    }
  state->n_axes = n;
}

static gint64
count_elements (const State *state,
                guint        n_axes)
{
  gint64 n = 1;

  for (guint i = 0; i < n_axes; i++)
    n *= state->axes[i].size;
  return n;
}

/* After a stage: the axes as they are now, contiguous in `data`. */
static void
set_contiguous (State       *state,
                const gchar *data,
                ReelDType    dtype)
{
  gint64 stride = 1;

  for (guint i = state->n_axes; i-- > 0;)
    {
      state->axes[i].stride = stride;
      stride *= state->axes[i].size;
    }
  state->data = data;
  state->dtype = dtype;
}

/* Where the element at position `index` of the first n axes lies. */
static gint64
offset_of (const Axis *axes,
           guint       n_axes,
           gint64      index)
{
  gint64 offset = 0;

  while (n_axes-- > 0)
    {
      offset += index % axes[n_axes].size * axes[n_axes].stride;
      index /= axes[n_axes].size;
    }
  return offset;
}

typedef struct
{
  const State *state;
  ReelReduceLoop loop;
  ReelBinaryLoop combine;
  gchar *out;
  gint64 size;                  /* of an element of the data, and of the results */
  gint64 out_size;
  gint64 n_parts;               /* of a row, or of the height of columns */
  gint64 n_widths;
  gint64 width;
  gint64 height;
} Stage;

/* Rows [begin, end), whole. */
static void
rows_part (gint64   part,
           gint64   begin,
           gint64   end,
           gpointer data)
{
  const Stage *stage = data;
  const State *state = stage->state;
  guint n_outer = state->n_axes - 1;
  gint64 n = state->axes[n_outer].size;

  while (begin < end)
    {
      gint64 offset = offset_of (state->axes, n_outer, begin);
      gint64 n_rows = 1;

      if (n_outer > 0 && state->axes[n_outer - 1].stride == n)
        n_rows = MIN (end - begin,
                      state->axes[n_outer - 1].size - begin % state->axes[n_outer - 1].size);
      stage->loop (n_rows, n, state->data + offset * stage->size,
                   stage->out + begin * stage->out_size);
      begin += n_rows;
    }
}

/* Parts [begin, end) of long rows. */
static void
long_rows_part (gint64   part,
                gint64   begin,
                gint64   end,
                gpointer data)
{
  const Stage *stage = data;
  const State *state = stage->state;
  guint n_outer = state->n_axes - 1;
  gint64 n = state->axes[n_outer].size;

  for (gint64 i = begin; i < end; i++)
    {
      gint64 first = i % stage->n_parts * PART;
      gint64 offset = offset_of (state->axes, n_outer, i / stage->n_parts) + first;

      stage->loop (1, MIN (PART, n - first), state->data + offset * stage->size,
                   stage->out + i * stage->out_size);
    }
}

static void
reduce_rows (State *state)
{
  Axis *last = &state->axes[state->n_axes - 1];
  gint64 n_rows = count_elements (state, state->n_axes - 1);
  ReelDType dtype = _reel_reduction_dtype (state->id, state->dtype);
  Stage stage = { .state = state, .n_parts = 1 };

  stage.loop = _reel_kernels ()->reduce[state->id][state->dtype];
  stage.size = (gint64) reel_dtype_get_size (state->dtype);
  stage.out_size = (gint64) reel_dtype_get_size (dtype);
  if (last->size > 2 * PART && is_associative (state->id))
    stage.n_parts = (last->size + PART - 1) / PART;
  stage.out = state->n_reduced == 1 && stage.n_parts == 1
              ? state->out
              : take (state, n_rows * stage.n_parts, dtype);
  if (!state->dry)
    {
      if (stage.n_parts > 1)
        _reel_parallel_for (n_rows * stage.n_parts, 1, long_rows_part, &stage);
      else if (n_rows * last->size <= PART)
        rows_part (0, 0, n_rows, &stage);
      else
        _reel_parallel_for (n_rows, MAX (1, PART / last->size), rows_part, &stage);
    }

  if (stage.n_parts > 1)
    {
      last->size = stage.n_parts;
    }
  else
    {
      state->n_axes--;
      state->n_reduced--;
    }
  set_contiguous (state, stage.out, dtype);
}

/* Tiles [begin, end): of each outer position, parts of the height, of each of
 * these widths. */
static void
columns_part (gint64   part,
              gint64   begin,
              gint64   end,
              gpointer data)
{
  const Stage *stage = data;
  const State *state = stage->state;
  guint n_outer = state->n_axes - 2;
  const Axis *height = &state->axes[n_outer];
  gint64 n = state->axes[n_outer + 1].size;

  for (gint64 i = begin; i < end; i++)
    {
      gint64 column = i % stage->n_widths * stage->width;
      gint64 above = i / stage->n_widths;
      gint64 row = above % stage->n_parts * stage->height;
      gint64 offset = offset_of (state->axes, n_outer, above / stage->n_parts) +
                      row * height->stride + column;
      gint64 n_rows = MIN (stage->height, height->size - row);
      gint64 width = MIN (stage->width, n - column);
      const gchar *x = state->data + offset * stage->size;
      gchar *out = stage->out + (above * n + column) * stage->size;

      if (state->id == REEL_REDUCE_sum)
        {
          _reel_kernels ()->sum_columns[state->dtype] (n_rows, width, x, height->stride, out);
          continue;
        }
      memcpy (out, x, (gsize) (width * stage->size));
      while (--n_rows > 0)
        {
          x += height->stride * stage->size;
          stage->combine (width, out, 1, x, 1, out, NULL);
        }
    }
}

static void
reduce_columns (State *state)
{
  guint n_outer = state->n_axes - 2;
  Axis *height = &state->axes[n_outer];
  gint64 n = state->axes[n_outer + 1].size;
  gint64 n_above;
  Stage stage = { .state = state, .n_parts = 1, .height = height->size };

  stage.combine = combining_loop (state->id, state->dtype);
  stage.size = (gint64) reel_dtype_get_size (state->dtype);
  stage.width = MIN (n, MAX_WIDTH);
  stage.n_widths = (n + stage.width - 1) / stage.width;
  if (height->size > 2 * MAX (MIN_HEIGHT, PART / stage.width))
    {
      stage.height = MAX (MIN_HEIGHT, PART / stage.width);
      stage.n_parts = (height->size + stage.height - 1) / stage.height;
    }
  n_above = count_elements (state, n_outer) * stage.n_parts;
  stage.out = state->n_reduced == 1 && stage.n_parts == 1
              ? state->out
              : take (state, n_above * n, state->dtype);
  if (!state->dry)
    _reel_parallel_for (n_above * stage.n_widths,
                        MAX (1, PART / (stage.height * stage.width)), columns_part, &stage);

  if (stage.n_parts > 1)
    {
      height->size = stage.n_parts;
    }
  else
    {
      state->axes[n_outer] = state->axes[n_outer + 1];
      state->n_axes--;
      state->n_reduced--;
    }
  set_contiguous (state, stage.out, state->dtype);
}

/* A copy with all reduced axes last. */
static void
pack (State *state)
{
  gint64 shape[REEL_MAX_AXES + 1], strides[REEL_MAX_AXES + 1];
  gint64 sizes[2] = { 1, 1 };
  ReelArray source = { (gpointer) state->data, state->dtype, 0, shape, strides };
  gchar *copy = take (state, count_elements (state, state->n_axes), state->dtype);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < state->n_axes; i++)
      {
        const Axis *axis = &state->axes[i];

        if (axis->reduced != (pass == 1) || axis->size == 1)
          continue;
        shape[source.rank] = axis->size;
        strides[source.rank++] = axis->stride;
        sizes[pass] *= axis->size;
      }
  if (!state->dry)
    _reel_rows_pack (&source, copy);
  state->axes[0] = (Axis) { sizes[0], 0, FALSE };
  state->axes[1] = (Axis) { sizes[1], 0, TRUE };
  state->n_axes = 2;
  state->n_reduced = 1;
  set_contiguous (state, copy, state->dtype);
}

static void
reduce (State *state)
{
  while (state->n_reduced > 0)
    {
      const Axis *last = &state->axes[state->n_axes - 1];

      if (last->reduced && last->stride == 1 &&
          (state->n_reduced == 1 || is_associative (state->id)))
        reduce_rows (state);
      else if (has_columns (state))
        reduce_columns (state);
      else
        pack (state);
      if (state->n_reduced > 0)
        merge_axes (state);
    }
  if (state->factor != 1 && !state->dry)
    _reel_kernels ()->unary[REEL_UNARY_mul_scalar][state->dtype] (state->n_out, state->out,
                                                                  state->out, &state->factor);
}

/* An element repeated along a reduced axis, as broadcasting leaves it, need not be
 * looked at more than once. */
static gboolean
repeats (State      *state,
         const Axis *axis)
{
  if (!axis->reduced || axis->stride != 0 || axis->size <= 1)
    return FALSE;
  switch (state->id)
    {
    case REEL_REDUCE_sum:
      if (!reel_dtype_is_floating (state->dtype))
        return FALSE;
      state->factor *= (gdouble) axis->size;
      return TRUE;
    case REEL_REDUCE_amax:
    case REEL_REDUCE_amin:
    case REEL_REDUCE_any:
    case REEL_REDUCE_all:
      return TRUE;
    case REEL_REDUCE_prod:
    case REEL_REDUCE_argmax:
    case REEL_REDUCE_argmin:
    case REEL_REDUCE_logsumexp:
    case REEL_N_REDUCE:
    default:
      return FALSE;
    }
}

/* FALSE: nothing is left to do. */
static gboolean
state_init (State           *state,
            ReelReduceId     id,
            const ReelArray *x,
            const ReelAxes  *axes)
{
  guint32 mask = _reel_axes_mask (axes, x->rank);
  gint64 kept[REEL_MAX_AXES];
  guint n_kept_axes = 0;
  gint64 n_kept, n;

  memset (state, 0, sizeof *state);
  state->id = id;
  state->factor = 1;
  state->dtype = x->dtype;
  state->data = x->data;
  state->n_axes = x->rank;
  for (guint i = 0; i < x->rank; i++)
    {
      gboolean reduced = (mask >> i & 1) != 0;

      state->axes[i] = (Axis) { x->shape[i], x->strides[i], reduced };
      if (!reduced)
        kept[n_kept_axes++] = x->shape[i];
    }
  n_kept = _reel_shape_product (n_kept_axes, kept);
  n = _reel_reduction_count (x->rank, x->shape, axes);
  state->n_out = n_kept;
  if (n_kept == 0)
    return FALSE;
  if (n == 0)
    {
      /* One row after the other, of nothing */
      state->axes[0] = (Axis) { n_kept, 0, FALSE };
      state->axes[1] = (Axis) { 0, 1, TRUE };
      state->n_axes = 2;
    }
  for (guint i = 0; i < state->n_axes; i++)
    if (repeats (state, &state->axes[i]))
      state->axes[i].size = 1;
  merge_axes (state);
  return TRUE;
}

gsize
_reel_reduce_workspace (ReelReduceId     id,
                        const ReelArray *x,
                        const ReelAxes  *axes)
{
  State state;

  if (!state_init (&state, id, x, axes))
    return 0;
  state.dry = TRUE;
  reduce (&state);
  return state.used;
}

void
_reel_reduce (ReelReduceId     id,
              const ReelArray *x,
              const ReelAxes  *axes,
              gpointer         out,
              gpointer         workspace)
{
  State state;

  if (!state_init (&state, id, x, axes))
    return;
  state.out = out;
  state.workspace = workspace;
  reduce (&state);
}
