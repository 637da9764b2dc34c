/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What fragments of code in README and docs/ may take for granted; see
 * check-snippets.sh. A tape is pushed, `error` is NULL, and there are
 *
 *   x        f32[4,3], inputs
 *   target   i64[4], classes 0 and 1
 *   w, b     f32[2,3] and f32[2], parameters; also parameters[0] and [1]
 *   n_steps  3
 */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

static inline ReelTensor *
snippet_normal (ReelGenerator *generator,
                guint          rank,
                const gint64  *shape)
{
  return reel_generator_normal (generator, REEL_F32, rank, shape, 0, 1, NULL);
}

#define SNIPPET_BEGIN \
  int \
  main (void) \
  { \
    const guint n_steps = 3; \
    g_autoptr (GError) error = NULL; \
    g_autoptr (ReelTape) tape = reel_tape_new (); \
    g_autoptr (ReelTapePusher) snippet_pusher = reel_tape_pusher_new (tape); \
    g_autoptr (ReelGenerator) generator = reel_generator_new (1); \
    g_autoptr (ReelTensor) x = snippet_normal (generator, REEL_SHAPE (4, 3)); \
    g_autoptr (ReelTensor) w = snippet_normal (generator, REEL_SHAPE (2, 3)); \
    g_autoptr (ReelTensor) b = snippet_normal (generator, REEL_SHAPE (2)); \
    g_autoptr (ReelTensor) target = reel_generator_bernoulli (generator, REEL_I64, \
                                                              REEL_SHAPE (4), 0.5, NULL); \
    ReelTensor *const parameters[] = { w, b }; \
 \
    reel_tensor_set_requires_grad (w, TRUE); \
    reel_tensor_set_requires_grad (b, TRUE); \
    {

#define SNIPPET_END \
    } \
    if (error == NULL) \
      reel_tape_check (tape, &error); \
    if (error == NULL) \
      return 0; \
    fprintf (stderr, "%s\n", error->message); \
    return 1; \
  }
