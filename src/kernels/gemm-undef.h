/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ends one type of gemm-tile.h and gemm-vector.h. */
#undef TYPE
#undef VECTOR
#undef LANES
#undef NAME
#undef SIMD
#undef TRANSPOSE
#undef TILE_COLUMNS
#undef K_BLOCK
#undef STACK_SIZE
#undef FEW_PANELS
#undef FEW_TILES
#undef SHORT_STEP
