/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Matrix products of one element type; included by loops-gemm.c once for each, with
 *   TYPE, VECTOR, LANES     the element, a vector of it, how many that holds
 *   NAME(x)                 x with the type's name behind it
 *   SIMD(x)                 the vector functions' names: load, store, load_part,
 *                           store_part, splat, fma
 *   TILE_ROWS               rows of the largest tile; TILE_VECTORS wide
 *   TRANSPOSE(rows)         of LANES vectors, where the type has it
 *
 * A tile of c stays in registers while k goes by: a row of vectors of b, and for each
 * row of a one element, spread. Panels are what a tile reads, packed in the order in
 * which it does: TILE_COLUMNS columns of b, or a few rows of a, for a block of k. Every
 * element of c is the same sum in the same order whichever tile it falls into. */

#define TILE_COLUMNS (TILE_VECTORS * LANES)

/* Where a tile lies and what it is made from. */
typedef struct
{
  gint64 k;
  const TYPE *a;
  gint64 a_row, a_step;         /* from row to row, and along k */
  const TYPE *b;
  gint64 b_step;
  gint64 last;                  /* lanes used of the last vector */
  const TYPE *from;             /* added in the end, or NULL */
  gint64 from_step;
  TYPE *c;
  gint64 c_step;
} NAME (Tile);

REEL_INLINE void
NAME (tile) (const gint        rows,
             const gint        vectors,
             const gboolean    whole,
             const NAME (Tile) *t)
{
  const TYPE *a = t->a, *b = t->b, *from = t->from;
  const gint64 a_row = t->a_row, a_step = t->a_step, b_step = t->b_step, last = t->last;
  TYPE *c = t->c;
  VECTOR sums[TILE_ROWS][TILE_VECTORS];

#pragma GCC unroll 16
  for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (gint j = 0; j < vectors; j++)
      sums[i][j] = (VECTOR) { 0 };
  for (gint64 p = t->k; p > 0; p--)
    {
      VECTOR row[TILE_VECTORS];

#pragma GCC unroll 4
      for (gint j = 0; j < vectors; j++)
        row[j] = whole || j + 1 < vectors ? SIMD (load) (b + j * LANES)
                                          : SIMD (load_part) (b + j * LANES, last);
#pragma GCC unroll 16
      for (gint i = 0; i < rows; i++)
        {
          const VECTOR x = SIMD (splat) (a[i * a_row]);

#pragma GCC unroll 4
          for (gint j = 0; j < vectors; j++)
            sums[i][j] = SIMD (fma) (x, row[j], sums[i][j]);
        }
      a += a_step;
      b += b_step;
    }
#pragma GCC unroll 16
  for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (gint j = 0; j < vectors; j++)
      {
        if (whole || j + 1 < vectors)
          {
            if (from != NULL)
              sums[i][j] = SIMD (load) (from + i * t->from_step + j * LANES) + sums[i][j];
            SIMD (store) (c + i * t->c_step + j * LANES, sums[i][j]);
          }
        else
          {
            if (from != NULL)
              sums[i][j] = SIMD (load_part) (from + i * t->from_step + j * LANES, last)
                           + sums[i][j];
            SIMD (store_part) (c + i * t->c_step + j * LANES, sums[i][j], last);
          }
      }
}

#define TILE(rows, vectors) \
  static void \
  NAME (tile_##rows##x##vectors) (const NAME (Tile) *t) \
  { \
    if (t->last == LANES) \
      NAME (tile) (rows, vectors, TRUE, t); \
    else \
      NAME (tile) (rows, vectors, FALSE, t); \
  }
#define TILES(rows) TILE (rows, 1) TILE (rows, 2)
TILES (1) TILES (2) TILES (3) TILES (4)
#if TILE_ROWS > 4
TILES (5) TILES (6)
#endif
#if TILE_ROWS > 6
TILES (7) TILES (8) TILES (9) TILES (10) TILES (11) TILES (12) TILES (13) TILES (14)
#endif
#undef TILES
#undef TILE

static void (*const NAME (tiles)[TILE_ROWS][TILE_VECTORS]) (const NAME (Tile) *) = {
#define TILES(rows) { NAME (tile_##rows##x1), NAME (tile_##rows##x2) },
  TILES (1) TILES (2) TILES (3) TILES (4)
#if TILE_ROWS > 4
  TILES (5) TILES (6)
#endif
#if TILE_ROWS > 6
  TILES (7) TILES (8) TILES (9) TILES (10) TILES (11) TILES (12) TILES (13) TILES (14)
#endif
#undef TILES
};

/* Packing ------------------------------------------------------------------ */

/* Lines that lie next to each other: to[p * width + i] = from[p * step + i] for
 * i < n. Lanes beyond n of the last vector become 0; writes up to LANES - 1 elements
 * beyond the panel. */
static void
NAME (pack_copy) (gint64      n,
                  gint64      width,
                  gint64      k,
                  const TYPE *from,
                  gint64      step,
                  TYPE       *to)
{
  for (gint64 p = 0; p < k; p++)
    {
      gint64 i = 0;

      for (; i + LANES <= n; i += LANES)
        SIMD (store) (to + i, SIMD (load) (from + i));
      if (i < n)
        SIMD (store) (to + i, SIMD (load_part) (from + i, n - i));
      from += step;
      to += width;
    }
}

#ifdef TRANSPOSE
/* LANES steps at most of lines that each lie in one piece. */
REEL_INLINE void
NAME (pack_block) (const gint         blocks,
                   gint64             width,
                   gint64             n_steps,
                   const TYPE *const *lines,
                   gint64             p,
                   TYPE              *to)
{
  VECTOR rows[2][LANES];

#pragma GCC unroll 2
  for (gint block = 0; block < blocks; block++)
    {
      if (n_steps == LANES)
        {
#pragma GCC unroll 16
          for (gint i = 0; i < LANES; i++)
            rows[block][i] = SIMD (load) (lines[block * LANES + i] + p);
        }
      else
        {
#pragma GCC unroll 16
          for (gint i = 0; i < LANES; i++)
            rows[block][i] = SIMD (load_part) (lines[block * LANES + i] + p, n_steps);
        }
      TRANSPOSE (rows[block]);
    }
  /* In order: what is beyond `width` is written over by the next. */
#pragma GCC unroll 16
  for (gint i = 0; i < LANES; i++)
    if (i < n_steps)
#pragma GCC unroll 2
      for (gint block = 0; block < blocks; block++)
        SIMD (store) (to + i * width + block * LANES, rows[block][i]);
}
#endif

/* Any lines: to[p * width + i] = lines[i][p * step]. */
static void
NAME (pack_lines) (gint64             n,
                   gint64             width,
                   gint64             k,
                   const TYPE *const *lines,
                   gint64             step,
                   TYPE              *to)
{
#ifdef TRANSPOSE
  if (step == 1)
    {
      for (gint64 p = 0; p < k; p += LANES)
        if (n > LANES)
          NAME (pack_block) (2, width, MIN (k - p, LANES), lines, p, to + p * width);
        else
          NAME (pack_block) (1, width, MIN (k - p, LANES), lines, p, to + p * width);
      return;
    }
#endif
  for (gint64 p = 0; p < k; p++)
    for (gint64 i = 0; i < n; i++)
      to[p * width + i] = lines[i][p * step];
}

/* Fills up a list of lines, so that whole blocks of them can be read. */
static void
NAME (repeat_last_line) (const TYPE **lines,
                         gint64       n)
{
  for (gint64 i = n; i < 2 * LANES; i++)
    lines[i] = lines[n - 1];
}

static void
NAME (pack_columns) (const ReelProductPart *part,
                     gint64                 first_column,
                     gint64                 n,
                     gint64                 first_k,
                     gint64                 k,
                     TYPE                  *to)
{
  const TYPE *b = (const TYPE *) part->b + first_k * part->b_k_stride
                  + first_column * part->b_column_stride;
  const TYPE *lines[2 * LANES];

  if (part->b_column_stride == 1)
    {
      NAME (pack_copy) (n, TILE_COLUMNS, k, b, part->b_k_stride, to);
      return;
    }
  for (gint64 i = 0; i < n; i++)
    lines[i] = b + i * part->b_column_stride;
  NAME (repeat_last_line) (lines, n);
  /* Every lane of the vectors that a tile reads has to hold something. */
  NAME (pack_lines) (MIN ((n + LANES - 1) / LANES * LANES, TILE_COLUMNS), TILE_COLUMNS, k,
                     lines, part->b_k_stride, to);
}

static void
NAME (pack_rows) (const ReelProductPart *part,
                  gint64                 first_row,
                  gint64                 n,
                  gint64                 first_k,
                  gint64                 k,
                  TYPE                  *to)
{
  const TYPE *a = (const TYPE *) part->a.data + first_k * part->a_k_stride;
  const TYPE *lines[2 * LANES > TILE_ROWS ? 2 * LANES : TILE_ROWS];

  if (part->a.n_axes == 1 && part->a.strides[0] == 1)
    {
      NAME (pack_copy) (n, n, k, a + part->a.first + first_row, part->a_k_stride, to);
      return;
    }
  for (gint64 i = 0; i < n; i++)
    lines[i] = a + _reel_row_offset (&part->a, first_row + i);
  NAME (repeat_last_line) (lines, n);
  NAME (pack_lines) (n, n, k, lines, part->a_k_stride, to);
}

/* A block of c ------------------------------------------------------------- */

/* Blocks of k: as many as needed, of about one size. */
#define K_BLOCK 384

static gint64
NAME (k_block) (gint64 k)
{
  const gint64 n_blocks = (k + K_BLOCK - 1) / K_BLOCK;
  const gint64 size = n_blocks > 1 ? (k + n_blocks - 1) / n_blocks : k;

  return n_blocks > 1 ? (size + 15) / 16 * 16 : size;
}

#define STACK_COLUMNS 65536
/* Below so many columns the rows of a are read where they are. */
#define FEW_PANELS 4

void
REEL_LOOP (NAME (product)) (const ReelProductPart *part)
{
  _Alignas (64) TYPE stack_columns[STACK_COLUMNS / sizeof (TYPE)];
  _Alignas (64) TYPE packed_rows[TILE_ROWS * K_BLOCK + LANES];
  const gint64 m = part->m, n = part->n, k = part->k;
  const gint64 k_size = NAME (k_block) (k);
  const gint64 n_row_tiles = (m + TILE_ROWS - 1) / TILE_ROWS;
  const gint64 n_panels = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  const gboolean b_in_place = part->b_column_stride == 1 && n_row_tiles <= 1;
  const gboolean a_in_place = part->a.n_axes == 1 && n_panels <= FEW_PANELS;
  const gint64 panel_size = k_size * TILE_COLUMNS;
  TYPE *columns = stack_columns;
  gint64 room = STACK_COLUMNS / (gint64) sizeof (TYPE);
  gint64 panels_at_once = n_panels;

  if (!b_in_place)
    {
      if (panel_size * n_panels > room)
        {
          TYPE *buffer = _reel_gemm_buffer ();

          if (buffer != NULL)
            {
              columns = buffer;
              room = REEL_GEMM_BUFFER_SIZE / (gint64) sizeof (TYPE);
            }
        }
      panels_at_once = MIN (n_panels, MAX (room / panel_size, 1));
    }

  for (gint64 panel = 0; panel < n_panels; panel += panels_at_once)
    for (gint64 p = 0; p < k; p += k_size)
      {
        const gint64 n_now = MIN (panels_at_once, n_panels - panel);
        const gint64 k_now = MIN (k_size, k - p);

        if (!b_in_place)
          for (gint64 i = 0; i < n_now; i++)
            NAME (pack_columns) (part, (panel + i) * TILE_COLUMNS,
                                 MIN (n - (panel + i) * TILE_COLUMNS, TILE_COLUMNS), p,
                                 k_now, columns + i * panel_size);
        for (gint64 tile = 0; tile < n_row_tiles; tile++)
          {
            const gint64 row = m * tile / n_row_tiles;
            const gint64 rows = m * (tile + 1) / n_row_tiles - row;
            NAME (Tile) t = { .k = k_now };

            if (a_in_place)
              {
                t.a = (const TYPE *) part->a.data + _reel_row_offset (&part->a, row)
                      + p * part->a_k_stride;
                t.a_row = part->a.strides[0];
                t.a_step = part->a_k_stride;
              }
            else
              {
                NAME (pack_rows) (part, row, rows, p, k_now, packed_rows);
                t.a = packed_rows;
                t.a_row = 1;
                t.a_step = rows;
              }
            for (gint64 i = 0; i < n_now; i++)
              {
                const gint64 column = (panel + i) * TILE_COLUMNS;
                const gint64 width = MIN (n - column, TILE_COLUMNS);
                const gint64 vectors = (width + LANES - 1) / LANES;

                t.b = b_in_place ? (const TYPE *) part->b + p * part->b_k_stride + column
                                 : columns + i * panel_size;
                t.b_step = b_in_place ? part->b_k_stride : TILE_COLUMNS;
                t.last = width - (vectors - 1) * LANES;
                t.c = (TYPE *) part->c + row * part->c_stride + column;
                t.c_step = part->c_stride;
                if (p > 0 || part->accumulate)
                  {
                    t.from = t.c;
                    t.from_step = t.c_step;
                  }
                else if (part->bias != NULL)
                  {
                    t.from = (const TYPE *) part->bias + column;
                    t.from_step = 0;
                  }
                NAME (tiles)[rows - 1][vectors - 1] (&t);
              }
          }
      }
}
