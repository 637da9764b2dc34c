/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Products of a matrix and a vector: c[i] = sum over p of a[i, p] b[p]. Included after
 * gemm-tile.h, for the same type. */

/* Rows that lie in one piece: lanes side by side, two vectors of them, and rows in
 * groups that share what is read of the vector. */
#define GROUP 4
/* What one such sum spans at most; sums of pieces are added in order. */
#define PIECE 4096

REEL_INLINE void
NAME (dots) (const gint         rows,
             gint64             n,
             const TYPE *const *a,
             const TYPE        *x,
             TYPE              *results)
{
  VECTOR even[GROUP], odd[GROUP];
  gint64 p = 0;

#pragma GCC unroll 4
  for (gint i = 0; i < rows; i++)
    even[i] = odd[i] = (VECTOR) { 0 };
  for (; p + 2 * LANES <= n; p += 2 * LANES)
    {
      const VECTOR x_even = SIMD (load) (x + p), x_odd = SIMD (load) (x + p + LANES);

#pragma GCC unroll 4
      for (gint i = 0; i < rows; i++)
        {
          even[i] = SIMD (fma) (SIMD (load) (a[i] + p), x_even, even[i]);
          odd[i] = SIMD (fma) (SIMD (load) (a[i] + p + LANES), x_odd, odd[i]);
        }
    }
  if (p + LANES <= n)
    {
      const VECTOR rest = SIMD (load) (x + p);

#pragma GCC unroll 4
      for (gint i = 0; i < rows; i++)
        even[i] = SIMD (fma) (SIMD (load) (a[i] + p), rest, even[i]);
      p += LANES;
    }
  if (p < n)
    {
      const VECTOR rest = SIMD (load_part) (x + p, n - p);

#pragma GCC unroll 4
      for (gint i = 0; i < rows; i++)
        odd[i] = SIMD (fma) (SIMD (load_part) (a[i] + p, n - p), rest, odd[i]);
    }
#pragma GCC unroll 4
  for (gint i = 0; i < rows; i++)
    results[i] = SIMD (sum_across) (even[i] + odd[i]);
}

static void
NAME (dots_4) (gint64             n,
               const TYPE *const *a,
               const TYPE        *x,
               TYPE              *results)
{
  NAME (dots) (4, n, a, x, results);
}

static void
NAME (dots_1) (gint64             n,
               const TYPE *const *a,
               const TYPE        *x,
               TYPE              *results)
{
  NAME (dots) (1, n, a, x, results);
}

/* A group of rows whose elements may lie anywhere; `gathered` has room for them. */
static void
NAME (group) (const ReelProductPart *part,
              gint64                 row,
              gint                   rows,
              gint64                 first_k,
              gint64                 k,
              const TYPE            *x,
              TYPE                  *gathered,
              TYPE                  *results)
{
  const TYPE *lines[GROUP];

  for (gint i = 0; i < rows; i++)
    {
      const TYPE *line = (const TYPE *) part->a.data + _reel_row_offset (&part->a, row + i)
                         + first_k * part->a_k_stride;

      if (part->a_k_stride != 1)
        {
          for (gint64 p = 0; p < k; p++)
            gathered[p] = line[p * part->a_k_stride];
          line = gathered;
          gathered += k;
        }
      lines[i] = line;
    }
  if (rows == GROUP)
    NAME (dots_4) (k, lines, x, results);
  else
    for (gint i = 0; i < rows; i++)
      NAME (dots_1) (k, lines + i, x, results + i);
}

static void
NAME (by_rows) (const ReelProductPart *part)
{
  TYPE *c = part->c;
  TYPE own_x[PIECE], gathered[GROUP * PIECE];

  for (gint64 p = 0; p < part->k; p += PIECE)
    {
      const gint64 k = MIN (part->k - p, PIECE);
      const TYPE *x = (const TYPE *) part->b + p * part->b_k_stride;

      if (part->b_k_stride != 1)
        {
          for (gint64 i = 0; i < k; i++)
            own_x[i] = x[i * part->b_k_stride];
          x = own_x;
        }
      for (gint64 row = 0; row < part->m; row += GROUP)
        {
          const gint rows = (gint) MIN (part->m - row, GROUP);
          TYPE results[GROUP];

          NAME (group) (part, row, rows, p, k, x, gathered, results);
          for (gint i = 0; i < rows; i++)
            {
              if (p > 0 || part->accumulate)
                c[row + i] = (TYPE) (c[row + i] + results[i]);
              else if (part->bias != NULL)
                c[row + i] = (TYPE) (((const TYPE *) part->bias)[row + i] + results[i]);
              else
                c[row + i] = results[i];
            }
        }
    }
}

/* Columns that lie in one piece: some of them stay in registers while k goes by, in
 * the order of the tiles. */
#define WIDE 8

REEL_INLINE void
NAME (columns) (const gint             vectors,
                gint64                 last,
                gint64                 k,
                const TYPE            *a,
                gint64                 a_step,
                const TYPE            *x,
                gint64                 x_step,
                const TYPE            *from,
                TYPE                  *c)
{
  VECTOR sums[WIDE];

#pragma GCC unroll 8
  for (gint i = 0; i < vectors; i++)
    sums[i] = (VECTOR) { 0 };
  for (; k > 0; k--, a += a_step, x += x_step)
    {
      const VECTOR factor = SIMD (splat) (*x);

#pragma GCC unroll 8
      for (gint i = 0; i < vectors; i++)
        sums[i] = SIMD (fma) (last == LANES ? SIMD (load) (a + i * LANES)
                                            : SIMD (load_part) (a + i * LANES, last),
                              factor, sums[i]);
    }
#pragma GCC unroll 8
  for (gint i = 0; i < vectors; i++)
    if (last == LANES)
      {
        if (from != NULL)
          sums[i] = SIMD (load) (from + i * LANES) + sums[i];
        SIMD (store) (c + i * LANES, sums[i]);
      }
    else
      {
        if (from != NULL)
          sums[i] = SIMD (load_part) (from + i * LANES, last) + sums[i];
        SIMD (store_part) (c + i * LANES, sums[i], last);
      }
}

/* The same, in the same order, where columns are far from each other: they are read
 * from end to end, some at a time, and the sums wait in the nearest cache. */
#define AT_ONCE 4
#define WAITING (8192 / (gint64) sizeof (TYPE))

REEL_INLINE void
NAME (add_columns) (const gint  columns,
                    gint64      n,
                    const TYPE *a,
                    gint64      a_step,
                    const TYPE *x,
                    gint64      x_step,
                    TYPE       *sums)
{
  VECTOR factors[AT_ONCE];
  const TYPE *lines[AT_ONCE];

#pragma GCC unroll 8
  for (gint j = 0; j < columns; j++)
    {
      factors[j] = SIMD (splat) (x[j * x_step]);
      lines[j] = a + j * a_step;
    }
  for (gint64 i = 0; i < n; i += LANES)
    {
      VECTOR sum = SIMD (load) (sums + i);

      if (n - i >= LANES)
        {
#pragma GCC unroll 8
          for (gint j = 0; j < columns; j++)
            sum = SIMD (fma) (SIMD (load) (lines[j] + i), factors[j], sum);
        }
      else
        {
#pragma GCC unroll 8
          for (gint j = 0; j < columns; j++)
            sum = SIMD (fma) (SIMD (load_part) (lines[j] + i, n - i), factors[j], sum);
        }
      SIMD (store) (sums + i, sum);
    }
}

static void
NAME (far_columns) (gint64      n,
                    gint64      k,
                    const TYPE *a,
                    gint64      a_step,
                    const TYPE *x,
                    gint64      x_step,
                    const TYPE *from,
                    TYPE       *c)
{
  _Alignas (64) TYPE sums[WAITING];
  gint64 p = 0;

  memset (sums, 0, sizeof sums);
  for (; p + AT_ONCE <= k; p += AT_ONCE)
    NAME (add_columns) (AT_ONCE, n, a + p * a_step, a_step, x + p * x_step, x_step, sums);
  for (; p < k; p++)
    NAME (add_columns) (1, n, a + p * a_step, a_step, x + p * x_step, x_step, sums);
  for (gint64 i = 0; i < n; i++)
    c[i] = from != NULL ? (TYPE) (from[i] + sums[i]) : sums[i];
}

/* As many of the rows that are left as one of the two takes at once; their number. */
static gint64
NAME (some_rows) (gboolean    far,
                  gint64      left,
                  gint64      k,
                  const TYPE *a,
                  gint64      a_step,
                  const TYPE *x,
                  gint64      x_step,
                  const TYPE *from,
                  TYPE       *c)
{
  if (far)
    {
      NAME (far_columns) (MIN (left, WAITING), k, a, a_step, x, x_step, from, c);
      return MIN (left, WAITING);
    }
  if (left >= WIDE * LANES)
    {
      NAME (columns) (WIDE, LANES, k, a, a_step, x, x_step, from, c);
      return WIDE * LANES;
    }
  if (left >= LANES)
    NAME (columns) (1, LANES, k, a, a_step, x, x_step, from, c);
  else
    NAME (columns) (1, left, k, a, a_step, x, x_step, from, c);
  return MIN (left, LANES);
}

static void
NAME (by_columns) (const ReelProductPart *part)
{
  const gint64 k_size = NAME (k_block) (part->k), a_step = part->a_k_stride;
  const TYPE *a = (const TYPE *) part->a.data + part->a.first;
  const gboolean far = ABS (a_step) > SHORT_STEP / (gint64) sizeof (TYPE);

  for (gint64 p = 0; p < part->k; p += k_size)
    {
      const gint64 k = MIN (k_size, part->k - p);
      gint64 n;

      for (gint64 row = 0; row < part->m; row += n)
        {
          TYPE *c = (TYPE *) part->c + row;
          const TYPE *from = p > 0 || part->accumulate ? c
                             : part->bias != NULL ? (const TYPE *) part->bias + row : NULL;

          n = NAME (some_rows) (far, part->m - row, k, a + p * a_step + row, a_step,
                                (const TYPE *) part->b + p * part->b_k_stride,
                                part->b_k_stride, from, c);
        }
    }
}

void
REEL_LOOP (NAME (product_vector)) (const ReelProductPart *part)
{
  if (part->a_k_stride != 1 && part->a.n_axes == 1 && part->a.strides[0] == 1)
    NAME (by_columns) (part);
  else
    NAME (by_rows) (part);
}

#undef GROUP
#undef PIECE
#undef WIDE
#undef AT_ONCE
#undef WAITING
