/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "golden-ops.h"

#include <stdio.h>
#include <string.h>

/* Ops that move elements, and pick them by indices. */

#define OP(name) \
  static ReelTensor * \
  name (const Value *v)

#define MANY(name) \
  static const gchar * \
  name (const Value *v, \
        Sample      *sample)

#define X v[0].tensor
#define Y v[1].tensor
#define I(i) ((gint64) v[i].number)

static gint64
from_front (ReelTensor *x,
            gint64      axis)
{
  return axis < 0 ? axis + reel_tensor_get_rank (x) : axis;
}

static ReelTensor *
shape_of (ReelTensor *x,
          ReelTensor *other,
          ReelTensor *(*func) (ReelTensor   *x,
                               guint         rank,
                               const gint64 *shape))
{
  guint rank;
  const gint64 *shape = reel_tensor_get_shape (other, &rank);

  return func (x, rank, shape);
}

OP (reshape_as) { return shape_of (X, Y, reel_reshape); }
OP (expand_as) { return shape_of (X, Y, reel_expand); }
OP (flatten) { return reel_flatten (X, I (1), I (2)); }
OP (transpose) { return reel_transpose (X, I (1), I (2)); }
OP (matrix_transpose) { return reel_transpose (X, -1, -2); }
OP (narrow) { return reel_narrow (X, I (1), I (2), I (3)); }
OP (select_) { return reel_select (X, I (1), I (2)); }
OP (diagonal) { return reel_diagonal (X, I (1), I (2), I (3)); }
OP (fliplr) { return reel_flip (X, 1, (gint64[]){ 1 }); }
OP (flipud) { return reel_flip (X, 1, (gint64[]){ 0 }); }

OP (slice)
{
  return reel_slice (X, I (1), I (2), v[3].given ? I (3) : reel_tensor_get_size (X, (gint) I (1)),
                     I (4));
}

OP (movedim)
{
  gint64 axes[REEL_MAX_RANK];
  gint from[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (X);
  gboolean moved[REEL_MAX_RANK] = { FALSE };
  guint next = 0;

  for (guint i = 0; i < rank; i++)
    from[i] = -1;
  for (guint i = 0; i < v[1].n; i++)
    {
      from[from_front (X, v[2].list[i])] = (gint) from_front (X, v[1].list[i]);
      moved[from_front (X, v[1].list[i])] = TRUE;
    }
  for (guint i = 0; i < rank; i++)
    {
      while (from[i] < 0 && moved[next])
        next++;
      axes[i] = from[i] >= 0 ? (gint64) from[i] : (gint64) next++;
    }
  return reel_permute (X, rank, axes);
}

OP (unflatten)
{
  gint64 shape[REEL_MAX_RANK], axis = from_front (X, I (1));
  guint rank;
  const gint64 *old = reel_tensor_get_shape (X, &rank);

  memcpy (shape, old, (gsize) axis * sizeof (gint64));
  memcpy (shape + axis, v[2].list, v[2].n * sizeof (gint64));
  memcpy (shape + axis + v[2].n, old + axis + 1, (rank - (gsize) axis - 1) * sizeof (gint64));
  return reel_reshape (X, rank + v[2].n - 1, shape);
}

/* Of rank at least `least`; PyTorch puts one axis behind for the third. */
static ReelTensor *
at_least (ReelTensor *x,
          guint       least)
{
  guint rank = reel_tensor_get_rank (x);

  if (rank == 0 && least > 0)
    x = reel_unsqueeze (x, 0);
  if (rank < 2 && least > 1)
    x = reel_unsqueeze (x, 0);
  if (rank < 3 && least > 2)
    x = reel_unsqueeze (x, -1);
  return rank >= least ? reel_contiguous (x) : x;
}

OP (at_least_1) { return at_least (X, 1); }
OP (at_least_2) { return at_least (X, 2); }
OP (at_least_3) { return at_least (X, 3); }

MANY (broadcast_tensors)
{
  gint64 shape[REEL_MAX_RANK];
  guint rank = 0;

  for (guint k = 0; k < v[0].n; k++)
    rank = MAX (rank, reel_tensor_get_rank (v[0].tensors[k]));
  for (guint i = 0; i < rank; i++)
    shape[i] = 1;
  for (guint k = 0; k < v[0].n; k++)
    for (gint i = 1; i <= (gint) reel_tensor_get_rank (v[0].tensors[k]); i++)
      if (reel_tensor_get_size (v[0].tensors[k], -i) != 1)
        shape[rank - (guint) i] = reel_tensor_get_size (v[0].tensors[k], -i);
  for (guint k = 0; k < v[0].n; k++)
    sample->outputs[k] = reel_broadcast_to (v[0].tensors[k], rank, shape);
  sample->n_outputs = v[0].n;
  return NULL;
}

OP (sum_to_size)
{
  gint64 axes[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (X), n = 0;
  guint extra = rank - v[1].n;

  for (guint i = 0; i < rank; i++)
    if (i < extra || v[1].list[i - extra] == 1)
      axes[n++] = i;
  if (n == 0)
    return reel_contiguous (X);
  return reel_reshape (reel_sum (X, n, axes, TRUE), v[1].n, v[1].list);
}

/* Joining */

OP (concat) { return reel_concat (v[0].tensors, v[0].n, I (1)); }
OP (stack) { return reel_stack (v[0].tensors, v[0].n, I (1)); }

/* Of rank at least `least` each, then along an axis */
static ReelTensor *
join (const Value *list,
      guint        least,
      gint64       axis)
{
  ReelTensor *tensors[GOLDEN_MAX_LIST];

  for (guint i = 0; i < list->n; i++)
    tensors[i] = at_least (list->tensors[i], least);
  return reel_concat (tensors, list->n, axis);
}

OP (vstack) { return join (&v[0], 2, 0); }
OP (dstack) { return join (&v[0], 3, 2); }
OP (hstack) { return join (&v[0], 1, reel_tensor_get_rank (v[0].tensors[0]) < 2 ? 0 : 1); }

OP (column_stack)
{
  ReelTensor *columns[GOLDEN_MAX_LIST];

  for (guint i = 0; i < v[0].n; i++)
    columns[i] = reel_tensor_get_rank (v[0].tensors[i]) < 2
                 ? reel_reshape (v[0].tensors[i], REEL_SHAPE (-1, 1)) : v[0].tensors[i];
  return reel_concat (columns, v[0].n, 1);
}

OP (roll)
{
  ReelTensor *y = v[2].n > 0 ? X : reel_flatten (X, 0, -1);

  for (guint i = 0; i < v[1].n; i++)
    {
      gint64 axis = v[2].n > 0 ? v[2].list[i] : 0;
      gint64 size = reel_tensor_get_size (y, (gint) axis);
      gint64 shift = size > 0 ? (v[1].list[i] % size + size) % size : 0;
      ReelTensor *parts[] = { reel_narrow (y, axis, size - shift, shift),
                              reel_narrow (y, axis, 0, size - shift) };

      y = reel_concat (parts, 2, axis);
    }
  return v[2].n > 0 ? y : shape_of (y, X, reel_reshape);
}

OP (repeat)
{
  ReelTensor *y = X;

  while (reel_tensor_get_rank (y) < v[1].n)
    y = reel_unsqueeze (y, 0);
  for (guint i = 0; i < v[1].n; i++)
    {
      gint64 axis = (gint64) i - (gint64) v[1].n;
      ReelTensor *copies[GOLDEN_MAX_LIST];

      for (gint64 k = 0; k < v[1].list[i]; k++)
        copies[k] = y;
      y = v[1].list[i] == 0 ? reel_narrow (y, axis, 0, 0)
                            : reel_concat (copies, (guint) v[1].list[i], axis);
    }
  return y == X ? reel_contiguous (X) : y;
}

static ReelTensor *
pad_one (ReelTensor *x,
         gint64      axis,
         gint64      n,
         gdouble     number,
         gboolean    behind)
{
  gint64 size = reel_tensor_get_size (x, (gint) axis);
  gint64 shape[REEL_MAX_RANK];
  guint rank;
  ReelTensor *parts[2], *border;

  if (n <= 0)
    return reel_narrow (x, axis, behind ? 0 : -n, size + n);
  memcpy (shape, reel_tensor_get_shape (x, &rank), sizeof (gint64) * reel_tensor_get_rank (x));
  shape[from_front (x, axis)] = n;
  border = reel_tensor_new_full (reel_tensor_get_dtype (x), rank, shape, number, NULL);
  parts[behind ? 1 : 0] = border;
  parts[behind ? 0 : 1] = x;
  x = reel_concat (parts, 2, axis);
  reel_tensor_unref (border);
  return x;
}

static ReelTensor *
padded (ReelTensor  *x,
        const Value *sizes,
        gdouble      number)
{
  for (guint i = 0; i < sizes->n; i++)
    x = pad_one (x, -1 - (gint64) i / 2, sizes->list[i], number, i % 2 == 1);
  return x;
}

OP (constant_pad) { return padded (X, &v[1], v[2].number); }
OP (pad) { return padded (X, &v[1], v[3].number); }

/* Parting */

static const gchar *
part (ReelTensor   *x,
      guint         n,
      const gint64 *sizes,
      gint64        axis,
      Sample       *sample)
{
  sample->n_outputs = n;
  (void) reel_split (x, n, sizes, axis, sample->outputs);
  return NULL;
}

/* Of a size each but the last */
static const gchar *
part_by_size (ReelTensor *x,
              gint64      size,
              gint64      axis,
              Sample     *sample)
{
  gint64 sizes[GOLDEN_MAX_LIST], left = reel_tensor_get_size (x, (gint) axis);
  guint n;

  for (n = 0; left > 0; n++)
    {
      sizes[n] = MIN (left, size);
      left -= sizes[n];
    }
  return part (x, n, sizes, axis, sample);
}

MANY (split)
{
  if (v[1].json->kind == JSON_NUMBER)
    return part_by_size (X, v[1].list[0], I (2), sample);
  return part (X, v[1].n, v[1].list, I (2), sample);
}

MANY (chunk)
{
  gint64 size = reel_tensor_get_size (X, (gint) I (2));

  return part_by_size (X, (size + I (1) - 1) / I (1), I (2), sample);
}

/* Into so many, or before these indices */
static const gchar *
part_at (const Value *v,
         gint64       axis,
         Sample      *sample)
{
  gint64 size = reel_tensor_get_size (X, (gint) axis), sizes[GOLDEN_MAX_LIST], start = 0;
  guint n = v[1].n + 1;

  if (v[1].json->kind == JSON_NUMBER)
    {
      n = (guint) v[1].list[0];
      for (guint i = 0; i < n; i++)
        sizes[i] = size / n + (i < size % n ? 1 : 0);
      return part (X, n, sizes, axis, sample);
    }
  for (guint i = 0; i < n; i++)
    {
      gint64 end = i < v[1].n ? CLAMP (v[1].list[i], start, size) : size;

      sizes[i] = end - start;
      start = end;
    }
  return part (X, n, sizes, axis, sample);
}

MANY (vsplit) { return part_at (v, 0, sample); }
MANY (dsplit) { return part_at (v, 2, sample); }
MANY (hsplit) { return part_at (v, reel_tensor_get_rank (X) < 2 ? 0 : 1, sample); }

MANY (unbind)
{
  sample->n_outputs = (guint) reel_tensor_get_size (X, (gint) I (1));
  (void) reel_unbind (X, I (1), sample->outputs, sample->n_outputs);
  return NULL;
}

OP (diff)
{
  gint64 axis = I (2);
  ReelTensor *y = X;

  if (I (1) > 0 && (v[3].tensor != NULL || v[4].tensor != NULL))
    {
      ReelTensor *parts[3];
      guint n = 0;

      if (v[3].tensor != NULL)
        parts[n++] = v[3].tensor;
      parts[n++] = y;
      if (v[4].tensor != NULL)
        parts[n++] = v[4].tensor;
      y = reel_concat (parts, n, axis);
    }
  for (gint64 i = 0; i < I (1); i++)
    {
      gint64 n = reel_tensor_get_size (y, (gint) axis) - 1;

      y = n < 0 ? y : reel_sub (reel_narrow (y, axis, 1, n), reel_narrow (y, axis, 0, n));
    }
  return y == X ? reel_contiguous (X) : y;
}

/* Indices */

OP (gather) { return reel_gather (X, I (1), v[2].tensor); }
OP (index_select) { return reel_index_select (X, I (1), v[2].tensor); }
OP (scatter_add) { return reel_scatter_add (X, I (1), v[2].tensor, v[3].tensor); }

OP (index_add)
{
  ReelTensor *source = v[3].tensor, *index = v[2].tensor;
  gint64 shape[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (source);

  for (guint i = 0; i < rank; i++)
    shape[i] = i == (guint) I (1) ? reel_tensor_get_n_elements (index) : 1;
  index = shape_of (reel_reshape (index, rank, shape), source, reel_expand);
  return reel_scatter_add (X, I (1), index, reel_mul_scalar (source, v[4].number));
}

OP (take)
{
  ReelTensor *flat = reel_gather (reel_reshape (X, REEL_SHAPE (-1)), 0,
                                  reel_reshape (Y, REEL_SHAPE (-1)));

  return shape_of (flat, Y, reel_reshape);
}

/* As large as the other but along an axis */
static ReelTensor *
expand_but (ReelTensor *x,
            ReelTensor *other,
            gint64      axis)
{
  gint64 shape[REEL_MAX_RANK];
  guint rank = reel_tensor_get_rank (x);

  for (guint i = 0; i < rank; i++)
    shape[i] = reel_tensor_get_size (x, (gint) i) != 1 || (gint64) i == from_front (x, axis)
               ? -1 : reel_tensor_get_size (other, (gint) i);
  return reel_expand (x, rank, shape);
}

OP (take_along_dim)
{
  if (!v[2].given)
    return reel_gather (reel_reshape (X, REEL_SHAPE (-1)), 0,
                        reel_reshape (Y, REEL_SHAPE (-1)));
  return reel_gather (expand_but (X, Y, I (2)), I (2), expand_but (Y, X, I (2)));
}

/* (the vectors have the table first) */
OP (embedding)
{
  return reel_dtype_is_floating (reel_tensor_get_dtype (X)) ? reel_embedding (X, Y)
                                                            : reel_embedding (Y, X);
}

static gboolean
is_list_of_numbers (const Json *items)
{
  for (guint i = 0; i < json_length (items); i++)
    if (json_at (items, i)->kind != JSON_NUMBER)
      return FALSE;
  return TRUE;
}

static ReelTensor *
pick (ReelTensor *x,
      const Json *items)
{
  gint64 indices[GOLDEN_MAX_LIST];
  guint n = json_length (items);
  g_autoptr (ReelTensor) index = NULL;

  for (guint i = 0; i < n; i++)
    indices[i] = (gint64) json_at (items, i)->number;
  index = reel_tensor_new_from_data (REEL_I64, REEL_SHAPE (n), indices, n * sizeof (gint64),
                                     NULL);
  return reel_index_select (x, 0, index);
}

/* A list of numbers, or numbers and slices for axes */
MANY (getitem)
{
  const Json *items = v[1].json;
  ReelTensor *y = X;
  gint64 axis = 0;

  sample->n_outputs = 1;
  if (items->kind != JSON_ARRAY)
    return "indices that are tensors";
  if (is_list_of_numbers (items))
    {
      sample->outputs[0] = pick (X, items);
      return NULL;
    }
  for (guint i = 0; i < json_length (items); i++)
    {
      const Json *item = json_at (items, i);
      gchar bounds[3][16];

      if (item->kind == JSON_NUMBER)
        {
          y = reel_select (y, axis, (gint64) item->number);
          continue;
        }
      if (item->kind != JSON_STRING ||
          sscanf (item->text, "slice(%15[^,], %15[^,], %15[^)])", bounds[0], bounds[1],
                  bounds[2]) != 3)
        return "indices that are tensors or lists";
      y = reel_slice (y, axis, g_ascii_strtoll (bounds[0], NULL, 10),
                      g_str_equal (bounds[1], "None") ? reel_tensor_get_size (y, (gint) axis)
                                                      : g_ascii_strtoll (bounds[1], NULL, 10),
                      g_str_equal (bounds[2], "None") ? 1
                                                      : g_ascii_strtoll (bounds[2], NULL, 10));
      axis++;
    }
  sample->outputs[0] = y;
  return NULL;
}

#define SHAPE(name, f) GOLDEN_XL (name, "T:input L:shape", f)
#define PARTS "T:input L:indices_or_sections"

const GoldenOp golden_shapes[] = {
  GOLDEN_MANY ("__getitem__", "T:input J:index", getitem),
  GOLDEN_V ("atleast_1d", "T:input", at_least_1),
  GOLDEN_V ("atleast_2d", "T:input", at_least_2),
  GOLDEN_V ("atleast_3d", "T:input", at_least_3),
  GOLDEN_MANY ("broadcast_tensors", "P:tensors", broadcast_tensors),
  SHAPE ("broadcast_to", reel_broadcast_to),
  GOLDEN_V ("cat", "P:tensors N:dim=0", concat),
  GOLDEN_MANY ("chunk", "T:input N:chunks N:dim=0", chunk),
  GOLDEN_X ("clone", reel_contiguous),
  GOLDEN_V ("column_stack", "P:tensors", column_stack),
  GOLDEN_V ("constant_pad_nd", "T:input L:pad N:value=0", constant_pad),
  GOLDEN_X ("contiguous", reel_contiguous),
  GOLDEN_V ("diagonal", "T:input N:offset=0 N:dim1=0 N:dim2=1", diagonal),
  GOLDEN_V ("diff", "T:input N:n=1 N:dim=-1 T:prepend=null T:append=null", diff),
  GOLDEN_MANY ("dsplit", PARTS, dsplit),
  GOLDEN_V ("dstack", "P:tensors", dstack),
  SHAPE ("expand", reel_expand),
  GOLDEN_V ("expand_as", "T:input T:other", expand_as),
  GOLDEN_V ("flatten", "T:input N:start_dim=0 N:end_dim=-1", flatten),
  GOLDEN_XL ("flip", "T:input L:dims", reel_flip),
  GOLDEN_V ("fliplr", "T:input", fliplr),
  GOLDEN_V ("flipud", "T:input", flipud),
  GOLDEN_V ("gather", "T:input N:dim T:index", gather),
  GOLDEN_MANY ("hsplit", PARTS, hsplit),
  GOLDEN_V ("hstack", "P:tensors", hstack),
  GOLDEN_V ("index_add", "T:input N:dim T:index T:source N:alpha=1", index_add),
  GOLDEN_V ("index_select", "T:input N:dim T:index", index_select),
  GOLDEN_V ("mT", "T:input", matrix_transpose),
  GOLDEN_V ("movedim", "T:input L:source L:destination", movedim),
  GOLDEN_V ("narrow", "T:input N:dim N:start N:length", narrow),
  GOLDEN_V ("nn.functional.embedding", "T:input T:weight B:scale_grad_by_freq=false", embedding),
  GOLDEN_V ("nn.functional.pad.constant", "T:input L:pad S:mode=null N:value=0", pad),
  GOLDEN_XL ("permute", "T:input L:dims", reel_permute),
  GOLDEN_V ("ravel", "T:input N:start_dim=0 N:end_dim=-1", flatten),
  GOLDEN_V ("repeat", "T:input L:repeats", repeat),
  SHAPE ("reshape", reel_reshape),
  GOLDEN_V ("reshape_as", "T:input T:other", reshape_as),
  GOLDEN_V ("roll", "T:input L:shifts L:dims=null", roll),
  GOLDEN_V ("scatter_add", "T:input N:dim T:index T:source", scatter_add),
  GOLDEN_V ("select", "T:input N:dim N:index", select_),
  GOLDEN_V ("slice", "T:input N:dim=0 N:start=0 N:end=null N:step=1", slice),
  GOLDEN_MANY ("split", "T:input L:sizes N:dim=0", split),
  GOLDEN_MANY ("split.list_args", "T:input L:sizes N:dim=0", split),
  GOLDEN_MANY ("split_with_sizes", "T:input L:sizes N:dim=0", split),
  GOLDEN_XL ("squeeze", "T:input L:dim=null", reel_squeeze),
  GOLDEN_V ("stack", "P:tensors N:dim=0", stack),
  GOLDEN_V ("sum_to_size", "T:input L:size", sum_to_size),
  GOLDEN_V ("take", "T:input T:index", take),
  GOLDEN_V ("take_along_dim", "T:input T:indices N:dim=null", take_along_dim),
  GOLDEN_V ("tile", "T:input L:dims", repeat),
  GOLDEN_V ("transpose", "T:input N:dim0 N:dim1", transpose),
  GOLDEN_XI ("tril", "T:input N:diagonal=0", reel_tril),
  GOLDEN_XI ("triu", "T:input N:diagonal=0", reel_triu),
  GOLDEN_MANY ("unbind", "T:input N:dim=0", unbind),
  GOLDEN_V ("unflatten", "T:input N:dim L:sizes", unflatten),
  GOLDEN_XI ("unsqueeze", "T:input N:dim", reel_unsqueeze),
  SHAPE ("view", reel_reshape),
  GOLDEN_V ("view_as", "T:input T:other", reshape_as),
  GOLDEN_MANY ("vsplit", PARTS, vsplit),
  GOLDEN_V ("vstack", "P:tensors", vstack),
  { NULL, NULL, FORM_X, { NULL } }
};
