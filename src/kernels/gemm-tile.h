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
#pragma GCC unroll 16
  for (gint i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (gint j = 0; j < vectors; j++)
      __builtin_prefetch (c + i * t->c_step + j * LANES, 1);
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

/* All of b that one round needs, `n` columns, as panels of panel_size elements. */
static void
NAME (pack_columns) (const ReelProductPart *part,
                     gint64                 first_column,
                     gint64                 n,
                     gint64                 first_k,
                     gint64                 k,
                     gint64                 panel_size,
                     TYPE                  *to)
{
  const gint64 b_step = part->b_k_stride;
  const TYPE *b = (const TYPE *) part->b + first_k * b_step
                  + first_column * part->b_column_stride;
  const TYPE *lines[TILE_COLUMNS];

  if (part->b_column_stride == 1)
    {
      const gint64 n_whole = n / TILE_COLUMNS, rest = n % TILE_COLUMNS;

      for (gint64 p = 0; p < k; p++)
        for (gint64 i = 0; i < n_whole; i++)
          for (gint64 j = 0; j < TILE_COLUMNS; j += LANES)
            SIMD (store) (to + i * panel_size + p * TILE_COLUMNS + j,
                          SIMD (load) (b + p * b_step + i * TILE_COLUMNS + j));
      if (rest > 0)
        NAME (pack_copy) (rest, TILE_COLUMNS, k, b + n_whole * TILE_COLUMNS, b_step,
                          to + n_whole * panel_size);
      return;
    }
  for (gint64 column = 0; column < n; column += TILE_COLUMNS, to += panel_size)
    {
      const gint64 width = MIN (n - column, TILE_COLUMNS);

      for (gint64 i = 0; i < width; i++)
        lines[i] = b + (column + i) * part->b_column_stride;
      NAME (repeat_last_line) (lines, width);
      /* Every lane of the vectors that a tile reads has to hold something. */
      NAME (pack_lines) ((width + LANES - 1) / LANES * LANES, TILE_COLUMNS, k, lines, b_step,
                         to);
    }
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

/* What pack_rows () will read next, while this tile is computed. */
static void
NAME (fetch_rows) (const ReelProductPart *part,
                   gint64                 first_row,
                   gint64                 n,
                   gint64                 first_k,
                   gint64                 k)
{
  for (gint64 i = 0; i < n; i++)
    {
      const TYPE *a = (const TYPE *) part->a.data + first_k
                      + _reel_row_offset (&part->a, first_row + i);

      for (gint64 p = 0; p < k; p += 64 / (gint64) sizeof (TYPE))
        __builtin_prefetch (a + p);
    }
}

/* A block of c ------------------------------------------------------------- */

/* Blocks of k: as many as needed, of about one size. */
#define K_BLOCK 384

static gint64
NAME (k_block) (gint64 k)
{
  const gint64 n_blocks = (k + K_BLOCK - 1) / K_BLOCK;

  return k <= K_BLOCK ? k : ((k + n_blocks - 1) / n_blocks + 15) / 16 * 16;
}

/* Bytes on the stack for packed columns */
#define STACK_SIZE 65536
/* So few panels or tiles are worth no packing of the rows or columns they share. */
#define FEW_PANELS 4
#define FEW_TILES 12
/* The longest step that columns are read by where they are, in bytes */
#define SHORT_STEP 2048

typedef struct
{
  const ReelProductPart *part;
  gint64 n_tiles;               /* of rows */
  gint64 tile_rows, n_longer;   /* the first so many have one row more */
  gint64 panel_size;
  gboolean rows_in_place, columns_in_place;
  gboolean rows_packed;         /* all of them, not one tile's at a time */
  TYPE *columns;
  TYPE *rows;
} NAME (Work);

/* The row of tiles from `row` on, times some panels. */
static void
NAME (multiply_rows) (const NAME (Work) *work,
                      gint64             first_panel,
                      gint64             n_panels,
                      gint64             p,
                      gint64             row,
                      gint64             rows,
                      NAME (Tile)       *t)
{
  const ReelProductPart *part = work->part;

  t->b_step = work->columns_in_place ? part->b_k_stride : TILE_COLUMNS;
  t->c_step = part->c_stride;
  for (gint64 i = 0; i < n_panels; i++)
    {
      const gint64 column = (first_panel + i) * TILE_COLUMNS;
      const gint64 width = MIN (part->n - column, TILE_COLUMNS);
      const gint64 vectors = (width + LANES - 1) / LANES;

      t->b = work->columns_in_place ? (const TYPE *) part->b + p * part->b_k_stride + column
                                    : work->columns + i * work->panel_size;
      t->last = width - (vectors - 1) * LANES;
      t->c = (TYPE *) part->c + row * part->c_stride + column;
      if (p > 0 || part->accumulate)
        {
          t->from = t->c;
          t->from_step = t->c_step;
        }
      else if (part->bias != NULL)
        {
          t->from = (const TYPE *) part->bias + column;
        }
      NAME (tiles)[rows - 1][vectors - 1] (t);
    }
}

/* All rows times some panels, for one block of k. */
static void
NAME (multiply) (const NAME (Work) *work,
                 gint64             first_panel,
                 gint64             n_panels,
                 gint64             p,
                 gint64             k)
{
  const ReelProductPart *part = work->part;
  gint64 rows;

  for (gint64 row = 0, tile = 0; tile < work->n_tiles; row += rows, tile++)
    {
      NAME (Tile) t = { .k = k, .a = work->rows, .a_row = 1 };

      rows = work->tile_rows + (tile < work->n_longer);
      t.a_step = rows;
      if (work->rows_in_place)
        {
          t.a = (const TYPE *) part->a.data + _reel_row_offset (&part->a, row)
                + p * part->a_k_stride;
          t.a_row = part->a.strides[0];
          t.a_step = part->a_k_stride;
        }
      else if (work->rows_packed)
        {
          t.a = work->rows + row * k;
        }
      else
        {
          NAME (pack_rows) (part, row, rows, p, k, work->rows);
          if (part->a_k_stride == 1 && row + rows < part->m)
            NAME (fetch_rows) (part, row + rows, MIN (TILE_ROWS, part->m - row - rows), p, k);
        }
      NAME (multiply_rows) (work, first_panel, n_panels, p, row, rows, &t);
    }
}

static void
NAME (pack_all_rows) (const NAME (Work) *work,
                      gint64             p,
                      gint64             k)
{
  gint64 rows;

  for (gint64 row = 0, tile = 0; tile < work->n_tiles; row += rows, tile++)
    {
      rows = work->tile_rows + (tile < work->n_longer);
      NAME (pack_rows) (work->part, row, rows, p, k, work->rows + row * k);
    }
}

/* Where few rows are packed once and the columns panel by panel into the nearest cache,
 * or many columns at once and the rows tile by tile. */
static void
NAME (choose_order) (NAME (Work) *work,
                     gint64       k_size,
                     gint64       n_panels,
                     gint64      *panels_at_once)
{
  const gint64 buffer_room = REEL_GEMM_BUFFER_SIZE / (gint64) sizeof (TYPE);
  const gint64 stack_room = STACK_SIZE / (gint64) sizeof (TYPE);
  gboolean small = work->panel_size * n_panels <= stack_room;
  TYPE *buffer;

  *panels_at_once = n_panels;
  if (work->columns_in_place || small)
    return;
  *panels_at_once = MAX (stack_room / work->panel_size, 1);
  buffer = _reel_gemm_buffer ();
  if (buffer == NULL)
    return;
  if (work->part->m * k_size + LANES <= buffer_room / 4)
    {
      work->rows = buffer;
      work->rows_packed = TRUE;
      work->rows_in_place = FALSE;
    }
  else
    {
      work->columns = buffer;
      *panels_at_once = MIN (n_panels, buffer_room / work->panel_size);
    }
}

void
REEL_LOOP (NAME (product)) (const ReelProductPart *part)
{
  _Alignas (64) TYPE columns[STACK_SIZE / sizeof (TYPE)];
  _Alignas (64) TYPE rows[TILE_ROWS * K_BLOCK + LANES];
  const gint64 k = part->k, k_size = NAME (k_block) (k);
  const gint64 n_panels = (part->n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  gint64 panels_at_once;
  NAME (Work) work = { .part = part, .n_tiles = (part->m + TILE_ROWS - 1) / TILE_ROWS,
                       .panel_size = k_size * TILE_COLUMNS,
                       .columns = columns, .rows = rows };

  work.tile_rows = work.n_tiles == 1 ? part->m : part->m / work.n_tiles;
  work.n_longer = part->m - work.n_tiles * work.tile_rows;
  work.rows_in_place = part->a.n_axes == 1 && n_panels <= FEW_PANELS;
  work.columns_in_place = part->b_column_stride == 1 &&
    (work.n_tiles == 1 ||
     (work.n_tiles <= FEW_TILES && ABS (part->b_k_stride) <= SHORT_STEP / (gint64) sizeof (TYPE)));
  NAME (choose_order) (&work, k_size, n_panels, &panels_at_once);
  for (gint64 p = 0; p < k; p += k_size)
    {
      const gint64 k_now = MIN (k_size, k - p);

      if (work.rows_packed)
        NAME (pack_all_rows) (&work, p, k_now);
      for (gint64 panel = 0; panel < n_panels; panel += panels_at_once)
        {
          const gint64 column = panel * TILE_COLUMNS;
          const gint64 n_now = MIN (panels_at_once, n_panels - panel);

          if (!work.columns_in_place)
            NAME (pack_columns) (part, column, MIN (part->n - column, n_now * TILE_COLUMNS), p,
                                 k_now, work.panel_size, work.columns);
          NAME (multiply) (&work, panel, n_now, p, k_now);
        }
    }
}
