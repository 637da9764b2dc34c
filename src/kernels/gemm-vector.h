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

static void
NAME (by_columns) (const ReelProductPart *part)
{
  const gint64 k_size = NAME (k_block) (part->k);
  const TYPE *a = (const TYPE *) part->a.data + part->a.first;

  for (gint64 p = 0; p < part->k; p += k_size)
    {
      const gint64 k = MIN (k_size, part->k - p);
      const TYPE *x = (const TYPE *) part->b + p * part->b_k_stride;

      for (gint64 row = 0; row < part->m;)
        {
          const TYPE *block = a + p * part->a_k_stride + row;
          const gint64 left = part->m - row;
          TYPE *c = (TYPE *) part->c + row;
          const TYPE *from = p > 0 || part->accumulate ? c
                             : part->bias != NULL ? (const TYPE *) part->bias + row : NULL;

          if (left >= WIDE * LANES)
            NAME (columns) (WIDE, LANES, k, block, part->a_k_stride, x, part->b_k_stride,
                            from, c);
          else if (left >= LANES)
            NAME (columns) (1, LANES, k, block, part->a_k_stride, x, part->b_k_stride,
                            from, c);
          else
            NAME (columns) (1, left, k, block, part->a_k_stride, x, part->b_k_stride,
                            from, c);
          row += left >= WIDE * LANES ? WIDE * LANES : MIN (left, LANES);
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
