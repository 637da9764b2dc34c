/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Square blocks of as many vectors as a vector has lanes: rows become columns. */

#include "kernels/simd.h"

#if REEL_SIMD_AVX512
#define SIMD(name) _mm512_##name
#elif REEL_SIMD_AVX2
#define SIMD(name) _mm256_##name
#elif REEL_SIMD_X86
#define SIMD(name) _mm_##name
#endif

#if REEL_SIMD_AVX512

/* Of four vectors of four 16-byte pieces each */
REEL_INLINE void
transpose_pieces (F32 *a, F32 *b, F32 *c, F32 *d)
{
  const F32 low_ab = _mm512_shuffle_f32x4 (*a, *b, 0x44);
  const F32 high_ab = _mm512_shuffle_f32x4 (*a, *b, 0xee);
  const F32 low_cd = _mm512_shuffle_f32x4 (*c, *d, 0x44);
  const F32 high_cd = _mm512_shuffle_f32x4 (*c, *d, 0xee);

  *a = _mm512_shuffle_f32x4 (low_ab, low_cd, 0x88);
  *b = _mm512_shuffle_f32x4 (low_ab, low_cd, 0xdd);
  *c = _mm512_shuffle_f32x4 (high_ab, high_cd, 0x88);
  *d = _mm512_shuffle_f32x4 (high_ab, high_cd, 0xdd);
}

#elif REEL_SIMD_AVX2

REEL_INLINE void
transpose_pieces (F32 *a, F32 *b)
{
  const F32 low = _mm256_permute2f128_ps (*a, *b, 0x20);

  *b = _mm256_permute2f128_ps (*a, *b, 0x31);
  *a = low;
}

#endif

REEL_INLINE void
f32_transpose (F32 rows[F32_LANES])
{
#if REEL_SIMD_X86
  for (gint i = 0; i < F32_LANES; i += 4)
    {
      const F32 t0 = SIMD (unpacklo_ps) (rows[i], rows[i + 1]);
      const F32 t1 = SIMD (unpackhi_ps) (rows[i], rows[i + 1]);
      const F32 t2 = SIMD (unpacklo_ps) (rows[i + 2], rows[i + 3]);
      const F32 t3 = SIMD (unpackhi_ps) (rows[i + 2], rows[i + 3]);

      rows[i] = (F32) SIMD (unpacklo_pd) ((F64) t0, (F64) t2);
      rows[i + 1] = (F32) SIMD (unpackhi_pd) ((F64) t0, (F64) t2);
      rows[i + 2] = (F32) SIMD (unpacklo_pd) ((F64) t1, (F64) t3);
      rows[i + 3] = (F32) SIMD (unpackhi_pd) ((F64) t1, (F64) t3);
    }
#if REEL_SIMD_AVX512
  for (gint i = 0; i < 4; i++)
    transpose_pieces (&rows[i], &rows[i + 4], &rows[i + 8], &rows[i + 12]);
#elif REEL_SIMD_AVX2
  for (gint i = 0; i < 4; i++)
    transpose_pieces (&rows[i], &rows[i + 4]);
#endif
#else
  for (gint i = 0; i < F32_LANES; i++)
    for (gint j = 0; j < i; j++)
      {
        const gfloat kept = rows[i][j];

        rows[i][j] = rows[j][i];
        rows[j][i] = kept;
      }
#endif
}

REEL_INLINE void
f64_transpose (F64 rows[F64_LANES])
{
#if REEL_SIMD_X86
  for (gint i = 0; i < F64_LANES; i += 2)
    {
      const F64 low = SIMD (unpacklo_pd) (rows[i], rows[i + 1]);

      rows[i + 1] = SIMD (unpackhi_pd) (rows[i], rows[i + 1]);
      rows[i] = low;
    }
#if REEL_SIMD_AVX512
  for (gint i = 0; i < 2; i++)
    {
      F32 pieces[4] = { (F32) rows[i], (F32) rows[i + 2], (F32) rows[i + 4], (F32) rows[i + 6] };

      transpose_pieces (&pieces[0], &pieces[1], &pieces[2], &pieces[3]);
      for (gint j = 0; j < 4; j++)
        rows[i + 2 * j] = (F64) pieces[j];
    }
#elif REEL_SIMD_AVX2
  for (gint i = 0; i < 2; i++)
    {
      F32 a = (F32) rows[i], b = (F32) rows[i + 2];

      transpose_pieces (&a, &b);
      rows[i] = (F64) a;
      rows[i + 2] = (F64) b;
    }
#endif
#else
  const gdouble kept = rows[0][1];

  rows[0][1] = rows[1][0];
  rows[1][0] = kept;
#endif
}

#undef SIMD
