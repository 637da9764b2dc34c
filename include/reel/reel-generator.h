/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/**
 * ReelGenerator: (ref-func reel_generator_ref) (unref-func reel_generator_unref)
 *
 * A source of random numbers: Philox4x32-10, counter based (Salmon, Moraes, Dror
 * and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11). The same seed
 * gives the same numbers on every machine and for any number of threads; only the last
 * place of normal numbers may differ between C libraries.
 *
 * Each call that draws takes the next offset of the generator, atomically: one
 * generator may serve several threads, but then who comes first is up to them.
 */

#define REEL_TYPE_GENERATOR (reel_generator_get_type ())

REEL_AVAILABLE_IN_1_0
GType reel_generator_get_type (void) G_GNUC_CONST;

/**
 * reel_generator_new:
 * @seed: where to start
 *
 * Makes a generator that has drawn nothing yet.
 *
 * Returns: (transfer full): a new generator
 */
REEL_AVAILABLE_IN_1_0
ReelGenerator *reel_generator_new (guint64 seed);

/**
 * reel_generator_ref:
 * @self: a generator
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
REEL_AVAILABLE_IN_1_0
ReelGenerator *reel_generator_ref (ReelGenerator *self);

/**
 * reel_generator_unref:
 * @self: (transfer full): a generator
 *
 * Drops a reference, from any thread.
 */
REEL_AVAILABLE_IN_1_0
void reel_generator_unref (ReelGenerator *self);

/**
 * reel_generator_get_seed:
 * @self: a generator
 *
 * Tells where the generator started.
 *
 * Returns: the seed it was made with
 */
REEL_AVAILABLE_IN_1_0
guint64 reel_generator_get_seed (ReelGenerator *self);

/**
 * reel_generator_get_offset:
 * @self: a generator
 *
 * Tells how far the generator has come.
 *
 * Returns: how many draws were made; with the seed, the whole state
 */
REEL_AVAILABLE_IN_1_0
guint64 reel_generator_get_offset (ReelGenerator *self);

/**
 * reel_generator_set_offset:
 * @self: a generator
 * @offset: a value of [method@Reel.Generator.get_offset]
 *
 * Goes back or forward to a draw, to repeat or to skip.
 */
REEL_AVAILABLE_IN_1_0
void reel_generator_set_offset (ReelGenerator *self,
                                guint64        offset);

/**
 * reel_generator_uniform:
 * @self: a generator
 * @dtype: f32 or f64
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @low: the lower bound, included
 * @high: the upper bound, not included but for rounding
 * @error: return location for an error
 *
 * A leaf of numbers uniformly distributed over [low, high).
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_generator_uniform (ReelGenerator *self,
                                    ReelDType      dtype,
                                    guint          rank,
                                    const gint64  *shape,
                                    gdouble        low,
                                    gdouble        high,
                                    GError       **error);

/**
 * reel_generator_normal:
 * @self: a generator
 * @dtype: f32 or f64
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @mean: the mean
 * @standard_deviation: the standard deviation, at least 0
 * @error: return location for an error
 *
 * A leaf of normally distributed numbers.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_generator_normal (ReelGenerator *self,
                                   ReelDType      dtype,
                                   guint          rank,
                                   const gint64  *shape,
                                   gdouble        mean,
                                   gdouble        standard_deviation,
                                   GError       **error);

/**
 * reel_generator_bernoulli:
 * @self: a generator
 * @dtype: any dtype
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @probability: of a 1, from 0 to 1
 * @error: return location for an error
 *
 * A leaf of independent zeros and ones.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_generator_bernoulli (ReelGenerator *self,
                                      ReelDType      dtype,
                                      guint          rank,
                                      const gint64  *shape,
                                      gdouble        probability,
                                      GError       **error);

/**
 * reel_generator_permutation:
 * @self: a generator
 * @n: how many
 * @error: return location for an error
 *
 * The numbers 0 to @n - 1 in a random order, each order equally likely.
 *
 * Returns: (transfer full): a new i64 leaf of rank 1, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_generator_permutation (ReelGenerator *self,
                                        gint64         n,
                                        GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReelGenerator, reel_generator_unref)

G_END_DECLS
